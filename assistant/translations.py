"""What Rapporteur says itself, by name, in the six official languages: the gettext catalogues in `assistant/locale`."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Literal

Domain = Literal["answers", "messages", "page", "papers", "reasons"]


@lru_cache(maxsize=64)
def texts(domain: Domain, language: str) -> dict[str, str]:
    """What a catalogue says in a language by its names, which are the contexts there, in the order of the template; the English is what the
    template has to be translated. What is not translated, or not for certain (fuzzy), is in English."""
    from babel.messages.pofile import read_po  # not before something is said

    path = f"{domain}.pot" if language == "en" else f"{language}/LC_MESSAGES/{domain}.po"
    with (files("assistant") / "locale" / path).open("rb") as file:
        found = [each for each in read_po(file) if each.context]
    return {each.context: each.string if each.string and not each.fuzzy else each.id for each in found}
