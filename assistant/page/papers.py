"""Pages of what is written: briefings, themes, comparisons, the check of an agenda. Each place opens the document at the
words."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from threading import BoundedSemaphore
from typing import Annotated, Any, Literal, TypeVar, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from assistant.access import Principal
from assistant.access.operations import allowed
from assistant.api.callers import Caller, Served
from assistant.api.files import SHEETS, file_reply
from assistant.api.route import may
from assistant.export.html import to_html
from assistant.faults import Invalid, known_language
from assistant.labels import LANGUAGE_NAMES, language_of, word
from assistant.page.plain import Paged, page
from assistant.page.rendering import document_path, words_path
from assistant.page.timetable import meeting_views
from assistant.qa.answer import Mode
from assistant.reports.brief import Briefing
from assistant.reports.brief import Request as Briefed
from assistant.reports.brief.briefing import Audience, Kind
from assistant.reports.comparison import Origins, TopicComparison
from assistant.reports.mandates import Mandates, Wanted
from assistant.service import Service
from assistant.service.papers import Paper
from assistant.service.writing import MOST_SIDES

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
Short = Annotated[str, Query(max_length=20)]
Name = Annotated[str, Query(max_length=200)]
Topic = Annotated[str, Query(max_length=1_000)]
Named = Annotated[str, Query(max_length=3_000)]


@router.get("/briefings")
@may("brief", counted="documents")
def briefings(
    request: Request, service: Served, caller: Caller, kind: Short = "item",
    value: Annotated[str, Query(max_length=1_000)] = "", audience: Short = "delegate", language: Short = "en",
    meeting: Name = "", mixed: Short = "", mode: Short = "",
) -> Response:  # fmt: skip
    """A form to ask for a briefing, and the briefing that is asked for."""
    asked = {"kind": kind, "value": value, "audience": audience, "language": language, "meeting": meeting,
             "mixed": mixed, "mode": mode}  # fmt: skip
    shown: dict[str, Any] = {
        "asked": asked,
        "modes": {"": word("mode_set", language_of(request))} | _told("mode", MODES, request)
        if service.engine.writer
        else {},
        "kinds": _told("kind", get_args(Kind), request),
        "audiences": _told("audience", get_args(Audience), request),
        "languages": LANGUAGE_NAMES,
    }
    if not value.strip():
        return page(
            "briefings.html",
            request,
            **shown,
            meetings=meeting_views(service, caller, language_of(request))[:3],
            article="",
        )
    paper, made = begun_briefing(service, caller, **asked)
    if made is None:
        return waiting(request, paper, "writing_briefing")
    article = _article(service, made, language)
    return page("briefings.html", request, **shown, meetings=[], article=article, files=_files("briefings", asked),
                staff=allowed(caller, "review"))  # fmt: skip


@router.get("/briefings/briefing.{form}")
@may("brief", counted="documents")
def briefing_file(
    request: Request, service: Served, caller: Caller, form: File, kind: Short = "item",
    value: Annotated[str, Query(max_length=1_000)] = "", audience: Short = "delegate", language: Short = "en",
    meeting: Name = "", mixed: Short = "", mode: Short = "",
) -> Response:  # fmt: skip
    """A briefing as a file."""
    service.writing.ready(form, language)
    paper, made = begun_briefing(service, caller, kind, value, audience, language, meeting, mixed, mode)
    if made is None:
        return waiting(request, paper, "writing_briefing")
    return _file(service, caller, made, language, form, "briefing")


@router.get("/themes")
@may("themes", counted="documents")
def themes(request: Request, service: Served, caller: Caller, language: Short = "en") -> Response:
    """The themes of all that is held: map, plot by year, and each with its passages."""
    paper = service.writing.begin_themes(caller, known_language(language))
    made = _soon(paper.future)
    if made is None:
        return waiting(request, paper, "gathering_themes")
    return page("themes.html", request, language=language, languages=LANGUAGE_NAMES,
                article=_article(service, made, language), files=_files("themes", {"language": language}))  # fmt: skip


@router.get("/themes/themes.{form}")
@may("themes", counted="documents")
def themes_file(request: Request, service: Served, caller: Caller, form: File, language: Short = "en") -> Response:
    """The themes as a file."""
    service.writing.ready(form, language)
    paper = service.writing.begin_themes(caller, known_language(language))
    made = _soon(paper.future)
    if made is None:
        return waiting(request, paper, "gathering_themes")
    return _file(service, caller, made, language, form, "themes")


@router.get("/comparison")
@may("compare", counted="documents")
def comparison(
    request: Request, service: Served, caller: Caller, first: Name = "", second: Name = "", third: Name = "",
    language: Short = "",
) -> Response:  # fmt: skip
    """Two documents compared word by word, or three in a row."""
    asked = {"first": first, "second": second, "third": third, "language": language}
    article: Markup | str = ""
    if first.strip() and second.strip():
        made = service.writing.compare(
            caller, _named(first, second, third), known_language(language) if language else None
        )
        article = _article(service, made, language or made.language)
    return page("comparison.html", request, asked=asked, languages=LANGUAGE_NAMES, article=article,
                files=_files("comparison", asked))  # fmt: skip


@router.get("/comparison/comparison.{form}")
@may("compare", counted="documents")
def comparison_file(
    request: Request, service: Served, caller: Caller, form: File, first: Name, second: Name, third: Name = "",
    language: Short = "",
) -> Response:  # fmt: skip
    """A comparison as a file."""
    service.writing.ready(form, language)
    made = service.writing.compare(caller, _named(first, second, third), known_language(language) if language else None)
    return _file(service, caller, made, language or made.language, form, "comparison")


@router.get("/topics")
@may("compare", counted="documents")
def topics(
    request: Request, service: Served, caller: Caller, topic: Topic = "", documents: Named = "", language: Short = ""
) -> Response:
    """What each of several documents says on a topic, side by side."""
    asked = {"topic": topic, "documents": documents, "language": language}
    shown: dict[str, Any] = {"asked": asked, "languages": LANGUAGE_NAMES, "most": MOST_SIDES, "article": ""}
    if not topic.strip():
        return page("topics.html", request, **shown)
    paper = _topic(service, caller, topic, documents, language)
    made = _soon(paper.future)
    if made is None:
        return waiting(request, paper, "comparing_documents")
    shown |= {"article": _article(service, made, made.language), "found": made.found}
    return page("topics.html", request, **shown, files=_files("topics", asked))


@router.get("/topics/topic.{form}")
@may("compare", counted="documents")
def topic_file(
    request: Request, service: Served, caller: Caller, form: File, topic: Topic, documents: Named = "",
    language: Short = "",
) -> Response:  # fmt: skip
    """A comparison on a topic as a file."""
    service.writing.ready(form, language)
    paper = _topic(service, caller, topic, documents, language)
    made = _soon(paper.future)
    if made is None:
        return waiting(request, paper, "comparing_documents")
    return _file(service, caller, made, made.language, form, "topic")


@router.get("/mandates")
@may("mandates", counted="documents")
def mandates(
    request: Request, service: Served, caller: Caller, addressee: Name = "", year: Short = "", due_before: Short = "",
    documents: Named = "", language: Short = "en", listed: Short = "",
) -> Response:  # fmt: skip
    """A form, and who is asked to do what, by when, in the resolutions held."""
    asked = {"addressee": addressee, "year": year, "due_before": due_before, "documents": documents, "language": language,
             "listed": listed}  # fmt: skip
    shown: dict[str, Any] = {"asked": asked, "languages": LANGUAGE_NAMES, "article": ""}
    if not listed:
        return page("mandates.html", request, **shown)
    paper = _mandates(service, caller, addressee, year, due_before, documents, language)
    made = _soon(paper.future)
    if made is None:
        return waiting(request, paper, "listing_mandates")
    return page("mandates.html", request, **shown | {"article": _article(service, made, language)},
                files=_files("mandates", asked, LISTS))  # fmt: skip


@router.get("/mandates/mandates.{form}")
@may("mandates", counted="documents")
def mandates_file(
    request: Request, service: Served, caller: Caller, form: ListFile, addressee: Name = "", year: Short = "",
    due_before: Short = "", documents: Named = "", language: Short = "en", listed: Short = "",
) -> Response:  # fmt: skip
    """The same as a file."""
    service.writing.ready(form, language)
    paper = _mandates(service, caller, addressee, year, due_before, documents, language)
    made = _soon(paper.future)
    if made is None:
        return waiting(request, paper, "listing_mandates")
    if form in SHEETS:
        return file_reply(service.writing.sheet(caller, made, form), form, "mandates")
    return _file(service, caller, made, language, form, "mandates")


@router.get("/origins")
@may("compare", counted="documents")
def origins(
    request: Request, service: Served, caller: Caller, document: Name = "", place: Name = "", language: Short = ""
) -> Response:
    """Where the paragraphs of a document come from."""
    asked = {"document": document, "place": place, "language": language}
    shown: dict[str, Any] = {"asked": asked, "languages": LANGUAGE_NAMES, "article": ""}
    if not document.strip():
        return page("origins.html", request, **shown)
    paper = _origins(service, caller, document, place, language)
    made = _soon(paper.future)
    if made is None:
        return waiting(request, paper, "finding_origins")
    shown |= {"article": _article(service, made, language or made.language), "files": _files("origins", asked)}
    return page("origins.html", request, **shown)


@router.get("/origins/origins.{form}")
@may("compare", counted="documents")
def origins_file(
    request: Request,
    service: Served,
    caller: Caller,
    form: File,
    document: Name,
    place: Name = "",
    language: Short = "",
) -> Response:
    """Where the paragraphs of a document come from, as a file."""
    service.writing.ready(form, language)
    paper = _origins(service, caller, document, place, language)
    made = _soon(paper.future)
    if made is None:
        return waiting(request, paper, "finding_origins")
    return _file(service, caller, made, language or made.language, form, "origins")


@router.get("/agenda")
@may("agenda")
def agenda(
    request: Request, service: Served, caller: Caller, meeting: Name = "",
    language: Annotated[list[str] | None, Query(max_length=6)] = None,
) -> Response:  # fmt: skip
    """What an agenda announces and cites against what is held, and for staff links that fetch what is missing."""
    wanted = [known_language(each) for each in language or ["en"]]
    meetings = meeting_views(service, caller, language_of(request))
    checked = service.writing.agenda(caller, meeting, wanted) if meetings or meeting else None
    return page("agenda.html", request, checked=checked, staff=allowed(caller, "fetch"), meetings=meetings, meeting=meeting, wanted=wanted,
                languages=LANGUAGE_NAMES, states=_told("state", STATES, request), path=document_path)  # fmt: skip


def _named(*names: str) -> list[str]:
    return [name for name in names if name.strip()]


def _topic(service: Service, caller: Caller, topic: str, documents: str, language: str) -> Paper[TopicComparison]:
    return service.writing.begin_compare_topic(
        caller, topic, _lines(documents), known_language(language) if language else None
    )


def _mandates(
    service: Service, caller: Caller, addressee: str, year: str, due_before: str, documents: str, language: str
) -> Paper[Mandates]:
    if year.strip() and not (year.strip().isdecimal() and len(year.strip()) == 4):
        raise Invalid(f"{year!r} is no year.")
    number = int(year) if year.strip() else None
    wanted = Wanted(addressee.strip(), number, due_before.strip(), tuple(_lines(documents)), known_language(language))
    return service.writing.begin_mandates(caller, wanted)


def _lines(documents: str) -> list[str]:
    return [name for line in documents.splitlines() for each in line.split(";") if (name := each.strip())]


def _origins(service: Service, caller: Caller, document: str, place: str, language: str) -> Paper[Origins]:
    return service.writing.begin_origins(caller, document, place, known_language(language) if language else None)


def begun_briefing(
    service: Service,
    caller: Principal,
    kind: str,
    value: str,
    audience: str,
    language: str,
    meeting: str,
    mixed: str,
    mode: str,
) -> tuple[Paper[Briefing], Briefing | None]:
    """A briefing to come, and itself where it is there soon."""
    paper = service.writing.begin_brief(caller, _request(kind, value, audience, language, meeting, mixed, mode))
    return paper, _soon(paper.future)


def _request(kind: str, value: str, audience: str, language: str, meeting: str, mixed: str, mode: str) -> Briefed:
    for given, known in ((kind, get_args(Kind)), (audience, get_args(Audience)), (mode, ("", *get_args(Mode)))):
        if given not in known:
            raise Invalid(f"{given!r} is none of {', '.join(filter(None, known))}.")
    return Briefed(kind, value, audience, known_language(language), meeting, bool(mixed), mode or None)  # type: ignore[arg-type]


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


def waiting(request: Request, paper: Paper[Any], title: str) -> Response:
    """The page that stands until a paper is made."""
    shown = page("waiting.html", request, 202, title=word(title, language_of(request)), paper=paper)
    shown.headers["Refresh"] = str(AGAIN)
    return shown


def _article(service: Service, made: Any, language: str) -> Markup:
    return Markup(to_html(service.writing.publication(made, language, words_path), page=False))  # noqa: S704  (escaped)


def _file(service: Service, caller: Caller, made: Any, language: str, form: str, name: str) -> Response:
    return file_reply(service.writing.file(caller, service.writing.publication(made, language), form), form, name)


def _files(where: str, asked: dict[str, str], files: Mapping[str, str] = FILES) -> list[tuple[str, str]]:
    """The names of the files of a page, and their addresses."""
    name = where.removesuffix("s") if where in ("briefings", "topics") else where
    query = urlencode({key: value for key, value in asked.items() if value})
    return [(told, f"/{where}/{name}.{form}?{query}") for form, told in files.items()]
