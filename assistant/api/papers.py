"""What goes in and out of the routes that write, as OpenAPI shows it. The forms are those of docs/formats.md."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.api.files import Form
from assistant.api.models import CitationOut, Language
from assistant.brief.model import Audience, Kind
from assistant.qa.answer import Mode

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
    """Two texts (`first`, `second`, `changes`), several in a row (`steps`) or sides on a topic (`topic`, `sides`): docs/formats.md, `compare --json`."""

    model_config = ConfigDict(extra="allow")


class AgendaOut(BaseModel):
    """The check of an agenda (docs/formats.md, `agenda check --json`)."""

    agenda: str
    title: str
    dates: list[str]
    announced: list[Record]
    cited: list[Record]
    complete: bool
