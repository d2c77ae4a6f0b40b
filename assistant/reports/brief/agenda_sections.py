"""Sections from the structure of the agenda: item and mandate, schedule, documentation, questions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.answer_phrases import joined, say
from assistant.meeting.row_citations import AgendaCiter, sittings_of
from assistant.qa.answer import Statement
from assistant.qa.scoring import ScoredUnit
from assistant.qa.units import Unit
from assistant.reports.agenda_check import find_cited_resolutions
from assistant.reports.brief.briefing import Part, Section
from assistant.reports.brief.selection import UnitSelector, in_order
from assistant.reports.brief.subject import discussion_matcher, proposes_discussion
from assistant.reports.comparison.paragraphs import fold_text
from assistant.reports.lookup import DocumentStatus, announced_title, find_status
from assistant.reports.mandates.mandate_list import mandate_rows, mandate_table
from assistant.reports.mandates.mandate_reader import has_operative_text
from assistant.reports.mandates.recommendation_reader import find_recommendations
from assistant.reports.quoted_tables import Grid
from assistant.wording.drafting import Grammar, grammar_of
from corpus.documents import LANGUAGES, Document, Span
from corpus.meetings import AgendaItem, is_under
from corpus.symbols import Symbol, find_symbols_like

MANDATE, QUESTIONS, EXPECTED = 2, 8, 4
ANNOTATIONS = 200
"""Most paragraphs of an agenda that are quoted on an item: a bound for damaged and hostile ones."""


def build_mandate(selector: UnitSelector) -> Section:
    """The item as the agenda lists it, what its annotations say beside what other sections quote, what gives the body its mandate, and
    the requests and decisions of the resolutions that its title cites."""
    subject, language = selector.subject, selector.language
    meeting, item, agenda = subject.item_context
    listed = AgendaCiter(selector.library, meeting).listed(item)
    statements = []
    if listed:
        statements = [Statement(say("item_named", language, item=item.number, title=item.title), "derived", listed)]
        selector.mark_used(statements[0])
    ordinals = sorted({ordinal for each in meeting.parts(item) for ordinal in each.annotations})[:ANNOTATIONS]
    annotations = selector.quote_sentences(agenda, ordinals, joined=True)
    query = say("ask_mandate", subject.title_language, body=meeting.body)
    mandate_blocks = item_annotations(selector)
    own = selector.find_relevant(query, subject.agenda_ids, MANDATE, lambda each: each.unit.block in mandate_blocks)
    quotes = selector.quote_units([each.unit for each in own], novel=True)
    everything = (*statements, *annotations, *quotes)
    tables = _mandate_tables(selector, _resolutions_in_titles(selector))
    return selector.make_section("mandate", Part("", everything), tables=tables, remarks=_meeting_remark(selector))


def _resolutions_in_titles(selector: UnitSelector) -> list[Document]:
    """The resolutions that the agenda cites where it lists the item or a part of it, as far as the briefing may quote them."""
    meeting, item, agenda = selector.subject.item_context
    lines = {each.source_block for each in meeting.parts(item)}
    places = (
        (symbol, agenda.block_at(at)) for symbol, starts in find_cited_resolutions(agenda).items() for at in starts
    )
    cited = dict.fromkeys(symbol for symbol, block in places if block and block.ordinal in lines)
    versions = (each for symbol in cited for each in selector.library.versions().current_versions(symbol))
    return [selector.library.document(each.id) for each in versions if each.id in selector.subject.other_ids]


def _mandate_tables(selector: UnitSelector, documents: Iterable[Document]) -> tuple[Grid, ...]:
    """A table of requests and decisions for each document that has any."""
    tables = (
        mandate_table(list(mandate_rows(selector.library, each)), selector.language, f"{each.label}: {each.title}")
        for each in documents
        if has_operative_text(each)
    )
    return tuple(table for table in tables if table.rows)


def _meeting_remark(selector: UnitSelector) -> tuple[str, ...]:
    """Which meeting the briefing is about, and which others have an item with this number, if none is requested."""
    _, item, agenda = selector.subject.item_context
    requested = selector.subject.request.meeting
    meetings = [each for each in selector.library.meetings() if not requested and each.item(item.number)]
    meetings.sort(key=lambda each: each.dates[-1:], reverse=True)
    labels = dict.fromkeys(selector.library.document(each.document_id).label for each in meetings)
    others = joined([each for each in labels if each != agenda.label], selector.language)
    return (say("brief_meeting", selector.language, agenda=agenda.label, others=others),) if others else ()


def item_annotations(selector: UnitSelector) -> set[int]:
    """The ordinals of the annotations of the item, of its parts, of the item of which it is a part, and of the
    organization of work, where an agenda says what the whole meeting is for."""
    meeting, item, agenda = selector.subject.item_context
    says = selector.engine.vocabulary.says
    return {
        ordinal
        for each in meeting.items
        if _is_of_item(each, item) or says("agenda", each.title, agenda.language)
        for ordinal in each.annotations
    }


def _is_of_item(other: AgendaItem, item: AgendaItem) -> bool:
    """Whether what is said under another item concerns an item: it is a part of it, or the item of which it is a part."""
    return is_under(other.number, item.number) or other.number == item.main_number


def build_expected(selector: UnitSelector) -> Section:
    """What the agenda says that the meeting is expected to do, apart from proposals for discussion, and what the
    announced documents recommend to it; of an announced draft what it requests and decides.

    The former is said under the item, and under the last item, with which a meeting ends (adoption of the report), if that
    has no documents; and in annotations of the item that say what somebody will or should do.
    """
    subject = selector.subject
    meeting, item, agenda = subject.item_context
    query = say("ask_expected", subject.title_language, body=meeting.body)
    allowed_blocks = item_annotations(selector)
    last_items = [each for each in meeting.items if each.main_number == meeting.items[-1].main_number]
    if not any(each.documentation for each in last_items):
        allowed_blocks.update(ordinal for each in last_items for ordinal in each.annotations)
    # The block right above the timetable is its heading.
    allowed_blocks -= {block.ordinal - 1 for block in agenda.blocks if block.locator.startswith("timetable")}

    grammar, is_proposal = grammar_of(agenda.language), discussion_matcher(agenda, item)

    def is_expected(each: ScoredUnit) -> bool:
        return each.score >= 0.0 and each.unit.block in allowed_blocks and states_duty(grammar, each.unit.text)

    units = selector.find_relevant(query, subject.agenda_ids, EXPECTED, is_expected)
    own_items = (each for each in meeting.items if _is_of_item(each, item))
    ordinals = [ordinal for each in own_items for ordinal in each.annotations if ordinal in allowed_blocks]
    sentences = selector.quote_sentences(
        agenda, ordinals, lambda words: states_duty(grammar, words) and not is_proposal(words)
    )
    statements = in_order((*selector.quote_units([each.unit for each in units]), *sentences))
    own_documents = [selector.library.document(each) for each in subject.own_ids]
    advice = [unit for each in own_documents for unit in _find_advice(selector, each, meeting.body)]
    part = Part("", (*statements, *selector.quote_units(advice, QUESTIONS)))
    return selector.make_section("expected", part, tables=_mandate_tables(selector, own_documents))


def _find_advice(selector: UnitSelector, document: Document, body: str) -> Iterator[Unit]:
    """The units by which a report recommends something to a body, by any name; with the other points of a list."""
    mandates = [] if has_operative_text(document) else list(find_recommendations(document))
    blocks = [document.blocks[each.block] for each in mandates]
    addressed = [each for each in mandates if any(_names_body(document, name, body) for name in each.addressees)]
    own = [document.blocks[each.block] for each in addressed]
    lists = {block.parent for block in own if block.kind == "item" and block.parent is not None}
    chosen = {block.ordinal for block in (*own, *(each for each in blocks if each.parent in lists))}
    return (unit for unit in selector.iter_units(document) if unit.block in chosen and selector.is_quotable(unit))


def _names_body(document: Document, name: Span, body: str) -> bool:
    """Whether a name, without its article, opens the name of a body, or is its last noun: the Council."""
    article = re.compile(rf"(?:{grammar_of(document.language).article.pattern})\s+", re.IGNORECASE)
    quote = document.quote(*name)
    start = opening.end() if (opening := article.match(quote)) else 0
    words, whole = (" ".join(fold_text(each).split()) for each in (quote[start:], body))
    is_plural = words.endswith("s")
    if not words or (is_plural and " " not in words):
        return False  # advice to all States is none to a body of States
    opens = re.match(rf"{re.escape(words)}(?!['’\w])", whole) is not None
    return opens or (whole.endswith(f" {words}") and not is_plural)


def states_duty(grammar: Grammar, words: str) -> bool:
    """Whether a sentence says by its own verbs that somebody will or should act, not that somebody said so."""
    opening_duty = grammar.duty.match(words) if grammar.verb_first else grammar.duty.search(words)
    verbs = (opening_duty, *(each.search(words) for each in (grammar.to_come, grammar.should, grammar.bidden)))
    first = min(filter(None, verbs), key=lambda each: each.start(), default=None)
    reported = (grammar.that, grammar.wish, grammar.say, grammar.sure)
    return first is not None and not any(each.search(words, 0, first.end()) for each in reported)


def last_day_of_previous_meeting(selector: UnitSelector) -> dt.date | None:
    """The last day of the latest earlier meeting of the same body in the library or the catalogue."""
    meeting, _, agenda = selector.subject.item_context
    body = agenda.symbol.body if agenda.symbol else ""
    known = [each.dates for each in selector.engine.catalogue.meetings if body and each.body == body]
    known += [each.dates for each in selector.library.meetings() if each.body == meeting.body]
    return max((dates[-1] for dates in known if dates and dates[-1] < meeting.dates[0]), default=None)


def build_schedule(selector: UnitSelector) -> Section:
    """The meetings in which the item is taken up, in order, each with its time, the other items taken up in it, and what the
    timetable says below the title of the item, such as who introduces a paper."""
    meeting, item, _ = selector.subject.item_context
    citer = AgendaCiter(selector.library, meeting, selector.language)
    parts: list[Part] = []  # in a part of their own, the lines are no repetition of the rows that the sitting cites
    for sitting in sittings_of(item, meeting.sittings):
        programme = citer.programme(sitting, item)
        own_rows = (row for row in sitting.items if is_under(row.number, item.number))
        lines = dict.fromkeys(line for row in own_rows for line in citer.below(row))
        parts.append(Part("", (replace(programme, text=programme.text[:1].upper() + programme.text[1:]),)))
        parts.append(Part("", tuple(map(Statement.quoting, lines))))
    return selector.make_section("schedule", *parts)


def build_documentation(selector: UnitSelector) -> Section:
    """What the annotations say of the documents that are announced, and what the agenda announces, without what is quoted elsewhere."""
    meeting, item, agenda = selector.subject.item_context
    citer = AgendaCiter(selector.library, meeting, selector.language)
    known = item.documentation or item.without_symbol or citer.surely_has_no_documents(item, meeting)
    statements = citer.documents(item) if known else []
    unquoted = [each for each in statements if selector.is_new(each)]
    symbols = {symbol for symbol, _ in item.documentation}

    def named(words: str) -> set[str]:
        return symbols & {mention.symbol.text for mention in find_symbols_like(words, agenda.symbol)}

    sentences = selector.quote_sentences(agenda, item.annotations, lambda words: bool(named(words)))
    listed = unquoted if sentences else unquoted or statements
    if symbols and symbols <= {symbol for each in sentences for symbol in named(each.text)}:
        listed = []  # the annotations say it in words
    return selector.make_section("documentation", Part("", (*sentences, *listed)))


def document_statuses(selector: UnitSelector) -> tuple[DocumentStatus, ...]:
    """The announced documents of the item, or the document that the briefing is about: in what form each is stored."""
    subject, library = selector.subject, selector.library
    if subject.request.kind == "document":
        document = selector.main_document
        languages = {each.language for each in library.headers(key=document.key) if each.edition == document.edition}
        held = tuple(each for each in LANGUAGES if each in languages)
        newer = next((each.symbol.text for each in library.versions().later_revisions(document.id)), "")
        return (DocumentStatus(document.key, document.title, held, document.edition, newer, document.url),)
    if subject.item is None or subject.agenda is None:
        return ()
    agenda, catalogue = subject.agenda, selector.engine.catalogue
    return tuple(
        find_status(library, catalogue, Symbol.parse_any(text), announced_title(agenda, ordinal) or subject.title)
        for text, ordinal in subject.item.documentation
    )


def build_questions(selector: UnitSelector) -> Section:
    """What the agenda and the documents propose to discuss, in their words."""
    subject = selector.subject
    statements: list[Statement] = []
    if subject.item is not None and subject.agenda is not None:
        statements = selector.quote_sentences(
            subject.agenda, subject.item.annotations, discussion_matcher(subject.agenda, subject.item)
        )
    own_units = (unit for each in subject.own_ids for unit in selector.iter_units(selector.library.document(each)))
    units = [unit for unit in selector.slices(own_units) if proposes_discussion(unit) and selector.is_quotable(unit)]
    other_ids = () if subject.own_ids or subject.item else subject.other_ids
    relevant = selector.find_relevant(subject.title, other_ids, QUESTIONS, lambda each: proposes_discussion(each.unit))
    units += [each.unit for each in relevant if selector.is_certain(each)]
    return selector.make_section("questions", Part("", (*statements, *selector.quote_units(units, QUESTIONS))))
