"""Finds symbols in running text, in any of the six languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .characters import fold, has_slash
from .grammar import MAX_LENGTH, Half, SymbolError, neighbours, parse_symbol
from .model import Symbol
from .symbol_evidence import stands_out
from .symbol_words import ORDINALS, PARTS, RESOLUTIONS, VERSIONS


@dataclass(frozen=True)
class SymbolMention:
    """A symbol in a text; `text[start:end]` are its words in the text that was searched."""

    symbol: Symbol
    start: int
    end: int


# Every repetition is bounded or possessive, and a candidate that fails is not searched again: linear time.
_ROMAN = r"[IVXL]{1,8}"
_SYMBOL = rf"""
    [A-Za-z]{{1,12}} (?:\.[0-9]{{1,4}}|(?:-[A-Za-z]{{2,12}}){{1,4}})?   # the organ, or several that meet together
    (?: / (?:[ \t]{{0,4}}\r?\n[ \t]{{0,8}})?                          # a line may end behind a slash
      (?: (?:ES|S)-(?:[0-9]{{1,3}}|{_ROMAN}) (?![A-Za-z0-9])          # a special session
        | (?<=[A-Za-z]/)[0-9]{{1,4}}-[0-9]{{1,4}} (?![A-Za-z0-9-])    # several reports in one, CO/1-5
        | [0-9]{{1,6}}(?:[A-Z](?![A-Za-z0-9]))?
        | \([0-9]{{1,4}}\)
        | [A-Za-z][A-Za-z0-9]{{0,15}} (?:-[A-Za-z]{{2,12}}(?![A-Za-z0-9])){{0,4}} (?:\.[A-Za-z]{{1,12}}(?![A-Za-z])){{0,3}}
          (?:\.\x20?[0-9]{{1,6}}[A-Z]?)? (?:\([0-9]{{1,3}}\))?        # a word with its number or session
      )
    ){{1,15}}+
    (?! [A-Za-z0-9_] | /[A-Za-z0-9%._~] | \.(?:pdf|docx?|html?|txt|md|xml)\b )
