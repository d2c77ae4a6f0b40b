"""Versions of documents: revisions, corrigenda, addenda, language versions; and showing what was read."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import SHARED, Holding, add, more
from invoking import Cli
from rich.console import Console
from services import made_service
from test_answers import check_citations
from word_reader import word_readers

from assistant.answer_phrases import say
from assistant.cli.render import print_answer
from assistant.qa.answer import Answer
from assistant.qa.engine import Engine
from corpus.calendar_names import language_name
from corpus.catalogue import Catalogue
from corpus.corrections import Correction, find_corrections
from corpus.documents import LANGUAGES, Document, Masthead
from corpus.embedding import HashEmbedder
from corpus.library import Library
from corpus.symbols import Symbol
from ingest.chunker import SEGMENTER_VERSION, segmenter
from ingest.document_reading import read_document
from ingest.pipeline import Input

HARBOURS = """# Report on harbours

1. A harbour keeps a register of boats.

2. The register lists five boats of the northern fleet.

3. The fee is paid every spring:

(a) by owners of sailing boats;

(b) by owners of steam boats.

Table 1

| Port | Boats |
| Arla on the southern shore | forty-two dinghies |
| Bend | 50 |

4. Kalmar Vega Orion Sirius 1987.[^1]

[^1]: The four stars of the flag.

## Annex II

1. The flag of the northern fleet is white.
"""
PORTS = """# Rapport sur les ports

1. Un port tient un registre des bateaux.

2. Le registre compte cinq bateaux de la flotte du nord.

3. La redevance est payée chaque printemps.

