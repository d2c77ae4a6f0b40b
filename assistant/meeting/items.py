"""What is said of one agenda item from the meeting's structure: when it is taken up, for how long, with which documents."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from assistant.frames import date_text, joined, say
from assistant.meeting.citing import Citer, is_of
from assistant.qa.answer import Statement
from corpus.meetings import AgendaItem, Sitting


def sittings_of(item: AgendaItem, sittings: Sequence[Sitting]) -> list[Sitting]:
    """The sittings in which an item or a part of it is taken up."""
    return [sitting for sitting in sittings if any(is_of(row.number, item) for row in sitting.items)]


def taken_up(
    item: AgendaItem, sittings: Sequence[Sitting], cite: Citer, language: str, *, short: bool = False
) -> Statement:
    """When an item is taken up: its day and time in each of its sittings, of which there is at least one.

    `short` leaves its title out, here and in the functions below.
    """
    # In short, what is on one day is said of that day once.
    days = [list(group) for _, group in groupby(sittings, key=lambda sitting: sitting.date)]
    slots = [
        say(
            "slot_continued" if any(r.continued for s in same for r in s.items if is_of(r.number, item)) else "slot",
            language,
            day=date_text(same[0].date, language),
            times=joined([sitting.time_label for sitting in same], language),
        )
        for same in (days if short else [[sitting] for sitting in sittings])
    ]
    text = say(_frame("item_when", short), language, item=item.number, title=item.title, slots=joined(slots, language))
    cites = tuple(dict.fromkeys(each for sitting in sittings for each in cite.sitting(sitting, item)))
    return Statement(text, "derived", cites)


def length(
    item: AgendaItem, sittings: Sequence[Sitting], cite: Citer, language: str, *, short: bool = False
) -> Statement:
    """In how many sittings an item is listed, and how long these last together, which must be said of each."""
    hours = hours_text(minutes_of(sittings) or 0, language)
    frame = "item_length_one" if len(sittings) == 1 and not short else _frame("item_length", short)
    text = say(frame, language, item=item.number, title=item.title, count=len(sittings), hours=hours)
    return Statement(text, "derived", tuple(each for sitting in sittings for each in cite.sitting(sitting, item)[-1:]))


def minutes_of(sittings: Sequence[Sitting]) -> int | None:
    """How long sittings last together, in minutes; None where it is not said of each."""
    lengths = [sitting.minutes for sitting in sittings]
    return None if None in lengths else sum(length or 0 for length in lengths)


def announced(item: AgendaItem, cite: Citer, language: str, *, short: bool = False) -> list[Statement]:
    """What the agenda announces for an item, or that it announces nothing."""
    listed = cite.listed(item)
    if not item.documentation:
        text = say(_frame("no_document_for", short), language, item=item.number, title=item.title)
        return [Statement(text, "derived", (listed,) if listed else ())]
    # The line that announces a document need not say the item's title.
    title = () if short or listed is None else (listed,)
    return [
        Statement(
            say(_frame("document_for", short), language, item=item.number, title=item.title, symbol=symbol),
            "derived",
            (*title, cite.block(ordinal)),
        )
        for symbol, ordinal in item.documentation
    ]


def hours_text(minutes: int, language: str) -> str:
    """A length of time in hours, in the form that the number asks for (Unicode CLDR): `4 часа`, `5 часов`."""
    from babel.units import format_unit

    hours = round(minutes / 60, 1)
    # CLDR has only the short form for Chinese, which is the usual one.
    length = "short" if language == "zh" else "long"
    return str(format_unit(hours if hours % 1 else int(hours), "duration-hour", length, locale=language))


def _frame(name: str, short: bool) -> str:
    return f"{name}_short" if short else name
