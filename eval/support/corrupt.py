"""Corruptions of true sentences, each in one way; the same every time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from corpus.calendar_names import month_name

Kind = Literal["number", "date", "symbol", "negation", "name", "subject", "source"]
KINDS: tuple[Kind, ...] = ("number", "date", "symbol", "negation", "name", "subject", "source")


@dataclass(frozen=True)
class Sentence:
    """A true sentence: `claim` states what `source` says. `swap` are words of the claim and their false replacement."""

    language: str
    source: str
    claim: str
    swap: tuple[str, str]


@dataclass(frozen=True)
class Corruption:
    """A claim that its source does not support, and how it was made."""

    kind: Kind
    language: str
    source: str
    claim: str


_SYMBOL = re.compile(r"\b(?:[A-Z]+(?:/[A-Z0-9.]+)+|\d+)/(\d+)\b")
_NUMBER = re.compile(r"(?<![\w/.,])\d{1,3}(?:[ ,.]\d{3})+(?![\w/])|(?<![\w/.,-])\d+(?:[.,]\d+)?(?![\d/])")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_COUNTED = {
    "en": "two three four five six seven eight nine ten thirteen",
    "fr": "deux trois quatre cinq six sept huit neuf dix",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez",
    "ru": "два три четыре пять шесть семь",
    "ar": "ثلاثة أربعة خمسة ستة سبعة",
    "zh": "",
}
_NAMES = {
    "en": "Greece Italy Bulgaria Spain Libya Tunisia Iraq Vienna Europe Mediterranean UNODC Interpol Europol Frontex SHERLOC "
    "Interprefy Agrigento English French Thursday",
    "fr": "Grèce Italie Bulgarie Espagne Vienne ONUDC Interpol",
    "es": "Grecia Italia Bulgaria España Viena UNODC INTERPOL",
    "ru": "Грецию Италию Болгарию Испанию Вене УНП",
    "ar": "اليونان وإيطاليا وبلغاريا وإسبانيا فيينا",
    "zh": "希腊 意大利 保加利亚 西班牙 维也纳",
}
_OTHER_NAMES = {
    "en": "Portugal Norway Kenya Geneva Asia Pacific UNICEF WHO Eurojust FAO Nairobi Lyon Arabic Russian Monday",
    "fr": "Portugal Norvège Kenya Genève UNICEF OMS",
    "es": "Portugal Noruega Kenya Ginebra UNICEF OMS",
    "ru": "Португалию Норвегию Кению Женеве ЮНИСЕФ",
    "ar": "البرتغال والنرويج وكينيا جنيف",
    "zh": "葡萄牙 挪威 肯尼亚 日内瓦",
}
_NEGATED = {
    "en": [
        (r"\bcannot\b", "can"), (r"\b(may|must|can|shall|should|do|does|are|is|were|was) not\b", r"\1"), (r"\bNo one\b", "Someone"),
        (r"\bno one\b", "someone"), (r"\b(is|are|has|have) no\b", r"\1"), (r"^No ", ""), (r"^None of the ", "One of the "), (r"\bnot\b ", ""),
        (r"\bWithout\b", "With"), (r"\b(must|may|can|should|could|is|are|was|were|has|have|had|be)\b(?!['’])", r"\1 not"),
        (r"\b(said|says|made|counted|covers|aims|applies|extends|calls|demands|became|opens|discussed|issued|adopted)\b", r"never \1"),
    ],
    "fr": [
        (r"\bne (peut|doit|peuvent|doivent) (?:pas )?", r"\1 "), (r"\bn'est pas\b", "est"), (r", non par", ", et par"),
        (r"\b(peut|peuvent|doit|doivent|est|sont)\b", r"ne \1 pas"), (r"\ba (tenu|réuni|créé|été)\b", r"n'a pas \1"),
    ],
    "es": [
        (r"\bno (puede|hay|es|debe)\b", r"\1"), (r"\b(puede|pueden|debe|deben|es|son|tienen|ha de|se presentan|celebró|creó|participaron|llegaron)\b", r"no \1"),
    ],
    "ru": [
        (r"\bне может\b", "может"), (r"\bне могут\b", "могут"), (r"\bнельзя\b", "можно"),
        (r"\b(может|обязаны|должны|учитываются|учредила|представляются|прошло|прибыло|приняли|рекомендует|уведомляет)\b", r"не \1"),
    ],
    "ar": [(r"لا يجوز", "يجوز"), (r"\b(يجوز|تراعى|تقدم)", r"لا \1"), (r"\b(شارك|أنشأ|انعقد|أعدت)\b", r"لم \1")],
    "zh": [
        ("不得", "可以"), ("必须", "不必"), ("可以", "不可以"), ("应由", "不应由"), ("应在", "不应在"), ("有义务", "没有义务"), ("设立了", "没有设立"),
        ("举行了", "没有举行"), ("参加了", "没有参加"), ("鼓励", "不鼓励"), ("由秘书处", "不由秘书处"),
    ],
}  # fmt: skip


def corruptions(sentences: Sequence[Sentence]) -> Iterator[Corruption]:
    """All corruptions of true sentences, in their order."""
    for n, each in enumerate(sentences):
        claim, language = each.claim, each.language
        changes: dict[Kind, str | None] = {
            "number": _number(claim, language, n),
            "date": _date(claim, language, n),
            "symbol": _symbol(claim),
            "negation": _negation(claim, language),
            "name": _name(claim, language, n),
            "subject": claim.replace(each.swap[0], each.swap[1], 1),
        }
        for kind, changed in changes.items():
            if changed is not None and changed != claim:
                yield Corruption(kind, language, each.source, changed)
        for source in _other_sources(sentences, n):
            yield Corruption("source", language, source, claim)


def _other_sources(sentences: Sequence[Sentence], n: int) -> Iterator[str]:
    """Yields sources of two other sentences in the language: a neighbour, on the same subject, and a distant one."""
    sentence = sentences[n]
    same_language = [each for each in sentences if each.language == sentence.language]
    position = same_language.index(sentence)
    for step in (1, len(same_language) // 2):
        at = (position + step) % len(same_language)
        candidates = [*same_language[at:], *same_language[:at]]
        yield from islice((each.source for each in candidates if _is_independent(sentence, each)), 1)


def _is_independent(one: Sentence, other: Sentence) -> bool:
    """Whether the sources of two sentences are different texts: neither contains the other or begins like it."""
    contained = one.source in other.source or other.source in one.source
    return not contained and one.source[:60] != other.source[:60]


def _number(claim: str, language: str, n: int) -> str | None:
    """Changes a number in figures or words; dates, years and symbols are left alone."""
    protected = [match.span() for pattern in (_SYMBOL, _YEAR) for match in pattern.finditer(claim)]
    months = [month for month in _months(language) if month in claim]
    for match in _NUMBER.finditer(claim):
        following = claim[match.end() : match.end() + 4]
        dated = any(
            re.search(rf"\b{match.group()}(?:\s|\band\b|\bto\b|to|\d|et|y|и|و)*\D{{0,18}}{month}", claim)
            for month in months
        )
        if any(a <= match.start() < b for a, b in protected) or dated or following.lstrip()[:1] in "年月日号":
            continue
        digits = match.group()
        first = str(int(digits[0]) % 9 + 1)
        return claim[: match.start()] + first + digits[1:] + claim[match.end() :]
    number_words = _COUNTED[language].split()
    for word in number_words:
        located = re.search(rf"\b{word}\b", claim)
        if located:
            other = number_words[(number_words.index(word) + 2 + n % 2) % len(number_words)]
            return claim[: located.start()] + other + claim[located.end() :]
    return None


def _months(language: str) -> list[str]:
    """The names of months in dates: none in Chinese, where months are numbers; the second of the two names in Arabic."""
    return [month_name(n, language).split("/")[-1] for n in range(1, 13)] if language != "zh" else []


def _date(claim: str, language: str, n: int) -> str | None:
    """Changes the day, the month or the year of a date."""
    months = _months(language)
    month = next((month for month in months if re.search(rf"(?<![^\W\d_]){month}(?![^\W\d_])", claim)), None)
    year = _YEAR.search(claim)
    if month and n % 3 == 0:
        return claim.replace(month, months[(months.index(month) + 5) % 12], 1)
    if n % 3 == 1 and (month or language == "zh"):
        before = claim[: claim.index(month)] if month else claim
        days = list(re.finditer(r"(?<!\d)[0-3]?\d(?=\s|日|\D{0,14}$)", before))
        if days:
            day = days[-1]
            return claim[: day.start()] + str(int(day.group()) % 28 + 1) + claim[day.end() :]
    if year:
        return claim[: year.start()] + str(int(year.group()) - 1 - n % 3) + claim[year.end() :]
    return None


def _symbol(claim: str) -> str | None:
    match = _SYMBOL.search(claim)
    return claim[: match.start(1)] + str(int(match[1]) + 4) + claim[match.end() :] if match else None


def _negation(claim: str, language: str) -> str | None:
    for pattern, other in _NEGATED[language]:
        changed = re.sub(pattern, other, claim, count=1)
        if changed != claim:
            return changed
    return None


def _name(claim: str, language: str, n: int) -> str | None:
    others = _OTHER_NAMES[language].split()
    for number, name in enumerate(_NAMES[language].split()):
        boundary = r"(?![^\W\d_])" if language != "zh" else ""
        match = re.search(rf"{name}{boundary}", claim)
        if match:
            other = others[min(number, len(others) - 1)] if n % 2 else others[(number + n) % len(others)]
            return claim[: match.start()] + other + claim[match.end() :]
    return None
