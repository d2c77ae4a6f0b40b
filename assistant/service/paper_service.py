"""What the service writes: briefings, themes, comparisons, mandates, the check of an agenda, files of them; and briefings under review, kept beside keys, accounts and jobs."""

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
from assistant.paper_requests import PaperRequest, file_of
from assistant.reports import Progress, refused, silent
from assistant.reports.brief.briefing import Briefing, Source
from assistant.service.paper_queue import Paper, Papers
from assistant.service_errors import Conflict, Invalid, NotHeld
from assistant.time_slices import Aside
from corpus.documents import Document, Edition
from corpus.library import Library
from corpus.serialization import SerializationError, from_json_data, to_json_data
from corpus.symbols import Symbol
from ingest.readers.text import visible

if TYPE_CHECKING:
    from assistant.export.footnoting import Address
    from assistant.export.layouts import Report
    from assistant.export.publication import Publication
    from assistant.reports.agenda_check import AgendaCheck
    from assistant.service.service import Service


State = Literal["draft", "review", "cleared"]
STATES: tuple[State, ...] = get_args(State)
LONGEST = 4_000
"""Longest comment, in characters."""
_EVENTS = "SELECT time, who, kind, statement, text FROM draft_events WHERE draft = ? ORDER BY id"
_NOTE = "INSERT INTO draft_events (draft, time, who, kind, statement, text) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Event:
    """What somebody did to a draft: `state` with the new one in `text`, or a `comment`, on the statement of that number (its
    paragraph in the publication, or the row of a table) or, without one, on the whole."""

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
        told = {name: getattr(self, name) for name in ("id", "title", "state", "created", "changed")}
        return {
            **told,
            "events": [asdict(each) for each in self.events],
            "briefing": self.briefing.to_json() if self.briefing else None,
        }


class Drafts:
    """The tables of drafts, in which `who` changes what is changed; `noted` hears of it. With the `library` it is looked whether
    documents still say what is quoted. Who may not clear what they made themselves is not `alone`. Raises `LibraryError` where the
    tables can't be read or written, `ServiceFault` for what is not there or can't be."""

    def __init__(
        self,
        store: AccessStore,
        who: str,
        noted: Callable[[str, str], None] = lambda _action, _id: None,
        *,
        library: Library | None = None,
        alone: bool = True,
    ) -> None:
        self._store, self._who, self._noted, self._library, self._alone = store, who, noted, library, alone

    def add(self, briefing: Briefing) -> Draft:
        """Keeps a briefing as a draft."""
        draft = Draft(secrets.token_hex(4), briefing.title, "draft", self._store.stamp())
        with self._store.together():
            self._store.write(
                "INSERT INTO drafts (id, created, title, state, briefing) VALUES (?, ?, ?, ?, ?)",
                draft.id, draft.created, draft.title, draft.state, json.dumps(to_json_data(briefing), ensure_ascii=False),
            )  # fmt: skip
            self._note(draft.id, "state", None, "draft")
        self._noted("draft", draft.id)
        return self.get(draft.id)

    def all(self) -> list[Draft]:
        """All drafts without their briefings, the latest first."""
        rows = self._store.rows("SELECT id, title, state, created FROM drafts ORDER BY created DESC, id")
        return [Draft(*row) for row in rows]

    def get(self, draft_id: str) -> Draft:
        """One draft, whole."""
        rows = self._store.rows("SELECT id, title, state, created, briefing FROM drafts WHERE id = ?", draft_id)
        if not rows:
            raise NotHeld("no-draft", name=draft_id[:40])
        known, title, state, created, briefing = rows[0]
        try:
            made: Briefing = from_json_data(Briefing, json.loads(briefing), "the draft")
        except (SerializationError, ValueError):
            raise Conflict("draft-old", name=draft_id) from None
        events = tuple(Event(*row) for row in self._store.rows(_EVENTS, draft_id))
        return Draft(known, title, state, created, events, made, self._changed(made))

    def comment(self, draft_id: str, text: str, statement: int | None = None) -> Draft:
        """Adds a comment, on a statement by its number or on the whole."""
        draft, said = self.get(draft_id), visible(" ".join(text.split())).strip()
        if not said or len(said) > LONGEST:
            raise Invalid("comment-length", most=LONGEST, count=len(said))
        count = draft.briefing.numbered if draft.briefing else 0
        if statement is not None and not 1 <= statement <= count:
            raise Invalid("no-statement", number=statement, count=count)
        self._note(draft_id, "comment", statement, said)
        return self.get(draft_id)

    def move(self, draft_id: str, state: str) -> Draft:
        """Gives a draft another state. What is cleared was in review before, is cleared by somebody else than who made it, unless
        they are `alone`, and rests on words that the documents still have."""
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
            with self._store.together():
                # Who moves it at the same time from the same state finds it moved.
                changed = self._store.write(
                    "UPDATE drafts SET state = ? WHERE id = ? AND state = ?", state, draft_id, draft.state
                )
                if changed:
                    self._note(draft_id, "state", None, state)
        moved = self.get(draft_id)
        self._noted(f"draft {moved.state}", draft_id)
        return moved

    def _changed(self, briefing: Briefing) -> tuple[str, ...] | None:
        from assistant.reports.lookup import changed

        if self._library is None:
            return None
        return tuple(dict.fromkeys(each.symbol for each in changed(self._library, briefing.citations)))

    def _note(self, draft_id: str, kind: str, statement: int | None, text: str) -> None:
        self._store.write(_NOTE, draft_id, self._store.stamp(), self._who, kind, statement, text)


