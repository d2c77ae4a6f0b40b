"""How signals become a score: more evidence never speaks less, and many passages ask for more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.weights import Plain, Weights
from corpus.documents import LANGUAGES

LOGITS = st.floats(-11.5, 11.5)
COSINES = st.floats(-0.2, 1.0)
UNITS = st.builds(Plain, LOGITS, LOGITS, COSINES, st.none() | COSINES, st.booleans(), st.sampled_from([0.0, 4.0]))
WEIGHTS = Weights.shipped()


@given(st.lists(UNITS, min_size=1, max_size=12), st.integers(1, 50))
def test_units_of_plain_documents_stand_in_the_order_of_the_cross_encoder(units: list[Plain], searched: int) -> None:
    scores = WEIGHTS.plain(units, searched)
    ranks = [unit.cross + unit.passage - 2 * unit.loss for unit in units]
    best = max(range(len(units)), key=lambda n: ranks[n])
    assert scores[best] == max(scores)
    for one in range(len(units)):
        for other in range(len(units)):
            assert (scores[one] > scores[other]) <= (ranks[one] > ranks[other])


@given(UNITS, st.integers(1, 50))
def test_the_best_of_many_passages_must_be_better_than_the_best_of_a_few(unit: Plain, searched: int) -> None:
    assert WEIGHTS.plain([unit], searched + 1) < WEIGHTS.plain([unit], searched)


@given(UNITS, st.integers(1, 50), st.sampled_from(["cross", "passage", "cosine"]))
def test_more_evidence_never_speaks_less(unit: Plain, searched: int, signal: str) -> None:
    more = replace(unit, **{signal: getattr(unit, signal) + 0.5})
    assert WEIGHTS.plain([more], searched) > WEIGHTS.plain([unit], searched)
    rested = replace(unit, loss=unit.loss + 1.0)
    assert WEIGHTS.plain([rested], searched) < WEIGHTS.plain([unit], searched)


def test_without_units_there_is_nothing_to_score() -> None:
    assert WEIGHTS.plain([], 3) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_a_bar_that_all_the_words_pass_and_a_fifth_of_them_does_not(language: str) -> None:
    assert WEIGHTS.by_words(1.0, language) > 0 > WEIGHTS.by_words(0.2, language)


@given(COSINES, st.floats(0, 1), st.floats(0, 1.15), LOGITS, LOGITS)
def test_for_indexed_documents_a_nearer_subject_never_speaks_less(
    cosine: float, coverage: float, subject: float, cross: float, asked: float
) -> None:
    for logit in (None, cross):
        near = WEIGHTS.indexed(logit, cosine, coverage, subject + 0.1, asked, sure=True)
        assert near >= WEIGHTS.indexed(logit, cosine, coverage, subject, asked, sure=True)
