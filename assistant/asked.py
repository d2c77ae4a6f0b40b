"""What kind of answer a question asks for, where its words tell, and whether a text has anything of that kind.

A paragraph about the thing that is asked about is no answer to "how many" unless it names a number, and none to "who
chaired it" unless it speaks of a chair (`data/aspects.yaml`).
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

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
_STATES = {
    "en": re.compile(
        r"\b(?:which|what|name the|list the) (?:\w+ )?(?:states?|countr(?:y|ies)|governments?|nations?)"
        r"(?: that| which)? (?:have|has|had|were|was|did|\w+ed|sent|took|made|left|gave|spoke|paid|said|came|won|lost)\b"
    ),
    "fr": re.compile(
        r"\bquels? (?:\w+ )?(?:etats?|pays|gouvernements?)\b(?! parties?\b).{0,12}\b(?:a|ont|avait|avaient|est|sont)\b"
    ),
    "es": re.compile(
        r"\b(?:que|cuales) (?:\w+ )?(?:estados?|pais(?:es)?|gobiernos?)\b(?! partes?\b) (?:se |no |ya |han? |\w+(?:o|aron|ieron)\b)"
    ),
    "ru": re.compile(
        r"\bкак(?:ие|ая|ое) (?:\w+ )?(?:государств[ао]|стран[аы]|правительств[ао])\b(?!-участни).{0,12}\b\w+(?:ли|ла|ло)\b"
    ),
    "ar": re.compile(r"(?:اي|ما هي) (?:ال)?(?:دول|بلدان|حكومات)(?!\w) (?:التي )?[\u0621-\u064a]+ت(?!\w)"),
    "zh": re.compile(r"哪(?:些|个|几个)?(?:国家|国|政府).{0,8}(?:了|过|已|曾)"),
}
"""Asking for certain States, not for what States do in general."""
_SOME_STATES = {
    "en": r"\b(?:\d+|no|none|all|every|both|two|three|four|five|six|seven|eight|nine|ten|other|some|several|many|most) (?:other |more |of the |member )*"
    r"(?:states?|countries|governments|parties|members)\b|\b(?:union|group)\b",
    "fr": r"\b(?:\d+|aucun|tous les|toutes les|deux|trois|plusieurs|certains) (?:autres )?(?:etats|pays|parties)\b|\bunion\b",
    "es": r"\b(?:\d+|ningun|todos los|dos|tres|varios|algunos) (?:otros )?(?:estados|paises|partes)\b|\bunion\b",
    "ru": r"(?:\d+|ни одно|все|два|три|нескольк\w+|некотор\w+) (?:друг\w+ )?(?:государств\w*|стран\w*)|союз",
    "ar": r"(?:\d+|جميع|كل|عده|بعض) (?:ال)?(?:دول|بلد)|اتحاد",
    "zh": r"\d+ ?个?国|所有国家|各国|若干国家|联盟",
}
"""Words for States of which a number or a share is told, or for a union of States."""
_PLACED = re.compile(
    r"\b(?:art(?:icles?|\.)?|paras?(?:graphs?|\.)?|items?|annex(?:es)?|chapters?|sections?|tables?|resolutions?|decisions?|"
    r"meetings? no\.|no\.|points?|parr?(?:afos?|\.)?|par(?:agraphes?|\.)?|articulos?|temas?|resoluci(?:on|ones)|"
    r"стат\w+|пункт\w*|резолюци\w+|المادة|الفقرة|البند|القرار)\s*№?\s*[\divxl]+(?:/\d+)*\b(?:\s*\(\w\))?|第\s*[\d一二三四五六七八九十百]+\s*[条款项段号]|"
    r"(?<![\d/])\d{1,3}/\d{1,3}(?![\d/])"
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


def lacks_aspect(question: Question, paragraph: str, language: str) -> bool:
    """Whether a question asks for certain States, or for another aspect of a thing that `data/aspects.yaml` knows, and a
    paragraph in `language` has no word of it."""
    asked = fold(question.focus)
    wanted = [told for of, told in _aspects(question.language, language) if of.search(asked)]
    if wanted and not all(told.search(fold(paragraph)) for told in wanted):
        return True
    return bool(_STATES[question.language].search(asked)) and not _names_states(paragraph, language)


def of_another_session(question: Question, text: str, language: str) -> bool:
    """Whether a question names sessions or meetings by their number and a text names none of these numbers."""
    if not question.sessions:
        return False
    named = question.vocabulary.choices("ordinals", text, language)
    return not any(
        number in named or re.search(rf"(?<![\d/]){number}(?:st|nd|rd|th|e|º|ª|-[йяе]|/\d|届|次)", text)
        for number in question.sessions
    )


@cache
def _aspects(spoken: str, language: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """For each aspect how a question in one language asks for it, and how a text in another tells it."""
    raw = yaml.safe_load((files("assistant") / "data" / "aspects.yaml").read_text(encoding="utf-8"))
    return tuple((_beginnings(each["asked"], spoken), _beginnings(each["told"], language)) for each in raw.values())


def _beginnings(words: dict[str, list[str]], language: str) -> re.Pattern[str]:
    edge = "" if language in ("ar", "zh") else r"(?<!\w)"
    kinds = [
        (rf"^\W*{re.escape(fold(word[1:]))}" if word[0] == "^" else edge + re.escape(fold(word)))
        for word in words[language]
    ]
    return re.compile("|".join(kinds))


def _names_states(text: str, language: str) -> bool:
    """Whether a text names a country, or tells a number or share of States."""
    return bool(_countries(language).search(text) or re.search(_SOME_STATES[language], fold(text)))


@cache
def _countries(language: str) -> re.Pattern[str]:
    """Names of countries and regions (CLDR, by Babel)."""
    from babel import Locale

    names = sorted((re.escape(n) for n in Locale(language).territories.values() if len(n) > 1), key=len, reverse=True)
    return re.compile("|".join(names) if language in ("ar", "zh") else rf"(?<!\w)(?:{'|'.join(names)})(?!\w)")


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
