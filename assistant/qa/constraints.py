"""What a question names and its answer must name, too: years, countries, and what is written in capitals."""

from __future__ import annotations

from collections.abc import Callable

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
    lacking = any(not _named(question, document, _spelt, name) for name in names)
    lacking |= any(not _named(question, document, _tells_of, code) for code in question.countries)
    return OTHER_YEAR * _of_another_year(question, unit) + OTHER_NAME * lacking


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
