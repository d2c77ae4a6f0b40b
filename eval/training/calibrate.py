"""Calibration of a reader's logits: probabilities, and thresholds with a stated risk, from questions about documents
it was not trained on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.qa.abstention import CERTAIN_ODDS, Caution, log_odds
from eval.metrics.selective import expected_error, reliability
from eval.output import RoundedFigures

SURE = 0.9
"""Confidence level of the bounds on risks."""
MISS_RISK: Mapping[Caution, float] = {"low": 0.45, "normal": 0.3, "high": 0.15}
"""Maximum share of near misses (questions on a subject of the documents, which they do not answer) that may be
answered, by caution."""
ASIDE_RISK: Mapping[Caution, float] = {"low": 0.25, "normal": 0.15, "high": 0.1}
"""Maximum share of questions about something else for which anything may be shown."""
LIKE_NOTHING = 1e-6
"""A likeness that excludes nothing: everything above `CLOSEST_CHANCE` may be shown."""
CLOSEST_CHANCE = 0.5
"""The probability from which on a passage may be shown as closest, where likeness keeps out unrelated questions."""


@dataclass(frozen=True)
class Outcome:
    """The best logit of a question, whether the documents answer it, whether it is about something else, and the
    highest likeness in meaning of any passage."""

    logit: float
    answerable: bool
    aside: bool = False
    likeness: float | None = None


@dataclass(frozen=True)
class Calibration(RoundedFigures):
    """As `assistant.qa.abstention.Thresholds`, with a threshold for each caution, the number of questions, and the shares
    observed on them at normal caution."""

    slope: float
    offset: float
    answered: Mapping[Caution, float]
    tentative: Mapping[Caution, float]
    alike: Mapping[Caution, float | None]
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


def calibrate(outcomes: Sequence[Outcome], *, all_told: bool = False) -> Calibration:
    """Probabilities by Platt's method (logistic regression of one variable; Platt, 1999), fitted on the questions on
    the documents, since the number of questions about something else is arbitrary; with `all_told` on all
    questions, for a score that hardly tells near misses apart. Thresholds are the lowest logits at which the upper
    Clopper-Pearson bound of the risk is within the limit (risk control as in Bates et al., 2021, for one bounded
    loss). Where the lower threshold would be above `CLOSEST_CHANCE`, it is that, and the lowest likeness that
    keeps the risk is required as well of everything below `CERTAIN_ODDS`. `ValueError` where no threshold keeps a
    risk, or there is nothing to tell apart."""
    from sklearn.linear_model import LogisticRegression

    if len({each.answerable for each in outcomes if all_told or not each.aside}) < 2:
        raise ValueError("To calibrate takes questions that are answered and questions that are not.")
    logits = np.array([each.logit for each in outcomes])
    right = np.array([each.answerable for each in outcomes])
    asked = np.array([all_told or not each.aside for each in outcomes])
    fitted = LogisticRegression(C=100.0).fit(logits[asked, None], right[asked])
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope <= 0:
        raise ValueError(
            "What the reader says does not tell answerable questions from others: there is nothing to calibrate."
        )
    is_aside = np.array([each.aside for each in outcomes])
    likenesses = np.array([np.inf if each.likeness is None else each.likeness for each in outcomes])
    misses, asides = logits[~right & ~is_aside], logits[is_aside]
    uppers = {caution: lowest(misses, risk) for caution, risk in MISS_RISK.items()}
    lowers: dict[Caution, float] = {}
    alike: dict[Caution, float | None] = {}
    closest, sure = ((odds - offset) / slope for odds in (log_odds(CLOSEST_CHANCE), CERTAIN_ODDS))
    for caution, risk in ASIDE_RISK.items():
        lowers[caution], alike[caution] = min(uppers[caution], lowest(asides, risk)), None
        if lowers[caution] > closest and np.isfinite(likenesses[is_aside]).any():
            # What is surer than that answers, however little anything is like it.
            held = np.where(asides >= max(uppers[caution], sure), np.inf, likenesses[is_aside])[asides >= closest]
            if len(held) and math.isfinite(least := lowest(held, risk, len(asides))):
                lowers[caution], alike[caution] = closest, least if least > LIKE_NOTHING else None
    asked_for = alike["normal"]
    near = likenesses >= (-math.inf if asked_for is None else asked_for)
    bar = np.where(near, uppers["normal"], max(uppers["normal"], sure))
    answered, shown = logits >= bar, logits >= np.where(near, lowers["normal"], bar)
    return Calibration(
        slope=slope,
        offset=offset,
        answered={caution: slope * bar + offset for caution, bar in uppers.items()},
        tentative={caution: slope * bar + offset for caution, bar in lowers.items()},
        alike=alike,
        questions=len(outcomes),
        answerable_answered=float(answered[right].mean()),
        misses_answered=float(answered[~right & ~is_aside].mean()),
        misses_bound=bound(int(answered[~right & ~is_aside].sum()), len(misses)),
        asides_shown=float(shown[is_aside].mean()),
        asides_bound=bound(int(shown[is_aside].sum()), len(asides)),
        expected_error=expected_error(reliability(1 / (1 + np.exp(-(slope * logits[asked] + offset))), right[asked])),
    )


def lowest(values: np.ndarray, risk: float, of: int | None = None) -> float:
    """The lowest threshold at which the bound on the share of the values above it, out of all of them or of `of`
    questions, is within a risk."""
    passed = sorted(values.tolist(), reverse=True)
    asked = len(passed) if of is None else of
    allowed = max((n for n in range(len(passed) + 1) if bound(n, asked) <= risk), default=None)
    if allowed is None:
        raise ValueError(f"{asked} questions are too few to tell of a risk of {risk}.")
    if allowed == len(passed):
        return float(passed[-1])
    # Between the last that may pass and the first that may not; above that one also where both are equal.
    above = passed[allowed - 1] if allowed else passed[0] + 1.0
    return float(max((above + passed[allowed]) / 2, math.nextafter(passed[allowed], math.inf)))


def bound(passed: int, of: int) -> float:
    """The upper Clopper-Pearson bound of a share, one-sided, at `SURE`."""
    from scipy.stats import beta

    if of == 0 or passed == of:
        return 1.0
    found = float(beta.ppf(SURE, passed + 1, of - passed))
    return 1.0 if math.isnan(found) else found
