"""What becomes of files that are ingested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corpus.documents import Document
from corpus.store import Header

Result = Literal["added", "replaced", "skipped", "unchanged", "refused", "removed"]


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    `header` is the document that the library now holds of it; of a skipped file, the one that it holds instead; of
    a removed one, what it held. `document` is there where the file was read and its document written. `before` says
    that the file was not read, since it had been refused or skipped when last it was.
    """

    name: str
    result: Result
    document: Document | None = None
    passages: int = 0
    reason: str = ""
    header: Header | None = None
    before: bool = False


@dataclass(frozen=True)
class Progress:
    """Where ingestion stands: the file in hand, how many of its passages are embedded, how many files are done."""

    name: str
    done: int
    total: int
    files: int = 0
    """Files that are done."""
