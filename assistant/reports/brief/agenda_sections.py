"""The sections that come from the agenda's structure: item and mandate, when it is taken up, documentation, questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from assistant.frames import say
from assistant.meeting import items as said_of
from assistant.meeting.citing import Citer
from assistant.qa.answer import Statement
from assistant.qa.weighing import Scored
from assistant.reports.brief.briefing import Part
from assistant.reports.brief.selection import Chooser
from assistant.reports.brief.subject import proposes
from assistant.reports.lookup import Paper, held_as
from corpus.documents import LANGUAGES
from corpus.symbols import Symbol, find_symbols

MANDATE, QUESTIONS, EXPECTED = 2, 8, 4


def mandate(chooser: Chooser) -> tuple[Part, ...]:
    """The item as the agenda lists it, and what gives the body its mandate."""
    ground, engine = chooser.ground, chooser.engine
    language = ground.request.language
    made: list[Statement] = []
    if ground.meeting is None or ground.item is None:
        return ()
    citer = Citer(engine.library, ground.meeting)
    listed = citer.listed(ground.item)
    if listed is not None:
        text = say("item_named", language, item=ground.item.number, title=ground.item.title)
        made.append(Statement(text, "derived", (listed,)))
    for each in made:
        chooser.note(each)
    asked = say("ask_mandate", language, body=ground.meeting.body)
    ordains = set(ground.meeting.mandate)
    own = chooser.speaking(asked, ground.agendas, MANDATE, lambda each: each.unit.block in ordains)
    others = chooser.speaking(
        asked, ground.others, MANDATE, lambda each: not proposes(each.unit.text, each.unit.document.language)
    )
    found = [each.unit for each in (*own, *others)]
    return (Part("", (*made, *chooser.take(found, fresh=True))),)


def expected(chooser: Chooser) -> tuple[Part, ...]:
    """What the agenda says that the meeting is to do, beside what it proposes to discuss."""
    ground = chooser.ground
    if ground.meeting is None:
        return ()
    asked = say("ask_expected", ground.request.language, body=ground.meeting.body)
    told = {*ground.meeting.mandate, *(each for item in ground.meeting.items for each in item.annotations)}
    found = chooser.speaking(
        asked,
        ground.agendas,
        EXPECTED,
        lambda each: each.unit.block in told and not proposes(each.unit.text, each.unit.document.language),
    )
    sure = [each.unit for each in found if each.score >= 0.0] or [each.unit for each in found[:1]]
    return (Part("", chooser.take(sorted(sure, key=lambda unit: unit.start))),)


def earlier_meeting(chooser: Chooser) -> dt.date | None:
    """The last day of the latest meeting of the same body before this one that is known from agendas held, or the catalogue."""
    ground, library = chooser.ground, chooser.engine.library
    if ground.meeting is None or ground.agenda is None or not ground.meeting.dates:
        return None
    body = ground.agenda.symbol.body if ground.agenda.symbol else ""
    days = [each.dates[-1] for each in chooser.engine.catalogue.meetings if each.dates and body and each.body == body]
    days += [each.dates[-1] for each in library.meetings() if each.dates and each.body == ground.meeting.body]
    return max((day for day in days if day < ground.meeting.dates[0]), default=None)


def schedule(chooser: Chooser) -> tuple[Part, ...]:
    """The meetings in which the item is taken up, each with its time and all that it takes up, in their order."""
    ground = chooser.ground
    if ground.meeting is None or ground.item is None:
        return ()
    sittings = said_of.sittings_of(ground.item, ground.meeting.sittings)
    if not sittings:
        return ()
    citer, language = Citer(chooser.engine.library, ground.meeting), ground.request.language
    return (Part("", tuple(said_of.held(sitting, citer, language) for sitting in sittings)),)


def documentation(chooser: Chooser) -> tuple[Part, ...]:
    """What the annotations say beside what they propose, what the agenda announces, and what a document about it says that it is."""
    ground = chooser.ground
    if ground.meeting is None or ground.item is None:
        return ()
    citer = Citer(chooser.engine.library, ground.meeting)
    made = said_of.announced(ground.item, citer, ground.request.language, short=True)
    said = chooser.quoted(
        citer.document, ground.item.annotations, lambda words: not proposes(words, citer.document.language)
    )
    announced = {symbol for symbol, _ in ground.item.documentation}

    def tells(each: Scored) -> bool:
        named = {mention.symbol.text for mention in find_symbols(each.unit.text)}
        return bool(named & announced) and each.unit.document.key not in announced

    found = chooser.speaking(ground.title, ground.own, 1, tells)
    return (Part("", (*said, *made, *chooser.take([each.unit for each in found]))),)


def papers(chooser: Chooser) -> tuple[Paper, ...]:
    """The announced documents of the item, or the document that is briefed about: in what form each is held."""
    ground, library = chooser.ground, chooser.engine.library
    if ground.request.kind == "document":
        document = library.document(ground.own[0])
        held = [each.language for each in library.headers(key=document.key) if each.edition == document.edition]
        later = library.versions().later(document.id)
        newer = later[0].symbol.text if later else ""
        held = [each for each in LANGUAGES if each in held]
        return (Paper(document.key, document.title, tuple(held), document.edition, newer, document.url),)
    symbols = [Symbol.parse(text) for text, _ in ground.item.documentation] if ground.item else []
    return tuple(held_as(library, chooser.engine.catalogue, symbol, ground.title) for symbol in symbols)


def questions(chooser: Chooser) -> tuple[Part, ...]:
    """What the agenda and the papers propose to discuss, in their words."""
    ground = chooser.ground
    fresh: list[Statement] = []
    if ground.item is not None and ground.agenda is not None:
        language = ground.agenda.language
        fresh = chooser.quoted(ground.agenda, ground.item.annotations, lambda words: proposes(words, language))
    documents: Sequence[str] = ground.own or (() if ground.item else ground.others)
    found = chooser.speaking(
        ground.title, documents, QUESTIONS, lambda each: proposes(each.unit.text, each.unit.document.language)
    )
    return (Part("", (*fresh, *chooser.take([each.unit for each in found]))),)
