"""What a document says of itself on its first page: its symbol, title, dates and agenda item, as sentences for a reader.

A line of a masthead says little by itself ("5 December 2025"), and its neighbours are other facts: read as a paragraph, the day of
distribution passes for that of adoption.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.frames import day_text
from assistant.qa.adoption import adopted_on, adoption_lines, item_lines
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, foot_of, head_of
from corpus.dates import find_dates
from corpus.documents import Block, Document
from corpus.library import Library
from corpus.symbols import Symbol
from ingest.masthead import is_original
from ingest.readers.heads import is_distribution_line


@dataclass(frozen=True)
class Particular:
    """A line or two of a first page as the exact words, and where the English sentence for it stands in what is read."""

    unit: Unit
    begin: int
    end: int


@dataclass(frozen=True)
class FirstPage:
    """What a document says of itself, in the order of its lines; `read` is a passage for the reader, made of sentences."""

    read: Evidence
    particulars: tuple[Particular, ...]


def first_page(library: Library, document: Document, score: float) -> FirstPage | None:
    """The first page of a document; `score` is what search says of it. None where it bears no symbol, as that of a paper from
    elsewhere."""
    head, name = head_of(document) if document.masthead.symbols else (), document.label
    foot = foot_of(document)
    passages = library.passages_by_id(
        [at for block in (*head, *foot) if (at := library.passage_at(document.id, block.start))]
    )
    held = [Evidence(each, document, score) for each in passages.values()]
    title = next((block for block in head if block.kind == "heading" and _says(document, block, document.title)), None)
    made: list[Particular] = []
    sentences: list[str] = []
    for lines, sentence in (*_told(document, head, name), *_told_below(document, foot, name)):
        first, last = lines[0], lines[-1]
        leads = (((title.body_start, title.end), title.locator),) if title and _symbol_of(document, first) else ()
        of = next((each for each in held if each.passage.start <= first.start < each.passage.end), None)
        if of is not None and sentence not in sentences:
            begin = sum(len(each) + 1 for each in sentences)
            unit = Unit(of, first.start, last.end, first.locator, first.ordinal, leads)
            made.append(Particular(unit, begin, begin + len(sentence)))
            sentences.append(sentence)
    if not made:
        return None
    read = replace(made[0].unit.evidence, passage=replace(made[0].unit.evidence.passage, text=" ".join(sentences)))
    return FirstPage(read, tuple(made))


def _told(document: Document, head: Sequence[Block], name: str) -> Iterator[tuple[Sequence[Block], str]]:
    """The lines that tell one thing, and what they tell, in English; emblem, body and job number tell nothing."""
    masthead, rest = document.masthead, list(head)
    adopted, adopting, items = adopted_on(document), adoption_lines(document), item_lines(document)
    emblem = document.symbol is not None
    while rest:
        first, text = rest[0], _line(document, rest[0])
        behind, count = _line(document, rest[1]) if rest[1:] else "", 1
        if behind[:1] == "[" and behind[-1:] == "]":
            count, text = 2, f"{text} {behind}"
        told = f"{name}: {text.rstrip('.')}."
        if _symbol_of(document, first):
            emblem, told = False, f"The symbol of the document “{document.title}” is {text}."
        elif emblem or text == masthead.body or (masthead.job and text.startswith(masthead.job)):
            told = ""
        elif adopted and first in adopting and adopted in find_dates(text):
            told = f"{name} was adopted on {day_text(adopted, 'en')}: {text}."
        elif is_distribution_line(text) and [day.isoformat() for day in find_dates(behind)] == [masthead.date]:
            count, day = 2, day_text(find_dates(behind)[0], "en")
            told = f"{name} was issued, distributed and published on {day}: {text}, {behind}."
        elif first in items[:1]:
            count = len(items)
            listed = " ".join(_line(document, each) for each in rest[:count])
            told = f"{name} is considered under this agenda item: {listed}."
        elif text == masthead.session:
            told = f"{name} is a document of this session: {text}."
        elif masthead.dates and masthead.dates in text:
            told = f"The session to which {name} is submitted meets at this place and time: {text}."
        elif masthead.original and is_original(text):
            told = f"{name} was written in this language: {text}."
        elif document.kind == "resolution" and first.kind == "heading" and ":" in text:
            told = f"{name} was submitted (drafted, sponsored) by {text.partition(':')[0]}: {text}."
        elif first.kind == "heading" and _says(document, first, document.title):
            told = f"The title of {name}, what it is about, is: {text}."
        if told:
            yield rest[:count], told
        rest = rest[count:]


def _told_below(document: Document, foot: Sequence[Block], name: str) -> Iterator[tuple[Sequence[Block], str]]:
    """The lines below a resolution, as one."""
    if foot:
        lines = ", ".join(_line(document, block).rstrip(".") for block in foot)
        yield foot, f"{name} was adopted at this meeting on this day: {lines}."


def _line(document: Document, block: Block) -> str:
    return " ".join(document.block_text(block).split())


def _says(document: Document, block: Block, words: str) -> bool:
    return words.casefold() in _line(document, block).casefold()


def _symbol_of(document: Document, block: Block) -> bool:
    """Whether a line is the document's symbol."""
    try:
        return Symbol.parse(_line(document, block).rstrip("*")) == document.symbol
    except ValueError:
        return False
