"""Pages of papers: briefings, themes, comparisons, mandates, origins, agenda checks. References link to the documents at the quotes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from functools import partial
from threading import BoundedSemaphore
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from markupsafe import Markup
from pydantic import Field

from assistant.access import Principal
from assistant.access.operations import allowed
from assistant.api.api_models import Strict
from assistant.api.api_replies import file_reply
from assistant.api.authentication import Caller, ServiceParameter
from assistant.api.route import requires
from assistant.export.file_formats import to_html
from assistant.export.layouts import build_publication
from assistant.page.plain_pages import PageRoute, document_path, page, words_path
from assistant.page.scope_choice import meeting_views
from assistant.page_labels import LANGUAGE_NAMES, language_of, word
from assistant.paper_requests import (
    MAX_COMPARED_DOCUMENTS,
    BriefingRequest,
    ComparisonRequest,
    MandatesRequest,
    Name,
    OriginsRequest,
    PaperRequest,
    ThemesRequest,
)
from assistant.qa.answer import Mode
from assistant.reports.brief.briefing import Audience, Kind
from assistant.service import Service
from assistant.service.paper_queue import Paper
from corpus.calendar_names import language_name
from corpus.documents import Language
from corpus.symbols import Symbol, document_url

router = APIRouter(include_in_schema=False, route_class=PageRoute)
T = TypeVar("T")

PATIENCE = 1.5
"""Seconds that a request waits for a paper; after that a waiting page reloads itself."""
MAX_PATIENT = 8
"""Most requests that wait at once: each occupies a thread that other pages need."""
_patient = BoundedSemaphore(MAX_PATIENT)
AGAIN = 2
"""Seconds after which the waiting page reloads."""
FILES = {"docx": "Word", "pdf": "PDF", "md": "Markdown"}
LISTS = {"xlsx": "Excel", "csv": "CSV", **FILES}
MODES = ("write", "quote")
STATES = ("held", "superseded", "digest", "missing")
File = Literal["docx", "pdf", "md"]
ListFile = Literal["docx", "pdf", "md", "csv", "xlsx"]
Short = Annotated[str, Field(max_length=20)]
Named = Annotated[str, Field(max_length=3_000)]
Topic = Annotated[str, Field(max_length=1_000)]
AnyLanguage = Literal["", Language]


class PaperForm(Strict):
    """Fields of the form of a paper's page. The page is at `/place`, its files at `/place/name`; `asks`: the request that it makes once
    the fields in `needs` are filled; `waits`: label shown until the paper is complete."""

    place: ClassVar[str]
    name: ClassVar[str]
    asks: ClassVar[type[PaperRequest]]
    needs: ClassVar[Sequence[str]] = ()
    waits: ClassVar[str] = ""
    files: ClassVar[Mapping[str, str]] = FILES

    reads: ClassVar[bool] = False
    """Whether its default language is the reader's, or English where the library has nothing in that; else it has no default."""
    language: AnyLanguage = ""

    def read_by(self, request: Request, service: Service) -> Self:
        """Returns the form with its default language filled in."""
        reader = language_of(request)
        if self.language or not self.reads:
            return self
        return self.model_copy(update={"language": reader if service.library.passage_counts().get(reader) else "en"})

    @property
    def complete(self) -> bool:
        """Whether all required fields are filled."""
        return all(getattr(self, each).strip() for each in self.needs)

    @property
    def request(self) -> PaperRequest:
        """The request that the form makes."""
        fields = {**self.model_dump(by_alias=True), "language": self.language or None, **self.converted()}
        return self.asks.model_construct(**fields)

    def converted(self) -> dict[str, Any]:
        """Fields of the request that differ from those of the form."""
        return {}

    def page_values(self, request: Request, service: Service, who: Principal) -> dict[str, Any]:
        """Additional values for the template of the page."""
        return {}