4. Ce sont quatre étoiles.
"""
WHICH = "Which boats of the northern fleet does the register list?"
COMBIEN = "Combien de bateaux de la flotte du nord compte le registre ?"
STARS = "Kalmar Vega Orion Sirius 1987"
"""Names and a number: a question in any language finds them."""
BASE = "A/80/901"


def paper(symbol: str, text: str = HARBOURS, language: str = "en") -> Input:
    """A file with a symbol that the user gives."""
    return Input(f"{symbol.replace('/', '_')}-{language}.md", text.encode(), Symbol.parse(symbol), language)


def corrigendum(*paragraphs: str, title: str = "Corrigendum") -> str:
    return "\n\n".join(["# Report on harbours", f"**{title}**", *paragraphs])


FIVE = corrigendum("**Paragraph 2**", "For “five boats” read “seven boats”.")


def read(text: str, symbol: str = f"{BASE}/Corr.1", language: str = "en") -> Document:
    return read_document(paper(symbol, text, language), Catalogue.packaged())[0]


def asked(engine: Engine, question: str, language: str | None = None) -> Answer:
    """The answer, its quotes checked against the documents."""
    answer = engine.ask(question, language=language)
    check_citations(answer, engine.library)
    return answer


# Revisions


@pytest.mark.parametrize(
    ("old", "new", "other"),
    [
        ("A/80/6 (Sect. 16)", "A/80/6 (Sect. 16)/Rev.1", "A/80/6 (Sect. 17)"),
        ("A/80/901/Add.1", "A/80/901/Add.1/Rev.1", "A/80/901"),
        ("A/C.3/78/L.5", "A/C.3/78/L.5/Rev.1", "A/C.3/78/L.6"),
        ("A/C.3/78/L.5/Rev.1", "A/C.3/78/L.5/Rev.2", "A/C.3/78/L.5/Rev.2/Add.1"),
    ],
)
def test_a_revision_takes_the_place_of_what_it_revises_and_of_nothing_else(
    holding: Holding, old: str, new: str, other: str
) -> None:
    engine = holding(paper(old), paper(new, FIVE), paper(other, PORTS), reading=True)
    assert engine.library.superseded() == {f"{old}:en:official": f"{new}:en:official"}


def test_a_revision_takes_the_place_of_every_language_version(holding: Holding) -> None:
    engine = holding(paper(BASE), paper(BASE, PORTS, "fr"), paper(f"{BASE}/Rev.1", FIVE), reading=True)
    assert set(engine.library.superseded()) == {f"{BASE}:en:official", f"{BASE}:fr:official"}


def test_the_latest_revision_answers(holding: Holding) -> None:
    six = HARBOURS.replace("five", "six")
    engine = holding(paper(BASE), paper(f"{BASE}/Rev.1", six), reading=True)
    answer = asked(engine, WHICH)
    assert [citation.document for citation in answer.citations] == [f"{BASE}/Rev.1:en:official"]
    assert answer.notes == ()


def test_an_older_revision_in_the_language_of_the_question_is_quoted_with_word_of_the_later_one(
    holding: Holding,
) -> None:
    engine = holding(paper(BASE), paper(BASE, PORTS, "fr"), paper(f"{BASE}/Rev.1", FIVE), reading=True)
    answer = asked(engine, COMBIEN)
    assert [citation.document for citation in answer.citations] == [f"{BASE}:fr:official"]
    assert answer.notes == (
        say("later_revision", "fr", document=BASE, newer=f"{BASE}/Rev.1", languages=language_name("en", "fr")),
    )
    assert answer.to_json()["notes"] == list(answer.notes)


NAMING = f"Does {BASE} say that the register lists boats of the northern fleet?"


@pytest.mark.parametrize("base_is_held", [True, False])
def test_a_question_that_names_a_revised_symbol_is_answered_from_the_revision_and_told_so(
    holding: Holding, base_is_held: bool
) -> None:
    papers = [paper(f"{BASE}/Rev.1", HARBOURS.replace("five", "six")), paper("A/80/902", FIVE)]
    engine = holding(*papers, *([paper(BASE)] if base_is_held else []), reading=True)
    answer = asked(engine, NAMING)
    assert answer.status == "answered", answer.reason
    assert {citation.symbol for citation in answer.citations} == {f"{BASE}/Rev.1"}
    assert answer.notes == (say("revised", "en", symbol=BASE, newer=f"{BASE}/Rev.1"),)


def test_a_question_that_names_a_revision_that_is_not_held_is_not_answered_from_an_earlier_one(
    holding: Holding,
) -> None:
    engine = holding(paper(BASE), paper(f"{BASE}/Rev.1", HARBOURS.replace("five", "six")), reading=True)
    answer = asked(engine, NAMING.replace(BASE, f"{BASE}/Rev.2"))
    assert (answer.status, answer.statements) == ("not_found", ())
    assert f"{BASE}/Rev.2" in answer.reason


def test_a_document_of_which_only_parts_are_held_is_answered_from_these(holding: Holding) -> None:
    engine = holding(paper(f"{BASE} (Part II)"), paper("A/80/902", FIVE), reading=True)
    answer = asked(engine, NAMING)
    assert {citation.symbol for citation in answer.citations} == {f"{BASE} (Part II)"}
    other = asked(engine, NAMING.replace(BASE, f"{BASE} (Part I)"))
    assert (other.status, other.statements) == ("not_found", ())
    more(engine, paper(BASE, HARBOURS.replace("five", "six")))
    whole = asked(engine, NAMING)
    assert {citation.symbol for citation in whole.citations} == {BASE}


def test_a_question_that_names_a_symbol_searches_its_addenda_and_no_other_document(holding: Holding) -> None:
    lighthouse = (
        "# Report on harbours\n\n1. The lighthouse on the northern cliff flashes red seven times each minute.\n"
    )
    engine = holding(
        paper(BASE),
        paper(f"{BASE}/Add.1", lighthouse),
        paper("A/80/902", lighthouse.replace("red", "blue")),
        reading=True,
    )
    answer = asked(
        engine, f"Does {BASE} say that the lighthouse on the northern cliff flashes red seven times each minute?"
    )
    assert answer.status == "answered", answer.reason
    assert {citation.symbol for citation in answer.citations} == {f"{BASE}/Add.1"}


# What a corrigendum says


SAID = {
    "en": ("Corrigendum", "Paragraph 12, second sentence", "Paras. 4 and 5", "Table 24.3", "Page 7, footnote 3",
           "Annex II, paragraph 3 (b)", "For “five” read “six”."),
    "fr": ("Rectificatif", "Paragraphe 12, deuxième phrase", "Paragraphes 4 et 5", "Tableau 24.3",
           "Page 7, note de bas de page 3", "Annexe II, paragraphe 3 b)", "Au lieu de « cinq » lire « six »."),
    "es": ("Corrección", "Párrafo 12, segunda oración", "Párrafos 4 y 5", "Cuadro 24.3", "Página 7, nota 3",
           "Anexo II, párrafo 3 b)", "Donde dice «cinco» debe decir «seis»."),
    "ru": ("Исправление", "Пункт 12, второе предложение", "Пункты 4 и 5", "Таблица 24.3", "Страница 7, сноска 3",
           "Приложение II, пункт 3 b)", "Вместо «пять» следует читать «шесть»."),
    "ar": ("تصويب", "الفقرة 12، الجملة الثانية", "الفقرتان 4 و 5", "الجدول 24-3", "الصفحة 7، الحاشية 3",
           "المرفق الثاني، الفقرة 3 (ب)", "يستعاض عن كلمة ”خمسة“ بكلمة ”ستة“."),
    "zh": ("更正", "第12段第二句", "第4和第5段", "表24.3", "第7页，脚注3", "附件二，第3(b)段", "“五”改为“六”。"),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("strong", [True, False])
def test_the_places_that_a_corrigendum_names_are_read_in_six_languages(language: str, strong: bool) -> None:
    title, *places, instruction = SAID[language]
    mark = "**" if strong else ""
    lines = [part for place in places for part in (f"{mark}{place}{mark}", instruction)]
    document = read(corrigendum(*lines, title=title), language=language)
    found = find_corrections(document)
    letter = "ب" if language == "ar" else "b"
    assert [each.targets for each in found] == [
        ("para. 12",),
        ("para. 4", "para. 5"),
        ("table 24.3",),
        ("page 7, footnote 3",),
        (f"annex II, para. 3 ({letter})",),
    ]
    for each, place in zip(found, places, strict=True):
        assert document.quote(each.start, each.end) == f"{place}\n\n{instruction}"


IN_PROSE = {
    "en": "In paragraph 3 of annex I, replace “boat” with “ship”.",
    "fr": "Au paragraphe 3 de l'annexe I, remplacer « bateau » par « navire ».",
    "es": "En el párrafo 3 del anexo I, sustitúyase «barco» por «buque».",
    "ru": "В пункте 3 приложения I заменить «лодка» на «судно».",
    "ar": "في الفقرة ٣ من المرفق الأول، يستعاض عن كلمة ”قارب“ بكلمة ”سفينة“.",
    "zh": "在附件一第三段中，将“船”改为“舰”。",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_place_is_read_from_a_sentence_too(language: str) -> None:
    found = find_corrections(read(corrigendum(IN_PROSE[language], title=SAID[language][0]), language=language))
    assert [each.targets for each in found] == [("annex I, para. 3",)]


@pytest.mark.parametrize(
    ("line", "targets"),
    [
        ("Paragraphs 4 to 7", ("para. 4", "para. 5", "para. 6", "para. 7")),
        ("Paragraphs 12 (a) and (c)", ("para. 12 (a)", "para. 12 (c)")),
        ("Paragraph 24.11", ("para. 24.11",)),
        ("Paragraph 16 bis", ("para. 16 bis",)),
        ("Tables 2 and 3", ("table 2", "table 3")),
        ("Paragraph 4 and table 2", ("para. 4", "table 2")),
        ("Annexes I and II", ("annex I", "annex II")),
        ("Page 7, paragraph 12, and page 9, footnote 3", ("page 7, para. 12", "page 9, footnote 3")),
        ("Article 5, paragraph 2 (b)", ("art. 5, para. 2 (b)",)),
        ("第4至6段", ("para. 4", "para. 5", "para. 6")),
        ("الفقرات ٤-٦", ("para. 4", "para. 5", "para. 6")),
        ("Пункты 4–6", ("para. 4", "para. 5", "para. 6")),
    ],
)
def test_lists_and_ranges_of_places_are_written_out(line: str, targets: tuple[str, ...]) -> None:
    found = find_corrections(read(corrigendum(f"**{line}**", "The words “of boats” should read “of ships”.")))
    assert [each.targets for each in found] == [targets]


def test_an_annex_on_a_line_of_its_own_holds_for_the_paragraphs_below_it() -> None:
    found = find_corrections(
        read(
            corrigendum(
                "**Paragraph 1**",
                "Delete the last sentence.",
                "**Annex II**",
                "*Paragraph 3*",
                "For 5 read 6.",
                "*Paragraph 9*",
                "For 7 read 8.",
                "**Annex III, paragraph 1**",
                "For 1 read 2.",
            )
        )
    )
    assert [each.targets for each in found] == [
        ("para. 1",),
        ("annex II, para. 3",),
        ("annex II, para. 9",),
        ("annex III, para. 1",),
    ]


def test_places_that_a_corrigendum_only_quotes_are_not_corrected() -> None:
    found = find_corrections(
        read(
            corrigendum(
                "**Paragraph 12**",
                "For “paragraph 40 of the annex” read “paragraph 41 of the annex”.",
                "Replace paragraph 13 with the following text:",
                "“Paragraph 20 of the report applies.”",
            )
        )
    )
    assert [each.targets for each in found] == [("para. 12",), ("para. 13",)]


@pytest.mark.parametrize(
    "says",
    ["The title should read “Report on ports”.", "The third preambular paragraph should read as follows: “Noting”."],
)
def test_a_corrigendum_without_a_place_touches_the_whole_document(says: str) -> None:
    document = read(corrigendum(says))
    found = find_corrections(document)
    assert [each.targets for each in found] == [()]
    assert document.quote(found[0].start, found[0].end) == says


@pytest.mark.parametrize("heading", ["Preambular paragraph 2", "Preamble, paragraph 2"])
def test_a_correction_of_a_preamble_is_no_part_of_the_one_before_it(heading: str) -> None:
    said = ["**Operative paragraph 6**", "For “40 boats” read “41 boats”.", f"**{heading}**", "For “four” read “five”."]
    document = read(corrigendum("\n\n".join(said)))
    found = find_corrections(document)
    assert [each.targets for each in found] == [("para. 6",), ()]
    assert "five" not in document.quote(found[0].start, found[0].end)


@pytest.mark.skipif(not SHARED.exists(), reason="the real documents are not at hand (../shared/documents)")
def test_a_real_corrigendum_corrects_a_paragraph_and_its_table() -> None:
    path = SHARED / "documents" / "docx" / "A_80_6_SECT.24__CORR.1.docx"
    document = read_document(Input(path.name, path.read_bytes()), Catalogue.packaged())[0]
    found = find_corrections(document)
    assert [each.targets for each in found] == [("para. 24.11", "para. 24.11, table")]
    assert document.quote(found[0].start, found[0].end).startswith("Paragraph 24.11\n\nReplace the table")
    assert any(block.kind == "row" for block in document.blocks if found[0].start < block.start < found[0].end)


# Corrigenda in answers


def test_a_correction_follows_the_statement_that_it_corrects(holding: Holding) -> None:
    engine = holding(paper(BASE), paper(f"{BASE}/Corr.1", FIVE), reading=True)
    answer = asked(engine, WHICH)
    quoted, derived = answer.statements
    assert (quoted.verdict, derived.verdict) == ("quoted", "derived")
    assert derived.text.startswith(f"Paragraph 2 of {BASE} is corrected by {BASE}/Corr.1: ")
    assert "For “five boats” read “seven boats”." in derived.text
    assert [citation.document for citation in derived.citations] == [f"{BASE}/Corr.1:en:official"]
    assert "For “five boats” read “seven boats”." in derived.citations[0].quote
    assert answer.notes == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_correction_is_announced_in_the_language_of_the_question(holding: Holding, language: str) -> None:
    said = corrigendum("**Paragraph 4**", "For “Orion” read “Rigel”.")
    engine = holding(paper(BASE), paper(f"{BASE}/Corr.1", said), reading=True)
    answer = asked(engine, STARS, language)
    derived = next(statement for statement in answer.statements if statement.verdict == "derived")
    assert f"{BASE}/Corr.1" in derived.text
    assert "For “Orion” read “Rigel”." in derived.text
    assert SAID[language][1][:4].casefold() in derived.text.casefold() or language == "zh"


@pytest.mark.parametrize(
    ("place", "question"),
    [
        ("Paragraph 3 (b)", "Is the fee paid every spring by owners of steam boats?"),
        ("Table 1", "Arla on the southern shore: forty-two dinghies"),
        ("Footnote 1", "The four stars of the flag?"),
        ("Annex II", "Is the flag of the northern fleet white?"),
        ("Annex II, paragraph 1", "Is the flag of the northern fleet white?"),
    ],
)
def test_corrections_reach_every_kind_of_place(holding: Holding, place: str, question: str) -> None:
    said = corrigendum(f"**{place}**", "Delete the words “at noon”.")
    engine = holding(paper(BASE), paper(f"{BASE}/Corr.1", said), reading=True)
    answer = asked(engine, question)
    derived = [statement for statement in answer.statements if statement.verdict == "derived"]
    assert len(derived) == 1, answer
    assert "Delete the words “at noon”." in derived[0].text


@pytest.mark.parametrize("place", ["Paragraph 1", "Paragraph 3", "Annex II, paragraph 2", "Table 1", "Footnote 1"])
def test_corrections_of_other_places_are_not_mentioned(holding: Holding, place: str) -> None:
    text = HARBOURS + "\n2. The anchor of the southern convoy is black.\n"
    said = corrigendum(f"**{place}**", "Delete the words “at noon”.")
    engine = holding(paper(BASE, text), paper(f"{BASE}/Corr.1", said), reading=True)
    answer = asked(engine, WHICH)
    assert {statement.verdict for statement in answer.statements} == {"quoted"}
    assert answer.notes == ()


@pytest.mark.parametrize(
    "said", [corrigendum("**Paragraph 99**", "Delete."), corrigendum("The title should be shorter.")]
)
def test_a_corrigendum_whose_place_is_not_found_is_named_in_a_note(holding: Holding, said: str) -> None:
    engine = holding(paper(BASE), paper(f"{BASE}/Corr.1", said), reading=True)
    answer = asked(engine, WHICH)
    assert {statement.verdict for statement in answer.statements} == {"quoted"}
    assert answer.notes == (say("corrected_somewhere", "en", document=BASE, corrigendum=f"{BASE}/Corr.1"),)
    shown = io.StringIO()
    print_answer(Console(file=shown, width=200), answer)
    assert answer.notes[0] in shown.getvalue()


def test_a_corrigendum_belongs_to_exactly_what_it_names(holding: Holding) -> None:
    nine, ten = (FIVE.replace("seven", number) for number in ("nine", "ten"))
    corrections_of = [paper(f"{BASE}/Rev.1/Corr.1", nine), paper(f"{BASE}/Add.1/Corr.1", ten)]
    engine = holding(paper(f"{BASE}/Rev.1"), paper(f"{BASE}/Corr.1", FIVE), *corrections_of, reading=True)
    answer = asked(engine, WHICH)
    told = " ".join(statement.text for statement in answer.statements)
    assert f"is corrected by {BASE}/Rev.1/Corr.1" in told
    assert "seven" not in told
    assert "is corrected by A/80/901/Add.1" not in told


def test_a_corrigendum_is_quoted_in_the_language_of_what_it_corrects(holding: Holding) -> None:
    french = corrigendum("**Paragraphe 2**", "Au lieu de « cinq » lire « sept ».", title="Rectificatif")
    corrected = [paper(f"{BASE}/Corr.1", FIVE), paper(f"{BASE}/Corr.1", french, "fr")]
    engine = holding(paper(BASE), paper(BASE, PORTS, "fr"), *corrected, reading=True)
    for question, words in ((WHICH, "read “seven boats”"), (COMBIEN, "lire « sept »")):
        derived = [s.text for s in asked(engine, question).statements if s.verdict == "derived"]
        assert len(derived) == 1
        assert words in derived[0]


def test_a_long_correction_is_cut_at_a_block_and_says_so(holding: Holding) -> None:
    rows = [f"The sentence number {n} of the new paragraph is about anchors and chains." for n in range(60)]
    engine = holding(
        paper(BASE), paper(f"{BASE}/Corr.1", corrigendum("**Paragraph 2**", "Replace by:", *rows)), reading=True
    )
    derived = next(s for s in asked(engine, WHICH).statements if s.verdict == "derived")
    assert len(derived.text) < 1_200
    assert derived.citations[0].quote.endswith("chains.")
    assert derived.text.endswith("…”")


# Language versions


def test_a_question_is_answered_from_the_version_in_its_language_and_from_one_only(holding: Holding) -> None:
    engine = holding(paper(BASE), paper(BASE, PORTS, "fr"), reading=True)
    for question, language in ((WHICH, "en"), (COMBIEN, "fr")):
        answer = asked(engine, question)
        assert [citation.language for citation in answer.citations] == [language]


def test_without_a_version_in_the_language_of_the_question_the_english_one_is_quoted(holding: Holding) -> None:
    engine = holding(paper(BASE), paper(BASE, HARBOURS.replace("# Report", "# Rapport"), "fr"), reading=True)
    answer = asked(engine, STARS, "es")
    assert [citation.language for citation in answer.citations] == ["en"]
    hits = engine.search("northern fleet register")
    assert {hit.document.language for hit in hits} == {"en"}


def test_what_only_the_english_version_finds_is_quoted_from_the_same_place_in_the_language_of_the_question(
    holding: Holding,
) -> None:
    engine = holding(paper(BASE), paper(BASE, PORTS, "fr"), reading=True)
    answer = asked(engine, STARS, "fr")
    assert [(c.language, c.quote) for c in answer.citations] == [("fr", "Ce sont quatre étoiles.")]


def test_versions_do_not_crowd_each_other_out_of_retrieval(holding: Holding) -> None:
    papers = [paper(BASE, HARBOURS + f"\n{language}\n", language) for language in LANGUAGES]
    engine = holding(*papers, paper("A/80/902", HARBOURS.replace("northern", "southern")), reading=True)
    hits = engine.search(WHICH)
    places = [(hit.document.key, hit.passage.locator) for hit in hits]
    assert len(places) == len(set(places))
    assert {hit.document.key for hit in hits} == {BASE, "A/80/902"}
    assert {hit.document.language for hit in hits} == {"en"}


# Words recognised from an image


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_citation_from_a_recognised_text_says_so(library: Library, language: str) -> None:
    document = replace(read(HARBOURS, BASE), ocr=True)
    library.add(document, segmenter(library.models)(document))
    answer = asked(Engine(library, Catalogue.packaged(), readers=word_readers()), STARS, language)
    assert [citation["ocr"] for citation in answer.to_json()["citations"]] == [True]
    shown = io.StringIO()
    print_answer(Console(file=shown, width=200), answer)
    assert say("ocr", language) in shown.getvalue()
    assert "OCR" in say("ocr", language)


# list and show


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Runs a command over a library that documents are put into first."""
    folder = tmp_path / "shown"

    def command(*arguments: str, code: int = 0) -> str:
        done = Cli(folder)(*arguments)
        assert done.code == code, done.err
        return done.out if not code else done.err

    def put(*documents: Document) -> Any:
        with Library(folder, HashEmbedder(), SEGMENTER_VERSION) as library:
            for document in documents:
                library.add(document, segmenter(library.models)(document))
        return command

    return put


