"""Papers that the service generates (briefings, themes, comparisons, mandates, agenda checks) and files of them; and drafts of
briefings under review."""

from __future__ import annotations

import getpass
import json
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from assistant.access import Principal, Role, check
from assistant.access.access_store import AccessStore
from assistant.paper_requests import PaperRequest, render_file
from assistant.reports import Progress, no_progress, report_errors_as
from assistant.reports.brief.briefing import Briefing, Source
from assistant.service.paper_queue import Paper, PaperQueue
from assistant.service_errors import Conflict, Invalid, NotFound
from assistant.time_slices import Aside
from corpus.documents import Document, Edition
from corpus.library import Library
from corpus.serialization import SerializationError, from_json_data, to_json_data
from corpus.symbols import Symbol
from ingest.readers.text import visible

if TYPE_CHECKING:
    from assistant.export.footnoting import AddressBuilder
    from assistant.export.layouts import Report
    from assistant.export.publication import Publication
    from assistant.reports.agenda_check import AgendaCheck
    from assistant.service.service import Service


State = Literal["draft", "review", "cleared"]
STATES: tuple[State, ...] = get_args(State)
MAX_COMMENT = 4_000
"""Longest comment, in characters."""
_EVENTS = "SELECT time, who, kind, statement, text FROM draft_events WHERE draft = ? ORDER BY id"
_NOTE = "INSERT INTO draft_events (draft, time, who, kind, statement, text) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Event:
    """An action on a draft: `state` with the new one in `text`, or a `comment`, on the statement of that number (its
    paragraph in the publication, or the row of a table) or, without a number, on the whole."""

    time: str
    who: str
    kind: str
    statement: int | None
    text: str


