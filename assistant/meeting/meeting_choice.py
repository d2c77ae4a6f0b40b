"""Selects the meetings in the library that a question may be about, by the agenda, body, place, item and day that it names."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from assistant.answer_phrases import date_text
from assistant.qa.abstention import AGENDA_ODDS_GAP
from assistant.question import Question, numbered_meetings, parse_question
from assistant.wording import claims
from assistant.wording.drafting import grammar_of
from corpus.acronyms import matches_acronym
from corpus.analysis import analyse
from corpus.countries import mentions_country
from corpus.dates import find_full_dates
from corpus.documents import Document
from corpus.library import Library
from corpus.meetings import Meeting, Sitting

HEAD = 1_500
"""Characters at the start of an agenda that are searched for the number of its meeting."""
SATURDAY = 5
EVENING = dt.time(17)
"""When the evening begins, for a question that names it."""
_GAP = re.compile(r"\s{3,}")
UNSEEN = 0.5
"""Pseudo-count added to the frequency of each word in an agenda (the prior of Jeffreys, 1946)."""


def select_meetings(question: Question, library: Library) -> list[Meeting]:
    """The meetings that a question may be about: those with an agenda in the language of the question first, then the latest.

    That is the one whose agenda it names; else those of the body that it names, narrowed to those with the items, days and time that it names.
    An agenda that is stored in several languages counts once."""
    versions = library.versions()

    def preferred(meeting: Meeting) -> tuple[bool, bool, str]:
        language = versions.language_of[meeting.document_id]
        return language == question.language, language == "en", meeting.document_id

    meetings = [meeting for meeting in library.meetings() if question.covers(meeting.document_id)]
    requested_keys = {each.text for symbol in question.symbols for each in versions.equivalent_symbols(symbol)}
    named = [meeting for meeting in meetings if versions.keys[meeting.document_id] in requested_keys]
    if named:
        meetings = [max(named, key=preferred)]
    elif question.years:
        meetings = [m for m in meetings if not m.dates or str(m.dates[0].year) in question.years]
    meetings = [meeting for meeting in meetings if not _names_something_else(question, meeting, library)]
    meetings = _named_in_full(meetings, question, library)
    if question.items:
        items, words = question.items, set(question.content)
        meetings = _best_by(meetings, lambda each: set(items) <= {item.number for item in each.items})
        meetings = _best_by(meetings, lambda each: len(words & _title_words(each, items, library)))
    if names_day(question) or question.months:
        meetings = _best_by(meetings, lambda each: any(matches_day(question, day, each) for day in meeting_days(each)))
    if names_time(question):
        meetings = _best_by(meetings, lambda each: any(matches_sitting(question, at, each) for at in each.timetable))
    keys = {meeting.document_id: versions.keys[meeting.document_id] for meeting in meetings}
    in_language = {key for each, key in keys.items() if versions.language_of[each] == question.language}
    meetings.sort(
        key=lambda each: (keys[each.document_id] in in_language, each.dates[-1:], preferred(each)), reverse=True
    )
    latest_by_key: dict[str, Meeting] = {}
    for meeting in meetings:
        latest_by_key.setdefault(keys[meeting.document_id], meeting)
    return list(latest_by_key.values())


def meeting_days(meeting: Meeting) -> Sequence[dt.date]:
    """The days of a meeting: those of its timetable, else those of its masthead."""
    return [sitting.date for sitting in meeting.timetable] or meeting.dates


def matches_day(question: Question, day: dt.date, meeting: Meeting) -> bool:
    """Whether a day of a meeting is one of those that the question names; True where it names none."""
    working_days = [date for date in meeting.dates if date.weekday() < SATURDAY] or sorted({*meeting_days(meeting)})
    counted_days = [working_days[n - 1] for n in question.nth_days if 0 < n <= len(working_days)]
    return (
        (not question.weekdays or day.weekday() in question.weekdays)
        and (not question.days or day.day in question.days)
        and (not question.months or day.month in question.months)
        and (not question.nth_days or day in counted_days)
    )


def names_day(question: Question) -> bool:
    """Whether a question names a day."""
    return bool(question.weekdays or question.days or question.nth_days)


def any_has_named_day(question: Question, meetings: Sequence[Meeting]) -> bool:
    """Whether any of the meetings has the day that a question names; True where it names none or none of their days are known."""
    known_days = [(day, meeting) for meeting in meetings for day in meeting_days(meeting) if names_day(question)]
    return not known_days or any(matches_day(question, *pair) for pair in known_days)


def text_names_day(question: Question, text: str, language: str) -> bool:
    """Whether a text names the day that a question names, by date or by weekday; True where the question names none."""
    if not names_day(question):
        return True
    parsed, dates = parse_question(text, question.vocabulary, question.catalogue, language), find_full_dates(text)
    days, weekdays = {*parsed.days, *(date.day for date in dates)}, {*parsed.weekdays, *(d.weekday() for d in dates)}
    has_day = not question.days or not days.isdisjoint(question.days)
    return has_day and (not question.weekdays or not weekdays.isdisjoint(question.weekdays)) and not question.nth_days


def without_body(question: Question, meeting: Meeting) -> Question | None:
    """The question without the name of the body that meets, which only selects the meeting and says nothing of what is asked; None where
    the question does not name the body by a name known in its language."""
    body, text = {*analyse(meeting.body, "en")}, question.text
    for mention in reversed(question.terms):
        if any({*analyse(name, "en")} == body for name in question.vocabulary.names(mention.concept, "en")):
            text = f"{text[: mention.start]} {text[mention.end :]}"
    return None if text == question.text else replace(question, text=" ".join(text.split()))


def with_date(question: Question, meeting: Meeting) -> Question | None:
    """The question with a counted day of the meeting ("the third day") replaced by its date; None where it counts no day."""
    counted_days = [day for day in meeting_days(meeting) if question.nth_days and matches_day(question, day, meeting)]
    if not counted_days:
        return None
    gaps = (found.span() for found in _GAP.finditer(question.rest))
    mention_spans = [(each.start, each.end) for each in question.mentions()]
    free_gap = (gap for gap in gaps if not any(gap[0] < end and start < gap[1] for start, end in mention_spans))
    start, end = next(free_gap, (len(question.text),) * 2)
    text = f"{question.text[:start]} {date_text(counted_days[0], question.language)} {question.text[end:]}"
    return replace(question, text=" ".join(text.split()))


def names_time(question: Question) -> bool:
    """Whether a question names a day, a half of the day or an hour."""
    return names_day(question) or question.afternoon is not None or question.hour is not None


def matches_sitting(question: Question, sitting: Sitting, meeting: Meeting) -> bool:
    """Whether a sitting of a meeting matches the day, the half of the day and the hour that the question names."""
    half_matches = question.afternoon is None or sitting.is_afternoon == question.afternoon
    if question.evening and sitting.start is not None:
        half_matches = sitting.start >= EVENING
    hour_matches = question.hour is None or _at(sitting, dt.time(question.hour % 24))
    return matches_day(question, sitting.date, meeting) and half_matches and hour_matches


def _at(sitting: Sitting, time: dt.time) -> bool:
    """Whether a sitting is on at a time of day; one whose end is not stated is known to be only when it begins."""
    if sitting.start is None or sitting.end is None:
        return sitting.start == time
    return sitting.start <= time < sitting.end


def _named_in_full(meetings: Sequence[Meeting], question: Question, library: Library) -> list[Meeting]:
    """The meetings whose body and place the question names in full; else those whose agendas are more likely than others to have the names
    in it, such as the short name of an organization (within `AGENDA_ODDS_GAP` of the likeliest)."""
    if len(meetings) < 2:
        return [*meetings]
    content_of, language = question.vocabulary.content_of, question.language
    named_bodies = [name for mention in question.terms for name in question.vocabulary.names(mention.concept, "en")[:1]]
    question_words = {*question.content, *analyse(" ".join(named_bodies), "en")}
    languages = library.versions().language_of

    def names(meeting: Meeting) -> list[set[str]]:
        return [{*content_of(name, languages[meeting.document_id])} for name in (meeting.body, meeting.place)]

    best_named = _best_by(meetings, lambda each: sum(bool(name) and name <= question_words for name in names(each)))
    name_tokens = [token for name in claims.read(question.text, language).names for token in analyse(name, language)]
    # Where nothing is written with a capital letter, any word may be one of a name.
    all_names = (name for meeting in meetings for name in names(meeting))
    words = name_tokens or [word for name in all_names for word in sorted(name & question_words)]
    odds = _word_odds(words, best_named, library)
    return [meeting for meeting, score in zip(best_named, odds, strict=True) if score >= max(odds) - AGENDA_ODDS_GAP]


def _word_odds(words: Sequence[str], meetings: Sequence[Meeting], library: Library) -> list[float]:
    """The log-likelihood of the words under the agenda of each meeting; words that no agenda has are left out (query likelihood: Ponte
    and Croft, 1998)."""
    documents = [library.document(meeting.document_id) for meeting in meetings]
    counts = [word_counts(document.text, document.language) for document in documents]
    words = [word for word in dict.fromkeys(words) if any(count[word] for count in counts)]
    return [sum(math.log((count[word] + UNSEEN) / (count.total() + 1)) for word in words) for count in counts]


@lru_cache(maxsize=256)
def word_counts(text: str, language: str) -> Counter[str]:
    return Counter(analyse(text, language))


def _title_words(meeting: Meeting, items: Sequence[str], library: Library) -> set[str]:
    titles = " ".join(item.title for item in meeting.items if item.number in items)
    return set(analyse(titles, library.document(meeting.document_id).language))


def _names_something_else(question: Question, meeting: Meeting, library: Library) -> bool:
    """Whether a question names something outside the meeting: another document, a treaty, an article, a meeting with another number, or a
    name that is not in its agenda."""
    document = library.document(meeting.document_id)
    versions, announced_symbols = library.versions(), {symbol.text for symbol in meeting.announced_symbols()}
    other_symbols = (symbol for symbol in question.symbols if symbol.text not in announced_symbols)
    if any(document.symbol not in versions.equivalent_symbols(symbol) for symbol in other_symbols):
        return True
    if question.articles or any(entry.kind in ("treaty", "resolution") for entry in question.named):
        return True
    if _lacks_name(question, document):
        return True
    if not question.sessions or question.weekdays or question.days or question.items:
        return False
    numbers = numbered_meetings(document.text[:HEAD], question.vocabulary, document.language)[:1]
    number = numbers[0] if numbers else grammar_of(document.language).number(document.masthead.session)
    return number is not None and str(number) not in question.sessions


def _lacks_name(question: Question, document: Document) -> bool:
    """Whether an agenda lacks a country that a question names, or (where both are in one language) a name in the question."""
    if any(not mentions_country(code, document.text, document.language) for code in question.countries):
        return True
    same_language = question.language == document.language
    names = claims.read(question.rest, question.language).names if same_language else ()
    agenda_words = word_counts(document.text, document.language)
    missing_names = (name for name in names if not agenda_words.keys() >= {*analyse(name, question.language)})
    return any(not name.isupper() or not matches_acronym(name, document.text) for name in missing_names)


def _best_by(meetings: Sequence[Meeting], measure: Callable[[Meeting], int]) -> list[Meeting]:
    """The meetings with the highest value of a measure."""
    measured = [measure(meeting) for meeting in meetings]
    return [meeting for meeting, value in zip(meetings, measured, strict=True) if value == max(measured)]
