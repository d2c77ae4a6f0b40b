"""What a model makes of the subject index: likeness learnt from phrases of one place, and how known gaps sound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpus.store import Subject
from corpus.subject_index import LEAST, SubjectIndex

DIMENSION = 24
PLACES = 60


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def made(
    seed: int, *, per_place: int = 8
) -> tuple[list[tuple[str, Subject]], NDArray[np.float32], NDArray[np.float64]]:
    """Phrases whose first half tells the place, and whose second half is how they happen to be worded; every place has
    gaps beside it, which lie off in one direction."""
    random = np.random.default_rng(seed)
    meanings = random.normal(size=(PLACES, DIMENSION))
    meanings[:, DIMENSION // 2 :] = 0.0
    subjects: list[tuple[str, Subject]] = []
    rows = []
    for place, meaning in enumerate(meanings):
        for n in range(per_place):
            wording = random.normal(size=DIMENSION) * 1.5
            wording[: DIMENSION // 2] = 0.0
            gap = n == 0
            wording[0] = -6.0 if gap else 0.0
            rows.append(meaning + wording)
            span = (0, 0) if gap else (place * 10, place * 10 + 9)
            subjects.append(("document", Subject(*span, "en", f"phrase {place} {n}?")))
    return subjects, unit(np.array(rows)), meanings


def test_how_phrases_of_one_place_differ_counts_less_in_likeness() -> None:
    subjects, vectors, meanings = made(1)
    learnt = SubjectIndex.learn(subjects, vectors, lambda cosines: cosines)
    plain = [s for _, s in subjects]
    random = np.random.default_rng(2)

    def right(likeness: NDArray[np.float32], place: int) -> bool:
        best = max((n for n, each in enumerate(plain) if not each.gap), key=lambda n: likeness[n])
        return plain[best].start == place * 10

    found = {"learnt": 0, "plain": 0}
    for place, meaning in enumerate(meanings):
        wording = random.normal(size=DIMENSION) * 1.5
        wording[: DIMENSION // 2] = 0.0
        query = unit(meaning + wording)
        found["learnt"] += right(learnt.likeness(query), place)
        found["plain"] += right(vectors @ query, place)
    assert found["learnt"] > found["plain"]


def test_a_question_that_sounds_like_known_gaps_leans_to_them() -> None:
    subjects, vectors, _ = made(3)
    index = SubjectIndex.learn(subjects, vectors, lambda cosines: cosines)
    gaps = [index.leaning(vector) for (_, s), vector in zip(subjects, vectors, strict=True) if s.gap]
    answered = [index.leaning(vector) for (_, s), vector in zip(subjects, vectors, strict=True) if not s.gap]
    assert max(gaps) < min(answered)
    assert max(gaps) < 0 < min(answered)


def test_few_phrases_are_compared_as_they_are() -> None:
    subjects, vectors, _ = made(4)
    few, own = subjects[: LEAST - 1], vectors[: LEAST - 1]
    index = SubjectIndex.learn(few, own, lambda cosines: cosines)
    assert np.array_equal(index.likeness(vectors[0]), own @ vectors[0])
    assert index.leaning(vectors[0]) == 0.0


@given(st.integers(0, 20))
def test_likeness_lies_between_none_and_all_and_is_highest_for_the_phrase_itself(seed: int) -> None:
    subjects, vectors, _ = made(seed)
    index = SubjectIndex.learn(subjects, vectors, lambda cosines: cosines)
    for n in range(0, len(vectors), 97):
        likeness = index.likeness(vectors[n])
        assert likeness.shape == (len(subjects),)
        assert likeness.min() >= 0.0
        assert likeness.max() <= 1.0
        assert likeness[n] == pytest.approx(likeness.max(), abs=1e-4)


def test_phrases_each_of_another_place_teach_no_likeness_but_how_gaps_sound() -> None:
    subjects, vectors, _ = made(5, per_place=8)
    apart = [
        (d, s if s.gap else Subject(n * 10, n * 10 + 9, "en", s.phrase)) for n, (d, s) in enumerate(subjects)
    ]  # fmt: skip
    index = SubjectIndex.learn(apart, vectors, lambda cosines: cosines)
    assert np.array_equal(index.likeness(vectors[0]), vectors @ vectors[0])
    assert index.leaning(vectors[0]) < 0
