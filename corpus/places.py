"""Finds places named in a text in any of the six official languages (“Annex II, paragraph 3 (b)”), and parses and writes locators.

Words and numbering as in the United Nations Editorial Manual and its counterparts in the other languages:
`пункт 3 b)`, `الفقرة 3 (ب)`, `附件二第3段`. The locators are those of `ingest.block_builder`: `annex II, para. 3 (b)`,
`table 24.3`, `page 7, footnote 3`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from corpus.roman import from_ordinal, from_roman, to_roman

PARTS = {
    "annex": "annex", "preamble": "preamble", "art": "art.", "page": "page", "para": "para.", "table": "table", "note": "footnote",
}  # fmt: skip
"""Kinds of places, outermost first, and their words in locators."""
_INNER = frozenset({"para", "table", "note"})
MAX_RANGE = 200  # most numbers that a range (`paragraphs 4 to 60`) is expanded to

_AR = r"(?:[وف])?(?:[بلك])?(?:ال|ل)?"
_WORDS = {
    "annex": rf"annex(?:es|e)?|appendix|appendices|anexos?|apéndices?|приложени\w+|{_AR}مرفق(?:ات|ان|ين)?|附件|附录",
    "art": rf"articles?|arts?\.|artículos?|статьи|статья|статье|статью|статей|статьям|статьях|{_AR}ماد(?:ة|تان|تين)|{_AR}مواد",
    "page": rf"pages?|pp?\.|páginas?|págs?\.|страниц\w*|стр\.|{_AR}صفح(?:ة|ات|تان|تين)",
    "para": r"(?:operative )?(?:sub)?para(?:graph)?s?\b\.?|paragraphes?|par\.(?=\s*\d)|párrafos?|párrs?\.|"
    rf"ops?\.?|пункт(?:а|у|ом|е|ы|ов|ам|ами|ах)?|пп?\.|{_AR}فقر(?:ة|ات|تان|تين)",
    "table": rf"tables?|tableaux?|cuadros?|tablas?|таблиц\w*|табл\.|{_AR}جد(?:ول|اول|ولان|ولين)|表格?",
    "note": r"foot-?\s?notes?|notes? de bas de page|notas? (?:a |al |de )(?:pie|a pie)(?: de (?:la )?página)?|notas?|notes?|"
    rf"сноск\w*|примечани\w+|{_AR}حاشي(?:ة|تان|تين)|{_AR}حواشي|脚注|注",
}
_NUMBER_SIGN = r"(?:n[o°º]s?\.?|№№?|nums?\.|núms?\.)?\s*"
_HAN = "一二三四五六七八九十"
_HAN_NUMBER = rf"[{_HAN}]{{1,3}}"
_ORDINALS = ["الأول", "الثاني", "الثالث", "الرابع", "الخامس", "السادس", "السابع", "الثامن", "التاسع", "العاشر"]
_ROMAN = r"(?-i:[IVXL]+)(?!\w)"
_NAMED_LETTERS = ["ألف", "باء", "جيم", "دال", "هاء", "واو", "زاي", "حاء", "طاء", "ياء"]
ANNEX_LETTERS = rf"(?-i:[A-ZА-Я])|{'|'.join(_NAMED_LETTERS)}|[أبجده]|[甲乙丙丁戊]"
"""A pattern for the letters of annexes."""
ANNEX_ORDINALS = "|".join(_ORDINALS)
"""A pattern for the ordinals that follow the Arabic word for annex."""
_SUB = r"\s*\(?(?:[^\W\d_]{1,4}|\d{1,2})\)"
_LETTERED = r"(?:[A-Za-z](?=\.\d))?"
"""The letter of a section, as in 29D.1."""
_MARK = rf"\d+{_LETTERED}(?:\.\d+)*(?:\s*(?:bis|ter|quater)(?!\w))?(?:{_SUB})*"
_NUMBERS = {
    "annex": rf"{_ROMAN}|\d+|(?:{ANNEX_LETTERS})(?![^\W㐀-鿿]|[/'’])|{_HAN_NUMBER}|{ANNEX_ORDINALS}",
    "art": _MARK,
    "page": r"\d+",
    "para": _MARK,
    "table": rf"\d+{_LETTERED}(?:\.\d+)*|(?-i:[A-Z])\.\d+|{_ROMAN}|{_HAN_NUMBER}",
    "note": r"\d+|\*{1,3}|(?<![^\W㐀-鿿])(?-i:[a-z])(?![\w’'])",  # "noted" is no note
}
_EDGE = r"(?:(?<![^\W㐀-鿿])|(?=[㐀-鿿]))"
"""Where a word begins; in Chinese it begins anywhere."""
_AND = r"\s*(?:,|;|،|؛|、|和|及|与|\band\b|\bet\b|\by\b|\be\b|\bи\b|\bو(?=\s)|و(?=\d)|&)\s*"
_TO = r"\s*(?:[-‐-―]|\bto\b|\bthrough\b|\bà\b|\ba\b|\bal\b|\bпо\b|\bдо\b|\bإلى\b|至|到)\s*"


def _list_pattern(number: str) -> str:
    """A pattern for a list of numbers and ranges. A further `(b)` alone belongs to the number before it."""
    return rf"(?:{number})(?:(?:{_TO}|(?:{_AND})+)(?:{number}|\(\w{{1,3}}\)))*"


_HAN_LIST = r"第\s*(?P<numbers>{0}(?:\s*(?:[、，,和及与至到]|[-‐-―])+\s*第?\s*(?:{0}|\(\w{{1,3}}\)))*)\s*"
_HAN_MARK = rf"(?:\d+{_LETTERED}(?:\.\d+)*|{_HAN_NUMBER})(?:{_SUB})*"
_HAN_WORDS = {"para": rf"段(?P<behind>(?:{_SUB})*)", "page": "页", "art": "条"}


@cache
def _patterns(kind: str) -> list[re.Pattern[str]]:
    """The patterns for places of a kind, compiled when the first text is read, since that takes time."""
    words = _WORDS[kind]
    alone = rf"|{_EDGE}(?:{words})(?!\w)" if kind == "annex" else ""
    word_first = rf"{_EDGE}(?:{words})\s*(?P<numbers>{_NUMBER_SIGN}{_list_pattern(_NUMBERS[kind])}){alone}"
    han = [re.compile(_HAN_LIST.format(_HAN_MARK) + _HAN_WORDS[kind])] if kind in _HAN_WORDS else []
    return [re.compile(word_first, re.IGNORECASE), *han]


_BETWEEN = re.compile(
    r"(?P<sep>(?:[\s,،、:;؛|(]|\b(?:of|to|in|de|du|de la|del|d['’]|à|к|в|на|من|في)\b|(?:the|la|le|les|el|l['’])\b|中?的|中)*)"
    r"(?P<and>(?:\b(?:and|et|y|и|و)\b|和|及)?\s*(?:the |la |le |el |los |las )?)",
    re.IGNORECASE,
)
PREAMBLE = re.compile(
    r"[^\W\u3400-\u9fff]*(?:pr[eé][aá]mb|преамбул|ديباج)[^\W\u3400-\u9fff]*|序言(?:部分)?", re.IGNORECASE
)
"""Words for a preamble and its paragraphs."""
_PREAMBULAR = re.compile(r"(\w+) preambular para\.(.*)")
_APPENDED = re.compile(r"^(?:appendix|enclosure)(?!\w)")
_SUBS = re.compile(r"\(?([^\W\d_]{1,4}|\d{1,2})\)")
_SECTION = re.compile(r"(?<=\d)[a-z](?=\.\d)")
_LATIN = dict(zip("أابجدهوزحطيكلمنабвгдежзик", "aabcdefghijklmnabcdefghij", strict=True))
_ANNEX_LATIN = dict(zip("АВСЕНКМОРТХأبجده甲乙丙丁戊", "abcehkmoptxabcdeabcde", strict=True)) | dict(
    zip(_NAMED_LETTERS, "abcdefghij", strict=True)
)
"""Annexes keep the letters of the original in every script: `Приложение В` is annex B."""


@dataclass(frozen=True)
class PlaceMention:
    """Places that are named together: their locators, and the span of the words in the normalised text."""

    places: tuple[str, ...]
    start: int
    end: int


def normalise_place_text(text: str) -> str:
    """A text on one line, with ASCII digits, Arabic letters without marks, and no direction marks, as `find_place` needs it."""
    text = unicodedata.normalize("NFKC", text)
    letters = [letter for letter in text if unicodedata.category(letter) not in ("Cf", "Mn") and letter != "ـ"]
    plain = [str(unicodedata.digit(letter)) if letter.isdigit() else letter for letter in letters]
    return unicodedata.normalize("NFC", " ".join("".join(plain).split()))


def find_place(text: str, start: int = 0, end: int | None = None) -> PlaceMention | None:
    """The first place that is named in a normalised text between two offsets, with the places that follow it directly; or None."""
    limit = len(text) if end is None else end
    firsts = [found for kind in _WORDS if (found := _first(kind, text, start, limit))]
    if not firsts:
        return None
    earliest = min(firsts, key=lambda each: (each[1].start(), -each[1].end()))
    mentioned: list[dict[str, list[str]]] = [{}]  # of each place the numbers by kind
    begin = earliest[1].start()
    following: tuple[str, re.Match[str]] | None = earliest
    place_end = begin
    after_and = False
    while following is not None:
        kind, match = following
        current = mentioned[-1]
        inner = kind in _INNER and any(other in _INNER for other in current)
        if after_and or kind in current or inner:
            current = {} if after_and else {k: v for k, v in current.items() if k not in _INNER | {kind}}
            mentioned.append(current)
        current[kind] = _numbers(kind, match)
        place_end = match.end()
        between = _BETWEEN.match(text, place_end)
        next_start = between.end() if between else place_end
        after_and = bool(between and between["and"].strip())
        following = next((f for kind in _WORDS if (f := _at(kind, text, next_start))), None)
    places = [place for each in mentioned for place in _combined(each)]
    return PlaceMention(tuple(dict.fromkeys(places)), begin, place_end)


def _combined(parts: dict[str, list[str]]) -> list[str]:
    """The locators for all combinations of the numbers of each kind of place."""
    locators = [""]
    for kind, word in PARTS.items():
        if kind in parts:
            locators = [join_locator(outer, f"{word} {n}".strip()) for outer in locators for n in parts[kind]]
    return locators


def parse_locator(locator: str) -> dict[str, str]:
    """The numbers in a locator by kind of place (`PARTS`): `annex II, para. 3 (b)` is annex II and para 3 (b). Other
    parts are left out. `third preambular para. (a)` is read as `preamble, para. 3 (a)`."""
    found: dict[str, str] = {}
    for part in locator.split(", "):
        if preambular := _PREAMBULAR.fullmatch(part):
            found |= {"preamble": "", "para": f"{from_ordinal(preambular[1])}{preambular[2]}"}
        part = _APPENDED.sub("annex", part)
        for kind, word in PARTS.items():
            if part == word or part.startswith(f"{word} "):
                found.setdefault(kind, part[len(word) :].strip())
    return found


def is_in_annex(locator: str) -> bool:
    """Whether a locator is in an annex, including the annex of a decision in a report."""
    return "annex" in parse_locator(locator)


def parse_mark(mark: str) -> tuple[str, tuple[str, ...]]:
    """The number of a mark and its sub-marks, with letters of all scripts as Latin ones: `3 (b) (i)` is 3 and b, i."""
    match = re.match(rf"\d+{_LETTERED}(?:\.\d+)*(?:\s*(?:bis|ter|quater)\b)?", mark.strip(), re.IGNORECASE)
    head = " ".join(match.group().casefold().split()) if match else ""
    rest = mark.strip()[match.end() :] if match else mark
    return head, tuple(_latin(sub) for sub in _SUBS.findall(rest))


def parse_annex_number(text: str) -> int | str:
    """The number of an annex in any notation: 2 for `II`, `2`, `二` and `الثاني`, b for `B` and `باء`; 0 for none."""
    text = text.strip()
    if text in _ORDINALS:
        return _ORDINALS.index(text) + 1
    if text.isdigit():
        return int(text)
    if text and all(letter in _HAN for letter in text):
        return _han(text)
    numeral = from_roman(text) if set(text) <= set("IVXL") else 0  # annex C is not the hundredth
    return numeral or _ANNEX_LATIN.get(text, text.casefold()) or 0


def format_annex_mark(mark: str) -> str:
    """The number or letter of an annex as in locators: `II` for `二` and `الثاني`, `B` for `باء`; digits stay as they are."""
    number = parse_annex_number(mark)
    return mark if mark.isdigit() else to_roman(number) if isinstance(number, int) and number else str(number).upper()


def _first(kind: str, text: str, start: int, end: int) -> tuple[str, re.Match[str]] | None:
    matches = [match for pattern in _patterns(kind) if (match := pattern.search(text, start, end))]
    return (kind, min(matches, key=lambda match: match.start())) if matches else None


def _at(kind: str, text: str, position: int) -> tuple[str, re.Match[str]] | None:
    found = next((match for pattern in _patterns(kind) if (match := pattern.match(text, position))), None)
    return (kind, found) if found else None


def _numbers(kind: str, match: re.Match[str]) -> list[str]:
    """The numbers in a match, with ranges expanded; [''] where a place has no number."""
    groups = match.groupdict()
    if not groups.get("numbers"):
        return [""]
    marks: list[str] = []
    in_range = False
    text = re.sub(rf"^{_NUMBER_SIGN}", "", groups["numbers"], flags=re.IGNORECASE) + (groups.get("behind") or "")
    text = re.sub(
        r"\band\b|\bet\b|\bи\b|[、，,;،؛和及与第]|(?<!\w)[ye](?!\w)|(?<!\w)و(?!\w)|(?<!\w)و(?=\d)", " ; ", text
    )
    for each in _split_numbers(kind, text):
        if each == "-":
            in_range = bool(marks)
        elif re.fullmatch(r"\(\w{1,3}\)", each) and marks:
            marks.append(f"{marks[-1].split(' (')[0]} {each}")
        else:
            marks += _between(marks[-1], each) if in_range else []
            marks.append(each)
            in_range = False
    return [_format_mark(kind, each) for each in dict.fromkeys(marks)] or [""]


def _split_numbers(kind: str, text: str) -> list[str]:
    """The numbers in a list in order, with `-` for range signs."""
    number = rf"{_NUMBERS[kind]}|{_HAN_MARK}|\(\w{{1,3}}\)"
    found = re.finditer(rf"(?P<mark>{number})|(?P<to>{_TO})", text, re.IGNORECASE)
    if kind == "table" and re.fullmatch(r"(\d+)[-‐-―](\d+)\s*", text):
        first, second = (int(each) for each in re.findall(r"\d+", text))
        if second <= first:  # a dash between chapter and number, as in Arabic and Russian: 24-3
            return [f"{first}.{second}"]
    return ["-" if match["to"] else " ".join(match["mark"].split()) for match in found]


def _between(first: str, last: str) -> list[str]:
    """The numbers strictly between two: 5 and 6 for 4 and 7; 24.4 for 24.3 and 24.5."""
    one, two = re.fullmatch(r"(.*?)(\d+)", first), re.fullmatch(r"(.*?)(\d+)", last)
    if one is None or two is None or one[1] != two[1]:
        return []
    low, high = int(one[2]), int(two[2])
    return [f"{one[1]}{n}" for n in range(low + 1, high)] if high - low <= MAX_RANGE else []


def _format_mark(kind: str, mark: str) -> str:
    """A number as in locators."""
    mark = _SECTION.sub(lambda match: match.group().upper(), mark)
    if kind == "annex":
        return format_annex_mark(mark)
    if kind in ("para", "art"):
        head = re.match(rf"\d+{_LETTERED}(?:\.\d+)*(?:\s*(?:bis|ter|quater)\b)?|{_HAN_NUMBER}", mark, re.IGNORECASE)
        if head is None:
            return mark
        number = str(_han(head.group())) if head.group()[0] in _HAN else head.group()
        return " ".join([number, *(f"({sub})" for sub in _SUBS.findall(mark[head.end() :]))])
    if kind == "table" and mark[0] in _HAN:
        return str(_han(mark))
    return mark


def _latin(letter: str) -> str:
    plain = letter.rstrip("ه") if letter.startswith("ه") and len(letter) > 1 else letter
    return _LATIN.get(plain, letter.casefold())


def _han(text: str) -> int:
    tens, ten, ones = text.partition("十")
    if not ten:
        return _HAN.index(tens[0]) + 1 if tens else 0
    return (_HAN.index(tens) + 1 if tens else 1) * 10 + (_HAN.index(ones[0]) + 1 if ones else 0)


def join_locator(*parts: str) -> str:
    """A locator of its parts, outermost first; empty parts are left out."""
    return ", ".join(part for part in parts if part)
