"""One question asked as users ask it, and what the answerer weighed for it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.qa.answer import Answer
from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from assistant.qa.weighing import Scored
from assistant.question import Question
from corpus.documents import Span
from eval.systems.rapporteur import BY_RULE


@dataclass(frozen=True)
class Asked:
    """An answer with its time in milliseconds, and all units that were weighed, best first."""

    answer: Answer
    scored: tuple[Scored, ...]
    ms: float

    @property
    def answered(self) -> bool:
        """Whether the answer says anything."""
        return self.answer.status in ("answered", "partial") and bool(self.answer.statements)

    @property
    def confidence(self) -> float:
        """How sure the answerer is; of decisions by rule, `BY_RULE` and less it."""
        if self.answer.confidence is not None:
            return self.answer.confidence
        return BY_RULE if self.answered else -BY_RULE

    def best(self, count: int) -> list[Scored]:
        """The best units that share no words."""
        chosen: list[Scored] = []
        for each in self.scored:
            if len(chosen) == count:
                break
            unit = each.unit
            if not any(
                other.unit.document.id == unit.document.id
                and other.unit.start < unit.end
                and unit.start < other.unit.end
                for other in chosen
            ):
                chosen.append(each)
        return chosen

    def said(self) -> list[tuple[str, Span]]:
        """What the answer quotes: document key and span."""
        return [(each.symbol, (each.start, each.end)) for each in self.answer.citations]

    def told(self) -> dict[str, Any]:
        """The outcome, for the file."""
        return {
            "answered": self.answered,
            "status": self.answer.status,
            "asked_in": self.answer.language,
            "confidence": round(self.confidence, 4),
            "ms": round(self.ms, 1),
        }


def ask(engine: Engine, question: str) -> Asked:
    """Asks a question, and watches what is weighed for it: of several weighings the one with the best unit counts."""
    weighed: list[tuple[Scored, ...]] = [()]

    def watch(_: Question, __: Sequence[Evidence], scored: Sequence[Scored]) -> None:
        weighed.append(tuple(scored))

    before, engine.quoter.watch = engine.quoter.watch, watch
    begun = time.perf_counter()
    try:
        answer = engine.ask(question)
    finally:
        engine.quoter.watch = before
    ms = (time.perf_counter() - begun) * 1e3
    best = max(weighed, key=lambda scored: scored[0].score if scored else float("-inf"))
    return Asked(answer, best, ms)


def span_of(each: Scored) -> tuple[str, Span]:
    """Document key and span of a unit."""
    return each.unit.document.key, (each.unit.start, each.unit.end)


def covered(gold: Iterable[tuple[str, Span]], by: Sequence[tuple[str, Span]], share: float = 1.0) -> bool:
    """Whether spans together hold at least this share of the characters of one of the gold spans."""
    for key, (start, end) in gold:
        held: set[int] = set()
        for other, (begin, stop) in by:
            if other == key:
                held.update(range(max(start, begin), min(end, stop)))
        if end > start and len(held) >= share * (end - start):
            return True
    return False
