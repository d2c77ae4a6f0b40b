"""What the tools take and give; clients see it as JSON Schema. Answers, passages and documents are those of the API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.api.api_models import DocumentOut, Edition, HitOut, Page
from assistant.question_request import Language

DocumentPage = Page[DocumentOut]
Name = Annotated[
    str, Field(min_length=1, max_length=500, description="Symbol, name or id of a document: CTOC/COP/WG.7/2021/1.")
]
Place = Annotated[
    str | None,
    Field(max_length=500, description="A place in it, as the locators of citations and hits write it: para. 12."),
]
Of = Annotated[Language | None, Field(description="The version in this language.")]
In = Annotated[Edition | None, Field(description="The version in this edition.")]
Offset = Annotated[int, Field(ge=0, le=10_000_000)]


class Arguments(BaseModel):
    """Arguments of a tool."""

    model_config = ConfigDict(extra="forbid")


class Search(Arguments):
    """What to look for."""

    query: Annotated[str, Field(min_length=1, max_length=2_000)]
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class ReadParagraph(Arguments):
    """Which paragraphs to read."""

    document: Name
    place: Place = None
    language: Of = None
    edition: In = None
    offset: Offset = 0
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class ListDocuments(Arguments):
    """Which documents to list."""

    text: Annotated[str | None, Field(max_length=500, description="Words of the symbol or title.")] = None
    language: Of = None
    edition: In = None
    offset: Offset = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class NoArguments(Arguments):
    """Nothing is to be said."""


class Hits(BaseModel):
    """Passages, best first."""

    hits: list[HitOut]


class Paragraph(BaseModel):
    """A heading, paragraph, item, row or footnote; `start` and `end` are characters of the document's text."""

    locator: str
    kind: Literal["heading", "paragraph", "item", "row", "footnote"]
    page: int | None
    start: int
    end: int
    text: str


class Paragraphs(BaseModel):
    """Exact words of a document; `next` is the offset of what follows, null at the end."""

    document: str
    symbol: str
    title: str
    language: Language
    edition: Edition
    unverified: bool
    url: str | None
    place: str | None
    paragraphs: list[Paragraph]
    total: int
    next: int | None


class Announced(BaseModel):
    """A document that the agenda announces for an item."""

    symbol: str
    locator: str
    held: bool


class AgendaItem(BaseModel):
    """An item of the agenda."""

    number: str
    title: str
    locator: str | None
    documentation: list[Announced]


class Taken(BaseModel):
    """An item as it is taken up in a sitting."""

    number: str
    title: str
    continued: bool
    locator: str


class Sitting(BaseModel):
    """A sitting with its items; times are local to the place of the meeting, null where only the half of the day is said."""

    date: str
    start: str | None
    end: str | None
    half: str | None
    locator: str
    items: list[Taken]


class Meeting(BaseModel):
    """A meeting as its agenda describes it; locators are places of the agenda."""

    title: str
    body: str
    place: str
    dates: list[str]
    agenda: str
    url: str | None
    items: list[AgendaItem]
    sittings: list[Sitting]


class Meetings(BaseModel):
    """The meetings whose agendas are held."""

    meetings: list[Meeting]
