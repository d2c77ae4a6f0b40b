"""Papers as they are asked for, at every door: with the bounds of what is sent over the network, and how each is made."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from assistant.qa.answer import Mode
from assistant.reports import Progress
from assistant.reports.brief.briefing import Audience, Kind, Request
from assistant.reports.lookup import named
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
_FORMAT = Field(description="In place of the header `Accept`.")
Making = Callable[[Progress, Aside], "Report"]
"""Makes a paper; is given what is told of its progress, and what is entered around work that needs no turn."""
MOST_SIDES = 12
"""Documents that are compared on a topic for others, at most."""


class Holder(Protocol):
    """Where papers are made from: a library, and the engine over it, which is made where it is first asked for."""

    @property
    def library(self) -> Library:
        """What is held."""
        ...

    @property
    def engine(self) -> Engine:
        """What answers from it."""
        ...


class PaperRequest(BaseModel, ABC):
    """A paper that is asked for. `operation` is what one must be allowed to do to have it made, `path` its route of the API; `name` is
    that of its files, `fault` what is raised where there can't be one. A door that has bounds of its own makes it with
    `model_construct`."""

    model_config = ConfigDict(extra="forbid")
    operation: ClassVar[str]
    path: ClassVar[str]
    name: ClassVar[str]
    fault: ClassVar[type[ServiceFault]] = NotFound
    extra: ClassVar[str] = "reports"
    """The part of an installation that it needs."""

    language: Language | None = None
    format: Annotated[SheetForm | None, _FORMAT] = None

    @property
    def about(self) -> str:
        """What it names: an item, documents, a topic, by which its file is called."""
        named = (getattr(self, each, None) for each in ("value", "theme", "topic", "document", "place", "addressee"))
        return " ".join(each if isinstance(each, str) else " ".join(each) for each in named if each)

    @property
    def at_once(self) -> bool:
        """Whether it is made so soon that it waits for no other paper."""
        return False

    def check(self) -> None:
        """Raises `Invalid` where it can't be meant, or asks a server for too much."""

    @abstractmethod
    def subject(self, at: Holder) -> tuple[Hashable, Making]:
        """What it is about, the documents that it names found, and what makes the paper about it. Both raise `ReportError`."""

    def spoken(self, made: Any) -> str:
        """The language of a paper."""
        return str(self.language or made.language)

    def part(self, made: Any) -> Report:
        """What is wanted of the paper. Raises `ReportError`."""
        report: Report = made
        return report