HEAD = Masthead(body="General Assembly", symbols=(BASE,), distribution="General", date="2025-05-21", job="25-01234")


def test_list_shows_a_symbol_once_with_its_languages_and_its_versions_below_it(run: Any) -> None:
    scanned = replace(read(HARBOURS, BASE), reissue=1, format="pdf", pages=(900, 0, 800), ocr=True)
    command = run(
        scanned,
        read(PORTS, BASE, "fr"),
        read(FIVE),
        read(FIVE, f"{BASE}/Rev.1"),
        read(FIVE, "A/80/900"),
    )
    lines = [line for line in command("list").splitlines() if "A/80/90" in line]
    names = [line.strip("│| ").split()[0] for line in lines]
    assert names == ["A/80/900", f"{BASE}*", f"{BASE}/Corr.1", f"{BASE}/Rev.1"]
    assert lines[2].index(f"{BASE}/Corr.1") > lines[1].index(f"{BASE}*")
    assert "en, fr" in lines[1]
    assert "official (superseded)" in lines[1]
    assert "OCR (en)" in lines[1]
    assert "1 of 3 pages without text (en)" in lines[1]
    assert "text, pdf" in lines[1] or "pdf, text" in lines[1]


def test_list_as_json_keeps_a_record_for_each_language_version(run: Any) -> None:
    command = run(replace(read(HARBOURS, BASE), reissue=2, pages=(0, 500)), read(PORTS, BASE, "fr"), read(FIVE))
    rows = {row["id"]: row for row in json.loads(command("list", "--json"))}
    assert set(rows) == {f"{BASE}:en:official", f"{BASE}:fr:official", f"{BASE}/Corr.1:en:official"}
    assert rows[f"{BASE}/Corr.1:en:official"]["parent"] == BASE
    english = rows[f"{BASE}:en:official"]
    assert (english["reissue"], english["pages"], english["pages_without_text"]) == (2, 2, [1])


