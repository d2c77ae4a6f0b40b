"""Slips of the finger in a question: a word that nobody here uses, one keystroke away from a single word that is used.

One insertion, deletion, substitution or exchange of neighbours (Damerau 1964), which are four of five misspellings.
A word that the embedding model's tokenizer knows whole, or its stem, is English, whoever uses it, and is left alone.
Only English is mended, whose word pieces tell what is a word; what is mended is always told.
"""

from __future__ import annotations

import re
from string import ascii_lowercase

from corpus.analysis import analyse
from corpus.library import Library

SHORTEST = 5
"""Shorter words have too many neighbours."""
LOOKED_AT = 40
"""Passages that are looked through for one form of a word."""
_WORD = re.compile(rf"(?<![\w/.'’-])[A-Za-z]{{{SHORTEST},20}}(?![\w/'’-])")
_ANY = re.compile("[a-z]+")


class Speller:
    """Mends English questions with the words that a library's English texts use."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def mended(self, text: str) -> str:
        """The question with its slips mended; the same object where there is none."""
        slips: dict[str, str] = {}
        for word in {match.group().casefold() for match in _WORD.finditer(text)}:
            if self._english(word) or self._said(word):
                continue
            near = {each for each in _one_off(word) if each[0] == word[0] and self._used(each)}
            if len(near) == 1:
                slips[word] = near.pop()
        if not slips:
            return text

        def put(match: re.Match[str]) -> str:
            word = match.group()
            meant = slips.get(word.casefold(), word)
            return meant.capitalize() if word[0].isupper() and meant != word else meant

        return _WORD.sub(put, text)

    def _used(self, word: str) -> bool:
        """Whether a text of the library has the word: in this very form, where the tokenizer does not know it whole."""
        if not self._said(word):
            return False
        if len(self._library.embedder.offsets(word)) <= 1:
            return True
        hits = self._library.lexical(analyse(word, "en"), "en", LOOKED_AT)
        held = self._library.passages_by_id([hit.passage_id for hit in hits])
        return any(word in _ANY.findall(passage.text.casefold()) for passage in held.values())

    def _english(self, word: str) -> bool:
        """Whether the tokenizer has the word, or its stem, in one piece."""
        return any(len(self._library.embedder.offsets(each)) <= 1 for each in (word, *analyse(word, "en")))

    def _said(self, word: str) -> bool:
        """Whether a text of the library says the word, inflected in any way."""
        return any(self._library.document_frequency(analyse(word, "en"), "en").values())


def _one_off(word: str) -> set[str]:
    parts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    made = {left + right[1:] for left, right in parts if right}
    made |= {left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1}
    made |= {left + letter + right[1:] for left, right in parts if right for letter in ascii_lowercase}
    made |= {left + letter + right for left, right in parts for letter in ascii_lowercase}
    return made - {word}
