"""Outcomes of the ingestion of files, and its progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corpus.documents import Document
from corpus.store import Header

Result = Literal["added", "replaced", "skipped", "unchanged", "refused", "removed"]


@dataclass(frozen=True)
class Outcome:
    """The outcome of one file.

    `header` is the document of the file that is now in the library; for a skipped file, the one that is stored instead;
    for a removed one, the document that was removed. `document` is set where the file was read and its document
    written. `from_earlier_run` says that the file was not read, since an earlier run had refused or skipped it."""

    name: str
    result: Result
    document: Document | None = None
    passages: int = 0
    reason: str = ""
    header: Header | None = None
    from_earlier_run: bool = False


@dataclass(frozen=True)
class Progress:
    """Progress of ingestion: the current file, how many of its passages are embedded, how many files are done."""

    name: str
    done: int
    total: int
    files: int = 0
    """Number of files that are done."""
