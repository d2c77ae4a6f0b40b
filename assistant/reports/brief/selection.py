"""Select the words of the library that speak to a subject: units that search finds and the reader scores, each used
once in a briefing.

The thresholds are those of questions (`qa/abstention`): a unit is relevant from the lower one on.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.answer_phrases import say
from assistant.qa.abstention import REPEATED_STATEMENT_COSINE, SAME_STATEMENT_COSINE
from assistant.qa.answer import Citation, Statement
from assistant.qa.citations import quote_unit
from assistant.qa.engine import Engine
from assistant.qa.metadata import covering_letter_blocks, is_bracketed, is_draft, line_text, reads_as_draft
from assistant.qa.retriever import Evidence
from assistant.qa.scoring import ScoredUnit
from assistant.qa.units import Unit, units_of
from assistant.question import Question
from assistant.reports.brief.briefing import Part, Section, SectionKey
from assistant.reports.brief.subject import Subject
from assistant.reports.lookup import cite
from assistant.reports.mandates.addressees import introduces_list
from assistant.time_slices import Slices
from assistant.wording.drafting import grammar_of
from assistant.wording.values import plain, without_symbols
from corpus.dates import find_date_mentions
from corpus.documents import Block, Document
from corpus.library import Library
from corpus.sentences import sentence_spans
from corpus.symbols import Symbol

if TYPE_CHECKING:
    from assistant.reports.brief.framework import Framework

MAX_LENGTH, MIN_LENGTH, MIN_LENGTH_CHINESE = 1_200, 40, 14
"""Bounds of what a briefing quotes, in characters."""
FEW_WORDS = 3
"""A title with no more content words is too short to be read as a question."""
_UNQUOTED_PARTS = frozenset(["masthead", "contents", "title", "summary"])
_CLOSING_SIGNS = tuple(".,:;!?…。，：；！？、،؛؟”’»\"'」』*")
_FIGURE_LOCATORS = ("figure ", "map ")
_LABEL = re.compile(r"\s*[^\W\d_]+(?:[ /][^\W\d_]+)?\s?[:：]")
_NUMBER = re.compile(r"\d[\d.,]*\b")
_YEAR = re.compile(r"(?<![\d/])(?:19|20)\d\d(?![\d/])")


@dataclass
class UnitSelector:
    """Selects units for one briefing. What was quoted once is not quoted again, nor words that contain it. `slices`
    end before each search, so that other requests get their turn. `framework` are the articles that apply, once they
    are known."""

    engine: Engine
    subject: Subject
    used_citations: list[Citation] = field(default_factory=list)
    used_texts: set[str] = field(default_factory=set)
    slices: Slices = field(default_factory=Slices)
    framework: Framework | None = None
    _vectors: dict[str, np.ndarray] = field(default_factory=dict)
    _scored: dict[tuple[str, tuple[str, ...], int], list[ScoredUnit]] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language of the briefing."""
        return self.subject.request.language

    @property
    def library(self) -> Library:
        """The library that is quoted."""
        return self.engine.library

    @property
    def main_document(self) -> Document:
        """The document that the briefing is about. Only for briefings about a document."""
        return self.library.document(self.subject.own_ids[0])

    def make_section(self, key: SectionKey, *parts: Part, heading: str = "", **values: Any) -> Section:
        """A section with those of the parts that have statements."""
        filled = tuple(part for part in parts if part.statements)
        return Section(key, heading or say(f"section_{key}", self.language), filled, **values)

    def find_relevant(
        self,
        words: str,
        documents: Sequence[str],
        limit: int,
        condition: Callable[[ScoredUnit], bool] = lambda _: True,
        passages: int = 0,
    ) -> list[ScoredUnit]:
        """The units of some documents that are relevant to a subject, quotable and meet a condition, best first, at
        most `limit`, from the first `passages` passages."""
        relevant = (each for each in self.score_units(words, documents, passages) if is_relevant(each))
        usable = [each for each in self.slices(relevant) if self.is_quotable(each.unit) and condition(each)]
        return self._pick_distinct(usable, limit)

    def score_units(self, words: str, documents: Sequence[str], limit: int = 0) -> list[ScoredUnit]:
        """Score the units of the first `limit` passages (by default as many as the settings say) that search finds for
        a subject in some documents.

        Each search runs in a slice of its own, and once for each subject. Drafts, and texts in other languages than
        the paper's, are searched separately, so that they crowd out no adopted text. Units of drafts come last, else
        the best first.
        """
        limit = limit or self.engine.passages
        key = (words, tuple(documents), limit)
        if key not in self._scored:
            self.slices.end()
            question = self.engine.question(words, self.subject.title_language)
            groups: dict[tuple[bool, bool], list[str]] = {}
            for each in documents if question.content else ():
                groups.setdefault(self._draft_and_foreign[each], []).append(each)
            found = [each for ids in groups.values() for each in self.engine.score_first(question, ids, limit)]
            self._scored[key] = sorted(found, key=adoption_rank)
        return self._scored[key]

    def is_certain(self, scored: ScoredUnit) -> bool:
        """Whether a relevant unit certainly speaks to the words of the user: it reaches the threshold for answers, or
        contains all the words. Where the subject is something else, documents that belong to it are certain enough."""
        question = self.subject.user_question
        return question is None or scored.score >= 0.0 or _has_all_words(question, scored)

    def is_answer(self, scored: ScoredUnit, words: str) -> bool:
        """Whether a unit of a document that does not belong to the subject certainly speaks to some words. The title
        of an item with few words is too short for the reader, whose thresholds are those of questions: there the unit
        must contain all its words."""
        question = self.engine.question(words, self.subject.title_language)
        short_title = self.subject.item is not None and len(question.content) <= FEW_WORDS
        return scored.score >= 0.0 and (not short_title or _has_all_words(question, scored))

    @cached_property
    def _draft_and_foreign(self) -> dict[str, tuple[bool, bool]]:
        """For each document, whether it is a draft, and whether it is in another language than the paper."""
        headers = self.library.versions().headers.values()
        drafts = {each.id for each in headers if is_draft(Symbol.try_parse(each.symbol or ""))}
        return {each.id: (each.id in drafts, each.language != self.language) for each in headers}

    def iter_units(self, document: Document) -> Iterator[Unit]:
        """All units of a document that may be quoted."""
        for passage in self.library.passages(document.id):
            yield from units_of(Evidence(passage, document))

    def quote_units(self, units: Sequence[Unit], limit: int = 100, *, novel: bool = False) -> tuple[Statement, ...]:
        """Units as statements, used from now on. `novel`: none that says in other words what was quoted before."""
        statements: list[Statement] = []
        for unit in units:
            if len(statements) == limit:
                break
            is_usable = not unit.empty and (not novel or self.is_novel(unit))
            if is_usable and self.is_new(statement := quote_unit(unit)):
                self.mark_used(statement)
                statements.append(statement)
        return tuple(statements)

    def quote_sentences(
        self,
        document: Document,
        ordinals: Iterable[int],
        condition: Callable[[str], bool] = lambda _: True,
        *,
        joined: bool = False,
    ) -> list[Statement]:
        """The new sentences of some blocks that meet a condition, as statements, which count as used from now on;
        `joined`: those of a block that follow each other as one."""
        statements: list[Statement] = []
        for block in (document.blocks[ordinal] for ordinal in ordinals):
            follows = False
            for start, end in sentence_spans(document.body(block)):
                span = block.body_start + start, block.body_start + end
                sentence = Statement.quoting(cite(self.library, document, block, span))
                is_wanted = condition(sentence.text) and self.is_new(sentence)
                if is_wanted and joined and follows:
                    span = statements.pop().citations[0].start, span[1]
                    sentence = Statement.quoting(cite(self.library, document, block, span))
                statements += [sentence] * is_wanted
                follows = is_wanted
        for each in statements:
            self.mark_used(each)
        return statements

    def is_new(self, statement: Statement) -> bool:
        """Whether a statement repeats nothing that was used."""
        last = statement.citations[-1]
        return not any(map(last.overlaps, self.used_citations)) and _fold(statement.text) not in self.used_texts

    def mark_used(self, statement: Statement) -> None:
        """Count a statement as used. The words that introduce a provision may be used again with another part of it."""
        self.used_citations += statement.citations if statement.verdict == "supported" else statement.citations[-1:]
        self.used_texts.add(_fold(statement.text))

    def belongs_to_item(self, unit: Unit) -> bool:
        """Whether a unit is about this item rather than another one, by its similarity to their titles."""
        item, meeting = self.subject.item, self.subject.meeting
        embedder = self.library.embedder
        if item is None or meeting is None or not self.can_embed(unit.document.language, self.language):
            return True
        main_items = (each for each in meeting.items if each.number == each.main_number)
        titles = [each.title for each in main_items if each.number != item.main_number]
        own, *others = embedder.embed_passages([item.title, *titles]) @ embedder.embed_passages([unit.text])[0]
        return bool(max(others, default=-1.0) <= own)

    def is_novel(self, unit: Unit) -> bool:
        """Whether nothing that was used says the same in other words; a unit with other numbers says something else."""
        numbers, own_words = set(_NUMBER.findall(unit.text)), _fold(unit.text)
        others = (words for words in self.used_texts if words != own_words)
        comparable = [words for words in others if numbers.issubset(_NUMBER.findall(words))]
        if not comparable or not self.can_embed(unit.document.language, self.language):
            return True
        embedder = self.library.embedder
        unembedded = [words for words in comparable if words not in self._vectors]
        self._vectors.update(zip(unembedded, embedder.embed_passages(unembedded), strict=True) if unembedded else ())
        vector = embedder.embed_passages([unit.text])[0]
        return all(float(vector @ self._vectors[words]) < REPEATED_STATEMENT_COSINE for words in comparable)

    def can_embed(self, *languages: str) -> bool:
        """Whether the embedding model reads these languages."""
        read = self.library.embedder.languages
        return read is None or read.issuperset(languages)

    def belongs_to_other_item(self, unit: Unit) -> bool:
        """Whether a unit belongs to another item of the meeting: it names only that item."""
        item = self.subject.item
        if item is None:
            return False
        numbers = {number.split(" ")[0] for number in self.engine.question(unit.text, unit.document.language).items}
        return bool(numbers) and item.main_number not in numbers

    def is_quotable(self, unit: Unit) -> bool:
        """Whether a unit can stand by itself, is new, and belongs to no other item."""
        document = unit.document
        block = document.blocks[unit.block]
        if block.kind in ("footnote", "heading") or _is_in_figure(block) or block.page in document.unquotable:
            return False
        if unit.empty or unit.block in covering_letter_blocks(document) or is_bracketed(unit.text):
            return False
        if introduces_list(unit.text):
            return False
        # A paragraph without number and closing sign is a signature, a name or a caption.
        if block.kind == "paragraph" and not (block.number or unit.leads or unit.text.endswith(_CLOSING_SIGNS)):
            return False
        in_preamble = document.kind == "treaty" and block.locator.startswith("preamble")
        if in_preamble or block.locator.split(",")[0] in _UNQUOTED_PARTS or _describes_figure(document, block):
            return False
        if document.edition == "digest" and not self._is_quotable_in_digest(unit, block):
            return False
        shortest = MIN_LENGTH_CHINESE if document.language == "zh" else MIN_LENGTH
        has_length = shortest <= len(unit.text) <= MAX_LENGTH
        return has_length and self.is_new(quote_unit(unit)) and not self.belongs_to_other_item(unit)

    def _is_quotable_in_digest(self, unit: Unit, block: Block) -> bool:
        """Whether a digest may be quoted with a unit. For the agenda, the agenda itself is quoted; and a briefing for a
        meeting must not tell its outcome."""
        document, subject = unit.document, self.subject
        if block.number is None and block.kind == "paragraph":
            return False
        if subject.agenda is not None and self.engine.vocabulary.says("agenda", unit.text, document.language):
            return False
        outcome = grammar_of(document.language).outcome
        headings = document.headings(block) if subject.meeting is not None else ()
        return not any(outcome.fullmatch(line_text(document, each)) for each in headings)

    def _pick_distinct(self, scored: Sequence[ScoredUnit], limit: int) -> list[ScoredUnit]:
        """The best units, without those that overlap with a better one or say the same."""
        chosen: list[tuple[ScoredUnit, np.ndarray]] = []
        for each in scored[: 3 * limit]:
            if len(chosen) == limit or any(each.unit.overlaps(other.unit) for other, _ in chosen):
                continue
            vector = self.library.embedder.embed_passages([each.unit.text])[0]
            if all(float(vector @ other) < SAME_STATEMENT_COSINE for _, other in chosen):
                chosen.append((each, vector))
        return [each for each, _ in chosen]


