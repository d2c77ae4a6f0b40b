"""Questions and commands that name a place of a document: a paragraph, a footnote, a table."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Holding, OpenLibrary, add, more
from word_reader import word_readers

from assistant.qa.engine import Engine
from assistant.qa.place_questions import places_in
from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder
from corpus.library import Library
from corpus.place_spans import resolve_locator
from ingest.chunker import SEGMENTER_VERSION
from ingest.pipeline import Input

REPORT = b"""# Report on harbours

A/88/301

## Annex

1. A harbour keeps a register of boats.

2. The fee is paid every spring:

(a) by owners of sailing boats;

(b) by owners of steam boats.[^1]

[^1]: See the register of the northern shore.
"""
TABLE = b"""<html><body><h1>Boats of the northern shore</h1><p>A/88/302</p>
<p>1. The boats are counted every year.</p>
<table><caption>Table 3. Boats by port</caption>
<thead><tr><th>Port</th><th>2030</th><th>2031</th></tr></thead>
<tr><td>Arla</td><td>41</td><td>57</td></tr>
<tr><td>Bend</td><td></td><td>12</td></tr>
</table></body></html>"""
LETTER = """# Carta sobre los puertos

A/88/303

1. El 10 de septiembre de 2030 el puerto de Arla anunció que había terminado el tercer faro.

2. Los barcos de vela pagan una tasa cada primavera.
"""

LETTERED = b"""# Report on moorings

A/88/304

1. Moorings are counted.

## Annex A

1. A mooring is renewed every five years.

## Annex B

1. A mooring costs nine crowns.
"""


@pytest.fixture
def library(open_library: OpenLibrary, catalogue: Catalogue) -> Library:
    held = open_library()
    add(held, catalogue, Input("report.md", REPORT), Input("boats.html", TABLE), Input("carta.md", LETTER.encode()))
    add(held, catalogue, Input("moorings.md", LETTERED))
    return held


@pytest.fixture
def engine(library: Library, catalogue: Catalogue) -> Engine:
    return Engine(library, catalogue, readers=word_readers())


@pytest.mark.parametrize(
    "question",
    [
        "What does paragraph 2 of A/88/301 say?",
        "para. 2, A/88/301",
        "Que dit le paragraphe 2 du document A/88/301 ?",
        "Que dit l’annexe, par. 2, du document A/88/301 ?",
        "О чём говорится в пункте 2 документа A/88/301?",
        "ماذا تقول الفقرة 2 من الوثيقة A/88/301؟",
        "A/88/301第2段说了什么？",
    ],
)
def test_a_paragraph_that_is_named_is_quoted_whole_with_its_place(engine: Engine, question: str) -> None:
    answer = engine.ask(question)
    assert answer.status == "answered"
    (citation,) = answer.citations
    assert citation.locator.endswith("annex, para. 2")
    assert "by owners of steam boats." in citation.quote


def test_a_sub_paragraph_that_is_named_is_quoted_alone(engine: Engine) -> None:
    (citation,) = engine.ask("What is in paragraph 2 (a) of A/88/301?").citations
    assert (citation.locator, citation.quote) == ("A/88/301, annex, para. 2 (a)", "by owners of sailing boats;")


def test_a_footnote_that_is_named_is_quoted(engine: Engine) -> None:
    (citation,) = engine.ask("What does footnote 1 of A/88/301 say?").citations
    assert citation.quote == "See the register of the northern shore."
    assert citation.locator.endswith("footnote 1")


def test_a_word_that_begins_like_that_for_a_note_names_none(engine: Engine) -> None:
    assert "footnote d" in engine.ask("Which register is in note d of A/88/301?").reason
    assert "footnote" not in engine.ask("Which register is noted in A/88/301?").reason


def test_a_place_that_a_document_does_not_have_is_said_not_to_be_there(engine: Engine) -> None:
    answer = engine.ask("What does paragraph 77 of A/88/301 say?")
    assert answer.status == "not_found"
    assert not answer.citations
    assert "A/88/301" in answer.reason
    assert "para. 77" in answer.reason


@pytest.mark.parametrize(
    "question",
    [
        "What does paragraph 1 of annex B of A/88/304 say?", "Que dit le paragraphe 1 de l’annexe B du document A/88/304 ?",
        "¿Qué dice el párrafo 1 del anexo B del documento A/88/304?", "Что говорится в пункте 1 приложения В к документу A/88/304?",
        "ماذا تقول الفقرة 1 من المرفق باء من الوثيقة A/88/304؟", "A/88/304附件B第1段说了什么？",
    ],
)  # fmt: skip
def test_an_annex_with_a_letter_is_not_taken_for_another(engine: Engine, question: str) -> None:
    (citation,) = engine.ask(question).citations
    assert (citation.locator, citation.quote) == ("A/88/304, annex B, para. 1", "A mooring costs nine crowns.")


@pytest.mark.parametrize(("named", "place"), [("annex C", "annex C"), ("annex C, paragraph 2,", "annex C, para. 2")])
def test_an_annex_that_a_document_does_not_have_is_said_not_to_be_there(engine: Engine, named: str, place: str) -> None:
    answer = engine.ask(f"What does {named} of A/88/304 contain?")
    assert (answer.status, answer.citations) == ("not_found", [])
    assert f"has no {place}." in answer.reason
    assert "annex B" not in (engine.ask("What does annex B of A/88/304 contain?").reason or "")


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Que dit le paragraphe 77 du document A/88/301 ?", "n'a pas : paragraphe 77."),
        ("О чём говорится в пункте 77 документа A/88/301?", "нет этого места: пункт 77."),
        ("A/88/301第77段说了什么？", "没有该处：第77段。"),
    ],
)
def test_a_place_that_is_not_there_is_told_in_the_language_of_the_question(
    engine: Engine, question: str, reason: str
) -> None:
    assert reason in engine.ask(question).reason


RECORD = """# Краткий отчет о заседании

