"""How signals become a score: more evidence never speaks less, in whatever language it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.weights import Crossed, Near, Weights
from corpus.documents import LANGUAGES

LOGITS = st.floats(-11.5, 11.5)
COSINES = st.floats(-0.2, 1.0)
UNITS = st.builds(Crossed, LOGITS, LOGITS, COSINES, st.none() | COSINES, st.booleans(), st.sampled_from([0.0, 4.0]))
NEAR = st.builds(Near, COSINES, st.none() | COSINES, st.booleans())
WEIGHTS = Weights.shipped()


@given(st.lists(UNITS, min_size=1, max_size=12))
def test_units_stand_in_the_order_of_the_cross_encoder(units: list[Crossed]) -> None:
    scores = WEIGHTS.by_cross(units)
    ranks = [unit.cross + unit.passage - 2 * unit.loss for unit in units]
    best = max(range(len(units)), key=lambda n: ranks[n])
    assert scores[best] == max(scores)
    for one in range(len(units)):
        for other in range(len(units)):
            assert (scores[one] > scores[other]) <= (ranks[one] > ranks[other])


@given(UNITS, st.sampled_from(["cross", "passage", "cosine"]))
def test_more_evidence_never_speaks_less(unit: Crossed, signal: str) -> None:
    more = replace(unit, **{signal: getattr(unit, signal) + 0.5})
    assert WEIGHTS.by_cross([more]) > WEIGHTS.by_cross([unit])
    rested = replace(unit, loss=unit.loss + 1.0)
    assert WEIGHTS.by_cross([rested]) < WEIGHTS.by_cross([unit])


@given(st.lists(NEAR, min_size=1, max_size=12), st.sampled_from(LANGUAGES))
def test_units_in_whatever_language_stand_in_the_order_of_how_near_they_are(units: list[Near], language: str) -> None:
    scores = WEIGHTS.by_meaning(units, language)
    near = [unit.cosine + (unit.cosine if unit.passage is None else unit.passage) for unit in units]
    for one in range(len(units)):
        for other in range(len(units)):
            assert (scores[one] > scores[other]) <= (near[one] > near[other])


def test_without_units_there_is_nothing_to_score() -> None:
    assert WEIGHTS.by_cross([]) == []
    assert WEIGHTS.by_meaning([], "fr") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_a_bar_that_all_the_words_pass_and_a_fifth_of_them_does_not(language: str) -> None:
    assert WEIGHTS.by_words(1.0, language) > 0 > WEIGHTS.by_words(0.2, language)


@given(COSINES, st.floats(0, 0.9), st.none() | LOGITS)
def test_where_no_fitted_weights_fit_more_evidence_never_speaks_less_either(
    cosine: float, coverage: float, cross: float | None
) -> None:
    told = WEIGHTS.unfitted(cross, cosine, coverage)
    assert WEIGHTS.unfitted(cross, cosine + 0.1, coverage) > told
    assert WEIGHTS.unfitted(cross, cosine, coverage + 0.1) > told
