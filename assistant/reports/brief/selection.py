"""Which of the held words speak to a subject: units that search finds and the reader reads, each used once in a briefing.

The bars are those of questions (`qa/abstention`): a unit speaks to a subject from the lower one on.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.answer_phrases import say
from assistant.qa.abstention import REPEATED_STATEMENT_COSINE, SAME_STATEMENT_COSINE
from assistant.qa.answer import Citation, Statement
from assistant.qa.citations import quote_unit
from assistant.qa.engine import Engine
from assistant.qa.metadata import covering_letter_blocks, is_bracketed, is_draft
from assistant.qa.retriever import Evidence
from assistant.qa.scoring import ScoredUnit
from assistant.qa.units import Unit, units_of
from assistant.reports.brief.briefing import Part, Section, SectionKey
from assistant.reports.brief.subject import Ground
from assistant.reports.lookup import cite
from assistant.time_slices import Slices
from assistant.wording.drafting import grammar_of
from assistant.wording.values import plain, without_symbols
from corpus.dates import dates_in
from corpus.documents import Block, Document, Span
from corpus.library import Library
from corpus.sentences import sentence_spans
from corpus.symbols import Symbol, find_symbols

if TYPE_CHECKING:
    from assistant.reports.brief.subject_sections import Framework

LONGEST, SHORTEST, SHORTEST_HAN = 1_200, 40, 14
"""Bounds of what is quoted in a briefing, in characters."""
FEW = 3
"""Content words of a title that says too little to be read as a question."""
_APART = frozenset(["masthead", "contents", "title", "summary"])
_CLOSED = tuple(".,:;!?…。，：；！？、،؛؟”’»\"'」』*")
_FIGURES = ("figure ", "map ")
_LABEL = re.compile(r"\s*[^\W\d_]+(?:[ /][^\W\d_]+)?\s?[:：]")
_NUMBER = re.compile(r"\d[\d.,]*\b")
_YEAR = re.compile(r"(?<![\d/])(?:19|20)\d\d(?![\d/])")


@dataclass
class Chooser:
    """Chooses units for one briefing. What was said once is not said again, nor are words that hold it. `slices` end
    before each search, so that others have their turn. `framework` is what applies of the treaties, once that is known."""

    engine: Engine
    ground: Ground
    used: list[Citation] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    slices: Slices = field(default_factory=Slices)
    framework: Framework | None = None
    _vectors: dict[str, np.ndarray] = field(default_factory=dict)
    _weighed: dict[tuple[str, tuple[str, ...], int], list[ScoredUnit]] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language of the briefing."""
        return self.ground.request.language

    @property
    def library(self) -> Library:
        """What is held."""
        return self.engine.library

    @property
    def document(self) -> Document:
        """The document that is briefed about; there is none where something else is."""
        return self.library.document(self.ground.own[0])

    def section(self, key: SectionKey, *parts: Part, heading: str = "", **told: Any) -> Section:
        """A section with the parts that say something, and the rest of its values."""
        kept = tuple(part for part in parts if part.statements)
        return Section(key, heading or say(f"section_{key}", self.language), kept, **told)

    def speaking(
        self,
        words: str,
        documents: Sequence[str],
        most: int,
        fits: Callable[[ScoredUnit], bool] = lambda _: True,
        read: int = 0,
    ) -> list[ScoredUnit]:
        """The units of some documents that speak to a subject and fit, best first, of the passages that are `read`; none that was used or is
        foreign."""
        found = (each for each in self.weigh(words, documents, read) if speaks(each))
        return self._apart([each for each in self.slices(found) if self.usable(each.unit) and fits(each)], most)

    def weigh(self, words: str, documents: Sequence[str], most: int = 0) -> list[ScoredUnit]:
        """The units of the `most` passages (else as many as the settings say) of some documents that search ranks first for a subject, as the reader reads them;
        in a slice of its own, and once for each subject. Drafts, and texts in other languages than the paper's, are searched by themselves, so that
        they crowd out no adopted text; those of drafts stand behind all others, else the best first."""
        most = most or self.engine.passages
        key = (words, tuple(documents), most)
        if key not in self._weighed:
            self.slices.end()
            question = self.engine.question(words, self.ground.spoken)
            apart: dict[tuple[bool, bool], list[str]] = {}
            for each in documents if question.content else ():
                apart.setdefault(self._apart_by[each], []).append(each)
            found = [each for ids in apart.values() for each in self.engine.score_first(question, ids, most)]
            self._weighed[key] = sorted(found, key=adopted_first)
        return self._weighed[key]

    def sure(self, each: ScoredUnit) -> bool:
        """Whether a unit that speaks to the words of the user surely does: it reaches the bar for answers, or says them all. Where
        something else is the subject what is bound to it is sure enough."""
        asked = self.ground.asked
        return asked is None or each.score >= 0.0 or asked.has_all_words(each.unit.text, each.unit.document.language)

    def answers(self, each: ScoredUnit, words: str) -> bool:
        """Whether a unit of a document that is not bound to the subject surely speaks to some words. A title of an item that has few of them says too
        little for the reader, whose bars are those of questions: they must be said."""
        question = self.engine.question(words, self.ground.spoken)
        few = self.ground.item is not None and len(question.content) <= FEW
        return each.score >= 0.0 and (not few or question.has_all_words(each.unit.text, each.unit.document.language))

    @cached_property
    def _apart_by(self) -> dict[str, tuple[bool, bool]]:
        """Of each document whether it is a draft, and in another language than the paper's."""
        headers = self.library.versions().headers.values()
        return {each.id: (is_draft(Symbol.read(each.symbol or "")), each.language != self.language) for each in headers}

    def units(self, document: Document) -> Iterator[Unit]:
        """All words of a document that may be quoted."""
        for passage in self.library.passages(document.id):
            yield from units_of(Evidence(passage, document))

    def take(self, units: Sequence[Unit], most: int = 100, *, fresh: bool = False) -> tuple[Statement, ...]:
        """Units as statements, which count as used from now on; at most so many. `fresh`: none says in other words what
        was said."""
        made: list[Statement] = []
        for unit in units:
            if len(made) == most:
                break
            if unit.empty or (fresh and not self.fresh(unit)):
                continue
            statement = quote_unit(unit)
            if self.free(statement):
                self.note(statement)
                made.append(statement)
        return tuple(made)

    def quoted(self, document: Document, ordinals: Iterable[int], fits: Callable[[str], bool]) -> list[Statement]:
        """The sentences of some blocks that fit and say something new, as statements, which count as used from now on."""
        made = [
            Statement.quoting(self.cite(document, block, (block.body_start + start, block.body_start + end)))
            for block in (document.blocks[ordinal] for ordinal in ordinals)
            for start, end in sentence_spans(document.body(block), document.language)
        ]
        fresh = [each for each in made if fits(each.citations[0].quote) and self.free(each)]
        for each in fresh:
            self.note(each)
        return fresh

    def cite(self, document: Document, block: Block, span: Span | None = None) -> Citation:
        """Words of a block, else all but its number, as a citation."""
        return cite(self.library, document, block, span)

    def free(self, statement: Statement) -> bool:
        """Whether a statement says something new."""
        last = statement.citations[-1]
        return not any(map(last.overlaps, self.used)) and _folded(statement.text) not in self.said

    def note(self, statement: Statement) -> None:
        """Counts a statement as used. The words that introduce a provision may be used again with another part of it."""
        self.used += statement.citations if statement.verdict == "supported" else statement.citations[-1:]
        self.said.add(_folded(statement.text))

    def belongs(self, unit: Unit) -> bool:
        """Whether a unit is about this item rather than about another one, told by its likeness to their titles."""
        item, meeting = self.ground.item, self.ground.meeting
        embedder = self.library.embedder
        if item is None or meeting is None or not self.reads(unit.document.language, self.language):
            return True
        titles = [each.title for each in meeting.items if each.number == each.main and each.main != item.main]
        own, *others = embedder.embed_passages([item.title, *titles]) @ embedder.embed_passages([unit.text])[0]
        return bool(max(others, default=-1.0) <= own)

    def fresh(self, unit: Unit) -> bool:
        """Whether nothing that was used says the same in other words; what gives other numbers says something else."""
        given = set(_NUMBER.findall(unit.text))
        said = [words for words in self.said if words != _folded(unit.text) and given <= set(_NUMBER.findall(words))]
        if not said or not self.reads(unit.document.language, self.language):
            return True
        embedder = self.library.embedder
        missing = [words for words in said if words not in self._vectors]
        self._vectors.update(zip(missing, embedder.embed_passages(missing), strict=True) if missing else ())
        vector = embedder.embed_passages([unit.text])[0]
        return all(float(vector @ self._vectors[words]) < REPEATED_STATEMENT_COSINE for words in said)

    def reads(self, *languages: str) -> bool:
        """Whether the embedding model reads some languages."""
        read = self.library.embedder.languages
        return read is None or read.issuperset(languages)

    def foreign(self, unit: Unit) -> bool:
        """Whether a unit belongs to another item of the meeting: it names that item, or a paper of that item, only."""
        item, meeting = self.ground.item, self.ground.meeting
        if item is None or meeting is None:
            return False
        mine = {symbol for symbol, _ in item.documentation}
        theirs = {symbol for other in meeting.items if other.main != item.main for symbol, _ in other.documentation}
        named = {mention.symbol.text for mention in find_symbols(unit.text)}
        if named & theirs and not named & mine:
            return True
        numbers = {number.split(" ")[0] for number in self.engine.question(unit.text, unit.document.language).items}
        elsewhere = named - mine - theirs  # the items of another meeting's papers are none of this meeting's
        return bool(numbers) and item.main not in numbers and not elsewhere

    def usable(self, unit: Unit) -> bool:
        """Whether a unit can stand by itself, is new, and belongs to no other item."""
        document = unit.document
        block = document.blocks[unit.block]
        figure = block.locator.rpartition(", ")[2].startswith(_FIGURES)  # its caption, or the words in it
        if block.kind in ("footnote", "heading") or figure or block.page in document.unquotable:
            return False
        if unit.block in covering_letter_blocks(document) or is_bracketed(unit.text):
            return False
        # What is neither numbered nor closed is a signature, a name or a caption.
        if block.kind == "paragraph" and not (block.number or unit.leads or unit.text.endswith(_CLOSED)):
            return False
        if unit.empty or _beneath(document, block):
            return False
        if block.locator.split(",")[0] in _APART or (
            document.kind == "treaty" and block.locator.startswith("preamble")
        ):
            return False
        if document.edition == "digest":
            # No briefing before a meeting can know what it led to.
            above = [" ".join(document.body(each).split()) for each in document.headings(block)]
            outcome = grammar_of(document.language).outcome
            if self.ground.meeting is not None and any(outcome.fullmatch(words) for words in above):
                return False
            if block.number is None and block.kind == "paragraph":
                return False
            # What a digest tells of the agenda, the agenda itself says.
            if self.ground.agenda is not None and self.engine.vocabulary.says("agenda", unit.text, document.language):
                return False
        shortest = SHORTEST_HAN if document.language == "zh" else SHORTEST
        return shortest <= len(unit.text) <= LONGEST and self.free(quote_unit(unit)) and not self.foreign(unit)

    def _apart(self, scored: Sequence[ScoredUnit], most: int) -> list[ScoredUnit]:
        """The best, none of which overlaps with another one or says the same."""
        kept: list[tuple[ScoredUnit, np.ndarray]] = []
        for each in scored[: 3 * most]:
            if len(kept) == most or any(each.unit.overlaps(other.unit) for other, _ in kept):
                continue
            vector = self.library.embedder.embed_passages([each.unit.text])[0]
            if all(float(vector @ other) < SAME_STATEMENT_COSINE for _, other in kept):
                kept.append((each, vector))
        return [each for each, _ in kept]


