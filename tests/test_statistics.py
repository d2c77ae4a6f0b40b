"""Intervals and paired tests."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.statistics import bootstrap_interval, mcnemar, paired_difference, sign_flip

HALVES = st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=9)


def test_an_interval_covers_the_true_mean_about_as_often_as_it_says():
    chance = np.random.default_rng(3)
    covered = 0
    for seed in range(200):
        interval = bootstrap_interval(chance.normal(0.5, 1, 40), seed=seed, rounds=500)
        covered += interval.low <= 0.5 <= interval.high
    assert 0.88 <= covered / 200 <= 0.99


def test_an_interval_of_a_mean_is_near_the_normal_one():
    values = [0.0, 1.0] * 100
    interval = bootstrap_interval(values, rounds=4_000)
    half = 1.96 * 0.5 / math.sqrt(200)
    assert interval.low == pytest.approx(0.5 - half, abs=0.01)
    assert interval.high == pytest.approx(0.5 + half, abs=0.01)


def test_the_same_seed_gives_the_same_interval_and_a_lower_level_a_narrower_one():
    values = list(range(30))
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    assert bootstrap_interval(values, seed=1) != bootstrap_interval(values, seed=2)
    wide, narrow = bootstrap_interval(values), bootstrap_interval(values, level=0.5)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_statistic_may_look_at_whole_rows_and_leave_draws_out():
    rows = np.array([[1.0, 0.0]] * 3 + [[0.0, 1.0]])

    def share(drawn):
        asked = drawn[drawn[:, 1] == 1]
        return float(asked[:, 0].mean()) if len(asked) else None

    interval = bootstrap_interval(rows, share)
    assert (interval.low, interval.high) == (0, 0)
    assert bootstrap_interval(rows, lambda drawn: None) is None


def test_values_that_are_all_equal_have_no_width_and_no_values_no_interval():
    interval = bootstrap_interval([1.0] * 12)
    assert (interval.low, interval.high) == (1, 1)
    assert bootstrap_interval([]) is None


@given(HALVES)
def test_the_exact_sign_flip_counts_all_signs(pairs):
    first, second = zip(*pairs, strict=True)
    differences = [b - a for a, b in pairs]
    reached = abs(sum(differences))
    signs = list(itertools.product((1, -1), repeat=len(pairs)))
    sums = [abs(sum(s * d for s, d in zip(each, differences, strict=True))) for each in signs]
    assert sign_flip(first, second) == pytest.approx(sum(total >= reached for total in sums) / len(sums))


def test_many_cases_are_flipped_at_random_near_the_exact_value():
    first = [0.0] * 20
    second = [1.0] * 15 + [-1.0] * 5
    # Of 20 signs, 15 or more alike: the binomial tails.
    exact = 2 * sum(math.comb(20, k) for k in range(15, 21)) / 2**20
    assert sign_flip(first, second) == pytest.approx(exact, abs=0.01)
    assert sign_flip(first, second) == sign_flip(first, second)
    assert 0 < sign_flip([0.0] * 200, [1.0] * 200) < 0.001


def test_runs_that_do_not_differ_are_not_told_apart():
    assert sign_flip([0.5, 1.0], [0.5, 1.0]) == 1
    assert sign_flip([], []) == 1
    assert mcnemar([True, False], [True, False]) == 1
    assert paired_difference([], []) is None


def test_a_difference_is_that_of_the_second_run_from_the_first():
    made = paired_difference([0.0] * 30, [1.0] * 20 + [0.0] * 10)
    assert made.mean == pytest.approx(2 / 3)
    assert made.interval.low < 2 / 3 < made.interval.high
    assert made.p < 0.01
    assert made.cases == 30


def test_mcnemar_is_the_binomial_test_of_the_cases_that_differ():
    first = [True] * 8 + [False] * 2 + [True] * 50
    second = [False] * 8 + [True] * 2 + [True] * 50
    assert mcnemar(first, second) == pytest.approx(2 * (1 + 10 + 45) / 1024)
    assert mcnemar(second, first) == mcnemar(first, second)
    assert mcnemar([True, False], [False, True]) == 1


@pytest.mark.parametrize("test", [sign_flip, mcnemar, paired_difference])
def test_runs_of_different_cases_are_refused(test):
    with pytest.raises(ValueError, match="share their cases"):
        test([True], [True, False])
