"""Finds known symbols in running text, whatever their form."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from string import ascii_lowercase, ascii_uppercase

from .characters import fold
from .expansion import with_abbreviated
from .grammar import SymbolError
from .model import Symbol
from .symbol_evidence import has_known_organ
from .symbol_finder import SymbolMention, find_symbols

_RUN = re.compile(r"(?<![a-z0-9/])[a-z0-9][a-z0-9./()-]*")
_MORE = re.compile(r" [a-z0-9./()-]+")
_NUMBER = re.compile("[0-9]+")
_MARKS = "./()-"
_ENDS = re.compile(r"(?![a-z0-9]|[/-][a-z0-9])")
_SHAPED = re.compile(
    r"(?<![A-Za-z0-9/])[A-Z]{1,8}(?:\((?:[0-9]{1,4}|[IVXLC]+)\)|[0-9]{1,4}-[A-Z]{1,4})/(?:[A-Z]{1,6}[./]?)?[0-9]{1,4}(?![A-Za-z0-9])"
)
"""Letters of a body with the session number in brackets or with a kind of paper, and the number of the document."""
_SET_OFF = re.compile(r"(?<=[a-z0-9)]) (?=(?:add|corr|rev|amend)\.? ?[0-9])")
_BRACKETED = re.compile(r"[(（]([A-Z][A-Z0-9]*(?:/[A-Z0-9.]+)*/[A-Z.]*[0-9]+(?:/[A-Za-z]+\.[0-9]+)*)[)）]")
_SMALL = str.maketrans(
    ascii_uppercase, ascii_lowercase
)  # keeps character positions, unlike other ways of lowering case


class KnownSymbols:
    """Finds the given symbols in texts, in time that depends on the text and not on the number of symbols; and symbols of the same form:
    where `A79/17` is known, `A79/18` is recognised, too."""

    def __init__(self, symbols: Iterable[Symbol]) -> None:
        self._symbols: dict[str, Symbol] = {}
        for symbol in symbols:
            for each in symbol.halves if "-" in symbol.text else ():
                self._symbols[each.text.translate(_SMALL)] = symbol
            self._symbols[symbol.text.translate(_SMALL)] = symbol
        self._forms = {_form(text): text for text in self._symbols}
        self._blanks = max((text.count(" ") for text in self._symbols), default=0)

    def find(self, text: str, *, alike: bool = False) -> list[SymbolMention]:
        """The known symbols in a text, in order, without overlaps. One with a further modifier or number is another symbol. With `alike`
        also unknown symbols that have the form of a known one which `find_symbols` does not find, or a form that only symbols have:
        `GC(69)/7`, `A43-WP/88`."""
        folded = fold(text)
        words = _SET_OFF.sub("/", folded.text.translate(_SMALL))  # character for character
        at, found = 0, list[SymbolMention]()
        for run in _RUN.finditer(words):
            start = run.start()
            if start < at:
                continue
            held = self._longest(words, start, run.end(), self._symbols.get)
            if held is None and alike:
                held = self._longest(words, start, run.end(), self._alike)
            if held is not None:
                at, symbol = held
                found.append(SymbolMention(symbol, *folded.span(start, at)))
        return sorted([*found, *self._shaped(text, found)] if alike else found, key=lambda mention: mention.start)

    def _shaped(self, text: str, found: Sequence[SymbolMention]) -> Iterator[SymbolMention]:
        """Texts with a form that only symbols have, except those found already, here or by `find_symbols`."""
        taken = [(each.start, each.end) for each in (*found, *find_symbols(text))] if _SHAPED.search(text) else []
        for match in _SHAPED.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                with suppress(SymbolError):
                    yield SymbolMention(Symbol.parse_any(match.group()), *match.span())

    def _alike(self, text: str) -> Symbol | None:
        """The symbol for a text that differs from a known symbol only in its numbers, where `find_symbols` does not find such symbols;
        None for other texts."""
        known = self._symbols.get(self._forms.get(_form(text), ""))
        if known is None or _form(text) != _form(known.text.translate(_SMALL)) or find_symbols(known.text):
            return None
        numbers = iter(_NUMBER.findall(text))
        with suppress(SymbolError):
            return Symbol.parse_any(_NUMBER.sub(lambda _: next(numbers), known.text))
        return None

    def _longest(
        self, words: str, start: int, end: int, symbol_of: Callable[[str], Symbol | None]
    ) -> tuple[int, Symbol] | None:
        """The end of the longest symbol that begins at `start`, which may contain blanks, and the symbol; punctuation at the end may not
        belong to it."""
        ends = [end]
        while len(ends) <= self._blanks and (more := _MORE.match(words, ends[-1])):
            ends.append(more.end())
        for last in reversed(ends):
            while last > start:
                if _ENDS.match(words, last) and (symbol := symbol_of(words[start:last])):
                    return last, symbol
                if words[last - 1] not in _MARKS:
                    break
                last -= 1
        return None


def find_symbols_like(text: str, own: Symbol | None) -> list[SymbolMention]:
    """The symbols in a text, in order, those named by abbreviations included (`A/80/6 and Add.1`), and those that begin as the symbol of the
    document that contains it: the symbols of a body that is not known stand out by this."""
    found = find_symbols(text)
    organ = own.text.partition("/")[0] if own is not None else ""
    if own is None or organ not in text or any(has_known_organ(half) for half in own._halves):
        return with_abbreviated(text, found)
    like = list[SymbolMention]()
    for match in re.finditer(rf"(?<![\w/.-]){re.escape(organ)}(?:/[A-Za-z0-9.()-]+)+", text):
        start, words = match.start(), match.group().rstrip(".-(")
        while words.count(")") > words.count("("):
            words = words[: words.rindex(")")].rstrip(".-")
        if not any(each.start < start + len(words) and start < each.end for each in found):
            with suppress(SymbolError):
                like.append(SymbolMention(Symbol.parse_any(words), start, start + len(words)))
    return with_abbreviated(text, sorted([*found, *like], key=lambda mention: mention.start))


def find_listed_symbols(text: str, own: Symbol | None) -> list[SymbolMention]:
    """The symbols in a list of documents, as `find_symbols_like` finds them. What has the form of a symbol and stands in brackets alone is
    one there, even of a body that is not known."""
    found = find_symbols_like(text, own)
    for match in _BRACKETED.finditer(text):
        if not any(each.start < match.end() and match.start() < each.end for each in found):
            with suppress(SymbolError):
                found.append(SymbolMention(Symbol.parse_any(match[1]), *match.span(1)))
    return sorted(found, key=lambda mention: mention.start)


def _form(text: str) -> str:
    """A symbol with each number replaced by 0."""
    return _NUMBER.sub("0", text)
