"""Models of requests and responses, as OpenAPI shows them; the formats are described in docs/formats.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from assistant.access.principal import Kind
from assistant.qa.answer import AnswerStatus, Dropped, Pointer, Verdict
from assistant.question_request import MAX_HISTORY
from corpus.documents import Block, Edition, Language

Item = TypeVar("Item")

_ANSWER: dict[str, Any] = {
    "question": "When is item 3?",
    "language": "en",
    "status": "answered",
    "reason": "Composed from CTOC/COP/WG.7/2021/1.",
    "statements": [
        {"text": "Agenda item 3 is taken up on Thursday, 14 October 2021, 3–5 p.m.", "verdict": "derived",
         "citations": [1]}
    ],
    "citations": [
        {"number": 1, "id": "c0ffee00c0ffee00c0ff", "document": "CTOC/COP/WG.7/2021/1:en:digest",
         "symbol": "CTOC/COP/WG.7/2021/1", "title": "Annotated provisional agenda", "edition": "digest",
         "language": "en", "locator": "CTOC/COP/WG.7/2021/1 (digest), annex, Thursday, 14 October, 3-5 p.m.",
         "quote": "3–5 p.m. | 3", "start": 100, "end": 112, "url": "https://docs.un.org/en/CTOC/COP/WG.7/2021/1",
         "ocr": False}
    ],
    "see_also": [],
    "notes": [],
    "confidence": None,
    "probability": None,
    "model": None,
    "raw": [],
    "dropped": [],
    "absent": None,
    "timings": {"parse_ms": 2.1, "answer_ms": 18.0, "total_ms": 20.1},
}  # fmt: skip


class Strict(BaseModel):
    """Body of a request; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class StatementOut(BaseModel):
    """One sentence of an answer; `citations` are numbers into the list of citations."""

    text: str
    verdict: Verdict
    citations: list[int]


class CitationOut(BaseModel):
    """Exact words of a document: `quote` is its `text[start:end]`; `heading` is the innermost heading above; `text[answer[0]:answer[1]]` is the part that the
    reader takes for the answer, omitted where that is most of the quote."""

    number: int
    id: str
    document: str
    symbol: str
    title: str
    edition: Edition
    language: Language
    locator: str
    quote: str
    start: int
    end: int
    url: str | None
    ocr: bool
    unverified: bool = False
    heading: str = ""
    answer: tuple[int, int] | None = None


