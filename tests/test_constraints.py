"""What names another year or another body than the question is not sure to answer it."""

from __future__ import annotations

import pytest
from conftest import Holding, OpenLibrary, add
from hypothesis import given
from hypothesis import strategies as st
from test_reader import Fake, readers
from word_reader import THRESHOLDS, FlatReader, readers_of

from assistant.qa.engine import Engine
from assistant.qa.reader import Name
from assistant.qa.readers import Readers
from corpus.acronyms import find_acronyms, matches_acronym, most_common_expansion
from corpus.catalogue import Catalogue
from corpus.countries import find_countries, mentions_country
from ingest.pipeline import Input

NOTE = """# Patrols of the Harbour Guard Mission

A/88/501

1. The mission conducted 412 patrols between 1 July 2023 and 30 June 2024.

2. The Economic and Social Council took note of them.

3. A ship of the Maltese navy and 30 Nigerian observers took part, in the developing countries and off Malta.

4. The mission has 90 boats in 2026–2028. The sixth session of the Assembly praised it.
"""


@pytest.fixture
def engine(holding: Holding) -> Engine:
    return holding(NOTE, readers=readers_of(FlatReader()))


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("How many patrols were conducted from July 2023 to June 2024?", "answered"),
        ("How many patrols were conducted from July 2024 to June 2025?", "tentative"),
        ("How many patrols did the HGM conduct?", "answered"),
        ("How many patrols did the HLM conduct?", "tentative"),
        ("Which patrols did ECOSOC take note of?", "answered"),
        ("Which ship of Malta took part?", "answered"),
        ("which ship of malta took part?", "answered"),
        ("Which ship of Latvia took part?", "tentative"),
        ("Quel navire de la Lettonie y a participé ?", "tentative"),
        ("Какой корабль Мальты участвовал?", "answered"),
        ("ما هي سفينة لاتفيا التي شاركت؟", "tentative"),
        ("发展中国家参加了吗？", "answered"),
        ("¿En qué Reunión participó el buque?", "answered"),
        ("HOW MANY PATROLS DID THE MISSION CONDUCT?", "answered"),
        ("How many patrols does A/88/501 tell of?", "answered"),
        ("How many boats has the mission in 2026-2028?", "answered"),
        ("How many boats has the mission in 2027?", "answered"),
        ("How many boats has the mission in 2028?", "answered"),
        ("How many boats has the mission in 2029?", "tentative"),
        ("Which session praised the boats, the sixth session?", "answered"),
        ("What did the seventh session say of the boats?", "answered"),
        (
            "Combien de patrouilles la mission HLM a-t-elle faites ?",
            "answered",
        ),  # acronyms have other letters in other languages
    ],
)
def test_a_year_a_country_or_an_acronym_that_is_not_named_where_it_would_be_told_makes_an_answer_unsure(
    engine: Engine, question: str, status: str
) -> None:
    assert engine.ask(question).status == status


@pytest.mark.parametrize("opinion", [6.0, -1.5])
def test_a_country_that_is_not_named_makes_an_answer_unsure_whatever_the_other_reader_says(
    holding: Holding, opinion: float
) -> None:
    both: dict[Name, FlatReader] = {"en": FlatReader(0.5), "multilingual": FlatReader(opinion)}
    engine = holding(NOTE, readers=Readers(both, dict.fromkeys(both, THRESHOLDS)))
    assert engine.ask("Which ship of Latvia took part?").status == "tentative"


@pytest.mark.parametrize(
    ("acronym", "text", "spelt"),
    [
        ("ECOSOC", "the Economic and Social Council", True),
        ("SG", "the Secretary-General", True),
        ("ONU", "l'Organisation des Nations Unies", True),
        ("ООН", "Организация Объединенных Наций", True),
        ("AI", "artificial intelligence", True),
        ("AI", "humanitarian aid", False),
        ("UNIFIL", "United Nations Mission in South Sudan (UNMISS)", False),
        ("SG", "the Secretary of a new committee, General Smith", False),
    ],
)
def test_an_acronym_is_known_by_the_words_that_begin_with_its_letters(acronym: str, text: str, spelt: bool) -> None:
    assert matches_acronym(acronym, text) is spelt


@given(st.lists(st.text("abcdef", min_size=4, max_size=9), min_size=2, max_size=9))
def test_the_first_letters_of_words_in_a_row_spell_them(words: list[str]) -> None:
    assert matches_acronym("".join(word[0] for word in words).upper(), " ".join(words))


