"""The order of changes to one document by jobs that run at the same time: a file that was sent earlier and takes longer to be read does
not replace one that was sent later, and does not bring back what was removed later, also if the process is killed in between."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from corpus.corpus_errors import readable_errors

REMOVED = ""
"""The hash of a document that is removed. Its file, by its origin, has it too: a text without a symbol is known by that."""


class ChangeOrder:
    """The numbers of unfinished jobs in the order in which they were sent, and what those with a greater number have changed.

    The changes are also in `file`, as long as a job with a smaller number is unfinished.
    """

    def __init__(self, file: Path) -> None:
        self._file, self._guard = file, threading.Lock()
        self._open: set[int] = set()
        self._changes: dict[tuple[str, str], int] = {}
        for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else ():
            with suppress(ValueError):  # a line may be half written: then nothing was changed after it
                document_id, sha256, number = json.loads(line)
                self._changes[document_id, sha256] = number
        self._last = max(self._changes.values(), default=0)

    def next_number(self) -> int:
        """The number of the next job."""
        with self._guard:
            self._last += 1
            return self._last

    def open(self, number: int = 0) -> Turn:
        """Begins a job, with the number that it had in an earlier process, if it had one."""
        number = number or self.next_number()
        with self._guard:
            self._last = max(self._last, number)
            self._open.add(number)
        return Turn(self, number)

    def close(self, number: int) -> None:
        """Ends a job, and forgets what no unfinished job has to know."""
        with self._guard:
            self._open.discard(number)
            self._changes = {key: at for key, at in self._changes.items() if self._is_awaited(at)}
            if not self._changes:
                with suppress(OSError):
                    self._file.unlink()

    def announce(self, number: int, document_id: str, sha256: str) -> None:
        """Tells jobs with a smaller number that a job is about to write a document from a file with this hash, or to remove it (`REMOVED`).
        Raises `LibraryError` where the disk is full."""
        with self._guard:
            if self._is_awaited(number):
                self._changes[document_id, sha256] = max(number, self._changes.get((document_id, sha256), 0))
                with readable_errors(self._file.parent), self._file.open("a", encoding="utf-8") as file:
                    file.write("\n" + json.dumps([document_id, sha256, number]))

    def is_later(self, number: int, document_id: str, sha256: str) -> bool:
        """Whether a stored document is from a file that was sent later than that of a job; whether one that is not stored was removed
        later (`REMOVED`)."""
        with self._guard:
            return self._changes.get((document_id, sha256), 0) > number

    def _is_awaited(self, number: int) -> bool:
        return any(each < number for each in self._open)


@dataclass(frozen=True)
class Turn:
    """The place of one job in the order."""

    order: ChangeOrder
    number: int

    def announce(self, document_id: str, sha256: str) -> None:
        """See `ChangeOrder.announce`."""
        self.order.announce(self.number, document_id, sha256)

    def came_later(self, document_id: str, sha256: str) -> bool:
        """See `ChangeOrder.is_later`."""
        return self.order.is_later(self.number, document_id, sha256)

    def close(self) -> None:
        """See `ChangeOrder.close`."""
        self.order.close(self.number)
