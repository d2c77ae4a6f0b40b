"""Deadlines: the words of a clause that set a day, a session, a term or a frequency, and the date they amount to."""

from __future__ import annotations

import datetime as dt
import re

from assistant.qa.metadata import document_date
from assistant.wording.drafting import grammar_of, unquoted
from assistant.wording.lexicon import number_words
from corpus.analysis import fold
from corpus.dates import Date, find_date_mentions
from corpus.documents import Document, Span

FIRST_ASSEMBLY_YEAR = 1945
"""The General Assembly's session n opens in September of the year 1945 + n, and lasts until the next one opens (its
rules of procedure, rule 1)."""
MAX_YEARS_AHEAD = 8
"""A session number further ahead of the document, in years, is that of another body, not the Assembly's."""
MAX_SESSIONS_AHEAD = 20
"""A session number further ahead of the document's own is that of another body."""
MAX_TERM_DAYS = 36_525
"""Longest term from the adoption, in days."""
_YEAR_AT = re.compile(r"\s*(?P<year>20\d\d)(?![\d/]|,\d|\s?年\s?\d)")
_WORD_AT = re.compile(r"\s*([^\s,]+)")
_DATE_WORDS = re.compile(r"[^\s,;.:؛،]+(?=[\s,;.:؛،]|$)")
_DATE_WORDS_CHINESE = re.compile(r"\d+\s?[年月日号]")
"""The words that may end a date; the same in Chinese, which has no spaces."""
_IN_BRACKETS = re.compile(r"(?P<between>[^,;:.()（）]{0,80})[(（](?P<date>[^()（）]{4,40})[)）]")
_SEPARATOR = re.compile(r"[,;:.،؛，；]")
_CONTEXT = 90
"""Characters that are considered before and after a time."""


