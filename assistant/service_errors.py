"""Errors of the service, each with its HTTP status, for all interfaces."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.messages import Message, UserFacingError
from corpus.corpus_errors import ConcurrentChange, LibraryError, LibraryFull
from corpus.documents import LANGUAGES

log = logging.getLogger("rapporteur.library")


class ServiceFault(UserFacingError):
    """A request was refused or failed; the message is for the user who made it."""

    status = 500
    code = "failed"
    title = "The service could not do this"
    wrong: Sequence[Mapping[str, Any]] = ()
    """Validation errors of the request, in pydantic's form."""
    headers: Mapping[str, str] = {}
    """Additional headers of the reply."""

    def __init__(
        self, name: str | Message, /, *, retry_after: float | None = None, **values: str | float | Callable[[str], str]
    ) -> None:
        super().__init__(name, **values)
        self.retry_after = retry_after
        """Seconds after which the client may try again; None where that is pointless."""

    @property
    def detail(self) -> str:
        """The message in English, for programs."""
        return str(self.message)


class Invalid(ServiceFault):
    """The request is invalid; permanent."""

    status, code, title = 422, "invalid", "The request is not valid"


class Ambiguous(Invalid):
    """The request can be parsed in two ways."""

    status = 400


class NotAuthenticated(ServiceFault):
    """The operation needs a key or a sign-in."""

    status, code, title = 401, "not-signed-in", "Sign-in or an API key is needed"


class Forbidden(ServiceFault):
    """The caller's role does not suffice."""

    status, code, title = 403, "forbidden", "Your role does not allow this"


class NotFound(ServiceFault):
    """What the request refers to does not exist here."""

    status, code, title = 404, "not-found", "Not found"


class Conflict(ServiceFault):
    """The operation is not possible in the present state."""

    status, code, title = 409, "conflict", "This cannot be done now"


class TooLarge(ServiceFault):
    """The request is larger than allowed."""

    status, code, title = 413, "too-large", "The request is too large"


class TooMany(ServiceFault):
    """The client makes too many requests; transient."""

    status, code, title = 429, "too-many-requests", "Too many requests"


class Overloaded(ServiceFault):
    """All clients together make too many requests, or the service is stopping; transient."""

    status, code, title = 503, "overloaded", "The service is busy"


class TooSlow(ServiceFault):
    """The request did not arrive in time."""

    status, code, title = 408, "too-slow", "The request did not arrive in time"


class Full(ServiceFault):
    """The disk is full."""

    status, code, title = 507, "full", "The disk is full"


class Unavailable(ServiceFault):
    """Something that the service depends on (library, worker process) does not work."""

    status, code, title = 503, "library", "The library cannot be used now"


def stopping() -> Overloaded:
    """The refusal of a request while the service is stopping."""
    return Overloaded("stopping", retry_after=60)


def from_library_error(error: LibraryError, *, trusted: bool) -> ServiceFault:
    """Converts an error of the library. Its message, which may contain paths, is logged, and shown to `trusted` callers only."""
    if isinstance(error, ConcurrentChange):
        return Conflict("said", text=str(error))
    log.error("the library: %s", error)
    if isinstance(error, LibraryFull):
        return Full("said", text=str(error)) if trusted else Full("disk-full")
    return (
        Unavailable("said", text=str(error), retry_after=60) if trusted else Unavailable("library-away", retry_after=60)
    )


def check_language(language: str) -> str:
    """Returns a valid language code. Raises `Invalid` for any but the six."""
    if language not in LANGUAGES:
        raise Invalid("no-language", language=language, languages=", ".join(LANGUAGES))
    return language
