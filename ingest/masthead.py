"""Reads the masthead of a United Nations document: body, symbol, distribution, date, languages, session, agenda item.

The layout is that of the United Nations Editorial Manual: emblem and body on the left, symbol and distribution on the
right, then session, place and dates of the meeting, and the agenda item.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise, takewhile

from corpus.acronyms import matches_acronym
from corpus.analysis import fold
from corpus.calendar_names import language_codes
from corpus.dates import find_full_dates, has_only_days
from corpus.documents import Masthead
from corpus.roman import from_roman
from corpus.symbols import Symbol, SymbolError
from ingest.agenda import place_and_dates
from ingest.readers import Line
from ingest.readers.lines import SENTENCE_END
from ingest.readers.masthead_lines import ITEM, ORGANIZATION, SECRETARIAT, names_session, symbol_of

MASTHEAD_LINES = 40
_LONGEST = 400  # a line of this many characters is text, and ends the masthead

_JOB_LANGUAGES = {"E": "en", "F": "fr", "S": "es", "R": "ru", "A": "ar", "C": "zh"}
_ORIGINAL = re.compile(r"^(?:original|оригинал|الأصل|原文)\s*[:：]?\s*(\S+)", re.IGNORECASE)
_DISTRIBUTION = re.compile(r"^(?:dis ?[tc]r ?\.?|التوزيع)\s*[:：]?\s*(\S.{0,40})?$", re.IGNORECASE)
_DISTRIBUTIONS = re.compile(
    r"^(?:general|limited|restricted|provisional|g[ée]n[ée]rale|limitée|limitada|общая|ограниченная|عام|محدود|普遍|有限)$",
    re.IGNORECASE,
)
_SIDES = re.compile(
    r"\s+(?=(?:distr\.|original\s*:|оригинал\s*:|(?:التوزيع|الأصل)\s*:|原文\s*[:：]))"
    r"|(?:(?<=general)|(?<=limited)|(?<=limitada)|(?<=limitée)|(?<=générale)|(?<=общая)|(?<=ограниченная)|(?<=عام)|(?<=محدود))\s+(?=\d)",
    re.IGNORECASE,
)
"""Where the right side of a masthead begins on the line of the left one, and the date behind the distribution."""
_JOB = re.compile(r"^(?:[A-Z]{1,3}\.)?\d{2}-\d{5,6}[A-Z]?(?:\s*\([A-Z]\))?")
_HAN_SPACES = re.compile(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")
_PARAGRAPH = re.compile(r"\d{1,3}(?:\.\s|．|、|\s?[-–]\s?(?=[\u0600-\u06ff]))|\([a-z]\)\s")
_SESSION = re.compile(
    r"\bsession\b|per[ií]odo de sesiones|сессия|الدورة|届会|\bmeeting$|^\S+ (?:réunion|reunión)$|совещание$",
    re.IGNORECASE,
)
_PLACE_DATES = re.compile(
    r"^(?P<place>[^\W\d][^\d,]{1,40}(?:, [^\d,]{2,30})?),\s+(?P<dates>\d.{3,60}\d{4}.{0,8})$"
    r"|^(?P<dates_first>\d.{3,60}?\d{4})(?:,\s+(?P<place_last>[^\d,]{2,40}))?$"
)
_COMMA = re.compile("[,،，]")
_BODY = re.compile(
    rf"{SECRETARIAT}|assembl|council|conference|convention|commission\b|committee|board|working group|conseil|consejo|comit|comisión|asamblea|conferencia|"
    r"ассамблея|совет|комитет|комиссия|конференция|конвенция|الجمعية|مجلس|اللجنة|لجنة|المؤتمر|مؤتمر|大会|理事会|委员会|会议",
    re.IGNORECASE,
)
_HAN_BODY = re.compile(r"(?:大会|理事会|委员会|会议|秘书处)(?:$|[^\w]|第)")
_SESSIONED = re.compile(
    r"(?:(?P<letters>[A-Z]{1,8})[ .-]?\(?(?P<session>\d{1,4})\)?|(?P<named>[A-Z]{2,8})\((?P<roman>[IVXLC]+)\)|(?P<numbered>\d{1,3}) (?P<behind>[A-Z]{1,4}))(?:-[A-Z]{1,4})?"
    r"(?:/.{1,40}|\.[A-Z]?\d{1,4})"
)
"""A symbol that begins with the letters of a body and the number of its session: `A79/17`, `220 EX/5`, `WHA79.4`,
`GC(69)/7`."""
_HEAD_LINE = 120  # most characters of a masthead line; a longer one is text
_FIRST = 6  # number of masthead lines among which the name of the body is searched where no markup shows it
_TEXT_ENDS = re.compile(r"\S[,;]$|\S.{30,}\.$")
_SENTENCE = re.compile(r"\S.{60,}[.؟。]$")
"""A line that ends a sentence, not a title or a name; below it there is text."""
_TITLED = re.compile(r"\D{1,40}\d{1,3}\s*[.:：–—-]\s*[^\W\d_]")
"""An item with its title: below text it is a heading of the text."""
_FULL = 60  # a line of this many characters may be continued by the next one
_ABOUT = re.compile(r"\b(?:of|on|by|for|to|d[eu]|des|del|sur|sobre|par|por)\b|\bd[’']", re.IGNORECASE)
"""A preposition before the noun: the phrase is about a body, or names something that it does."""


def read_masthead(lines: Sequence[Line]) -> Masthead:
    """The facts of the masthead; those that it does not state are empty."""
    facts: dict[str, str] = {}
    symbols: tuple[str, ...] = ()
    awaits_distribution = False  # "Distr." stands alone, its value is on the next line
    above, place_and_day = "", {"date": "", "dates": ""}  # a place and a single day, not right below a session
    in_text = False  # whether a sentence of the text stands above
    continuing = _continuing_rows(lines)
    top = [(line, part) for line in _masthead_lines(lines) for part in _split_sides(_HAN_SPACES.sub("", line.text))]
    for line, text in top:
        in_text = in_text or (line.part != "masthead" and not line.heading and bool(_SENTENCE.search(text)))
        if not symbols and (symbol := symbol_of(text)):
            symbols = tuple(each.text for each in symbol.halves)
        elif match := _ORIGINAL.match(text):
            facts.setdefault("original", language_codes().get(match.group(1).casefold().strip(",."), ""))
        elif match := _DISTRIBUTION.match(text):
            facts.setdefault("distribution", (match.group(1) or "").strip())
            awaits_distribution = not match.group(1)
            continue
        elif awaits_distribution and _DISTRIBUTIONS.match(text):
            facts["distribution"] = text
        elif text.casefold() in language_codes():
            facts.setdefault("language", language_codes()[text.casefold()])
        elif match := _JOB.match(text):
            facts.setdefault("job", match.group(0))
        elif ITEM.match(text) and not (in_text and _TITLED.match(text)):
            facts.setdefault("item", text)
        elif _names_session(line, text):
            facts.setdefault("session", text)
        elif "date" not in facts and len(text) <= 40 and (dates := find_full_dates(text)) and not _COMMA.search(text):
            if line.row not in continuing:
                facts["date"] = dates[0].isoformat()
        elif when := _place_dates(text, "session" in facts):
            place, days, day = when
            if day and not place_and_day["date"] and not _SESSION.search(above):
                place_and_day = {"date": day, "dates": days}
            facts.setdefault("place", place)
            facts.setdefault("dates", days)
        elif (
            (line.part == "masthead" or line.strong or line.heading > 0)
            and not in_text
            and len(text) <= 200
            and is_body_name(text)
        ):
            facts.setdefault("body", text)
        awaits_distribution, above = False, text
    if "date" not in facts and place_and_day["date"]:  # then it is the date of the document, not of a meeting
        facts["date"] = place_and_day["date"]
        if facts["dates"] == place_and_day["dates"]:
            del facts["place"], facts["dates"]
    texts = (text for _, text in top)
    head = [*takewhile(lambda text: len(text) <= _HEAD_LINE and not _TEXT_ENDS.search(text), texts)]
    symbols = symbols or _joined_symbol(head)
    if symbols and not facts.get("body"):  # plain text has no markup that shows the body
        names = (each for each in head[:_FIRST] if not names_session(each) and is_body_name(each))
        facts["body"] = next(names, "")
    if not facts.get("language") and (letter := re.search(r"\(([A-Z])\)", facts.get("job", ""))):
        facts["language"] = _JOB_LANGUAGES.get(letter.group(1), "")
    return Masthead(symbols=symbols, **facts)


def _split_sides(text: str) -> list[str]:
    """The parts of a line that has both sides of a masthead: `Economic and Social Council Distr.: General 5 August 2026`."""
    return _SIDES.split(text) if len(text) <= _HEAD_LINE else [text]


def _continuing_rows(lines: Sequence[Line]) -> set[int]:
    """The rows of lines that continue a sentence that the line right above begins, in a text with a fixed width."""
    plain = (
        (above, line)
        for above, line in pairwise(lines[: 2 * MASTHEAD_LINES])
        if not (above.part or above.heading or above.broken or line.part or line.heading or line.blank)
    )
    return {line.row for above, line in plain if len(above.text) >= _FULL and not SENTENCE_END.search(above.text)}


def is_original(text: str) -> bool:
    """Whether a line states the language in which a document was written."""
    return _ORIGINAL.match(_HAN_SPACES.sub("", text)) is not None


def _place_dates(text: str, in_session: bool) -> tuple[str, str, str] | None:
    """Place and dates of a line that has nothing else, as printed, and the day (ISO 8601) where it is a single one."""
    facts = place_and_dates(text)
    day = facts[1][0].isoformat() if facts and len(facts[1]) == 1 else ""
    if (match := _PLACE_DATES.match(text)) and (in_session or "," in text):
        return match["place"] or match["place_last"] or "", match["dates"] or match["dates_first"] or "", day
    if facts is None:
        return None
    return facts[0], ", ".join(part for part in map(str.strip, _COMMA.split(text)) if re.search(r"\d", part)), day


def _joined_symbol(head: Sequence[str]) -> tuple[str, ...]:
    """The symbol of an organization whose symbols join body and session, alone on a line of the masthead, where another
    line names that session, or the body with these letters. Beside it may stand the date and further numbers of the
    paper."""
    for line in head:
        first, *beside = line.split()
        more = " ".join(part for part in beside if "/" not in part)
        text = first if beside and (not more or has_only_days(more)) and "/" in first else line
        match = _SESSIONED.fullmatch(text.rstrip("*"))
        if match is None:
            continue
        letters = match["letters"] or match["named"] or match["behind"]
        roman = match["roman"] or ""
        session = from_roman(roman) if roman else int(match["session"] or match["numbered"])
        rest = [fold(each) for each in head if each != line]
        counted = {
            int(number) for each in rest if _SESSION.search(each) for number in re.findall(r"\d{1,3}(?!\d)", each)
        }
        dated = any(re.search(rf"(?<!\d){session}(?!\d)", each) for each in rest)
        unread = dated if session > 999 else not counted  # the session is a year, or printed in words
        spelt = bool(roman) and any(map(_SESSION.search, rest))  # a Roman number in the symbol, words in the line
        if session in counted or (unread and (spelt or any(_names_body_by_letters(letters, each) for each in rest))):
            with suppress(SymbolError):
                return (Symbol.parse_any(text).text,)
    return ()


def _names_body_by_letters(letters: str, text: str) -> bool:
    """Whether a line names a body by its initials or first letters; a single letter is that of its noun."""
    noun = _BODY.search(text)
    if noun is None or len(letters) == 1:
        return noun is not None and text[noun.start() :].upper().startswith(letters)
    words = [text[noun.start() :], *re.findall(r"\w+", text)]
    return any(word.upper().startswith(letters) for word in words) or matches_acronym(letters, text)


def _names_session(line: Line, text: str) -> bool:
    """Whether a line is the name of a session or meeting, not a title that refers to one."""
    facts = _SESSION.search(text)
    if facts is None or len(text) > 90 or find_full_dates(text) or text[:1].islower() or _TEXT_ENDS.search(text):
        return False
    return not line.heading or not _ABOUT.search(text[: facts.start()])


def is_body_name(text: str) -> bool:
    """Whether a masthead line is the name of a body."""
    if re.fullmatch(ORGANIZATION, text, re.IGNORECASE):
        return False
    noun = _BODY.search(text)
    if noun is None or _ABOUT.search(text[: noun.start()]):
        return False
    # In Arabic the noun begins the name of a body, in Chinese it ends it.
    arabic, han = re.match(r"[\u0600-\u06ff]", noun.group()), re.match(r"[\u4e00-\u9fff]", noun.group())
    return not (arabic and " " in text[: noun.start()]) and not (han and not _HAN_BODY.search(text))


def _masthead_lines(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines that may be part of the masthead."""
    count = 0
    for line in lines:
        if line.blank or line.note or (line.cells and line.part != "masthead"):
            continue
        count += 1
        numbered = line.part != "masthead" and not line.heading and _PARAGRAPH.match(line.text)
        if count > MASTHEAD_LINES or len(line.text) > _LONGEST or numbered:
            return
        yield line
