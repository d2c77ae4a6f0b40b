"""The values of a briefing: sections of statements with citations, documents cited, and what could not be sourced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from assistant.qa.answer import Citation, Dropped, Mode, Statement
from assistant.reports.lookup import DocumentStatus
from assistant.reports.quoted_tables import Grid, as_json

Kind = Literal["item", "theme", "document", "question"]
Audience = Literal["delegate", "chair", "secretariat"]
SectionKey = Literal[
    "about", "mandate", "schedule", "documentation", "adoption", "mandates", "changes", "recommendations", "figures",
    "questions", "expected", "framework", "points", "guidance", "new", "differences", "closest", "articles",
]  # fmt: skip
"""In the order of a briefing for a chair."""


@dataclass(frozen=True)
class Request:
    """The subject and form of a briefing. `value` is an item number, the words of a theme, the symbol or name of a
    document, or a question.

    `meeting` is the symbol of the agenda; by default the latest. `mixed` also allows documents in other languages,
    even where none is stored in this one. `mode` says whether a model writes: `write` and `auto` where one is set,
    `quote` never; None is the mode of the engine.
    """

    kind: Kind
    value: str
    audience: Audience = "delegate"
    language: str = "en"
    meeting: str = ""
    mixed: bool = False
    mode: Mode | None = None


@dataclass(frozen=True)
class Part:
    """Statements under an optional heading. If not `sure`, they are the closest ones, perhaps about something else."""

    heading: str
    statements: tuple[Statement, ...]
    sure: bool = True


@dataclass(frozen=True)
class WritingRecord:
    """How a section came about that a model was asked to write: its reply (`raw`) and the sentences that failed the
    check, neither of which may be shown as part of the briefing. `failed`: the model gave no reply, or an incomplete
    one."""

    model: str
    failed: bool = False
    dropped: tuple[Dropped, ...] = ()
    raw: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """One section. `tables` follow its statements. `remarks` are sentences about the text itself (its language, a later
    revision, how it was written), not about the subject; `unsourced` says what the stored documents do not cover."""

    key: SectionKey
    heading: str
    parts: tuple[Part, ...] = ()
    tables: tuple[Grid, ...] = ()
    remarks: tuple[str, ...] = ()
    unsourced: tuple[str, ...] = ()
    written: WritingRecord | None = None

    @property
    def empty(self) -> bool:
        """Whether it quotes no document."""
        return not self.parts and not any(table.rows for table in self.tables)

    @property
    def citations(self) -> Iterator[Citation]:
        """All its citations in order."""
        yield from (cite for statement in self.statements for cite in statement.citations)
        yield from (cite for table in self.tables for cite in table.citations)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All its statements in order."""
        return tuple(statement for part in self.parts for statement in part.statements)


@dataclass(frozen=True)
class Source:
    """A document that a briefing cites."""

    document: str
    symbol: str
    title: str
    label: str
    edition: str
    language: str
    date: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Briefing:
    """A briefing. `masthead` are the lines at its head: the body, the meeting, its place and dates as the agenda
    gives them. `state` is the fingerprint of the library that it was made from."""

    request: Request
    title: str
    masthead: tuple[str, ...]
    sections: tuple[Section, ...]
    papers: tuple[DocumentStatus, ...]
    sources: tuple[Source, ...]
    unsourced: tuple[str, ...]
    state: str

    @property
    def language(self) -> str:
        """The language that it is written in."""
        return self.request.language

    @property
    def models(self) -> list[str]:
        """The models that wrote sentences of it."""
        models = [
            s.written.model for s in self.sections if s.written and any(e.verdict == "supported" for e in s.statements)
        ]
        return list(dict.fromkeys(models))

    @property
    def lasting(self) -> bool:
        """Whether it would be the same if made again: no model failed."""
        return not any(section.written and section.written.failed for section in self.sections)

    @property
    def statements(self) -> Iterator[Statement]:
        """All statements in order."""
        return (statement for section in self.sections for statement in section.statements)

    @property
    def numbered(self) -> int:
        """How many places have a number for comments: the statements, then the rows of the tables."""
        return len(list(self.statements)) + sum(len(table.rows) for each in self.sections for table in each.tables)

    @property
    def citations(self) -> list[Citation]:
        """All citations without duplicates, in the order of first use: number n is at index n - 1."""
        return list(dict.fromkeys(citation for section in self.sections for citation in section.citations))

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form that `brief --json` prints; citations of a statement are numbers into the list."""
        numbers = {citation: n for n, citation in enumerate(self.citations, 1)}
        return {
            "request": as_json(self.request),
            "title": self.title,
            "masthead": self.masthead,
            "sections": as_json(self.sections, lambda citation, _: numbers[citation]),
            "citations": as_json(self.citations),
            "papers": as_json(self.papers),
            "sources": as_json(self.sources),
            "unsourced": self.unsourced,
            "state": self.state,
        }
