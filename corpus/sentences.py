"""Sentence boundaries in the six languages, as character spans.

Rule-based after the ideas of Unicode Standard Annex 29 with the abbreviations of UN documents; Arabic and
Chinese have their own marks, and Chinese has no space after them.
"""

from __future__ import annotations

import re

_SHORTENED = """
    a.m p.m art arts para paras no nos vol vols ch chap sect sects fig figs ed eds e.g i.e cf etc al v vs approx
    ca mr mrs ms dr prof st add corr rev distr orig co ltd inc jan feb mar apr jun jul aug sep sept oct nov dec
    p pp u.n u.s h.e s.e op cit ibid cap mme mlle mm sr sra dra núm núms párr párrs pág págs ee env ex réf rés doc docs res
    ст п пп гг г стр т тт см ср долл руб тыс млн млрд кв чел экз тел рис табл гл разд док рез напр англ франц исп др пр т.д т.п т.е
    ч мин сек
"""
_MAY_END = frozenset(["a.m", "p.m", "etc", "др", "пр", "т.д", "т.п", "ч", "мин", "сек"])
"""Abbreviations that may also be the last word of a sentence: before a capital letter they are."""
_CLOCKS = frozenset(["a.m", "p.m"])
_TIME_ZONE = re.compile(
    r"(?!(?:All|Any|At|By|Each|Every|For|Her|His|In|Its|My|No|On|One|Our|Some|That|The|Their|This|What|Which|Your)\b)"
    r"(?:[A-Z][\w’'-]*\s+)(?:(?:[a-z]{2,3}\s+)?[A-Z][\w’'-]*\s+){0,3}[Tt]ime(?=[\s.,;:)]|$)(?!\s+(?:is|was|has|will)\b)"
    r"|(?:UTC|GMT|CET|EET|[A-Z]{1,3}[DS]T)\b"
)
"""The time zone of a time of day: `New York time`, `EST`."""
_ABBREVIATIONS = frozenset(_SHORTENED.split())
_BEFORE_NUMBERS = frozenset(["no", "nos", "art", "arts", "fig", "figs", "p", "pp", "par", "pars", "núm", "núms"])
_BOUNDARY = re.compile(
    r"(?P<end>[.!?]+|[؟۔]+|…)(?P<close>['\"”’»)\]]*)(?=\s)|(?P<wide>[。！？]+)(?P<wclose>[”’」』）]*)|(?P<break>\n+)"
)
BRACKETED = 120  # characters after a full stop within which an open bracket must be closed
_LAST_WORD = re.compile(r"([^\W_]+(?:\.[^\W_]+)*)$")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a text, in order; only white space is between them."""
    spans: list[tuple[int, int]] = []
    begin = 0
    for match in _BOUNDARY.finditer(text):
        if match.start() < begin:
            continue
        stop = match.start() if match["break"] else match.end()
        if match["end"] and (_in_brackets(text, begin, match.end()) or not _ends_here(text, match)):
            continue
        _append(spans, text, begin, stop)
        begin = match.end()
    _append(spans, text, begin, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, begin: int, end: int) -> None:
    piece = text[begin:end]
    stripped = piece.strip()
    if stripped:
        start = begin + len(piece) - len(piece.lstrip())
        spans.append((start, start + len(stripped)))


def _in_brackets(text: str, begin: int, end: int) -> bool:
    """Whether a bracket opened in a sentence is still open at its end and is closed shortly after it."""
    opened = text.rfind("(", begin + 1, end)
    if opened < 0 or ")" in text[opened:end]:
        return False
    line = text[end : end + BRACKETED].partition("\n")[0]
    closed = line.find(")")
    return closed >= 0 and "(" not in line[:closed]


def _ends_here(text: str, match: re.Match[str]) -> bool:
    following = text[match.end() : match.end() + 40].lstrip()
    if match["end"] != "." or not following:
        return True
    word = _LAST_WORD.search(text[max(0, match.start() - 30) : match.start()])
    last = word.group(1) if word else ""
    first = following.lstrip("«“\"'‘([¿¡")[:1]
    if last.casefold() in _CLOCKS and _TIME_ZONE.match(following.lstrip("(")):
        return False
    if last.casefold() in _BEFORE_NUMBERS and (match["close"] or not first.isdigit()):
        return not first.islower()
    if last.casefold() in _ABBREVIATIONS | _BEFORE_NUMBERS and not (last.casefold() in _MAY_END and first.isupper()):
        return False
    if last.isdigit() and len(last) <= 3 and text[max(0, match.start() - 60) : match.start()].strip() == last:
        return False  # the number of a paragraph
    if len(last) == 1 and last.isupper() and last.isalpha():
        return False  # an initial
    return not first.islower()
