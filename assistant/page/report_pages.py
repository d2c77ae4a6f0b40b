"""Pages of what is written: briefings, themes, comparisons, the check of an agenda. Each place opens the document at the
words."""

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
from assistant.api.authentication import Caller, Served
from assistant.api.route import may
from assistant.export.file_formats import to_html
from assistant.export.layouts import publication_of
from assistant.page.plain_pages import Paged, document_path, page, words_path
from assistant.page.scope_choice import meeting_views
from assistant.page_labels import LANGUAGE_NAMES, language_of, word
from assistant.paper_requests import (
    MOST_SIDES,
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

router = APIRouter(include_in_schema=False, route_class=Paged)
T = TypeVar("T")

PATIENCE = 1.5
"""Seconds in which a paper may come at once; later the page asks again by itself."""
MOST_PATIENT = 8
"""Requests that wait for one at a time: each keeps a thread, of which other pages need some."""
_patient = BoundedSemaphore(MOST_PATIENT)
AGAIN = 2
"""Seconds after which it does."""
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


class Asked(Strict):
    """What the form of a page holds. The page is at `/place`, its files at `/place/name`; `asks` is what it asks for once the fields
    that it `needs` are filled; `waits` is said until that is made."""

    place: ClassVar[str]
    name: ClassVar[str]
    asks: ClassVar[type[PaperRequest]]
    needs: ClassVar[Sequence[str]] = ()
    waits: ClassVar[str] = ""
    files: ClassVar[Mapping[str, str]] = FILES

    reads: ClassVar[bool] = False
    """Whether it is in the language of the reader, unless another is chosen or nothing is held in that; else English."""
    language: AnyLanguage = ""

    def read_by(self, request: Request, service: Service) -> Self:
        """The same with its language."""
        reader = language_of(request)
        if self.language or not self.reads:
            return self
        return self.model_copy(update={"language": reader if service.library.passage_counts().get(reader) else "en"})

    @property
    def whole(self) -> bool:
        """Whether it says what is to be made."""
        return all(getattr(self, each).strip() for each in self.needs)

    @property
    def request(self) -> PaperRequest:
        """What it asks for."""
        held = {**self.model_dump(by_alias=True), "language": self.language or None, **self.otherwise()}
        return self.asks.model_construct(**held)

    def otherwise(self) -> dict[str, Any]:
        """What the request has otherwise than the form."""
        return {}

    def beside(self, request: Request, service: Service, who: Principal) -> dict[str, Any]:
        """What else its page shows."""
        return {}


class BriefingAsked(Asked):
    """A briefing."""

    place, name, waits = "briefings", "briefing", "writing_briefing"
    asks, needs, reads = BriefingRequest, ("value",), True
    kind: Kind = "item"
    value: Topic = ""
    audience: Audience = "delegate"
    meeting: Name = ""
    mixed: Short = ""
    mode: Literal["", Mode] = ""

    def otherwise(self) -> dict[str, Any]:
        """Choices that are none."""
        return {"mixed": bool(self.mixed), "mode": self.mode or None}

    def beside(self, request: Request, service: Service, who: Principal) -> dict[str, Any]:
        """The choices of the form, and where nothing is asked for the items of meetings."""
        reader, writes = language_of(request), service.engine.writer is not None
        return {
            "modes": {"": word("mode_set", reader)} | _told("mode", MODES, request) if writes else {},
            "kinds": _told("kind", get_args(Kind), request),
            "audiences": _told("audience", get_args(Audience), request),
            "meetings": [] if self.whole else meeting_views(service, who, reader)[:3],
            "staff": allowed(who, "review"),
        }


class ThemesAsked(Asked):
    """The themes of all that is held."""

    place, name, waits = "themes", "themes", "gathering_themes"
    asks, reads = ThemesRequest, True


class ComparisonAsked(Asked):
    """Two documents, or three in a row."""

    place, name = "comparison", "comparison"
    asks, needs = ComparisonRequest, ("first", "second")
    first: Name = ""
    second: Name = ""
    third: Name = ""

    def otherwise(self) -> dict[str, Any]:
        """The documents."""
        return {"document": [each for each in (self.first, self.second, self.third) if each.strip()]}


class TopicAsked(Asked):
    """A topic, and the documents whose words on it are wanted."""

    place, name, waits = "topics", "topic", "comparing_documents"
    asks, needs = ComparisonRequest, ("topic",)
    topic: Topic = ""
    documents: Named = ""

    def otherwise(self) -> dict[str, Any]:
        """The documents."""
        return {"document": named_in(self.documents)}

    def beside(self, request: Request, service: Service, who: Principal) -> dict[str, Any]:
        """How many documents may be named."""
        return {"most": MOST_SIDES}


class MandatesAsked(Asked):
    """Requests and decisions of the resolutions held, all where nothing is named; `listed` has them listed."""

    place, name, waits, files = "mandates", "mandates", "listing_mandates", LISTS
    asks, needs, reads = MandatesRequest, ("listed",), True
    addressee: Name = ""
    year: Annotated[str, Field(pattern=r"^\s*([0-9]{4})?\s*$")] = ""
    due_before: Short = ""
    documents: Named = ""
    listed: Short = ""

    def otherwise(self) -> dict[str, Any]:
        """The year, and the documents."""
        return {"year": int(self.year) if self.year.strip() else None, "document": named_in(self.documents)}


class OriginsAsked(Asked):
    """A document, or one place of it."""

    place, name, waits = "origins", "origins", "finding_origins"
    asks, needs = OriginsRequest, ("document",)
    document: Name = ""
    part: Annotated[str, Field(max_length=200, alias="place")] = ""


def _add(kind: type[Asked]) -> None:
    """Adds the page of a kind, with its form and what is asked for, and its files."""

    @may(kind.asks.operation, counted="documents")
    def show(request: Request, service: Served, caller: Caller, asked: Any) -> Response:
        asked = asked.read_by(request, service)
        held = asked.model_dump(by_alias=True)
        languages = {each: language_name(each, language_of(request)) for each in LANGUAGE_NAMES}
        values = {"asked": held, "languages": languages, "article": "", **asked.beside(request, service, caller)}
        if not asked.whole:
            return page(f"{kind.place}.html", request, **values)
        query = urlencode({key: value for key, value in held.items() if value})
        files = [(told, f"/{kind.place}/{kind.name}.{form}?{query}") for form, told in kind.files.items()]

        def shown(made: Any) -> Response:
            publication = publication_of(made, service.library, asked.request.spoken(made), words_path)
            article = Markup(to_html(publication, page=False))  # noqa: S704  (escaped)
            return page(f"{kind.place}.html", request, **values | {"article": article, "made": made, "files": files})

        return made_or_waiting(request, service, caller, asked, shown)

    @may(kind.asks.operation, counted="documents")
    def file(request: Request, service: Served, caller: Caller, form: Any, asked: Any) -> Response:
        asked, writing = asked.read_by(request, service), service.writing
        writing.ready(form, asked.language or None)

        def written(made: Any) -> Response:
            data = writing.made_file(caller, made, form, asked.request.spoken(made))
            return file_reply(data, form, kind.name, asked.request.about)

        return made_or_waiting(request, service, caller, asked, written)

    show.__annotations__["asked"] = file.__annotations__["asked"] = Annotated[kind, Query()]
    file.__annotations__["form"] = ListFile if kind.files is LISTS else File
    router.add_api_route(f"/{kind.place}", show)
    router.add_api_route(f"/{kind.place}/{kind.name}.{{form}}", file)


for _kind in (BriefingAsked, ThemesAsked, ComparisonAsked, TopicAsked, OriginsAsked, MandatesAsked):
    _add(_kind)


@router.get("/agenda")
@may("agenda")
def agenda(
    request: Request, service: Served, caller: Caller, meeting: Annotated[str, Query(max_length=200)] = "",
    language: Annotated[list[Language] | None, Query(max_length=6)] = None,
) -> Response:  # fmt: skip
    """What an agenda announces and cites against what is held, and for staff links that fetch what is missing."""
    wanted = language or ["en"]
    meetings = meeting_views(service, caller, language_of(request))
    checked = service.writing.agenda(caller, meeting, wanted) if meetings or meeting else None
    return page("agenda.html", request, checked=checked, staff=allowed(caller, "fetch"), meetings=meetings, meeting=meeting, wanted=wanted,
                languages=LANGUAGE_NAMES, states=_told("state", STATES, request), path=document_path, official=partial(_official, language_of(request)))  # fmt: skip


def made_or_waiting(
    request: Request, service: Service, who: Principal, asked: Asked, then: Callable[[Any], Response]
) -> Response:
    """What is answered with what is asked for, where it is there soon; until then the page that waits for it."""
    made: Any = service.writing.begin(who, asked.request)
    if isinstance(made, Paper):
        paper, made = made, _soon(made.future)
        if made is None:
            shown = page("waiting.html", request, 202, title=word(asked.waits, language_of(request)), paper=paper)
            shown.headers["Refresh"] = str(AGAIN)
            return shown
    return then(made)


def _official(reader: str, name: str) -> str | None:
    """Where a document that is named can be read; None for what is no symbol."""
    symbol = Symbol.try_parse(name)
    return document_url(symbol, reader) if symbol else None


def named_in(documents: str) -> list[str]:
    """The documents that are named in lines, or parted by semicolons."""
    return [name for line in documents.splitlines() for each in line.split(";") if (name := each.strip())]


def _told(name: str, choices: tuple[str, ...], request: Request) -> dict[str, str]:
    return {each: word(f"{name}_{each}", language_of(request)) for each in choices}


def _soon(future: Future[T]) -> T | None:
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