def _has_all_words(question: Question, scored: ScoredUnit) -> bool:
    return question.has_all_words(scored.unit.text, scored.unit.document.language)


def _describes_figure(document: Document, block: Block) -> bool:
    """Whether a paragraph describes the table or figure right above it: `Source: ports`."""
    if block.number or block.kind != "paragraph" or _LABEL.match(document.body(block)) is None:
        return False
    above = next((each for each in reversed(document.blocks[: block.ordinal]) if each.kind != "footnote"), None)
    return above is not None and (above.kind in ("row", "heading") or _is_in_figure(above))


def _is_in_figure(block: Block) -> bool:
    """Whether a block is a caption, or words in a figure."""
    return block.locator.rpartition(", ")[2].startswith(_FIGURE_LOCATORS)


def in_order(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Statements as they follow each other in their documents, the document of the first one first."""
    statements = tuple(statements)
    documents = list(dict.fromkeys(each.citations[-1].document for each in statements))
    placed = ((documents.index(each.citations[-1].document), each.citations[-1].start, each) for each in statements)
    return tuple(each for _, _, each in sorted(placed, key=itemgetter(0, 1)))


def adoption_rank(each: ScoredUnit) -> tuple[bool, float]:
    """Sort key of scored units: those of drafts last, the likelier ones first."""
    return reads_as_draft(each.unit.document), -each.odds


def is_relevant(each: ScoredUnit) -> bool:
    """Whether a unit reaches the threshold for the closest passages."""
    return each.score >= each.thresholds.tentative_margin


def names_only_later_dates(text: str, day: dt.date) -> bool:
    """Whether a text names dates or years, and all of them come after a day."""
    days, years = _dates_and_years(text)
    if not years or min(years) < day.year or (day.year in years and all(each[0] != day.year for each in days)):
        return False
    return all(each > (day.year, day.month, day.day)[: len(each)] for each in days)


def names_date_within(text: str, after: dt.date, until: dt.date) -> bool:
    """Whether a text names a date (at least year and month) after the first day, and none after the second."""
    days, _ = _dates_and_years(text)
    first, last = (after.year, after.month, after.day), (until.year, until.month, until.day)
    return any(each > first[: len(each)] for each in days) and not any(each > last[: len(each)] for each in days)


def _dates_and_years(text: str) -> tuple[list[tuple[int, ...]], list[int]]:
    """The dates of a text, as (year, month) or (year, month, day), and the years that it names."""
    bare = without_symbols(text)[1]
    dates = [each for each in find_date_mentions(plain(bare)) if each.year is not None and each.month is not None]
    days = [(each.year, each.month) if each.day is None else (each.year, each.month, each.day) for each in dates]
    return days, [int(each) for each in _YEAR.findall(bare)]  # type: ignore[return-value]


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