def test_citations_name_a_reissued_document_without_asterisks(library: Library) -> None:
    document = replace(read(HARBOURS, BASE), reissue=1)
    library.add(document, segmenter(library.models)(document))
    answer = asked(Engine(library, Catalogue.packaged(), readers=word_readers()), WHICH)
    assert [citation.locator for citation in answer.citations] == [f"{BASE}, para. 2"]


def test_show_tells_what_the_head_says_how_much_was_read_and_what_corrects_it(run: Any) -> None:
    document = replace(
        read(HARBOURS, BASE),
        masthead=HEAD,
        format="pdf",
        pages=(900, 3, 800),
        ocr=True,
        warnings=("Page 2 is an image.",),
    )
    command = run(document, read(PORTS, BASE, "fr"), read(FIVE), read(FIVE, f"{BASE}/Rev.1"))
    shown = command("show", BASE)
    for words in (
        "Body: General Assembly",
        "Distribution: General",
        "Job number: 25-01234",
        "Pages: 3; without text: 2",
        "OCR: ",
        "Page 2 is an image.",
        "Languages: en, fr",
        f"Later revision: {BASE}/Rev.1:en:official",
        f"Corrigendum: {BASE}/Corr.1:en:official",
        f"Corrected: para. 2 ({BASE}/Corr.1:en:official",
        "para. 1: 1. A harbour keeps a register of boats.",
    ):
        assert words in shown
    record = json.loads(command("show", BASE, "--json"))
    assert record["masthead"]["body"] == "General Assembly"
    assert record["pages_without_text"] == [2]
    assert record["versions"]["later"] == [f"{BASE}/Rev.1:en:official"]
    assert record["versions"]["languages"] == ["en", "fr"]
    assert [each["targets"] for each in record["versions"]["corrections"]] == [["para. 2"]]
    told = command("show", f"{BASE}/Corr.1")
    assert "Corrects: para. 2" in told
    assert [each["blocks"] for each in record["versions"]["corrections"]] == [[2]]
    part, other = command("show", BASE, "para. 2"), command("show", BASE, "para. 1")
    assert "Corrected: para. 2" in part
    assert "For “five boats” read “seven boats”." in part
    assert f"Later revision: {BASE}/Rev.1:en:official" in other
    assert "Corrected" not in other


