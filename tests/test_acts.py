"""Decisions within a report: places, what is quoted of each, and where annexes end."""

from __future__ import annotations

import pytest
from conftest import Holding

from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.documents import Document
from corpus.place_spans import resolve_locator
from ingest.document_reading import Input, read_document

REPORT = """# Report of the Assembly of Lamps on its third session

A/88/9

## Decision 11/AL.31

## Oil

The Assembly of Lamps,

Recalling decision 4/AL.30,

1. Decides that oil shall be kept for forty nights;

2. Requests the keeper to count the casks.

## Decision 12/AL.31

## Wicks

The Assembly of Lamps,

Noting that wicks burn,

1. Decides that wicks shall be of cotton;

2. Establishes the fund for wicks set out in the annex.

### Annex

### The fund for wicks

1. The fund shall hold ninety crowns.

## Decision 13/AL.31

## Glass

1. Extends the warranty of glass until May.

## Closing of the session

The session closed at noon.
"""


def read(text: str, name: str = "report.md") -> Document:
    return read_document(Input(name, text.encode()), Catalogue.packaged())[0]


def places(document: Document) -> dict[str, str]:
    """Where the words of each block stand, by these words without their number."""
    return {document.body(block): block.locator for block in document.blocks}


def test_the_number_of_a_decision_is_part_of_the_places_below_it() -> None:
    found = places(read(REPORT))
    assert found["Decides that oil shall be kept for forty nights;"] == "Decision 11/AL.31, para. 1"
    assert found["Decides that wicks shall be of cotton;"] == "Decision 12/AL.31, para. 1"
    assert found["Noting that wicks burn,"] == "Decision 12/AL.31, first preambular para."
    assert found["The fund shall hold ninety crowns."] == "Decision 12/AL.31, annex, para. 1"
    assert found["Decision 13/AL.31"] == "Decision 13/AL.31", "the annex ends with the decision"
    assert found["Extends the warranty of glass until May."] == "Decision 13/AL.31, para. 1"
    assert found["The session closed at noon."] == "section “Closing of the session”, first paragraph"


def test_passages_of_a_decision_are_headed_by_its_number() -> None:
    document = read(REPORT)
    (own,) = [block for block in document.blocks if document.body(block).startswith("Extends")]
    heads = [document.block_text(each) for each in document.headings(own)]
    assert heads[-2:] == ["Decision 13/AL.31", "Glass"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Resolution 5/1", "Resolution 5/2"),
        ("Décision 15/3. Eau", "Décision 15/4. Sel"),
        ("Решение 12/CP.31", "Решение 13/CP.31"),
        ("5/1 Lamps", "5/2 Oil"),
        ("Decision XXXV/1: Gas", "Decision XXXV/2: Ice"),
        ("第5/1号决议", "第5/2号决议"),
        ("المقرر 15/3", "المقرر 15/4"),
    ],
)
def test_decisions_are_known_by_numbers_of_any_body_and_language(first: str, second: str) -> None:
    found = places(read(f"# Texts\n\n## {first}\n\n1. One lamp.\n\n2. Two lamps.\n\n## {second}\n\n1. No lamp.\n"))
    label, _, place = found["No lamp."].rpartition(", ")
    assert place == "para. 1"
    assert second.startswith(label)
    assert label[-1].isdigit() or label.endswith("决议")


def test_decisions_whose_numbers_tell_no_session_are_known_by_who_speaks_below() -> None:
    head = "The Council,\n\nRecalling lamps,\n\n"
    drafts = f"# Drafts\n\n## Draft resolution I\n\n{head}1. Asks for oil.\n\n## Draft resolution II\n\n{head}1. Asks for wicks.\n"
    assert places(read(drafts))["Asks for wicks."] == "Draft resolution II, para. 1"
    plain = "# Manual\n\n## Chapter I\n\n1. Oil burns.\n\n2. So does wax.\n\n## Chapter II\n\n1. Wicks burn.\n"
    assert places(read(plain))["Oil burns."] == "para. 1", "chapters are no decisions"


def test_decisions_and_annexes_of_a_text_without_marks_are_found() -> None:
    text = "REPORT ON LAMPS\n\nDecision 5/1\n\n1. Oil is kept.\n\nANNEX\n\n1. Ninety casks.\n\nDecision 5/2\n\n1. Wicks are cut.\n"
    found = places(read(text, "report.txt"))
    assert found["Ninety casks."] == "Decision 5/1, annex, para. 1"
    assert found["Wicks are cut."] == "Decision 5/2, para. 1"


def test_an_annex_ends_where_a_heading_further_out_begins_whose_paragraphs_do_not_go_on_with_its_count() -> None:
    text = """# Lamps

## Introduction

1. Lamps burn.

### Annex

### Terms of reference

1. The group meets twice.

{heading}

{number}. Oil is kept.
"""
    assert places(read(text.format(heading="## Next steps", number=2)))["Oil is kept."] == "annex, para. 2"
    assert places(read(text.format(heading="## Next steps", number=7)))["Oil is kept."] == "para. 7"
    assert places(read(text.format(heading="### Next steps", number=7)))["Oil is kept."] == "annex, para. 7"


