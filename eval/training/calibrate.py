"""Calibration of a reader's logits: probabilities, and thresholds with a stated risk, on documents it does not know."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.qa.abstention import LIKENESS_WEIGHT, Caution, log_odds
from eval.metrics.selective import expected_error, reliability
from eval.output import RoundedFigures

CONFIDENCE = 0.9
"""Confidence level of the bounds on risks."""
MISS_RISK: Mapping[Caution, float] = {"low": 0.45, "normal": 0.3, "high": 0.15}
"""Maximum share of near misses (on a subject of the documents, but without an answer) that may be answered, by caution."""
ASIDE_RISK: Mapping[Caution, float] = {"low": 0.25, "normal": 0.15, "high": 0.1}
"""Maximum share of questions about something else for which anything may be shown."""
CLOSEST_CHANCE = 0.5
"""The probability from which on a passage may be shown as closest, where likeness keeps out unrelated questions."""


@dataclass(frozen=True)
class Outcome:
    """A question's best logit, whether it has an answer, whether it is about something else; logit and likeness to the question of
    each passage (infinite: enough of the question's words are in it). None where likeness is not used."""

    logit: float
    answerable: bool
    aside: bool = False
    passages: tuple[tuple[float, float], ...] = ()

    def relevance(self, slope: float, offset: float, least: float) -> float:
        """The highest log-odds plus likeness (`LIKENESS_WEIGHT`) of the passages with a logit of at least `least`; infinite where no
        likeness is known."""
        sums = [slope * logit + offset + LIKENESS_WEIGHT * like for logit, like in self.passages if logit >= least]
        return max(sums, default=-math.inf) if self.passages else math.inf


@dataclass(frozen=True)
class Calibration(RoundedFigures):
    """As `assistant.qa.abstention.Thresholds`, by caution, with the shares observed on the questions at normal caution."""

    slope: float
    offset: float
    answered: Mapping[Caution, float]
    tentative: Mapping[Caution, float]
    relevant: Mapping[Caution, float | None]
    questions: int
    answerable_answered: float
    misses_answered: float
    misses_bound: float
    asides_shown: float
    asides_bound: float
    expected_error: float

    def probability(self, logit: float) -> float:
        """The probability that a passage with this logit answers."""
        return 1 / (1 + math.exp(-(self.slope * logit + self.offset)))


def calibrate(outcomes: Sequence[Outcome], *, all_questions: bool = False) -> Calibration:
    """Fits probabilities by Platt's method (logistic regression of one variable; Platt, 1999), fitted on the questions on
    the documents, since the number of questions about something else is arbitrary; with `all_questions` on all
    questions, for a score that hardly separates near misses from answers. Thresholds are the lowest logits at which the upper
    Clopper-Pearson bound of the risk is within the limit (risk control as in Bates et al., 2021, for one bounded
    loss). Where the lower threshold would be above `CLOSEST_CHANCE`, it is set to that, and log-odds and
    likeness together must also reach the lowest sum that keeps the risk. Raises `ValueError` where no threshold keeps
    a risk, or the scores do not separate the questions."""
    from sklearn.linear_model import LogisticRegression

    if len({each.answerable for each in outcomes if all_questions or not each.aside}) < 2:
        raise ValueError("Calibration needs questions that are answered and questions that are not.")
    logits = np.array([each.logit for each in outcomes])
    answerable = np.array([each.answerable for each in outcomes])
    in_fit = np.array([all_questions or not each.aside for each in outcomes])
    fitted = LogisticRegression(C=100.0).fit(logits[in_fit, None], answerable[in_fit])
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope <= 0:
        raise ValueError("The scores do not separate answerable questions from others: there is nothing to calibrate.")
    is_aside = np.array([each.aside for each in outcomes])
    misses, asides = logits[~answerable & ~is_aside], logits[is_aside]
    uppers = {caution: lowest_threshold(misses, risk) for caution, risk in MISS_RISK.items()}
    lowers: dict[Caution, float] = {}
    relevant: dict[Caution, float | None] = {}
    closest_logit = (log_odds(CLOSEST_CHANCE) - offset) / slope

    def relevances(least: float) -> np.ndarray:
        return np.array([each.relevance(slope, offset, least) for each in outcomes])

    for caution, risk in ASIDE_RISK.items():
        lowers[caution], relevant[caution] = min(uppers[caution], lowest_threshold(asides, risk)), None
        sums = relevances(closest_logit)[is_aside & (logits >= closest_logit)]
        least = lowest_threshold(sums, risk, len(asides)) if len(sums) else math.inf
        if lowers[caution] > closest_logit and math.isfinite(least):
            lowers[caution], relevant[caution] = closest_logit, least
    required = -math.inf if relevant["normal"] is None else relevant["normal"]
    answered, shown = (
        (logits >= each) & (relevances(each) >= required) for each in (uppers["normal"], lowers["normal"])
    )
    return Calibration(
        slope=slope,
        offset=offset,
        answered={caution: slope * threshold + offset for caution, threshold in uppers.items()},
        tentative={caution: slope * threshold + offset for caution, threshold in lowers.items()},
        relevant=relevant,
        questions=len(outcomes),
        answerable_answered=float(answered[answerable].mean()),
        misses_answered=float(answered[~answerable & ~is_aside].mean()),
        misses_bound=upper_bound(int(answered[~answerable & ~is_aside].sum()), len(misses)),
        asides_shown=float(shown[is_aside].mean()),
        asides_bound=upper_bound(int(shown[is_aside].sum()), len(asides)),
        expected_error=expected_error(
            reliability(1 / (1 + np.exp(-(slope * logits[in_fit] + offset))), answerable[in_fit])
        ),
    )


def lowest_threshold(values: np.ndarray, risk: float, total: int | None = None) -> float:
    """The lowest threshold at which the bound on the share of the values above it, out of all of them or of `total`
    questions, is within a risk."""
    ordered = sorted(values.tolist(), reverse=True)
    count = len(ordered) if total is None else total
    allowed = max((n for n in range(len(ordered) + 1) if upper_bound(n, count) <= risk), default=None)
    if allowed is None:
        raise ValueError(f"{count} questions are too few to bound a risk of {risk}.")
    if allowed == len(ordered):
        return float(ordered[-1])
    # Midway between the last value that may pass and the first that may not, and above the latter where both are equal.
    last_passed = ordered[allowed - 1] if allowed else ordered[0] + 1.0
    return float(max((last_passed + ordered[allowed]) / 2, math.nextafter(ordered[allowed], math.inf)))


def upper_bound(passed: int, total: int) -> float:
    """The upper one-sided Clopper-Pearson bound of a share, at `CONFIDENCE`."""
    from scipy.stats import beta

    return 1.0 if passed == total else float(beta.ppf(CONFIDENCE, passed + 1, total - passed))
