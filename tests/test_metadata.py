"""What a document says of itself on its first page is answered with the line that says it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from conftest import Holding, OpenLibrary, add
from test_answers import check_citations
from word_reader import WordReader, readers_of

from assistant.qa.engine import Engine
from assistant.qa.metadata import adoption_date, document_date, first_page_facts
from assistant.qa.reader import Reading
from corpus.catalogue import Catalogue
from ingest.pipeline import Input

RESOLUTION = """United Nations

General Assembly

A/RES/95/12

Distr.: General

22 December 2040

Ninety-fifth session

Agenda item 71 (b)

Advancement of lighthouses: safety at sea

# Resolution adopted by the General Assembly on 15 December 2040

[on the report of the Third Committee (A/95/545, para. 5)]

## 95/12. Keeping of lighthouses

The General Assembly,

Recalling its resolution 94/3 of 2 December 2039 on lamps,

1. Urges States to light every lighthouse at dusk;

2. Requests the Secretary-General to report to it on lighthouses at its ninety-seventh session.

67th plenary meeting

15 December 2040
"""


@pytest.fixture
def engine(holding: Holding) -> Engine:
    """Asks about one resolution."""
    return holding(RESOLUTION, reading=True)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("When was A/RES/95/12 adopted?", "Resolution adopted by the General Assembly on 15 December 2040 [on the report of the Third Committee (A/95/545, para. 5)]"),
        ("When was A/RES/95/12 distributed?", "Distr.: General 22 December 2040"),
        ("When was A/RES/95/12 published?", "Distr.: General 22 December 2040"),
        ("Under which agenda item was A/RES/95/12 issued?", "Agenda item 71 (b) Advancement of lighthouses: safety at sea"),
        ("What is the symbol of the document on the keeping of lighthouses?", "95/12. Keeping of lighthouses A/RES/95/12"),
        ("What is the title of A/RES/95/12?", "95/12. Keeping of lighthouses"),
        ("At which plenary meeting was A/RES/95/12 adopted?", "67th plenary meeting 15 December 2040"),
    ],
)  # fmt: skip
def test_the_first_page_answers_what_is_asked_of_the_document_itself(engine: Engine, question: str, said: str) -> None:
    answer = engine.ask(question)
    check_citations(answer, engine.library)
    assert answer.status == "answered"
    assert answer.statements[0].text == said


def test_a_day_or_a_symbol_alone_answers_nothing(engine: Engine) -> None:
    for question in ("What is asked of States about lighthouses at dusk?", "15 December 2040", "A/RES/95/12"):
        answer = engine.ask(question)
        assert not {statement.text for statement in answer.statements} & {"15 December 2040", "22 December 2040"}
        assert "A/RES/95/12" not in {statement.text for statement in answer.statements}


def test_what_the_first_page_says_gives_way_to_a_paragraph_that_answers(engine: Engine) -> None:
    answer = engine.ask("What is the Secretary-General requested to report on?")
    assert answer.statements[0].text.startswith("Requests the Secretary-General to report")


def test_passages_are_read_without_the_lines_at_the_head_and_the_foot_of_their_document(holding: Holding) -> None:
    seen: list[str] = []

    class Recording(WordReader):
        def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
            seen.extend(text for _, text in passages)
            return super().read(question, passages)

    engine = holding(RESOLUTION, readers=readers_of(Recording(), "en"))
    answer = engine.ask("By when is the Secretary-General to report on lighthouses?")
    assert answer.statements[0].text.startswith("Requests the Secretary-General to report")
    passages = [text for text in seen if not text.startswith("The symbol of the document")]
    assert any("ninety-seventh session" in text for text in passages)
    for line in ("67th plenary meeting", "15 December 2040", "Distr.: General", "Agenda item 71 (b)"):
        assert not [text for text in passages if line in text]


def test_nothing_of_a_first_page_stands_behind_words_of_the_text_that_answer(holding: Holding) -> None:
    class Sure(WordReader):
        """Is as sure of a first page as of the text, be it a little less."""

        def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
            page = [text.startswith("The symbol of the document") for _, text in passages]
            found = super().read(question, passages)
            return [replace(each, logit=3.9 if first else 4.0) for each, first in zip(found, page, strict=True)]

    short = re.sub("Recalling .*|2[.] Requests .*", "", RESOLUTION)
    engine = holding(short, readers=readers_of(Sure(), "en"))
    answer = engine.ask("What must States light at dusk, according to A/RES/95/12?")
    assert [each.citations[0].locator for each in answer.statements] == ["A/RES/95/12, para. 1"]


TREATY = """A/CONF.95/8