@pytest.mark.parametrize(
    ("acronym", "texts", "name"),
    [
        ("UNCTAD", ["The United Nations Conference on Trade and Development met."], "United Nations Conference on Trade and Development"),
        ("FAO", ["Requests the Food and Agriculture Organization of the United Nations to act"], "Food and Agriculture Organization"),
        ("WFP", ["We ask the World Food Programme.", "The World Food Programme.", "The Water Fund for Peru (WFP)"], "Water Fund for Peru"),
        ("WFP", ["The world feeds people. Water. Food Programmes"], ""),
        ("CD", ["The Conference on Disarmament met.", "The Committee on Development met."], ""),
    ],
)  # fmt: skip
def test_the_name_of_an_acronym_is_that_which_texts_define_else_that_which_they_use(
    acronym: str, texts: list[str], name: str
) -> None:
    assert most_common_expansion(acronym, texts) == name


def test_an_acronym_is_spelled_out_by_a_name_with_signs_as_it_is_printed(holding: Holding) -> None:
    text = "# Health\n\nA/88/515\n\n1. The World \\Health \\Organization recommends lamps.\n"
    assert holding(text).ask("What does the WHO recommend?").statements[0].text.endswith("recommends lamps.")


def test_what_is_shouted_is_no_acronym() -> None:
    assert find_acronyms("WHO CONDUCTS PATROLS") == []
    assert find_acronyms("does the HGM conduct patrols") == ["HGM"]


@pytest.mark.parametrize(
    ("text", "language", "named"),
    [
        ("the Niger, not Nigeria, and Guinea-Bissau", "en", {"NE": "Niger", "NG": "Nigeria", "GW": "Guinea-Bissau"}),
        ("turkey and a jordan of words, Paris", "en", {}),
        ("Qu’a dit la Côte d’Ivoire ?", "fr", {"CI": "Côte d’Ivoire"}),
        ("el Peru, sin acento", "es", {"PE": "Peru"}),
        ("в Ираке и Южном Судане по данным", "ru", {"IQ": "Ираке", "SS": "Южном Судане"}),
        ("والعراق", "ar", {"IQ": "العراق"}),
        ("发展中国家与中国", "zh", {"CN": "中国"}),
        ("Viet Nam and the Russian Federation", "en", {"VN": "Viet Nam", "RU": "Russian Federation"}),
        ("the Republic of Korea, the Congo", "en", {"KR": "Republic of Korea", "CG": "Congo"}),
        ("the Democratic Republic of the Congo", "en", {"CD": "Democratic Republic of the Congo"}),
        ("la République de Corée", "fr", {"KR": "République de Corée"}),
        ("la República de Corea", "es", {"KR": "República de Corea"}),
        (
            "Российская Федерация и Соединенное Королевство",
            "ru",
            {"RU": "Российская Федерация", "GB": "Соединенное Королевство"},
        ),
        ("قالت جمهورية كوريا", "ar", {"KR": "جمهورية كوريا"}),
        ("大韩民国代表", "zh", {"KR": "大韩民国"}),
    ],
)
def test_countries_are_known_by_their_names_in_six_languages(text: str, language: str, named: dict[str, str]) -> None:
    assert find_countries(text, language) == named


def test_a_country_is_named_by_words_that_begin_like_it_and_are_no_other_one() -> None:
    assert mentions_country("IL", "the Israeli side", "en")
    assert mentions_country("IQ", "иракские власти", "ru")
    assert not mentions_country("NE", "Nigeria", "en")
    assert mentions_country("NE", "Nigeria and the Niger", "en")
    assert mentions_country("CF", "доклад Центральноафриканской Республики", "ru")


