"""What goes in and out of the routes that write, as OpenAPI shows it. The forms are those of docs/formats.md."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.api.api_models import CitationOut, Language
from assistant.api.file_replies import Form, SheetForm
from assistant.qa.answer import Mode
from assistant.reports.brief.briefing import Audience, Kind
from assistant.reports.mandates import Wanted

Record = dict[str, Any]
Name = Annotated[str, Field(max_length=200)]
_FORMAT = Field(description="In place of the header `Accept`.")


class BriefingBody(BaseModel):
    """What a briefing is about, and for whom."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "item", "value": "3", "audience": "chair", "language": "en"}]},
    )

    kind: Kind
    value: Annotated[str, Field(min_length=1, max_length=1_000, description="An item, a theme, a symbol, a question.")]
    audience: Audience = "delegate"
    language: Language = "en"
    meeting: Annotated[str, Field(max_length=200, description="Symbol of the agenda; else the latest.")] = ""
    mixed: Annotated[bool, Field(description="Quote other languages where none is held in this one.")] = False
    mode: Annotated[
        Mode | None, Field(description="Whether a model writes, where one is set; else as the server's.")
    ] = None
    format: Annotated[Form | None, _FORMAT] = None


class CompareQuery(BaseModel):
    """Two documents or more in a row, or a topic and any number."""

    model_config = ConfigDict(extra="forbid")

    document: Annotated[
        list[Name],
        Field(
            max_length=12, description="Symbol, name or id; twice or more.", examples=[["S/2025/71", "S/2025/71/Rev.1"]]
        ),
    ] = []
    topic: Annotated[str | None, Field(max_length=1_000, examples=["smuggling by sea"])] = None
    language: Language | None = None
    format: Annotated[Form | None, _FORMAT] = None


class OriginsQuery(BaseModel):
    """A document, and one place of it."""

    model_config = ConfigDict(extra="forbid")

    document: Annotated[Name, Field(description="Symbol, name or id.", examples=["A/RES/80/167"])]
    place: Annotated[str, Field(max_length=200, description="A paragraph; else all of them.", examples=["para. 5"])] = (
        ""
    )
    language: Language | None = None
    format: Annotated[Form | None, _FORMAT] = None


class MandatesQuery(BaseModel):
    """Which requests and decisions are wanted; all of the resolutions held where nothing is named."""

    model_config = ConfigDict(extra="forbid")

    addressee: Annotated[Name, Field(description="Of whom something is asked: part of a name.")] = ""
    year: Annotated[int | None, Field(ge=1945, le=2200, description="Of the adoption.")] = None
    due_before: Annotated[str, Field(max_length=10, description="A day (ISO 8601).", examples=["2026-12-31"])] = ""
    document: Annotated[list[Name], Field(max_length=100, description="Resolutions by symbol, name or id.")] = []
    language: Language = "en"
    format: Annotated[SheetForm | None, _FORMAT] = None

    @property
    def wanted(self) -> Wanted:
        """The same for the list."""
        return Wanted(self.addressee.strip(), self.year, self.due_before.strip(), tuple(self.document), self.language)


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
    complete: bool
