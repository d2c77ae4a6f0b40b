"""Countries and territories that texts in the six languages name, as Unicode CLDR calls them (by Babel)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from corpus.analysis import fold

LONG, SHORT = 4, 3
"""Letters of a Russian word beyond which its end may change, and from which on more may come behind what is left."""
_LETTER = r"[^\W\d_]"
_ENDING = re.compile("(?:[ыио]й|ая|[ое]е|[аеиоуыьъэюяй])$")


def find_countries(text: str, language: str) -> dict[str, str]:
    """The countries that a text names, each once: ISO 3166 code, and the words. In Latin and Cyrillic letters a name has a capital letter, unless
    the text has none."""
    found: dict[str, str] = {}
    for code, begin, end in find_country_spans(text, language):
        found.setdefault(code, text[begin:end])
    return found


def find_country_spans(text: str, language: str) -> Iterator[tuple[str, int, int]]:
    """Where a text names countries, in order: ISO 3166 code, begin and end of the words."""
    plain = _plain(text) if len(_plain(text)) == len(text) else text.casefold()
    any_case = language in ("ar", "zh") or text[1:] == text[1:].casefold()
    pattern, codes = _any_name(language)
    for match in pattern.finditer(plain):
        group = match.lastindex or 0
        begin, end = match.span(group)
        if any_case or text[begin].isupper():
            yield codes[group - 1], begin, end


def country_names(code: str, language: str) -> list[str]:
    """What a country is called in a language, by an ISO 3166 code."""
    return [name for name, each in _names(language).items() if each == code]


def mentions_country(code: str, text: str, language: str) -> bool:
    """Whether a text names a country, its people or what is theirs: words that begin like its name, and are no other one's."""
    names, pattern = _names(language), _name_of(code, language)
    return pattern is not None and any(names.get(each.group(), code) == code for each in pattern.finditer(_plain(text)))


def _plain(text: str) -> str:
    return fold(text).replace("’", "'")


@lru_cache(maxsize=8)
def _names(language: str) -> Mapping[str, str]:
    """Codes by name, without what stands in brackets."""
    from babel import Locale  # reads its files when it is asked
    from babel.core import get_global

    named, peopled = Locale(language).territories, get_global("territory_languages")
    return {re.split(r"\s*[(（]", _plain(name))[0]: code for code, name in named.items() if code in peopled}


@lru_cache(maxsize=8)
def _any_name(language: str) -> tuple[re.Pattern[str], list[str]]:
    """What finds a name, each in a group of its own, the longest first, and the codes of the groups."""
    names = sorted(_names(language).items(), key=lambda each: (-len(each[0]), each[0]))
    words = "|".join(f"({_forms(name, language, '{0,3}')})" for name, _ in names)
    before = "[ولبفك]?" if language == "ar" else ""  # particles that are written with the word behind them
    found = words if language == "zh" else rf"(?<!{_LETTER}){before}(?:{words})(?!{_LETTER})"
    return re.compile(found), [code for _, code in names]


@lru_cache(maxsize=1_024)
def _name_of(code: str, language: str) -> re.Pattern[str] | None:
    """What finds the name of a country and words made of it; None where the language has no name for it."""
    forms = [_forms(name, language, "*") for name, each in _names(language).items() if each == code]
    if language in ("ar", "zh"):
        return re.compile("|".join(forms)) if forms else None
    return re.compile(rf"(?<!{_LETTER})(?:{'|'.join(forms)})") if forms else None


def _forms(name: str, language: str, more: str) -> str:
    """The forms of a name as an expression: each word with so many `more` letters where it may end otherwise."""
    if language == "zh":
        return re.escape(name) + ("(?!家)" if name.endswith("国") else "")  # 发展中国家 is no China
    ending = _LETTER + more
    words = name.split()
    if language == "ru":
        stems = [_ENDING.sub("", word) if len(word) > LONG else word for word in words]
        found = r"\s+".join(re.escape(stem) + (ending if len(stem) >= SHORT else "") for stem in stems)
        return found.replace(r"\-", "-?")  # Центральноафриканская
    last = ending if more == "*" and language != "ar" else ""
    return r"\s+".join(map(re.escape, words)) + last