def test_in_a_text_about_one_country_by_its_title_another_one_is_named_where_it_answers(
    open_library: OpenLibrary, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.qa.readers.SEARCH_WEIGHT", 0.0)
    library = open_library()
    lamps, pilots = (
        "The keepers count every one by night. " * 40,
        "The boat of the evening took all of them home. " * 40,
    )
    told = f"## Lamps\n\n1. The State party has 412 lamps. {lamps}\n\n## Pilots\n\n2. Thirty pilots of Latvia came. {pilots}\n"
    add(library, catalogue, Input("lamps.md", f"# Report on the lamps of Malta\n\nA/88/502\n\n{told}".encode()))
    engine = Engine(library, catalogue, readers=readers_of(FlatReader(), "en"), max_statements=200)

    def told_of(question: str) -> bool:
        return any("412 lamps" in statement.text for statement in engine.ask(question).statements)

    assert told_of("How many lamps does Malta have?")
    assert not told_of("How many lamps does Latvia have?")


def test_words_about_another_country_do_not_answer_where_theirs_names_the_one_asked_for_elsewhere(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    library, beside = open_library(), "The keepers count every one of them by night. " * 30
    told = (
        f"1. In June 2024, Malta opened its rescue centre. {beside}\n\n## Guests\n\n2. Latvia sent a ship. {beside}\n"
    )
    add(library, catalogue, Input("centres.md", f"# Report on rescue at sea\n\nA/88/503\n\n{told}".encode()))
    engine = Engine(library, catalogue, readers=readers_of(FlatReader(), "en"), max_statements=200)

    def said(question: str) -> bool:
        return any("Malta opened" in statement.text for statement in engine.ask(question).statements)

    assert said("When did Malta open its rescue centre?")
    assert not said("When did Latvia open its rescue centre?")


def test_a_body_by_its_acronym_is_not_answered_about_from_the_report_of_another_that_names_it(holding: Holding) -> None:
    hgm = "# Report of the Harbour Guard Mission\n\nA/88/504\n\n1. The mission audited 12 boats with the help of others.\n"
    beside = "The crews are counted by night. " * 60
    own = f"# Report of the Pilot Office\n\nA/88/505\n\n1. The office audited 31 boats. {beside}\n\n## Help\n\n2. The HGM helped. {beside}\n"
    engine = holding(hgm, own, readers=readers_of(FlatReader(), "en"))
    answer = engine.ask("How many boats did the HGM audit?")
    assert "12 boats" in answer.statements[0].text
    assert not any("31 boats" in statement.text for statement in answer.statements)


def test_a_body_that_a_document_only_spells_is_answered_about_for_sure_only_where_it_is_spelt(holding: Holding) -> None:
    others = " ".join(f"Crew {n} rows in bay {n + 200}." for n in range(80))
    report = f"# Boats\n\nA/88/506\n\n1. The Pilot Office has 31 boats. {others}\n\n## Guards\n\n2. The Harbour Guard Mission met. {others}\n"
    engine = holding(report, readers=readers_of(FlatReader(), "en"))
    office, guards = (engine.ask(f"How many boats has the {body}?") for body in ("PO", "HGM"))
    assert "31 boats" in office.statements[0].text
    assert office.status == "answered"
    assert not any("31 boats" in each.text for each in guards.statements)


RECORD = """# 9th plenary meeting

A/88/PV.9

## Harbours

A recorded vote was taken.

In favour: Albania, Algeria, Angola, Brazil, Chile

Against: Dominica

Abstaining: Ecuador, Fiji

The draft was adopted by 5 votes to 1.

## Pilots

| Kind of pilot | Number |
|---|---|
| Approved for 2031 | 142 |
| Proposed for 2032 | 144 |
"""
ACTA = """# 9a sesión plenaria

A/88/PV.10

## Puertos de los pueblos

Se procede a votación registrada sobre la resolución.

Votos a favor: Albania, Argelia, Angola, Brasil, Chile

Votos en contra: Dominica

Abstenciones: Ecuador, Fiji
"""


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "Which States voted in favour of the draft on harbours?",
            "In favour: Albania, Algeria, Angola, Brazil, Chile",
        ),
        ("Which States voted against the draft on harbours?", "Against: Dominica"),
        ("Which States abstained in the vote on harbours?", "Abstaining: Ecuador, Fiji"),
        ("¿Qué Estados votaron en contra del proyecto sobre los puertos?", "Votos en contra: Dominica"),
        ("How many pilots are proposed for 2032?", "Kind of pilot | Number Proposed for 2032 | 144"),
    ],
)
def test_of_lists_with_labels_the_one_is_said_whose_label_is_asked_for(
    holding: Holding, question: str, said: str
) -> None:
    readers = readers_of(FlatReader())
    statements = [each.text for each in holding(RECORD, ACTA, readers=readers).ask(question).statements]
    assert said in statements
    others = {"In favour", "Against", "Abstaining", "Votos", "Abstenciones", "Approved"} - set(said.split(":")[:1])
    beside = [text for text in statements if text != said]
    assert not [text for text in beside if text.startswith(tuple(others)) or "Approved" in text]


