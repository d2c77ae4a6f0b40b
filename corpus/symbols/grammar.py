"""From the text of a symbol to its components in canonical spelling.

    reading   = half {"*"} ["-" half] {"*"}   two halves: A/ES-10/1043-S/2025/529, one document
    half      = organ {"/" component} {"/" modifier}
    component = word | word.number | number | session | (number)
    modifier  = Add.n | Corr.n | Rev.n | Amend.n | Summary

A component may carry a bracket: the session of a conference, `COP(8)`; the year or session of a resolution,
`1325(2000)`; a part, `15 (Part II)`, with its own addenda in it or behind it, `4 (Part I/Add.1)`; the form of a report,
`1 [Expanded report]`. A number of a resolution may carry a letter, `290 B`. Bodies that meet together are one word,
`DP-FPA`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .characters import LOOKALIKES, fold
from .symbol_words import (
    CAPITALS,
    CASED,
    MODIFIERS,
    NUMBERED,
    ORDINALS,
    ORGANS,
    PARTS,
    RESOLUTIONS,
    UNNUMBERED_PARTS,
    VERSIONS,
)

MAX_LENGTH = 200
MAX_COMPONENTS = 16
EXAMPLES = "CTOC/COP/WG.7/2021/1, A/RES/79/154 or A/80/6/Add.1"

Kind = Literal["word", "code", "number", "session", "bracket", "modifier"]


class SymbolError(ValueError):
    """A text is not a document symbol, or names no single one; the message says which text, what is wrong,
    and what a symbol looks like. Correct the text: trying again does not help."""


def symbol_error(text: str, wrong: str) -> SymbolError:
    """The error for a text that is no symbol because of `wrong`."""
    shown = text if len(text) <= 60 else text[:57] + "..."
    return SymbolError(f"{shown!r} is not a document symbol: {wrong}. A symbol looks like {EXAMPLES}.")


@dataclass(frozen=True)
class Component:
    """One part of a symbol between slashes.

    `text` is its canonical spelling, `code` its word in capitals ("WG" of `WG.7`), `value` its number ("7"),
    `bracket` a session or year in brackets behind it, `part` a part of the document, `Part II`."""

    kind: Kind
    text: str
    code: str = ""
    value: str = ""
    bracket: str = ""
    part: str = ""


@dataclass(frozen=True)
class Half:
    """One symbol in components, with those of its end in `modifiers`. `organ_typed` is the first one as typed."""

    components: tuple[Component, ...]
    modifiers: tuple[Component, ...]
    organ_typed: str

    @property
    def text(self) -> str:
        """The symbol in canonical spelling."""
        return "/".join(component.text for component in (*self.components, *self.modifiers))


_TYPED = re.IGNORECASE | re.ASCII  # without ASCII, [A-Z] takes the Kelvin sign and the long s
_NUMBER = re.compile(
    r"(?P<value>[0-9]{1,6}(?:-[0-9]{1,4})?)"
    r"(?P<early>\s?[A-Z](?=\s?\(\s?(?:[0-9]{4}|(?:E?S-)?[IVXL]{1,8})\s?\)))?"  # 217 A (III)
    r"(?:\s?\(\s?(?P<bracket>(?:19|20)[0-9]{2}|(?:E?S-)?[IVXL]{1,8})\s?\))?"
    r"(?P<letter>\s?[A-Z])?"
    r"(?:\s?\((?P<part>[^()]{1,40})\))?",
    _TYPED,
)
_SESSION = re.compile(r"(?:ES|S)-(?:[0-9]{1,3}|[IVXL]{1,8})", _TYPED)
_MODIFIER = re.compile(
    r"(?P<kind>ADD|CORR|REV|AMEND)[.\s]?(?P<value>[0-9]{1,4})(?:\s?\((?P<part>[^()]{1,40})\))?|(?P<summary>SUMMARY)",
    _TYPED,
)
_SEVERAL = re.compile(r"(?:ADD|CORR|REV|AMEND)[.\s]?[0-9]+\s?-\s?[0-9]+", _TYPED)
_CODE = re.compile(
    r"(?P<code>[A-Z][A-Z0-9]{0,15}(?:\.[A-Z][A-Z0-9]{0,11}){0,3}?)\.(?P<value>[0-9]{1,6}[A-Z]?|[A-Z]{1,12})"
    r"(?:\s?\((?P<part>[^()]{1,40})\))?",
    _TYPED,
)
_UNDOTTED = re.compile(rf"(?P<code>{'|'.join(sorted(NUMBERED))})\s?(?P<value>[0-9]{{1,5}})(?P<rest>.*)", _TYPED)
_WORD = re.compile(r"(?P<code>[A-Z][A-Z0-9]{0,15}(?:-[A-Z]{2,12}){0,4})(?:\s?\((?P<bracket>[0-9]{1,3})\))?", _TYPED)
_BRACKET = re.compile(r"\([0-9]{1,4}\)")
_PART = re.compile(
    rf"(?P<word>{'|'.join(sorted(PARTS, key=len, reverse=True))})\.?\s?(?P<value>[0-9]{{1,3}}[A-Z]?|[IVXL]{{1,8}})?"
    rf"|(?P<ordinal>{'|'.join(sorted(ORDINALS))})\s(?:partie|parte)",
    re.IGNORECASE,
)
_MISREAD = ("I", "O")  # letters that text recognition reads where 1 or 0 is printed
_YEAR = re.compile(r"(?:19[4-9]|20[0-9])[0-9]")
# An addendum, corrigendum or revision set off by a space where the slash belongs.
_SET_OFF = re.compile(r"(?<=[0-9A-Z)])\s(?=(?:ADD|CORR|REV|AMEND)[.\s]?[0-9])", _TYPED)
# The hyphen between the two symbols of one document; in S-21 and ES-10 no slash follows the next word.
_BETWEEN_HALVES = re.compile(
    r"(?<!/S)(?<!/ES)(?:\s?\*){0,3}\s?-\s?(?=[A-Z]{1,12}(?:\.[0-9]{1,4}|(?:-[A-Z]{2,12}){1,4})?/)", _TYPED
)
# An addendum within the bracket of the part that it adds to, and the form of a report.
_PART_WITH_MODIFIER = re.compile(
    r"\((?P<part>[^()/]{1,40})(?P<chain>(?:/(?:ADD|CORR|REV|AMEND)[.\s]?[0-9]{1,4}){1,3})\s?\)", _TYPED
)
_VERSION = re.compile(r"\s?\[\s?(?P<version>[A-Z][A-Z ]{1,38}[A-Z])\s?\]", _TYPED)
_OTHER = re.compile(r"(?=[^/]*[A-Z])[A-Z0-9][A-Z0-9.() -]*(?:/[A-Za-z0-9.() -]+)*(?<=[A-Za-z0-9)])")
_BEGINS_SYMBOL = re.compile(rf"(?:{'|'.join(sorted(ORGANS))})/", _TYPED)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TIGHT = re.compile(r"\s*([/.])\s*")


def is_year(component: Component) -> bool:
    """Whether a number can be a year in a symbol (1945 to 2099)."""
    return component.kind == "number" and bool(_YEAR.fullmatch(component.text)) and component.text >= "1945"


@dataclass(frozen=True)
class ParsedSymbol:
    """A parsed symbol: one half, or two that name the same document; `reissue` counts the
    asterisks at its end. `is_external`: it is from another organization than the United Nations."""

    halves: tuple[Half, ...]
    reissue: int
    is_external: bool = False

    @property
    def text(self) -> str:
        """The whole symbol in canonical spelling, without asterisks."""
        return "-".join(half.text for half in self.halves)


@lru_cache(maxsize=8192)
def parse_symbol(text: str) -> ParsedSymbol:
    """Parses a text that is one symbol; SymbolError if it is anything else."""
    if len(text) > MAX_LENGTH:
        raise symbol_error(text, f"it is {len(text)} characters long, and symbols have at most {MAX_LENGTH}")
    if _CONTROL.search(text):
        raise symbol_error(text, "it contains control characters")
    if "://" in text:
        raise symbol_error(text, "it is a web address")
    plain = " ".join(fold(text).text.translate(LOOKALIKES).replace("\\", "/").split())
    bare = plain.rstrip("* ")
    if not bare:
        raise symbol_error(text, "it is empty")
    tight = _TIGHT.sub(r"\1", _SET_OFF.sub("/", bare))
    tight = _PART_WITH_MODIFIER.sub(r"(\g<part>)\g<chain>", _VERSION.sub(_version, tight))
    halves = tuple(_read_half(half, text) for half in _halves(tight))
    if len(halves) > 2:
        raise symbol_error(text, "it joins more than two symbols")
    if len(halves) == 2 and neighbours(*halves):
        raise symbol_error(text, "it is a range of several documents, not two symbols of one document")
    return ParsedSymbol(halves, plain[len(bare) :].count("*"))


def parse_external(text: str) -> ParsedSymbol | None:
    """Parses a symbol of an organization with a grammar of its own, `WHA79.4`, `220 EX/5`, `GC(69)/7`; None for
    anything else. It begins with capitals, and has numbers and a slash, or two numbers and no blanks, so that words of
    a running text are not taken for one. What begins with an organ of the United Nations must obey their grammar."""
    plain = " ".join(fold(text).text.translate(LOOKALIKES).split())
    bare = _SET_OFF.sub("/", plain.rstrip("* "))
    pieces = bare.split("/")
    numbers = re.findall(r"[0-9]+", bare)
    telling = len(pieces) > 1 or (" " not in bare and len(numbers) > 1)
    shaped = _OTHER.fullmatch(bare) and all(any(map(str.isalnum, piece)) for piece in pieces)
    several = any(_BEGINS_SYMBOL.match(word) for word in bare.split()[1:])
    if not (numbers and telling and shaped) or several or len(text) > MAX_LENGTH or _CONTROL.search(text):
        return None
    if len(pieces) > 1 and pieces[0].upper() in ORGANS:
        return None
    first = next((n for n in range(1, len(pieces)) if all(map(_MODIFIER.fullmatch, pieces[n:]))), len(pieces))
    components = tuple(
        Component("number" if piece.isdigit() else "word", piece, piece.upper(), piece if piece.isdigit() else "")
        for piece in pieces[:first]
    )
    modifiers = tuple(_modifier(found, text) for found in map(_MODIFIER.fullmatch, pieces[first:]) if found)
    return ParsedSymbol(
        (Half(components, modifiers, pieces[0]),), plain[len(plain.rstrip("* ")) :].count("*"), is_external=True
    )


def _version(found: re.Match[str]) -> str:
    """The form of a report in round brackets, like a part; other words in square brackets are unchanged."""
    version = VERSIONS.get(found["version"].lower())
    return f" ({version})" if version else found[0]


def _halves(text: str) -> list[str]:
    """The text split at the hyphens that join two symbols; a hyphen before any number joins two bodies and does not split."""
    made: list[str] = []
    begin = 0
    for joint in _BETWEEN_HALVES.finditer(text):
        if any(character.isdigit() for character in text[begin : joint.start()]):
            made.append(text[begin : joint.start()])
            begin = joint.end()
    return [*made, text[begin:]]


def neighbours(one: Half, other: Half) -> bool:
    """Whether two symbols differ only in their running numbers, so that a hyphen between them means a range."""
    return [c.text for c in one.components[:-1]] == [c.text for c in other.components[:-1]]


def _read_half(half: str, text: str) -> Half:
    pieces = half.split("/")
    if len(pieces) < 2:
        raise symbol_error(text, "there is no slash in it")
    if len(pieces) > MAX_COMPONENTS:
        raise symbol_error(text, f"it has more than {MAX_COMPONENTS} parts between slashes")
    components: list[Component] = []
    for piece in pieces:
        components.append(_read_component(piece, components, text))
    if components[0].kind not in ("word", "code") or components[0].bracket:
        raise symbol_error(text, f"it should begin with the letters of an organ, not with {pieces[0]!r}")
    last = len(components)
    while components[last - 1].kind == "modifier":
        last -= 1
    for inner in components[: last - 1]:
        if " " in inner.text or (inner.kind == "number" and inner.bracket):
            raise symbol_error(text, f"after {inner.text!r} only Add., Corr., Rev. or Amend. can follow")
    return Half(tuple(components[:last]), tuple(components[last:]), pieces[0])


def _read_component(piece: str, before: list[Component], text: str) -> Component:
    if not piece:
        raise symbol_error(text, "there is nothing between two slashes, or after the last one")
    if modifier := _MODIFIER.fullmatch(piece):
        return _modifier(modifier, text)
    if _SEVERAL.fullmatch(piece):
        raise symbol_error(text, f"{piece!r} stands for several documents")
    if _SESSION.fullmatch(piece):
        return Component("session", piece.upper(), value=piece.upper())
    if _BRACKET.fullmatch(piece):
        return Component("bracket", piece, value=piece[1:-1])
    if number := _NUMBER.fullmatch(piece):
        return _number(number, before, text)
    if undotted := _UNDOTTED.fullmatch(piece):
        piece = f"{undotted['code']}.{undotted['value']}{undotted['rest']}"
    if code := _CODE.fullmatch(piece):
        word, _, value = _cased(f"{code['code']}.{code['value']}").rpartition(".")
        if value[0].isdigit() and value.endswith(_MISREAD):
            raise _misread(value, text)
        part = _part(code["part"], text)
        return Component("code", f"{word}.{value}{_behind(part)}", word.upper(), value, part=part)
    if word_found := _WORD.fullmatch(piece):
        word, bracket = _cased(word_found["code"]), word_found["bracket"] or ""
        return Component("word", f"{word}({bracket})" if bracket else word, word.upper(), bracket=bracket)
    raise symbol_error(text, f"{piece!r} cannot be part of a symbol")


def _modifier(found: re.Match[str], text: str) -> Component:
    if found["summary"]:
        return Component("modifier", "Summary", "Summary")
    kind, value = MODIFIERS[found["kind"].upper()], str(int(found["value"]))
    part = _part(found["part"], text)
    return Component("modifier", f"{kind}.{value}{_behind(part)}", kind, value, part=part)


def _number(found: re.Match[str], before: list[Component], text: str) -> Component:
    value, letter = found["value"], (found["early"] or found["letter"] or "").upper()
    bracket, part = (found["bracket"] or "").upper(), _part(found["part"], text)
    resolution = any(component.code in RESOLUTIONS for component in before)
    if "-" in value and before and before[-1].kind not in ("word", "code"):
        raise symbol_error(text, f"{value!r} stands for several documents")
    if bracket and (not resolution or any(c.kind in ("number", "session") for c in before)):
        raise symbol_error(text, f"({bracket}) fits only after a resolution that is numbered without a session")
    if letter and resolution:
        letter = " " + letter.strip()
    elif letter.startswith(" "):
        raise symbol_error(text, f"only a resolution has a letter set off by a space, like {letter.strip()!r}")
    elif letter in _MISREAD:
        raise _misread(value + letter, text)
    shown = value + (f"({bracket})" if bracket else "") + letter
    return Component("number", shown + _behind(part), value=value + letter, bracket=bracket, part=part)


def _misread(number: str, text: str) -> SymbolError:
    return symbol_error(text, f"{number!r} ends with a letter that is probably a misread digit")


def _part(typed: str | None, text: str) -> str:
    if typed is None:
        return ""
    if version := VERSIONS.get(typed.strip().lower()):
        return version
    found = _PART.fullmatch(typed.strip())
    if found and found["ordinal"]:
        return f"Part {ORDINALS[found['ordinal'].lower()]}"
    if not found or not (found["value"] or PARTS[found["word"].lower()] in UNNUMBERED_PARTS):
        raise symbol_error(text, f"({typed.strip()}) names no part of a document")
    word, value = PARTS[found["word"].lower()], found["value"]
    return f"{word} {value.upper()}" if value else word


def _behind(part: str) -> str:
    if part in VERSIONS.values():
        return f" [{part}]"
    return f" ({part})" if part else ""


def _cased(word: str) -> str:
    """The canonical case of a component: as known, else capitals, else as it was typed in mixed case."""
    pieces: list[str] = []
    for piece in word.split("."):
        upper = piece.upper()
        if pieces and pieces[0] == "OzL" and upper in ("PRO", "CONV"):
            pieces.append(upper.capitalize())  # the Montreal Protocol and the convention behind it
        elif upper in CASED:
            pieces.append(CASED[upper])
        else:
            pieces.append(upper if piece.islower() or upper in CAPITALS else piece)
    return ".".join(pieces)
