"""What the floors below say, which is English, in the language of who reads it: sentences known again by their words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from string import Formatter

from assistant.answer_phrases import isolated
from assistant.translations import texts

LONGEST = 1_000
"""Characters of a sentence that is looked for; longer ones are shown as they are."""
DEPTH = 3
"""Sentences within each other that are told."""
WITHIN = ("what", "why", "remedy")
"""Places at which such a sentence stands itself."""

Parts = Sequence[tuple[str, str | None]]
"""The words of a sentence, and the name of the place behind them, if there is one."""


def reason(text: str, language: str) -> str:
    """A sentence in a language, or as it is where it is not known."""
    return text if language == "en" else _told(text, language, DEPTH) or text


def _told(text: str, language: str, depth: int) -> str | None:
    if len(text) > LONGEST or depth == 0:
        return None
    for name, parts in _sentences():
        values = _values(parts, text)
        if values is not None:
            told = {place: _told(values[place], language, depth - 1) for place in WITHIN if place in values}
            inner = {place: sentence for place, sentence in told.items() if sentence is not None}
            if len(inner) == len(told):
                filled = {place: isolated(value, language) for place, value in values.items()} | inner
                return texts("reasons", language)[name].format(**filled)
    return None


@lru_cache(maxsize=1)
def _sentences() -> list[tuple[str, Parts]]:
    return [(name, [each[:2] for each in Formatter().parse(told)]) for name, told in texts("reasons", "en").items()]


def _values(parts: Parts, text: str) -> dict[str, str] | None:
    """What stands at the places of a sentence, each up to where the words behind it first come, so that a text is gone through once,
    whoever wrote it; None where it is another sentence."""
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
