"""What is written from the documents held: briefings, comparisons, themes, mandates, the check of an agenda."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from assistant.messages import UserFacingError
from corpus.extras import unplaced

Progress = Callable[[str, int, int], None]
"""Told what is made next, how many parts are done, and how many there are."""


def silent(_part: str, _done: int, _total: int) -> None:
    """Tells nobody of a progress."""


class ReportError(UserFacingError, ValueError):
    """A report that can't be made; the message says what is missing, what of it is near, and what to do."""


@contextmanager
def refused(fault: type[UserFacingError]) -> Iterator[None]:
    """Says as a fault why a report, or a file of it, can't be made: not where the program lies, since who asks may be anywhere."""
    try:
        yield
    except ReportError as error:
        said = error.message
        texts = {name: unplaced(each) if isinstance(each, str) else each for name, each in said.values.items()}
        raise fault(replace(said, values=texts)) from None
