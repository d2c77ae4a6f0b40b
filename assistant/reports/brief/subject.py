"""The subject of a briefing: its themes, and which documents of the library may be quoted on it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from assistant.answer_phrases import say
from assistant.qa.engine import Engine
from assistant.qa.metadata import adoption_date, covering_letter_blocks
from assistant.qa.retriever import restricted_ids
from assistant.qa.units import Unit
from assistant.question import Question
from assistant.reports import ReportError
from assistant.reports.brief.briefing import Request
from assistant.reports.comparison.paragraphs import normalized_key
from assistant.reports.lookup import announced_title, find_meeting, find_newer_resolutions, not_found_error
from assistant.reports.mandates.addressees import introduces_list
from assistant.wording.drafting import Grammar, grammar_of
from corpus.calendar_names import language_name
from corpus.documents import Document
from corpus.library import Library
from corpus.meetings import AgendaItem, Meeting
from corpus.sentences import sentence_spans
from corpus.store import Header
from corpus.symbols import Symbol, find_symbols, find_symbols_like, same_document

MAX_THEMES, MAX_SECTIONS = 8, 16
MAX_SHARE_UNDER_HEADING = 0.8
"""A heading above this share of the paragraphs does not divide a document into sections."""
MAX_SUBJECT_LENGTH = 1_000
"""Longest subject, in characters."""
Ids = tuple[str, ...]
Headers = Mapping[str, Header]
_NUMBER_PARTS = re.compile(r"\d+(?:\.\d+)*|[^\W\d]+")
_EDGE_SIGNS, _QUESTION, _CLOSING = " .,;:。，、", ("?", "？", "؟"), " ;；؛”»)"


def proposes_discussion(unit: Unit) -> bool:
    """Whether a unit proposes something for discussion, or asks a question; resolutions request and decide instead."""
    wish = grammar_of(unit.document.language).wish
    if unit.document.kind == "resolution":
        return False
    return wish.search(unit.text) is not None or unit.text.rstrip(_CLOSING).endswith(_QUESTION)


@dataclass(frozen=True)
class Theme:
    """A theme of a briefing: a heading in words of the documents, and the words that are searched for. For a section
    of the document that the briefing is about: its heading with the title of the document, and the ordinal of the
    heading's block."""

    heading: str
    words: str
    section: int | None = None


@dataclass(frozen=True)
class Subject:
    """The subject of a briefing and the ids of the documents that it may use.

    `title_language` is the language of title and themes. `own_ids` belong to the subject: announced for the item,
    about an announced document, or the document itself; `treaty_ids` and `agenda_ids` are treaties and agendas;
    `other_ids` are all others. `excluded_ids` belong to other items. `user_question` are the words of the user where
    they are the subject, which no document needs to mention.
    """

    request: Request
    title: str
    title_language: str
    themes: tuple[Theme, ...]
    own_ids: Ids
    treaty_ids: Ids
    other_ids: Ids
    excluded_ids: Ids = ()
    meeting: Meeting | None = None
    item: AgendaItem | None = None
    agenda: Document | None = field(default=None, compare=False)
    user_question: Question | None = None

    @property
    def item_context(self) -> tuple[Meeting, AgendaItem, Document]:
        """The meeting, the item that the briefing is about, and the agenda. Only for briefings about an item."""
        assert self.meeting is not None
        assert self.item is not None
        assert self.agenda is not None
        return self.meeting, self.item, self.agenda

    @property
    def agenda_ids(self) -> tuple[str, ...]:
        """The id of the agenda, for a briefing about an item."""
        return (self.meeting.document_id,) if self.meeting else ()


