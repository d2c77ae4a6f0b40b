"""By when: the words of a clause that set a day, a session, a term or how often, and the day that they come to."""

from __future__ import annotations

import datetime as dt
import re

from assistant.mandates.adopted import adopted_on
from assistant.mandates.grammar import Grammar, grammar_of
from assistant.wording.dates import Date, dates_in
from assistant.wording.lexicon import number_words
from corpus.analysis import fold
from corpus.documents import Document, Span

FIRST = 1945
"""The General Assembly's session n opens in September of the year 1945 + n (its rules of procedure, rule 1)."""
AHEAD = 8
"""Years ahead of a document, at most, in which a session lies whose number may be the Assembly's; other numbers are other bodies'."""
FURTHER = 20
"""Sessions ahead of a document's own, at most, in which one of the same body lies."""
_YEAR = re.compile(r"\s*(?P<year>20\d\d)(?![\d/]|,\d)")
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|「[^」]*」")
_JOINS = re.compile(r"\s(?:and|to|et|à|y|a|и)\s|[,–]")
_REACH = 90
"""Characters that are looked at before and behind a time."""
_DAYS = ((r"day|jour|d[íi]a|дн|день|يوم|أيام|[天日]", 1), (r"week|semaine|semana|недел|أسبوع|أسابيع|[周]", 7),
         (r"month|mois|mes|месяц|شهر|أشهر|月", 30), (r"year|an|año|год|лет|سنة|سنوات|年", 365))  # fmt: skip


def times(grammar: Grammar, document: Document, start: int, end: int) -> list[Span]:
    """The words of a span that set a time for what is asked there, in order, none inside another one. Times of what was done
    before, or of what is only named, are left out."""
    text = _plain(document.text[start:end])
    found: list[Span] = []
    for match in grammar.session.finditer(text):
        if _ahead(grammar, document, text, match):
            found.append(match.span())
    for pattern, sure in ((grammar.limit, True), (grammar.open, False)):
        for match in pattern.finditer(text):
            close, dates = _dated(grammar, text, match.end())
            if close and _open(document, dates) and (sure or not _past(grammar, text, match.start())):
                found.append((match.start(), close))
    found += [match.span() for pattern in (grammar.term, grammar.often) for match in pattern.finditer(text)]
    made: list[Span] = []
    for left, right in sorted(found, key=lambda each: (each[0], -each[1])):
        if not made or left >= made[-1][1]:
            made.append((left, right))
    return [(start + left, start + right) for left, right in made]


def due(document: Document, words: str) -> str:
    """The day, month or year, as ISO 8601 writes it, to which a time comes; empty where it comes to none (`annually`, a session of
    a body whose sessions have no fixed year)."""
    grammar = grammar_of(document.language)
    text = _plain(words)
    if dates := sorted(date.written for date in dates_in(text) if date.year is not None):
        return dates[0]
    if session := grammar.session.search(text):
        numbers = [int(each) for each in re.findall(r"\b20\d\d\b", session.group())]
        if numbers:
            return str(min(numbers))
        numbers = [number for part in _JOINS.split(session.group()) if (number := grammar.number(part))]
        year = FIRST + min(numbers, default=-FIRST)
        made = adopted_on(document)
        return f"{year}-09" if made and made.year - 1 <= year <= made.year + AHEAD else ""
    if year_only := re.search(r"\b20\d\d\b", text):
        return year_only.group()
    return _after(document, text) if grammar.term.search(text) else ""


def _after(document: Document, text: str) -> str:
    """The day that lies a term behind the adoption; what is counted in months or years is rounded to days."""
    day = adopted_on(document)
    term = grammar_of(document.language).term.search(text)
    if day is None or term is None:
        return ""
    words = term.group()
    known = number_words(document.language)
    digits = re.search(r"\d+", words)
    number = int(digits.group()) if digits else next((known[w] for w in map(fold, words.split()) if w in known), 1)
    days = next((length for unit, length in _DAYS if re.search(unit, words, re.IGNORECASE)), 0)
    return (day + dt.timedelta(days=number * days)).isoformat() if days and number * days < 36_525 else ""


def _ahead(grammar: Grammar, document: Document, text: str, match: re.Match[str]) -> bool:
    """Whether a session is still to come: its number says so, or nothing before it tells of what was done there."""
    number = grammar.number(match.group())
    own = grammar.number(document.masthead.session)
    day = adopted_on(document)
    if number and own and own <= number <= own + FURTHER:
        if number == own and grammar.naming.match(match.group()):
            return False
        return not grammar.done.search(text[max(0, match.start() - _REACH) : match.start()])
    if number and day and day.year - AHEAD <= FIRST + number <= day.year:
        return False
    return not _past(grammar, text, match.start())


def _past(grammar: Grammar, text: str, at: int) -> bool:
    return bool(grammar.past.search(text[max(0, at - _REACH) : at]))


def _open(document: Document, dates: list[Date]) -> bool:
    """Whether the dates lie behind the document's own."""
    day = adopted_on(document)
    return day is not None and all((each.year or 0, each.month or 12) >= (day.year, day.month if each.month else 12) for each in dates)


def _dated(grammar: Grammar, text: str, start: int) -> tuple[int, list[Date]]:
    """The end of the dates, or of the year, with which a text goes on, and these; 0 where it goes on with none."""
    if year := _YEAR.match(text, start):
        return year.end(), [Date(int(year["year"]), 0, None)]
    close, best = 0, 0
    found: list[Date] = []
    first = re.compile(r"\s*([^\s,]+)").match(text, start)
    if first is None or not (first.group(1)[0].isdigit() or dates_in(f"{first.group(1)} 2000")):
        return 0, []
    for match in list(re.finditer(r"[^\s,;.:]+(?=[\s,;.:]|$)", text[start : start + _REACH]))[:12]:
        dates = [date for date in dates_in(text[start : start + match.end()]) if date.year is not None]
        if best and grammar.limit.fullmatch(match.group()):
            break
        if len(dates) > best:
            close, best, found = start + match.end(), len(dates), list(dates)
        elif best and match.end() > close - start + 24:
            break
    return close, found


def _plain(text: str) -> str:
    return _QUOTED.sub(lambda match: "x" * len(match.group()), re.sub(r"\s", " ", text))
