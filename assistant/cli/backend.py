"""Backends of the command line: the library itself, or the local server that owns it."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from assistant.cli.command_run import command_settings, plain_errors
from assistant.engine_factory import load_catalogue, make_engine, open_library
from assistant.qa.answer import Answer, Event, Finished
from assistant.question_request import QuestionRequest, scope_of
from assistant.reports import Progress, report_errors_as
from assistant.service_errors import NotFound, ServiceFault
from assistant.settings import Settings
from corpus.corpus_errors import LibraryBusy
from corpus.extras import is_installed

if TYPE_CHECKING:
    from assistant.cli.server_backend import ServerBackend
    from assistant.export.layouts import Report
    from assistant.paper_requests import BriefingRequest, PaperRequest
    from assistant.qa.engine import Engine
    from assistant.service.paper_service import Drafts
    from corpus.documents import Document
    from corpus.feedback import Feedback
    from corpus.library import Library
    from corpus.meetings import Meeting


class PaperResult(NamedTuple):
    """A generated paper: its stable JSON form, and a function that renders it as a file of a format."""

    record: dict[str, Any]
    file: Callable[[str], bytes]


Backend: TypeAlias = "LibraryBackend | ServerBackend"
"""Both have the same methods and results, and raise `ServiceFault` for what does not exist or is invalid."""


class LibraryBackend:
    """Backend over a library that this process owns."""

    def __init__(self, library: Library, settings: Settings) -> None:
        from assistant.collection import Collection

        self.library = library
        self.settings = settings
        self._catalogue = load_catalogue(settings)
        self._collection = Collection(library, self._catalogue)

    @cached_property
    def engine(self) -> Engine:
        """The engine over the library, created on first use."""
        return make_engine(self.library, self.settings)

    def ask(self, request: QuestionRequest) -> Answer:
        """Answers a question."""
        *_, last = self.stream(request)
        assert isinstance(last, Finished)
        return last.answer

    def stream(self, request: QuestionRequest) -> Iterator[Event]:
        """Yields the events of an answer as they occur."""
        scope = scope_of(request, self.library)
        return self.engine.stream(request.question, request.history, request.language, mode=request.mode, scope=scope)

    def search(self, text: str, limit: int) -> list[dict[str, Any]]:
        """Finds passages, in the form that `search --json` prints."""
        return [each.to_json(rank) for rank, each in enumerate(self.engine.search(text, limit), 1)]

    def records(self, *, missing: bool) -> list[dict[str, Any]]:
        """Lists documents, in the form that `list --json` prints."""
        return [*self._collection.records(), *(self._collection.missing() if missing else ())]

    def read(self, document_id: str) -> Document:
        """Returns a document by its id."""
        return self.library.document(document_id)

    def document(self, name: str, language: str | None, edition: str | None) -> tuple[Document, dict[str, Any]]:
        """Returns a document and its relations to other documents."""
        document = self._collection.current_version(name, language, edition)
        return document, self._collection.relations(document)

    def meetings(self) -> list[tuple[Meeting, str]]:
        """Lists the meetings, each with the label of its agenda."""
        return [(each, self.library.document(each.document_id).label) for each in self.library.meetings()]

    def status(self) -> dict[str, Any]:
        """Counts of what the library contains."""
        return self._collection.status()

    def remove(self, name: str, language: str | None, edition: str | None) -> list[str]:
        """Removes a document's versions; returns their ids."""
        ids = [document.id for document in self._collection.find(name, language, edition)]
        for document_id in ids:
            self.library.remove(document_id)
        return ids

    def confirm(self, name: str, language: str | None, sha256: str | None) -> list[str]:
        """Marks the unverified texts of a document as verified; returns their ids."""
        found = self._collection.unverified(name, language, sha256)
        for document_id, stored in found.items():
            self.library.confirm(document_id, stored)
        return [*found]

    def rate(self, rating: Feedback) -> int:
        """Stores a rating; returns its number."""
        return self.library.add_feedback(rating)

    def ratings(self) -> list[dict[str, Any]]:
        """Lists the stored ratings."""
        return [each.to_json() for each in self.library.feedback()]

    def remove_ratings(self, number: int) -> int:
        """Removes the ratings up to a number; returns how many were removed."""
        return self.library.remove_feedback(number)

    def cases(self) -> str:
        """Exports the ratings as YAML cases."""
        from assistant.feedback_cases import to_yaml

        return to_yaml(self.library.feedback(), self.library)

    def verify(self) -> list[str]:
        """Checks the library; returns its faults."""
        return self.library.verify()

    def agenda(self, meeting: str, languages: Sequence[str]) -> dict[str, Any]:
        """Compares an agenda with the documents in the library, in the form that `agenda check --json` prints."""
        from assistant.reports.agenda_check import check_agenda
        from assistant.reports.lookup import find_meeting

        with report_errors_as(NotFound):
            latest = find_meeting(self.library, meeting)
        return check_agenda(self.library, self._catalogue, latest, languages).to_json()

    def write(self, request: PaperRequest, progress: Progress) -> PaperResult:
        """Generates a paper; `progress` is called before each part."""
        from assistant.paper_requests import render_file

        made = self._make(request, progress)

        def file(form: str) -> bytes:
            with report_errors_as(ServiceFault):
                return render_file(made, form, self.library, request.output_language(made))

        return PaperResult(made.to_json(), file)

    def draft(self, request: BriefingRequest, progress: Progress) -> dict[str, Any]:
        """Generates a briefing and stores it as a draft for review; returns its JSON form."""
        with self._drafts() as drafts:  # opened first: fails before any work where drafts cannot be stored
            made: Any = self._make(request, progress)
            return drafts.add(made).to_json()

    def drafts(self) -> list[dict[str, Any]]:
        """Lists the drafts without their briefings, latest first, in their JSON forms."""
        with self._drafts() as drafts:
            return [each.to_json() for each in drafts.all()]

    def reviewed(self, draft: str) -> PaperResult:
        """Returns a draft with its events; as a file, its state is on the cover."""
        from assistant.export.file_formats import render
        from assistant.service.paper_service import review_publication

        with self._drafts() as drafts:
            found = drafts.get(draft)

        def file(form: str) -> bytes:
            with report_errors_as(ServiceFault):
                return render(review_publication(found, self.library), form)

        return PaperResult(found.to_json(), file)

    def comment(self, draft: str, text: str, paragraph: int | None) -> None:
        """Comments on a draft, or on one paragraph of it."""
        with self._drafts() as drafts:
            drafts.comment(draft, text, paragraph)

    def move(self, draft: str, state: str) -> dict[str, Any]:
        """Changes the state of a draft; returns its JSON form."""
        with self._drafts() as drafts:
            return drafts.move(draft, state).to_json()

    @contextmanager
    def _drafts(self) -> Iterator[Drafts]:
        from assistant.access.access_store import AccessStore
        from assistant.service.paper_service import Drafts

        with AccessStore(self.settings.data_dir, database=self.settings.database_url) as store:
            yield Drafts(store, getpass.getuser(), library=self.library)

    def _make(self, request: PaperRequest, progress: Progress) -> Report:
        if request.extra and not is_installed(request.extra):  # fail before any work begins
            raise ModuleNotFoundError("scipy is not installed.", name="scipy")
        with report_errors_as(NotFound if request.fault is NotFound else ServiceFault):
            _, make = request.prepare(self)
            return request.select_part(self.library.retry_if_changed(lambda: make(progress, nullcontext)))


@contextmanager
def open_backend(command: str, *, make: bool = False) -> Iterator[Backend]:
    """Opens the library of the settings, or connects to the local server that owns it. `make`: create the library if there is none."""
    from corpus.library import Library

    with library_or_server(command, make=make) as (source, settings):
        yield LibraryBackend(source, settings) if isinstance(source, Library) else source


@contextmanager
def library_or_server(command: str, *, make: bool) -> Iterator[tuple[Library | ServerBackend, Settings]]:
    """Opens the library of the settings, created if missing and `make` is set; where a server of this user owns it, the server."""
    with plain_errors(), ExitStack() as stack:
        settings = command_settings()
        source: Library | ServerBackend
        try:
            source = stack.enter_context(open_library(settings, f"rapporteur {command}", make=make))
        except LibraryBusy:
            from assistant.cli.server_backend import ServerBackend

            server = ServerBackend.find(settings)
            if server is None:
                raise
            source = stack.enter_context(server)
        yield source, settings
