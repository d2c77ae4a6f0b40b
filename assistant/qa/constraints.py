"""What a question names and its answer must name, too: years, and what is written in capitals."""

from __future__ import annotations

from assistant.qa.abstention import OTHER_NAME, OTHER_YEAR, Bars
from assistant.qa.metadata import head_of
from assistant.qa.units import Unit
from assistant.question import YEAR, Question
from corpus.acronyms import acronyms, spells
from corpus.documents import Document


def unsurer(score: float, question: Question, unit: Unit, bars: Bars) -> float:
    """How far words are above the bar for an answer, in log-odds, less what counts against them where their document does not name what the
    question names: what came closest does so still."""
    less = score - _against(question, unit)
    return max(less, min(score, bars.least)) if bars.least < 0.0 else less


def _against(question: Question, unit: Unit) -> float:
    names = acronyms(question.rest) if question.language == unit.document.language else ()
    lacking = any(not _named(question, unit.document, name) for name in names)
    return OTHER_YEAR * _of_another_year(question, unit) + OTHER_NAME * lacking


def _named(question: Question, document: Document, name: str) -> bool:
    key = spells, document.id, name
    if key not in question.memory:
        question.memory[key] = spells(name, document.text)
    return bool(question.memory[key])


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