@dataclass(frozen=True)
class Draft:
    """A briefing under review. `briefing` is as it was made; its words are never changed. `changed` are the symbols of documents that
    no longer say what it quotes; None where that was not looked at."""

    id: str
    title: str
    state: State
    created: str
    events: tuple[Event, ...] = ()
    briefing: Briefing | None = None
    changed: tuple[str, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """The stable JSON form."""
        fields = {name: getattr(self, name) for name in ("id", "title", "state", "created", "changed")}
        return {
            **fields,
            "events": [asdict(each) for each in self.events],
            "briefing": self.briefing.to_json() if self.briefing else None,
        }


class Drafts:
    """The tables of drafts, as the user `who` reads and changes them; `note_action` records changes. With `library`, drafts are checked
    for quotes that documents no longer have. `alone`: the user may clear their own drafts. Raises `LibraryError` where the tables
    can't be read or written, `ServiceFault` for what does not exist or is not allowed."""

    def __init__(
        self,
        store: AccessStore,
        who: str,
        note_action: Callable[[str, str], None] = lambda _action, _id: None,
        *,
        library: Library | None = None,
        alone: bool = True,
    ) -> None:
        self._store, self._who, self._note_action, self._library, self._alone = store, who, note_action, library, alone

    def add(self, briefing: Briefing) -> Draft:
        """Stores a briefing as a draft."""
        draft = Draft(secrets.token_hex(4), briefing.title, "draft", self._store.timestamp())
        with self._store.transaction():
            self._store.write(
                "INSERT INTO drafts (id, created, title, state, briefing) VALUES (?, ?, ?, ?, ?)",
                draft.id, draft.created, draft.title, draft.state, json.dumps(to_json_data(briefing), ensure_ascii=False),
            )  # fmt: skip
            self._note(draft.id, "state", None, "draft")
        self._note_action("draft", draft.id)
        return self.get(draft.id)

    def all(self) -> list[Draft]:
        """Returns all drafts without their briefings, latest first."""
        rows = self._store.rows("SELECT id, title, state, created FROM drafts ORDER BY created DESC, id")
        return [Draft(*row) for row in rows]

    def get(self, draft_id: str) -> Draft:
        """Returns a draft with its briefing and events."""
        rows = self._store.rows("SELECT id, title, state, created, briefing FROM drafts WHERE id = ?", draft_id)
        if not rows:
            raise NotFound("no-draft", name=draft_id[:40])
        known, title, state, created, briefing = rows[0]
        try:
            made: Briefing = from_json_data(Briefing, json.loads(briefing), "the draft")
        except (SerializationError, ValueError):
            raise Conflict("draft-old", name=draft_id) from None
        events = tuple(Event(*row) for row in self._store.rows(_EVENTS, draft_id))
        return Draft(known, title, state, created, events, made, self._changed(made))

    def comment(self, draft_id: str, text: str, statement: int | None = None) -> Draft:
        """Adds a comment, on a statement by its number or on the whole."""
        draft, comment_text = self.get(draft_id), visible(" ".join(text.split())).strip()
        if not comment_text or len(comment_text) > MAX_COMMENT:
            raise Invalid("comment-length", most=MAX_COMMENT, count=len(comment_text))
        count = draft.briefing.numbered if draft.briefing else 0
        if statement is not None and not 1 <= statement <= count:
            raise Invalid("no-statement", number=statement, count=count)
        self._note(draft_id, "comment", statement, comment_text)
        return self.get(draft_id)

    def move(self, draft_id: str, state: str) -> Draft:
        """Changes the state of a draft. To be cleared, it must have been in review, the user must not be its author (unless `alone`),
        and the documents must still have all that it quotes."""
        draft = self.get(draft_id)
        if state not in STATES:
            raise Invalid("no-state", name=state[:40])
        if state == "cleared" and draft.state == "draft":
            raise Conflict("draft-unreviewed")
        if state == "cleared" != draft.state:
            if not self._alone and draft.events[0].who == self._who:
                raise Conflict("draft-own")
            if draft.changed:
                raise Conflict("draft-changed", symbol=draft.changed[0])
        if state != draft.state:
            with self._store.transaction():
                # Compare-and-set: of two concurrent changes from the same state only one is applied.
                changed = self._store.write(
                    "UPDATE drafts SET state = ? WHERE id = ? AND state = ?", state, draft_id, draft.state
                )
                if changed:
                    self._note(draft_id, "state", None, state)
            if changed:
                self._note_action(f"draft {state}", draft_id)
        return self.get(draft_id)

    def _changed(self, briefing: Briefing) -> tuple[str, ...] | None:
        from assistant.reports.lookup import find_outdated_citations

        if self._library is None:
            return None
        return tuple(dict.fromkeys(each.symbol for each in find_outdated_citations(self._library, briefing.citations)))

    def _note(self, draft_id: str, kind: str, statement: int | None, text: str) -> None:
        self._store.write(_NOTE, draft_id, self._store.timestamp(), self._who, kind, statement, text)


def review_publication(draft: Draft, library: Library, address: AddressBuilder | None = None) -> Publication:
    """Lays out a draft as a publication: its state on the cover, and, until it is cleared, the comments after the text. It says where
    documents no longer have what it quotes; its own text never changes."""
    from assistant.export.footnoting import ReferenceFormatter
    from assistant.export.layouts import briefing_publication
    from assistant.reports.lookup import find_outdated_citations

    assert draft.briefing is not None
    noted = [each for each in draft.events if each.kind == "comment" and draft.state != "cleared"]
    noted.sort(key=lambda each: (each.statement or 0, each.time))  # first those on the whole
    comments = [(each.statement, each.who, each.text) for each in noted]
    outdated = find_outdated_citations(library, draft.briefing.citations)
    ids = {each.document for each in outdated}
    missing = {each.document: _as_cited(each) for each in draft.briefing.sources if each.document in ids}
    references = ReferenceFormatter(library, draft.briefing.language, address, missing)
    return briefing_publication(draft.briefing, references, draft.state, comments, outdated)


def _as_cited(source: Source) -> Document:
    """Builds a document without text from a source of a briefing."""
    symbol, _, part = source.symbol.partition(", ")
    known = Symbol.try_parse(symbol)
    return Document(
        symbol=known,
        part=(part or None) if known else None,
        slug="" if known else source.symbol,
        short=source.label.removesuffix(" (digest)"),
        title=source.title,
        language=source.language,
        edition=cast("Edition", source.edition),
        date=source.date,
        url=source.url,
        text="",
        blocks=(),
        verified=True,
    )


class PaperService:
    """Generates papers for one service. Every method takes the calling principal first and raises a `ServiceFault` where it refuses
    or fails. `allowed` checks and counts an operation; `places`: most unfinished papers."""

    def __init__(
        self,
        service: Service,
        allowed: Callable[[Principal, str], None],
        note_action: Callable[[Principal, str, str], None],
        store: AccessStore | None,
        places: int,
    ) -> None:
        self._service, self._allowed, self._note_action, self._store = service, allowed, note_action, store
        self.queue = PaperQueue(service.question_queue, places)

    def begin(self, who: Principal, request: PaperRequest) -> Paper[Any] | Report:
        """Queues a paper; returns it as a `Paper` in progress, or the finished report of a request that is handled at once."""
        service = self._service
        check(who, request.operation)
        if request.is_immediate:
            self._allowed(who, request.operation)
        request.check()
        with report_errors_as(request.fault):
            subject, make = request.prepare(service)

        def work(progress: Progress, aside: Aside) -> Report:
            with report_errors_as(request.fault):
                return service.library.retry_if_changed(lambda: make(progress, aside))

        if request.is_immediate:
            return work(no_progress, nullcontext)
        from assistant.reports.report_cache import library_fingerprint

        key = (request.path, subject, library_fingerprint(service.library, service.engine.signature))
        # A cached paper costs no more than reading a document.
        self._allowed(who, "documents" if self.queue.contains(key) else request.operation)
        return self.queue.request(
            key, work, client=who.client, origin=who.origin, kind=request.name, whole=request.is_on_whole_library
        )

    def part(self, request: PaperRequest, made: Any) -> Report:
        """Selects the requested part of a paper. Raises `NotFound`, with similar names, where it has no part of that name."""
        with report_errors_as(NotFound):
            return request.select_part(made)

    def drafts(self, who: Principal) -> Drafts:
        """Returns the drafts under review, for a user to read and change. Raises `NotFound` where the service has no store."""
        self._allowed(who, "review")
        if self._store is None:
            raise NotFound("no-drafts")
        return Drafts(
            self._store,
            getpass.getuser() if who.kind == "local" else who.id,  # the same name as without a server
            lambda action, draft_id: self._note_action(who, action, draft_id),
            library=self._service.library,
            alone=who.role >= Role.ADMIN,
        )

    def agenda(self, who: Principal, meeting: str = "", languages: Sequence[str] = ()) -> AgendaCheck:
        """Compares the documents that an agenda announces and cites with the library."""
        from assistant.reports.agenda_check import check_agenda
        from assistant.reports.lookup import find_meeting

        self._allowed(who, "agenda")
        library = self._service.library
        with report_errors_as(NotFound):
            return check_agenda(library, self._service.engine.catalogue, find_meeting(library, meeting), languages)

    def check_form(self, form: str, language: str | None = None) -> None:
        """Raises `Conflict` where files of this format, or in this language, can't be written on this machine."""
        from assistant.export.file_formats import check_form

        with report_errors_as(Conflict):
            check_form(form, language)

    def render_report(self, who: Principal, made: Any, form: str, language: str) -> bytes:
        """Renders a report as a file; mandates also as `csv` or `xlsx`. Raises `Conflict` where the program that writes the format is
        not installed."""
        with self._check_render(who, form):
            return render_file(made, form, self._service.library, language)

    def render_draft(self, who: Principal, draft: Draft, form: str) -> bytes:
        """Renders a draft as a file, in the same way."""
        from assistant.export.file_formats import render

        with self._check_render(who, form):
            return render(review_publication(draft, self._service.library), form)

    def _check_render(self, who: Principal, form: str) -> AbstractContextManager[None]:
        # DOCX and PDF are written by a separate program, so they are counted as a briefing whoever generated the paper.
        self._allowed(who, "brief" if form in ("docx", "pdf") else "documents")
        return report_errors_as(Conflict)
