"""Questions to begin with, taken from what is held: the agenda's items, and the index of what people ask."""

from __future__ import annotations

import hashlib

from corpus.library import Library

_SHORT, _LONG = 24, 64
_ENDS = "?؟？"


def examples(library: Library, most: int = 6) -> list[str]:
    """A few questions that the documents held are known to answer, in several languages; the same ones until they change."""
    found: list[str] = []
    for meeting in library.meetings()[:1]:
        numbers = [item.number for item in meeting.items if item.documentation]
        if numbers and meeting.sittings:
            found.append(f"When is item {numbers[-1]} taken up?")
            found.append(f"Which documents are there for item {numbers[0]}?")
    for language, count in (("en", 2), ("fr", 1), ("ar", 1), ("zh", 1)):
        phrases = [
            phrase
            for phrase in library.subject_phrases(language)
            if phrase.rstrip()[-1:] in _ENDS
            and (_SHORT <= len(phrase) <= _LONG or language == "zh")
            and not library.gap_homes(phrase)
        ]
        found += sorted(phrases, key=lambda phrase: hashlib.sha256(phrase.encode()).digest())[:count]
    return list(dict.fromkeys(found))[:most]
