"""Symbols that are known, in running text: there they are symbols whatever form they have."""

import re
from collections.abc import Iterable
from string import ascii_lowercase, ascii_uppercase

from .characters import fold
from .finding import Mention
from .model import Symbol

_RUN = re.compile(r"(?<![a-z0-9/])[a-z0-9][a-z0-9./()-]*")
_MORE = re.compile(r" [a-z0-9./()-]+")
_MARKS = "./()-"
_ENDS = re.compile(r"(?![a-z0-9]|[/-][a-z0-9])")
_SET_OFF = re.compile(r"(?<=[a-z0-9)]) (?=(?:add|corr|rev|amend)\.? ?[0-9])")
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)  # keeps every place, as other foldings of case do not


class KnownSymbols:
    """Finds those of some symbols that a text names, in time that grows with the text and not with their number."""

    def __init__(self, symbols: Iterable[Symbol]) -> None:
        self._symbols: dict[str, Symbol] = {}
        for symbol in symbols:
            for each in symbol.all if "-" in symbol.text else ():
                self._symbols[each.text.translate(_SMALL)] = symbol
            self._symbols[symbol.text.translate(_SMALL)] = symbol
        self._blanks = max((text.count(" ") for text in self._symbols), default=0)

    def find(self, text: str) -> list[Mention]:
        """The symbols in a text, in the order in which they stand there, none over another. One with a further modifier or number is
        another symbol."""
        folded = fold(text)
        words = _SET_OFF.sub("/", folded.text.translate(_SMALL))  # character for character
        at, found = 0, list[Mention]()
        for run in _RUN.finditer(words):
            start = run.start()
            known = self._longest(words, start, run.end()) if start >= at else ""
            if known:
                at = start + len(known)
                found.append(Mention(self._symbols[known], *folded.span(start, at)))
        return found

    def _longest(self, words: str, start: int, end: int) -> str:
        """The longest symbol that begins at a place, with what stands behind blanks; marks at its end may be none of it."""
        ends = [end]
        while len(ends) <= self._blanks and (more := _MORE.match(words, ends[-1])):
            ends.append(more.end())
        for last in reversed(ends):
            while last > start:
                if words[start:last] in self._symbols and _ENDS.match(words, last):
                    return words[start:last]
                if words[last - 1] not in _MARKS:
                    break
                last -= 1
        return ""
