"""The row of a table that has most or least of what a question asks for: which it is no row tells, all of them do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, units_of
from assistant.question import YEAR, Question
from assistant.vocabulary import word_pattern
from assistant.wording.values import figures
from corpus.analysis import analyse, fold
from corpus.documents import Block, Document
from corpus.library import Library
from corpus.tables import DocumentTable, cell_texts, find_tables, find_total_row

_NEXT = re.compile(r"\s+\w+"), re.compile(r"\w{1,2}")
"""What stands behind a word; in Chinese, which has no words, its next two characters."""


@dataclass(frozen=True)
class Extreme:
    """The row, as it is quoted, with the greatest number, or the least (`kind`: `most`, `least`), under a head of its table."""

    unit: Unit
    kind: str
    head: str


def extreme(library: Library, question: Question, unit: Unit) -> Extreme | None:
    """The row of the table that a unit is a row of, where a question asks for the most or the least of one column. None where it names a
    row, no column or several, is in another language, or asks with words that the document says itself ("least developed countries")
    or does not say at all ("Asian countries"): then it is read, not reckoned."""
    document, block = unit.document, unit.document.blocks[unit.block]
    kind = _kind(question, document) if question.language == document.language else None
    table = next((each for each in find_tables(document) if block in each.rows), None) if kind else None
    if kind is None or table is None or not table.header:
        return None
    asked, total = set(question.content), find_total_row(document, table)
    if _limits(question, document, asked):
        return None
    column = _column(document, table, asked)
    amounts = ((row, _amount(document, row, column)) for row in table.rows if row != total)
    rows = {row: amount for row, amount in amounts if amount is not None}
    if not column or len(rows) < 2 or any(_called(document, row) <= asked for row in rows):
        return None
    best = (max if kind == "most" else min)(rows.values())
    first, *others = [row for row, amount in rows.items() if amount == best]
    found = None if others else Evidence.at(library, document, first.start)
    quoted = next((each for each in units_of(found) if each.block == first.ordinal), None) if found else None
    head = " ".join(cell_texts(document, table.header[-1])[column].split())
    return Extreme(quoted, kind, head) if quoted else None


def _limits(question: Question, document: Document, asked: set[str]) -> bool:
    """Whether a question may ask for some of the rows alone, or for several: with a number, or a word that the document does not say."""
    language, vocabulary = question.language, question.vocabulary
    numbers = (word for word, value in vocabulary.number_words(language).items() if value > 1)  # one is an article, too
    counts = {token for word in numbers for token in analyse(word, language)}
    forms = (form for each in vocabulary.groups("extremes", language).values() for form in each)
    said = {*analyse(document.text, language), *(token for form in forms for token in analyse(form, language))}
    years = {token for token in asked if YEAR.fullmatch(token)}
    return not counts.isdisjoint(analyse(question.rest, language)) or not asked - years <= said


def _kind(question: Question, document: Document) -> str | None:
    """What a question asks for, the `most` or the `least`; None where it does not say, or the document says the same with the next word."""
    language, said = question.language, fold(document.text)
    found = {kind: match for kind, forms in question.vocabulary.groups("extremes", language).items()
             for match in word_pattern(forms, language).finditer(question.rest)}  # fmt: skip
    if len(found) != 1:
        return None
    ((kind, match),) = found.items()
    behind = _NEXT[language == "zh"].match(question.rest, match.end())
    named = behind is not None and fold(f"{match.group()}{behind.group()}") in said
    return None if named or kind == "bound" else kind


def _column(document: Document, table: DocumentTable, asked: set[str]) -> int:
    """The number of the column whose head says more words of a question than any other; 0, which has the names, where none does."""
    heads = [set(analyse(cell, document.language)) for cell in cell_texts(document, table.header[-1])]
    said = [len(head & asked) if n else 0 for n, head in enumerate(heads)]
    most = max(said)
    return said.index(most) if most and said.count(most) == 1 else 0


def _amount(document: Document, row: Block, column: int) -> float | None:
    cells = cell_texts(document, row)
    found = figures(cells[column]) if column < len(cells) else ()
    return max(found[0]) if len(found) == 1 else None


def _called(document: Document, row: Block) -> set[str]:
    """The words of the name of a row; a word that no question has, where it has no name."""
    return set(analyse(cell_texts(document, row)[0], document.language)) or {""}
