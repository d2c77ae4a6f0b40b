"""`ask --explain`: what was found, what the reader said of it, which bar decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.cli.backend import Desk, LocalDesk
from assistant.cli.command_run import EXIT_USAGE, fail
from assistant.qa.abstention import chance
from assistant.qa.answer import Answer
from assistant.qa.retriever import Evidence
from assistant.qa.scoring import ScoredSentence, ScoredUnit
from assistant.question import Question
from assistant.row_tables import without_bars

WORDS = 60
"""Characters of a reader's words, and of a sentence, that are shown."""

ROWS = 6
"""Sentences about a meeting that are shown."""
LEAST_WIDTH = 160
"""Columns of a table, however narrow the terminal: cells of three letters tell nothing."""


@dataclass(frozen=True)
class Weighing:
    """One weighing of evidence: the passages in the order in which they were found, and their units, best first."""

    question: Question
    evidence: Sequence[Evidence]
    scored: Sequence[ScoredUnit]


class Watched:
    """Watches what is asked of a desk from now on. Only the library itself can be watched."""

    def __init__(self, desk: Desk) -> None:
        if not isinstance(desk, LocalDesk):
            raise fail(
                "--explain works without a running server only: stop the server that uses the library, or leave "
                "--explain out.",
                EXIT_USAGE,
            )
        self.seen: list[Weighing] = []
        self.rows: dict[str, Sequence[tuple[str, ScoredSentence]]] = {}
        desk.engine.extractive.watch = lambda *weighed: self.seen.append(Weighing(*weighed))
        desk.engine.extractive.meeting_answerer.watch = lambda question, told: self.rows.update({question.text: told})

    def print(self, console: Console, answer: Answer) -> None:
        """A table for each weighing with the bars that it was held against, and the outcome."""
        console.width = max(console.width, LEAST_WIDTH)
        for each in self.seen:
            console.print(Text(f"\nWeighed for: {each.question.text}", style="bold"))
            if each.evidence:
                console.print(_table(each))
            else:
                console.print("No passage was found.")
            for line in _decided(each):
                console.print(Text(line))
        for question, told in self.rows.items():
            console.print(Text(f"\nRows of a meeting, read for: {question}", style="bold"))
            console.print(_rows(told))
        if not self.seen and not self.rows:
            console.print(Text("\nNo evidence was weighed: a rule decided (a place or article that is named, "
                               "a document that is not held, a refusal)."))  # fmt: skip
        console.print(Text.assemble("Outcome: ", (_outcome(answer, self.seen), "bold")))


def _table(weighing: Weighing) -> Table:
    table = Table(
        "rank", "passage", "fused", "read by", "logit", "chance", "its words", "best unit", "score", box=SIMPLE
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
            *_read(found, best),
            Text(_short(best.unit.own)) if best else "not scored",
            f"{best.score:+.2f}" if best else "",
        )
    return table


def _rows(told: Sequence[tuple[str, ScoredSentence]]) -> Table:
    """What the rows of a meeting tell, the best sentences of it, how far these are above the bar and the chance that they answer."""
    table = Table("what the rows tell", "score", "chance", box=SIMPLE)
    for text, each in told[:ROWS]:
        table.add_row(Text(_short(text)), f"{each.score:+.2f}", f"{each.probability:.0%}")
    return table


def _read(found: Evidence, best: ScoredUnit | None) -> tuple[str | Text, ...]:
    """What the reader said of a passage: its name, logit, chance, words."""
    if best is None or best.known is None:
        return "nobody", "", "", ""
    known = best.known
    span = known.readings[0].best()
    words = ""
    if span is not None and known.begin is not None:
        words = found.document.text[known.begin + span[0] : known.begin + span[1]]
    logit = fmean(each.logit for each in known.readings)
    return known.reader, f"{logit:+.2f}", f"{known.thresholds.probability(logit):.0%}", Text(_short(words))


def _decided(weighing: Weighing) -> list[str]:
    """The bars that scores were held against, the best unit's first."""
    if not weighing.scored:
        return ["No unit was scored."]
    best = weighing.scored[0]
    thresholds, read = best.thresholds, best.known is not None
    alike = (
        ""
        if thresholds.min_likeness is None
        else f" where a passage is {thresholds.min_likeness:.2f} or more like the question"
    )
    return [
        f"Best unit {best.score:+.2f} above the bar, a chance of {best.probability:.0%}: {_against(best)}.",
        f"Bars of {f'the reader {best.known.reader!r}' if best.known else 'likeness, since no reader reads it'}: answered from "
        f"{_bar(thresholds.answered)}, tentative from {_bar(thresholds.tentative)}{alike}; log-odds = {thresholds.slope:.3f} x {'logit' if read else 'likeness'} {thresholds.offset:+.3f}.",
    ]


def _against(best: ScoredUnit) -> str:
    tentative = best.thresholds.tentative_margin
    if best.score >= 0.0:
        return "reaches the bar for an answer (+0.00)"
    if best.score >= tentative:
        return f"below the bar for an answer (+0.00), reaches that for what comes closest ({tentative:+.2f})"
    return f"below the bar for what comes closest ({tentative:+.2f})"


def _bar(odds: float) -> str:
    return f"log-odds {odds:+.2f} (a chance of {chance(odds):.0%})"


def _outcome(answer: Answer, seen: Sequence[Weighing]) -> str:
    """The status, and why it is not what the scores say, where a rule overruled them."""
    reached = any(one.score >= 0.0 for each in seen for one in each.scored)
    if reached and answer.status in ("not_found", "tentative"):
        return f"{answer.status}; a document that is not held spoke against what reached the bar"
    return answer.status


def _short(text: str) -> str:
    line = without_bars(text)
    return line if len(line) <= WORDS else f"{line[: WORDS - 1]}…"