def find_subject(engine: Engine, request: Request) -> Subject:
    """The subject of a request. Raises `ReportError` where the request names something that does not exist."""
    versions = engine.library.versions()
    headers = versions.headers
    if not headers:
        raise ReportError("framed", told=partial(say, "empty_library"))
    if not request.value.strip():
        raise ReportError("brief-nothing")
    if len(request.value) > MAX_SUBJECT_LENGTH:
        raise ReportError("brief-long", count=len(request.value), most=MAX_SUBJECT_LENGTH)
    available_languages = sorted({header.language for header in headers.values()})
    if request.language not in available_languages and not request.mixed:
        raise ReportError(
            "brief-language",
            language=partial(language_name, request.language),
            held=lambda reader: ", ".join(language_name(each, reader) for each in available_languages),
        )
    user_question = engine.subject(request.value) if request.kind in ("theme", "question") else None
    document_ids = None
    if user_question and request.kind == "question":
        # Like an answer, the paper uses only documents that the question names, if any.
        document_ids = restricted_ids(user_question, engine.library)
    usable_ids = sorted(versions.quotable_documents(request.language, document_ids))
    treaty_ids = tuple(each for each in usable_ids if headers[each].kind == "treaty")
    agenda_ids = tuple(each for each in usable_ids if headers[each].kind == "agenda")
    other_ids = tuple(each for each in usable_ids if headers[each].kind not in ("treaty", "agenda"))
    if request.kind == "item":
        return _item_subject(engine, request, headers, treaty_ids, other_ids)
    if user_question is None:
        return _document_subject(engine, request, headers, treaty_ids, other_ids)
    other_ids = other_ids if user_question.symbols else _drop_superseded(headers, other_ids)
    title, language, others = user_question.text, user_question.language, (*other_ids, *agenda_ids)
    return Subject(request, title, language, (Theme("", title),), (), treaty_ids, others, user_question=user_question)


def _drop_superseded(headers: Headers, ids: Ids) -> Ids:
    """Documents without the resolutions that a later one with the same title and language restates."""
    newer = find_newer_resolutions(headers, ids)
    return tuple(each for each in ids if each not in newer)


def _in_language(request: Request, headers: Headers, ids: Iterable[str]) -> Ids:
    """Documents in the language of the paper, unless it also quotes others."""
    return tuple(each for each in ids if request.mixed or headers[each].language == request.language)


def _is_procedural_item(library: Library, meeting: Meeting, item: AgendaItem) -> bool:
    """Whether an item opens or closes the agenda under a title that opens or closes agendas of other bodies too: such
    an item has no subject of its own."""
    title = normalized_key((meeting.item(item.main_number) or item).title)
    others = (each for each in library.meetings() if each.body != meeting.body)
    return title in _first_and_last_titles(meeting) and any(title in _first_and_last_titles(each) for each in others)


def _first_and_last_titles(meeting: Meeting) -> set[str]:
    """The titles of the first item of an agenda and of its last two."""
    titles = [normalized_key(each.title) for each in meeting.items if each.number == each.main_number]
    return {*titles[:1], *titles[-2:]}


def _item_subject(engine: Engine, request: Request, headers: Headers, treaty_ids: Ids, candidate_ids: Ids) -> Subject:
    """The subject of a briefing about an agenda item."""
    meeting = find_meeting(engine.library, request.meeting, request.language)
    agenda = engine.library.document(meeting.document_id)
    item = meeting.with_all_documents(_find_item(meeting, agenda, request.value))
    announced = [Symbol.parse_any(text) for text, _ in item.documentation]
    announced_elsewhere = [symbol for symbol in meeting.announced_symbols() if symbol not in announced]
    announced_ids = {each for each in candidate_ids if _is_about(headers[each], announced)}
    if meeting.dates:
        # What a digest says about later days is excluded sentence by sentence.
        days, first_day = _document_days(engine.library, headers, candidate_ids), meeting.dates[0].isoformat()
        # A draft that the agenda announces may be dated when it was issued again, during the meeting.
        last_day = meeting.dates[-1].isoformat()
        own = {each for each in announced_ids if _has_symbol(headers[each], announced)}
        earlier = (
            each for each in candidate_ids if days.get(each, "") < first_day or (each in own and days[each] <= last_day)
        )
        candidate_ids = tuple(each for each in earlier if days.get(each, "0") or each in announced_ids)
    own_ids = tuple(each for each in candidate_ids if each in announced_ids)
    rest = [each for each in candidate_ids if each not in announced_ids]
    excluded_ids = tuple(each for each in rest if _is_about(headers[each], announced_elsewhere))
    other_ids = _in_language(request, headers, (each for each in rest if each not in excluded_ids))
    themes = _proposed_themes(agenda, item) or (Theme("", item.title),)
    if themes[0].heading == "" and _is_procedural_item(engine.library, meeting, item):
        symbols = ((each, Symbol.try_parse(headers[each].symbol or "")) for each in other_ids)
        body = agenda.symbol.body if agenda.symbol else None
        other_ids, treaty_ids = tuple(each for each, symbol in symbols if symbol and symbol.body == body), ()
    title, language, about = item.title, agenda.language, (meeting, item, agenda)
    return Subject(request, title, language, themes, own_ids, treaty_ids, other_ids, excluded_ids, *about)


