"""What the commands that write get: a record, and files of it, from the library or from the server that owns it."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.faults import NotHeld, ServiceFault

if TYPE_CHECKING:
    from assistant.brief import Briefing, Request
    from assistant.mandates import Wanted
    from assistant.qa.engine import Engine
    from assistant.service.writing import Made
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
        from assistant.access.store import AccessStore
        from assistant.service.drafts import Drafts

        made = self._briefing(request, told)
        with AccessStore(settings.data_dir, database=settings.database_url) as store:
            return Drafts(store).add(made, getpass.getuser()).to_json()

    def _briefing(self, request: Request, told: Progress) -> Briefing:
        from assistant.brief import BriefError, brief

        try:
            return brief(self._engine(), request, told)
        except BriefError as error:
            raise ServiceFault(str(error)) from None

    def themes(self, language: str, count: int | None, theme: str | None, told: Progress) -> Written:
        """The compendium, or one theme of it."""
        from assistant.themes import ThemesError, themes_of

        try:
            made = themes_of(self._engine(), language, count, told)
            made = made if theme is None else made.only(theme)
        except ThemesError as error:
            raise ServiceFault(str(error)) from None
        return self._written(made, language)

    def compare(self, names: Sequence[str], language: str | None) -> Written:
        """Two or more texts word by word, each with the one before."""
        from assistant.compare import CompareError, compare_versions, named

        library = self._library
        try:
            made = compare_versions(library, [named(library, name, language) for name in names])
        except CompareError as error:
            raise NotHeld(str(error)) from None
        return self._written(made, language or made.language)

    def compare_topic(self, topic: str, names: Sequence[str], language: str | None, told: Progress) -> Written:
        """What documents say on a topic."""
        from assistant.compare import CompareError, compare_topic, named

        try:
            documents = [named(self._library, name, language) for name in names]
            made = compare_topic(self._engine(), topic, documents, language, told)
        except CompareError as error:
            raise NotHeld(str(error)) from None
        return self._written(made, language or made.language)

    def origins(self, name: str, place: str, language: str | None, told: Progress) -> Written:
        """Where the paragraphs of a document come from, or that at one place of it."""
        from assistant.compare import CompareError, named, origins_of, place_in

        library = self._library
        try:
            document = named(library, name, language)
            locator = place_in(document, place)
        except CompareError as error:
            raise NotHeld(str(error)) from None
        made = origins_of(library, document, locator, told)
        return self._written(made, language or made.language)

    def mandates(self, wanted: Wanted, told: Progress) -> Written:
        """The requests and decisions of the resolutions held; also as `csv` and `xlsx`."""
        from assistant.compare import CompareError
        from assistant.mandates import MandatesError, list_mandates

        try:
            made = list_mandates(self._library, wanted, told)
        except (CompareError, MandatesError) as error:
            raise NotHeld(str(error)) from None
        return self._written(made, wanted.language)

    def _written(self, made: Made, language: str) -> Written:
        from assistant.mandates.sheets import FORMATS, sheet
        from assistant.publish import PublishError, render
        from assistant.service.writing import publication_of

        def file(form: str) -> bytes:
            if form in FORMATS:
                return sheet(made, form, language)  # type: ignore[arg-type]  # the commands offer it for these alone
            try:
                return render(publication_of(made, self._library, language), form)
            except PublishError as error:
                raise ServiceFault(str(error)) from None

        return Written(made.to_json(), file)
