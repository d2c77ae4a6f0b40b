"""What the commands that write get: a record, and files of it, from the library or from the server that owns it."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from assistant.faults import NotHeld, ServiceFault

if TYPE_CHECKING:
    from assistant.export import Publication
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


class Writing(Protocol):
    """What is written. Raises `ServiceFault` for what can't be."""

    def brief(self, request: Request, told: Progress) -> Written:
        """A briefing."""
        ...

    def draft(self, request: Request, told: Progress, settings: Settings) -> dict[str, Any]:
        """A briefing, kept as a draft for review: its JSON form."""
        ...

    def themes(self, language: str, count: int | None, theme: str | None, told: Progress) -> Written:
        """The compendium, or one theme of it."""
        ...

    def compare(self, names: Sequence[str], language: str | None) -> Written:
        """Two or more texts word by word, each with the one before."""
        ...

    def compare_topic(self, topic: str, names: Sequence[str], language: str | None, told: Progress) -> Written:
        """What documents say on a topic."""
        ...

    def origins(self, name: str, place: str, language: str | None, told: Progress) -> Written:
        """Where the paragraphs of a document come from, or that at one place of it."""
        ...

    def mandates(self, wanted: Wanted, told: Progress) -> Written:
        """The requests and decisions of the resolutions held; also as `csv` and `xlsx`."""
        ...


class LocalWriting:
    """Writes from a library that this process owns. `engine` makes the engine over it, where one is needed."""

    def __init__(self, library: Library, engine: Callable[[], Engine]) -> None:
        self._library, self._engine = library, engine

    def brief(self, request: Request, told: Progress) -> Written:
        """A briefing."""
        from assistant.export.brief_layout import publication_of

        made = self._briefing(request, told)
        return Written(made.to_json(), lambda form: _file(publication_of(made, self._library), form))

    def draft(self, request: Request, told: Progress, settings: Settings) -> dict[str, Any]:
        """A briefing, kept as a draft for review: its JSON form."""
        from assistant.access.store import AccessStore
        from assistant.service.drafts import Drafts

        made = self._briefing(request, told)
        with AccessStore(settings.data_dir, database=settings.database_url) as store:
            return Drafts(store).add(made, getpass.getuser()).to_json()

    def _briefing(self, request: Request, told: Progress) -> Briefing:
        from assistant.reports.brief import BriefError, brief

        try:
            return brief(self._engine(), request, told)
        except BriefError as error:
            raise ServiceFault(str(error)) from None

    def themes(self, language: str, count: int | None, theme: str | None, told: Progress) -> Written:
        """The compendium, or one theme of it."""
        from assistant.export.theme_layout import publication_of
        from assistant.reports.themes import ThemesError, themes_of

        try:
            made = themes_of(self._engine(), language, count, told)
            made = made if theme is None else made.only(theme)
        except ThemesError as error:
            raise ServiceFault(str(error)) from None
        return Written(made.to_json(), lambda form: _file(publication_of(made, self._library), form))

    def compare(self, names: Sequence[str], language: str | None) -> Written:
        """Two or more texts word by word, each with the one before."""
        from assistant.export.comparison_layout import publication_of_texts
        from assistant.reports.comparison import CompareError, compare_versions, named

        library = self._library
        try:
            made = compare_versions(library, [named(library, name, language) for name in names])
        except CompareError as error:
            raise NotHeld(str(error)) from None
        spoken = language or made.language
        return Written(made.to_json(), lambda form: _file(publication_of_texts(made, library, spoken), form))

    def compare_topic(self, topic: str, names: Sequence[str], language: str | None, told: Progress) -> Written:
        """What documents say on a topic."""
        from assistant.export.comparison_layout import publication_of_topic
        from assistant.reports.comparison import CompareError, compare_topic, named

        try:
            documents = [named(self._library, name, language) for name in names]
            made = compare_topic(self._engine(), topic, documents, language, told)
        except CompareError as error:
            raise NotHeld(str(error)) from None
        spoken = language or made.language
        return Written(made.to_json(), lambda form: _file(publication_of_topic(made, self._library, spoken), form))

    def origins(self, name: str, place: str, language: str | None, told: Progress) -> Written:
        """Where the paragraphs of a document come from, or that at one place of it."""
        from assistant.export.comparison_layout import publication_of_origins
        from assistant.reports.comparison import CompareError, named, origins_of, place_in

        library = self._library
        try:
            document = named(library, name, language)
            locator = place_in(document, place)
        except CompareError as error:
            raise NotHeld(str(error)) from None
        made = origins_of(library, document, locator, told)
        spoken = language or made.language
        return Written(made.to_json(), lambda form: _file(publication_of_origins(made, library, spoken), form))

    def mandates(self, wanted: Wanted, told: Progress) -> Written:
        """The requests and decisions of the resolutions held; also as `csv` and `xlsx`."""
        from assistant.export.mandate_layout import publication_of
        from assistant.export.spreadsheets import FORMATS, sheet
        from assistant.reports.comparison import CompareError
        from assistant.reports.mandates import MandatesError, list_mandates

        library, language = self._library, wanted.language
        try:
            made = list_mandates(library, wanted, told)
        except (CompareError, MandatesError) as error:
            raise NotHeld(str(error)) from None

        def file(form: str) -> bytes:
            return (
                sheet(made, form, language) if form in FORMATS else _file(publication_of(made, library, language), form)
            )

        return Written(made.to_json(), file)


def _file(publication: Publication, form: str) -> bytes:
    from assistant.export import PublishError, render

    try:
        return render(publication, form)
    except PublishError as error:
        raise ServiceFault(str(error)) from None
