"""Texts of the user interface in the six official languages: the gettext catalogues in `assistant/locale`."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Literal

Domain = Literal["answers", "messages", "page", "papers", "reasons"]


@lru_cache(maxsize=64)
def texts(domain: Domain, language: str) -> dict[str, str]:
    """Loads the texts of a catalogue in a language by name (gettext context), in the order of the template, which has the English.
    Untranslated and fuzzy texts are in English."""
    from babel.messages.pofile import read_po  # slow to import

    path = f"{domain}.pot" if language == "en" else f"{language}/LC_MESSAGES/{domain}.po"
    with (files("assistant") / "locale" / path).open("rb") as file:
        found = [each for each in read_po(file) if each.context]
    return {each.context: each.string if each.string and not each.fuzzy else each.id for each in found}
