"""Papers made from the documents in the library: briefings, comparisons, themes, mandates, the check of an agenda."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from assistant.messages import UserFacingError
from corpus.extras import hide_paths

Progress = Callable[[str, int, int], None]
"""Called with the name of the part that is made next, the number of parts that are done, and the total."""


def no_progress(_part: str, _done: int, _total: int) -> None:
    """Ignore the progress of a report."""


class ReportError(UserFacingError, ValueError):
    """A report that can't be made. The message says what is missing, which names are similar, and what to do."""


@contextmanager
def report_errors_as(error_type: type[UserFacingError]) -> Iterator[None]:
    """Raise a `ReportError` of the block as another error, without paths: the caller may be on another machine."""
    try:
        yield
    except ReportError as error:
        message = error.message
        texts = {name: hide_paths(value) if isinstance(value, str) else value for name, value in message.values.items()}
        raise error_type(replace(message, values=texts)) from None
