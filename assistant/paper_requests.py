"""The papers that can be requested through every interface, with the limits of what is sent over the network, and how each is made."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from assistant.qa.answer import Mode
from assistant.reports import Progress
from assistant.reports.brief.briefing import Audience, Kind, Request
from assistant.reports.lookup import find_document, find_documents_together
from assistant.service_errors import Conflict, Invalid, NotFound, ServiceFault
from assistant.time_slices import Aside
from corpus.documents import Language

if TYPE_CHECKING:
    from assistant.export.layouts import Report
    from assistant.qa.engine import Engine
    from corpus.library import Library

Form = Literal["json", "md", "html", "docx", "pdf"]
SheetForm = Literal["json", "md", "html", "docx", "pdf", "csv", "xlsx"]
Name = Annotated[str, Field(max_length=200)]
_FORMAT = Field(description="Format; overrides the header `Accept`.")
PaperBuilder = Callable[[Progress, Aside], "Report"]
"""Makes a paper; called with the progress callback, and with what is entered around work that needs no turn at the
models."""
MAX_COMPARED_DOCUMENTS = 12
"""Most documents in a comparison on a topic that is requested from a server."""


class PaperContext(Protocol):
    """From what papers are made: a library, and the engine over it, which is created when it is first needed."""

    @property
    def library(self) -> Library:
        """The library."""
        ...

    @property
    def engine(self) -> Engine:
        """The engine that answers from it."""
        ...


class PaperRequest(BaseModel, ABC):
    """A request for a paper. `operation`: what the caller must be allowed to do; `path`: its route of the API; `name`: of its files; `fault`: the
    error where it cannot be made. An interface with other limits creates it with `model_construct`."""

    model_config = ConfigDict(extra="forbid")
    operation: ClassVar[str]
    path: ClassVar[str]
    name: ClassVar[str]
    fault: ClassVar[type[ServiceFault]] = NotFound
    extra: ClassVar[str] = "reports"
    """The optional part of an installation that it needs."""

    language: Language | None = None
    format: Annotated[SheetForm | None, _FORMAT] = None

    @property
    def file_label(self) -> str:
        """What it names (an item, documents, a topic), for the names of its files."""
        values = (getattr(self, value, None) for value in ("value", "theme", "topic", "document", "place", "addressee"))
        return " ".join(value if isinstance(value, str) else " ".join(value) for value in values if value)

    @property
    def is_immediate(self) -> bool:
        """Whether it is made so fast that it needs not be queued."""
        return False

    @property
    def is_on_whole_library(self) -> bool:
        """Whether it is made from all documents alike, which takes longest."""
        return False

    def check(self) -> None:
        """Raise `Invalid` where it makes no sense, or requests too much of a server."""

    @abstractmethod
    def prepare(self, context: PaperContext) -> tuple[Hashable, PaperBuilder]:
        """Find the documents that it names; returns a key of its subject, and the function that makes the paper. Both raise `ReportError`."""

    def output_language(self, paper: Any) -> str:
        """The language of a paper."""
        return str(self.language or paper.language)

    def select_part(self, paper: Any) -> Report:
        """The requested part of the paper. Raises `ReportError`."""
        report: Report = paper
        return report


class BriefingRequest(PaperRequest):
    """A briefing: its subject, and its audience."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "item", "value": "3", "audience": "chair", "language": "en"}]}
    )
    operation, path, name, fault = "brief", "briefings", "briefing", Invalid

    kind: Kind
    value: str = Field(min_length=1, max_length=1_000, description="An item, a theme, a symbol, a question.")
    audience: Audience = "delegate"
    language: Language = "en"
    meeting: Name = Field("", description="Symbol of the agenda; by default the latest.")
    mixed: bool = Field(
        False, description="Also quote documents in other languages. Needed if the library has none in this language."
    )
    mode: Mode | None = Field(
        None, description="Whether the model writes, if one is configured; by default as set on the server."
    )
    format: Annotated[Form | None, _FORMAT] = None

    def prepare(self, context: PaperContext) -> tuple[Request, PaperBuilder]:
        """See `PaperRequest.prepare`."""
        from assistant.reports.brief.brief_maker import make_briefing

        spec = Request(self.kind, self.value, self.audience, self.language, self.meeting, self.mixed, self.mode)
        return spec, lambda progress, aside: make_briefing(context.engine, spec, progress, aside)


class ThemesRequest(PaperRequest):
    """The themes of the library, or one of them."""

    operation, path, name, fault = "themes", "themes", "themes", Conflict

    language: Language = "en"
    count: int | None = Field(None, ge=1, le=100, description="Number of themes; by default chosen from the documents.")
    theme: Name | None = Field(None, description="Only the theme with this name or number.")
    format: Annotated[Form | None, _FORMAT] = None

    @property
    def is_on_whole_library(self) -> bool:
        """Always."""
        return True

    def prepare(self, context: PaperContext) -> tuple[Hashable, PaperBuilder]:
        """See `PaperRequest.prepare`; the key is the language and the number of themes, whichever theme is requested."""
        from assistant.reports.themes.theme_maker import find_themes

        key = self.language, self.count
        return key, lambda progress, aside: find_themes(context.engine, *key, progress, aside)

    def select_part(self, paper: Any) -> Report:
        """The theme that is named, or all."""
        report: Report = paper if self.theme is None else paper.only(self.theme)
        return report


