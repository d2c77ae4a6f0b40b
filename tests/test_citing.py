"""Documents are cited as the United Nations cites them: body, number, date of adoption; title and symbol; the symbol never twice."""

from __future__ import annotations

import datetime as dt

import pytest
from conftest import Holding

from assistant.export.file_formats import render
from assistant.export.layouts import build_publication
from assistant.export.un_style import document_name, format_act_name, format_locator
from assistant.qa.metadata import adoption_date
from assistant.reports.brief.brief_maker import make_briefing
from assistant.reports.brief.briefing import Request
from corpus.documents import LANGUAGES, Document
from corpus.symbols import Symbol

RESOLUTION = """United Nations

A/RES/91/217

General Assembly

Distr.: General

22 December 2036

Ninety-first session
Agenda item 26

Resolution adopted by the General Assembly on 19 December 2036

[on the report of the Third Committee (A/91/500, para. 30)]

# 91/217. Lamps of small boats

The General Assembly,

Recalling its resolution 90/12 of 3 December 2035,

1. Requests the Secretary-General to report on lamps;

2. Decides to remain seized of the matter.
"""


@pytest.fixture
def resolution(holding: Holding) -> Document:
    return next(iter(holding(RESOLUTION).library.documents()))


@pytest.mark.parametrize(
    ("symbol", "named"),
    [
        ("A/RES/78/217", "General Assembly resolution 78/217"),
        ("A/RES/48/141", "General Assembly resolution 48/141"),
        ("S/RES/1325(2000)", "Security Council resolution 1325 (2000)"),
        ("E/RES/2020/1", "Economic and Social Council resolution 2020/1"),
        ("A/HRC/RES/50/1", "Human Rights Council resolution 50/1"),
        ("A/80/48", None),
        ("CTOC/COP/WG.7/2021/1", None),
    ],
)
def test_a_resolution_is_named_by_body_and_number(symbol: str, named: str | None) -> None:
    assert format_act_name(Symbol.parse(symbol), "en") == named


def test_a_resolution_is_cited_with_the_day_on_which_it_was_adopted_and_without_its_symbol(
    resolution: Document,
) -> None:
    assert adoption_date(resolution) == dt.date(2036, 12, 19)
    name = document_name(resolution, "en")
    assert (
        name.full == "General Assembly resolution 91/217 of 19 December 2036, “Lamps of small boats” (unverified copy)"
    )
    assert name.short == "General Assembly resolution 91/217"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_number_stands_once_in_every_language_and_the_symbol_never(resolution: Document, language: str) -> None:
    full = document_name(resolution, language).full
    assert full.count("91/217") == 1
    assert "A/RES" not in full


def test_other_documents_are_cited_by_title_and_symbol(holding: Holding) -> None:
    text = "---\nsymbol: A/91/12\ntitle: Report on lamps\nlanguage: en\ndate: 2036-01-01\n---\n# Report on lamps\n\n1. Lamps.\n"
    name = document_name(holding(text).library.document("A/91/12:en:official"), "en")
    assert (name.full, name.short) == ("Report on lamps (A/91/12, unverified copy)", "A/91/12")


def test_a_place_that_begins_with_a_symbol_is_said_in_words() -> None:
    assert (
        format_locator("A/RES/78/217, para. 15 (d)", "A/RES/78/217", "en")
        == "General Assembly resolution 78/217, para. 15 (d)"
    )
    assert format_locator("A/80/48, para. 1", "A/80/48", "en") == "A/80/48, para. 1"
    assert format_locator("working paper, para. 1", "working-paper", "en") == "working paper, para. 1"


def test_lines_about_the_adoption_are_cited_with_their_place(holding: Holding) -> None:
    engine = holding(RESOLUTION, reading=True)
    paper = build_publication(make_briefing(engine, Request("document", "A/RES/91/217")), engine.library)
    text = render(paper, "md").decode()
    notes = [line for line in text.splitlines() if line.startswith("[^") and "resolution 91/217" in line]
    assert notes
    assert not [
        line
        for line in notes
        if line.endswith(("resolution 91/217.", "resolution 91/217](https://docs.un.org/en/A/RES/91/217)."))
    ]


def test_a_resolution_whose_title_is_its_number_is_named_without_it(holding: Holding) -> None:
    text = "---\nsymbol: S/RES/2771(2025)\ntitle: Resolution 2771 (2025)\n---\n# Resolution 2771 (2025)\n\nThe Security Council,\n\n1. Decides to act.\n"
    library = holding(text).library
    name = document_name(library.find_documents("S/RES/2771(2025)")[0], "en")
    assert name.full.startswith("Security Council resolution 2771 (2025)")
    assert name.full.count("2771") == 1
