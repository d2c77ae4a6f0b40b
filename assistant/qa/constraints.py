"""What a question names and its answer must name, too: years, countries, what is written in capitals, and one of several labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import takewhile

from assistant.qa.abstention import OTHER_COUNTRY, OTHER_NAME, OTHER_YEAR
from assistant.qa.metadata import head_of
from assistant.qa.readers import Known
from assistant.qa.units import Unit
from assistant.question import YEAR, Question
from corpus.acronyms import acronyms, spells
from corpus.analysis import analyse
from corpus.countries import countries, names_country
from corpus.documents import Block, Document
from corpus.tables import cells_of

_LABEL = re.compile(r"([^.:：;()]{2,40})[:：]\s?(?=\S)")
"""How words begin that are a list with a label: `Against: Arla, Bend`."""


def constrained(told: Known, begin: int, question: Question, unit: Unit) -> float:
    """How far words of a passage that was read from a character on are above the bar for an answer, in log-odds: less what counts against
    them where their document does not name what the question names, or others beside them have the label that it says; those with that
    label are what the passage answers with. What came closest does so still."""
    bars, labelled = told.bars, _has_named_label(question, unit)
    score = told.whole if labelled else told.score(unit.start - begin, unit.end - begin)
    score += unit.evidence.behind
    less = score - _against(question, unit) - OTHER_NAME * (labelled is False)
    return max(less, min(score, bars.least)) if bars.least < 0.0 else less


def _against(question: Question, unit: Unit) -> float:
    document = unit.document
    names = acronyms(question.rest) if question.language == document.language else ()
    lacking = any(not _named(question, document, _spelt, name) for name in names)
    lacking |= any(not _named(question, document, _tells_of, code) for code in question.countries)
    less = OTHER_YEAR * _of_another_year(question, unit) + OTHER_NAME * lacking
    return less + OTHER_COUNTRY * _of_another_country(question, unit)


def _named(question: Question, document: Document, how: Callable[[str, Document], bool], name: str) -> bool:
    """Whether a document names what the question names, worked out once for a question."""
    key = how, document.id, name
    if key not in question.memory:
        question.memory[key] = how(name, document)
    return bool(question.memory[key])


def _spelt(acronym: str, document: Document) -> bool:
    return spells(acronym, document.text)


def _tells_of(country: str, document: Document) -> bool:
    return names_country(country, f"{document.title}\n{document.text}", document.language)


def _of_another_country(question: Question, unit: Unit) -> bool:
    """Whether a document is about other countries than those that a question names, by its title, and neither the passage of a unit names
    these nor what heads it."""
    document, passage = unit.document, unit.evidence.passage
    titled = countries(document.title, document.language) if question.countries else {}
    said = f"{passage.heading}\n{passage.text}"
    return bool(titled) and any(
        code not in titled and not names_country(code, said, document.language) for code in question.countries
    )


def _has_named_label(question: Question, unit: Unit) -> bool | None:
    """Whether of the lists or rows with labels that stand together a unit is one whose label the question says in full; None where it
    says none of them, or the unit has none."""
    document, block = unit.document, unit.document.blocks[unit.block]
    if question.language != document.language or document.kind == "agenda" or not _label(document, block):
        return None
    above = takewhile(lambda each: _beside(document, each, block), reversed(document.blocks[: block.ordinal]))
    below = takewhile(lambda each: _beside(document, each, block), document.blocks[block.ordinal :])
    beside = (*above, *below)
    key = _has_named_label, document.id, min(each.ordinal for each in beside)
    if key not in question.memory:
        question.memory[key] = _named_labels(question, document, beside)
    named = question.memory[key]
    return block.ordinal in named if named else None


def _named_labels(question: Question, document: Document, blocks: Sequence[Block]) -> set[int]:
    """The ordinals of those of several blocks whose labels a question says in full, but for words that all labels have; none where it says
    all."""
    labels = {each.ordinal: frozenset(analyse(_label(document, each), document.language)) for each in blocks}
    shared = frozenset.intersection(*labels.values()) if len(labels) > 1 else frozenset()
    asked = set(analyse(question.rest, question.language))
    named = {n for n, label in labels.items() if (own := label - shared) and own <= asked and not _numbers(own)}
    return named if len(named) < len(labels) else set()


def _label(document: Document, block: Block) -> str:
    """What a row or a list is called; empty where it is called nothing."""
    if block.kind == "row":
        return "" if block.context == "header" else cells_of(document, block)[0]
    found = _LABEL.match(document.body(block)) if block.kind == "paragraph" and not block.number else None
    return found[1] if found else ""


def _beside(document: Document, one: Block, other: Block) -> bool:
    """Whether two blocks are rows of one table, or lists with labels under one heading."""
    if one.kind == other.kind == "row":
        return one.locator.rpartition(", ")[0] == other.locator.rpartition(", ")[0]
    return one.kind == other.kind and one.parent == other.parent and bool(_label(document, one))


def _numbers(tokens: frozenset[str]) -> bool:
    """Whether words are numbers alone that are no years."""
    return all(token.isdigit() and not YEAR.fullmatch(token) for token in tokens)


def _of_another_year(question: Question, unit: Unit) -> bool:
    """Whether a question names a year, beside those in symbols, that neither the passage of a unit says, nor what heads it, nor the first
    page."""
    years = YEAR.findall(question.rest)
    if not years:
        return False
    document, passage = unit.document, unit.evidence.passage
    first = [document.title, document.date or "", *(document.block_text(block) for block in head_of(document))]
    said = "\n".join([passage.heading, passage.text, unit.text, *first])
    return any(year not in said for year in years)