A/88/305

Пункт 152 повестки дня: Финансирование гаваней

1. Г-н Иванов говорит, что гавань освещается.

2. Консультации по пункту 152 состоятся в мае.

3. В пункте 160 другого доклада речь идет о лодках.
"""


def test_a_paragraph_that_may_be_an_agenda_item_of_the_text_is_not_said_to_be_missing(holding: Holding) -> None:
    engine = holding(Input("r.md", RECORD.encode()), reading=True)
    answer = engine.ask("Что говорится в A/88/305 о пункте 152?")
    assert "нет этого места" not in answer.reason
    assert any("по пункту 152" in citation.quote for citation in answer.citations)
    for number in (151, 160):
        assert f"нет этого места: пункт {number}." in engine.ask(f"Что говорится в A/88/305 о пункте {number}?").reason
    assert "has no para. 152." in engine.ask("What does paragraph 152 of A/88/305 say?").reason


def test_of_a_symbol_of_a_form_that_is_not_known_is_said_that_it_is_not_held(engine: Engine) -> None:
    answer = engine.ask("What does paragraph 2 of A43-WP/88 say?")
    assert (answer.status, answer.absent, answer.citations) == ("not_found", "A43-WP/88", [])


def test_sentences_about_an_answer_run_on_as_the_language_sets_them(engine: Engine) -> None:
    assert engine.ask("A/88/301第2段说了什么？").reason == "引自A/88/301。所引文本为英文。"


def test_the_rows_of_a_table_are_said_with_its_caption_and_header_once(engine: Engine) -> None:
    answer = engine.ask("What does table 3 of A/88/302 show?")
    assert [statement.text for statement in answer.statements] == [
        "Table 3. Boats by port Port | 2030 | 2031 Arla | 41 | 57",
        "Bend | | 12",
    ]
    for citation in answer.citations:
        document = engine.library.document(citation.document)
        assert document.text[citation.start : citation.end] == citation.quote


DECISIONS = b"""# Report of the Group of Experts on Lamps

A/88/304

## Decision 2025/7 Wicks

The Group of Experts:

(a) Welcomed the wicks;

(b) Decided to trim them.

## Decision 2025/8 Oil for lamps

The Group of Experts:

(a) Welcomed the reports on oil;

(b) Requested the Secretariat to buy oil:

(i) In spring;

(ii) In autumn.

Adopted under agenda item 5

## Recommendation 1

Lamps should be cleaned.

## Recommendation 2

Lamps should be lit at dusk.

## Oil of the north

