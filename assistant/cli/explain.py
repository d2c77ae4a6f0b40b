"""`ask --explain`: which passages were found, what the reader extracted from them, and which threshold decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.cli.backend import Backend, LibraryBackend
from assistant.cli.command_run import fail
from assistant.qa.abstention import LIKENESS_WEIGHT, chance
from assistant.qa.answer import Answer
from assistant.qa.retriever import Evidence
from assistant.qa.scoring import ScoredSentence, ScoredUnit
from assistant.question import Question
from assistant.row_tables import without_bars

WORDS = 60
"""Most characters shown of a reader's span, and of a sentence."""

ROWS = 6
"""Most sentences shown about a meeting."""
MIN_WIDTH = 160
"""Least width of a table in characters, however narrow the terminal."""


@dataclass(frozen=True)
class Weighing:
    """One scoring of evidence: the passages in retrieval order, and their units, best first."""

    question: Question
    evidence: Sequence[Evidence]
    scored: Sequence[ScoredUnit]


class ExplainRecorder:
    """Records how questions to a backend are scored from now on. Works on a `LibraryBackend` only."""

    def __init__(self, backend: Backend) -> None:
        if not isinstance(backend, LibraryBackend):
            advice = "stop the server that uses the library, or leave --explain out"
            raise fail(f"--explain does not work through a running server: {advice}.")
        self.weighings: list[Weighing] = []
        self.rows: dict[str, Sequence[tuple[str, ScoredSentence]]] = {}
        extractive = backend.engine.extractive
        extractive.watch = self._record
        extractive.meeting_answerer.watch = lambda asked, sentences: self.rows.update({asked.text: sentences})

    def _record(self, question: Question, evidence: Sequence[Evidence], scored: Sequence[ScoredUnit]) -> None:
        for each in evidence:
            _ = each.document  # loaded now, since the library is closed when it is printed
        self.weighings.append(Weighing(question, evidence, scored))

    def print(self, console: Console, answer: Answer) -> None:
        """Prints a table for each weighing with its thresholds, and the outcome."""
        console.width = max(console.width, MIN_WIDTH)
        for each in self.weighings:
            console.print(Text(f"\nScored for: {each.question.text}", style="bold"))
            if each.evidence:
                console.print(_table(each))
            else:
                console.print("No passage was found.")
            for line in _decision_lines(each):
                console.print(Text(line))
        for question, sentences in self.rows.items():
            console.print(Text(f"\nRows of a meeting, read for: {question}", style="bold"))
            console.print(_rows_table(sentences))
        if not self.weighings and not self.rows:
            console.print(Text("\nNo evidence was scored: a rule decided (a place or article that is named, "
                               "a document that is not in the library, a refusal)."))  # fmt: skip
        console.print(Text.assemble("Outcome: ", (_outcome(answer, self.weighings), "bold")))


def _table(weighing: Weighing) -> Table:
    table = Table(
        "rank", "passage", "fused", "reader", "logit", "probability", "span", "best unit", "score", box=SIMPLE
    )
    weighed: dict[str, ScoredUnit] = {}
    for each in weighing.scored:
        weighed.setdefault(each.unit.evidence.id, each)
    last = max((rank for rank, found in enumerate(weighing.evidence, 1) if found.id in weighed), default=0)
    for rank, found in enumerate(weighing.evidence[:last], 1):
        best = weighed.get(found.id)
        table.add_row(
            str(rank),
            Text(found.document.cite(found.passage.locator)),
            f"{found.score:.3f}",
            *_reading_cells(found, best),
            Text(_short(best.unit.own)) if best else "not scored",
            f"{best.score:+.2f}" if best else "",
        )
    return table


def _rows_table(sentences: Sequence[tuple[str, ScoredSentence]]) -> Table:
    """The best sentences from the rows of a meeting, each with its score above the threshold and its probability."""
    table = Table("sentence", "score", "probability", box=SIMPLE)
    for text, each in sentences[:ROWS]:
        table.add_row(Text(_short(text)), f"{each.score:+.2f}", f"{each.probability:.0%}")
    return table


def _reading_cells(found: Evidence, best: ScoredUnit | None) -> tuple[str | Text, ...]:
    """The reader's result for a passage: name of the reader, logit, probability, span."""
    if best is None or best.reading is None:
        return "none", "", "", ""
    reading = best.reading
    span = reading.reading.best()
    words = ""
    if span is not None and reading.begin is not None:
        words = found.document.text[reading.begin + span[0] : reading.begin + span[1]]
    logit = reading.reading.logit
    return reading.reader, f"{logit:+.2f}", f"{reading.thresholds.probability(logit):.0%}", Text(_short(words))


def _decision_lines(weighing: Weighing) -> list[str]:
    """The best unit's score, and the thresholds that it was compared with."""
    if not weighing.scored:
        return ["No unit was scored."]
    best = weighing.scored[0]
    thresholds, alike = best.thresholds, ""
    if thresholds.relevant is not None:
        alike = f" (log-odds + {LIKENESS_WEIGHT:.0f} x similarity of passage and question must be {thresholds.relevant:.2f})"
    judge, scale = "likeness, since no reader reads it", "likeness"
    if best.reading:
        judge, scale = f"the reader {best.reading.reader!r}", "logit"
    changed = {each.reading.reader: each.reading.opinion for each in weighing.scored if each.reading}
    return [
        *(
            f"The other reader, asked about the best passage too, changes all logits of the reader {reader!r} by {opinion:+.2f}."
            for reader, opinion in changed.items()
            if opinion
        ),
        f"Best unit: {best.score:+.2f} relative to the threshold for an answer, a probability of {best.probability:.0%}: {_comparison(best)}.",
        f"Thresholds of {judge}: answered from {_threshold(thresholds.answered)}, tentative from "
        f"{_threshold(thresholds.tentative)}{alike}; log-odds = {thresholds.slope:.3f} x {scale} {thresholds.offset:+.3f}.",
    ]


def _comparison(best: ScoredUnit) -> str:
    tentative = best.thresholds.tentative_margin
    if best.score >= 0.0:
        return "answered"
    if best.score >= tentative:
        return f"tentative (from {tentative:+.2f})"
    return f"not found (tentative from {tentative:+.2f})"


def _threshold(odds: float) -> str:
    return f"log-odds {odds:+.2f} (a probability of {chance(odds):.0%})"


def _outcome(answer: Answer, weighings: Sequence[Weighing]) -> str:
    """The status; where the scores alone would have given another, with the rules that may have overruled them."""
    reached = any(unit.score >= 0.0 for each in weighings for unit in each.scored)
    if reached and answer.status in ("not_found", "tentative"):
        return (
            f"{answer.status}, although the threshold was reached: a rule decided (a named document that is not in the "
            "library, a single word, a follow-up whose passage alone does not answer it)"
        )
    return answer.status


def _short(text: str) -> str:
    line = without_bars(text)
    return line if len(line) <= WORDS else f"{line[: WORDS - 1]}…"