def comments_on(events: Sequence[Event]) -> list[Event]:
    """The comments among events, those on the whole first, then by statement."""
    found = [each for each in events if each.kind == "comment"]
    return sorted(found, key=lambda each: (each.statement is not None, each.statement or 0, each.time))


def reviewed(draft: Draft, library: Library, address: Address | None = None) -> Publication:
    """A draft as a publication: its state on the cover, and the comments behind the text until it is cleared. Where documents no longer
    say what it quotes, it tells so; its own words stay, as they were made."""
    from assistant.export.footnoting import References
    from assistant.export.layouts import briefing_paper
    from assistant.reports.lookup import changed

    assert draft.briefing is not None
    comments = [] if draft.state == "cleared" else [(e.statement, e.who, e.text) for e in comments_on(draft.events)]
    no_more = changed(library, draft.briefing.citations)
    ids = {each.document for each in no_more}
    gone = {each.document: _as_cited(each) for each in draft.briefing.sources if each.document in ids}
    references = References(library, draft.briefing.language, address, gone)
    return briefing_paper(draft.briefing, references, draft.state, comments, no_more)


def _as_cited(source: Source) -> Document:
    """A document as a briefing names it, without its text."""
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


class Writing:
    """The writing of one service. Every operation takes the principal that asks first and raises a `ServiceFault` for
    what is not done; `allowed` checks and counts who does what; so many papers may be unfinished as there are `places`."""

    def __init__(
        self,
        service: Service,
        allowed: Callable[[Principal, str], None],
        noted: Callable[[Principal, str, str], None],
        store: AccessStore | None,
        places: int,
    ) -> None:
        self._service, self._allowed, self._noted, self._store = service, allowed, noted, store
        self.papers = Papers(service.turns, places)

    def begin(self, who: Principal, request: PaperRequest) -> Paper[Any] | Report:
        """What is asked for, to come; where it is made at once, itself."""
        service = self._service
        check(who, request.operation)
        if request.at_once:
            self._allowed(who, request.operation)
        request.check()
        with refused(request.fault):
            subject, make = request.subject(service)

        def work(told: Progress, aside: Aside) -> Report:
            with refused(request.fault):
                return service.library.retry_if_changed(lambda: make(told, aside))

        if request.at_once:
            return work(silent, nullcontext)
        from assistant.reports.report_cache import state_of

        key = (request.path, subject, state_of(service.library, service.engine.signature))
        # What is there already costs no more than looking at a document.
        self._allowed(who, "documents" if self.papers.held(key) else request.operation)
        # One on which no model failed would be made again the same.
        return self.papers.take(
            key, work, lambda made: bool(getattr(made, "lasting", True)), client=who.client, origin=who.origin
        )

    def part(self, request: PaperRequest, made: Any) -> Report:
        """What is wanted of what was made. Raises `NotHeld`, which says what is near, where there is none of that name."""
        with refused(NotHeld):
            return request.part(made)

    def drafts(self, who: Principal) -> Drafts:
        """The briefings under review, as somebody sees and changes them. Raises `NotHeld` where none are kept."""
        self._allowed(who, "review")
        if self._store is None:
            raise NotHeld("no-drafts")
        return Drafts(
            self._store,
            getpass.getuser() if who.kind == "local" else who.id,  # as a command without a server names them
            lambda action, draft_id: self._noted(who, action, draft_id),
            library=self._service.library,
            alone=who.role >= Role.ADMIN,
        )

    def agenda(self, who: Principal, meeting: str = "", languages: Sequence[str] = ("en",)) -> AgendaCheck:
        """What an agenda announces and cites against what is held."""
        from assistant.reports.agenda_check import check_agenda
        from assistant.reports.lookup import agenda_meeting

        self._allowed(who, "agenda")
        library = self._service.library
        with refused(NotHeld):
            return check_agenda(library, self._service.engine.catalogue, agenda_meeting(library, meeting), languages)

    def ready(self, form: str, language: str | None = None) -> None:
        """Raises `Conflict` where a file of this form can't be written here, in a language where one is known."""
        from assistant.export.file_formats import check_form

        with refused(Conflict):
            check_form(form, language)

    def made_file(self, who: Principal, made: Any, form: str, language: str) -> bytes:
        """What was made as a file; requests and decisions also as `csv` or `xlsx`. Whoever was given it may have it so. Raises `Conflict`
        where the program that writes it is not installed."""
        with self._writes(who, form):
            return file_of(made, form, self._service.library, language)

    def draft_file(self, who: Principal, draft: Draft, form: str) -> bytes:
        """A draft as a file, in the same way."""
        from assistant.export.file_formats import render

        with self._writes(who, form):
            return render(reviewed(draft, self._service.library), form)

    def _writes(self, who: Principal, form: str) -> AbstractContextManager[None]:
        # A program of its own writes these, whoever made what stands in them.
        self._allowed(who, "brief" if form in ("docx", "pdf") else "documents")
        return refused(Conflict)
