"""Translates English error messages of the lower layers (corpus, ingest): sentences are recognized by their templates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from string import Formatter

from assistant.answer_phrases import isolated
from assistant.translations import texts

MAX_SENTENCE = 1_000
"""Most characters of a sentence that is translated; longer ones are shown as they are."""
DEPTH = 3
"""Most levels of nested sentences that are translated."""
WITHIN = ("what", "why", "remedy")
"""Placeholders whose values are sentences themselves."""

Parts = Sequence[tuple[str, str | None]]
"""A template: literal texts, each with the name of the placeholder after it, if any."""


def translate_reason(text: str, language: str) -> str:
    """Translates a sentence into a language; returns unknown sentences as they are."""
    return text if language == "en" else _translate(text, language, DEPTH) or text


def _translate(text: str, language: str, depth: int) -> str | None:
    if len(text) > MAX_SENTENCE or depth == 0:
        return None
    for name, parts in _sentences():
        values = _values(parts, text)
        if values is not None:
            nested = {place: _translate(values[place], language, depth - 1) for place in WITHIN if place in values}
            inner = {place: sentence for place, sentence in nested.items() if sentence is not None}
            if len(inner) == len(nested):
                filled = {place: isolated(value, language) for place, value in values.items()} | inner
                return texts("reasons", language)[name].format(**filled)
    return None


@lru_cache(maxsize=1)
def _sentences() -> list[tuple[str, Parts]]:
    return [(name, [each[:2] for each in Formatter().parse(text)]) for name, text in texts("reasons", "en").items()]


def _values(parts: Parts, text: str) -> dict[str, str] | None:
    """Matches a text with a template; returns the values of its placeholders, None where it does not match. Each value ends at the
    first occurrence of the next literal text, so that matching is linear whatever the text."""
    begun, values, place = 0, {}, None
    for n, (words, following) in enumerate(parts):
        last = n == len(parts) - 1 and following is None
        found = (len(text) - len(words) if text.endswith(words) else -1) if last else text.find(words, begun)
        if found < begun or (place is None and found > begun):
            return None
        if place is not None:
            values[place] = text[begun:found]
        begun, place = found + len(words), following
    if place is None:
        return values if begun == len(text) else None
    return {**values, place: text[begun:]}
