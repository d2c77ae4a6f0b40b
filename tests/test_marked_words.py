"""The words that answer are marked in the statement that holds them: on the page, in a terminal, in JSON."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from conftest import Holding, add
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from services import made_service
from word_reader import FlatReader, readers_of

from assistant.cli.render import print_answer
from assistant.page.chat_turns import Turn
from assistant.page.turn_html import turn_html
from assistant.qa.answer import Answer, Citation, Statement, answer_from_json
from assistant.qa.reader import Reading
from corpus.catalogue import Catalogue
from ingest.input_files import FileInput

TEXT = """# Harbour rules

1. Every ferry shall leave the inner harbour before sunset, and its master shall report to the pilot.
"""
QUESTION = "When shall every ferry leave the inner harbour?"


class Pointing(FlatReader):
    """A reader to whom every passage answers, with some words where it has them."""

    def __init__(self, words: str, likely: float = 9.0) -> None:
        self._words, self._likely = words, likely

    def reading(self, question: str, text: str) -> Reading:
        at, offsets = text.find(self._words), [found.span() for found in re.finditer(r"\S", text)]
        inside = [n for n, (begin, _) in enumerate(offsets) if 0 <= at <= begin < at + len(self._words)]
        start, end = (np.full(len(offsets), min(0.0, self._likely - 9.0), np.float32) for _ in range(2))
        start[inside[:1]] = end[inside[-1:]] = self._likely
        return Reading(3.0, offsets, start, end)


def asked(holding: Holding, tmp_path: Path, words: str, likely: float = 9.0) -> Answer:
    """The answer of a reader that points at some words."""
    (tmp_path / "harbour.md").write_text(TEXT, encoding="utf-8")
    readers = readers_of(Pointing(words, likely))
    return holding(FileInput(tmp_path / "harbour.md").open(), readers=readers).ask(QUESTION)


@pytest.fixture
def answer(holding: Holding, tmp_path: Path) -> Answer:
    return asked(holding, tmp_path, "before sunset")


def test_an_answer_tells_which_of_the_quoted_words_answer(answer: Answer) -> None:
    assert answer.status == "answered"
    (citation,) = answer.statements[0].citations
    begin, end = citation.answer or (0, 0)
    assert citation.quote[begin - citation.start : end - citation.start] == "before sunset"
    assert [words for words, on in answer.statements[0].pieces if on] == ["before sunset"]


def test_it_is_the_same_after_a_way_through_json(answer: Answer) -> None:
    kept = answer_from_json(json.loads(json.dumps(answer.to_json())))
    assert kept.statements == answer.statements
    assert [each.answer for each in kept.citations] == [each.answer for each in answer.citations]
    assert kept.statements[0].pieces == answer.statements[0].pieces


def test_what_the_reader_points_at_is_told_in_whole_words(holding: Holding, tmp_path: Path) -> None:
    shown = asked(holding, tmp_path, "unset")
    assert [words for words, on in shown.statements[0].pieces if on] == ["sunset"]


def test_no_mark_begins_with_what_ends_the_words_before_it(holding: Holding, tmp_path: Path) -> None:
    shown = asked(holding, tmp_path, ", and its master")
    assert [words for words, on in shown.statements[0].pieces if on] == ["and its master"]


def test_nothing_is_told_where_the_reader_finds_no_likely_words(holding: Holding, tmp_path: Path) -> None:
    shown = asked(holding, tmp_path, "before sunset", likely=-1.0)
    assert shown.statements
    assert [each.answer for each in shown.citations] == [None]


def test_nothing_is_told_where_most_of_the_words_would_be(holding: Holding, tmp_path: Path) -> None:
    shown = asked(holding, tmp_path, "leave the inner harbour before sunset, and its master shall")
    assert shown.statements
    assert [each.answer for each in shown.citations] == [None]
    assert shown.statements[0].pieces == [(shown.statements[0].text, False)]


def test_the_page_sets_them_in_bold_in_the_statement_and_in_its_source(
    tmp_path: Path, catalogue: Catalogue, answer: Answer
) -> None:
    with made_service(tmp_path / "service", catalogue, page=False, reading=True) as made:
        add(made.library, catalogue, FileInput(tmp_path / "harbour.md").open())
        html = turn_html(made.service, 1, Turn(QUESTION, "", answer))
    assert '<b class="rp-key">before sunset</b>' in html
    assert '<b class="rp-key">before sunset</b>, and its master shall report to the pilot.</mark>' in html


def test_a_terminal_sets_them_in_bold(answer: Answer) -> None:
    told = StringIO()
    print_answer(Console(file=told, force_terminal=True, width=400, color_system="standard"), answer)
    assert "\x1b[1mbefore sunset\x1b[0m" in told.getvalue()


@given(st.text("ab \n\t", min_size=1), st.integers(-5, 40), st.integers(-5, 40))
def test_the_pieces_of_a_statement_are_its_text_whatever_is_marked(words: str, begin: int, end: int) -> None:
    quote = words.strip() or "a"
    cited = Citation("p", "d", "A/1", "T", "original", "en", "A/1, para. 1", quote, 7, 7 + len(quote))
    statement = Statement.quoting(replace(cited, answer=(7 + min(begin, end), 7 + max(begin, end))))
    assert "".join(piece for piece, _ in statement.pieces) == statement.text