In decision 2025/9 the oil of the north was named.
"""


@pytest.fixture
def experts(holding: Holding) -> Engine:
    return holding(Input("experts.md", DECISIONS), Input("report.md", REPORT), reading=True)


@pytest.mark.parametrize(
    "question",
    [
        "What does decision 2025/8 say?",
        "What does decision 2025/8 of the Group of Experts say?",
        "Quote decision 2025/8 in A/88/304.",
    ],
)
def test_a_decision_that_is_named_is_quoted_whole_and_in_order(experts: Engine, question: str) -> None:
    answer = experts.ask(question)
    assert answer.status == "answered"
    assert [statement.text for statement in answer.statements] == [
        "Decision 2025/8 Oil for lamps The Group of Experts: (a) Welcomed the reports on oil; (b) Requested the Secretariat to buy "
        "oil: (i) In spring; (ii) In autumn.",
        "Adopted under agenda item 5",
    ]
    assert not answer.notes


def test_a_recommendation_that_is_named_is_quoted(experts: Engine) -> None:
    (statement,) = experts.ask("What is recommendation 2 of A/88/304?").statements
    assert statement.text == "Recommendation 2 Lamps should be lit at dusk."


LAKE = b"""# Report on the lake

A/88/309

## I. Fish

1. There are trout.

## II. Conclusions and recommendations

2. The shore is to be cleaned.

