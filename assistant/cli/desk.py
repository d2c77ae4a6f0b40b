"""Where a command gets what it shows: from the library, or from the server that owns it on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from assistant.cli.report_results import LocalWriting
from assistant.cli.session import plain_errors, settings
from assistant.faults import NotHeld
from assistant.opening import catalogue_of, make_engine, open_library
from assistant.reports import refused
from assistant.settings import Settings
from corpus.corpus_errors import LibraryBusy

if TYPE_CHECKING:
    from assistant.cli.server_desk import ServerDesk
    from assistant.qa.answer import Answer, Event, Mode
    from assistant.qa.engine import Engine
    from assistant.qa.scope import Scope
    from corpus.documents import Document
    from corpus.feedback import Feedback
    from corpus.library import Library
    from corpus.meetings import Meeting


class Asked(NamedTuple):
    """An answer, and its stable JSON form."""

    answer: Answer
    record: dict[str, Any]


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

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        language: str | None = None,
        mode: Mode | None = None,
        scope: Scope | None = None,
    ) -> Asked:
        """Answers a question."""
        if scope is not None and (why := scope.unknown(self.library)) is not None:
            raise NotHeld(why)
        answer = self.engine.ask(question, history, language, mode=mode, scope=scope)
        return Asked(answer, answer.to_json())

    def stream(self, question: str, history: Sequence[str] = (), mode: Mode | None = None) -> Iterator[Event]:
        """An answer while it comes about."""
        return self.engine.stream(question, history, mode=mode)

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
        from assistant.rated_cases import to_yaml

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

    @property
    def writing(self) -> LocalWriting:
        """Briefings, themes, comparisons."""
        return LocalWriting(self.library, lambda: self.engine)


@contextmanager
def open_desk(command: str) -> Iterator[Desk]:
    """The library of the settings, or the server of this machine that owns it."""
    from corpus.library import Library

    with library_or_server(command) as (found, chosen):
        yield LocalDesk(found, chosen) if isinstance(found, Library) else found


@contextmanager
def library_or_server(command: str) -> Iterator[tuple[Library | ServerDesk, Settings]]:
    """The library of the settings; where a server of this user's owns it, that."""
    with plain_errors(), ExitStack() as stack:
        chosen = settings()
        found: Library | ServerDesk
        try:
            found = stack.enter_context(open_library(chosen, f"rapporteur {command}"))
        except LibraryBusy:
            from assistant.cli.server_desk import ServerDesk

            server = ServerDesk.found(chosen)
            if server is None:
                raise
            found = stack.enter_context(server)
        yield found, chosen
