"""What the floors below say, which is English, in the language of who reads it: sentences known again by their words (`data/reasons.yaml`)."""

from __future__ import annotations

import re
from functools import lru_cache
from string import Formatter

from assistant.frames import isolated
from assistant.shipped import shipped

LONGEST = 1_000
"""Characters of a sentence that is looked for; longer ones are shown as they are."""
WITHIN = ("what", "why", "remedy")
"""Places at which such a sentence stands itself."""


def reason(text: str, language: str) -> str:
    """A sentence in a language, or as it is where it is not known."""
    return text if language == "en" else _told(text, language) or text


def _told(text: str, language: str) -> str | None:
    if len(text) > LONGEST:
        return None
    for name, pattern in _patterns():
        if found := pattern.fullmatch(text):
            values = found.groupdict()
            inner = {place: _told(values[place], language) for place in WITHIN if place in values}
            if None not in inner.values():
                filled = {place: inner.get(place) or isolated(value, language) for place, value in values.items()}
                return str(shipped("reasons")[name][language]).format(**filled)
    return None


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(name, _pattern(told["en"])) for name, told in shipped("reasons").items()]


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = Formatter().parse(sentence)
    return re.compile(
        "".join(re.escape(words) + (f"(?P<{name}>.*?)" if name else "") for words, name, _, _ in parts), re.DOTALL
    )