def test_every_door_tells_of_a_paragraph_what_a_corrigendum_corrects(tmp_path: Path, catalogue: Catalogue) -> None:
    with made_service(tmp_path, catalogue, page=False, reading=True) as made:
        add(made.library, catalogue, paper(BASE), paper(f"{BASE}/Corr.1", FIVE))
        blocks = made.client.get(f"/api/v1/documents/{BASE}/blocks").json()["items"]
        told = {each["locator"]: [one["text"] for one in each["corrections"]] for each in blocks if each["corrections"]}
        assert told == {"para. 2": ["Paragraph 2\n\nFor “five boats” read “seven boats”."]}
        page = made.client.get(f"/documents/{BASE}", headers={"Accept-Language": "ar"}).text
        assert page.count("For “five boats” read “seven boats”.") == 1
        assert f"/documents/{BASE}/Corr.1?language=en&amp;edition=official&amp;words=" in page


def test_show_takes_the_english_version_unless_told_otherwise(run: Any) -> None:
    command = run(read(PORTS, BASE, "fr"), read(HARBOURS, BASE))
    assert json.loads(command("show", BASE, "--json"))["language"] == "en"
    assert json.loads(command("show", BASE, "--language", "fr", "--json"))["language"] == "fr"


def test_show_outline_gives_the_headings_with_their_places(run: Any) -> None:
    command = run(read(HARBOURS, BASE))
    found = json.loads(command("show", BASE, "--outline", "--json"))
    assert [(each["text"], each["locator"]) for each in found["outline"]] == [
        ("Report on harbours", "title"),
        ("Annex II", "annex II"),
    ]
    assert "blocks" not in found
    assert "Annex II  [annex II]" in command("show", BASE, "--outline")
    part = json.loads(command("show", BASE, "annex II", "--outline", "--json"))
    assert [each["text"] for each in part["outline"]] == ["Annex II"]