3. A warden is to be named.
"""


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What are the recommendations of A/88/309?", ["The shore is to be cleaned.", "A warden is to be named."]),
        ("Quelles sont les recommandations de A/88/309 ?", ["The shore is to be cleaned.", "A warden is to be named."]),
        ("What are the recommendations of A/88/309 on roads?", []),
    ],
)
def test_who_asks_for_nothing_but_a_heading_of_a_text_is_told_what_stands_there(
    holding: Holding, question: str, words: list[str]
) -> None:
    said = [each.text for each in holding(Input("lake.md", LAKE), reading=True).ask(question).statements]
    assert [text for text in words if not any(each.endswith(text) for each in said)] == []
    assert bool(said) == bool(words)


def test_who_asks_for_a_heading_of_two_texts_is_told_what_stands_there_in_both_or_in_none(holding: Holding) -> None:
    other = LAKE.replace(b"A/88/309", b"A/88/310").replace(b"shore", b"jetty")
    bare = b"# Report on the bay\n\nA/88/311\n\n1. There are seals.\n"
    engine = holding(Input("lake.md", LAKE), Input("jetty.md", other), Input("bay.md", bare), reading=True)
    both = engine.ask("What are the recommendations of A/88/309 and A/88/310?")
    assert {each.symbol for each in both.citations} == {"A/88/309", "A/88/310"}
    assert engine.ask("What are the recommendations of A/88/309 and A/88/311?").status != "answered"


def test_what_is_asked_of_a_decision_is_answered_from_it_alone(experts: Engine) -> None:
    answer = experts.ask("Which oil was the Secretariat requested to buy in decision 2025/8?")
    assert answer.status == "answered"
    assert all("section “Decision 2025/8" in citation.locator for citation in answer.citations)


def test_a_decision_that_its_series_does_not_have_is_said_not_to_be_there(experts: Engine) -> None:
    answer = experts.ask("What does decision 2025/21 of the Group of Experts say?")
    assert (answer.status, answer.statements) == ("not_found", ())
    assert "The text of A/88/304 in the library has no decision 2025/21." in answer.reason


@pytest.mark.parametrize(
    "question",
    ["What does decision 2025/9 of the Group of Experts say?", "What does decision 12/8 say?", "Are 2 lamps lit?"],
)
def test_a_decision_that_is_only_spoken_of_is_not_said_to_be_missing(experts: Engine, question: str) -> None:
    assert "has no" not in experts.ask(question).reason


def test_a_decision_is_found_by_its_number_in_other_languages(holding: Holding) -> None:
    texts = {
        "ru": ("# Доклад\n\nA/88/305\n\n## Решение 2025/7 Фитили\n\nГруппа приняла доклад.\n\n## Решение 2025/8 Масло\n\nГруппа просит купить масло.",
               "О чём говорится в решении 2025/8?"),
        "zh": ("# 专家组的报告\n\nA/88/306\n\n## 第2025/7号决定 灯芯\n\n专家组欢迎灯芯。\n\n## 第2025/8号决定 灯油\n\n专家组请秘书处购买灯油。",
               "第2025/8号决定说了什么？"),
    }  # fmt: skip
    engine = holding(*(Input(f"{language}.md", text.encode()) for language, (text, _) in texts.items()), reading=True)
    for text, question in texts.values():
        (citation,) = engine.ask(question).citations[1:]
        assert citation.quote == text.rsplit("\n\n", 1)[1]


class EnglishOnly(HashEmbedder):
    """A model that reads English only, as the packaged one does."""

    languages = frozenset({"en"})


def test_a_question_is_answered_by_its_own_words_where_no_model_reads_its_language(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    with Library(tmp_path / "library", EnglishOnly(), SEGMENTER_VERSION) as library:
        add(library, catalogue, Input("carta.md", LETTER.encode()), Input("report.md", REPORT))
        engine = Engine(library, catalogue, readers=word_readers())
        answer = engine.ask("¿Qué anunció el puerto de Arla el 10 de septiembre de 2030?")
        assert answer.status == "answered"
        assert answer.citations[0].locator == "A/88/303, para. 1"
        assert engine.ask("¿Quién construyó el observatorio de Kalmar?").status == "not_found"


@pytest.mark.parametrize("text", ["annex, para. 2", "para. 2", "2", "paragraph 2", "Para. 2"])
def test_a_place_is_found_however_a_person_writes_it(library: Library, text: str) -> None:
    (document,) = library.find_documents("A/88/301")
    assert resolve_locator(document, text) == "annex, para. 2"


BUDGET = "# Buildings\n\nA/88/6 (Sect. 29D)\n\n29D.1 Halls are heated.\n\n29D.2 Roofs are paid for:\n\n(a) in the north;\n\n29D.12 Lifts are tested."


@pytest.mark.parametrize(
    "text", ["para. 29D.2 (a)", "paragraph 29d.2 (a)", "29D.2 (a)", "пункт 29D.2 a)", "第29D.2(a)段"]
)
def test_a_paragraph_of_a_section_with_a_letter_is_found(
    open_library: OpenLibrary, catalogue: Catalogue, text: str
) -> None:
    library = open_library()
    add(library, catalogue, Input("budget.md", BUDGET.encode()))
    (document,) = library.find_documents("A/88/6 (Sect. 29D)")
    assert resolve_locator(document, text) == "para. 29D.2 (a)"


def test_a_place_that_is_not_there_has_no_locator(library: Library) -> None:
    (document,) = library.find_documents("A/88/301")
    assert resolve_locator(document, "para. 77") is None
    assert resolve_locator(document, "the whole of it") is None


FEES = b"""<html><body><h1>Fees of the ports</h1><p>A/88/304</p>
<p>1. Fees are paid by the owners of boats every spring.</p>
<table><caption>Table 4.1. Boats and fees by port</caption>
<thead><tr><th>Port</th><th>Boats 2031</th></tr></thead><tr><td>Arla</td><td>812</td></tr><tr><td>Bend</td><td>90</td></tr></table>
<p>2. Staff is employed by the ports.</p>
<table><caption>Table 4.2. Staff by port</caption>
<thead><tr><th>Port</th><th>2031</th></tr></thead><tr><td>Arla</td><td>7</td></tr><tr><td>Bend</td><td>2</td></tr></table>
<p>7. Clerks keep the lists.</p></body></html>"""


@pytest.fixture
def fees(library: Library, catalogue: Catalogue) -> Engine:
    add(library, catalogue, Input("fees.html", FEES))
    return Engine(library, catalogue, readers=word_readers())


def test_a_paragraph_that_is_named_without_its_document_is_read_where_only_one_has_it(fees: Engine) -> None:
    (citation,) = fees.ask("What does paragraph 7 say?").citations
    assert (citation.locator, citation.quote) == ("A/88/304, para. 7", "Clerks keep the lists.")


def test_of_a_paragraph_that_several_have_and_nothing_tells_which_those_of_several_are_shown(fees: Engine) -> None:
    answer = fees.ask("What does paragraph 2 say?")
    assert answer.status == "tentative"
    assert len(answer.statements) > 1
    assert len({citation.document for citation in answer.citations}) == len(answer.statements)
    assert all(citation.locator.endswith("para. 2") for citation in answer.citations)


def test_a_word_for_an_item_and_a_paragraph_alike_is_not_denied_as_an_item_of_an_agenda(holding: Holding) -> None:
    agenda = "A/C.9/2031/1\n\nProvisional agenda\n\n1. Opening\n\n2. Harbours\n\n3. Closure\n"
    engine = holding(Input("agenda.txt", agenda.encode()), "# Протокол\n\n1. Бюро собралось в порту.\n", reading=True)
    assert "1–3" in engine.ask("О чём пункт 24 повестки дня?").reason.replace(" по ", "–")
    assert "повестк" not in engine.ask("Что говорится в пункте 24 протокола?").reason


STANDARD = "# Load of bridges\n\nA/88/401\n\n4.1 A bridge bears four tonnes.\n\n4.2 A sign names the load.\n"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What does article 4.1 of A/88/401 say?", "A bridge bears four tonnes."),
        ("A/88/401第4.2条规定了什么？", "A sign names the load."),
        ("A/88/401第4.2条的主要内容是什么？", "A sign names the load."),
    ],
)
def test_articles_of_a_text_that_has_none_are_its_paragraphs(holding: Holding, question: str, said: str) -> None:
    answer = holding(Input("s.md", STANDARD.encode()), reading=True).ask(question)
    assert [each.text for each in answer.statements] == [said]


def test_an_article_that_a_text_without_articles_lacks_is_not_looked_for_in_a_treaty(holding: Holding) -> None:
    statute = "# Statute of the Bell Office\n\n## Article 1. Name\n\n1. It is the Bell Office.\n\n## Article 2. Seat\n\n1. At sea.\n"
    engine = holding(Input("s.md", STANDARD.encode()), statute, reading=True)
    assert engine.ask("What does article 9.4 of A/88/401 say?").reason.startswith("The text of A/88/401")
    assert engine.ask("What does article 2.1 of the Statute say?").statements[0].text == "At sea."


AUDIT = b"""<html><body><p>Internal audit of the lamps</p><h1>Audit of the lamps</h1><p>A/88/312</p>
<p>1. The lamps of the harbour are counted.</p>
<h2>Status of audit recommendations</h2>
<table><thead><tr><th>No.</th><th>Recommendation</th><th>Responsible</th></tr></thead>
<tr><td>1</td><td>Move the register of lamps</td><td>Registrar</td></tr>
<tr><td>2</td><td>Value the lamps</td><td>Treasurer</td></tr>
<tr><td>3</td><td>Raise the insurance cover</td><td>Chief of Risk</td></tr>
</table></body></html>"""
CLOCKS = b"""# Provisional agenda

