"""By when: the words of a clause that set a day, a session, a term or how often, and the day that they come to."""

from __future__ import annotations

import datetime as dt
import re

from assistant.qa.metadata import document_date
from assistant.wording.drafting import grammar_of, unquoted
from assistant.wording.lexicon import number_words
from corpus.analysis import fold
from corpus.dates import Date, dates_in
from corpus.documents import Document, Span

FIRST = 1945
"""The General Assembly's session n opens in September of the year 1945 + n, and lasts until the next one opens (its rules of procedure,
rule 1)."""
AHEAD = 8
"""Years ahead of a document, at most, in which a session lies whose number may be the Assembly's; other numbers are other bodies'."""
FURTHER = 20
"""Sessions ahead of a document's own, at most, in which one of the same body lies."""
FARTHEST = 36_525
"""Days behind the adoption, at most, to which a term comes."""
_YEAR = re.compile(r"\s*(?P<year>20\d\d)(?![\d/]|,\d|\s?年\s?\d)")
_WORD = re.compile(r"\s*([^\s,]+)")
_PARTS = re.compile(r"[^\s,;.:؛،]+(?=[\s,;.:؛،]|$)")
_HAN_PARTS = re.compile(r"\d+\s?[年月日号]")
"""The words with which a date may end; the same where no space parts them."""
_REACH = 90
"""Characters that are looked at before and behind a time."""


