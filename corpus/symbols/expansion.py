"""Expands abbreviated citations: `A/80/6 and Add.1-3` names four documents.

An abbreviation continues the symbol before it. A modifier of a kind that the symbol has already
replaces that one (`A/80/6/Add.1 and Add.2`: A/80/6/Add.2); one of another kind is appended
(`A/C.3/75/L.1/Rev.1 and Add.1`: A/C.3/75/L.1/Rev.1/Add.1).
"""

import re
from collections.abc import Iterator, Sequence

from .characters import fold
from .grammar import symbol_error
from .model import Modifier, Symbol, with_modifiers
from .symbol_finder import SymbolMention, find_in_folded, find_symbols
from .symbol_words import MODIFIERS

MAX_RANGE = 500  # the most documents that one range may name; a longer one is a typing error or an attack

MAX_EXPANDED = 10_000  # the number of mentions in one running text after which ranges are no longer expanded

_AND = r"(?:(?:and|or|et|ou|y|e|o|u|и|или)(?![^\W\d_])|&|\+|以及|[和及与或]|أو|و)"
_TO = r"(?:-|(?:to|through|à|a|al|hasta|по|до)(?![^\W\d_])|[至到]|إلى|الى)"
_COMMA = r"[,;،、؛]"
_KIND = r"(?:Add|Corr|Rev|Amend)"
_MONTH = r"""(?:
    jan|feb|f[eé]v|mar[sçz]|apr|avr|abr|ma[iy]|ju[inl]|aug|ago|ao[uû]t|sep|oct|nov|dec|d[eé]c|dic|ene
    |янв|фев|март|апр|ма[яй]|июн|июл|авг|сен|окт|ноя|дек
    |يناير|فبراير|مارس|أبريل|نيسان|مايو|أيار|يوني|حزيران|يولي|تموز
    |أغسطس|آب|سبتمبر|أيلول|أكتوبر|نوفمبر|ديسمبر|كانون|تشرين)"""
_OTHERS = r"(?:other|more|further|additional|autre|otr[ao]|más|друг)"
# A number that is nothing else: no date, year, fraction, ordinal or time, and no count of something.
_ALONE = rf"""(?! [0-9A-Za-zÀ-ɏЀ-ӿ_%°] | [-/:.][0-9] | [-/][A-Za-z]
                | \s?[月日年个個届次条段页章] | \s(?:de\s)?(?:{_MONTH}|{_OTHERS}) )"""
_GAP = r"\s{0,3}"
_ITEM = rf"[0-9]{{1,3}} (?:{_GAP}{_TO}{_GAP}[0-9]{{1,6}})?"
_MODIFIER_TEXT = rf"{_KIND}\.?\x20?[0-9]{{1,4}}"


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE | re.IGNORECASE)


_MODIFIERS = _pattern(
    rf"""{_GAP}\(?{_COMMA}?{_GAP}{_AND}?{_GAP}\(?
         (?P<chain>{_MODIFIER_TEXT}(?:/{_MODIFIER_TEXT}){{0,4}})(?![0-9A-Za-z_])"""
)
_MODIFIER = _pattern(rf"(?P<kind>{_KIND})\.?\x20?(?P<number>[0-9]{{1,4}})")
_RANGE = _pattern(rf"{_GAP}{_TO}{_GAP}(?:(?P<kind>{_KIND})\.?\x20?)?(?P<last>[0-9]{{1,6}}){_ALONE}")
_HYPHENATED = _pattern(rf"-(?P<kind>)(?P<last>[0-9]{{1,6}}){_ALONE}")
# Bare numbers are a list only with a word for "and" before the last: `Add.1, 2 and 3`, not `Add.1, 12 March`.
_LIST = _pattern(rf"(?:{_GAP}{_COMMA}{_GAP}{_ITEM}(?![0-9])){{0,50}} {_GAP}{_COMMA}?{_GAP}{_AND}{_GAP}{_ITEM}{_ALONE}")
_NUMBERS = _pattern(rf"(?P<first>[0-9]{{1,3}})(?:{_GAP}{_TO}{_GAP}(?P<last>[0-9]{{1,6}}))?")

_Found = tuple[Symbol, int, int]


def expand(text: str) -> list[Symbol]:
    """All symbols that a citation names, abbreviated or in full, each once, in the order of the citation.

    Understood are lists and ranges of addenda, corrigenda, revisions and amendments with the words of the
    six languages, and ranges of running numbers, `CTOC/COP/WG.7/2021/2-4`. SymbolError if the citation
    names no symbol, or if a range runs backwards or names more than `MAX_RANGE` documents."""
    folded = fold(text).text
    found = dict.fromkeys(_expanded(folded)) or dict.fromkeys(_expanded(re.sub(r"\s*/\s*", "/", folded)))
    return list(found) or [Symbol.parse(text)]