def _find_item(meeting: Meeting, agenda: Document, number: str) -> AgendaItem:
    """The item of an agenda with a number, however its parts are set off: `3 (a)`, `3 a)`. Raises `ReportError` where there is none."""
    parts = _NUMBER_PARTS.findall(number.casefold())
    item = next((each for each in meeting.items if _NUMBER_PARTS.findall(each.number.casefold()) == parts), None)
    if item is not None:
        return item
    main_numbers = [each.number for each in meeting.items if " " not in each.number]
    if not main_numbers:
        raise ReportError("no-items", agenda=agenda.label)
    why = partial(say, "no_item", item=number, first=main_numbers[0], last=main_numbers[-1])
    raise ReportError("in-agenda", agenda=agenda.label, told=why)


def _is_about(header: Header, symbols: Sequence[Symbol]) -> bool:
    """Whether a document has one of some symbols, or its title names one."""
    named = [mention.symbol for mention in find_symbols(header.title)]
    return _has_symbol(header, symbols) or any(same_document(one, other) for one in named for other in symbols)


def _has_symbol(header: Header, symbols: Sequence[Symbol]) -> bool:
    own = Symbol.parse_any(header.symbol) if header.symbol else None
    return own is not None and any(same_document(own, each) for each in symbols)


def _document_subject(
    engine: Engine, request: Request, headers: Headers, treaty_ids: Ids, candidate_ids: Ids
) -> Subject:
    """The subject of a briefing about a document."""
    versions = engine.library.versions()
    symbol = Symbol.try_parse(request.value.strip())
    matches = [engine.library.document(each.id) for each in (versions.current_versions(symbol) if symbol else ())]
    matches = matches or engine.library.find_documents(request.value)
    usable = versions.quotable_documents(request.language)
    matches = [document for document in matches if document.id in usable] or matches
    if not matches:
        raise not_found_error(engine.library, request.value)
    document = min(matches, key=lambda each: (each.language != request.language, each.edition == "digest", each.id))
    document_day = _document_day(engine.library, headers[document.id])
    # A later document was no guidance for this one.
    days = _document_days(engine.library, headers, candidate_ids)
    later = {each for each in candidate_ids if document_day and days.get(each, "") > document_day}
    earlier = tuple(each for each in candidate_ids if each != document.id and each not in later)
    other_ids = _in_language(request, headers, _drop_superseded(headers, earlier))
    # A treaty is its own legal framework.
    treaty_ids_used = () if document.kind == "treaty" else treaty_ids
    themes = _section_themes(document) or (Theme("", document.title),)
    return Subject(request, document.title, document.language, themes, (document.id,), treaty_ids_used, other_ids)


def _section_themes(document: Document) -> tuple[Theme, ...]:
    """The sections of a document as themes: the headings of the outermost level on which several have paragraphs
    below them and none has nearly all.

    Chapters of nothing but recommendations are left out, and annexes where there is other text. Where most paragraphs
    are numbered only these count, so that neither a cover nor lists of contents and abbreviations are sections.
    """
    letter, chapter = covering_letter_blocks(document), grammar_of(document.language).chapter
    paragraphs = [block for block in document.blocks if block.kind == "paragraph" and block.ordinal not in letter]
    numbered = [block for block in paragraphs if block.number]
    paragraphs = numbered if 2 * len(numbered) > len(paragraphs) else paragraphs
    paragraphs = [block for block in paragraphs if not block.locator.startswith(("annex", "appendix"))] or paragraphs
    heading_counts = Counter(head.ordinal for block in paragraphs for head in document.headings(block))
    headings = [block for block in document.blocks if block.ordinal in heading_counts and document.body(block).strip()]
    by_level, most = [], MAX_SHARE_UNDER_HEADING * len(paragraphs)
    for level in sorted({each.level for each in headings}):
        same_level = [block for block in headings if block.level == level]
        if max(heading_counts[each.ordinal] for each in same_level) < most:
            by_level.append(same_level)
    chosen = next((same_level for least in (3, 2) for same_level in by_level if len(same_level) >= least), [])
    heading_texts = [(" ".join(document.block_text(block).split()), block.ordinal) for block in chosen]
    sections = [(words, ordinal) for words, ordinal in heading_texts if not chapter.fullmatch(words)][:MAX_SECTIONS]
    title, language = document.title, document.language
    return tuple(Theme(_to_heading(words, language), f"{words}. {title}", ordinal) for words, ordinal in sections)


