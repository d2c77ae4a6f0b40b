"""Finds acronyms and the names that they stand for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

MAX_SKIPPED_LETTERS = 3
"""Length of words that an acronym may skip: of, and, des, la."""
MAX_ACRONYM_LETTERS = 12
"""Letters of the longest acronym."""
_CAPITALS, _WORD = re.compile(r"[^\W\d_]{2,}"), re.compile(r"[^\W\d_]+")


def find_acronyms(text: str) -> list[str]:
    """The words of a text that are in capitals, each once; none where most words are."""
    words = _CAPITALS.findall(text)
    found = dict.fromkeys(word for word in words if word.isupper())
    return [word for word in found if len(word) <= MAX_ACRONYM_LETTERS and 2 * len(found) < len(words)]


def matches_acronym(acronym: str, text: str) -> bool:
    """Whether a text contains an acronym or words that begin with its letters."""
    return acronym in text or bool(find_expansion(acronym, text))


def find_expansion(acronym: str, text: str) -> str:
    """The first sequence of words in a text that begin with the letters of an acronym (ECOSOC: Economic and Social Council); empty
    where there is none."""
    letters, begins = acronym.casefold(), dict[int, int]()
    for match in _WORD.finditer(text):
        word = match.group().casefold()
        if not begins and word[0] != letters[0]:
            continue
        reached = dict(begins) if len(word) <= MAX_SKIPPED_LETTERS else {}
        for count, begin in ((0, match.start()), *begins.items()):
            end = count + 1
            while end <= len(letters) and word.startswith(letters[count:end]):
                if count or end < len(letters):  # a word that begins like all of it is another word
                    reached[end] = begin
                end += 1
        if len(letters) in reached:
            return " ".join(text[reached[len(letters)] : match.end()].split())
        begins = reached
    return ""


def most_common_expansion(acronym: str, texts: Iterable[str]) -> str:
    """The name for an acronym that most texts use, with capitals on its longer words; empty where none does."""

    def has_capitals(name: str) -> bool:
        return all(word[0].isupper() for word in _WORD.findall(name) if len(word) > MAX_SKIPPED_LETTERS)

    expansions = filter(None, (find_expansion(acronym, text) for text in texts))
    found = Counter(filter(has_capitals, expansions))
    return min(found, key=lambda long: (-found[long], long), default="")
