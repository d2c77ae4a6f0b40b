"""What the head of a United Nations document says: body, symbol, distribution, date, languages, session, item.

The layout is that of the United Nations Editorial Manual: emblem and body on the left, symbol and distribution
on the right, then session, place and dates of the meeting, and the item of the agenda.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.calendar_names import language_codes
from corpus.dates import find_dates
from corpus.documents import Masthead
from ingest.readers import Line
from ingest.readers.heads import ITEM, ORGANIZATION, symbol_of

MASTHEAD_LINES = 40
_LONGEST = 400
"""A line of so many characters is text, and ends the masthead."""

_JOB_LANGUAGES = {"E": "en", "F": "fr", "S": "es", "R": "ru", "A": "ar", "C": "zh"}
_ORIGINAL = re.compile(r"^(?:original|оригинал|الأصل|原文)\s*[:：]?\s*(\S+)", re.IGNORECASE)
_DISTRIBUTION = re.compile(r"^(?:dis ?[tc]r ?\.?|التوزيع)\s*[:：]?\s*(\S.{0,40})?$", re.IGNORECASE)
_DISTRIBUTIONS = re.compile(
    r"^(?:general|limited|restricted|provisional|g[ée]n[ée]rale|limitée|limitada|общая|ограниченная|عام|محدود|普遍|有限)$",
    re.IGNORECASE,
)
_JOB = re.compile(r"^(?:[A-Z]{1,3}\.)?\d{2}-\d{5,6}[A-Z]?(?:\s*\([A-Z]\))?")
_HAN_SPACES = re.compile(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")
_PARAGRAPH = re.compile(r"\d{1,3}\.\s|\([a-z]\)\s")
_SESSION = re.compile(
    r"\bsession\b|per[ií]odo de sesiones|сессия|الدورة|届会|\bmeeting$|^\S+ (?:réunion|reunión)$|совещание$",
    re.IGNORECASE,
)
_ORGANIZATION = re.compile(f"^(?:{ORGANIZATION})$", re.IGNORECASE)
_PLACE_DATES = re.compile(
    r"^(?P<place>[^\W\d][^\d,]{1,40}(?:, [^\d,]{2,30})?),\s+(?P<dates>\d.{3,60}\d{4}.{0,8})$"
    r"|^(?P<dates_first>\d.{3,60}?\d{4})(?:,\s+(?P<place_last>[^\d,]{2,40}))?$"
)
_BODY = re.compile(
    r"assembl|council|conference|convention|commission\b|committee|board|working group|conseil|consejo|comit|comisión|asamblea|conferencia|"
    r"ассамблея|совет|комитет|комиссия|конференция|конвенция|الجمعية|مجلس|اللجنة|لجنة|المؤتمر|مؤتمر|大会|理事会|委员会|会议",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\b(?:of|on|by|for|to|d[eu]|des|del|sur|sobre|par|por)\b|\bd[’']", re.IGNORECASE)
"""A preposition before the noun: what follows is said of a body, or done by it."""


def read_masthead(lines: Sequence[Line]) -> Masthead:
    """The facts of the masthead; what it does not say stays empty."""
    found: dict[str, str] = {}
    symbols: tuple[str, ...] = ()
    ends_open = False  # "Distr." stands alone, what it is follows
    for line in _top(lines):
        text = _HAN_SPACES.sub("", line.text)
        if not symbols and (symbol := symbol_of(text)):
            symbols = tuple(each.text for each in symbol.all)
        elif match := _ORIGINAL.match(text):
            found.setdefault("original", language_codes().get(match.group(1).casefold().strip(",."), ""))
        elif match := _DISTRIBUTION.match(text):
            found.setdefault("distribution", (match.group(1) or "").strip())
            ends_open = not match.group(1)
            continue
        elif ends_open and _DISTRIBUTIONS.match(text):
            found["distribution"] = text
        elif text.casefold() in language_codes():
            found.setdefault("language", language_codes()[text.casefold()])
        elif match := _JOB.match(text):
            found.setdefault("job", match.group(0))
        elif ITEM.match(text):
            found.setdefault("item", text)
        elif _names_session(line, text):
            found.setdefault("session", text)
        elif "date" not in found and len(text) <= 40 and (dates := find_dates(text)) and "," not in text:
            found["date"] = dates[0].isoformat()
        elif (match := _PLACE_DATES.match(text)) and ("session" in found or "," in text):
            found.setdefault("place", match.group("place") or match.group("place_last") or "")
            found.setdefault("dates", match.group("dates") or match.group("dates_first") or "")
        elif _is_body(line, text):
            found.setdefault("body", text)
        ends_open = False
    if not found.get("language") and (letter := re.search(r"\(([A-Z])\)", found.get("job", ""))):
        found["language"] = _JOB_LANGUAGES.get(letter.group(1), "")
    return Masthead(symbols=symbols, **found)


def is_original(text: str) -> bool:
    """Whether a line says in which language a document was written."""
    return _ORIGINAL.match(_HAN_SPACES.sub("", text)) is not None


def _names_session(line: Line, text: str) -> bool:
    """Whether a line is what a session or meeting is called, and no title that says of which one the document is."""
    found = _SESSION.search(text)
    if found is None or len(text) > 90 or find_dates(text):
        return False
    return not line.heading or not _ABOUT.search(text[: found.start()])


def _is_body(line: Line, text: str) -> bool:
    set_apart = line.part == "masthead" or line.strong or line.heading > 0
    if not set_apart or len(text) > 200 or _ORGANIZATION.match(text):
        return False
    noun = _BODY.search(text)
    return noun is not None and not _ABOUT.search(text[: noun.start()])


def _top(lines: Sequence[Line]) -> Iterator[Line]:
    count = 0
    for line in lines:
        if line.blank or line.note or (line.cells and line.part != "masthead"):
            continue
        count += 1
        numbered = line.part != "masthead" and not line.heading and _PARAGRAPH.match(line.text)
        if count > MASTHEAD_LINES or len(line.text) > _LONGEST or numbered:
            return
        yield line
