"""Pages of papers: briefings, themes, comparisons, mandates, origins, agenda checks. References link to the documents at the quotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import replace
from threading import BoundedSemaphore
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup
from pydantic import Field

from assistant.access.operations import allowed
from assistant.api.api_models import Strict
from assistant.api.api_replies import file_reply
from assistant.api.route import requires
from assistant.export.file_formats import to_html
from assistant.export.layouts import MAX_ROWS, build_publication
from assistant.export.publication import Publication, Table
from assistant.page.plain_pages import Context, PageContext, PageRoute, document_path, words_path
from assistant.page.scope_choice import meeting_views
from assistant.page_labels import LANGUAGE_NAMES, word
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
ROWS_SHOWN = 50
"""Most rows of a list of mandates on one page."""
ADDRESSEES = 100
"""Most addressees of a list that its form suggests, the most frequent ones."""
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

    def read_by(self, context: PageContext) -> Self:
        """Returns the form with its default language filled in."""
        if self.language or not self.reads:
            return self
        has_any = context.service.library.passage_counts().get(context.reader)
        return self.model_copy(update={"language": context.reader if has_any else "en"})

    @property
    def complete(self) -> bool:
        """Whether all required fields are filled."""
        return all(getattr(self, each).strip() for each in self.needs)

    @property
    def request(self) -> PaperRequest:
        """The request that the form makes."""
        fields = {**self.model_dump(by_alias=True), "language": self.language or None, **self.converted()}
        return self.asks.model_construct(**fields)

    @property
    def query(self) -> str:
        """The query of an address of its pages and files, without the offset of one page."""
        return urlencode(
            {key: value for key, value in self.model_dump(by_alias=True, exclude={"offset"}).items() if value}
        )

    def converted(self) -> dict[str, Any]:
        """Fields of the request that differ from those of the form."""
        return {}

    def page_values(self, context: PageContext) -> dict[str, Any]:
        """Additional values for the template of the page."""
        return {}

    def shown(self, made: Any, publication: Publication) -> tuple[Publication, dict[str, Any]]:
        """What the page shows of a paper, and values for its template that come from the paper."""
        return publication, {}


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
        return {"mixed": bool(self.mixed), "mode": self.mode or None}

    def page_values(self, context: PageContext) -> dict[str, Any]:
        """The choices of the form, and the items of meetings where nothing is requested."""
        service, who, reader = context.service, context.caller, context.reader
        modes = {"": word("mode_set", reader)} | _labels("mode", MODES, reader)
        return {
            "modes": modes if service.engine.writer is not None else {},
            "kinds": _labels("kind", get_args(Kind), reader),
            "audiences": _labels("audience", get_args(Audience), reader),
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
        return {"document": [each for each in (self.first, self.second, self.third) if each.strip()]}


class TopicForm(PaperForm):
    """Form to compare documents on a topic."""

    place, name, waits = "topics", "topic", "comparing_documents"
    asks, needs = ComparisonRequest, ("topic",)
    topic: Topic = ""
    documents: Named = ""

    def converted(self) -> dict[str, Any]:
        return {"document": split_names(self.documents)}

    def page_values(self, context: PageContext) -> dict[str, Any]:
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
    offset: Annotated[int, Field(ge=0, le=MAX_ROWS)] = 0

    def converted(self) -> dict[str, Any]:
        return {"year": int(self.year) if self.year.strip() else None, "document": split_names(self.documents)}

    def shown(self, made: Any, publication: Publication) -> tuple[Publication, dict[str, Any]]:
        """The rows from `offset` on, the first and last of them, the form's query for others, and the most frequent addressees."""
        total = min(made.total, MAX_ROWS)
        start = min(self.offset, max(total - 1, 0))
        end = min(start + ROWS_SHOWN, total)
        blocks = [
            replace(each, rows=each.rows[start:end]) if isinstance(each, Table) else each for each in publication.blocks
        ]
        named = Counter(" ".join(each.quote.split()) for row in made.rows for each in row.addressees)
        return replace(publication, blocks=tuple(blocks)), {
            "rows": (start + 1, end, total),
            "offsets": (max(0, start - ROWS_SHOWN) if start else None, end if end < total else None),
            "query": self.query,
            "addressees": [name for name, _ in named.most_common(ADDRESSEES)],
        }


class OriginsForm(PaperForm):
    """Form of the origins of a document, or of one place of it."""

    place, name, waits = "origins", "origins", "finding_origins"
    asks, needs = OriginsRequest, ("document",)
    document: Name = ""
    part: Annotated[str, Field(max_length=200, alias="place")] = ""