def test_show_tables_draws_each_with_its_caption_and_header(run: Any) -> None:
    command = run(read(HARBOURS, BASE))
    (table,) = json.loads(command("show", BASE, "--tables", "--json"))["tables"]
    assert (table["number"], table["caption"]) == ("1", "Table 1")
    assert table["header"] == [["Port", "Boats"]]
    assert [row["cells"] for row in table["rows"]] == [
        ["Arla on the southern shore", "forty-two dinghies"],
        ["Bend", "50"],
    ]
    drawn = command("show", BASE, "--tables")
    for words in ("Table 1", "Port", "Arla", "50", "row 2"):
        assert words in drawn
    assert "A harbour keeps" not in drawn
    assert "No tables here." in command("show", BASE, "annex II", "--tables")


def test_show_footnotes_gives_each_with_what_refers_to_it(run: Any) -> None:
    command = run(read(HARBOURS, BASE))
    (note,) = json.loads(command("show", BASE, "--footnotes", "--json"))["footnotes"]
    assert (note["number"], note["text"]) == ("1", "The four stars of the flag.")
    assert [each["locator"] for each in note["cited_in"]] == ["para. 4"]
    shown = command("show", BASE, "para. 4", "--footnotes", "--outline")
    assert "The four stars of the flag." in shown
    assert "from para. 4: " in shown
    assert "No footnotes here." in command("show", BASE, "para. 1", "--footnotes")