class BriefingRequest(PaperRequest):
    """What a briefing is about, and for whom."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "item", "value": "3", "audience": "chair", "language": "en"}]}
    )
    operation, path, name, fault = "brief", "briefings", "briefing", Invalid

    kind: Kind
    value: Annotated[str, Field(min_length=1, max_length=1_000, description="An item, a theme, a symbol, a question.")]
    audience: Audience = "delegate"
    language: Language = "en"
    meeting: Annotated[Name, Field(description="Symbol of the agenda; else the latest.")] = ""
    mixed: Annotated[bool, Field(description="Quote other languages, too; needed where none is held in this one.")] = (
        False
    )
    mode: Annotated[
        Mode | None, Field(description="Whether a model writes, where one is set; else as the server's.")
    ] = None
    format: Annotated[Form | None, _FORMAT] = None

    def subject(self, at: Holder) -> tuple[Request, Making]:
        """The same for who writes it, and that."""
        from assistant.reports.brief.brief_maker import brief

        asked = Request(self.kind, self.value, self.audience, self.language, self.meeting, self.mixed, self.mode)
        return asked, lambda told, aside: brief(at.engine, asked, told, aside)


class ThemesRequest(PaperRequest):
    """The themes of all that is held, or one of them."""

    operation, path, name, fault = "themes", "themes", "themes", Conflict

    language: Language = "en"
    count: Annotated[int | None, Field(ge=1, le=100, description="How many; by default as the library has it.")] = None
    theme: Annotated[Name | None, Field(description="The theme of this name or number alone.")] = None
    format: Annotated[Form | None, _FORMAT] = None

    def subject(self, at: Holder) -> tuple[Hashable, Making]:
        """The language and how many, and all themes."""
        from assistant.reports.themes.theme_maker import themes_of

        asked = self.language, self.count
        return asked, lambda told, aside: themes_of(at.engine, *asked, told, aside)

    def part(self, made: Any) -> Report:
        """The theme that is named, or all."""
        report: Report = made if self.theme is None else made.only(self.theme)
        return report


class ComparisonRequest(PaperRequest):
    """Two documents or more in a row, or a topic and any number."""

    operation, path, name = "compare", "compare", "comparison"

    document: Annotated[
        list[Name],
        Field(
            max_length=MOST_SIDES,
            description="Symbol, name or id; twice or more.",
            examples=[["S/2025/71", "S/2025/71/Rev.1"]],
        ),
    ] = []
    topic: Annotated[str | None, Field(max_length=1_000, examples=["smuggling by sea"])] = None
    format: Annotated[Form | None, _FORMAT] = None

    @property
    def at_once(self) -> bool:
        """Texts are compared word by word at once, what they say on a topic is looked for."""
        return self.topic is None

    def check(self) -> None:
        """Refuses one document, no topic, and many documents on a topic."""
        if self.topic is None and len(self.document) < 2:
            raise Invalid("name-two")
        if self.topic is not None and not self.topic.strip():
            raise Invalid("no-topic")
        if self.topic is not None and len(self.document) > MOST_SIDES:
            raise Invalid("most-sides", count=len(self.document), most=MOST_SIDES)

    def subject(self, at: Holder) -> tuple[Hashable, Making]:
        """The topic and the ids of the documents, and what was changed from each to the next or what they say on the topic."""
        from assistant.reports.comparison.text_diff import compare_versions
        from assistant.reports.comparison.topic_comparison import compare_topic

        topic, language = self.topic, self.language
        ids = tuple(named(at.library, each, language).id for each in self.document)

        def make(told: Progress, aside: Aside) -> Report:
            documents = [at.library.document(each) for each in ids]
            if topic is None:
                return compare_versions(at.library, documents)
            return compare_topic(at.engine, topic, documents, language, told, aside)

        return (topic, ids, language), make


class OriginsRequest(PaperRequest):
    """A document, and one place of it."""

    operation, path, name = "compare", "origins", "origins"

    document: Annotated[Name, Field(description="Symbol, name or id.", examples=["A/RES/80/167"])]
    place: Annotated[Name, Field(description="A paragraph; else all of them.", examples=["para. 5"])] = ""
    format: Annotated[Form | None, _FORMAT] = None

    def check(self) -> None:
        """Refuses no document."""
        if not self.document.strip():
            raise Invalid("name-one")

    def subject(self, at: Holder) -> tuple[Hashable, Making]:
        """The document's id and the place as it writes it, and where the paragraphs come from."""
        from assistant.reports.comparison.provenance import origins_of, place_in

        document = named(at.library, self.document, self.language)
        place = place_in(document, self.place)
        asked = "origins", document.id, place
        return asked, lambda told, aside: origins_of(at.library, at.library.document(asked[1]), place, told, aside)


class MandatesRequest(PaperRequest):
    """Which requests and decisions are wanted; all of the resolutions held where nothing is named."""

    operation, path, name, extra = "mandates", "mandates", "mandates", ""

    addressee: Annotated[Name, Field(description="Of whom something is asked: part of a name.")] = ""
    year: Annotated[int | None, Field(ge=1945, le=2200, description="Of the adoption.")] = None
    due_before: Annotated[str, Field(max_length=10, description="A day (ISO 8601).", examples=["2026-12-31"])] = ""
    document: Annotated[list[Name], Field(max_length=100, description="Resolutions by symbol, name or id.")] = []
    language: Language = "en"

    def check(self) -> None:
        """Refuses a day that is none."""
        try:
            _ = self.due_before.strip() and dt.date.fromisoformat(self.due_before.strip())
        except ValueError:
            raise Invalid("no-day", written=self.due_before) from None

    def subject(self, at: Holder) -> tuple[Hashable, Making]:
        """The same for who lists them, and the list."""
        from assistant.reports.mandates.mandate_list import Wanted, list_mandates

        asked = Wanted(self.addressee.strip(), self.year, self.due_before.strip(), tuple(self.document), self.language)
        return asked, lambda told, aside: list_mandates(at.library, asked, told)


def file_of(made: Any, form: str, library: Library, language: str) -> bytes:
    """A paper as a file; requests and decisions also as `csv` or `xlsx`. Raises `PublishError`."""
    from assistant.export.file_formats import render
    from assistant.export.layouts import publication_of
    from assistant.export.spreadsheets import FORMATS, sheet

    return sheet(made, form, language) if form in FORMATS else render(publication_of(made, library, language), form)
