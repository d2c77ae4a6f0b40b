"""Errors of fetching documents; each class says what the caller should do."""

from __future__ import annotations


class FetchError(Exception):
    """A document could not be fetched; the message says why, for people."""


class NotPublished(FetchError):
    """The service has nothing in this language and format. Permanent for now: request another."""


class Refused(FetchError):
    """The response of the service can't be accepted. Permanent: another format may work, a repeated request won't."""


class TryLater(FetchError):
    """Temporary: request it again, after `after` seconds where the service says so."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class ServiceUnavailable(TryLater):
    """Temporary, and not about one document: send the service no other request until later."""
