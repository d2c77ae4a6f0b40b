"""Labels of the page in the six official languages, and the language of a reader."""

from __future__ import annotations

import json
import re
from contextlib import suppress

from starlette.requests import HTTPConnection

from assistant.answer_phrases import isolated
from assistant.translations import texts
from corpus.calendar_names import language_name
from corpus.documents import LANGUAGES

LANGUAGE_NAMES = {each: language_name(each, each).capitalize() for each in LANGUAGES}
"""The name of each language in itself."""
COOKIE = "rapporteur_language"
"""Cookie with the language that a reader has chosen."""
MAX_WISHES = 20
"""Most values of such a header that are parsed."""
_MARK = re.compile(rb"@@([a-z_-]+)@@")


def word(name: str, language: str, **values: object) -> str:
    """Formats a label in a language."""
    return words_of(language)[name].format(**{place: isolated(value, language) for place, value in values.items()})


def words_of(language: str) -> dict[str, str]:
    """All labels of a language."""
    return texts("page", language)


def direction(language: str) -> str:
    """The direction of a language's script, as HTML's `dir`."""
    return "rtl" if language == "ar" else "ltr"


def language_of(connection: HTTPConnection) -> str:
    """The language of the page: the chosen one, else the official one that the browser prefers (RFC 9110, 12.5.4), else English."""
    wishes = (each.partition("-")[0] for each in preferred(connection.headers.get("accept-language", "")))
    return next((each for each in (connection.cookies.get(COOKIE, ""), *wishes) if each in LANGUAGE_NAMES), "en")


def mark(name: str) -> str:
    """A placeholder for a label in HTML that is built once for all languages; see `marks_filled`."""
    assert name in words_of("en"), name
    return f"@@{name}@@"


def marks_filled(page: bytes, language: str) -> bytes:
    """Replaces the placeholders of a page, which are inside JSON strings, by labels."""
    known = words_of(language)

    def fill(found: re.Match[bytes]) -> bytes:
        text = known.get(found[1].decode())
        return found[0] if text is None else json.dumps(text)[1:-1].replace("<", "\\u003c").encode()

    return _MARK.sub(fill, page)


def preferred(header: str) -> list[str]:
    """Parses a header such as `Accept`: its values in lower case, most preferred first (RFC 9110, 12.4.2), without those of weight 0."""
    wishes: list[tuple[float, str]] = []
    for wish in header.split(",")[:MAX_WISHES]:
        named, *parameters = (part.strip().lower() for part in wish.split(";"))
        given = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        with suppress(ValueError):
            wishes.append((-float(given), named))
    return [named for q, named in sorted(wishes, key=lambda each: each[0]) if q < 0]