def _add(kind: type[PaperForm]) -> None:
    """Adds the routes of a kind of paper: its page with the form and the paper, and its files."""

    @requires(kind.asks.operation, counted="documents")
    def show(context: Context, asked: Any) -> Response:
        asked = asked.read_by(context)
        languages = {each: language_name(each, context.reader) for each in LANGUAGE_NAMES}
        values = {"asked": asked.model_dump(by_alias=True), "languages": languages, "article": ""}
        values |= asked.page_values(context)
        if not asked.complete:
            return context.page(f"{kind.place}.html", **values)
        files = [(label, f"/{kind.place}/{kind.name}.{form}?{asked.query}") for form, label in kind.files.items()]

        def shown(made: Any) -> Response:
            language = asked.request.output_language(made)
            publication = build_publication(made, context.service.library, language, words_path)
            publication, more = asked.shown(made, publication)
            article = Markup(to_html(publication, page=False))  # noqa: S704  (escaped)
            given = values | {"article": article, "made": made, "files": files} | more
            return context.page(f"{kind.place}.html", **given)

        return made_or_waiting(context, asked, shown)

    @requires(kind.asks.operation, counted="documents")
    def file(context: Context, form: Any, asked: Any) -> Response:
        asked, writing = asked.read_by(context), context.service.papers
        writing.check_form(form, asked.language or None)

        def written(made: Any) -> Response:
            data = writing.render_report(context.caller, made, form, asked.request.output_language(made))
            return file_reply(data, form, kind.name, asked.request.file_label)

        return made_or_waiting(context, asked, written)

    show.__annotations__["asked"] = file.__annotations__["asked"] = Annotated[kind, Query()]
    file.__annotations__["form"] = ListFile if kind.files is LISTS else File
    router.add_api_route(f"/{kind.place}", show)
    router.add_api_route(f"/{kind.place}/{kind.name}.{{form}}", file)


_FORMS = (BriefingForm, ThemesForm, ComparisonForm, TopicForm, OriginsForm, MandatesForm)
_WAITS = {form.asks.name: form.waits for form in _FORMS if form.waits}
"""The label shown while a paper is made, by the name of its request."""
for _form in _FORMS:
    _add(_form)


@router.get("/agenda")
@requires("agenda")
def agenda(
    context: Context,
    meeting: Annotated[str, Query(max_length=200)] = "",
    language: Annotated[list[Language] | None, Query(max_length=6)] = None,
) -> Response:
    """Shows which documents that an agenda announces and cites are stored, with links for staff to fetch missing ones."""
    caller, papers, reader = context.caller, context.service.papers, context.reader
    meetings = meeting_views(context.service, caller, reader)
    checked = papers.agenda(caller, meeting, language or ()) if meetings or meeting else None

    def official(name: str) -> str | None:
        symbol = Symbol.try_parse(name)
        return document_url(symbol, reader) if symbol else None

    return context.page(
        "agenda.html",
        checked=checked,
        staff=allowed(caller, "fetch"),
        meetings=meetings,
        meeting=meeting,
        wanted=language or (checked and [checked.language]) or [],
        languages=LANGUAGE_NAMES,
        states=_labels("state", STATES, reader),
        path=document_path,
        official=official,
    )


def made_or_waiting(context: PageContext, asked: PaperForm, then: Callable[[Any], Response]) -> Response:
    """Returns the response `then` makes of a paper, if it is complete within `PATIENCE` seconds; else a waiting page. It reloads
    itself; where a form was sent, it goes on to the page of the paper, where the form can be sent again."""
    made: Any = context.service.papers.begin(context.caller, asked.request)
    if isinstance(made, Paper):
        paper, made = made, _result_soon(made.future)
        if made is None:
            ahead, before = context.service.papers.queue.ahead(paper)
            values = {"paper": paper, "ahead": ahead, "before": before, "labels": _WAITS}
            shown = context.page("waiting.html", 202, title=word(asked.waits, context.reader), **values)
            sent = context.request.method == "POST"
            shown.headers["Refresh"] = f"{AGAIN}; url=/{asked.place}?{asked.query}" if sent else str(AGAIN)
            return shown
    return then(made)


def split_names(documents: str) -> list[str]:
    """Splits names of documents at line breaks and semicolons."""
    return [name for line in documents.splitlines() for each in line.split(";") if (name := each.strip())]


def _labels(name: str, choices: tuple[str, ...], reader: str) -> dict[str, str]:
    return {each: word(f"{name}_{each}", reader) for each in choices}


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
