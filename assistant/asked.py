"""What kind of answer a question asks for, where its words tell, and whether a text has anything of that kind.

A paragraph about the thing that is asked about is no answer to "how many" unless it names a number, none to "how many days"
unless it counts days or the like (`data/measures.yaml`), and none to "who chaired it" unless it speaks of a chair
(`data/aspects.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any

import yaml

from assistant.question import Question, numbers_after
from assistant.territories import territories
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
    "en": re.compile(r"^(?:(?:and|so|by|since|until|from) )?when (?:did|was|were|will)\b|\b(?:what|which) (?:exact )?(?:year|date|month)\b|\bon (?:what|which) day\b"),
    "fr": re.compile(r"^(?:et )?(?:depuis |jusqu'a )?quand\b|\bquelle (?:annee|date)\b|\bquel (?:jour|mois)\b"),
    "es": re.compile(r"^¿?(?:y )?(?:desde |hasta )?cuando\b|\bque (?:ano|fecha|dia|mes)\b"),
    "ru": re.compile(r"^(?:а |и )?(?:с каких пор|когда)\b|\bкак(?:ом|ого) (?:году|числа|месяце)\b|\bв какой день\b|\bкакого дня\b"),
    "ar": re.compile(r"^(?:و)?(?:منذ |حتي )?متي\b|اي (?:سنه|سنة|عام|يوم|تاريخ|شهر)"),
    "zh": re.compile(r"什么时候|何时|哪一?[年天日月]|几月几[日号]|哪个月|什么日期"),
}  # fmt: skip
"""Asking for a point of time."""
_SYMBOL = {
    "en": re.compile(r"\b(?:which|what) (?:(?:document|doc|paper) (?:number|symbol|code|reference)|symbol)\b"),
    "fr": re.compile(r"\b(?:quelle(?: est la)?|sous quelle) cote\b|\bquel (?:est le )?numero (?:de|du) document\b"),
    "es": re.compile(r"\b(?:que|cual es la|con que|bajo que) signatura\b|\b(?:que|cual es el) numero (?:de|del) documento\b"),
    "ru": re.compile(r"\b(?:какой|каков|под каким) (?:символ\w*|услов\w+ обозначени\w+|обозначени\w+)|\bкакой номер документа\b|\bпод каким номером (?:издан|вышел|вышла) (?:документ|доклад|бумаг)"),
    "ar": re.compile(r"(?:ما|ما هو|اي|تحت اي) رمز(?!\w)|(?:ما|ما هو) رقم الوثيقه"),
    "zh": re.compile(r"(?:什么|哪个|何)文号|(?:文号|文件编号|文件号)(?:是|为)"),
}  # fmt: skip
"""Asking for the symbol of a document."""
_STATES = {
    "en": re.compile(
        r"\b(?:which|what|name the|list the|(?:which|what|who) (?:was|were|is|are) the) (?:\w+ )?(?:states?|countr(?:y|ies)|governments?|nations?)"
        r"(?: that| which)? (?:have|has|had|were|was|did|\w+ed|sent|took|made|left|gave|spoke|paid|said|came|won|lost)\b"
    ),
    "fr": re.compile(
        r"\bquels? (?:est |sont |fut |furent |a ete |ont ete )?(?:les? |la )?(?:\w+ )?(?:etats?|pays|gouvernements?)\b(?! parties?\b).{0,12}\b(?:a|ont|avait|avaient|est|sont)\b"
    ),
    "es": re.compile(
        r"\b(?:que|cuales|(?:cual|cuales) (?:fue|es|fueron|son) (?:el|la|los|las)) (?:\w+ )?(?:estados?|pais(?:es)?|gobiernos?)\b"
        r"(?! partes?\b)(?: que)? (?:se |no |ya |han? |\w+(?:o|aron|ieron)\b)"
    ),
    "ru": re.compile(
        r"\bкак(?:ие|ая|ое) (?:\w+ )?(?:государств[ао]|стран[аы]|правительств[ао])\b(?!-участни).{0,12}\b\w+(?:ли|ла|ло)\b"
    ),
    "ar": re.compile(
        r"(?:اي|ما هي|ما) (?:اخر |اول )?(?:ال)?(?:دول|دوله|دولتين|بلدان|بلد|حكومات|حكومه)(?!\w) (?:التي |الذي )?[\u0621-\u064a]+(?:ت|ا)(?!\w)"
    ),
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
    "dozen both single",
    "fr": "vingt trente quarante cinquante soixante cent cents mille million millions moitié tiers quart demi",
    "es": "veinte treinta cuarenta cincuenta sesenta cien cientos mil millón millones mitad tercios tercio cuarto medio",
    "ru": "двадцать тридцать сорок пятьдесят сто тысяча тысяч миллион миллионов половина трети треть полтора",
    "ar": "عشرون عشرين ثلاثون ثلاثين اربعون اربعين خمسون خمسين مئة مائة الف مليون نصف ثلث ثلثي ثلثا ربع",
    "zh": "",
}
_WORD = re.compile(r"\w+")
_NEAR = r"(?:[^\w.;]+\w+){0,2}?[^\w.;]+"
"""What may stand between a number and its unit: `four or more years`, `two-hour`."""
CONFERENCE = "Conference of the Parties"
"""The term, by the first of its English names."""


def lacks_kind(question: Question, text: str, language: str) -> bool:
    """Whether a question asks for an amount, a measure, a point of time or a symbol and a text in `language` has none."""
    asked = fold(question.focus)
    spoken = question.language
    wanted = [told for of, told in _measures(spoken, language, question.vocabulary) if of.search(asked)]
    if wanted:
        bare = _without_references(text)
        return not all(told(bare) for told in wanted)
    if _SYMBOL[spoken].search(asked):
        return not find_symbols(text)
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
    """Whether a question names sessions or meetings by their number and a text names none of these numbers, or sessions
    of the Conference and a text does not speak of it."""
    if not question.sessions:
        return False
    vocabulary = question.vocabulary
    if CONFERENCE in _bodies(question.text, vocabulary, question.language) and CONFERENCE not in _bodies(
        text, vocabulary, language
    ):
        return True
    named = vocabulary.choices("ordinals", text, language)
    return not any(
        number in named or re.search(rf"(?<![\d/]){number}(?:st|nd|rd|th|e|º|ª|-[йяе]|/\d|届|次)", text)
        for number in question.sessions
    )


def of_another_recommendation(question: Question, text: str, language: str) -> bool:
    """Whether a question names recommendations by their number and a text none of these."""
    if "recommendations" not in question.memory:
        found = _recommendations(question.text, question.vocabulary, question.language)
        question.memory["recommendations"] = found
    asked: frozenset[str] = question.memory["recommendations"]
    return bool(asked) and asked.isdisjoint(_recommendations(text, question.vocabulary, language))


def _bodies(text: str, vocabulary: Vocabulary, language: str) -> set[str]:
    return {vocabulary.names(mention.concept, "en")[0] for mention in vocabulary.mentions(text, language)}


def _recommendations(text: str, vocabulary: Vocabulary, language: str) -> frozenset[str]:
    return frozenset(number for number, _, _ in numbers_after("recommendations", text, vocabulary, language))


@cache
def _aspects(spoken: str, language: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """For each aspect how a question in one language asks for it, and how a text in another tells it."""
    return tuple(
        (_words(each["asked"][spoken], spoken), _words(each["told"][language], language))
        for each in _data("aspects").values()
    )


@cache
def _measures(
    spoken: str, language: str, vocabulary: Vocabulary
) -> tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...]:
    """For each measure how a question in one language asks for it, and whether a folded text in another tells it."""
    made = []
    for each in _data("measures").values():
        units = _words(each["units"][language], language).pattern
        told = [rf"{_number(language, vocabulary)}{'' if language == 'zh' else _NEAR}(?:{units})"]
        if "ahead" in each:
            told.append(rf"(?:{'|'.join(re.escape(sign) for sign in each['ahead'])})\s*\d")
        if words := each.get("told", {}).get(language):
            told.append(_words(words, language).pattern)
        tells = partial(_tells, re.compile("|".join(told)), each.get("points"), language, vocabulary)
        made.append((_words(each["asked"][spoken], spoken), tells))
    return tuple(made)


def _tells(told: re.Pattern[str], points: int | None, language: str, vocabulary: Vocabulary, bare: str) -> bool:
    return bool(told.search(bare)) or (points is not None and _points(bare, language, vocabulary) >= points)


def _points(bare: str, language: str, vocabulary: Vocabulary) -> int:
    """How many times of day and days of a month a folded text names."""
    hours = len(_CLOCK.findall(bare))
    months = _names(vocabulary, "months", language)
    if not any(month in bare for month in months):
        return hours
    return hours + len(re.findall(r"(?<![\d.,:])\d{1,2}(?![\d.,:]*\d)", _CLOCK.sub(" ", bare)))


@cache
def _times_told(language: str, vocabulary: Vocabulary) -> re.Pattern[str]:
    """How a folded text tells how long something is, number and unit side by side: `400 experts a year` has a number."""
    units = _words(_data("measures")["time"]["units"][language], language).pattern
    return re.compile(rf"{_number(language, vocabulary)}[\d.,]*[\W_]*(?:{units})")


@cache
def _data(name: str) -> dict[str, dict[str, Any]]:
    raw: dict[str, dict[str, Any]] = yaml.safe_load(
        (files("assistant") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    )
    return raw


def _number(language: str, vocabulary: Vocabulary) -> str:
    """A pattern for a number in figures or words; `a` day is one."""
    if language == "zh":
        return r"[\d一二两三四五六七八九十百千万半]+[余多]?"
    words = {*_names(vocabulary, "numbers", language), *(fold(word) for word in _MORE_NUMBERS[language].split())}
    words |= {"a", "an"} if language == "en" else set()
    return rf"(?:\d|(?<!\w)(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})(?!\w))"


def _words(words: Sequence[str], language: str) -> re.Pattern[str]:
    """A pattern for beginnings of words, with $ for whole ones and with ^ at the head of a text only."""
    edge = "" if language in ("ar", "zh") else r"(?<!\w)"
    kinds = []
    for word in words:
        body = re.escape(fold(word.strip("^$"))) + (r"(?!\w)" if word.endswith("$") else "")
        kinds.append((r"^\W*" if word.startswith("^") else edge) + body)
    return re.compile("|".join(kinds))


def _names_states(text: str, language: str) -> bool:
    """Whether a text names a country, or tells a number or share of States."""
    return bool(territories(text, language) or re.search(_SOME_STATES[language], fold(text)))


def _amounts(text: str, language: str, vocabulary: Vocabulary) -> bool:
    """Whether a text has a number that is no part of a date, a time, a symbol or a reference."""
    bare = _without_references(text)
    for name in _names(vocabulary, "months", language):
        month = re.escape(name)
        bare = re.sub(
            rf"{_DAY}(?:[ ,–-]*(?:{_DAY}|to|and|et|au|y|al|и|по|و|الي|至)){{0,3}} (?:de |of )?{month}\b", " ", bare
        )
        bare = re.sub(rf"\b{month} {_DAY}", " ", bare)
    bare = _CLOCK.sub(" ", _YEAR.sub(" ", bare))
    bare = _times_told(language, vocabulary).sub(" ", bare)
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
