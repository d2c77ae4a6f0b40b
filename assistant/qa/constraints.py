"""What a question names and its answer must name, too: years, countries, and what is written in capitals."""

from __future__ import annotations

from assistant.qa.abstention import OTHER_NAME, OTHER_YEAR, Bars
from assistant.qa.metadata import head_of
from assistant.qa.units import Unit
from assistant.question import YEAR, Question
from corpus.acronyms import acronyms, spells
from corpus.countries import names_country
from corpus.documents import Document


def unsurer(score: float, question: Question, unit: Unit, bars: Bars) -> float:
    """How far words are above the bar for an answer, in log-odds, less what counts against them where their document does not name what the
    question names: what came closest does so still."""
    less = score - _against(question, unit)
    return max(less, min(score, bars.least)) if bars.least < 0.0 else less


def _against(question: Question, unit: Unit) -> float:
    document = unit.document
    names = acronyms(question.rest) if question.language == document.language else ()
    lacking = any(not _spelt(question, document, name) for name in names)
    return OTHER_YEAR * _of_another_year(question, unit) + OTHER_NAME * (lacking or _of_another_country(question, unit))


def _spelt(question: Question, document: Document, name: str) -> bool:
    key = spells, document.id, name
    if key not in question.memory:
        question.memory[key] = spells(name, document.text)
    return bool(question.memory[key])


def _of_another_year(question: Question, unit: Unit) -> bool:
    """Whether a question names a year, beside those in symbols, that is not said."""
    years = YEAR.findall(question.rest)
    said = _said(unit) if years else ""
    return any(year not in said for year in years)


def _of_another_country(question: Question, unit: Unit) -> bool:
    """Whether a question names a country that is not named."""
    said = _said(unit) if question.countries else ""
    return any(not names_country(code, said, unit.document.language) for code in question.countries)


def _said(unit: Unit) -> str:
    """The words of a unit, its passage, what heads it, and the first page."""
    document, passage = unit.document, unit.evidence.passage
    first = [document.title, document.date or "", *(document.block_text(block) for block in head_of(document))]
    return "\n".join([passage.heading, passage.text, unit.text, *first])
