"""Which document a name means where the exact text matters."""

from __future__ import annotations

from corpus.documents import Document
from corpus.library import Library


class CompareError(ValueError):
    """A comparison that can't be made; the message says why and what to do."""


def named(library: Library, name: str, language: str | None = None) -> Document:
    """The document of a name exactly, in a language, in English or in any; no digest where there is another text.
    Raises `CompareError`."""
    found = library.find(name)
    if language is not None and found and not any(each.language == language for each in found):
        held = ", ".join(sorted({each.language for each in found}))
        raise CompareError(f"{name} is not held in {language!r}; it is held in {held}.")
    if not found:
        raise CompareError(f"No document {name!r} is held.")
    wanted = language or "en"
    return min(
        found, key=lambda each: (each.edition == "digest", each.language != wanted, each.part is not None, each.id)
    )