def test_what_is_shown_carries_no_control_or_direction_characters_and_no_markup(run: Any) -> None:
    nasty = "[bold]red[/bold] \x1b[31m \u202egnip"
    document = read(HARBOURS, BASE)
    row = next(block for block in document.blocks if block.locator == "table 1, row 1" or block.kind == "row")
    text = document.text.replace("A harbour keeps", nasty[: len("A harbour keeps")])
    assert len(text) == len(document.text)
    hostile = replace(document, text=text, title=nasty, masthead=Masthead(body=nasty), warnings=(nasty,))
    command = run(hostile)
    for arguments in ((), ("--outline",), ("--tables",), ("--footnotes",), (row.locator,)):
        shown = command("show", BASE, *arguments)
        assert "[bold]" in shown
        assert not {"\x1b", "\u202e"} & set(shown)
    assert not {"\x1b", "\u202e"} & set(command("list"))


def test_corrections_are_values_that_point_into_the_corrigendum() -> None:
    document = read(FIVE)
    (found,) = find_corrections(document)
    assert isinstance(found, Correction)
    block = document.block_at(found.start)
    assert block is not None
    assert (block.start, block.locator) == (found.start, found.locator)


def test_of_the_same_words_in_several_documents_the_latest_answers_and_the_earlier_ones_are_named(
    library: Library, catalogue: Catalogue
) -> None:
    for symbol, year, mark in (("A/90/7", 2030, "'"), ("A/92/7", 2032, "’"), ("A/91/7", 2031, "’")):
        text = f"---\nsymbol: {symbol}\nlanguage: en\ndate: {year}-01-01\n---\n# Harbours\n\n1. A harbour keeps a register of its town{mark}s boats.\n"
        add(library, catalogue, Input(f"{year}.md", text.encode()))
    answer = Engine(library, catalogue, readers=word_readers()).ask("What does a harbour keep a register of?")
    assert [cite.locator for cite in answer.citations] == ["A/92/7, para. 1"]
    assert say("repeats", "en", later="A/92/7, para. 1", earlier="A/91/7, para. 1 and A/90/7, para. 1") in answer.notes
