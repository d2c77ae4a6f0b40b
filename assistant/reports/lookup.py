"""Which document a name means where the exact text matters."""

from __future__ import annotations

from difflib import get_close_matches

from assistant.reports import ReportError
from corpus.documents import Document
from corpus.library import Library

NEAR, LONGEST = 3, 200
"""How many names that are near are told of one that nobody has, and how many characters of that are looked at."""


def named(library: Library, name: str, language: str | None = None) -> Document:
    """The document of a name exactly, in a language, in English or in any; no digest where there is another text.
    Raises `ReportError`."""
    found = library.find(name)
    if language is not None and found and not any(each.language == language for each in found):
        held = ", ".join(sorted({each.language for each in found}))
        raise ReportError(f"{name} is not held in {language!r}; it is held in {held}.")
    if not found:
        raise ReportError(f"No document {name[:LONGEST]!r} is held.{_near(library, name)}")
    wanted = language or "en"
    return min(
        found, key=lambda each: (each.edition == "digest", each.language != wanted, each.part is not None, each.id)
    )


def _near(library: Library, name: str) -> str:
    """What is held under names that are near to one, as a sentence."""
    called = {each.casefold(): header.key for header in library.headers()
              for each in (header.title, header.short, header.slug, header.key) if each}  # fmt: skip
    near = get_close_matches(name.strip()[:LONGEST].casefold(), called, NEAR)
    keys = list(dict.fromkeys(called[each] for each in near))
    return f" Near to it: {'; '.join(keys)}." if keys else ""
