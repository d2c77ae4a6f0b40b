"""Words that a line end cuts: with their hyphen, or without."""

from __future__ import annotations

import re
from collections.abc import Iterable

HYPHENS = "-\u00ad\u2010\ufffe\x02"
"""What stands at the end of a line that cuts a word; pdfium gives U+FFFE and U+0002 for it as well."""

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class Hyphens:
    """What the words of a file that no line end cuts say about those that one does.

    English documents of the United Nations are not hyphenated: a hyphen at a line end belongs to its word. Files
    in other languages often are. A file counts as hyphenated where more of its cut words stand elsewhere as one
    word than with a hyphen.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: set[str] = set()
        cuts: list[tuple[str, str]] = []
        cut = ""
        for line in lines:
            words = [word.casefold() for word in _WORD.findall(line)]
            if not words:
                continue
            if cut:
                cuts.append((cut, words[0]))
                words = words[1:]
            cut = words[-1] if words and line.rstrip()[-1:] in HYPHENS else ""
            self._words.update(words[:-1] if cut else words)
        joined = sum(self._joined(head, tail) in self._words for head, tail in cuts)
        kept = sum(f"{head}-{tail}" in self._words for head, tail in cuts)
        self._hyphenated = joined >= 2 and joined > kept

    @staticmethod
    def _joined(head: str, tail: str) -> str:
        return head.split("-")[-1] + tail

    def bound(self, text: str, words: str) -> str:
        """A text that ends with a hyphen, and the line that follows."""
        before, after = _WORD.findall(text[:-1]), _WORD.match(words)
        head, tail = (before[-1] if before else "").casefold(), (after.group(0) if after else "").casefold()
        keep = text[-1] != "\u00ad" and self._keeps(head, tail, words[0].islower())
        return text[:-1] + ("-" if keep else "") + words

    def _keeps(self, head: str, tail: str, lower: bool) -> bool:
        if not lower or f"{head}-{tail}" in self._words:
            return True
        if self._joined(head, tail) in self._words:
            return False
        if not self._hyphenated:
            return True
        return head.split("-")[-1] in self._words and tail.split("-")[0] in self._words
