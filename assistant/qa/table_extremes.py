"""Finds the row of a table with the most or least of what a question asks for, which only all rows together tell."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import accumulate

from assistant.qa.retriever import Evidence
from assistant.qa.scoring import ScoredUnit
from assistant.qa.units import Unit, block_units
from assistant.question import YEAR, Question
from assistant.vocabulary import word_pattern
from assistant.wording.values import figures
from corpus.analysis import analyse, fold
from corpus.documents import Document
from corpus.library import Library
from corpus.tables import DocumentTable, cell_texts, column_heads, find_tables, find_total_row

_PERCENT, _NEGATIVE = re.compile("[%٪％]"), re.compile(r"\W*[(（−–-]\s*\d")
_NEXT = re.compile(r"\s+\w+"), re.compile(r"\w{1,2}")
"""The next word; in Chinese, which is written without spaces, the next two characters."""


def extreme(
    library: Library, question: Question, chosen: Sequence[Unit], scored: Sequence[ScoredUnit]
) -> tuple[Unit, str, str] | None:
    """The extreme row of a table, where a question asks for the most or least of one column: the row as a unit, whether it has the greatest or the
    least number (`most`, `least`), and the head of the column. The table is that of the best of the `chosen` units; else of the best row of its
    document that is enough for an answer, if its caption and header have all words of the question.

    None where the question names a row, no column or several, is in another language, uses the superlative in a phrase of the document ("least
    developed countries"), or has words that the document lacks ("Asian countries"); where a number is not clear, only some rows are percentages, or
    a row may be a sum of others and the most is asked for: then the reader decides.
    """
    answering = [*chosen[:1], *(each.unit for each in scored if each.score >= 0.0)]
    # A table of another document does not tell what the best unit says of its own.
    candidates = (each for each in answering if each.document.id == answering[0].document.id)
    unit = next((each for each in candidates if each.document.blocks[each.block].kind == "row"), None)
    kind = _kind(question, unit.document) if unit is not None else None
    if unit is None or kind is None:
        return None
    document, block = unit.document, unit.document.blocks[unit.block]
    tables = find_tables(document)
    table = next((each for each in tables if block in each.rows), None)
    if table is None or not table.header:
        return None
    question_words, total = set(question.content), find_total_row(document, table)
    own_heads = _heads(document, table)
    if _asks_for_subset(question, document.text if unit in chosen[:1] else own_heads, question_words):
        return None
    other_heads = " ".join(_heads(document, each) for each in tables if each != table)
    if question_words.intersection(analyse(other_heads, document.language)) - {*analyse(own_heads, document.language)}:
        return None  # about another table of the document
    column = _column(document, table, question_words)
    cells = {row: "".join(cell_texts(document, row)[column : column + 1]) for row in table.rows if row != total}
    rows = {row: amount for row, cell in cells.items() if (amount := _amount(cell)) is not None}
    unclear = any(row not in rows and any(map(str.isdecimal, cell)) for row, cell in cells.items())
    unclear = unclear or (total is not None and total != table.rows[-1])
    mixed = len({_PERCENT.search(cells[row]) is None for row in rows}) > 1
    names = filter(None, ({*analyse(cell_texts(document, row)[0], document.language)} for row in rows))
    if not column or len(rows) < 2 or any(name <= question_words for name in names):
        return None
    if unclear or mixed or (kind == "most" and _has_sum([*rows.values()])):
        return None
    best = (max if kind == "most" else min)(rows.values())
    first, *others = [row for row, amount in rows.items() if amount == best]
    found = None if others else Evidence.at(library, document, first.start)
    row_unit = next(iter(block_units(found, first)), None) if found else None
    head = " ".join(column_heads(document, table)[column].split())
    return (row_unit, kind, head) if row_unit else None


def _heads(document: Document, table: DocumentTable) -> str:
    """The words of the caption and the header of a table."""
    return " ".join(map(document.block_text, (*table.caption, *table.header)))


def _asks_for_subset(question: Question, text: str, question_words: set[str]) -> bool:
    """Whether a question may ask for only some rows, or for several: it has a number, or a word that a text lacks."""
    language, vocabulary = question.language, question.vocabulary
    numbers = (word for word, value in vocabulary.number_words(language).items() if value > 1)  # one is an article, too
    counts = {token for word in numbers for token in analyse(word, language)}
    forms = [form for each in vocabulary.groups("extremes", language).values() for form in each]
    text_words = {token for each in (text, *forms) for token in analyse(each, language)}
    missing = {token for token in question_words - text_words if not YEAR.fullmatch(token)}
    if language == "zh":  # tokens are pairs of characters, also of those at the ends of two words
        known = {*"".join([*question_words & text_words, *vocabulary.forms("interrogatives", language)])}
        missing = {token for token in missing if not known.issuperset(token)}
    return bool(missing) or not counts.isdisjoint(analyse(question.rest, language))


def _kind(question: Question, document: Document) -> str | None:
    """Whether a question asks for the `most` or the `least`; None where neither, in another language, or where the document has it in a phrase."""
    language = question.language
    found = {kind: match for kind, forms in question.vocabulary.groups("extremes", language).items()
             for match in word_pattern(forms, language).finditer(question.rest)}  # fmt: skip
    if len(found) != 1 or language != document.language:
        return None
    ((kind, match),) = found.items()
    next_word = _NEXT[language == "zh"].match(question.rest, match.end())
    is_phrase = next_word is not None and fold(f"{match.group()}{next_word.group()}") in fold(document.text)
    return None if is_phrase or kind == "bound" else kind


def _column(document: Document, table: DocumentTable, question_words: set[str]) -> int:
    """The index of the column whose header has more words of a question than any other; 0, the column of names, where none has."""
    heads = [set(analyse(cell, document.language)) for cell in column_heads(document, table)]
    matches = [len(head & question_words) if n else 0 for n, head in enumerate(heads)]
    most = max(matches)
    return matches.index(most) if most and matches.count(most) == 1 else 0


def _has_sum(amounts: Sequence[float]) -> bool:
    """Whether one of the amounts is the sum of two or more others that directly follow or precede it."""
    sides = ((n, side) for n in range(len(amounts)) for side in (amounts[n + 1 :], amounts[:n][::-1]))
    counted = ((amounts[n], [each for each in side if each]) for n, side in sides)
    return any(amount and math.isclose(amount, each) for amount, side in counted for each in [*accumulate(side)][1:])


def _amount(cell: str) -> float | None:
    """The number in a cell; None where there is none or more than one, or it is negative."""
    found = [] if _NEGATIVE.match(cell) else figures(cell)
    return max(found[0]) if len(found) == 1 else None