class ComparisonRequest(PaperRequest):
    """Two or more successive documents, or a topic and any number of documents."""

    operation, path, name = "compare", "compare", "comparison"

    document: list[Name] = Field(
        [],
        max_length=MAX_COMPARED_DOCUMENTS,
        description="Symbol, name or id of a document. Repeat it for two or more.",
        examples=[["S/2025/71", "S/2025/71/Rev.1"]],
    )
    topic: str | None = Field(None, max_length=1_000, examples=["smuggling by sea"])
    format: Annotated[Form | None, _FORMAT] = None

    @property
    def is_immediate(self) -> bool:
        """Word-by-word comparisons are fast, searches on a topic are not."""
        return self.topic is None

    @property
    def is_on_whole_library(self) -> bool:
        """Whether no document is named."""
        return not self.document

    def check(self) -> None:
        """Refuse a single document, an empty topic, and too many documents on a topic."""
        if self.topic is None and len(self.document) < 2:
            raise Invalid("name-two")
        if self.topic is not None and not self.topic.strip():
            raise Invalid("no-topic")
        if self.topic is not None and len(self.document) > MAX_COMPARED_DOCUMENTS:
            raise Invalid("most-sides", count=len(self.document), most=MAX_COMPARED_DOCUMENTS)

    def prepare(self, context: PaperContext) -> tuple[Hashable, PaperBuilder]:
        """See `PaperRequest.prepare`; the key has the ids of the documents."""
        from assistant.reports.comparison.text_diff import compare_versions
        from assistant.reports.comparison.topic_comparison import compare_topic

        topic, language = self.topic, self.language
        ids = tuple(each.id for each in find_documents_together(context.library, self.document, language))

        def make(progress: Progress, aside: Aside) -> Report:
            documents = [context.library.document(each) for each in ids]
            if topic is None:
                return compare_versions(context.library, documents)
            return compare_topic(context.engine, topic, documents, language, progress, aside)

        return (topic, ids, language), make


class OriginsRequest(PaperRequest):
    """A document, and optionally one place of it."""

    operation, path, name = "compare", "origins", "origins"

    document: Name = Field(description="Symbol, name or id.", examples=["A/RES/80/167"])
    place: Name = Field("", description="One paragraph; by default all.", examples=["para. 5"])
    format: Annotated[Form | None, _FORMAT] = None

    def check(self) -> None:
        """Refuse an empty document name."""
        if not self.document.strip():
            raise Invalid("name-one")

    def prepare(self, context: PaperContext) -> tuple[Hashable, PaperBuilder]:
        """See `PaperRequest.prepare`; the key has the document's id and the locator of the place."""
        from assistant.reports.comparison.provenance import find_origins, resolve_place

        document = find_document(context.library, self.document, self.language)
        place = resolve_place(document, self.place)
        key = "origins", document.id, place
        return key, lambda progress, aside: find_origins(
            context.library, context.library.document(key[1]), place, progress, aside
        )


class MandatesRequest(PaperRequest):
    """Which requests and decisions are listed; by default all of the resolutions and records in the library."""

    operation, path, name, extra = "mandates", "mandates", "mandates", ""

    addressee: Name = Field("", description="Who is asked: part of a name.")
    year: int | None = Field(None, ge=1945, le=2200, description="Year of adoption.")
    due_before: str = Field("", max_length=10, description="A day (ISO 8601).", examples=["2026-12-31"])
    document: list[Name] = Field([], max_length=100, description="Resolutions by symbol, name or id.")
    language: Language = "en"

    def check(self) -> None:
        """Refuse an invalid date."""
        try:
            _ = self.due_before.strip() and dt.date.fromisoformat(self.due_before.strip())
        except ValueError:
            raise Invalid("no-day", written=self.due_before) from None

    def prepare(self, context: PaperContext) -> tuple[Hashable, PaperBuilder]:
        """See `PaperRequest.prepare`; the key is the filter."""
        from assistant.reports.mandates.mandate_list import MandateFilter, list_mandates

        filters = MandateFilter(
            self.addressee.strip(), self.year, self.due_before.strip(), tuple(self.document), self.language
        )
        return filters, lambda progress, aside: list_mandates(context.library, filters, progress)


def render_file(paper: Any, form: str, library: Library, language: str) -> bytes:
    """A paper as a file; requests and decisions also as `csv` or `xlsx`. Raises `PublishError`."""
    from assistant.export.file_formats import render
    from assistant.export.layouts import build_publication
    from assistant.export.spreadsheets import FORMATS, render_sheet

    return (
        render_sheet(paper, form, language)
        if form in FORMATS
        else render(build_publication(paper, library, language), form)
    )
