"""Where a command gets what it shows: from the library, or from the server that owns it on this machine."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from assistant.cli.command_run import plain_errors, settings
from assistant.engine_factory import catalogue_of, make_engine, open_library
from assistant.qa.answer import Answer, Event, Finished
from assistant.question_request import QuestionRequest, scope_of
from assistant.reports import Progress, refused
from assistant.service_errors import NotHeld, ServiceFault
from assistant.settings import Settings
from corpus.corpus_errors import LibraryBusy
from corpus.extras import is_installed

if TYPE_CHECKING:
    from assistant.cli.server_backend import ServerDesk
    from assistant.export.layouts import Report
    from assistant.paper_requests import BriefingRequest, PaperRequest
    from assistant.qa.engine import Engine
    from assistant.service.paper_service import Drafts
    from corpus.documents import Document
    from corpus.feedback import Feedback
    from corpus.library import Library
    from corpus.meetings import Meeting


class Written(NamedTuple):
    """Something written: its stable JSON form, and itself as a file of a format."""

    record: dict[str, Any]
    file: Callable[[str], bytes]


Desk: TypeAlias = "LocalDesk | ServerDesk"
"""What commands ask: both answer alike, and raise `ServiceFault` for what is not there or not understood."""


class LocalDesk:
    """The library itself, which this process owns."""

    def __init__(self, library: Library, chosen: Settings) -> None:
        from assistant.collection import Collection

        self.library = library
        self.settings = chosen
        self._collection = Collection(library, catalogue_of(chosen))

    @cached_property
    def engine(self) -> Engine:
        """The engine over the library, made when it is first asked for."""
        return make_engine(self.library, self.settings)

    def ask(self, asked: QuestionRequest) -> Answer:
        """Answers a question."""
        *_, last = self.stream(asked)
        assert isinstance(last, Finished)
        return last.answer

    def stream(self, asked: QuestionRequest) -> Iterator[Event]:
        """An answer while it comes about."""
        scope = scope_of(asked, self.library)
        return self.engine.stream(asked.question, asked.history, asked.language, mode=asked.mode, scope=scope)

    def search(self, text: str, limit: int) -> list[dict[str, Any]]:
        """Passages as `search --json` prints them."""
        return [each.to_json(rank) for rank, each in enumerate(self.engine.search(text, limit), 1)]

    def records(self, *, missing: bool) -> list[dict[str, Any]]:
        """Documents as `list --json` prints them."""
        return [*self._collection.records(), *(self._collection.missing() if missing else ())]

    def read(self, document_id: str) -> Document:
        """A document by its id."""
        return self.library.document(document_id)

    def document(self, name: str, language: str | None, edition: str | None) -> tuple[Document, dict[str, Any]]:
        """A document, and how it stands to others."""
        document = self._collection.one(name, language, edition)
        return document, self._collection.relations(document)

    def meetings(self) -> list[tuple[Meeting, str]]:
        """The meetings, each with how its agenda is called."""
        return [(each, self.library.document(each.document_id).label) for each in self.library.meetings()]

    def status(self) -> dict[str, Any]:
        """What the library holds."""
        return self._collection.status()

    def remove(self, name: str, language: str | None, edition: str | None) -> list[str]:
        """Removes a document's versions; returns their ids."""
        ids = [document.id for document in self._collection.find(name, language, edition)]
        for document_id in ids:
            self.library.remove(document_id)
        return ids

    def confirm(self, name: str, language: str | None) -> list[str]:
        """Confirms that a document's unverified texts are what they say they are; returns their ids."""
        ids = self._collection.unverified(name, language)
        for document_id in ids:
            self.library.confirm(document_id)
        return ids

    def rate(self, rating: Feedback) -> int:
        """Keeps a rating; returns its number."""
        return self.library.add_feedback(rating)

    def ratings(self) -> list[dict[str, Any]]:
        """The ratings that are kept."""
        return [each.to_json() for each in self.library.feedback()]

    def remove_ratings(self, number: int) -> int:
        """Removes the ratings up to a number; returns how many there were."""
        return self.library.remove_feedback(number)

    def cases(self) -> str:
        """The ratings as YAML cases."""
        from assistant.feedback_cases import to_yaml

        return to_yaml(self.library.feedback(), self.library)

    def verify(self) -> list[str]:
        """What is wrong with the library."""
        return self.library.verify()

    def agenda(self, meeting: str, languages: Sequence[str]) -> dict[str, Any]:
        """An agenda against what is held, as `agenda check --json` prints it."""
        from assistant.reports.agenda_check import check_agenda
        from assistant.reports.lookup import agenda_meeting

        with refused(NotHeld):
            latest = agenda_meeting(self.library, meeting)
        return check_agenda(self.library, catalogue_of(self.settings), latest, languages).to_json()

    def write(self, request: PaperRequest, told: Progress) -> Written:
        """A paper."""
        from assistant.paper_requests import file_of

        made = self._made(request, told)

        def file(form: str) -> bytes:
            with refused(ServiceFault):
                return file_of(made, form, self.library, request.spoken(made))

        return Written(made.to_json(), file)

    def draft(self, request: BriefingRequest, told: Progress) -> dict[str, Any]:
        """A briefing, kept as a draft for review: its JSON form."""
        with self._drafts() as drafts:  # that drafts can be kept here is seen before any work is done
            made: Any = self._made(request, told)
            return drafts.add(made).to_json()

    def drafts(self) -> list[dict[str, Any]]:
        """The drafts without their briefings, the latest first: their JSON forms."""
        with self._drafts() as drafts:
            return [each.to_json() for each in drafts.all()]

    def reviewed(self, draft: str) -> Written:
        """A draft with what was done to it, as a file with its state on the cover."""
        from assistant.export.file_formats import render
        from assistant.service.paper_service import reviewed

        with self._drafts() as drafts:
            found = drafts.get(draft)

        def file(form: str) -> bytes:
            with refused(ServiceFault):
                return render(reviewed(found, self.library), form)

        return Written(found.to_json(), file)

    def comment(self, draft: str, text: str, paragraph: int | None) -> None:
        """Comments on a draft, or on one paragraph of it."""
        with self._drafts() as drafts:
            drafts.comment(draft, text, paragraph)

    def move(self, draft: str, state: str) -> dict[str, Any]:
        """Gives a draft another state; returns its JSON form."""
        with self._drafts() as drafts:
            return drafts.move(draft, state).to_json()

    @contextmanager
    def _drafts(self) -> Iterator[Drafts]:
        from assistant.access.access_store import AccessStore
        from assistant.service.paper_service import Drafts

        with AccessStore(self.settings.data_dir, database=self.settings.database_url) as store:
            yield Drafts(store, getpass.getuser(), library=self.library)

    def _made(self, request: PaperRequest, told: Progress) -> Report:
        if request.extra and not is_installed(request.extra):  # said before any work begins
            raise ModuleNotFoundError("scipy is not installed.", name="scipy")
        with refused(NotHeld if request.fault is NotHeld else ServiceFault):
            _, make = request.subject(self)
            return request.part(self.library.retry_if_changed(lambda: make(told, nullcontext)))


@contextmanager
def open_desk(command: str, *, make: bool = False) -> Iterator[Desk]:
    """The library of the settings, made where there is none only if `make` says so, or the server of this machine that owns it."""
    from corpus.library import Library

    with library_or_server(command, make=make) as (found, chosen):
        yield LocalDesk(found, chosen) if isinstance(found, Library) else found


@contextmanager
def library_or_server(command: str, *, make: bool) -> Iterator[tuple[Library | ServerDesk, Settings]]:
    """The library of the settings, made where there is none and `make` says so; where a server of this user's owns it, that."""
    with plain_errors(), ExitStack() as stack:
        chosen = settings()
        found: Library | ServerDesk
        try:
            found = stack.enter_context(open_library(chosen, f"rapporteur {command}", make=make))
        except LibraryBusy:
            from assistant.cli.server_backend import ServerDesk

            server = ServerDesk.found(chosen)
            if server is None:
                raise
            found = stack.enter_context(server)
        yield found, chosen