@pytest.fixture
def engine(holding: Holding) -> Engine:
    other = "# Report on salt\n\nA/88/4\n\n1. Salt is dear.\n\n2. Salt is scarce.\n\n5. Salt is white.\n"
    return holding(REPORT, other, reading=True)


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("What does paragraph 1 of decision 12/AL.31 say?", ["Decision 12/AL.31, para. 1"]),
        ("What does paragraph 1 of decision 13/AL.31 in A/88/9 say?", ["Decision 13/AL.31, para. 1"]),
        ("What does paragraph 1 of the annex to decision 12/AL.31 say?", ["Decision 12/AL.31, annex, para. 1"]),
        ("Que dit le paragraphe 2 de la décision 11/AL.31 ?", ["Decision 11/AL.31, para. 2"]),
        ("Which wicks of cotton does the Assembly decide on in decision 12/AL.31?", ["Decision 12/AL.31, para. 1"]),
    ],
)
def test_a_decision_that_is_named_is_quoted_and_no_other(engine: Engine, question: str, places: list[str]) -> None:
    answer = engine.ask(question)
    assert [each.locator.removeprefix("A/88/9, ") for each in answer.citations] == places


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("What does paragraph 5 of decision 12/AL.31 say?", "The text of A/88/9 in the library has no Decision 12/AL.31, para. 5."),
        ("What does decision 14/AL.31 say?", "The text of A/88/9 in the library has no decision 14/AL.31."),
        ("What does paragraph 1 of decision 14/AL.31 of A/88/9 say?", "The text of A/88/9 in the library has no decision 14/AL.31."),
    ],
)  # fmt: skip
def test_a_decision_or_a_paragraph_of_it_that_is_not_there_is_said_not_to_be(
    engine: Engine, question: str, reason: str
) -> None:
    answer = engine.ask(question)
    assert (answer.status, answer.reason) == ("not_found", reason)


@pytest.mark.parametrize(
    ("place", "locator"),
    [
        ("decision 12/AL.31, para. 1", "Decision 12/AL.31, para. 1"),
        ("paragraph 2 of decision 12/AL.31", "Decision 12/AL.31, para. 2"),
        ("annex, para. 1 of decision 12/AL.31", "Decision 12/AL.31, annex, para. 1"),
        ("para. 9 of decision 12/AL.31", None),
    ],
)
def test_a_place_in_a_decision_is_shown_as_a_person_writes_it(place: str, locator: str | None) -> None:
    assert resolve_locator(read(REPORT), place) == locator


def test_a_paragraph_is_quoted_from_the_version_of_a_report_in_the_language_of_the_question(holding: Holding) -> None:
    french = REPORT.replace("Decision 1", "Décision 1").replace(
        "Decides that wicks shall be of cotton", "Décide que les mèches sont en coton"
    )
    engine = holding(
        Input("en.md", REPORT.encode(), language="en"), Input("fr.md", french.encode(), language="fr"), reading=True
    )
    answer = engine.ask("Que dit le paragraphe 1 de la décision 12/AL.31 ?")
    assert [each.text for each in answer.statements] == ["Décide que les mèches sont en coton;"]


def test_a_decision_that_is_named_is_never_answered_from_another_one(engine: Engine) -> None:
    answer = engine.ask("Which wicks of cotton does the Assembly decide on in decision 11/AL.31?")
    assert not any("12/AL.31" in each.locator for each in answer.citations)


def test_sub_paragraphs_are_numbered_in_brackets_letters_below_them() -> None:
    text = """# Lamps

2. URGES Member States:

(1) to keep oil;

(2) to cut wicks:

(a) by hand;

(b) by night;

(3) to clean glass.

3. REQUESTS the keeper:

(1) to count (2) casks;

(2) to report.

(7) A remark.
"""
    found = places(read(text))
    assert found["to cut wicks:"] == "para. 2 (2)"
    assert found["by night;"] == "para. 2 (2) (b)"
    assert found["to clean glass."] == "para. 2 (3)"
    assert found["to report."] == "para. 3 (2)"
    assert "(7) A remark." in found, "it goes on with no count"


def test_paragraphs_are_numbered_without_dots_from_the_first_on() -> None:
    text = "# Lamps\n\n## resolves\n\n1 that oil be kept;\n\n2 that wicks be cut,\n\n## instructs the keeper\n\n1 to count casks;\n\n2 to report.\n\n12 May 2031\n"
    found = places(read(text))
    assert found["that wicks be cut,"] == "para. 2"
    assert found["to report."] == "section “instructs the keeper”, para. 2"
    assert "12 May 2031" in found
    assert places(read("# Lamps\n\n1 cask is kept.\n\nOil burns.\n"))["1 cask is kept."].endswith("first paragraph")


def test_the_preamble_of_a_resolution_may_end_its_paragraphs_with_semicolons() -> None:
    text = "# Lamps\n\nThe Third Assembly of Lamps,\n\nRecalling oil;\n\nNoting wicks;\n\n1. ADOPTS the plan.\n"
    document = read(text)
    assert (document.kind, places(document)["Noting wicks;"]) == ("resolution", "second preambular para.")
