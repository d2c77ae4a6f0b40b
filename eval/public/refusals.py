"""Answering or refusing, from rows of a question with its own passages, as in NoMIRACL (Thakur et al. 2023).

Each row is asked of a library that holds its passages and nothing else. `answerable` says whether a passage answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import StrictBool

from corpus.documents import Language
from eval.metrics.selective import RiskCoverage, auc, aurc, risk_coverage
from eval.metrics.statistics import Figure, figure
from eval.public.figures import Figures, Outcome
from eval.public.public_rows import Filled, Passages, Row, read_rows
from eval.public.public_shelf import Kit, Text, stocked
from eval.public.weigh import ask


class Question(Row):
    """A row of the set; `passages_language` where the passages are in another language than the question."""

    language: Language
    passages_language: Language | None = None
    question: Filled
    passages: Passages
    answerable: StrictBool

    def texts(self) -> list[Text]:
        """The passages as they are held."""
        return [each.held(self.passages_language or self.language) for each in self.passages]


def read_abstention(path: Path) -> list[Question]:
    """Reads `{id, language, question, passages: [{title, text}], answerable}`, one a line. Raises `PublicError`."""
    return read_rows(path, Question)


def outcome_of(question: Question, kit: Kit) -> Outcome:
    """What is answered from the passages of a row."""
    with stocked(question.texts(), kit) as engine:
        asked = ask(engine, question.question)
        return {
            "language": question.language,
            "answerable": question.answerable,
            **asked.told(),
        }


def abstention_figures(outcomes: Sequence[Outcome]) -> Figures:
    """Of the unanswerable rows the share that is answered, of the answerable the share that is refused, how well the
    confidence tells the two apart (AUC), and the area under the risk-coverage curve, where a row that is unanswerable
    counts as wrong whatever is said."""
    return {
        "answered unanswerable": figure([each["answered"] for each in outcomes if not each["answerable"]]),
        "refused answerable": figure([not each["answered"] for each in outcomes if each["answerable"]]),
        "AUC": auc_figure(outcomes),
        "AURC": figure(_points(outcomes), lambda rows: aurc(rows[:, 0], 1.0 - rows[:, 1])),
    }


def auc_figure(outcomes: Sequence[Outcome]) -> Figure:
    """How well the confidence tells answerable from unanswerable."""
    return figure(_points(outcomes), lambda rows: auc(rows[:, 0].tolist(), (rows[:, 1] > 0).tolist()))


def curve(outcomes: Sequence[Outcome]) -> RiskCoverage:
    """Risk and coverage of answering above each confidence."""
    return risk_coverage(_points(outcomes))


def _points(outcomes: Sequence[Outcome]) -> list[tuple[float, bool]]:
    return [(each["confidence"], each["answerable"]) for each in outcomes]