class BriefingForm(PaperForm):
    """Form of a briefing."""

    place, name, waits = "briefings", "briefing", "writing_briefing"
    asks, needs, reads = BriefingRequest, ("value",), True
    kind: Kind = "item"
    value: Topic = ""
    audience: Audience = "delegate"
    meeting: Name = ""
    mixed: Short = ""
    mode: Literal["", Mode] = ""

    def converted(self) -> dict[str, Any]:
        """Flags and optional choices."""
        return {"mixed": bool(self.mixed), "mode": self.mode or None}

    def page_values(self, request: Request, service: Service, who: Principal) -> dict[str, Any]:
        """The choices of the form, and the items of meetings where nothing is requested."""
        reader, writes = language_of(request), service.engine.writer is not None
        return {
            "modes": {"": word("mode_set", reader)} | _labels("mode", MODES, request) if writes else {},
            "kinds": _labels("kind", get_args(Kind), request),
            "audiences": _labels("audience", get_args(Audience), request),
            "meetings": [] if self.complete else meeting_views(service, who, reader)[:3],
            "staff": allowed(who, "review"),
        }


class ThemesForm(PaperForm):
    """Form of the themes of the library."""

    place, name, waits = "themes", "themes", "gathering_themes"
    asks, reads = ThemesRequest, True


class ComparisonForm(PaperForm):
    """Form to compare two documents, or three in sequence."""

    place, name = "comparison", "comparison"
    asks, needs = ComparisonRequest, ("first", "second")
    first: Name = ""
    second: Name = ""
    third: Name = ""

    def converted(self) -> dict[str, Any]:
        """The documents."""
        return {"document": [each for each in (self.first, self.second, self.third) if each.strip()]}


class TopicForm(PaperForm):
    """Form to compare documents on a topic."""

    place, name, waits = "topics", "topic", "comparing_documents"
    asks, needs = ComparisonRequest, ("topic",)
    topic: Topic = ""
    documents: Named = ""

    def converted(self) -> dict[str, Any]:
        """The documents."""
        return {"document": split_names(self.documents)}

    def page_values(self, request: Request, service: Service, who: Principal) -> dict[str, Any]:
        """The limit of documents."""
        return {"most": MAX_COMPARED_DOCUMENTS}


class MandatesForm(PaperForm):
    """Form of the mandates (requests and decisions) of stored resolutions, all where none is named; `listed` requests the list."""

    place, name, waits, files = "mandates", "mandates", "listing_mandates", LISTS
    asks, needs, reads = MandatesRequest, ("listed",), True
    addressee: Name = ""
    year: Annotated[str, Field(pattern=r"^\s*([0-9]{4})?\s*$")] = ""
    due_before: Short = ""
    documents: Named = ""
    listed: Short = ""

    def converted(self) -> dict[str, Any]:
        """The year, and the documents."""
        return {"year": int(self.year) if self.year.strip() else None, "document": split_names(self.documents)}


class OriginsForm(PaperForm):
    """Form of the origins of a document, or of one place of it."""

    place, name, waits = "origins", "origins", "finding_origins"
    asks, needs = OriginsRequest, ("document",)
    document: Name = ""
    part: Annotated[str, Field(max_length=200, alias="place")] = ""


