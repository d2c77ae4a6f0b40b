"""Which of the meetings held a question may be about: by the agenda, the body, the place, the item and the day that it names."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from assistant.answer_phrases import date_text
from assistant.qa.abstention import RATHER
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
"""Characters of an agenda in which the number of its meeting stands."""
SATURDAY = 5
_GAP = re.compile(r"\s{3,}")
UNSEEN = 0.5
"""How often an agenda is taken to say a word more than it does (the prior of Jeffreys, 1946)."""


def meant(question: Question, library: Library) -> list[Meeting]:
    """The meetings that a question may be about, latest first: the one whose agenda it names, else those of the body that it names, of
    these those with the items, the days and the time that it names. Of an agenda that is held in several languages there is one."""
    versions = library.versions()

    def preferred(meeting: Meeting) -> tuple[bool, bool, str]:
        language = versions.language_of[meeting.document_id]
        return language == question.language, language == "en", meeting.document_id

    held = [meeting for meeting in library.meetings() if question.covers(meeting.document_id)]
    keys = {each.text for symbol in question.symbols for each in versions.equivalent_symbols(symbol)}
    named = [meeting for meeting in held if versions.keys[meeting.document_id] in keys]
    if named:
        held = [max(named, key=preferred)]
    elif question.years:
        held = [m for m in held if not m.dates or str(m.dates[0].year) in question.years]
    held = _called([meeting for meeting in held if not _elsewhere(question, meeting, library)], question, library)
    if question.items:
        held = _most(held, lambda meeting: set(question.items) <= {item.number for item in meeting.items})
        asked = set(question.content)
        held = _most(held, lambda meeting: len(asked & _titles(meeting, question.items, library)))
    if has_date(question) or question.months:
        held = _most(held, lambda meeting: any(on(question, day, meeting) for day in days(meeting)))
    if timed(question):
        held = _most(held, lambda meeting: any(within(question, sitting, meeting) for sitting in meeting.timetable))
    held.sort(key=lambda meeting: (meeting.dates[-1:], preferred(meeting)), reverse=True)
    first = {versions.keys[meeting.document_id]: meeting for meeting in reversed(held)}
    return [meeting for meeting in held if first[versions.keys[meeting.document_id]] is meeting]


def days(meeting: Meeting) -> Sequence[dt.date]:
    """The days of a meeting: those of its timetable, else those of its masthead."""
    return [sitting.date for sitting in meeting.timetable] or meeting.dates


def on(question: Question, day: dt.date, meeting: Meeting) -> bool:
    """Whether a day of a meeting is one that the question names."""
    working = [each for each in meeting.dates if each.weekday() < SATURDAY] or sorted({*days(meeting)})
    return (
        (not question.weekdays or day.weekday() in question.weekdays)
        and (not question.days or day.day in question.days)
        and (not question.months or day.month in question.months)
        and (not question.nth_days or day in [working[n - 1] for n in question.nth_days if 0 < n <= len(working)])
    )


def has_date(question: Question) -> bool:
    """Whether a question names a day."""
    return bool(question.weekdays or question.days or question.nth_days)


def has_day(question: Question, meetings: Sequence[Meeting]) -> bool:
    """Whether one of the meetings has the day that a question names, where it names one and any of their days are known."""
    named = [(day, meeting) for meeting in meetings for day in days(meeting)] if has_date(question) else []
    return not named or any(on(question, *each) for each in named)


def names_date(question: Question, text: str, language: str) -> bool:
    """Whether a text names a day that a question names, by its date or by the day of the week."""
    if not has_date(question):
        return True
    said = parse_question(text, question.vocabulary, question.catalogue, language)
    days, weekdays = {*said.days, *(day.day for day in find_full_dates(text))}, {*said.weekdays}
    weekdays |= {day.weekday() for day in find_full_dates(text)}
    of_days = not question.days or not days.isdisjoint(question.days)
    return of_days and (not question.weekdays or not weekdays.isdisjoint(question.weekdays)) and not question.nth_days


def without_body(question: Question, meeting: Meeting) -> Question | None:
    """A question without the name of the body that meets, which says which meeting is meant and nothing of what is asked of it; None where
    it does not name the body by a name that is known in its language."""
    body, text = {*analyse(meeting.body, "en")}, question.text
    for mention in reversed(question.terms):
        if any({*analyse(name, "en")} == body for name in question.vocabulary.names(mention.concept, "en")):
            text = f"{text[: mention.start]} {text[mention.end :]}"
    return None if text == question.text else replace(question, text=" ".join(text.split()))


def dated(question: Question, meeting: Meeting) -> Question | None:
    """A question with the date of the day of a meeting that it counts ("the third day") in its place; None where it counts none."""
    counted = [day for day in days(meeting) if on(question, day, meeting)] if question.nth_days else []
    if not counted:
        return None
    gaps = (found.span() for found in _GAP.finditer(question.rest))
    named = [(each.start, each.end) for each in question.mentions()]
    free = (gap for gap in gaps if not any(gap[0] < end and start < gap[1] for start, end in named))
    start, end = next(free, (len(question.text),) * 2)
    text = f"{question.text[:start]} {date_text(counted[0], question.language)} {question.text[end:]}"
    return replace(question, text=" ".join(text.split()))


def timed(question: Question) -> bool:
    """Whether a question names a day, half a day or an hour."""
    return has_date(question) or question.afternoon is not None or question.hour is not None


def within(question: Question, sitting: Sitting, meeting: Meeting) -> bool:
    """Whether a sitting of a meeting is on a day, in a half of it and at an hour that the question names."""
    halves = question.afternoon is None or sitting.is_afternoon == question.afternoon
    hours = question.hour is None or _at(sitting, dt.time(question.hour % 24))
    return on(question, sitting.date, meeting) and halves and hours


def _at(sitting: Sitting, time: dt.time) -> bool:
    return sitting.start is not None and sitting.end is not None and sitting.start <= time < sitting.end


def nearest(question: Question, meetings: Sequence[Meeting], library: Library) -> list[Meeting]:
    """Meetings, those first whose agendas have rather the words of the question."""
    odds = _odds(question.content, meetings, library)
    return [meetings[n] for n in sorted(range(len(meetings)), key=lambda n: -odds[n])]


def _called(meetings: Sequence[Meeting], question: Question, library: Library) -> list[Meeting]:
    """The meetings of the body and place that a question names in full; else those whose agendas have rather the names that it gives,
    such as the short one of an organization, than other agendas."""
    if len(meetings) < 2:
        return [*meetings]
    content_of, language = question.vocabulary.content_of, question.language
    called = [name for mention in question.terms for name in question.vocabulary.names(mention.concept, "en")[:1]]
    asked = {*analyse(question.text, language), *analyse(" ".join(called), "en")}
    spoken = library.versions().language_of
    names = {each.document_id: [set(content_of(name, spoken[each.document_id])) for name in (each.body, each.place)]
             for each in meetings}  # fmt: skip
    full = _most(meetings, lambda meeting: sum(bool(name) and name <= asked for name in names[meeting.document_id]))
    given = [token for name in claims.read(question.text, language).names for token in analyse(name, language)]
    # Where nothing is written with a capital letter, any word may be one of a name.
    words = given or [word for each in names.values() for name in each for word in sorted(name & asked)]
    odds = _odds(words, full, library)
    return [meeting for meeting, each in zip(full, odds, strict=True) if each >= max(odds) - RATHER]


def _odds(words: Sequence[str], meetings: Sequence[Meeting], library: Library) -> list[float]:
    """The log-likelihood that the agenda of each meeting has the words, but for those that none has (query likelihood: Ponte and
    Croft, 1998)."""
    documents = [library.document(meeting.document_id) for meeting in meetings]
    said = [_said(document.text, document.language) for document in documents]
    words = [word for word in dict.fromkeys(words) if any(each[word] for each in said)]
    return [sum(math.log((each[word] + UNSEEN) / (each.total() + 1)) for word in words) for each in said]


@lru_cache(maxsize=256)
def _said(text: str, language: str) -> Counter[str]:
    return Counter(analyse(text, language))


def _titles(meeting: Meeting, items: Sequence[str], library: Library) -> set[str]:
    """The words of the titles of some items."""
    titles = " ".join(item.title for item in meeting.items if item.number in items)
    return set(analyse(titles, library.document(meeting.document_id).language))


def _elsewhere(question: Question, meeting: Meeting, library: Library) -> bool:
    """Whether a question names what is no part of the meeting: another document, a treaty, an article, a meeting of
    another number, something by a name that its agenda does not say."""
    document = library.document(meeting.document_id)
    versions, announced = library.versions(), {symbol.text for symbol in meeting.announced_symbols()}
    beside = (symbol for symbol in question.symbols if symbol.text not in announced)
    if any(document.symbol not in versions.equivalent_symbols(symbol) for symbol in beside):
        return True
    if question.articles or any(entry.kind in ("treaty", "resolution") for entry in question.named):
        return True
    if _unsaid(question, document):
        return True
    if not question.sessions or question.weekdays or question.days or question.items:
        return False
    own = numbered_meetings(document.text[:HEAD], question.vocabulary, document.language)[:1]
    number = own[0] if own else grammar_of(document.language).number(document.masthead.session)
    return number is not None and str(number) not in question.sessions


def _unsaid(question: Question, document: Document) -> bool:
    """Whether an agenda says nothing of a country that a question names, or of a name that is written alike in both."""
    if any(not mentions_country(code, document.text, document.language) for code in question.countries):
        return True
    same = question.language == document.language
    names = claims.read(question.rest, question.language).names if same else ()
    said = _said(document.text, document.language)
    lacking = (name for name in names if not said.keys() >= {*analyse(name, question.language)})
    return any(not name.isupper() or not matches_acronym(name, document.text) for name in lacking)


def _most(meetings: Sequence[Meeting], measure: Callable[[Meeting], int]) -> list[Meeting]:
    """Those of which most is true."""
    measured = [measure(meeting) for meeting in meetings]
    return [meeting for meeting, each in zip(meetings, measured, strict=True) if each == max(measured)]
