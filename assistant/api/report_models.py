"""What comes out of the routes that write, as OpenAPI shows it. The forms are those of docs/formats.md."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from assistant.api.api_models import CitationOut
from assistant.question_request import Language

Record = dict[str, Any]


class MandatesOut(BaseModel):
    """Requests and decisions (docs/formats.md, `mandates --json`), what is due first before what is due later."""

    wanted: Record
    total: int
    documents: int
    undated: int
    mandates: list[Record]


class BriefingOut(BaseModel):
    """A briefing (docs/formats.md, `brief --json`); citations of a statement are numbers into the list."""

    request: Record
    title: str
    masthead: list[str]
    sections: list[Record]
    citations: list[CitationOut]
    papers: list[Record]
    sources: list[Record]
    unsourced: list[str]
    state: str


class ThemesOut(BaseModel):
    """The themes (docs/formats.md, `themes --json`), the largest first."""

    language: Language
    state: str
    years: list[int | None]
    themes: list[Record]
    apart: list[Record]


class ComparisonOut(BaseModel):
    """Two texts (`first`, `second`, `changes`), several in a row (`steps`) or sides on a topic (`topic`, `sides`, `same`, `differences`): docs/formats.md, `compare --json`."""

    model_config = ConfigDict(extra="allow")


class OriginsOut(BaseModel):
    """Where the paragraphs of a document come from (docs/formats.md, `origins --json`)."""

    document: str
    verbatim: int
    near: int
    changed: int
    new: int
    paragraphs: list[Record]


class AgendaOut(BaseModel):
    """The check of an agenda (docs/formats.md, `agenda check --json`)."""

    agenda: str
    title: str
    dates: list[str]
    announced: list[Record]
    cited: list[Record]
    others: list[str]
    complete: bool
