"""What kind of answer a question asks for, where its words tell, and whether a text has anything of that kind.

A paragraph about the thing that is asked about is no answer to "how many" unless it names a number.
"""

from __future__ import annotations

import re

from assistant.question import Question
from assistant.vocabulary import Vocabulary
from corpus.analysis import fold
from corpus.symbols import find_symbols

_AMOUNT = {
    "en": re.compile(r"\bhow (?:many|much)\b"),
    "fr": re.compile(r"\bcombien\b"),
    "es": re.compile(r"\bcuant[oa]s?\b"),
    "ru": re.compile(r"\bсколько\b"),
    "ar": re.compile(r"(?<!\w)كم(?!\w)"),
    "zh": re.compile(r"多少|几(?=[个次项名国份人票年天])"),
}
"""Asking for an amount; of folded text."""
_TIME = {
    "en": re.compile(r"^(?:(?:and|so|by|since|until|from) )?when (?:did|was|were|will)\b|\b(?:what|which) year\b"),
    "fr": re.compile(r"^(?:et )?(?:depuis |jusqu'a )?quand\b|\bquelle annee\b"),
    "es": re.compile(r"^¿?(?:y )?(?:desde |hasta )?cuando\b|\bque ano\b"),
    "ru": re.compile(r"^(?:а |и )?(?:с каких пор|когда)\b|\bкак(?:ом|ого) году\b"),
    "ar": re.compile(r"^(?:و)?(?:منذ |حتي )?متي\b|اي (?:سنة|عام)"),
    "zh": re.compile(r"什么时候|何时|哪一?年"),
}
"""Asking for a point of time."""
_PLACED = re.compile(
    r"\b(?:art(?:icles?|\.)?|paras?(?:graphs?|\.)?|items?|annex(?:es)?|chapters?|sections?|tables?|resolutions?|decisions?|"
    r"meetings? no\.|no\.|points?|parr?(?:afos?|\.)?|par(?:agraphes?|\.)?|articulos?|temas?|resoluci(?:on|ones)|"
    r"стат\w+|пункт\w*|резолюци\w+|المادة|الفقرة|البند|القرار)\s*№?\s*[\divxl]+(?:/\d+)*\b(?:\s*\(\w\))?|第\s*[\d一二三四五六七八九十百]+\s*[条款项段号]"
)
_YEAR = re.compile(r"(?<![\d.,])(?:1[89]|20)\d\d(?![\d.,]\d)(?!\d)")
_CLOCK = re.compile(r"\b\d{1,2}(?:[.:]\d\d)? ?[ap]\.?m\b\.?|\b\d{1,2}:\d\d\b")
_DAY = r"\b\d{1,2}(?:st|nd|rd|th|er)?\b"
_DIGITS = re.compile(r"\d")
_HAN = re.compile(r"[一二两三四五六七八九十百千万半]+(?=[个次项天日年月名条份国人周分倍])|半数")
_MORE_NUMBERS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half third thirds quarter quarters "
    "dozen both none single",
    "fr": "vingt trente quarante cinquante soixante cent cents mille million millions moitié tiers quart demi",
    "es": "veinte treinta cuarenta cincuenta sesenta cien cientos mil millón millones mitad tercios tercio cuarto medio",
    "ru": "двадцать тридцать сорок пятьдесят сто тысяча тысяч миллион миллионов половина трети треть полтора",
    "ar": "عشرون عشرين ثلاثون ثلاثين اربعون اربعين خمسون خمسين مئة مائة الف مليون نصف ثلث ثلثي ثلثا ربع",
    "zh": "",
}
_WORD = re.compile(r"\w+")


def lacks_kind(question: Question, text: str, language: str) -> bool:
    """Whether a question asks for an amount or a point of time and a text in `language` has none."""
    asked = fold(question.focus)
    spoken = question.language
    if _AMOUNT[spoken].search(asked):
        return not _amounts(text, language, question.vocabulary)
    if _TIME[spoken].search(asked):
        return not _times(text, language, question.vocabulary)
    return False


def _amounts(text: str, language: str, vocabulary: Vocabulary) -> bool:
    """Whether a text has a number that is no part of a date, a time of day, a symbol or a reference."""
    bare = _without_references(text)
    for name in _names(vocabulary, "months", language):
        month = re.escape(name)
        bare = re.sub(
            rf"{_DAY}(?:[ ,–-]*(?:{_DAY}|to|and|et|au|y|al|и|по|و|الي|至)){{0,3}} (?:de |of )?{month}\b", " ", bare
        )
        bare = re.sub(rf"\b{month} {_DAY}", " ", bare)
    bare = _CLOCK.sub(" ", _YEAR.sub(" ", bare))
    return bool(_DIGITS.search(bare)) or _number_words(bare, language, vocabulary)


def _times(text: str, language: str, vocabulary: Vocabulary) -> bool:
    """Whether a text has a year, a date, a day, a time of day, or a number that may count days or months."""
    bare = _without_references(text)
    if _DIGITS.search(bare) or _number_words(bare, language, vocabulary):
        return True
    names = {*_names(vocabulary, "months", language), *_names(vocabulary, "weekdays", language)}
    return any(name in bare if language == "zh" else re.search(rf"\b{re.escape(name)}\b", bare) for name in names)


def _without_references(text: str) -> str:
    for symbol in reversed(find_symbols(text)):
        text = f"{text[: symbol.start]} {text[symbol.end :]}"
    return _PLACED.sub(" ", fold(text))


def _number_words(bare: str, language: str, vocabulary: Vocabulary) -> bool:
    if language == "zh":
        return bool(_HAN.search(bare))
    known = {*_names(vocabulary, "numbers", language), *(fold(word) for word in _MORE_NUMBERS[language].split())}
    known -= {"one", "un", "une", "uno", "una", "один", "одна", "одно"}  # these are articles more often than numbers
    return any(word in known for word in _WORD.findall(bare))


def _names(vocabulary: Vocabulary, kind: str, language: str) -> set[str]:
    """The words of months, weekdays or numbers, folded."""
    return {fold(str(form)) for forms in vocabulary.groups(kind, language).values() for form in forms}