class Clock:
    """Reads the times of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._grammar = grammar_of(document.language)
        self._day = document_date(document)
        self._session = self._grammar.number(document.masthead.session)

    def times(self, start: int, end: int) -> list[Span]:
        """The words of a span that set a time for what is asked there, in order, none inside another one. Times of what was done
        before, or of what is only named, are left out."""
        found = self._times(unquoted(self._document.text[start:end]))
        return [(start + left, start + right) for left, right in found]

    def opening(self, text: str, start: int) -> int:
        """Where the words begin behind a time with which a text opens at a place; the place where it opens with none."""
        times = [each for each in self._times(unquoted(text)) if not text[start : each[0]].strip()]
        close = times[0][1] if times and times[0][0] >= start else start
        return close + len(text[close:]) - len(text[close:].lstrip(" ,，،"))

    def _times(self, text: str) -> list[Span]:
        grammar = self._grammar
        found = [match.span() for match in grammar.session.finditer(text) if self._ahead(text, match)]
        for pattern, sure in ((grammar.limit, True), (grammar.open, False)):
            for match in pattern.finditer(text):
                close, dates = self._dated(text, match.end(), sure)
                if close and self._to_come(dates) and (sure or not self._past(text, match.start())):
                    found.append((match.start(), close))
        eves = grammar.eve.finditer(text)
        found += [each.span() for each in eves if self._to_come([Date(int(each["year"]), 0, None)])]
        for pattern in (grammar.event, grammar.term, grammar.often):
            found += [match.span() for match in pattern.finditer(text)]
        found += [each.span() for each in grammar.recurring.finditer(text) if self._new(text, each)]
        made: list[Span] = []
        for left, right in sorted(found, key=lambda each: (each[0], -each[1])):
            if not made or left >= made[-1][1]:
                made.append((left, right))
        return made

    def _new(self, text: str, match: re.Match[str]) -> bool:
        """Whether what comes again and again is not known already, `the forthcoming annual reports`, nor only what something is of."""
        grammar, before = self._grammar, text[max(0, match.start() - _REACH) : match.start()]
        new = bool(match.groupdict().get("new"))
        beside = (grammar.preposition,) if new else (grammar.preposition, grammar.also)
        known = not new and grammar.known.search(before)
        return bool(before.strip()) and not known and not any(each.fullmatch(before.split()[-1]) for each in beside)

    def dates(self, words: str) -> list[str]:
        """The days, months, years or, of sessions, spans of months, as ISO 8601 writes them, to which a time comes; none where it
        comes to none (`annually`, a session of a body whose sessions have no fixed year, what runs to or from an event)."""
        grammar = self._grammar
        text = unquoted(words)
        if grammar.event.match(text):
            return []
        if dates := sorted(date.written for date in dates_in(text) if date.year is not None):
            return dates
        if session := grammar.session.search(text):
            if named := re.findall(r"\b20\d\d\b", session.group()):
                return sorted(named)
            numbers = sorted(filter(None, map(grammar.number, grammar.steps.split(session.group()))))
            years = [FIRST + number for number in numbers]
            # None that was over at the adoption, or lies too far ahead.
            return [f"{year}-09/{year + 1}-09" for year in years if (day := self._day) is not None
                    and year <= day.year + AHEAD and (year + 1, 9) >= (day.year, day.month)]  # fmt: skip
        if only := re.findall(r"(?<!\d)20\d\d(?!\d)", text):
            return sorted(only)
        return self._after(text)

    def _after(self, text: str) -> list[str]:
        """The day that lies a term behind the adoption; what is counted in months or years is rounded to days."""
        term = self._grammar.term.search(text)
        if self._day is None or term is None:
            return []
        words = term.group()
        known = number_words(self._document.language)
        digits = re.search(r"\d+", words)
        number = int(digits.group()) if digits else next((known[w] for w in map(fold, words.split()) if w in known), 1)
        days = self._grammar.days(words)
        lies = 0 < number * days < FARTHEST
        return [(self._day + dt.timedelta(days=number * days)).isoformat()] if lies else []

    def _ahead(self, text: str, match: re.Match[str]) -> bool:
        """Whether a session is still to come: its number says so, or nothing before it tells of what was done there."""
        grammar, own = self._grammar, self._session
        number = grammar.number(match.group())
        if number and own and own <= number <= own + FURTHER:
            if number == own and grammar.naming.match(match.group()):
                return False
            return not grammar.done.search(text[max(0, match.start() - _REACH) : match.start()])
        return not self._past(text, match.start())

    def _past(self, text: str, at: int) -> bool:
        return bool(self._grammar.past.search(text[max(0, at - _REACH) : at]))

    def _to_come(self, dates: list[Date]) -> bool:
        """Whether no date lies before the document's own, else before the year of its symbol."""
        symbol = self._document.symbol
        day = self._day or (dt.date(symbol.year, 1, 1) if symbol and symbol.year else None)
        return day is None or all(
            each.year is None or (each.year, each.month or 12) >= (day.year, day.month if each.month else 12)
            for each in dates
        )

    def _dated(self, text: str, start: int, sure: bool) -> tuple[int, list[Date]]:
        """The end of the dates, or of the years, with which a text goes on, and these; 0 where it goes on with none. `sure`: a day without a
        year counts, too: `annually, by 1 March`."""
        years, at = list[re.Match[str]](), start
        while year := _YEAR.match(text, at):
            years.append(year)
            step = self._grammar.steps.match(text, year.end())
            at = step.end() if step else len(text)
        if years:
            return self._behind_year(text, years[-1].end()), [Date(int(year["year"]), 0, None) for year in years]
        first = _WORD.match(text, start)
        if first is None or not (first.group(1)[0].isdigit() or dates_in(f"{first.group(1)} 2000")):
            return 0, []
        close, found = 0, list[Date]()
        parts = _PARTS if self._grammar.spaced else _HAN_PARTS
        for match in list(parts.finditer(text[start : start + _REACH]))[:12]:
            if found and self._grammar.limit.fullmatch(match.group()):
                break
            dates = [
                date
                for date in dates_in(text[start : start + match.end()])
                if date.year is not None or (sure and date.day is not None)
            ]
            dated = bool(dates and found) and found[-1].year is None and dates[-1].year is not None
            if dated or len(dates) > len(found):
                close, found = start + match.end(), dates
        return self._behind_year(text, close), found

    def _behind_year(self, text: str, close: int) -> int:
        """The end of a date, with the word for a year behind it."""
        word = self._grammar.year.match(text, close) if close else None
        return word.end() if word else close