def _add(kind: type[PaperForm]) -> None:
    """Adds the routes of a kind of paper: its page with the form and the paper, and its files."""

    @requires(kind.asks.operation, counted="documents")
    def show(request: Request, service: ServiceParameter, caller: Caller, asked: Any) -> Response:
        asked = asked.read_by(request, service)
        fields = asked.model_dump(by_alias=True)
        languages = {each: language_name(each, language_of(request)) for each in LANGUAGE_NAMES}
        values = {"asked": fields, "languages": languages, "article": "", **asked.page_values(request, service, caller)}
        if not asked.complete:
            return page(f"{kind.place}.html", request, **values)
        query = urlencode({key: value for key, value in fields.items() if value})
        files = [(label, f"/{kind.place}/{kind.name}.{form}?{query}") for form, label in kind.files.items()]

        def shown(made: Any) -> Response:
            publication = build_publication(made, service.library, asked.request.output_language(made), words_path)
            article = Markup(to_html(publication, page=False))  # noqa: S704  (escaped)
            return page(f"{kind.place}.html", request, **values | {"article": article, "made": made, "files": files})

        return made_or_waiting(request, service, caller, asked, shown)

    @requires(kind.asks.operation, counted="documents")
    def file(request: Request, service: ServiceParameter, caller: Caller, form: Any, asked: Any) -> Response:
        asked, writing = asked.read_by(request, service), service.papers
        writing.check_form(form, asked.language or None)

        def written(made: Any) -> Response:
            data = writing.render_report(caller, made, form, asked.request.output_language(made))
            return file_reply(data, form, kind.name, asked.request.file_label)

        return made_or_waiting(request, service, caller, asked, written)

    show.__annotations__["asked"] = file.__annotations__["asked"] = Annotated[kind, Query()]
    file.__annotations__["form"] = ListFile if kind.files is LISTS else File
    router.add_api_route(f"/{kind.place}", show)
    router.add_api_route(f"/{kind.place}/{kind.name}.{{form}}", file)


for _kind in (BriefingForm, ThemesForm, ComparisonForm, TopicForm, OriginsForm, MandatesForm):
    _add(_kind)


@router.get("/agenda")
@requires("agenda")
def agenda(
    request: Request, service: ServiceParameter, caller: Caller, meeting: Annotated[str, Query(max_length=200)] = "",
    language: Annotated[list[Language] | None, Query(max_length=6)] = None,
) -> Response:  # fmt: skip
    """Shows which documents that an agenda announces and cites are stored, with links for staff to fetch missing ones."""
    wanted = language or ["en"]
    meetings = meeting_views(service, caller, language_of(request))
    checked = service.papers.agenda(caller, meeting, wanted) if meetings or meeting else None
    return page("agenda.html", request, checked=checked, staff=allowed(caller, "fetch"), meetings=meetings, meeting=meeting, wanted=wanted,
                languages=LANGUAGE_NAMES, states=_labels("state", STATES, request), path=document_path, official=partial(_official, language_of(request)))  # fmt: skip


def made_or_waiting(
    request: Request, service: Service, who: Principal, asked: PaperForm, then: Callable[[Any], Response]
) -> Response:
    """Returns the response `then` makes of a paper, if it is complete within `PATIENCE` seconds; else a waiting page."""
    made: Any = service.papers.begin(who, asked.request)
    if isinstance(made, Paper):
        paper, made = made, _result_soon(made.future)
        if made is None:
            shown = page("waiting.html", request, 202, title=word(asked.waits, language_of(request)), paper=paper)
            shown.headers["Refresh"] = str(AGAIN)
            return shown
    return then(made)


def _official(reader: str, name: str) -> str | None:
    """The official address of a document by its symbol; None for other text."""
    symbol = Symbol.try_parse(name)
    return document_url(symbol, reader) if symbol else None


def split_names(documents: str) -> list[str]:
    """Splits names of documents at line breaks and semicolons."""
    return [name for line in documents.splitlines() for each in line.split(";") if (name := each.strip())]


def _labels(name: str, choices: tuple[str, ...], request: Request) -> dict[str, str]:
    return {each: word(f"{name}_{each}", language_of(request)) for each in choices}


def _result_soon(future: Future[T]) -> T | None:
    """The result of a future within `PATIENCE` seconds, else None; waits only while fewer than `MAX_PATIENT` requests do."""
    patient = _patient.acquire(blocking=False)
    try:
        return future.result(PATIENCE if patient else 0)
    except NotYet:
        if future.done():
            raise
        return None
    finally:
        if patient:
            _patient.release()
