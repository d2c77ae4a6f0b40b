"""Finds names of countries and territories in texts in the six languages: those of Unicode CLDR (by Babel) and of ISO 3166
(by pycountry), which has most of the names that the United Nations uses (`Viet Nam`, `Republic of Korea`)."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from corpus.analysis import fold

LONG, SHORT = 4, 3
"""Inflection of Russian words: the ending of words with more letters than `LONG` may change, and stems of at least `SHORT` letters may
take other endings."""
_LETTER = r"[^\W\d_]"
_ENDING = re.compile("(?:[ыио]й|ая|[ое]е|[аеиоуыьъэюяй])$")


def find_countries(text: str, language: str) -> dict[str, str]:
    """The countries named in a text, each once: the words by ISO 3166 code. In Latin and Cyrillic script a name needs a capital letter,
    unless the text has none."""
    found: dict[str, str] = {}
    for code, begin, end in find_country_spans(text, language):
        found.setdefault(code, text[begin:end])
    return found


def find_country_spans(text: str, language: str) -> Iterator[tuple[str, int, int]]:
    """(ISO 3166 code, start, end) of the countries named in a text, in order."""
    plain = _plain(text) if len(_plain(text)) == len(text) else text.casefold()
    any_case = language in ("ar", "zh") or text[1:] == text[1:].casefold()
    pattern, codes = _any_name(language)
    for match in pattern.finditer(plain):
        begin, end = match.start(1), match.end()
        if any_case or text[begin].isupper():
            yield codes[(match.lastindex or 0) - 2], begin, end


def country_names(code: str, language: str) -> list[str]:
    """The names of a country in a language, by its ISO 3166 code."""
    return [name for name, each in _names(language).items() if each == code]


def mentions_country(code: str, text: str, language: str) -> bool:
    """Whether a text mentions a country, its people or an adjective of it: words that begin like its name, unless they are the name of
    another country, or in it (the Congo in the Democratic Republic of the Congo)."""
    names, pattern, plain = _names(language), _name_of(code, language), _plain(text)
    found = [each for each in pattern.finditer(plain) if names.get(each.group(), code) == code] if pattern else []
    if not found or len(plain) != len(text):
        return bool(found)
    others = [(start, end) for other, start, end in find_country_spans(text, language) if other != code]
    return any(not any(start <= each.start() and each.end() <= end for start, end in others) for each in found)


def _plain(text: str) -> str:
    return fold(text).replace("’", "'").replace("ё", "е")


@lru_cache(maxsize=8)
def _names(language: str) -> Mapping[str, str]:
    """Codes by name; parts of names in brackets are left out."""
    from babel import Locale  # imported only where it is needed
    from babel.core import get_global

    named, peopled = Locale(language).territories, get_global("territory_languages")
    names = {_plain(name): code for code, name in named.items() if code in peopled}
    return {re.split(r"\s*[(（]", name)[0]: code for name, code in [*_iso_names(language), *names.items()]}


def _iso_names(language: str) -> Iterator[tuple[str, str]]:
    """Names in ISO 3166, short and official, with their codes; `Korea, Republic of` is the Republic of Korea."""
    import pycountry

    locale = {"zh": "zh_CN"}.get(language, language)
    # Words of official names are inflected in Russian: “Республики Нигерия” would be that of the Niger.
    kinds = ("name",) if language == "ru" else ("name", "official_name")
    told = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [locale], fallback=language == "en").gettext
    for country in pycountry.countries:
        for english in (getattr(country, kind, "") for kind in kinds):
            name = _plain(told(english)) if english else ""
            # “Îles Falkland”, as “Falkland, Îles (Malouines)”, would be told by “Îles” alone.
            if name and (language == "en" or told(english) != english) and not {",", "("} <= {*name}:
                short, *others = re.split("[,،] ", name.replace("ديموقراط", "ديمقراط"))
                rest = " ".join(others).removeprefix("the ")
                yield (rest if short in rest else f"{rest} {short}".strip()), country.alpha_2


@lru_cache(maxsize=8)
def _any_name(language: str) -> tuple[re.Pattern[str], list[str]]:
    """A pattern with an empty group before the names and one behind each, the longest first, and the codes of the latter. Groups around
    the names would make the search for them several times as slow, since no name could be ruled out by its first letter."""
    names = sorted(_names(language).items(), key=lambda each: (-len(each[0]), each[0]))
    words = "|".join(f"{_forms(name, language, '{0,3}')}()" for name, _ in names)
    before = "[ولبفك]?" if language == "ar" else ""  # particles that are written with the word behind them
    found = f"()(?:{words})" if language == "zh" else rf"(?<!{_LETTER}){before}()(?:{words})(?!{_LETTER})"
    return re.compile(found), [code for _, code in names]


@lru_cache(maxsize=1_024)
def _name_of(code: str, language: str) -> re.Pattern[str] | None:
    """A pattern for the name of a country and words derived from it; None where the language has no name for it."""
    forms = [_forms(name, language, "*") for name, each in _names(language).items() if each == code]
    if language in ("ar", "zh"):
        return re.compile("|".join(forms)) if forms else None
    return re.compile(rf"(?<!{_LETTER})(?:{'|'.join(forms)})") if forms else None


def _forms(name: str, language: str, more: str) -> str:
    """A pattern for the inflected forms of a name; `more` is the quantifier for letters of other endings."""
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
