"""The sections that come from the agenda's structure: item and mandate, when it is taken up, documentation, questions."""

from __future__ import annotations

import datetime as dt

from assistant.answer_phrases import joined, say
from assistant.meeting import row_citations
from assistant.meeting.row_citations import AgendaCiter
from assistant.qa.answer import Statement
from assistant.qa.scoring import ScoredUnit
from assistant.qa.units import Unit
from assistant.reports.brief.briefing import Part, Section
from assistant.reports.brief.selection import Chooser
from assistant.reports.brief.subject import asking, in_words, proposing
from assistant.reports.lookup import Paper, held_as, printed_title
from assistant.wording.drafting import Grammar, grammar_of
from corpus.documents import LANGUAGES
from corpus.symbols import Symbol, find_symbols

MANDATE, QUESTIONS, EXPECTED = 2, 8, 4


def mandate(chooser: Chooser) -> Section:
    """The item as the agenda lists it, and what gives the body its mandate."""
    ground, language = chooser.ground, chooser.language
    meeting, item, _ = ground.taken_up
    listed = AgendaCiter(chooser.library, meeting).listed(item)
    made = []
    if listed:
        made = [Statement(say("item_named", language, item=item.number, title=item.title), "derived", listed)]
        chooser.note(made[0])
    asked = say("ask_mandate", ground.spoken, body=meeting.body)
    ordains = set(meeting.mandate) & _own(chooser)
    own = chooser.speaking(asked, ground.agendas, MANDATE, lambda each: each.unit.block in ordains)
    others = chooser.speaking(asked, ground.others, MANDATE, lambda each: each.score >= 0.0 and _ordains(each.unit))
    found = [each.unit for each in (*own, *others)]
    return chooser.section(
        "mandate", Part("", (*made, *chooser.take(found, fresh=True))), remarks=_meeting_taken(chooser)
    )


def _meeting_taken(chooser: Chooser) -> tuple[str, ...]:
    """Which meeting is briefed about, and which others have an item of the number, where the request names none."""
    _, item, agenda = chooser.ground.taken_up
    named = chooser.ground.request.meeting
    held = [each for each in chooser.library.meetings() if not named and each.item(item.number)]
    held.sort(key=lambda each: each.dates[-1:], reverse=True)
    labels = dict.fromkeys(chooser.library.document(each.document_id).label for each in held)
    others = joined([each for each in labels if each != agenda.label], chooser.language)
    return (say("brief_meeting", chooser.language, agenda=agenda.label, others=others),) if others else ()


def _own(chooser: Chooser) -> set[int]:
    """The annotations of the item, of its parts and of the organization of work, where an agenda says of the whole meeting what it is for."""
    meeting, item, agenda = chooser.ground.taken_up
    says = chooser.engine.vocabulary.says
    return {
        ordinal
        for each in meeting.items
        if each.main_number == item.main_number or says("agenda", each.title, agenda.language)
        for ordinal in each.annotations
    }


def _ordains(unit: Unit) -> bool:
    """Whether a unit may give a body its mandate: no proposal, and nothing of an annex or a table."""
    block = unit.document.blocks[unit.block]
    return block.kind != "row" and not block.locator.startswith("annex") and not proposing(unit)


def expected(chooser: Chooser) -> Section:
    """What the agenda surely says that the meeting is to do, beside what it proposes to discuss: under the item, and under the last one,
    with which a meeting ends, as the adoption of the report, if that is about no papers and puts nothing up for discussion; and what
    the annotations of the item say that somebody will or ought to do."""
    ground = chooser.ground
    meeting, item, agenda = ground.taken_up
    asked = say("ask_expected", ground.spoken, body=meeting.body)
    told = _own(chooser)
    last = [each for each in meeting.items if each.main_number == meeting.items[-1].main_number]
    asks = asking(agenda, last[-1])
    closing = [at for each in last for at in each.annotations]
    if not any(each.documentation for each in last) and not any(asks(agenda.body(agenda.blocks[at])) for at in closing):
        told.update(closing)
    # What stands right above the timetable is its heading.
    told -= {block.ordinal - 1 for block in agenda.blocks if block.locator.startswith("timetable")}

    def fits(each: ScoredUnit) -> bool:
        return each.score >= 0.0 and each.unit.block in told and not proposing(each.unit)

    found = chooser.speaking(asked, ground.agendas, EXPECTED, fits)
    of_item = [
        at for each in meeting.items if each.main_number == item.main_number for at in each.annotations if at in told
    ]
    grammar = grammar_of(agenda.language)
    said = chooser.quoted(agenda, of_item, lambda words: due_of(grammar, words) and not asking(agenda, item)(words))
    made = (*chooser.take([each.unit for each in found]), *said)
    return chooser.section("expected", Part("", tuple(sorted(made, key=lambda each: each.citations[-1].start))))


