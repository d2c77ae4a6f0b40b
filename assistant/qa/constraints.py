"""What a question names and its answer must name, too: years, countries, what is written in capitals, and one of several labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import takewhile

from assistant.qa.abstention import OTHER_COUNTRY, OTHER_NAME, OTHER_YEAR
from assistant.qa.metadata import head_of
from assistant.qa.readers import Known
from assistant.qa.units import Unit
from assistant.question import YEAR, Question
from corpus.acronyms import acronyms, spells
from corpus.analysis import analyse
from corpus.countries import countries, names_country
from corpus.documents import Block, Document, once
from corpus.tables import cells_of

_LABEL = re.compile(r"([^.:：;()]{2,40})[:：]\s?(?=\S)")
"""How words begin that are a list with a label: `Against: Arla, Bend`."""


def constrained(told: Known, begin: int, question: Question, unit: Unit, found: Sequence[Document] = ()) -> float:
    """How far words of a passage that was read from a character on are above the bar for an answer, in log-odds: less what counts against
    them where their document, of those `found`, does not name what the question names, or others beside them have the label that it says;
    those with that label are what the passage answers with. What came closest does so still, unless it is about another country."""
    bars, labelled = told.bars, _has_named_label(question, unit)
    score = told.whole if labelled else told.score(unit.start - begin, unit.end - begin)
    score += unit.evidence.behind
    less = OTHER_YEAR * _of_another_year(question, unit) + OTHER_NAME * _of_another_name(question, unit, found)
    less += OTHER_NAME * (labelled is False)
    least = max(score - less, min(score, bars.least)) if bars.least < 0.0 else score - less
    return least - _of_another_country(question, unit)


def _of_another_name(question: Question, unit: Unit, found: Sequence[Document]) -> bool:
    """Whether a question names an acronym that the document of a unit neither has nor spells; or that the first page of another document
    found does, and neither the passage nor the first page of its own."""
    document = unit.document
    for name in acronyms(question.rest) if question.language == document.language else ():
        if not question.once((spells, document.id, name), partial(spells, name, document.text)):
            return True
        others = (each for each in found if each.id != document.id)
        if not spells(name, _around(unit)) and any(
            question.once((_first_page, each.id, name), partial(spells, name, _first_page(each))) for each in others
        ):
            return True
    return False


def _of_another_country(question: Question, unit: Unit) -> float:
    """What counts against a unit where a question names a country that its document does not; more where that is about another one, by its
    title, and the passage does not name it, or by the unit, and neither does the first page."""
    document, language = unit.document, unit.document.language
    most = 0.0
    for code in question.countries:
        passage = f"{unit.evidence.passage.heading}\n{unit.evidence.passage.text}"
        titled, own = _title_countries(document), countries(unit.text, language)
        if code in titled or names_country(code, passage, language):
            continue
        if titled or (own and not names_country(code, _first_page(document), language)):
            return OTHER_COUNTRY
        said = partial(names_country, code, f"{document.title}\n{document.text}", language)
        most = max(most, OTHER_NAME * (not question.once((names_country, document.id, code), said)))
    return most


@once
def _title_countries(document: Document) -> frozenset[str]:
    return frozenset(countries(document.title, document.language))


@once
def _first_page(document: Document) -> str:
    return "\n".join([document.title, document.date or "", *(document.block_text(each) for each in head_of(document))])


def _around(unit: Unit) -> str:
    """What stands in the passage of a unit, over it, and on the first page."""
    passage = unit.evidence.passage
    return "\n".join([passage.heading, passage.text, unit.text, _first_page(unit.document)])


def _has_named_label(question: Question, unit: Unit) -> bool | None:
    """Whether of the lists or rows with labels that stand together a unit is one whose label the question says in full; None where it
    says none of them, or the unit has none."""
    document, block = unit.document, unit.document.blocks[unit.block]
    if question.language != document.language or document.kind == "agenda" or not _label(document, block):
        return None
    above = takewhile(lambda each: _beside(document, each, block), reversed(document.blocks[: block.ordinal]))
    below = takewhile(lambda each: _beside(document, each, block), document.blocks[block.ordinal :])
    beside = (*above, *below)
    key = _named_labels, document.id, min(each.ordinal for each in beside)
    named = question.once(key, lambda: _named_labels(question, document, beside))
    return block.ordinal in named if named else None


def _named_labels(question: Question, document: Document, blocks: Sequence[Block]) -> set[int]:
    """The ordinals of those of several blocks whose labels a question says in full, but for words that all labels have, in other words than
    the document's title; none where it says all."""
    labels = {each.ordinal: frozenset(analyse(_label(document, each), document.language)) for each in blocks}
    shared = frozenset.intersection(*labels.values()) if len(labels) > 1 else frozenset()
    asked = set(analyse(question.rest, question.language)) - set(analyse(document.title, document.language))
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
    said = _around(unit)
    return any(year not in said for year in years)
