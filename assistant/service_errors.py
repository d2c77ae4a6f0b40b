"""Why the service does not do what it is asked: each kind with its HTTP status, for every door."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.messages import Message, UserFacingError
from corpus.corpus_errors import LibraryError, LibraryFull
from corpus.documents import LANGUAGES

log = logging.getLogger("rapporteur.library")


class ServiceFault(UserFacingError):
    """A request that is not fulfilled; the message is for the person who made it."""

    status = 500
    code = "failed"
    title = "The service could not do this"
    wrong: Sequence[Mapping[str, Any]] = ()
    """What is wrong with a request that is not valid, as pydantic says it."""
    headers: Mapping[str, str] = {}
    """What goes with the reply."""

    def __init__(
        self, name: str | Message, /, *, retry_after: float | None = None, **values: str | float | Callable[[str], str]
    ) -> None:
        super().__init__(name, **values)
        self.retry_after = retry_after
        """Seconds after which it is worth trying again."""

    @property
    def detail(self) -> str:
        """The message in English, for programs."""
        return str(self.message)


class Invalid(ServiceFault):
    """What was sent can't be meant; permanent."""

    status, code, title = 422, "invalid", "The request is not valid"


class Ambiguous(Invalid):
    """What was sent may be read in two ways."""

    status = 400


class NotAuthenticated(ServiceFault):
    """Nobody has said who they are."""

    status, code, title = 401, "not-signed-in", "Sign-in or an API key is needed"


class Forbidden(ServiceFault):
    """The role does not suffice."""

    status, code, title = 403, "forbidden", "Your role does not allow this"


class NotFound(ServiceFault):
    """There is no such thing here."""

    status, code, title = 404, "not-found", "There is no such thing here"


class Conflict(ServiceFault):
    """It can't be done in the present state."""

    status, code, title = 409, "conflict", "This can't be done now"


class TooLarge(ServiceFault):
    """More was sent than is taken."""

    status, code, title = 413, "too-large", "More was sent than is taken"


class TooMany(ServiceFault):
    """This client asks too often; transient."""

    status, code, title = 429, "too-many-requests", "Too many requests"


class Overloaded(ServiceFault):
    """All clients together ask too much, or the service is stopping; transient."""

    status, code, title = 503, "overloaded", "The service is busy"


class TooSlow(ServiceFault):
    """What was to be sent did not come."""

    status, code, title = 408, "too-slow", "The request did not come in time"


class Full(ServiceFault):
    """There is no room for what is to be kept."""

    status, code, title = 507, "full", "There is no room left"


class Unavailable(ServiceFault):
    """What the service stands on does not answer, or is not as it should be."""

    status, code, title = 503, "library", "The library can't be used now"


def stopping() -> Overloaded:
    """What is said to who asks a service that is about to end."""
    return Overloaded("stopping", retry_after=60)


def disk_full() -> Full:
    """What is said to who sends something that there is no room for."""
    return Full("disk-full")


def from_library_error(error: LibraryError, *, trusted: bool) -> ServiceFault:
    """The refusal that an error of the library is. Where its files lie, and why they can't be used, is told to those alone who are
    `trusted` to run it; the log says it in any case."""
    log.error("the library: %s", error)
    if isinstance(error, LibraryFull):
        return Full("said", text=str(error)) if trusted else disk_full()
    return (
        Unavailable("said", text=str(error), retry_after=60) if trusted else Unavailable("library-away", retry_after=60)
    )


def check_language(language: str) -> str:
    """A language code that was given. Raises `Invalid` for what is none of the six."""
    if language not in LANGUAGES:
        raise Invalid("no-language", language=language, languages=", ".join(LANGUAGES))
    return language
