"""Intervals and paired tests."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.statistics import Figure, figure, mcnemar, paired_difference, sign_flip, wilson

HALVES = st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=9)


def test_an_interval_covers_the_true_mean_about_as_often_as_it_says():
    chance = np.random.default_rng(3)
    covered = 0
    for _ in range(200):
        interval = figure(chance.normal(0.5, 1, 40), rounds=500)
        covered += interval.low <= 0.5 <= interval.high
    assert 0.88 <= covered / 200 <= 0.99


def test_an_interval_of_a_mean_is_near_the_normal_one():
    values = [0.0, 1.0] * 100
    interval = figure(values, rounds=4_000)
    assert interval == figure(values, rounds=4_000)
    half = 1.96 * 0.5 / math.sqrt(200)
    assert interval.low == pytest.approx(0.5 - half, abs=0.01)
    assert interval.high == pytest.approx(0.5 + half, abs=0.01)


def test_a_statistic_may_look_at_whole_rows_and_leave_draws_out():
    rows = np.array([[1.0, 0.0]] * 3 + [[0.0, 1.0]])

    def share(drawn):
        asked = drawn[drawn[:, 1] == 1]
        return float(asked[:, 0].mean()) if len(asked) else None

    interval = figure(rows, share)
    assert (interval.low, interval.high) == (0, 0)
    assert figure(rows, lambda drawn: None) == Figure(cases=len(rows))


def test_values_that_are_all_equal_have_no_width_and_no_values_no_interval():
    interval = figure([1.0] * 12)
    assert (interval.low, interval.high) == (1, 1)
    assert figure([]) == Figure()


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
    assert made.difference == pytest.approx(2 / 3)
    assert made.low < 2 / 3 < made.high
    assert made.p < 0.01
    assert made.cases == 30


def test_mcnemar_is_the_binomial_test_of_the_cases_that_differ():
    first = [True] * 8 + [False] * 2 + [True] * 50
    second = [False] * 8 + [True] * 2 + [True] * 50
    assert mcnemar(first, second) == pytest.approx(2 * (1 + 10 + 45) / 1024)
    assert mcnemar(second, first) == mcnemar(first, second)
    assert mcnemar([True, False], [False, True]) == 1


# Clusters


def lowest(drawn):
    return float(drawn.min())


@given(HALVES, st.sampled_from([None, lowest]))
def test_clusters_of_one_case_each_change_nothing(pairs, statistic):
    first, second = zip(*pairs, strict=True)
    alone = [f"document {n}" for n in range(len(pairs))]
    plain = figure(second, statistic, rounds=50)
    assert figure(second, statistic, rounds=50, clusters=alone) == plain
    assert paired_difference(first, second, rounds=50, clusters=alone) == paired_difference(first, second, rounds=50)
    right, wrong = [each > 0 for each in first], [each > 0 for each in second]
    assert mcnemar(right, wrong, alone) == mcnemar(right, wrong)


@given(HALVES)
def test_mcnemar_counts_as_the_binomial_does(pairs):
    first, second = [a > 0 for a, _ in pairs], [b > 0 for _, b in pairs]
    lost = sum(a and not b for a, b in zip(first, second, strict=True))
    won = sum(b and not a for a, b in zip(first, second, strict=True))
    tail = sum(math.comb(lost + won, k) for k in range(min(lost, won) + 1))
    assert mcnemar(first, second) == pytest.approx(min(1.0, 2 * tail / 2 ** (lost + won)))


@given(HALVES, st.permutations(range(9)))
def test_how_clusters_are_called_and_where_their_cases_stand_does_not_matter(pairs, order):
    of = [n % 3 for n in range(len(pairs))]
    first, second = zip(*pairs, strict=True)
    moved = [n for n in order if n < len(pairs)]
    again = [[values[n] for n in moved] for values in (first, second, of)]
    assert sign_flip(*again[:2], clusters=again[2]) == sign_flip(first, second, clusters=of)
    assert sign_flip(first, second, clusters=[f"d{n}" for n in of]) == sign_flip(first, second, clusters=of)


def test_whole_clusters_are_drawn():
    values, of = [0.0, 0.0, 0.0, 1.0, 1.0], ["a", "a", "a", "b", "b"]

    def means(drawn):
        assert drawn.tolist() in ([0.0] * 6, [0.0, 0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 0.0, 0.0], [1.0] * 4)
        return float(drawn.mean())

    assert figure(values, means, clusters=of) == figure(values, clusters=of)
    assert figure(values, clusters=["b", *"aaab"]).low is not None


def test_cases_that_are_alike_within_a_document_tell_less():
    values = [float(n % 2) for n in range(20) for _ in range(10)]
    of = [n for n in range(20) for _ in range(10)]
    together, alone = figure(values, clusters=of), figure(values)
    assert together.high - together.low > 2.5 * (alone.high - alone.low)


def test_cases_of_a_document_change_their_sign_together():
    first, second = [0.0] * 12, [1.0] * 12
    of = [n // 4 for n in range(12)]
    assert sign_flip(first, second, clusters=of) == 2 / 2**3
    assert mcnemar([False] * 12, [True] * 12, of) == 2 / 2**3
    assert paired_difference(first, second, clusters=of).p == 2 / 2**3
    # What is won and lost within a document is no difference of it.
    assert mcnemar([True, False], [False, True], ["a", "a"]) == 1


@pytest.mark.parametrize("test", [sign_flip, mcnemar, paired_difference])
def test_runs_share_their_cases_and_every_case_names_its_cluster(test):
    with pytest.raises(ValueError, match="share their cases"):
        test([True], [True, False])
    with pytest.raises(ValueError, match="each case must name its cluster"):
        test([True, False], [True, True], clusters=["a"])
    with pytest.raises(ValueError, match="each case must name its cluster"):
        figure([1.0, 2.0], clusters=["a"])


def test_wilson_has_the_values_of_the_textbook_and_holds_the_share():
    # Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I.
    for hits, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        interval = wilson(hits, n)
        assert (interval.low, interval.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    for hits in range(30):
        assert 0 <= wilson(hits, 29).low <= hits / 29 <= wilson(hits, 29).high <= 1
    assert wilson(0, 0) == Figure()
