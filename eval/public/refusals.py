"""Answering or refusing, from rows of a question with its own passages, as in NoMIRACL (Thakur et al. 2023).

Each row is asked of a library that holds its passages and nothing else. `answerable` says whether a passage answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.documents import LANGUAGES
from eval.metrics.selective import RiskCoverage, auc, aurc, risk_coverage
from eval.metrics.statistics import Floats, bootstrap_interval
from eval.public.figures import Figure, Figures, mean
from eval.public.public_outcomes import Outcome
from eval.public.public_rows import PublicError, each_once, read_jsonl
from eval.public.public_shelf import Kit, Text, stocked
from eval.public.weigh import ask, features


@dataclass(frozen=True)
class Question:
    """A row of the set."""

    id: str
    language: str
    text: str
    passages: tuple[Text, ...]
    answerable: bool


def read_abstention(path: Path) -> list[Question]:
    """Reads `{id, language, question, passages: [{title, text}], answerable}`, one a line; `passages_language` where the
    passages are in another language than the question. Raises `PublicError`."""
    rows = [(row.text("id"), row) for row in read_jsonl(path)]
    each_once(rows)
    found = []
    for key, row in rows:
        language = row.text("language")
        read = row.text("passages_language", language)
        for each in (language, read):
            if each not in LANGUAGES:
                raise row.fault(f"the language {each!r} is none of {', '.join(LANGUAGES)}")
        passages = [Text(each.text("title", ""), each.text("text"), read) for each in row.rows("passages", "passage")]
        if not any(each.body.strip() for each in passages):
            raise row.fault("'passages' holds no words")
        found.append(Question(key, language, row.filled("question"), tuple(passages), row.flag("answerable")))
    if not found:
        raise PublicError(f"{path} holds no rows.")
    return found


def outcome_of(question: Question, kit: Kit) -> Outcome:
    """What is answered from the passages of a row."""
    with stocked(question.passages, kit) as engine:
        asked = ask(engine, question.text)
        return {
            "language": question.language,
            "abroad": any(each.language != question.language for each in question.passages),
            "answerable": question.answerable,
            **asked.told(),
            "weighed": len(asked.scored),
            "units": features(asked.best(3), None),
        }


def abstention_figures(outcomes: Sequence[Outcome]) -> Figures:
    """Of the unanswerable rows the share that is answered, of the answerable the share that is refused, how well the
    confidence tells the two apart (AUC), and the area under the risk-coverage curve, where a row that is unanswerable
    counts as wrong whatever is said."""
    return {
        "answered unanswerable": mean([each["answered"] for each in outcomes if not each["answerable"]]),
        "refused answerable": mean([not each["answered"] for each in outcomes if each["answerable"]]),
        "AUC": auc_figure(outcomes),
        "AURC": aurc_figure(outcomes),
    }


def auc_figure(outcomes: Sequence[Outcome]) -> Figure:
    """How well the confidence tells answerable from unanswerable."""
    return _figure(outcomes, lambda rows: auc(rows[:, 0].tolist(), (rows[:, 1] > 0).tolist()))


def aurc_figure(outcomes: Sequence[Outcome]) -> Figure:
    """The area under the curve of `curve`."""
    return _figure(outcomes, lambda rows: aurc(rows[:, 0], 1.0 - rows[:, 1]))


def curve(outcomes: Sequence[Outcome]) -> RiskCoverage:
    """Risk and coverage of answering above each confidence."""
    return risk_coverage([(each["confidence"], each["answerable"]) for each in outcomes])


def _figure(outcomes: Sequence[Outcome], statistic: Callable[[Floats], float | None]) -> Figure:
    rows = np.array([(each["confidence"], each["answerable"]) for each in outcomes], np.float64).reshape(-1, 2)
    value = statistic(rows)
    if value is None:
        return Figure(None, len(rows))
    interval = bootstrap_interval(rows, statistic)
    return Figure(value, len(rows), *((interval.low, interval.high) if interval else ()))
