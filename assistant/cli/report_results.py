"""What the commands that write get: a record, and files of it, from the library or from the server that owns it."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.faults import NotHeld, ServiceFault
from assistant.reports import refused
from corpus.extras import installed

if TYPE_CHECKING:
    from assistant.export.layouts import Report
    from assistant.qa.engine import Engine
    from assistant.reports.brief import Briefing, Request
    from assistant.reports.mandates import Wanted
    from assistant.settings import Settings
    from corpus.library import Library

Progress = Callable[[str, int, int], None]
"""Told what is made next, how many parts are done, and how many there are."""


class Written(NamedTuple):
    """Something written: its stable JSON form, and itself as a file of a format."""

    record: dict[str, Any]
    file: Callable[[str], bytes]


class LocalWriting:
    """Writes from a library that this process owns, as `ServerWriting` has a server write. `engine` makes the engine over it, where
    one is needed. Raises `ServiceFault` for what can't be written."""

    def __init__(self, library: Library, engine: Callable[[], Engine]) -> None:
        self._library, self._engine = library, engine

    def brief(self, request: Request, told: Progress) -> Written:
        """A briefing."""
        return self._written(self._briefing(request, told), request.language)

    def draft(self, request: Request, told: Progress, settings: Settings) -> dict[str, Any]:
        """A briefing, kept as a draft for review: its JSON form."""
        from assistant.access.access_store import AccessStore
        from assistant.service.drafts import Drafts

        made = self._briefing(request, told)
        with AccessStore(settings.data_dir, database=settings.database_url) as store:
            return Drafts(store).add(made, getpass.getuser()).to_json()

    def _briefing(self, request: Request, told: Progress) -> Briefing:
        from assistant.reports.brief import brief

        _need_reports()
        with refused(ServiceFault):
            return brief(self._engine(), request, told)

    def themes(self, language: str, count: int | None, theme: str | None, told: Progress) -> Written:
        """The compendium, or one theme of it."""
        from assistant.reports.themes import themes_of

        _need_reports()
        with refused(ServiceFault):
            made = themes_of(self._engine(), language, count, told)
            return self._written(made if theme is None else made.only(theme), language)

    def compare(self, names: Sequence[str], language: str | None) -> Written:
        """Two or more texts word by word, each with the one before."""
        from assistant.reports.comparison import compare_versions, named

        _need_reports()
        with refused(NotHeld):
            made = compare_versions(self._library, [named(self._library, name, language) for name in names])
        return self._written(made, language or made.language)

    def compare_topic(self, topic: str, names: Sequence[str], language: str | None, told: Progress) -> Written:
        """What documents say on a topic."""
        from assistant.reports.comparison import compare_topic, named

        _need_reports()
        with refused(NotHeld):
            documents = [named(self._library, name, language) for name in names]
        made = compare_topic(self._engine(), topic, documents, language, told)
        return self._written(made, language or made.language)

    def origins(self, name: str, place: str, language: str | None, told: Progress) -> Written:
        """Where the paragraphs of a document come from, or that at one place of it."""
        from assistant.reports.comparison import named, origins_of, place_in

        _need_reports()
        with refused(NotHeld):
            document = named(self._library, name, language)
            locator = place_in(document, place)
        made = origins_of(self._library, document, locator, told)
        return self._written(made, language or made.language)

    def mandates(self, wanted: Wanted, told: Progress) -> Written:
        """The requests and decisions of the resolutions held; also as `csv` and `xlsx`."""
        from assistant.export.spreadsheets import FORMATS, sheet
        from assistant.reports.mandates import list_mandates

        with refused(NotHeld):
            made = list_mandates(self._library, wanted, told)
        written = self._written(made, wanted.language)
        return written._replace(
            file=lambda form: sheet(made, form, wanted.language) if form in FORMATS else written.file(form)
        )

    def _written(self, made: Report, language: str) -> Written:
        from assistant.export import render
        from assistant.export.layouts import publication_of

        def file(form: str) -> bytes:
            with refused(ServiceFault):
                return render(publication_of(made, self._library, language), form)

        return Written(made.to_json(), file)


def _need_reports() -> None:
    """Says before any work begins that what texts are compared with is not installed."""
    if not installed("reports"):
        raise ModuleNotFoundError("scipy is not installed.", name="scipy")
