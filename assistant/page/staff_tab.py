"""The tab for staff: uploads, fetching, removal, jobs, the state of the collection, ratings.

Files are not uploaded through Gradio: the page's script sends them to the API, and the jobs that ingest them are then followed
here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import gradio as gr
from starlette.concurrency import run_in_threadpool

from assistant.access import Principal
from assistant.api import authentication
from assistant.fetch_plans import FetchRequest
from assistant.outcome_messages import describe_job
from assistant.page.gradio_html import caller_of, carrier, check_again, query_params, reader_language, refusal_html
from assistant.page.plain_pages import carried, marked
from assistant.page.report_pages import split_names
from assistant.page.staff_pages import evaluation_path
from assistant.page_labels import LANGUAGE_NAMES, mark, word
from assistant.service import Service
from assistant.service.jobs import OPEN, PAUSE
from assistant.service_errors import Conflict

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}
LANGUAGES = [(name, code) for code, name in LANGUAGE_NAMES.items()]
MAX_FOLLOWED = 200
"""Most jobs shown at once."""
MAX_JOBS = 20
"""Most ended jobs shown, the latest, including those before the server's start."""
MAX_OUTCOMES = 100
"""Most outcomes shown of a job, first those that went wrong."""
WRONG = ("refused", "failed", "skipped")
MAX_UNVERIFIED = 300
"""Most unverified texts listed."""
RATINGS = 100
"""Most ratings shown, the latest."""


def build(service: Service, shell: gr.Tab) -> None:
    """Fills the tab. The service checks the caller's role for every operation."""
    _StaffTab(service).connect(shell)


