"""Finds the row of a table with the most or least of what a question asks for, which only all rows together tell."""

from __future__ import annotations

import re

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
"""The next word; in Chinese, which is written without spaces, the next two characters."""


def extreme(library: Library, question: Question, unit: Unit) -> tuple[Unit, str, str] | None:
    """The extreme row of the table that a unit is a row of, where a question asks for the most or least of one column: the row as a unit, whether it
    has the greatest or the least number (`most`, `least`), and the head of the column.

    None where the question names a row, no column or several, is in another language, uses the superlative in a phrase of the document ("least
    developed countries"), or has words that the document lacks ("Asian countries"): then the reader decides.
    """
    document, block = unit.document, unit.document.blocks[unit.block]
    kind = _kind(question, document) if question.language == document.language else None
    table = next((each for each in find_tables(document) if block in each.rows), None) if kind else None
    if kind is None or table is None or not table.header:
        return None
    question_words, total = set(question.content), find_total_row(document, table)
    if _asks_for_subset(question, document, question_words):
        return None
    column = _column(document, table, question_words)
    amounts = ((row, _amount(document, row, column)) for row in table.rows if row != total)
    rows = {row: amount for row, amount in amounts if amount is not None}
    if not column or len(rows) < 2 or any(_row_name(document, row) <= question_words for row in rows):
        return None
    best = (max if kind == "most" else min)(rows.values())
    first, *others = [row for row, amount in rows.items() if amount == best]
    found = None if others else Evidence.at(library, document, first.start)
    row_unit = next((each for each in units_of(found) if each.block == first.ordinal), None) if found else None
    head = " ".join(cell_texts(document, table.header[-1])[column].split())
    return (row_unit, kind, head) if row_unit else None


def _asks_for_subset(question: Question, document: Document, question_words: set[str]) -> bool:
    """Whether a question may ask for only some rows, or for several: it has a number, or a word that the document lacks."""
    language, vocabulary = question.language, question.vocabulary
    numbers = (word for word, value in vocabulary.number_words(language).items() if value > 1)  # one is an article, too
    counts = {token for word in numbers for token in analyse(word, language)}
    forms = [form for each in vocabulary.groups("extremes", language).values() for form in each]
    document_words = {token for text in (document.text, *forms) for token in analyse(text, language)}
    years = {token for token in question_words if YEAR.fullmatch(token)}
    return not counts.isdisjoint(analyse(question.rest, language)) or not question_words - years <= document_words


def _kind(question: Question, document: Document) -> str | None:
    """Whether a question asks for the `most` or the `least`; None where neither, or where the document has the word and the next one as a phrase."""
    language, document_text = question.language, fold(document.text)
    found = {kind: match for kind, forms in question.vocabulary.groups("extremes", language).items()
             for match in word_pattern(forms, language).finditer(question.rest)}  # fmt: skip
    if len(found) != 1:
        return None
    ((kind, match),) = found.items()
    next_word = _NEXT[language == "zh"].match(question.rest, match.end())
    is_phrase = next_word is not None and fold(f"{match.group()}{next_word.group()}") in document_text
    return None if is_phrase or kind == "bound" else kind


def _column(document: Document, table: DocumentTable, question_words: set[str]) -> int:
    """The index of the column whose header has more words of a question than any other; 0, the column of names, where none has."""
    heads = [set(analyse(cell, document.language)) for cell in cell_texts(document, table.header[-1])]
    matches = [len(head & question_words) if n else 0 for n, head in enumerate(heads)]
    most = max(matches)
    return matches.index(most) if most and matches.count(most) == 1 else 0


def _amount(document: Document, row: Block, column: int) -> float | None:
    cells = cell_texts(document, row)
    found = figures(cells[column]) if column < len(cells) else ()
    return max(found[0]) if len(found) == 1 else None


def _row_name(document: Document, row: Block) -> set[str]:
    """The index tokens of the name of a row; a token that no question has where it has none."""
    return set(analyse(cell_texts(document, row)[0], document.language)) or {""}
