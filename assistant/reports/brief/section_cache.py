"""Finished sections of a briefing on disk, so that one that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from contextlib import suppress

from assistant.reports.brief.briefing import Request, Section
from corpus.documents import Document
from corpus.faults import LibraryFull, plainly
from corpus.files import write_whole
from corpus.library import DERIVED, Library
from corpus.plain import PlainError, from_plain, to_plain

FOLDER = "briefings"
"""Where sections are kept, in the library's folder of what is derived."""
VERSION = 3
"""Raised with a change that makes other sections of the same documents."""
KEPT = 20
"""Unfinished briefings that are kept, those worked on last."""


def state_of(library: Library, settings: Sequence[object] = ()) -> str:
    """A short hash of all that a briefing depends on: what is held and how it is searched, and the settings given."""
    digest = hashlib.sha256(repr((VERSION, sorted(library.stamp().items()), tuple(settings))).encode())
    for header in library.each_header():
        digest.update(f"{header.id}\0{header.sha256}\0{header.reader}\0{header.unverified:d}\n".encode())
    return digest.hexdigest()[:16]


class Parts:
    """The finished sections of one request in one state of the library, in a folder of the library's own.

    A part is read back only if it is whole and every quote in it still is the words of its document.
    """

    def __init__(self, library: Library, request: Request, state: str) -> None:
        self._library = library
        name = hashlib.sha256(json.dumps([to_plain(request), state], sort_keys=True).encode()).hexdigest()[:24]
        self._folder = library.folder / DERIVED / FOLDER / name

    def get(self, key: str) -> Section | None:
        """A section that was finished before, or None."""
        try:
            data = json.loads((self._folder / f"{key}.json").read_text(encoding="utf-8"))
            section: Section = from_plain(Section, data, "the section")
        except (OSError, ValueError, PlainError):
            return None
        return section if section.key == key and self._exact(section) else None

    def put(self, section: Section) -> None:
        """Keeps a section, whole or not at all. Where there is no room it is made again, should it be asked for."""
        with suppress(LibraryFull), plainly(self._library.folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps(to_plain(section), ensure_ascii=False)
            write_whole(self._folder / f"{section.key}.json", text.encode())

    def clear(self) -> None:
        """Forgets the sections: the briefing is finished; of older ones only the last few are kept."""
        shutil.rmtree(self._folder, ignore_errors=True)
        home = self._folder.parent
        with suppress(OSError):
            kept = sorted((path for path in home.iterdir() if path.is_dir()), key=lambda path: -path.stat().st_mtime)
            for old in kept[KEPT:]:
                shutil.rmtree(old, ignore_errors=True)

    def _exact(self, section: Section) -> bool:
        held = self._library.keys()
        documents: dict[str, Document] = {}
        for cite in section.citations:
            if cite.document not in held:
                return False
            document = documents.setdefault(cite.document, self._library.document(cite.document))
            if document.quote(cite.start, cite.end) != cite.quote:
                return False
        return True
