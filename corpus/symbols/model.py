"""The value `Symbol`: its parts, sort order, related symbols and address."""

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, total_ordering
from typing import Any
from urllib.parse import quote

from corpus.roman import from_roman

from .grammar import Component, Half, ParsedSymbol, SymbolError, is_year, parse_external, parse_symbol, symbol_error
from .symbol_evidence import find_fault, has_known_organ
from .symbol_words import LANGUAGES, MODIFIERS, RESOLUTIONS, SERIES, ModifierKind

_TOKEN = re.compile(r"[0-9]+|[A-Za-z]+|[^0-9A-Za-z]+")
_ROMAN = re.compile(r"(?=.)(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")

_ROMAN_SESSION = re.compile(r"[IVXL]{1,8}")
_VERSION = re.compile(r" \[[^\]]*\]")

_Key = tuple[tuple[tuple[int, int, str], ...], ...]


@dataclass(frozen=True)
class Modifier:
    """A modifier at the end of a symbol: `Add.1`, `Corr.2`, `Summary` (which has no number)."""

    kind: ModifierKind
    number: int | None

    @property
    def text(self) -> str:
        """As written in a symbol."""
        return self.kind if self.number is None else f"{self.kind}.{self.number}"


@dataclass(frozen=True)
class _Parts:
    """The parts of one symbol; see the properties of `Symbol`. `plain` is the symbol
    without the year or session in brackets after the number of a resolution, and without the form of a report."""

    body: str
    year: int | None
    session: str | None
    series: str | None
    number: str | None
    part: str | None
    plain: str


def _split_parts(half: Half) -> _Parts:
    """The parts of a symbol, which are recognised by their position.

    The body is everything before the first session, year, number or series. Of several numbers the last is
    the running number and those before it are years where they can be (1945 to 2099) and sessions
    otherwise. The last series counts; a numbered one (`WP.29`) only at the end, for elsewhere it is a
    body."""
    body: list[str] = [half.components[0].text]
    numbers: list[Component] = []
    series = session = None
    year: int | None = None
    inside = True
    final = half.components[-1]
    for component in half.components[1:]:
        if component.kind == "number":
            inside = False
            numbers.append(component)
        elif component.kind == "session":
            inside, session = False, component.value
        elif component.code in SERIES and (component.kind == "word" or component is final):
            inside, series = False, component.code
        elif inside and component.kind in ("word", "code"):
            body.append(component.code if component.bracket else component.text)
            session = component.bracket or session
        elif component.kind == "word" and _ROMAN_SESSION.fullmatch(component.text):
            session = component.text
    if series == "D" and len(numbers) > 1 and is_year(numbers[-1]):  # a communication to a treaty body, D/2163/2012
        year = int(numbers.pop().text)
    running = numbers.pop() if numbers and final.kind != "code" else final
    for earlier in numbers:
        if is_year(earlier) and year is None:
            year = int(earlier.text)
        elif session is None:
            session = earlier.value
    if running.kind == "number" and running.bracket:
        year = int(running.bracket) if running.bracket.isdigit() else year
        session = session if running.bracket.isdigit() else running.bracket
    dated = running.kind == "number" and running.bracket and series in RESOLUTIONS
    parts = [component.part for component in (*half.components, *half.modifiers) if component.part]
    return _Parts(
        body="/".join(body),
        year=year,
        session=session,
        series=series,
        number=running.value or None,
        part=parts[-1] if parts else None,
        plain=_VERSION.sub("", half.text.replace(f"({running.bracket})", "", 1) if dated else half.text),
    )