CATCHES = """# Catches

A/88/40

| Species | 2030 | 2031 |
|---|---|---|
| Swordfish | 11 | 12 |
| Patagonian toothfish | 21 | 22 |
| Albacore | 31 | 32 |
"""


@pytest.mark.parametrize(
    ("turns", "row", "status"),
    [
        (["catch of swordfish in 2030", "and toothfish?"], "Patagonian toothfish | 21 | 22", "answered"),
        (["catch of toothfish in 2030", "and the albacore?"], "Albacore | 31 | 32", "answered"),
        (["catch of albacore in 2030", "and of Marlin?"], "", "tentative"),
    ],
)
def test_the_row_is_told_that_the_last_turn_names_and_for_a_name_that_the_text_lacks_none_for_sure(
    holding: Holding, turns: list[str], row: str, status: str
) -> None:
    answer = holding(CATCHES, readers=readers_of(FlatReader(), "en")).ask(turns[-1], turns[:-1])
    assert answer.status == status
    assert answer.statements[0].text.endswith(row)


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("How many of the albacore were caught in 2031?", "answered"),
        ("How many of the albacore were caught in 2032?", "tentative"),
    ],
)
def test_a_row_whose_head_names_other_years_is_not_sure_though_the_first_page_names_the_one_asked_for(
    holding: Holding, question: str, status: str
) -> None:
    answer = holding(
        CATCHES.replace("# Catches", "# Catches told in 2032"), readers=readers_of(FlatReader(), "en")
    ).ask(question)
    assert answer.status == status


def test_the_row_of_a_country_is_told_in_another_language_too(holding: Holding) -> None:
    text = "---\nlanguage: fr\n---\n# Contributions des pays au fonds\n\nA/88/513\n\n| Pays | Contribution |\n|---|---|\n| Ensemble | 63 |\n| Norvège | 11 |\n| Espagne | 21 |\n| Togo | 31 |\n"
    engine = holding(text, readers=readers_of(FlatReader(), "multilingual"))
    assert engine.ask("What is the contribution of Spain?").statements[0].text.endswith("Espagne | 21")


@pytest.mark.parametrize(
    ("read", "question", "said"),
    [
        ("Children of poor", "Are poor families in Togo exempt?", "Children of poor families in Togo are exempt."),
        ("Togo", "Are poor families in Togo exempt?", "Togo | 28"),
        ("Children of poor", "What is the share of parents in Togo?", "Togo | 28"),
        ("Parents pay", "How much do parents in Togo pay?", "Togo | 28"),
    ],
)
def test_a_row_with_a_name_is_not_before_a_sentence_that_answers_unless_its_column_is_named_too(
    holding: Holding, read: str, question: str, said: str
) -> None:
    table = "| State | Share of parents |\n|---|---|\n| Fiji | 8 |\n| Togo | 28 |\n| Spain | 3 |\n"
    text = f"# Meals at school\n\nA/88/514\n\n{table}\nChildren of poor families in Togo are exempt. Parents pay 39 in all.\n"
    engine = holding(text, readers=readers(en=Fake({read: 4.0})))
    assert engine.ask(question).statements[0].text.endswith(said)


def test_words_that_name_only_another_year_are_not_sure_though_others_of_their_passage_name_the_one_asked_for(
    holding: Holding,
) -> None:
    text = "# Chairs of the harbour board\n\nA/88/509\n\n1. The ninth meeting of 2032 was chaired by Ms. Berg. The eighth meeting of 2031 had no chair.\n"
    engine = holding(text, readers=readers_of(FlatReader(), "en"))
    for year, name in ((2031, "had no chair"), (2032, "Ms. Berg")):
        answer = engine.ask(f"Who chaired the meeting in {year}?")
        assert answer.status == "answered"
        assert [name in each.text for each in answer.statements] == [True]