def due_of(grammar: Grammar, words: str) -> bool:
    """Whether a sentence says by its own verbs that somebody will or ought to do something; not that somebody said so."""
    bound = grammar.duty.match(words) if grammar.verb_first else grammar.duty.search(words)
    verbs = (bound, *(each.search(words) for each in (grammar.to_come, grammar.should, grammar.bidden)))
    first = min(filter(None, verbs), key=lambda each: each.start(), default=None)
    told = (grammar.that, grammar.wish, grammar.say, grammar.sure)
    return first is not None and not any(each.search(words, 0, first.end()) for each in told)


def earlier_meeting(chooser: Chooser) -> dt.date | None:
    """The last day of the latest meeting of the same body before this one that is known from agendas held, or the catalogue."""
    meeting, _, agenda = chooser.ground.taken_up
    body = agenda.symbol.body if agenda.symbol else ""
    days = [each.dates[-1] for each in chooser.engine.catalogue.meetings if each.dates and body and each.body == body]
    days += [each.dates[-1] for each in chooser.library.meetings() if each.dates and each.body == meeting.body]
    return max((day for day in days if day < meeting.dates[0]), default=None)


def schedule(chooser: Chooser) -> Section:
    """The meetings in which the item is taken up, each with its time and all that it takes up, in their order."""
    meeting, item, _ = chooser.ground.taken_up
    sittings = row_citations.sittings_of(item, meeting.sittings)
    citer, language = AgendaCiter(chooser.library, meeting), chooser.language
    return chooser.section(
        "schedule", Part("", tuple(row_citations.sitting_statement(each, citer, language) for each in sittings))
    )


def documentation(chooser: Chooser) -> Section:
    """What the annotations say beside what is to be discussed, what the agenda announces, and what a document about it says that it is."""
    ground = chooser.ground
    meeting, item, agenda = ground.taken_up
    asks = asking(agenda, item)
    citer = AgendaCiter(chooser.library, meeting)
    sure = item.documentation or row_citations.surely_has_no_documents(item, meeting, citer)
    made = row_citations.document_statements(item, citer, ground.request.language) if sure else []
    loose, grammar = in_words(agenda, item), grammar_of(agenda.language)

    def beside(words: str) -> bool:
        return not asks(words) and (find_symbols(words) != [] or (loose and not due_of(grammar, words)))

    said = chooser.quoted(agenda, item.annotations, beside)
    announced = {symbol for symbol, _ in item.documentation}
    if announced <= {mention.symbol.text for each in said for mention in find_symbols(each.text)}:
        made = []  # the annotations say it in words

    def tells(each: ScoredUnit) -> bool:
        named = {mention.symbol.text for mention in find_symbols(each.unit.text)}
        return bool(named & announced) and each.unit.document.key not in announced

    found = chooser.speaking(ground.title, ground.own, 1, tells)
    return chooser.section("documentation", Part("", (*said, *made, *chooser.take([each.unit for each in found]))))


def papers(chooser: Chooser) -> tuple[Paper, ...]:
    """The announced documents of the item, or the document that is briefed about: in what form each is held."""
    ground, library = chooser.ground, chooser.library
    if ground.request.kind == "document":
        document = chooser.document
        spoken = {each.language for each in library.headers(key=document.key) if each.edition == document.edition}
        held = tuple(each for each in LANGUAGES if each in spoken)
        newer = next((each.symbol.text for each in library.versions().later_revisions(document.id)), "")
        return (Paper(document.key, document.title, held, document.edition, newer, document.url),)
    if ground.item is None or ground.agenda is None:
        return ()
    announced = [(Symbol.parse(text), printed_title(ground.agenda, at)) for text, at in ground.item.documentation]
    catalogue = chooser.engine.catalogue
    return tuple(held_as(library, catalogue, symbol, title or ground.title) for symbol, title in announced)


def questions(chooser: Chooser) -> Section:
    """What the agenda and the papers propose to discuss, in their words."""
    ground = chooser.ground
    fresh: list[Statement] = []
    if ground.item is not None and ground.agenda is not None:
        fresh = chooser.quoted(ground.agenda, ground.item.annotations, asking(ground.agenda, ground.item))
    own = (unit for each in ground.own for unit in chooser.units(chooser.library.document(each)))
    found = [unit for unit in chooser.slices(own) if proposing(unit) and chooser.usable(unit)]
    others = () if ground.own or ground.item else ground.others
    speaking = chooser.speaking(ground.title, others, QUESTIONS, lambda each: proposing(each.unit))
    found += [each.unit for each in speaking if chooser.sure(each)]
    return chooser.section("questions", Part("", (*fresh, *chooser.take(found, QUESTIONS))))