class AnswerOut(BaseModel):
    """An answer (docs/formats.md, `ask --json`)."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [_ANSWER]})

    question: str
    language: Language
    status: AnswerStatus
    reason: str
    statements: list[StatementOut]
    citations: list[CitationOut]
    see_also: list[Pointer]
    notes: list[str]
    confidence: float | None
    probability: float | None = Field(description="Probability that the best passage answers; null if a rule decided.")
    model: str | None
    raw: list[str]
    dropped: list[Dropped]
    absent: str | None = Field(description="The symbol of the document that is not in the library, if that is why.")
    timings: dict[str, float]


class HitOut(BaseModel):
    """A passage found by a search."""

    rank: int
    id: str
    document: str
    locator: str
    score: float
    text: str


class Page(BaseModel, Generic[Item]):
    """A page of a list: the items from `offset` on, of `total` in all; `next` is the offset of the next page."""

    items: list[Item]
    total: int
    offset: int
    next: int | None

    @classmethod
    def of(cls, items: list[Any], total: int, offset: int) -> dict[str, Any]:
        """The part as JSON-ready values."""
        end = offset + len(items)
        return {"items": items, "total": total, "offset": offset, "next": end if items and end < total else None}


class DocumentOut(BaseModel):
    """A language version of a document in one edition, or (`held` false) what is known of one that is not in the library."""

    model_config = ConfigDict(extra="allow")

    id: str
    symbol: str | None
    title: str
    language: Language | None
    edition: Edition | None
    date: str | None
    held: bool
    sha256: str | None
    behind: str | None
    url: str | None
    part: str | None
    parent: str | None
    format: str | None
    reissue: int
    ocr: bool
    unverified: bool = False
    pages: int
    pages_without_text: list[int]
    warnings: list[str]


class CorrectionOut(BaseModel):
    """What a corrigendum in the library says about places in a document: `text[start:end]` of the corrigendum. `blocks` are the blocks there, by ordinal."""

    corrigendum: str
    targets: list[str]
    locator: str
    start: int
    end: int
    text: str
    blocks: list[int]


@dataclass(frozen=True, kw_only=True)
class BlockOut(Block):
    """A heading, paragraph, list item, table row or footnote with its place, and the corrections of it in the library."""

    text: str
    corrections: list[CorrectionOut]


class PassageOut(BaseModel):
    """A passage of a document."""

    id: str
    locator: str
    heading: str
    start: int
    end: int
    text: str


class PassagesOut(BaseModel):
    """A passage (`id`) with its neighbours, in the order of the text."""

    id: str
    document: str
    symbol: str
    title: str
    language: Language
    edition: Edition
    url: str | None
    passages: list[PassageOut]


class RatingBody(Strict):
    """A rating of an answer: 1 right, -1 wrong, 0 neither."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"question": "When is item 3?", "language": "en", "rating": 1}]}
    )

    question: Annotated[str, Field(min_length=1, max_length=4_000)]
    language: Language
    rating: Literal[-1, 0, 1]
    history: Annotated[list[Annotated[str, Field(max_length=4_000)]], Field(max_length=MAX_HISTORY)] = []
    answer: dict[str, Any] = Field(default={}, description="The rated answer, as returned by `ask`.")
    comment: Annotated[str, Field(max_length=4_000)] = ""
    expected: Annotated[str, Field(max_length=4_000, description="What the answer should have said.")] = ""


class RatedOut(BaseModel):
    """The number of a stored rating."""

    id: int


class RemovedOut(BaseModel):
    """How many were removed."""

    removed: int


class CallerOut(BaseModel):
    """The caller's identity, role and permitted operations."""

    id: str
    kind: Kind
    role: Literal["none", "read", "staff", "admin"]
    may: list[str]


Record = dict[str, Any]


class MandatesOut(BaseModel):
    """Who is asked to do what, by when, in the resolutions and records in the library, by due date (docs/formats.md, `mandates --json`); also as a document or a
    spreadsheet (`csv`, `xlsx`)."""

    wanted: Record
    total: int
    documents: int
    undated: int
    no_mandates: list[str]
    mandates: list[Record]


class BriefingOut(BaseModel):
    """A briefing, every sentence with its source, generated between the questions of others (docs/formats.md, `brief --json`); citations of a statement are
    numbers into the list of citations."""

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
    """The themes of the library, largest first: summaries, documents over the years, gaps, places on a map (docs/formats.md, `themes --json`)."""

    language: Language
    state: str
    years: list[int | None]
    themes: list[Record]
    apart: list[Record]
    loose: list[Record]
    gaps: list[str]


class ComparisonOut(BaseModel):
    """Two documents word by word (`first`, `second`, `changes`), several in sequence (`steps`), or, with a topic, what each document says about it (`topic`,
    `sides`, `same`, `differences`): docs/formats.md, `compare --json`."""

    model_config = ConfigDict(extra="allow")


class OriginsOut(BaseModel):
    """Where the paragraphs of a document come from: the earlier documents in the library that contain them, exactly or nearly (docs/formats.md, `origins --json`)."""

    document: str
    verbatim: int
    near: int
    changed: int
    new: int
    paragraphs: list[Record]


class AgendaOut(BaseModel):
    """The check of an agenda (docs/formats.md, `agenda check --json`)."""

    agenda: str
    language: str
    title: str
    dates: list[str]
    announced: list[Record]
    cited: list[Record]
    others: list[str]
    complete: bool
