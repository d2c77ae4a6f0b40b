"""Finds acronyms and the names that they stand for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

MAX_SKIPPED_LETTERS = 3  # length of words that an acronym may skip: of, and, des, la
MAX_ACRONYM_LETTERS = 12  # letters of the longest acronym
DISTINCT_LETTERS = 4  # letters from which few names share an acronym
MAX_NAME_LENGTH = 150  # characters of the longest name that an acronym stands for
_CAPITALS, _WORD, _STOP = re.compile(r"[^\W\d_]{2,}"), re.compile(r"[^\W\d_]+"), re.compile(r"[.;:()（）!?]")


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
    return next((name for name, _ in _expansions(acronym, text)), "")


def most_common_expansion(acronym: str, texts: Iterable[str]) -> str:
    """The name that most texts have before an acronym in brackets, else that which most of them use, with capitals on its longer words;
    empty where none does, or where two are used equally often."""
    found = Counter(each for text in texts for each in {*_expansions(acronym, text, capitals=True)})
    ranks = {each: (each[1], count) for each, count in found.items()}
    best = [each for each in found if ranks[each] == max(ranks.values())]
    return best[0][0] if len(best) == 1 else ""


def _expansions(acronym: str, text: str, *, capitals: bool = False) -> Iterator[tuple[str, bool]]:
    """The words of a text that begin with the letters of an acronym, one or more of each, and whether it follows them in brackets; with
    `capitals` only where the longer words have them."""
    letters, begins, last = acronym.casefold(), dict[int, int](), 0
    in_brackets = re.compile(rf"\s*[(（]\W?{acronym}(?!\w)")
    for match in _WORD.finditer(text):
        word, is_short = match.group().casefold(), match.end() - match.start() <= MAX_SKIPPED_LETTERS
        is_part = is_short or not capitals or match.group()[0].isupper()
        if begins and (not is_part or _STOP.search(text, last, match.start())):
            begins = {}
        last = match.end()
        if not is_part or (not begins and word[0] != letters[0]):
            continue
        reached = dict(begins) if is_short else {}
        for count, begin in ((0, match.start()), *begins.items()):
            end = count + 1
            while end <= len(letters) and word.startswith(letters[count:end]):
                if count or end < len(letters):  # a word that begins like all of it is another word
                    reached[end] = begin
                end += 1
        if len(letters) in reached:
            name = " ".join(text[reached.pop(len(letters)) : last].split())
            if len(name) <= MAX_NAME_LENGTH:
                yield name, in_brackets.match(text, last) is not None
        begins = reached
