"""What is said of one agenda item from the meeting's structure: when it is taken up, for how long, with which documents."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.frames import date_text, joined, say
from assistant.meeting.citing import Citer, is_of
from assistant.qa.answer import Statement
from corpus.meetings import AgendaItem, Sitting


def sittings_of(item: AgendaItem, sittings: Sequence[Sitting]) -> list[Sitting]:
    """The sittings in which an item or a part of it is taken up."""
    return [sitting for sitting in sittings if any(is_of(row.number, item) for row in sitting.items)]


def taken_up(item: AgendaItem, sittings: Sequence[Sitting], cite: Citer, language: str) -> Statement:
    """When an item is taken up: its day and time in each of its sittings, of which there is at least one."""
    slots = [
        say(
            "slot_continued" if any(row.continued for row in each.items if is_of(row.number, item)) else "slot",
            language,
            day=date_text(each.date, language),
            times=each.time_label,
        )
        for each in sittings
    ]
    text = say("item_when", language, item=item.number, title=item.title, slots=joined(slots, language))
    cites = tuple(dict.fromkeys(each for sitting in sittings for each in cite.sitting(sitting, item)))
    return Statement(text, "derived", cites)


def titled(item: AgendaItem, cite: Citer, language: str) -> Statement:
    """What an item is called, by the line that lists it."""
    listed = cite.listed(item)
    text = say("item_title", language, item=item.number, title=item.title.rstrip("."))
    return Statement(text, "derived", (listed,) if listed else ())


def length(item: AgendaItem, sittings: Sequence[Sitting], cite: Citer, language: str) -> Statement:
    """In how many sittings an item is listed, and how long these last together, which must be said of each."""
    hours = hours_text(minutes_of(sittings) or 0, language)
    frame = "item_length_one" if len(sittings) == 1 else "item_length"
    text = say(frame, language, item=item.number, title=item.title, count=len(sittings), hours=hours)
    return Statement(text, "derived", tuple(each for sitting in sittings for each in cite.sitting(sitting, item)[-1:]))


def held(sitting: Sitting, cite: Citer, language: str) -> Statement:
    """What is taken up in a sitting, in the order of the timetable."""
    items = [say("item", language, item=row.number, title=row.title) for row in sitting.items]
    day, told = date_text(sitting.date, language), joined(items, language)
    text = say("slot_items", language, day=day, times=sitting.time_label, items=told)
    return Statement(text, "derived", cite.sitting(sitting))


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