@total_ordering
@dataclass(frozen=True)
class Symbol:
    """A United Nations document symbol in canonical spelling, or a symbol of another organization as that prints it. Create it with
    `Symbol.parse`, or with `Symbol.parse_any` for text that is known to be a symbol, from a user or the library.

    Equal, and of one hash, are symbols of equal `text`: a technical reissue (`A/72/1*`) is the same
    document. The order is natural: numbers as numbers, a symbol directly before its addenda, corrigenda
    and revisions. Of a double symbol (`A/ES-10/1043-S/2025/529`) the parts are those of its first half."""

    text: str
    reissue: int = field(default=0, compare=False)
    """The number of asterisks after the symbol."""

    def __post_init__(self) -> None:
        canonical = _parse_any(self.text).text
        if canonical != self.text:
            raise symbol_error(self.text, f"its canonical spelling is {canonical}, which Symbol.parse finds")

    @classmethod
    def parse(cls, text: str) -> "Symbol":
        """Parses a symbol in any case and spacing.

        SymbolError if the text is anything but one symbol: empty, a body without a document number, a
        date, a path, a range of documents, longer than 200 characters."""
        reading = _checked(text)
        return cls(reading.text, reading.reissue)

    @classmethod
    def parse_any(cls, text: str) -> "Symbol":
        """Parses a text that is known to be a symbol, of any organization: `A/80/6`, `WHA79.4`, `220 EX/5`, `GC(69)/7`. SymbolError if it
        can't be one."""
        reading = _parse_any(text)
        return cls(reading.text, reading.reissue)

    @classmethod
    def try_parse(cls, text: str) -> "Symbol | None":
        """Like `parse`; None where the text is not a symbol."""
        try:
            return cls.parse(text)
        except ValueError:
            return None

    def __str__(self) -> str:
        return self.text

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> Any:
        """Makes pydantic serialise a symbol as its text."""
        from pydantic_core import core_schema as core

        return core.no_info_after_validator_function(
            cls.parse_any, core.str_schema(), serialization=core.to_string_ser_schema()
        )

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Symbol):
            return NotImplemented
        return self._key < other._key

    @property
    def modifiers(self) -> tuple[Modifier, ...]:
        """The modifiers at the end, in order: of `E/1/Add.2/Rev.1`, Add.2 and Rev.1."""
        first, second = self._halves[0], self._halves[-1]
        return tuple(_modifier(component) for component in first.modifiers or second.modifiers)

    @property
    def parent(self) -> "Symbol | None":
        """The symbol without its last modifier; None for a symbol without modifiers.

        A modifier after a double symbol belongs to both halves; one that only the first half has
        belongs to that half, whose parent is then a symbol of its own."""
        if not self.modifiers:
            return None
        if len(self._halves) == 1 or not self._halves[1].modifiers:
            return Symbol(_shortened(self._halves[0]))
        return Symbol("-".join(_shortened(half) for half in self._halves))

    @property
    def base(self) -> "Symbol":
        """The symbol without modifiers: the end of the chain of parents; the symbol itself, if it has
        none."""
        return self if self.parent is None else self.parent.base

    @property
    def halves(self) -> tuple["Symbol", ...]:
        """The one or two symbols of the document, each with its modifiers."""
        if len(self._halves) == 1:
            return (self,)
        first, second = self._halves
        shared = () if first.modifiers else second.modifiers
        return Symbol("/".join((first.text, *(component.text for component in shared)))), Symbol(second.text)

    @property
    def body(self) -> str:
        """Organ and body, without session, year and series: `CTOC/COP/WG.7`; `A` for `A/RES/79/154`;
        `ICCD/COP` for `ICCD/COP(8)/16`; the State with it in the series of the treaty bodies,
        `CEDAW/C/CAF`."""
        return self._parts.body

    @property
    def year(self) -> int | None:
        """The year: 2021 in `CTOC/COP/WG.7/2021/1`, 2000 in `S/RES/1325(2000)`."""
        return self._parts.year

    @property
    def session(self) -> str | None:
        """The session as written: "79", "XV", "ES-10", "S-21"."""
        return self._parts.session

    @property
    def number(self) -> str | None:
        """The running number, with the letter that some resolutions have: "1", "290 B", "1-5"."""
        return self._parts.number

    @property
    def series(self) -> str | None:
        """What kind of document it is, if the symbol says so: "RES", "CRP", "L", "INF", "PV", "CO", ..."""
        return self._parts.series

    @property
    def part(self) -> str | None:
        """The part of the document, or the form of a report: "Part II", "Sect. 16", "Vol. I", "Expanded report"."""
        return self._parts.part

    @property
    def is_external(self) -> bool:
        """Whether it is a symbol of another organization than the United Nations, with a grammar of its own."""
        return _parse_any(self.text).is_external

    @property
    def without_part(self) -> "Symbol":
        """The symbol without its part: `DP/FPA/2025/4` for its Part II; the symbol itself where no part is at its end."""
        rest = self.text.removesuffix(f" ({self.part})") if self.part else self.text
        return self if rest == self.text else Symbol(rest)

    @property
    def _halves(self) -> tuple[Half, ...]:
        return _parse_any(self.text).halves

    @cached_property
    def _parts(self) -> _Parts:
        return _split_parts(self._halves[0])

    @cached_property
    def _key(self) -> tuple[_Key, _Key, str]:
        keys = [tuple(_natural(c.text) for c in (*half.components, *half.modifiers)) for half in self._halves]
        return keys[0], keys[1] if len(keys) > 1 else (), self.text