A/AC.400/1

Committee on Clocks. First session. Geneva, 4 and 5 March 2030

1. Opening of the session.

2. Adoption of the agenda.

3. Accuracy of clocks.

## Annotations

### 3. Accuracy of clocks

Documentation

Report on who is responsible for the accuracy of clocks (A/AC.400/3)
"""


@pytest.fixture
def audited(holding: Holding) -> Engine:
    return holding(Input("audit.html", AUDIT), Input("clocks.md", CLOCKS), Input("report.md", REPORT), reading=True)


@pytest.mark.parametrize(
    "question", ["Who is responsible for recommendation 3?", "What does recommendation 3 of the audit say?"]
)
def test_a_recommendation_that_is_named_is_the_row_of_its_number_and_no_agenda_item(
    audited: Engine, question: str
) -> None:
    answer = audited.ask(question)
    assert answer.status == "answered"
    (statement,) = answer.statements
    assert statement.text.endswith("3 | Raise the insurance cover | Chief of Risk")


def test_what_a_table_numbers_with_a_point_is_found_or_said_not_to_be_there(holding: Holding) -> None:
    rows = "".join(
        f"| {n} | {act} | Registrar |\n"
        for n, act in (("1.1", "Oil the lamps"), ("1.2", "Cut the wicks"), ("2", "Rest"))
    )
    text = f"# Plan for the lamps\n\nA/88/318\n\n## Measures\n\n| No. | Measure | Responsible |\n|---|---|---|\n{rows}"
    engine = holding(Input("plan.md", text.encode()), reading=True)
    (statement,) = engine.ask("Who is responsible for measure 1.2?").statements
    assert statement.text.endswith("1.2 | Cut the wicks | Registrar")
    assert "has no measure 4.1." in engine.ask("Who is responsible for measure 4.1?").reason


def test_an_item_of_an_agenda_is_still_found_by_its_number(audited: Engine) -> None:
    assert {each.symbol for each in audited.ask("What is item 3?").citations} == {"A/AC.400/1"}


def test_a_number_that_a_table_of_recommendations_lacks_is_said_not_to_be_there(audited: Engine) -> None:
    answer = audited.ask("What is recommendation 9 of the audit?")
    assert (answer.status, answer.statements) == ("not_found", ())
    assert "has no recommendation 9." in answer.reason


def test_a_recommendation_that_begins_a_paragraph_is_quoted(holding: Holding) -> None:
    text = b"# Report on wicks\n\nA/88/313\n\nRecommendation 1: Wicks are cut.\n\nRecommendation 2: Wicks are dried.\n"
    (statement,) = holding(Input("wicks.md", text), reading=True).ask("What does recommendation 2 say?").statements
    assert statement.text == "Recommendation 2: Wicks are dried."


@pytest.mark.parametrize(
    "question", ["What does paragraph 1 of the report on moorings say?", "paragraph 1, report on moorings"]
)
def test_a_text_is_found_by_the_words_of_its_title_for_a_paragraph(holding: Holding, question: str) -> None:
    text = b"# Report on moorings\n\nA/88/314\n\n1. Moorings are counted.\n\n2. Moorings are sold.\n"
    engine = holding(Input("m.md", text), Input("lake.md", LAKE), reading=True)
    assert [each.quote for each in engine.ask(question).citations] == ["Moorings are counted."]
    assert "A/88/314 in the library has no para. 1" in engine.ask(question.replace("1", "17")).reason


def test_a_paragraph_of_a_text_that_others_may_only_mention_is_never_quoted_for_sure(holding: Holding) -> None:
    text = "# Circular\n\nA/88/{n}\n\n1. Arla sent a letter on kites and balloons.\n\n2. A kite over the {place} has a tail.\n"
    first, second = (text.format(n=n, place=each).encode() for n, each in ((315, "port"), (316, "hill")))
    engine = holding(Input("first.md", first), Input("lake.md", LAKE), reading=True)
    question = "What is in paragraph 2 of the letter on kites and balloons?"
    answer = engine.ask(question)
    quotes = [each.quote for each in answer.citations]
    assert (answer.status, quotes) == ("tentative", ["A kite over the port has a tail."])
    assert engine.ask(question.replace("2", "17")).status != "answered"
    more(engine, Input("second.md", second))
    answer = engine.ask(question)
    assert answer.status == "tentative"
    assert {each.symbol for each in answer.citations} == {"A/88/315", "A/88/316"}


def test_of_the_only_text_a_paragraph_is_quoted_by_what_it_says(holding: Holding) -> None:
    engine = holding(Input("lake.md", LAKE), reading=True)
    answer = engine.ask("What does paragraph 2 say about the shore?")
    assert (answer.status, answer.citations[0].quote) == ("answered", "The shore is to be cleaned.")


def test_in_spanish_a_number_after_the_word_for_for_is_no_paragraph(holding: Holding) -> None:
    text = (
        "# Muelles\n\nA/88/317\n\n1. Los muelles son verdes.\n\n2. El presupuesto es de 3 millones de d\u00f3lares.\n"
    )
    engine = holding(Input("muelles.md", text.encode()), reading=True)
    assert places_in(engine.question("\u00bfCu\u00e1nto se prev\u00e9 para 2 puertos?")) == []
    assert places_in(engine.question("\u00bfQu\u00e9 metas hay para 2030 en el p\u00e1rrafo 2?")) == ["para. 2"]


RESOLUTION = """# E/RES/2030/{number}

