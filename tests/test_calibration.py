"""Chances and bars: bounds as they are published, bars that keep their risk, and a refusal where too little is known."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.qa.abstention import Thresholds
from eval.metrics.selective import expected_error, reliability
from eval.training.calibrate import (
    ASIDE_RISK,
    CLOSEST_CHANCE,
    MISS_RISK,
    Outcome,
    calibrate,
    lowest_threshold,
    upper_bound,
)
from eval.training.measure import write_calibration


def drawn(rng: np.random.Generator, count: int) -> list[Outcome]:
    """Questions: half answered, of the others two in three near misses, the rest about something else."""
    parts = [(2.0, True, False, count // 2), (-0.5, False, False, count // 3), (-3.0, False, True, count // 6)]
    return [Outcome(float(logit), answerable, aside) for mean, answerable, aside, many in parts
            for logit in rng.normal(mean, 1.5, many)]  # fmt: skip


@pytest.mark.parametrize(
    ("passed", "of", "expected"),
    [(0, 22, 1 - 0.1 ** (1 / 22)), (0, 1, 0.9), (5, 5, 1.0), (0, 0, 1.0), (1, 2, 0.9**0.5)],
)
def test_bounds_without_any_or_with_all_are_those_of_the_closed_form(passed: int, of: int, expected: float) -> None:
    assert upper_bound(passed, of) == pytest.approx(expected, abs=1e-4)


@given(st.integers(1, 300), st.data())
def test_the_bound_is_the_clopper_pearson_one(of: int, data: st.DataObject) -> None:
    from scipy.stats import binomtest

    passed = data.draw(st.integers(0, of - 1))
    # The upper end of the two-sided interval at 80 % is the one-sided bound at 90 %.
    exact = binomtest(passed, of).proportion_ci(confidence_level=0.8, method="exact").high
    assert upper_bound(passed, of) == pytest.approx(exact, abs=1e-9)
    assert upper_bound(passed, of) > passed / of
    assert upper_bound(passed + 1, of) > upper_bound(passed, of)


@settings(max_examples=40)
@given(
    st.lists(st.floats(-9, 9) | st.sampled_from([0.0, 1.0]), min_size=30, max_size=120),
    st.floats(0.1, 0.4),
    st.floats(0.05, 0.4),
)
def test_a_bar_keeps_its_risk_and_a_smaller_risk_has_no_lower_bar(
    logits: list[float], risk: float, more: float
) -> None:
    values = np.array(logits)
    bar = lowest_threshold(values, risk)
    assert upper_bound(int((values >= bar).sum()), len(values)) <= risk
    assert lowest_threshold(values, risk + more) <= bar


def test_too_few_questions_tell_of_no_risk() -> None:
    with pytest.raises(ValueError, match=r"13 questions are too few to bound a risk of 0\.15"):
        lowest_threshold(np.zeros(13), ASIDE_RISK["normal"])
    few = [Outcome(1.0, True), Outcome(0.0, False), Outcome(-1.0, False, aside=True)] * 4
    with pytest.raises(ValueError, match="too few"):
        calibrate(few)


def test_what_tells_nothing_apart_is_not_calibrated() -> None:
    with pytest.raises(ValueError, match="questions that are answered and questions that are not"):
        calibrate([Outcome(1.0, True)] * 50)
    rng = np.random.default_rng(1)
    swapped = [Outcome(-each.logit, each.answerable, each.aside) for each in drawn(rng, 300)]
    with pytest.raises(ValueError, match="nothing to calibrate"):
        calibrate(swapped)


def test_on_simulated_questions_the_risks_are_kept_as_often_as_stated() -> None:
    rng = np.random.default_rng(5)
    kept = []
    for _ in range(40):
        found = calibrate(drawn(rng, 300))
        thresholds = Thresholds(found.slope, found.offset, found.answered["normal"], found.tentative["normal"])
        assert all(found.tentative[caution] <= found.answered[caution] for caution in MISS_RISK)
        for bar in (found.answered, found.tentative):
            assert bar["low"] <= bar["normal"] <= bar["high"]
        assert found.misses_bound <= MISS_RISK["normal"]
        assert found.asides_bound <= ASIDE_RISK["normal"]
        others = drawn(rng, 1_800)
        misses = [each.logit for each in others if not each.answerable and not each.aside]
        kept.append(np.mean([thresholds.margin(each) >= 0 for each in misses]) <= MISS_RISK["normal"])
    assert np.mean(kept) >= 0.85  # stated: 0.9 or more


def test_where_the_reader_cannot_tell_what_is_about_something_else_likeness_keeps_the_risk() -> None:
    rng = np.random.default_rng(8)
    kind = [(2.0, True, False, 0.6, 3), (0.5, False, False, 0.6, 1), (-0.3, False, True, 0.2, 1)]

    def asked(count: int, *, known: bool = True) -> list[Outcome]:
        return [
            Outcome(float(logit), answerable, aside, ((float(logit), float(rng.normal(like, 0.1))),) if known else ())
            for mean, answerable, aside, like, share in kind
            for logit in rng.normal(mean, 1.5, share * count)
        ]

    found, blind = calibrate(asked(150)), calibrate(asked(150, known=False))
    assert set(blind.relevant.values()) == {None}
    assert found.asides_bound <= ASIDE_RISK["normal"]
    assert found.tentative["normal"] < blind.tentative["normal"]
    assert found.tentative["normal"] == pytest.approx(math.log(CLOSEST_CHANCE / (1 - CLOSEST_CHANCE)))
    others = asked(2_000)

    thresholds = Thresholds(
        found.slope, found.offset, *(each["normal"] for each in (found.answered, found.tentative, found.relevant))
    )

    def shown(each: Outcome) -> bool:
        ((logit, likeness),) = each.passages
        held = thresholds.for_likeness(likeness)
        return held.margin(logit) >= held.tentative_margin

    assert np.mean([shown(each) for each in others if each.aside]) <= ASIDE_RISK["normal"] + 0.03  # other draws
    assert np.mean([shown(each) for each in others if each.answerable]) > 0.9


def test_questions_about_something_else_that_are_few_and_below_the_bar_need_no_likeness() -> None:
    known = [replace(each, passages=((each.logit, 0.5),)) for each in drawn(np.random.default_rng(4), 300)]
    few = [replace(each, logit=-1.0, passages=((-1.0, 0.5),)) for each in known if each.aside][:22]
    found = calibrate([*(each for each in known if not each.aside), *few])
    assert found.relevant["high"] is None
    assert found.asides_shown == 0


def test_chances_are_those_that_were_seen_and_rise_with_the_logit() -> None:
    outcomes = drawn(np.random.default_rng(3), 6_000)
    found = calibrate(outcomes)
    assert found.probability(-2.0) < found.probability(0.0) < found.probability(3.0)
    assert found.expected_error < 0.05
    asked = [each for each in outcomes if not each.aside]
    chances = np.array([found.probability(each.logit) for each in asked])
    bins = reliability(chances, np.array([each.answerable for each in asked]))
    assert sum(each.questions for each in bins) == len(asked) < len(outcomes)
    assert found.expected_error == pytest.approx(expected_error(bins), abs=1e-9)


def test_the_expected_error_is_the_weighted_distance_of_chance_and_share() -> None:
    chances = np.array([0.95, 0.95, 0.15, 1.0])
    right = np.array([True, False, False, True])
    bins = reliability(chances, right)
    assert [(each.questions, each.answerable) for each in bins] == [(1, 0.0), (3, pytest.approx(2 / 3))]
    assert expected_error(bins) == pytest.approx((0.15 + 3 * (2.9 / 3 - 2 / 3)) / 4)


def test_a_calibration_is_written_beside_those_of_other_readers(tmp_path: Path) -> None:
    found = calibrate(drawn(np.random.default_rng(2), 300))
    path = tmp_path / "calibration.json"
    write_calibration(path, "multilingual", found, b"some")
    write_calibration(path, "en", found, b"weights")
    write_calibration(path, "en", found, b"other weights")
    readers = json.loads(path.read_text(encoding="utf-8"))["readers"]
    assert list(readers) == ["en", "multilingual"]
    assert readers["en"]["weights"] != readers["multilingual"]["weights"]
    assert {key: value for key, value in readers["en"].items() if key != "weights"} == found.to_json()