class DeadlineReader:
    """Reads the times of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._grammar = grammar_of(document.language)
        self._day = document_date(document)
        self._session = self._grammar.number(document.masthead.session)

    def find_times(self, start: int, end: int) -> list[Span]:
        """The spans that set a time for an action, in order, none inside another one. Times of what was done before,
        or is only mentioned, are left out."""
        found = self._find_times(unquoted(self._document.text[start:end]))
        return [(start + left, start + right) for left, right in found]

    def is_own_session(self, span: Span) -> bool:
        """Whether a time is the session of the document itself."""
        session = self._grammar.session.search(self._document.text, *span)
        return (
            session is not None and self._session is not None and self._grammar.number(session.group()) == self._session
        )

    def skip_opening_time(self, text: str, start: int) -> int:
        """The end of a time with which a text opens at `start`; `start` where there is none."""
        opening_times = [each for each in self._find_times(unquoted(text)) if not text[start : each[0]].strip()]
        time_end = opening_times[0][1] if opening_times and opening_times[0][0] >= start else start
        return time_end + len(text[time_end:]) - len(text[time_end:].lstrip(" ,，،"))

    def _find_times(self, text: str) -> list[Span]:
        grammar = self._grammar
        sessions = (match for kind in (grammar.session, grammar.meeting) for match in kind.finditer(text))
        future = (match for match in sessions if self._is_future_session(text, match))
        spans = [(match.start(), self._include_session_date(text, match.end())) for match in future]
        session_spans, dated = tuple(spans), list[int]()
        for pattern, is_limit in ((grammar.limit, True), (grammar.open, False)):
            for match in pattern.finditer(text):
                date_end, dates = self._match_dates(text, match.end(), is_limit)
                if not date_end or not self._is_not_past(dates):
                    continue
                held = (left for left, right in session_spans if grammar.held.match(text, right, match.start()))
                if (session := next(held, None)) is not None:
                    spans.append((session, date_end))
                elif is_limit or not self._is_past(text, match.start()):
                    spans.append((match.start(), date_end))
                    dated += [] if is_limit else [match.start()]
        eves = (each for each in grammar.eve.finditer(text) if self._is_not_past([_year_date(each)]))
        others = (each for kind in (grammar.event, grammar.term, grammar.often) for each in kind.finditer(text))
        recurring = (each for each in grammar.recurring.finditer(text) if self._is_new_recurrence(text, each))
        spans += [each.span() for each in (*eves, *others)]
        # What takes place in a given year is a single one: a biennial meeting of States in 2026.
        for start, end in (each.span() for each in recurring):
            if not any(end <= at and not _SEPARATOR.search(text, end, at) for at in dated):
                spans.append((start, end))
        distinct: list[Span] = []
        for left, right in sorted(spans, key=lambda each: (each[0], -each[1])):
            if not distinct or left >= distinct[-1][1]:
                distinct.append((left, right))
        return distinct

    def _is_new_recurrence(self, text: str, match: re.Match[str]) -> bool:
        """Whether something recurrent is new, not known already (`the forthcoming annual reports`) or an attribute."""
        grammar, preceding = self._grammar, text[max(0, match.start() - _CONTEXT) : match.start()]
        says_new = bool(match.groupdict().get("new"))
        if not preceding.strip() or (not says_new and grammar.known.search(preceding)):
            return False
        linking_patterns = (grammar.preposition,) if says_new else (grammar.preposition, grammar.also)
        return not any(each.fullmatch(preceding.split()[-1]) for each in linking_patterns)

    def resolve_dates(self, words: str) -> list[str]:
        """The days, months, years or (for sessions) spans of months, in ISO 8601, that a time amounts to; empty where
        there is none (`annually`, a session of a body whose sessions have no fixed year, a term that runs to or from
        an event)."""
        grammar = self._grammar
        text = unquoted(words)
        if grammar.event.match(text):
            return []
        if dates := sorted(date.iso_format for date in find_date_mentions(text) if date.year is not None):
            return dates
        if years_named := re.findall(r"(?<!\d)20\d\d(?!\d)", text):
            return sorted(years_named)
        if session := grammar.session.search(text):
            numbers = sorted(filter(None, map(grammar.number, grammar.steps.split(session.group()))))
            years = [FIRST_ASSEMBLY_YEAR + number for number in numbers]
            # Without sessions that were over at the adoption, or are too far ahead.
            return [f"{year}-09/{year + 1}-09" for year in years if (day := self._day) is not None
                    and year <= day.year + MAX_YEARS_AHEAD and (year + 1, 9) >= (day.year, day.month)]  # fmt: skip
        return self._add_term(text)

    def _add_term(self, text: str) -> list[str]:
        """The day at the end of a term that runs from the adoption; months and years are rounded to days."""
        term = self._grammar.term.search(text)
        if self._day is None or term is None:
            return []
        words = term.group()
        words_to_numbers, digits = number_words(self._document.language), re.findall(r"\d+", words)
        numbers = (words_to_numbers[word] for word in map(fold, words.split()) if word in words_to_numbers)
        number = int(digits[0]) if digits else next(numbers, 1)
        days = self._grammar.days(words)
        is_in_range = 0 < number * days < MAX_TERM_DAYS
        return [(self._day + dt.timedelta(days=number * days)).isoformat()] if is_in_range else []

    def _is_future_session(self, text: str, match: re.Match[str]) -> bool:
        """Whether a session is still to come: its number says so, or nothing before it refers to the past."""
        grammar, own_number = self._grammar, self._session
        number = grammar.number(match.group())
        if number and own_number and own_number <= number <= own_number + MAX_SESSIONS_AHEAD:
            if number == own_number and grammar.naming.match(match.group()):
                return False
            return not grammar.done.search(text[max(0, match.start() - _CONTEXT) : match.start()])
        return not self._is_past(text, match.start())

    def _include_session_date(self, text: str, end: int) -> int:
        """The end of a session including its date in brackets, also behind the name of the body: `(June 2028)`."""
        brackets = _IN_BRACKETS.match(text, end)
        between = brackets["between"].strip() if brackets else ""
        if brackets is None or (between and not self._grammar.preposition.match(between)):
            return end
        has_year = any(date.year is not None for date in find_date_mentions(brackets["date"]))
        return brackets.end() if has_year or _YEAR_AT.fullmatch(brackets["date"]) else end

    def _is_past(self, text: str, position: int) -> bool:
        return bool(self._grammar.past.search(text[max(0, position - _CONTEXT) : position]))

    def _is_not_past(self, dates: list[Date]) -> bool:
        """Whether no date precedes the document's own, else the year of its symbol."""
        symbol = self._document.symbol
        day = self._day or (dt.date(symbol.year, 1, 1) if symbol and symbol.year else None)
        return day is None or all(
            each.year is None or (each.year, each.month or 12) >= (day.year, day.month if each.month else 12)
            for each in dates
        )

    def _match_dates(self, text: str, start: int, is_limit: bool) -> tuple[int, list[Date]]:
        """The end of the dates or years at `start` of a text, and these; 0 where there are none. `is_limit`: a day
        without a year counts too: `annually, by 1 March`."""
        years, position = list[re.Match[str]](), start
        while year := _YEAR_AT.match(text, position):
            years.append(year)
            separator = self._grammar.steps.match(text, year.end())
            position = separator.end() if separator else len(text)
        if years:
            return self._include_year_word(text, years[-1].end()), list(map(_year_date, years))
        first_word = _WORD_AT.match(text, start)
        word = first_word[1] if first_word else ""
        if not word[:1].isdigit() and not find_date_mentions(f"{word} 2000"):
            return 0, []
        date_end, dates_found = 0, list[Date]()
        parts = _DATE_WORDS if self._grammar.spaced else _DATE_WORDS_CHINESE
        for match in list(parts.finditer(text[start : start + _CONTEXT]))[:12]:
            if dates_found and self._grammar.limit.fullmatch(match.group()):
                break
            mentions = find_date_mentions(text[start : start + match.end()])
            dates = [each for each in mentions if each.year is not None or (is_limit and each.day is not None)]
            completed = bool(dates and dates_found) and dates_found[-1].year is None and dates[-1].year is not None
            if completed or len(dates) > len(dates_found):
                date_end, dates_found = start + match.end(), dates
        return self._include_year_word(text, date_end), dates_found

    def _include_year_word(self, text: str, date_end: int) -> int:
        """The end of a date including the word for “year” after it."""
        word = self._grammar.year.match(text, date_end) if date_end else None
        return word.end() if word else date_end


def _year_date(match: re.Match[str]) -> Date:
    return Date(int(match["year"]), 0, None)