## Resolución aprobada por el Consejo Económico y Social el 23 de julio de 2030

## 2030/{number}. Faros

El Consejo Económico y Social,

Recordando su resolución 2022/18, de 21 de julio de 2022,

1. Pide al Secretario General que cuente los faros;

2. Decide seguir ocupándose de {subject}.
"""


def test_the_resolution_is_the_only_one_in_the_library(holding: Holding) -> None:
    first, second = (RESOLUTION.format(number=n, subject=each).encode() for n, each in ((5, "los faros"), (6, "boyas")))
    engine = holding(Input("r5.md", first), Input("carta.md", LETTER.encode()), reading=True)
    answer = engine.ask("¿Qué dice el párrafo 2 de la resolución?")
    assert answer.status == "answered"
    assert [each.symbol for each in answer.citations] == ["E/RES/2030/5"]
    more(engine, Input("r6.md", second))
    assert engine.ask("¿Qué dice el párrafo 2 de la resolución?").status != "answered"


def test_a_paragraph_of_a_named_article_is_quoted_with_all_its_sentences(holding: Holding) -> None:
    articles = "".join(f"### Article {n}. Oil {n}\n\nOil is sold in month {n}.\n\n" for n in (2, 3))
    told = "Disputes are settled by negotiation. After a year a party may ask for conciliation."
    text = f"# Convention on Oil\n\n### Article 1. Settlement of disputes\n\n{told}\n\n{articles}"
    engine = holding(Input("oil.md", text.encode()), reading=True)
    (statement,) = engine.ask("How are disputes settled by negotiation under article 1?").statements
    assert statement.text == told
