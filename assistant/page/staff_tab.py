"""The tab for staff: uploads, fetching, removal, jobs, the state of the collection, ratings.

Files are not uploaded through Gradio: the page's script sends them to the API, and the jobs that ingest them are then followed
here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import gradio as gr

from assistant.access import Principal
from assistant.fetch_plans import FetchRequest
from assistant.outcome_messages import describe_job
from assistant.page.chat_turns import Conversations
from assistant.page.gradio_html import caller_of, carrier, query_params, reader_language
from assistant.page.plain_pages import carried, marked
from assistant.page.report_pages import split_names
from assistant.page.staff_pages import evaluation_path
from assistant.page_labels import LANGUAGE_NAMES, mark, word
from assistant.service import Service
from assistant.service.jobs import PAUSE
from assistant.service_errors import Conflict, ServiceFault

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}
LANGUAGES = [(name, code) for code, name in LANGUAGE_NAMES.items()]
OPEN = ("queued", "running")
MAX_FOLLOWED = 200
"""Most jobs shown at once."""
MAX_JOBS = 20
"""Most ended jobs shown, the latest, including those before the server's start."""
MAX_UNVERIFIED = 300
"""Most unverified texts listed."""
RATINGS = 100
"""Most ratings shown, the latest."""


def build(service: Service, conversations: Conversations, blocks: gr.Blocks, shell: gr.Tab) -> None:
    """Fills the tab. The service checks the caller's role for every operation."""
    with gr.Accordion(mark("add_files"), open=True):
        carrier("rp-files", marked("upload.html", most=service.most_upload))
        # The script fills and clicks these after uploads: the ids of the jobs that ingest them.
        sent = gr.Textbox("", visible="hidden", elem_id="rp-sent", max_length=MAX_FOLLOWED * 20)
        follow_sent = gr.Button("", visible="hidden", elem_id="rp-follow")
    with gr.Accordion(mark("fetch_official"), open=False) as official:
        symbols = gr.Textbox("", label=mark("fetch_symbols"), lines=2, max_length=4_000)
        languages = gr.Dropdown(LANGUAGES, value=["en"], multiselect=True, label=mark("languages"))
        with gr.Row():
            fetch = gr.Button(mark("fetch_them"), elem_id="rp-fetch")
            meeting = gr.Button(mark("fetch_meeting"), elem_id="rp-fetch-meeting")
    with gr.Accordion(mark("remove_document"), open=False):
        document = gr.Dropdown([], value=None, label=mark("document_versions"))
        sure = gr.Checkbox(False, label=mark("yes_remove"))
        remove = gr.Button(mark("remove"), variant="stop", elem_id="rp-remove")
    jobs = carrier("rp-jobs")
    stop = gr.Button(mark("stop_running"), elem_id="rp-stop-jobs", visible=False)
    with gr.Accordion(mark("collection"), open=True):
        health = carrier("rp-health")
    with gr.Accordion(mark("said"), open=False):
        feedback = carrier("rp-feedback")
    with gr.Accordion(mark("how_good"), open=False):
        evaluation = carrier("rp-evaluation")

    async def follow(request: gr.Request, begin: Callable[[Principal], object]) -> AsyncIterator[list[Any]]:
        """Calls `begin`, and shows the jobs until all have ended; then the collection."""
        who, reader, before, following = caller_of(request), reader_language(request), "", True
        try:
            begin(who)
            while following:
                jobs = _latest(service, who, reader)
                open_by = [each["by"] for each in jobs if each["state"] in OPEN]
                following, html = bool(open_by), carried("jobs.html", reader, jobs=jobs)
                if html != before:
                    yield [html, gr.Button(visible=who.id in open_by), gr.skip(), gr.skip()]
                if following:
                    before = html
                    await asyncio.sleep(PAUSE)
            yield [html, gr.Button(visible=False), _health_html(service, who, reader), _documents(service, who)]
        except ServiceFault as fault:
            yield refused(fault.in_language(reader))

    def refused(detail: str) -> list[Any]:
        return [carried("told.html", text=detail, wrong=True), gr.Button(visible=False), gr.skip(), gr.skip()]

    async def follow_files(named: str, request: gr.Request) -> AsyncIterator[list[Any]]:
        if not named.strip():
            yield refused(word("choose_file", reader_language(request)))
            return
        async for update in watch(request):
            yield update

    async def watch(request: gr.Request) -> AsyncIterator[list[Any]]:
        """Shows the existing jobs."""
        async for update in follow(request, lambda _: None):
            yield update

    async def begin_fetch(spoken: list[str], request: gr.Request, named: str | None = None) -> AsyncIterator[list[Any]]:
        """Fetches the named documents, or all of the meeting where `named` is None."""
        asked = FetchRequest.model_construct(symbols=split_names(named or ""), languages=spoken, meeting=named is None)
        async for update in follow(request, lambda who: service.fetch(who, asked)):
            yield update

    async def fetch_named(named: str, spoken: list[str], request: gr.Request) -> AsyncIterator[list[Any]]:
        async for update in begin_fetch(spoken, request, named):
            yield update

    async def begin_remove(chosen: str | None, certain: bool, request: gr.Request) -> AsyncIterator[list[Any]]:
        if not chosen or not certain:
            yield [*refused(word("be_sure", reader_language(request))), gr.skip()]
            return
        async for update in follow(request, lambda who: service.remove(who, chosen)):
            yield [*update, False]

    def stop_all(request: gr.Request) -> None:
        who = caller_of(request)
        for job in service.all_jobs(who):
            if job["state"] in OPEN and job["by"] == who.id:
                with suppress(Conflict):  # it has ended meanwhile, or runs on another server
                    service.stop_job(who, job["id"])

    def look(typed: str, request: gr.Request) -> list[Any]:
        who, reader, query = caller_of(request), reader_language(request), query_params(request)
        named = query.get("fetch", "")[:200]
        spoken = [each for each in query.get("in", "").split() if each in LANGUAGE_NAMES]
        wanted: list[Any] = [gr.skip(), gr.skip(), gr.skip()]
        if named and not typed.strip():
            wanted = [gr.Accordion(open=True), named, spoken or gr.skip()]
        try:
            report = carried("evaluation.html", reader, there=evaluation_path(service).is_file())
            return [*wanted, _ratings_html(service, who, reader), report]
        except ServiceFault as fault:
            return [*wanted, carried("told.html", text=fault.in_language(reader), wrong=True), ""]

    outputs = [jobs, stop, health, document]
    # always_last: uploads sent while jobs run are followed, too, once the present call has ended.
    follow_sent.click(follow_files, sent, outputs, trigger_mode="always_last", **QUIET)
    fetch.click(fetch_named, [symbols, languages], outputs, **QUIET)
    meeting.click(begin_fetch, [languages], outputs, **QUIET)
    remove.click(begin_remove, [document, sure], [*outputs, sure], **QUIET)
    stop.click(stop_all, None, None, **QUIET)
    shell.select(look, symbols, [official, symbols, languages, feedback, evaluation], **QUIET)
    shell.select(watch, None, outputs, trigger_mode="once", **QUIET)


def _latest(service: Service, who: Principal, reader: str) -> list[dict[str, Any]]:
    """The translated records of all users' jobs, latest first: all that have not ended, and the last `MAX_JOBS` others."""
    jobs = service.all_jobs(who)
    ended = [each["id"] for each in jobs if each["state"] not in OPEN][:MAX_JOBS]
    shown = [each["id"] for each in jobs if each["state"] in OPEN or each["id"] in ended][:MAX_FOLLOWED]
    return [describe_job(service.job(who, each), reader) for each in shown]


def _health_html(service: Service, who: Principal, reader: str) -> str:
    """Renders counts, the documents that need review, and the unverified ones."""
    held = service.records(who)
    doubtful = [each for each in held if each["warnings"] or each["pages_without_text"]]
    return carried(
        "health.html",
        reader,
        status=service.status(who),
        known_not_held=service.catalogue(who, limit=1)[1],
        doubtful=doubtful,
        unverified=[each for each in held if "unverified" in each],
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