def _beneath(document: Document, block: Block) -> bool:
    """Whether a paragraph tells of the table or figure right above it: `Source: ports`."""
    if block.number or block.kind != "paragraph" or _LABEL.match(document.body(block)) is None:
        return False
    above = next((each for each in reversed(document.blocks[: block.ordinal]) if each.kind != "footnote"), None)
    return above is not None and (
        above.kind in ("row", "heading") or above.locator.rpartition(", ")[2].startswith(_FIGURES)
    )


def adopted_first(each: ScoredUnit) -> tuple[bool, float]:
    """What ranks a unit: those of drafts stand behind all others, the likelier ones first."""
    return is_draft(each.unit.document.symbol), -each.odds


def speaks(each: ScoredUnit) -> bool:
    """Whether a unit reaches the bar for what comes closest."""
    return each.score >= each.thresholds.tentative_margin


def only_later(text: str, day: dt.date) -> bool:
    """Whether all dates and years that a text names, and it names one, come after a day."""
    days, years = _dated(text)
    if not years or min(years) < day.year or (day.year in years and all(each[0] != day.year for each in days)):
        return False
    return all(each > (day.year, day.month, day.day)[: len(each)] for each in days)


def dated_within(text: str, after: dt.date, until: dt.date) -> bool:
    """Whether a date with its month that a text names lies after a day, and none after another one."""
    days, _ = _dated(text)
    first, last = (after.year, after.month, after.day), (until.year, until.month, until.day)
    return any(each > first[: len(each)] for each in days) and not any(each > last[: len(each)] for each in days)


def _dated(text: str) -> tuple[list[tuple[int, ...]], list[int]]:
    """The dates of a text, as (year, month) or (year, month, day), and the years that it names."""
    bare = without_symbols(text)[1]
    dates = [each for each in dates_in(plain(bare)) if each.year is not None and each.month is not None]
    days = [(each.year, each.month) if each.day is None else (each.year, each.month, each.day) for each in dates]
    return days, [int(each) for each in _YEAR.findall(bare)]  # type: ignore[return-value]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