def same_document(one: Symbol, other: Symbol) -> bool:
    """Whether two symbols name the same document: equal, or halves of one double symbol (`A/ES-10/1043`
    and `A/ES-10/1043-S/2025/529`), or a resolution with and without the year or session that belongs to
    its number (`S/RES/1325` and `S/RES/1325(2000)`), or a report with and without the form in which it is issued
    (`JIU/REP/2025/1` and `JIU/REP/2025/1 [Expanded report]`)."""
    return any(a.text in (b.text, b._parts.plain) or b.text == a._parts.plain for a in one.halves for b in other.halves)


def document_url(symbol: Symbol, language: str = "en") -> str | None:
    """The public address of a document at the United Nations, in one of the six official languages (en fr
    es ru ar zh; ValueError otherwise); None for a document of another organization or of an unknown organ: the Official Document
    System has documents of the United Nations only. For a double symbol the first half is used: each half alone leads to the document."""
    if language not in LANGUAGES:
        raise ValueError(
            f"{language!r} is no official language of the United Nations; use one of {' '.join(LANGUAGES)}"
        )
    known = not symbol.is_external and any(has_known_organ(half) for half in symbol._halves)
    return f"https://docs.un.org/{language}/{quote(symbol.halves[0].text, safe='/')}" if known else None


def with_modifiers(symbol: Symbol, modifiers: tuple[Modifier, ...]) -> Symbol:
    """The symbol with further modifiers behind it."""
    tail = "".join(f"/{modifier.text}" for modifier in modifiers)
    halves = symbol._halves
    if len(halves) == 1 or not halves[0].modifiers:
        return Symbol(symbol.text + tail)
    return Symbol("-".join(half.text + tail for half in halves if half.modifiers))


def _checked(text: str) -> ParsedSymbol:
    reading = parse_symbol(text)
    for half in reading.halves:
        if fault := find_fault(half):
            raise symbol_error(text, fault)
    return reading


@lru_cache(maxsize=8192)
def _parse_any(text: str) -> ParsedSymbol:
    try:
        return _checked(text)
    except SymbolError:
        if other := parse_external(text):
            return other
        raise


def _modifier(component: Component) -> Modifier:
    return Modifier(MODIFIERS[component.code.upper()], int(component.value) if component.value else None)


def _shortened(half: Half) -> str:
    return "/".join(component.text for component in (*half.components, *half.modifiers[:-1]))


def _natural(component: str) -> tuple[tuple[int, int, str], ...]:
    """The sort key of a component: numbers, also Roman ones after a dot, a bracket or the name of a part, sort as
    numbers."""
    tokens: list[str] = _TOKEN.findall(component)
    key: list[tuple[int, int, str]] = []
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else ""
        counting = before.endswith((".", "(")) or (before.endswith(" ") and place > 1 and tokens[place - 2].isalpha())
        if token.isdigit():
            key.append((0, int(token), ""))
        elif counting and _ROMAN.fullmatch(token):
            key.append((0, from_roman(token), ""))
        else:
            key.append((1, 0, token))
    return tuple(key)
