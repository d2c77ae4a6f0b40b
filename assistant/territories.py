"""Countries and regions that a text names, by their codes (CLDR, by Babel)."""

from __future__ import annotations

import re
from functools import cache

_NONE = frozenset({"001", "UN", "ZZ"})
"""The world, the United Nations and what is unknown: no territories that a text could be about."""
_SEATS = {
    "AT": {"en": "Vienna", "fr": "Vienne", "es": "Viena", "ru": "Вена", "ar": "فيينا", "zh": "维也纳"},
    "CH": {"en": "Geneva", "fr": "Genève", "es": "Ginebra", "ru": "Женева", "ar": "جنيف", "zh": "日内瓦"},
    "KE": {"en": "Nairobi", "fr": "Nairobi", "es": "Nairobi", "ru": "Найроби", "ar": "نيروبي", "zh": "内罗毕"},
}
"""Seats of the United Nations, which texts name without their country."""
_MORE = {"419": {"es": "América Latina"}, "US": {"en": "USA"}, "GB": {"en": "UK"}, "EU": {"en": "EU"}}
_WORDS = {"ar": {"مالي", "قطر", "بنين"}, "zh": {"中非"}}
"""Names that are everyday words as well (financial, tow, sons), or stand where two words meet."""
_EDGES = {"ar": (r"(?<!\w)[وف]?[بكل]?", r"(?!\w)"), "zh": ("", "(?![文语])")}
"""What stands before and after a name; elsewhere it begins a word in capitals."""


def territories(text: str, language: str) -> frozenset[str]:
    """The codes of the countries and regions that a text names, in whatever case they stand; languages are none. Regions
    have figures for codes. A city that is a seat of the United Nations stands for its country."""
    pattern, codes = _names(language)
    return frozenset(codes[match.lastgroup or ""] for match in pattern.finditer(text))


@cache
def _names(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern with a group for each name, and the codes of the groups."""
    from babel import Locale

    named = [(name, code) for code, name in Locale(language).territories.items() if code not in _NONE]
    for more in (_SEATS, _MORE):
        named += [(names[language], code) for code, names in more.items() if language in names]
    named = [pair for pair in named if len(pair[0]) > 1 and pair[0] not in _WORDS.get(language, ())]
    named.sort(key=lambda pair: -len(pair[0]))
    codes = {f"n{n}": code for n, (_, code) in enumerate(named)}
    before, after = _EDGES.get(language, (r"(?<!\w)(?=[^\W\d_a-zа-я])", r"(?!\w)"))
    if language == "zh":
        before = f"(?=[{''.join({name[0] for name, _ in named})}])"
    forms = "|".join(f"(?P<n{n}>{_form(name, language)})" for n, (name, _) in enumerate(named))
    return re.compile(f"{before}(?:{forms}){after}"), codes


def _form(name: str, language: str) -> str:
    """How a name stands in texts."""
    if language == "zh":
        return re.escape(name)
    words = [re.escape(word) for word in name.split()]
    if language == "ru":
        words = [_inflected(word) for word in words]
    body = r"\s+".join(words)
    if language == "ar" and body.startswith("ال"):
        return rf"{body}|(?<=ل)ل?{body[2:]}"
    return body


def _inflected(word: str) -> str:
    """A Russian word with the endings of its cases in place of its own."""
    if len(word) < 4 or not word[0].isupper():
        return word
    stem = word[: -2 if word[-2:] in ("ая", "ые", "ий") else -1] if word[-1] in "аяоейыи" else word
    return rf"{stem}\w{{0,3}}"