def expand_all(text: str) -> list[SymbolMention]:
    """The symbols in a running text, also those named by abbreviations, in order.

    The span of an abbreviated mention is that of the abbreviation, `Add.1`, or of the bare number;
    documents in the middle of a range have the span of its last number. A range that is too long or runs
    backwards names only its ends, as do ranges after the first `MAX_EXPANDED` mentions. Never raises."""
    return with_abbreviated(text, find_symbols(text))


def with_abbreviated(text: str, mentions: Sequence[SymbolMention]) -> list[SymbolMention]:
    """The symbols found in a text, each with those that abbreviations right behind it name, with spans as of `expand_all`."""
    found: list[SymbolMention] = []
    for n, mention in enumerate(mentions):
        behind = fold(text[mention.end : mentions[n + 1].start if n + 1 < len(mentions) else None])
        found.append(mention)
        limit = MAX_RANGE if len(found) < MAX_EXPANDED else 0
        for symbol, *span in _abbreviated(behind.text, mention.symbol, 0, strict=False, limit=limit):
            start, end = behind.span(*span)
            found.append(SymbolMention(symbol, mention.end + start, mention.end + end))
    return found


def _expanded(text: str) -> Iterator[Symbol]:
    """The symbols that a folded citation names. Raises `SymbolError` as `expand` does."""
    for symbol, _, end in find_in_folded(text):
        yield symbol
        yield from (each for each, _, _ in _abbreviated(text, symbol, end, strict=True, limit=MAX_RANGE))


def _abbreviated(text: str, symbol: Symbol, at: int, *, strict: bool, limit: int) -> Iterator[_Found]:
    """The symbols named by abbreviations after the symbol that ends at `at`."""
    current = symbol
    while True:
        to = _RANGE if current.modifiers else _HYPHENATED
        if (found := to.match(text, at)) and _continues(current, found["kind"]):
            at = found.end()
            ends = _running(current), int(found["last"])
            for number in _between(*ends, current, strict=strict, limit=limit):
                current = _numbered(current, number)
                yield current, *found.span("last")
        elif current.modifiers and (found := _LIST.match(text, at)):
            at = found.end()
            for item in _NUMBERS.finditer(text, found.start(), at):
                first = int(item["first"])
                if first <= _running(current):
                    return  # numbers that do not ascend are something else
                current = _numbered(current, first)
                yield current, *item.span("first")
                if item["last"]:
                    for number in _between(first, int(item["last"]), current, strict=strict, limit=limit):
                        current = _numbered(current, number)
                        yield current, *item.span("last")
        elif found := _MODIFIERS.match(text, at):
            at = found.end()
            current = _attached(symbol, found["chain"])
            yield current, *found.span("chain")
        else:
            return


def _between(first: int, last: int, symbol: Symbol, *, strict: bool, limit: int) -> list[int]:
    """The numbers after `first` up to `last`: only `last` if they are too many, none if they run backwards."""
    if first < last < first + limit:
        return list(range(first + 1, last + 1))
    if strict and last <= first:
        raise symbol_error(f"{symbol}-{last}", f"a range cannot run from {first} to {last}")
    if strict:
        raise symbol_error(f"{symbol}-{last}", f"as a range it names more than {limit} documents")
    return [last] if last > first else []


def _running(symbol: Symbol) -> int:
    """The number that a range continues: that of the last modifier, else the running number (0 if there is
    none)."""
    if symbol.modifiers:
        return symbol.modifiers[-1].number or 0
    return int(symbol.number) if symbol.number and symbol.number.isdigit() else 0


def _continues(symbol: Symbol, kind: str | None) -> bool:
    """Whether a range can continue a symbol: its last modifier, of this kind, or its bare running number."""
    if not symbol.modifiers:
        return bool(symbol.number) and symbol.text.endswith(f"/{symbol.number}") and _running(symbol) > 0
    return not kind or symbol.modifiers[-1].kind == MODIFIERS[kind.upper()]


def _numbered(symbol: Symbol, number: int) -> Symbol:
    """The symbol with another number in its last modifier, or with another running number."""
    if symbol.parent is None:
        return Symbol.parse(f"{symbol.text.rpartition('/')[0]}/{number}")
    return with_modifiers(symbol.parent, (Modifier(symbol.modifiers[-1].kind, number),))


def _attached(symbol: Symbol, chain: str) -> Symbol:
    """The symbol that a chain of modifiers, `Add.1/Corr.1`, names behind another symbol."""
    modifiers = tuple(Modifier(MODIFIERS[m["kind"].upper()], int(m["number"])) for m in _MODIFIER.finditer(chain))
    stem: Symbol | None = symbol
    while stem is not None and any(modifier.kind == modifiers[0].kind for modifier in stem.modifiers):
        stem = stem.parent
    return with_modifiers(stem or symbol, modifiers)