def _has_explicit_proposals(agenda: Document, item: AgendaItem) -> bool:
    """Whether the annotations of an item propose in so many words what to discuss."""
    wish = grammar_of(agenda.language).wish
    return any(wish.search(agenda.body(agenda.blocks[ordinal])) for ordinal in item.annotations)


def discussion_matcher(agenda: Document, item: AgendaItem) -> Callable[[str], bool]:
    """A predicate: whether a sentence of the annotations of an item says what is to be discussed. It asks or proposes
    so; where no annotation does in so many words, it says that something will be discussed."""
    grammar = grammar_of(agenda.language)
    pattern = grammar.wish if _has_explicit_proposals(agenda, item) else grammar.discuss
    return lambda words: pattern.search(words) is not None or words.rstrip().endswith(_QUESTION)


def _proposed_themes(agenda: Document, item: AgendaItem) -> tuple[Theme, ...]:
    """The themes that the annotations of an item propose, in their own words; with the title of the item where they
    do not propose them in so many words."""
    themes, is_proposal, explicit = [], discussion_matcher(agenda, item), _has_explicit_proposals(agenda, item)
    announced = (announced_title(agenda, ordinal) for _, ordinal in item.documentation)
    titles, symbols = {normalized_key(each) for each in announced if each}, {each for each, _ in item.documentation}
    grammar = grammar_of(agenda.language)
    opening, suffix = (grammar.wish, "") if explicit else (grammar.discuss, f". {item.title}")
    texts = [agenda.body(agenda.blocks[ordinal]) for ordinal in item.annotations]
    for text, below in zip(texts, (*texts[1:], ""), strict=False):
        for start, end in sentence_spans(text):
            sentence = " ".join(text[start:end].split())
            # What introduces a list of proposals is no theme beside them.
            if is_proposal(sentence) and not (introduces_list(sentence) and is_proposal(below)):
                match = opening.search(sentence)
                proposals = grammar.wish_also.split(sentence[match.end() if match else 0 :])
                parts = (part for each in proposals for part in _split_actions(grammar, each))
                for words in (each.strip(_EDGE_SIGNS) for each in parts):
                    # To consider an announced report is to consider what is said on the item.
                    named = {mention.symbol.text for mention in find_symbols_like(words, agenda.symbol)}
                    is_report = any(title in normalized_key(words) for title in titles) or not symbols.isdisjoint(named)
                    heading = item.title if is_report else _to_heading(words, agenda.language)
                    themes.append(Theme(heading, item.title if is_report else f"{words}{suffix}"))
    return tuple(dict.fromkeys(themes))[:MAX_THEMES]


def _split_actions(grammar: Grammar, words: str) -> Iterator[str]:
    """A proposal, and the actions that follow it: `consider the report [and to] agree on a target`. An action after one
    inside the proposal (`measures to prevent thefts and to punish thieves`) belongs to it."""
    start = 0
    for match in grammar.steps.finditer(words):
        action = grammar.action.match(words, match.end())
        if action and (start or not grammar.action.search(words, 0, match.start())):
            yield words[start : match.start()]
            start = action.end()
    yield words[start:]


def _document_days(library: Library, headers: Headers, ids: Ids) -> dict[str, str]:
    """The days of documents, without digests: these are dated when they were written."""
    return {each: _document_day(library, headers[each]) for each in ids if headers[each].edition != "digest"}


def _document_day(library: Library, header: Header) -> str:
    """The day of a document (ISO 8601): of a resolution that of its adoption; empty where it has none."""
    adopted = adoption_date(library.document(header.id)) if header.kind == "resolution" else None
    return adopted.isoformat() if adopted else header.date or ""


def _to_heading(words: str, language: str) -> str:
    """Shorten words to a heading: what precedes examples, with a capital."""
    examples = grammar_of(language).example.search(words)
    heading = (words[: examples.start()] if examples else words).strip(_EDGE_SIGNS)
    return heading[:1].upper() + heading[1:]
