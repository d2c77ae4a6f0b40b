"""What the commands that write get: a record, and files of it, from the library or from the server that owns it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from assistant.faults import NotHeld, ServiceFault

if TYPE_CHECKING:
    from assistant.brief import Request
    from assistant.publish import Publication
    from assistant.qa.engine import Engine
    from corpus.library import Library

Progress = Callable[[str, int, int], None]
"""Told what is made next, how many parts are done, and how many there are."""


class Written(NamedTuple):
    """Something written: its stable JSON form, and itself as a file of a format."""

    record: dict[str, Any]
    file: Callable[[str], bytes]


class Writing(Protocol):
    """What is written. Raises `ServiceFault` for what can't be."""

    def ready(self, form: str, language: str) -> None:
        """Refuses what no file of a format can be made of, before it is made."""
        ...

    def brief(self, request: Request, told: Progress) -> Written:
        """A briefing."""
        ...

    def themes(self, language: str, count: int | None, theme: str | None, told: Progress) -> Written:
        """The compendium, or one theme of it."""
        ...

    def compare(self, names: Sequence[str], language: str | None) -> Written:
        """Two or more texts word by word, each with the one before."""
        ...

    def compare_topic(self, topic: str, names: Sequence[str], language: str | None) -> Written:
        """What documents say on a topic."""
        ...


class LocalWriting:
    """Writes from a library that this process owns. `engine` makes the engine over it, where one is needed."""

    def __init__(self, library: Library, engine: Callable[[], Engine]) -> None:
        self._library, self._engine = library, engine

    def ready(self, form: str, language: str) -> None:
        """Refuses a format whose program, or a language whose font, is not installed."""
        from assistant.publish import PublishError, ready

        try:
            ready(form, language)
        except PublishError as error:
            raise ServiceFault(str(error)) from None

    def brief(self, request: Request, told: Progress) -> Written:
        """A briefing."""
        from assistant.brief import BriefError, brief
        from assistant.brief.paper import publication_of

        try:
            made = brief(self._engine(), request, told)
        except BriefError as error:
            raise ServiceFault(str(error)) from None
        return Written(made.to_json(), lambda form: _file(publication_of(made, self._library), form))

    def themes(self, language: str, count: int | None, theme: str | None, told: Progress) -> Written:
        """The compendium."""
        from assistant.themes import ThemesError, themes_of
        from assistant.themes.paper import publication_of

        try:
            made = themes_of(self._engine(), language, count, told)
            made = made if theme is None else made.only(theme)
        except ThemesError as error:
            raise ServiceFault(str(error)) from None
        return Written(made.to_json(), lambda form: _file(publication_of(made, self._library), form))

    def compare(self, names: Sequence[str], language: str | None) -> Written:
        """Two or more texts word by word, each with the one before."""
        from assistant.compare import CompareError, compare_versions, named
        from assistant.compare.paper import publication_of_texts

        library = self._library
        try:
            made = compare_versions(library, [named(library, name, language) for name in names])
        except CompareError as error:
            raise NotHeld(str(error)) from None
        spoken = language or made.language
        return Written(made.to_json(), lambda form: _file(publication_of_texts(made, library, spoken), form))

    def compare_topic(self, topic: str, names: Sequence[str], language: str | None) -> Written:
        """What documents say on a topic."""
        from assistant.compare import CompareError, compare_topic, named
        from assistant.compare.paper import publication_of_topic

        try:
            documents = [named(self._library, name, language) for name in names]
            made = compare_topic(self._engine(), topic, documents, language)
        except CompareError as error:
            raise NotHeld(str(error)) from None
        spoken = language or made.language
        return Written(made.to_json(), lambda form: _file(publication_of_topic(made, self._library, spoken), form))


def _file(publication: Publication, form: str) -> bytes:
    from assistant.publish import PublishError, render

    try:
        return render(publication, form)
    except PublishError as error:
        raise ServiceFault(str(error)) from None
