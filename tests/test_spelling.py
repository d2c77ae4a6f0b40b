"""Slips of the finger: mended where one word is meant, told, and never where the library says the word itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.qa.engine import Engine
from assistant.qa.query import SpellingCorrector
from assistant.reports.comparison.topic_comparison import compare_topic
from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder, make_embedder
from corpus.library import Library
from ingest.chunker import SEGMENTER_VERSION
from ingest.pipeline import ingest, starter_sources


class PiecesOfMiniLM(HashEmbedder):
    """Vectors by hashing, but the word pieces of the real model, which tell what is English."""

    def __init__(self, models: Path) -> None:
        self._real = make_embedder("minilm", models)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return self._real.token_spans(text)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    sources = [source for source in starter_sources() if source.name in ("protocol.md", "treaty-status.md")]
    folder = tmp_path_factory.mktemp("spelling")
    with Library(folder / "library", PiecesOfMiniLM(folder / "models"), SEGMENTER_VERSION) as held:
        assert [outcome.result for outcome in ingest(sources, held, Catalogue.packaged())] == ["added", "added"]
        yield held


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("a suspected vesel", "a suspected vessel"),
        ("date of entry into froce", "date of entry into force"),
        ("organised crime conventoin", "organised crime convention"),
        ("Octobr, please", "October, please"),
    ],
)
def test_one_keystroke_is_mended(library: Library, slip: str, meant: str) -> None:
    assert SpellingCorrector(library).correct(slip) == meant


def test_the_subject_of_a_paper_is_mended_as_a_question_is(library: Library) -> None:
    engine = Engine(library, Catalogue.packaged())
    assert engine.subject("a suspected vesel").text == "a suspected vessel"
    assert compare_topic(engine, "a suspected vesel").topic == "a suspected vessel"


@pytest.mark.parametrize(
    "text",
    [
        "What is the weather tomorrow?",
        "Who is the prime minister? Suppose that they don't bother.",
        "Who picks up the bill and spills the beans? Who invented the printing press?",
        "Which State was the fortieth to become a party? Azerbaijan?",
        "CTOC/COP/WG.7/2021/1 and A/RES/55/25",
        "see https://example.org/pasport/froce",
        "Qu'est-ce que le protocole ?",
        "ما هو البروتوكول؟",
        "议定书是什么？",
        "Wer war der Protocl, bitte, und das Vesel?",
        "",
    ],
)
def test_what_is_no_slip_stays_as_it_is(library: Library, text: str) -> None:
    assert SpellingCorrector(library).correct(text) == text


def test_a_rare_word_is_not_replaced_by_one_that_does_not_fit_the_question(library: Library) -> None:
    correct = SpellingCorrector(library).correct
    assert correct("Who may board a vesel?") == "Who may board a vessel?"
    # No text speaks of vessels beside rinks and tickets.
    assert correct("Which vesel do rinks sell tickets for?") == "Which vesel do rinks sell tickets for?"


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=80))
def test_mending_is_done_in_one_go_and_keeps_all_but_words(library: Library, text: str) -> None:
    speller = SpellingCorrector(library)
    once = speller.correct(text)
    assert speller.correct(once) == once
    assert [c for c in once if not c.isalpha()] == [c for c in text if not c.isalpha()]
