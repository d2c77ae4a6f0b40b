"""Answers to questions that name something by its number ("recommendation 3") that a text lists in a table of such things, or begins a paragraph with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from assistant.qa.abstention import NAMED_PLACE_BONUS
from assistant.qa.answer import Answer, Statement
from assistant.qa.citations import CLOSEST, as_tentative, choose, with_confidence
from assistant.qa.metadata import first_page_lines
from assistant.qa.place_questions import max_other_words, places_in, words_besides
from assistant.qa.provisions import NamedPartAnswerer, passages_of, place_missing
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, block_units
from assistant.question import Question, find_numbered_words
from corpus.analysis import analyse
from corpus.documents import Block, Document
from corpus.tables import DocumentTable, cell_texts, find_tables

_BEGINS = re.compile(r"\W*([^\W\d_]{2,})\s*(?:[Nn][o°º]\.?\s*|№\s*)?(\d{1,3}(?:\.\d{1,2})?)\s?[.:：)–—]")
"""A word and its number at the beginning of a paragraph: `Recommendation 3:`."""
_NUMBER = re.compile(r"\W*(\d{1,3}(?:\.\d{1,2})?)\W*")


class NumberedRows(NamedPartAnswerer):
    """Answers from the row or paragraph of what a question names by number."""

    def answer(self, question: Question, from_evidence: Callable[[], Answer]) -> Answer | None:
        """The row, or the paragraph, with the words that answer; tentative where these are not sure, or several texts have one. Where more is asked,
        a sentence that search finds and that names the thing comes first. None where the question names no such thing."""
        numbered = question.numbered_words
        if len(numbered) != 1 or places_in(question) or question.articles:
            return None
        ((word, number),) = numbered
        documents = [each for each in self._named_or_found(question) if each.kind not in ("agenda", "treaty")]
        by_document = [units for each in documents if (units := self._numbered(question, each, word, number))]
        if not by_document:
            return self._no_such_number(question, documents, word, number)
        naming: list[Statement] = []
        if len(_other_words(question, by_document[0][0].document, word)) > max_other_words(question):
            found = from_evidence()
            naming = [each for each in found.statements if _names(each, word, number)]
            if found.status == "answered" and naming[:1] == [*found.statements[:1]]:
                return found
        if len(by_document) > 1:
            answer = self._composer.closest(question, [units[0] for units in by_document[:CLOSEST]], ())
        else:
            answer = self._quoted(question, by_document[0], word)
        if answer.status == "answered" or not naming:
            return answer
        both = self._composer.answered(question, [*naming, *answer.statements][:CLOSEST])
        return replace(as_tentative(both), confidence=answer.confidence, probability=answer.probability)

    def _quoted(self, question: Question, units: Sequence[Unit], word: str) -> Answer:
        document = units[0].document
        heads = {token for table in self._tables(question, document, word) for token in _words_of(document, table)}
        left = [each for each in _other_words(question, document, word) if each not in heads]
        if len(left) <= max_other_words(question):
            return self._composer.whole(question, units)
        evidence = passages_of(units)
        found = self._scorer.score_passages(question, evidence, evidence)
        scored = [each for each in found if any(each.unit.overlaps(unit) for unit in units)]
        scored = [replace(each, score=each.score + NAMED_PLACE_BONUS) for each in scored]
        chosen = choose(scored, self._most)
        answer = with_confidence(self._composer.whole(question, chosen or units), scored)
        return answer if chosen else as_tentative(answer)

    def _numbered(self, question: Question, document: Document, word: str, number: str) -> list[Unit]:
        """The rows and paragraphs of a document with the number of what a word names."""
        blocks = [*_rows(document, self._tables(question, document, word), number)]
        if document.language == question.language:
            blocks += _paragraphs(document, word, number)
        units: list[Unit] = []
        for block in blocks:
            evidence = Evidence.at(self._library, document, block.start)
            is_quotable = block.page not in document.unquotable and question.admits(document.id, block.ordinal)
            units += block_units(evidence, block) if evidence is not None and is_quotable else []
        return units

    def _tables(self, question: Question, document: Document, word: str) -> list[DocumentTable]:
        """The tables of a document that list what a word names: their caption, the heading above them or the head of a column has the word."""
        if document.language == question.language:
            words = set(analyse(word, question.language))
        else:
            words = {*self._retriever.words(question, document.language)} - {*question.content_of(question.text)}
        return [each for each in find_tables(document) if words & _words_of(document, each)] if words else []

    def _no_such_number(
        self, question: Question, documents: Sequence[Document], word: str, number: str
    ) -> Answer | None:
        """The answer that a document numbers what a word names, but has none of this number, where the question asks for nothing else."""
        first = documents[0] if documents else None
        if first is None or first.language != question.language:
            return None
        rows = (row for table in self._tables(question, first, word) for row in table.rows)
        numbers = {found[1] for row in rows if (found := _NUMBER.fullmatch(cell_texts(first, row)[0]))}
        numbers = {each for each in numbers if ("." in each) == ("." in number)}
        name = f"{word} {number}"
        if len(numbers) < 2 or len(_other_words(question, first, word)) > max_other_words(question):
            return None
        if any(name.casefold() in each.text.casefold() for each in documents):
            return None
        return place_missing(question, first, name)


def _names(statement: Statement, word: str, number: str) -> bool:
    """Whether a statement names something by a word and a number."""
    quoted = statement.citations[-1]
    words = analyse(word, quoted.language)
    return any((analyse(each, quoted.language), n) == (words, number) for each, n in find_numbered_words(quoted.quote))


def _other_words(question: Question, document: Document, word: str) -> list[str]:
    """The content words of a question beside the name of what it asks for and those of the document."""
    names = word, document.title, document.masthead.body, *map(document.block_text, first_page_lines(document))
    found = words_besides(question, question.rest, names, question.language, document.language)
    return [each for each in found if not each.isdigit()]


def _words_of(document: Document, table: DocumentTable) -> set[str]:
    """The index tokens of the caption of a table, of the heading above it and of the heads of its columns, which may be the first row."""
    headings = document.headings(table.rows[0])[-1:] if table.rows else []
    texts = map(document.block_text, (*table.caption, *headings, *(table.header or table.rows[:1])))
    return {token for text in texts for token in analyse(text, document.language)}


def _rows(document: Document, tables: Sequence[DocumentTable], number: str) -> Iterator[Block]:
    for row in (row for table in tables for row in table.rows):
        found = _NUMBER.fullmatch(cell_texts(document, row)[0])
        if found and found[1] == number:
            yield row


def _paragraphs(document: Document, word: str, number: str) -> Iterator[Block]:
    words = analyse(word, document.language)
    for block in document.blocks:
        found = _BEGINS.match(document.body(block)) if block.kind in ("paragraph", "item") else None
        if found and found[2] == number and analyse(found[1], document.language) == words:
            yield block
