"""What `Engine.stream` yields while an answer comes about; the last event holds the whole answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from assistant.qa.answer import Answer, Citation, Statement, citation_json, numbered

Stage = Literal["searching", "writing", "checking"]


@dataclass(frozen=True)
class Progress:
    """What is being done: documents searched, the model writing, sentences that failed asked for once more."""

    name: ClassVar[str] = "progress"
    stage: Stage

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form."""
        return {"stage": self.stage}


@dataclass(frozen=True)
class Said:
    """A statement that stands: it is never withdrawn, and the answer holds it at place `index`.

    `numbers` are those of its citations, as the answer gives them; `citations` are the ones that no earlier event
    held, with their numbers. `doubt` is what stands before the first of statements that may not answer, in the
    question's language; empty for an answer.
    """

    name: ClassVar[str] = "statement"
    index: int
    statement: Statement
    numbers: tuple[int, ...]
    citations: tuple[tuple[int, Citation], ...]
    doubt: str = ""

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form: the statement and its new citations as `Answer.to_json` has them, with `index`."""
        return {
            "index": self.index,
            "text": self.statement.text,
            "verdict": self.statement.verdict,
            "citations": list(self.numbers),
            "new_citations": [citation_json(each, n) for n, each in self.citations],
            "tentative": bool(self.doubt),
        }


@dataclass(frozen=True)
class Finished:
    """The whole answer, the last event of every stream."""

    name: ClassVar[str] = "answer"
    answer: Answer

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form of the answer."""
        return self.answer.to_json()


Event = Progress | Said | Finished


def said(statements: Sequence[Statement], first: int = 0, doubt: str = "") -> list[Said]:
    """The events of statements from index `first` on, those before it having been said."""
    made = []
    known = len(numbered(statements[:first]))
    order = {citation: n for n, citation in enumerate(numbered(statements), 1)}
    for index, statement in enumerate(statements[first:], first):
        numbers = tuple(order[citation] for citation in statement.citations)
        new = tuple((n, c) for c, n in order.items() if c in statement.citations and n > known)
        known = max([known, *numbers])
        made.append(Said(index, statement, numbers, new, doubt))
    return made