class _StaffTab:
    """The components of the tab for staff, in the order in which they are shown, and the handlers of their events."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._build_forms()
        self._jobs = carrier("rp-jobs")
        self._stop = gr.Button(mark("stop_running"), elem_id="rp-stop-jobs", visible=False)
        with gr.Accordion(mark("collection"), open=True):
            self._health = carrier("rp-health")
        with gr.Accordion(mark("said"), open=False):
            self._ratings = carrier("rp-feedback")
        with gr.Accordion(mark("how_good"), open=False):
            self._evaluation = carrier("rp-evaluation")

    def _build_forms(self) -> None:
        """The forms for uploads, fetching and removal."""
        with gr.Accordion(mark("add_files"), open=True):
            carrier("rp-files", marked("upload.html", most=self._service.most_upload))
            # The script fills and clicks these after uploads: the ids of the jobs that ingest them.
            self._uploaded = gr.Textbox("", visible="hidden", elem_id="rp-sent", max_length=MAX_FOLLOWED * 20)
            self._follow_uploads = gr.Button("", visible="hidden", elem_id="rp-follow")
        with gr.Accordion(mark("fetch_official"), open=False) as self._fetch_form:
            self._symbols = gr.Textbox("", label=mark("fetch_symbols"), lines=2, max_length=4_000)
            self._languages = gr.Dropdown(LANGUAGES, value=["en"], multiselect=True, label=mark("languages"))
            with gr.Row():
                self._fetch = gr.Button(mark("fetch_them"), elem_id="rp-fetch")
                self._fetch_meeting = gr.Button(mark("fetch_meeting"), elem_id="rp-fetch-meeting")
        with gr.Accordion(mark("remove_document"), open=False):
            self._document = gr.Dropdown([], value=None, label=mark("document_versions"))
            self._sure = gr.Checkbox(False, label=mark("yes_remove"))
            self._remove = gr.Button(mark("remove"), variant="stop", elem_id="rp-remove")

    def connect(self, shell: gr.Tab) -> None:
        """Connects the events of the components, and the selection of the tab, with their handlers."""
        outputs = [self._jobs, self._stop, self._health, self._document]
        # always_last: uploads sent while jobs run are followed, too, once the present call has ended.
        self._follow_uploads.click(self._show_uploads, self._uploaded, outputs, trigger_mode="always_last", **QUIET)
        self._fetch.click(self._fetch_documents, [self._symbols, self._languages], outputs, **QUIET)
        self._fetch_meeting.click(self._fetch_all_of_meeting, [self._languages], outputs, **QUIET)
        self._remove.click(self._remove_document, [self._document, self._sure], [*outputs, self._sure], **QUIET)
        self._stop.click(self._stop_jobs, None, None, **QUIET)
        shell.select(
            self._selected_values, self._symbols,
            [self._fetch_form, self._symbols, self._languages, self._ratings, self._evaluation], **QUIET,
        )  # fmt: skip
        shell.select(self._show_jobs, None, outputs, trigger_mode="once", **QUIET)

    async def _follow_jobs(self, request: gr.Request, begin: Callable[[Principal], object]) -> AsyncIterator[list[Any]]:
        """Calls `begin`, and shows the jobs while the caller may see them, until all have ended; the collection, too, each time one
        has."""
        service, who, reader = self._service, caller_of(request), reader_language(request)
        html, before, open_before, following = "", None, 0, True
        known: _Known = {}
        checked = time.monotonic()
        try:
            await run_in_threadpool(begin, who)
            while following:
                jobs = await run_in_threadpool(service.all_jobs, who)
                open_by = [each["by"] for each in jobs if each["state"] in OPEN]
                following = bool(open_by)
                if jobs != before:
                    html = await run_in_threadpool(_jobs_html, service, who, reader, jobs, known)
                    ended = following and len(open_by) < open_before
                    collection = await run_in_threadpool(health_html, service, who, reader) if ended else gr.skip()
                    yield [html, gr.Button(visible=who.id in open_by), collection, gr.skip()]
                before, open_before = jobs, len(open_by)
                if following:
                    await asyncio.sleep(PAUSE)
                if time.monotonic() - checked > authentication.AGAIN_SECONDS:
                    await check_again(request)
                    checked = time.monotonic()
            health = await run_in_threadpool(health_html, service, who, reader)
            yield [html, gr.Button(visible=False), health, await run_in_threadpool(_documents, service, who)]
        except Exception as error:  # noqa: BLE001  (`fault_of` logs what is not expected)
            yield _refused_values(refusal_html(error, request))

    async def _show_jobs(self, request: gr.Request) -> AsyncIterator[list[Any]]:
        async for update in self._follow_jobs(request, lambda _: None):
            yield update

    async def _show_uploads(self, job_ids: str, request: gr.Request) -> AsyncIterator[list[Any]]:
        if not job_ids.strip():
            yield _refused_values(_told("choose_file", request))
            return
        async for update in self._show_jobs(request):
            yield update

    async def _fetch_documents(
        self, symbols: str, languages: list[str], request: gr.Request
    ) -> AsyncIterator[list[Any]]:
        fetch = FetchRequest.model_construct(symbols=split_names(symbols), languages=languages, meeting=False)
        async for update in self._follow_jobs(request, lambda who: self._service.fetch(who, fetch)):
            yield update

    async def _fetch_all_of_meeting(self, languages: list[str], request: gr.Request) -> AsyncIterator[list[Any]]:
        fetch = FetchRequest.model_construct(symbols=[], languages=languages, meeting=True)
        async for update in self._follow_jobs(request, lambda who: self._service.fetch(who, fetch)):
            yield update

    async def _remove_document(self, document: str | None, sure: bool, request: gr.Request) -> AsyncIterator[list[Any]]:
        if not document or not sure:
            yield [*_refused_values(_told("be_sure", request)), gr.skip()]
            return
        async for update in self._follow_jobs(request, lambda who: self._service.remove(who, document)):
            yield [*update, False]

    def _stop_jobs(self, request: gr.Request) -> None:
        """Stops the caller's own jobs."""
        who = caller_of(request)
        for job in self._service.all_jobs(who):
            if job["state"] in OPEN and job["by"] == who.id:
                with suppress(Conflict):  # it has ended meanwhile, or runs on another server
                    self._service.stop_job(who, job["id"])

    def _selected_values(self, typed: str, request: gr.Request) -> list[Any]:
        """Values of the tab when it is selected: the form for fetching, as the URL fills it where the user has `typed` nothing;
        the ratings; the evaluation."""
        who, reader, query = caller_of(request), reader_language(request), query_params(request)
        symbols = query.get("fetch", "")[:200]
        languages = [code for code in query.get("in", "").split() if code in LANGUAGE_NAMES]
        form: list[Any] = [gr.skip(), gr.skip(), gr.skip()]
        if symbols and not typed.strip():
            form = [gr.Accordion(open=True), symbols, languages or gr.skip()]
        try:
            report = carried("evaluation.html", reader, there=evaluation_path(self._service).is_file())
            return [*form, _ratings_html(self._service, who, reader), report]
        except Exception as error:  # noqa: BLE001  (`fault_of` logs what is not expected)
            return [*form, refusal_html(error, request), ""]


