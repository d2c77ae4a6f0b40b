"""What every evaluated system offers, and a record for one that could not answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from corpus.library import Library
from eval.cases import Case
from eval.runs.records import Record


class System(Protocol):
    """Answers cases from one library."""

    @property
    def name(self) -> str:
        """How runs and tables call it."""

    @property
    def settings(self) -> Mapping[str, str]:
        """What decides its answers beside the library and the questions, for people to read."""

    def prepare(self, library: Library | None) -> None:
        """Makes it ready, so that the first answer takes no longer than the others; None: it has no library here."""

    def answer(self, case: Case) -> Record:
        """Its answer. What goes wrong may be raised, or told in a record that failed."""


def failed(case: Case, system: str, error: str, ms: float = 0.0, raw: Any = None) -> Record:
    """The record of a case that could not be answered; it counts as wrong."""
    return Record(case.id, system, "failed", ms=ms, error=error, raw=raw)
