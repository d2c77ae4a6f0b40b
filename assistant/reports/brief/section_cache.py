"""Finished sections of a briefing on disk, so that one that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json

from assistant.reports.brief.briefing import Request, Section
from assistant.reports.report_cache import Derived
from corpus.library import Library
from corpus.plain import to_plain

FOLDER = "briefings"
"""Where sections are kept, in the library's folder of what is derived."""
KEPT = 20
"""Unfinished briefings that are kept, those worked on last."""


class Parts:
    """The finished sections of one request in one state of the library. A part is read back only if it is whole and every quote in
    it still is the words of its document."""

    def __init__(self, library: Library, request: Request, state: str) -> None:
        self._library = library
        name = hashlib.sha256(json.dumps([to_plain(request), state], sort_keys=True).encode()).hexdigest()[:24]
        self._kept = Derived(library, FOLDER, name)

    def get(self, key: str) -> Section | None:
        """A section that was finished before, or None."""
        section: Section | None = self._kept.get(key, Section)
        return section if section is not None and section.key == key and self._exact(section) else None

    def put(self, section: Section) -> None:
        """Keeps a section."""
        self._kept.put(section.key, section)

    def clear(self) -> None:
        """Forgets the sections: the briefing is finished; of older ones only the last few are kept."""
        self._kept.clear()
        Derived(self._library, FOLDER).keep(KEPT)

    def _exact(self, section: Section) -> bool:
        held = self._library.keys()
        return all(
            cite.document in held and self._library.document(cite.document).quote(cite.start, cite.end) == cite.quote
            for cite in section.citations
        )