def _told(name: str, request: gr.Request) -> str:
    return carried("told.html", text=word(name, reader_language(request)), wrong=True)


def _refused_values(html: str) -> list[Any]:
    """Values of the jobs (the HTML of why), their button and the collection where nothing is done."""
    return [html, gr.Button(visible=False), gr.skip(), gr.skip()]


_Known = dict[str, tuple[dict[str, Any], int, list[dict[str, Any]]]]
"""By the id of a job its record, how many of its outcomes were looked at, and which of them are shown."""


def _jobs_html(service: Service, who: Principal, reader: str, jobs: list[dict[str, Any]], known: _Known) -> str:
    """Renders all users' jobs, latest first: all that have not ended, and the last `MAX_JOBS` others. `known` is from the time before:
    each outcome is looked at once."""
    ended = [each["id"] for each in jobs if each["state"] not in OPEN][:MAX_JOBS]
    shown = []
    listed = [each for each in jobs if each["state"] in OPEN or each["id"] in ended][:MAX_FOLLOWED]
    for gone in known.keys() - {each["id"] for each in listed}:
        del known[gone]
    for job in listed:
        before, count, first = known.get(job["id"], ({}, 0, []))
        if job != before:
            more = service.job(who, job["id"], count)["outcomes"]
            first = sorted([*first, *more], key=lambda each: each.get("result") not in WRONG)[:MAX_OUTCOMES]
            known[job["id"]] = job, count + len(more), first
        shown.append(describe_job({**job, "outcomes": first}, reader) | {"count": sum(job["counts"].values())})
    return carried("jobs.html", reader, jobs=shown)


def health_html(service: Service, who: Principal, reader: str) -> str:
    """Renders counts, the documents that need review, and the unverified ones."""
    records = service.records(who)
    doubtful = [each for each in records if each["warnings"] or each["pages_without_text"]]
    return carried(
        "health.html",
        reader,
        status=service.status(who),
        known_not_held=service.catalogue(who, limit=1)[1],
        doubtful=doubtful,
        # With the number that tells several texts of the same title apart.
        names={header.id: header.label for each in doubtful for header in service.library.headers(id=each["id"])},
        unverified=[each for each in records if "unverified" in each],
        most=MAX_UNVERIFIED,
    )


def _ratings_html(service: Service, who: Principal, reader: str) -> str:
    """Renders the ratings, latest first."""
    _, total = service.ratings(who, 0, 1)
    latest, _ = service.ratings(who, max(0, total - RATINGS), RATINGS)
    return carried("feedback.html", reader, ratings=latest[::-1], words={1: "right", 0: "partly", -1: "wrong"})


def _documents(service: Service, who: Principal) -> gr.Dropdown:
    keys = dict.fromkeys(record["id"].rsplit(":", 2)[0] for record in service.records(who))
    return gr.Dropdown(choices=list(keys), value=None)
