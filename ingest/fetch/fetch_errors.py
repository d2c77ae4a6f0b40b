"""What can go wrong when documents are fetched; each class says what the caller should do."""

from __future__ import annotations


class FetchError(Exception):
    """A document that was not had; the message says why, for people."""


class NotPublished(FetchError):
    """The service has nothing in this language and format. Permanent for now: ask for another."""


class Refused(FetchError):
    """What the service sends can't be taken. Permanent: another format may do, asking again won't."""


class TryLater(FetchError):
    """Transient: ask again, after `after` seconds where the service says so."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class ServiceAway(TryLater):
    """Transient, and not about one document: ask the service for nothing else until later."""
