"""Recognises the lines of the masthead of a United Nations document, in the six official languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.places import ANNEX_LETTERS, ANNEX_ORDINALS
from corpus.symbols import VERSIONS, Symbol, SymbolError
from corpus.symbols.symbol_words import ORGANS

_SESSION = re.compile(
    r"\bsessions?\b|per[ií]odo de sesiones|сесси[яи]|الدورة|届会|\bmeeting\b|reunión|réunion|совещани|الاجتماع\b|会议",
    re.IGNORECASE,
)
_MEETING = re.compile(r"\bséance\b|\bsesión\b|\bзаседани[еия]\b|\b(?:ال|لل)جلسة\b", re.IGNORECASE)
"""Words for a meeting of a body in the name of its record; elsewhere in a masthead they may be part of a text."""
_DATES = re.compile(
    r"^[^.;]{0,80}\b\d{1,2}\b[^.;]{1,40}\b(?:19|20)\d{2}\b(?:\s*(?:г\.|года|年).{0,20})?(?:, [^.;]{2,30})?$"
)
ITEM = re.compile(
    r"^(?:(?:provisional )?(?:agenda )?items? \d|points? \d|temas? \d|пункты? \d|البن(?:د|دان|ود) \d|(?:临时)?议程(?:项目)?\s*\d)",
    re.IGNORECASE,
)
ORGANIZATION = (
    "united nations|nations unies|naciones unidas|организация объединенных наций|الأمم المتحدة|联\\s*合\\s*国"
)
"""The first line of the masthead of its documents, as a pattern."""
_DISTRIBUTION = re.compile(
    r"^(?:dis ?[tc]r ?\.?(?:\s*:.*)?$|distr\.?\s?:|distr\. |original\s*:|оригинал\s*:|الأصل\s*:|原文\s*[:：])",
    re.IGNORECASE,
)
SECRETARIAT = (
    r"^(?:\w+ ){0,2}secretariat(?=$| of\b| for\b)|^secr[ée]tariat(?=$| d)|^secretar[íi]a(?=$| d)|^секретариат(?!\w)"
    r"|^(?:ال)?أمانة(?!\w)|秘书处$"
)
"""A secretariat as the body that issues a document, at the beginning of its line, as a pattern."""
HAN_BODY = "(?:大会|理事会|委员会|会议)"  # the noun that ends the name of a body in Chinese, as a pattern
ANNEX = re.compile(
    r"^\s*(?P<word>annexe?|anexo|appendi(?:x|ce)|apéndice|enclosure|pièce jointe|приложение|добавление|المرفق|مرفق|ضميمة|التذييل|附件|附录|附文)"
    rf"(?:\s*(?P<number>[IVXLC]{{1,6}}|\d{{1,2}}|[一二三四五六七八九十]{{1,3}}|{ANNEX_ORDINALS}"
    rf"|(?:{ANNEX_LETTERS})(?=\s*(?:$|[.:*)–—-])|\s+(?-i:[A-ZÀ-ÞА-Я][a-zà-ÿа-я]))))?(?!\w)",
    re.IGNORECASE,
)
"""The beginning of the heading of an annex, an appendix or an enclosure. A capital before other capitals is not a
letter of an annex: `ANNEXE A LA NOTE`."""
CHAPTER = re.compile(r"(?:[IVXLC]{1,6}|[A-Z]|\d{1,3})\.\s")
"""The beginning of the heading of a chapter."""
_PART = re.compile(
    r"(?P<word>part(?:ie|e)?|section|secci[óo]n|chapter|chapitre|cap[íi]tulo|часть|раздел|глава|الجزء|الباب|الفصل|القسم)"
    rf"\s+(?P<mark>[IVXLC]{{1,6}}|\d{{1,2}}|{ANNEX_LETTERS}|{ANNEX_ORDINALS})(?!\w)(?P<title>.*)"
    r"|第(?P<han>[一二三四五六七八九十]{1,3})(?P<han_word>部分|编|章|节)(?P<han_title>.*)",
    re.IGNORECASE,
)
"""A numbered part of a text: `Part A. Harbours`."""
CONTENTS = re.compile(
    r"(?:table of )?contents|table des mati[eè]res|sommaire|[ií]ndice|contenido|содержание|оглавление|المحتويات|目\s*录|目\s*次",
    re.IGNORECASE,
)
"""The heading of a table of contents."""
TITLE_LABEL = re.compile(r"\s*(?:title|titre|t[ií]tulo|название|العنوان|标题)\s*[:：]?\s*", re.IGNORECASE)
"""The label of the title in a table at the beginning of a paper."""
SUMMARY = re.compile(r"^\s*(?:summary|résumé|resumen|резюме|موجز|ملخص|摘\s*要)\s*$", re.IGNORECASE)
"""The heading of a summary."""
_BEFORE = re.compile(rf"^(?:{ORGANIZATION})\s+", re.IGNORECASE)
_LABEL_BEFORE = re.compile(
    r"^(?:report|rapport|informe|доклад|отч[её]т|(?:ال)?تقرير|报告|document|documento|документ|(?:ال)?وثيقة|文件"
    r"|ref(?:erence)?|r[ée]f(?:[ée]rence)?|ref(?:erencia)?|исх(?:одящий)?|ссылка|(?:ال)?مرجع|文号|编号)"
    r"\.?\s*(?:no\.?|n[°º]|núm\.?|№|رقم)?\s*[:：]?\s*(?<![A-Z])(?=[A-Z])",
    re.IGNORECASE,
)
"""The word for a report or a reference before the number of a paper."""
_VERSION_BEFORE = re.compile(rf"^(?P<version>{'|'.join(VERSIONS)})\s+(?P<symbol>\S.*)$", re.IGNORECASE)


def part_of(heading: str) -> tuple[str, str, str] | None:
    """The word, the number and the title of a heading of a numbered part; None for other lines."""
    match = _PART.match(heading)
    if match is None:
        return None
    word, number = match["word"] or match["han_word"], match["mark"] or match["han"]
    return word.casefold(), number, match["title"] or match["han_title"] or ""


def symbol_of(text: str) -> Symbol | None:
    """The symbol that stands alone on a line, or behind the name of the Organization, the form of a report, or the word for
    a report or a reference; None for other lines. Behind such a word it must have a year, since one without may be the
    number of a file, and letters that are no organ of the United Nations, whose papers print no such word: it would be
    another document."""
    if "/" not in text or len(text) > 80:
        return None
    bare = _BEFORE.sub("", text)
    label = _LABEL_BEFORE.match(bare)
    bare = bare[label.end() :] if label else bare
    try:
        symbol = Symbol.parse(_VERSION_BEFORE.sub(r"\g<symbol> [\g<version>]", bare))
    except SymbolError:
        return None
    own = symbol.year is not None and symbol.text.partition("/")[0] not in ORGANS
    return symbol if own or not label else None


def is_masthead(lines: Sequence[str]) -> bool:
    """Whether lines have distribution or original language, and the symbol or the Organization's name."""
    named = (symbol_of(text) or re.fullmatch(ORGANIZATION, text, re.IGNORECASE) for text in lines)
    return any(map(_DISTRIBUTION.match, lines)) and any(named)


def is_distribution_line(text: str) -> bool:
    """Whether a line belongs to the right side of a masthead: symbol, distribution, original language."""
    return bool(_DISTRIBUTION.match(text.strip())) or symbol_of(text) is not None


def is_masthead_line(text: str) -> bool:
    """Whether a short line gives the session, place and dates, or the agenda item."""
    if len(text) > 60 or text.endswith((".", ",", ";")) or text[:1].islower():
        return is_item_line(text)
    return bool(ITEM.match(text) or _DATES.match(text) or _SESSION.search(text))


def names_session(text: str) -> bool:
    """Whether a short line that is not a sentence names a session or a meeting."""
    return (
        len(text) <= 90 and not text.endswith((".", ",", ";")) and bool(_SESSION.search(text) or _MEETING.search(text))
    )


def is_item_line(text: str) -> bool:
    """Whether a line gives the agenda item of the document."""
    return len(text) <= 90 and not text[:1].islower() and bool(ITEM.match(text))
