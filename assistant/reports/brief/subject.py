"""What a briefing stands on: its subject and themes, and which of the held documents may speak to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from assistant.reports.comparison.paragraphs import key_of
from assistant.reports.lookup import agenda_meeting, not_held, said_anew
from assistant.wording.drafting import grammar_of
from corpus.calendar_names import language_name
from corpus.documents import Document
from corpus.library import Library
from corpus.meetings import AgendaItem, Meeting
from corpus.sentences import sentence_spans
from corpus.store import Header
from corpus.symbols import Symbol, find_symbols, same_document

MAX_THEMES, MAX_SECTIONS = 8, 16
NEARLY = 0.8
"""A heading above so much of a document divides nothing."""
LONGEST = 1_000
"""Longest subject, in characters."""
Ids = tuple[str, ...]
Headers = Mapping[str, Header]
_ENDS, _QUESTION, _CLOSING = " .,;:。，、", ("?", "？", "؟"), " ;；؛”»)"


def proposing(unit: Unit) -> bool:
    """Whether a unit proposes something for discussion, or asks."""
    wish = grammar_of(unit.document.language).wish
    return wish.search(unit.text) is not None or unit.text.rstrip(_CLOSING).endswith(_QUESTION)


@dataclass(frozen=True)
class Theme:
    """A theme of a briefing: a heading in words of the documents, and the words that are looked for; of a section of the document that
    is briefed about, its heading with the title of the document, and the block of the heading."""

    heading: str
    words: str
    section: int | None = None


@dataclass(frozen=True)
class Ground:
    """The subject of a briefing and the documents that it may use, as ids.

    `spoken` is the language of title and themes. `own` are bound to the subject: announced for the item, about an announced paper, or the
    document itself; `treaties` and `agendas` are what they are called; `others` are all the rest. `foreign` are bound to other items.
    `asked` are the words of the user where they are the subject, which no document needs to speak of.
    """

    request: Request
    title: str
    spoken: str
    themes: tuple[Theme, ...]
    own: Ids
    treaties: Ids
    others: Ids
    foreign: Ids = ()
    meeting: Meeting | None = None
    item: AgendaItem | None = None
    agenda: Document | None = field(default=None, compare=False)
    asked: Question | None = None

    @property
    def taken_up(self) -> tuple[Meeting, AgendaItem, Document]:
        """The meeting, the item that is briefed about, and the agenda; there is none where something else is."""
        assert self.meeting is not None
        assert self.item is not None
        assert self.agenda is not None
        return self.meeting, self.item, self.agenda

    @property
    def agendas(self) -> tuple[str, ...]:
        """The id of the agenda, where an item is briefed about."""
        return (self.meeting.document_id,) if self.meeting else ()


def ground_of(engine: Engine, request: Request) -> Ground:
    """What a request stands on. Raises `ReportError` where it asks for something that is not there."""
    versions = engine.library.versions()
    headers = versions.headers
    if not headers:
        raise ReportError("framed", told=partial(say, "empty_library"))
    if not request.value.strip():
        raise ReportError("brief-nothing")
    if len(request.value) > LONGEST:
        raise ReportError("brief-long", count=len(request.value), most=LONGEST)
    held = sorted({header.language for header in headers.values()})
    if request.language not in held and not request.mixed:
        raise ReportError(
            "brief-language",
            language=partial(language_name, request.language),
            held=lambda reader: ", ".join(language_name(each, reader) for each in held),
        )
    asked = engine.subject(request.value) if request.kind in ("theme", "question") else None
    # Of documents that a question names the paper is, as its answer is.
    named = restricted_ids(asked, engine.library) if asked and request.kind == "question" else None
    usable = sorted(versions.quotable(request.language, named))
    kinds = {kind: tuple(each for each in usable if headers[each].kind == kind) for kind in ("treaty", "agenda")}
    rest = tuple(each for each in usable if each not in kinds["treaty"] and each not in kinds["agenda"])
    if request.kind == "item":
        return _of_item(engine, request, headers, kinds["treaty"], rest)
    if asked is None:
        return _of_document(engine, request, headers, kinds["treaty"], rest)
    rest = rest if asked.symbols else _current(headers, rest)
    themes, others = (Theme("", asked.text),), (*rest, *kinds["agenda"])
    return Ground(request, asked.text, asked.language, themes, (), kinds["treaty"], others, asked=asked)


def _current(headers: Headers, ids: Ids) -> Ids:
    """Documents without the resolutions of whose title there is a later one in their language, which says anew what still holds."""
    anew = said_anew(headers, ids)
    return tuple(each for each in ids if each not in anew)


def _spoken(request: Request, headers: Headers, ids: Iterable[str]) -> Ids:
    """Documents in the language of the paper, where it does not quote others."""
    return tuple(each for each in ids if request.mixed or headers[each].language == request.language)


def _frames(library: Library, meeting: Meeting, item: AgendaItem) -> bool:
    """Whether an item opens or closes the agenda under a title that opens or closes agendas of other bodies, too: it names no subject of its own."""
    held = [each for each in library.meetings() if each.body != meeting.body]
    main = meeting.item(item.main) or item
    return key_of(main.title) in _outer(meeting) & {title for each in held for title in _outer(each)}


def _outer(meeting: Meeting) -> set[str]:
    """The titles with which an agenda opens and closes: of its first item, and of its last two."""
    titles = [key_of(each.title) for each in meeting.items if each.number == each.main]
    return {*titles[:1], *titles[-2:]}


def _of_item(engine: Engine, request: Request, headers: Headers, treaties: Ids, rest: Ids) -> Ground:
    meeting = agenda_meeting(engine.library, request.meeting, request.language)
    agenda = engine.library.document(meeting.document_id)
    item = meeting.item(" ".join(request.value.split()))
    if item is None:
        mains = [each.number for each in meeting.items if " " not in each.number]
        if not mains:
            raise ReportError("no-items", agenda=agenda.label)
        why = partial(say, "no_item", item=request.value, first=mains[0], last=mains[-1])
        raise ReportError("in-agenda", agenda=agenda.label, told=why)
    item = meeting.with_papers(item)
    mine = [Symbol.given(text) for text, _ in item.documentation]
    theirs = [symbol for symbol in meeting.documents() if symbol not in mine]

    def about(document_id: str, symbols: Sequence[Symbol]) -> bool:
        header = headers[document_id]
        named = [Symbol.given(header.symbol)] if header.symbol else []
        named += [mention.symbol for mention in find_symbols(header.title)]
        return any(same_document(one, other) for one in named for other in symbols)

    if meeting.dates:
        # What a digest tells of later days is left out sentence by sentence: its own day is that on which it was written.
        days = {each: _dated(engine.library, headers[each]) for each in rest if headers[each].edition != "digest"}
        first = meeting.dates[0].isoformat()
        rest = tuple(each for each in rest if days.get(each, "") < first and (days.get(each, "0") or about(each, mine)))
    own = tuple(each for each in rest if about(each, mine))
    foreign = tuple(each for each in rest if about(each, theirs) and each not in own)
    others = _spoken(request, headers, (each for each in rest if each not in own and each not in foreign))
    themes = _proposed(agenda, item) or (Theme("", item.title),)
    if themes[0].heading == "" and _frames(engine.library, meeting, item):
        symbols = {each: Symbol.read(headers[each].symbol or "") for each in others}
        others = tuple(
            each for each in others if agenda.symbol and (symbol := symbols[each]) and symbol.body == agenda.symbol.body
        )
        treaties = ()
    return Ground(request, item.title, agenda.language, themes, own, treaties, others, foreign, meeting, item, agenda)


def _of_document(engine: Engine, request: Request, headers: Headers, treaties: Ids, rest: Ids) -> Ground:
    versions = engine.library.versions()
    symbol = Symbol.read(request.value.strip())
    found = [engine.library.document(each.id) for each in (versions.current(symbol) if symbol else ())]
    found = found or engine.library.find(request.value)
    usable = versions.quotable(request.language)
    chosen = [document for document in found if document.id in usable] or found
    if not chosen:
        raise not_held(engine.library, request.value)
    document = min(chosen, key=lambda each: (each.language != request.language, each.edition == "digest", each.id))
    day = _dated(engine.library, headers[document.id])
    # What is later than a document was no guidance for it; of a digest the day is that on which it was written.
    days = {each: _dated(engine.library, headers[each]) for each in rest if headers[each].edition != "digest"}
    earlier = tuple(each for each in rest if each != document.id and not (day and days.get(each, "") > day))
    others = _spoken(request, headers, _current(headers, earlier))
    # A treaty is its own legal framework.
    near = () if document.kind == "treaty" else treaties
    themes = _sections(document) or (Theme("", document.title),)
    return Ground(request, document.title, document.language, themes, (document.id,), near, others)


def _sections(document: Document) -> tuple[Theme, ...]:
    """The sections of a document: the headings of the outermost level on which several have paragraphs under them, and none has nearly all,
    without chapters of nothing but recommendations, nor annexes beside a text; where most paragraphs are numbered those with a number, so
    that neither a cover nor lists of contents and abbreviations are sections."""
    letter, chapter = covering_letter_blocks(document), grammar_of(document.language).chapter
    paragraphs = [block for block in document.blocks if block.kind == "paragraph" and block.ordinal not in letter]
    numbered = [block for block in paragraphs if block.number]
    paragraphs = numbered if 2 * len(numbered) > len(paragraphs) else paragraphs
    paragraphs = [block for block in paragraphs if not block.locator.startswith(("annex", "appendix"))] or paragraphs
    above = Counter(head.ordinal for block in paragraphs for head in document.headings(block))
    heads = [block for block in document.blocks if block.ordinal in above and document.body(block).strip()]
    levels = [[block for block in heads if block.level == level] for level in sorted({each.level for each in heads})]
    levels = [there for there in levels if max(above[each.ordinal] for each in there) < NEARLY * len(paragraphs)]
    chosen = next((there for least in (3, 2) for there in levels if len(there) >= least), [])
    said = [(" ".join(document.block_text(block).split()), block.ordinal) for block in chosen]
    told = [(words, ordinal) for words, ordinal in said if not chapter.fullmatch(words)][:MAX_SECTIONS]
    about = document.title
    return tuple(Theme(_short(words, document.language), f"{words}. {about}", ordinal) for words, ordinal in told)


def in_words(agenda: Document, item: AgendaItem) -> bool:
    """Whether the annotations of an item propose in so many words what to discuss."""
    wish = grammar_of(agenda.language).wish
    return any(wish.search(agenda.body(agenda.blocks[ordinal])) for ordinal in item.annotations)


def asking(agenda: Document, item: AgendaItem) -> Callable[[str], bool]:
    """Whether a sentence of the annotations of an item says what is to be discussed: it asks or proposes that; where none does in so
    many words, it says that it will be."""
    grammar = grammar_of(agenda.language)
    asks = grammar.wish if in_words(agenda, item) else grammar.discuss
    return lambda words: asks.search(words) is not None or words.rstrip().endswith(_QUESTION)


def _proposed(agenda: Document, item: AgendaItem) -> tuple[Theme, ...]:
    """The themes that the annotations of an item put forward, in their own words; where they do not in so many words, with its title."""
    themes, grammar, fits, wished = [], grammar_of(agenda.language), asking(agenda, item), in_words(agenda, item)
    asks, beside = (grammar.wish, "") if wished else (grammar.discuss, f". {item.title}")
    for ordinal in item.annotations:
        text = agenda.body(agenda.blocks[ordinal])
        for start, end in sentence_spans(text, agenda.language):
            said = " ".join(text[start:end].split())
            if fits(said):
                match = asks.search(said)
                proposed = (each.strip(_ENDS) for each in grammar.wish_also.split(said[match.end() if match else 0 :]))
                themes += [Theme(_short(words, agenda.language), f"{words}{beside}") for words in proposed]
    return tuple(dict.fromkeys(themes))[:MAX_THEMES]


def _dated(library: Library, header: Header) -> str:
    """The day of a document in ISO 8601: of the adoption of a resolution, else of the document; empty where it has none."""
    adopted = adoption_date(library.document(header.id)) if header.kind == "resolution" else None
    return adopted.isoformat() if adopted else header.date or ""


def _short(words: str, language: str) -> str:
    """Words as a heading: what comes before examples, with a capital."""
    examples = grammar_of(language).example.search(words)
    short = (words[: examples.start()] if examples else words).strip(_ENDS)
    return short[:1].upper() + short[1:]