"""
# Not within a word, a path or an address; a hyphen may stand before it as a bullet only.
_EDGE = r"(?: (?<![A-Za-z0-9À-ɏ_/\\@%=&~+#-]) | (?<=(?<![A-Za-z0-9À-ɏ_])-) )"
_ADDRESS = r"(?:(?:https?|ftp|file)://|www\.)[A-Za-z0-9./?=&%#~:+@!$*_-]*+"
_CANDIDATE = re.compile(rf"(?P<address>{_ADDRESS}) | {_EDGE}(?P<symbol>{_SYMBOL})", re.VERBOSE)
_SECOND = re.compile(rf"\*{{0,3}}-\n?(?P<symbol>{_SYMBOL})", re.VERBOSE)

_LONGEST = MAX_LENGTH // 2 - 5  # so that two of them with asterisks are still a symbol

_SESSION_TAIL = re.compile(
    rf"(?:\x20?[A-Z](?=\x20?\())? \s{{0,3}}\((?: (?:19|20)[0-9]{{2}} | (?:E?S-)?{_ROMAN} )\)", re.VERBOSE
)
# "A" and "I" are words, too: no letter of a resolution if a word other than a conjunction follows.
_LETTER_TAIL = re.compile(
    r"""\x20?(?: [B-HJ-Z](?![A-Za-z0-9À-ɏ'’])
               | [AI](?![A-Za-z0-9À-ɏ'’])(?!\x20(?!(?:and|to|et|y|a|à|или|и|по)\b)[^\W\dA-Z_]) )""",
    re.VERBOSE,
)
_PART_WORDS = "|".join(PARTS).replace(" ", "[ ]")
_PART_TAIL = re.compile(
    rf"""\s{{0,3}}\(\s?(?=[A-ZЧ])
         (?i: (?:{_PART_WORDS})\.?\s?(?:[0-9]{{1,3}}[A-Z]?|{_ROMAN})?
            | (?:{"|".join(ORDINALS)})\s(?:partie|parte) )
         (?: /(?:Add|Corr|Rev|Amend)\.?\x20?[0-9]{{1,4}} ){{0,3}} \s?\)
       | \s{{0,3}}\[\s?(?=[A-Z])(?i:{"|".join(VERSIONS).replace(" ", "[ ]")})\s?\]""",
    re.VERBOSE,
)
_MODIFIER_TAIL = re.compile(
    r"(?: /(?:Add|Corr|Rev|Amend)\.?\x20?[0-9]{1,4} )+ (?![A-Za-z0-9]) | /Summary\b", re.VERBOSE | re.IGNORECASE
)
_ASTERISKS = re.compile(r"\*{1,3}(?!\*)")
_LINE_BREAK = re.compile(r"/[ \t]*\r?\n")


def find_symbols(text: str) -> list[SymbolMention]:
    """The symbols in a running text, in order.

    What merely looks like a symbol is left out: fractions, dates, `and/or`, `TCP/IP`, addresses and paths.
    Never raises."""
    if not has_slash(text):
        return []
    folded = fold(text)
    return [SymbolMention(symbol, *folded.span(start, end)) for symbol, start, end in find_in_folded(folded.text)]


def find_in_folded(text: str) -> Iterator[tuple[Symbol, int, int]]:
    """The symbols in a folded text, each with its span there."""
    at = 0
    while "/" in text and (candidate := _CANDIDATE.search(text, at)):
        at = candidate.end()
        if candidate["address"] is not None:
            continue
        start = candidate.start("symbol")
        found = _complete(text, start, at)
        if found is None and (broken := _LINE_BREAK.search(text, start, at)):
            at = broken.end()  # what follows the line break may be a symbol of its own
        while found is not None:
            half, at = found
            found = None
            joined = _SECOND.match(text, at)
            other = _complete(text, joined.start("symbol"), joined.end()) if joined else None
            if joined and other and neighbours(half, other[0]):  # a range of documents: two mentions
                yield Symbol.parse(_without_stray_bracket(text[start:at])), start, at
                start, found = joined.start("symbol"), other
            else:
                at = _asterisks(text, start, other[1] if other else at)
                yield Symbol.parse(_without_stray_bracket(text[start:at])), start, at


def _complete(text: str, start: int, end: int) -> tuple[Half, int] | None:
    """The symbol that begins with text[start:end], including brackets, letters and modifiers after it, and
    its end; None if it is not a symbol. If the whole is not one, the part before a line break is tried."""
    half = _read(text[start:end])
    if half is None:
        broken = _LINE_BREAK.search(text, start, end)
        return _complete(text, start, broken.start()) if broken else None
    bare = end
    if not half.modifiers and any(component.code in RESOLUTIONS for component in half.components):
        if sum(component.kind in ("number", "session") for component in half.components) == 1:
            end = _end_of(_SESSION_TAIL, text, end)
        end = _end_of(_LETTER_TAIL, text, end)
    if start and text[start - 1] == "(" and text[end : end + 1] == ")" and _PART_TAIL.match(text, end + 1):
        end += 1
    end = _end_of(_PART_TAIL, text, end)
    end = _end_of(_PART_TAIL, text, _end_of(_MODIFIER_TAIL, text, end))
    whole = _read(_without_stray_bracket(text[start:end]))
    return (whole, end) if whole else (half, bare)


def _without_stray_bracket(words: str) -> str:
    """The words of a symbol without an unmatched closing bracket before the part: `(DP/FPA/2025/4) (Part II)`."""
    return words if words.count("(") == words.count(")") else words.replace(")", "", 1)


def _read(text: str) -> Half | None:
    if len(text) > _LONGEST:
        return None
    try:
        half = parse_symbol(text).halves[0]
    except SymbolError:  # most texts with slashes are no symbols
        return None
    return half if stands_out(half) else None


def _end_of(tail: re.Pattern[str], text: str, at: int) -> int:
    found = tail.match(text, at)
    return found.end() if found else at


def _asterisks(text: str, start: int, end: int) -> int:
    """The end of the asterisks of a reissue; where there are asterisks earlier in the line, they are taken for emphasis and ignored."""
    line = max(text.rfind("\n", max(start - 200, 0), start) + 1, start - 200, 0)
    return end if "*" in text[line:start] else _end_of(_ASTERISKS, text, end)