@pytest.mark.parametrize(
    ("language", "text", "question", "status"),
    [
        ("es", "Del 2 al 5 de mayo de 2031 hubo 62 visitas.", "¿Qué hubo el 4 de mayo de 2031?", "answered"),
        ("es", "El 2 de mayo de 2031 hubo 62 visitas.", "¿Qué hubo el 4 de mayo de 2031?", "tentative"),
        ("en", "On 2 May 2031, the harbour had 62 visits.", "Сколько посещений было 4 мая 2031 года?", "tentative"),
        ("en", "The harbour had 62 visits.", "Сколько посещений было 4 мая?", "answered"),
        ("en", "The harbour had 62 visits on 7 May.", "What visits has the harbour had since 4 May?", "answered"),
        ("en", "The harbour had 62 visits on 7 May.", "What visits had the harbour on 1–15 May?", "answered"),
        ("en", "The harbour had 62 visits on 7 May.", "What visits had the harbour on 8–15 May?", "tentative"),
        ("en", "The harbour had 62 visits on 7 May.", "Quelles visites depuis le 1er mai ?", "answered"),
        ("en", "The harbour had 62 visits on 7 May.", "¿Qué visitas hubo hasta el 9 de mayo?", "answered"),
        ("en", "The harbour had 62 visits on 7 May.", "Какие посещения были с 4 мая?", "answered"),
        ("en", "The harbour had 62 visits on 7 May.", "ما هي الزيارات منذ 4 أيار؟", "answered"),
        ("en", "The harbour had 62 visits on 7 May.", "5月4日以来有多少次访问？", "answered"),
        ("en", "Fees that are paid before 31 May are lower.", "Which fees are paid on 15 May?", "answered"),
        ("ar", "اجتمع المجلس في ليما في تشرين الثاني 2031.", "أين اجتمع المجلس بعد تشرين الأول 2031؟", "answered"),
    ],
)
def test_what_is_told_of_another_day_is_not_sure(
    holding: Holding, language: str, text: str, question: str, status: str
) -> None:
    text = f"---\nlanguage: {language}\n---\n# Harbour of Lima\n\nA/88/509\n\n1. {text}\n"
    assert holding(text, readers=readers_of(FlatReader(), "multilingual")).ask(question).status == status


def test_the_sentence_of_the_day_asked_for_comes_before_that_of_another_day(holding: Holding) -> None:
    text = "# Visits\n\nA/88/509\n\n1. On 4 May, Fiji announced a visit. On 7 May, Togo announced another one.\n"
    engine = holding(text, readers=readers_of(FlatReader(), "en"))
    assert [each.text[:8] for each in engine.ask("What was announced on 7 May?").statements] == ["On 7 May"]


def test_the_years_of_a_span_in_the_head_of_a_table_are_all_its_own(holding: Holding) -> None:
    text = CATCHES.replace("Species | 2030 | 2031", "Species (2029–2031) | first | last").replace(
        "# Catches", "# Catches of 2030"
    )
    engine = holding(text, readers=readers_of(FlatReader(), "en"))
    assert engine.ask("How many of the albacore were caught in 2030?").status == "answered"
    assert engine.ask("How many of the albacore were caught in 2033?").status == "tentative"


LEVELS = """# Warnings of floods

A/88/41

| Level | Name | Delay |
|---|---|---|
| 1 | Low | 180 minutes |
| 2 | Middle | 90 minutes |
| 3 | High | 30 minutes |
"""


@pytest.mark.parametrize(
    ("question", "row"),
    [("What is the delay at level 2?", "2 | Middle | 90 minutes"), ("level 3: what delay", "3 | High | 30 minutes")],
)
def test_a_row_is_named_by_its_number_after_the_word_above_the_numbers(
    holding: Holding, question: str, row: str
) -> None:
    engine = holding(LEVELS, readers=readers_of(FlatReader(), "en"))
    assert [each.text.endswith(row) for each in engine.ask(question).statements] == [True]


PARTICIPANTS = """---
language: fr
---
# Liste des participants

A/88/INF/2

## Parties

### Bénin

Mme Reine Sossa, Ministre du commerce, cheffe de délégation

M. Fidèle Agbo, Directeur des ports

### Bolivie (État plurinational de)

Mme Rosa Quispe, Ambassadrice, cheffe de délégation

M. Hernán Mamani, Juriste

## Observateurs

### Canada

M. Étienne Marchand, Conseiller
"""


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Qui a représenté la Bolivie ?", ["Mme Rosa Quispe", "M. Hernán Mamani"]),
        ("Qui est le juriste de la Bolivie ?", ["M. Hernán Mamani"]),
        ("Who represented Benin?", ["Mme Reine Sossa", "M. Fidèle Agbo"]),
    ],
)
def test_the_names_below_a_country_are_those_of_its_participants_the_first_first(
    holding: Holding, question: str, said: list[str]
) -> None:
    engine = holding(PARTICIPANTS, readers=readers_of(FlatReader(), "multilingual"))
    statements = engine.ask(question).statements[: len(said)]
    assert [each.text.partition(",")[0] for each in statements] == said