17 April 2040

# Convention on lighthouses

Preamble

The States Parties,

Recalling the harbours of the north,

Have agreed as follows:

## Article 1. Lamps

1. A lighthouse has a lamp.

## Article 2. Keepers

1. A lamp has a keeper.

## Article 3. Signature

This Convention is open for signature until 30 September 2041.
"""


def test_a_day_that_an_article_names_is_not_that_of_the_adoption(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    library = open_library()
    add(library, catalogue, Input("treaty.md", TREATY.encode()))
    (document,) = library.documents()
    assert (adoption_date(document), document_date(document)) == (None, dt.date(2040, 4, 17))


NOTE = """United Nations

General Assembly

A/95/87

Distr.: General

20 May 2040

Original: English

Ninety-fifth session

Item 116 (c) of the preliminary list[^1]

[^1]: A/95/50.

Elections to fill vacancies in subsidiary organs

# Note verbale dated 14 May 2040 from the Permanent Mission of Arla addressed to the President

The Permanent Mission has the honour to refer to the elections of the keepers of lighthouses.
"""


def test_two_things_that_a_document_says_of_itself_are_both_answered_and_no_footnote_runs_into_them(
    holding: Holding,
) -> None:
    engine = holding(NOTE, reading=True)
    answer = engine.ask("Under which agenda item was A/95/87 considered, and who submitted it?")
    check_citations(answer, engine.library)
    assert answer.status == "answered"
    assert [statement.text for statement in answer.statements][:2] == [
        "Item 116 (c) of the preliminary list Elections to fill vacancies in subsidiary organs",
        "Note verbale dated 14 May 2040 from the Permanent Mission of Arla addressed to the President",
    ]


def test_on_whose_behalf_a_draft_is_submitted_is_told_with_who_submits_it(holding: Holding) -> None:
    submitted = (
        "## Arla: draft resolution[^1]\n\n[^1]: On behalf of the States that keep lighthouses.\n\n# Depth of harbours"
    )
    text = (
        NOTE.partition("Ninety-fifth")[0]
        + submitted
        + "\n\nThe General Assembly,\n\nRecalling its resolutions,\n\n1. Decides to dig.\n"
    )
    engine = holding(text, reading=True)
    answer = engine.ask("Who submitted A/95/87?")
    check_citations(answer, engine.library)
    assert answer.status == "answered"
    said = answer.statements[0]
    assert [citation.quote for citation in said.citations] == [
        "Arla: draft resolution",
        "On behalf of the States that keep lighthouses.",
    ]


def test_a_first_page_without_its_symbol_tells_when_it_was_issued_and_in_which_language(
    open_library: OpenLibrary, catalogue: Catalogue
) -> None:
    text = RESOLUTION.replace("A/RES/95/12\n\n", "").replace(
        "22 December 2040\n", "22 December 2040\n\nOriginal: French\n", 1
    )
    library = open_library()
    add(library, catalogue, Input("A_RES_95_12.md", text.encode()))
    (header,) = library.headers()
    told = [sentence for _, sentence in first_page_facts(library.document(header.id))]
    assert any("was issued, distributed and published on 22 December 2040" in sentence for sentence in told)
    assert any("was written in this language: Original: French" in sentence for sentence in told)
