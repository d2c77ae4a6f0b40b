"""Answers made of exact quotes: which units are said, and what is said of the documents that they are cited to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, takewhile

from assistant.answer_phrases import joined, mark, place_text, run_on, say
from assistant.qa.abstention import FURTHER_STATEMENT_FLOOR, FURTHER_STATEMENT_GAP
from assistant.qa.answer import Answer, Citation, Pointer, Statement, ordered
from assistant.qa.metadata import around, notes_of, reads_as_draft
from assistant.qa.retriever import Evidence
from assistant.qa.revisions import VersionNotes
from assistant.qa.scoring import ScoredUnit
from assistant.qa.units import Unit, items_below, units_of
from assistant.question import Question
from corpus.analysis import analyse
from corpus.calendar_names import language_name
from corpus.documents import Document, Span
from corpus.library import Library
from corpus.symbols import find_symbols
from corpus.tables import cell_texts, find_tables, find_total_row

WHOLE_LIMIT = 1_500
"""Longest provision, in characters, that is quoted whole when several of its parts are meant."""

MOST_NAMED = 5
"""Sub-paragraphs that are named of those that are not quoted."""

NOTE_LIMIT = 160
"""Longest footnote, in characters, that is said with the words that refer to it."""

CLOSEST = 3
"""Most statements of an answer of which it is not certain that it is one."""


Place = tuple[Document, str]
"""A document and a locator in it."""

Part = tuple[Question, Answer]
"""One of the questions of a turn, and its answer."""


class AnswerComposer:
    """Makes answers of statements: each said once, the corrections of what it cites behind it, the versions told of in notes.
    An answer has `most` of them at most; those to several questions at once have about so many together, and where a whole place is
    asked for there are twice as many."""

    def __init__(self, library: Library, most: int) -> None:
        self._library, self.most = library, most
        self.versions = VersionNotes(library)

    def answered(self, question: Question, statements: Sequence[Statement]) -> Answer:
        language, repeats = question.language, list[str]()
        if not question.symbols and not question.named:
            statements, repeats = self.versions.latest(statements, language)
        told, notes = self.versions.corrected(ordered(statements), language)
        answer = Answer(question.text, language, "answered", "", ordered(told))
        cited = {citation.document: self._library.document(citation.document) for citation in answer.citations}
        notes += [*repeats, *self.versions.notes(question.documents, list(cited.values()), language)]
        labels = joined(list(dict.fromkeys(document.label for document in cited.values())), language)
        verdicts = {statement.verdict for statement in answer.statements}
        way = next((way for way in ("supported", "quoted") if way in verdicts), "derived")
        parts = [say("written" if way == "supported" else way, language, documents=labels)]
        spoken = dict.fromkeys(citation.language for citation in answer.citations if citation.language != language)
        if spoken:
            names = joined([language_name(other, language) for other in spoken], language)
            parts.append(say("text_language", language, language=names))
        return replace(answer, reason=run_on(parts, language), notes=tuple(notes))

    def quoted(self, question: Question, units: Sequence[Unit], left: Sequence[Unit] = ()) -> Answer:
        """An answer that quotes units; a note names the parts of what is quoted that are not, those that are `left` out among them."""
        answer = self.answered(question, [statement_of(unit, self._papers(unit)) for unit in units])
        rest = [*_lists_left_out(units), *([[(unit.document, unit.locator) for unit in left]] if left else [])]
        return replace(answer, notes=(*answer.notes, *(_left_out(places, question.language) for places in rest)))

    def whole(self, question: Question, units: Sequence[Unit]) -> Answer:
        """An answer that quotes all words of a place, as many of them as may be said."""
        return self.quoted(question, units[: 2 * self.most], units[2 * self.most :])

    def _papers(self, unit: Unit) -> list[Citation]:
        """The short footnotes of a unit that name papers by their symbols: which report "takes note of the report" means is said
        nowhere else. None where the unit is not the whole of its blocks, since of which words a footnote is is not known."""
        document = unit.document
        within = takewhile(lambda each: each.start < unit.end, document.blocks[unit.block :])
        held = [each for each in within if each.kind in ("paragraph", "item")]
        ends = document.trim_span(held[0].start, held[-1].end)[1] if held else 0
        if not held or unit.start > held[0].body_start or ends > unit.end:
            return []
        made = []
        for note in (note for each in held for note in notes_of(document, each)):
            words = document.body(note)
            if len(words) <= NOTE_LIMIT and find_symbols(words):
                passage = self._library.passage_id_at(document.id, note.start) or unit.evidence.id
                made.append(Citation.of(document, note.body_start, note.end, note.locator, passage))
        return made[:MOST_NAMED]

    def closest(self, question: Question, nearest: Sequence[Unit], evidence: Sequence[Evidence]) -> Answer:
        """What comes closest where nothing is sure to answer, told as such; where nothing comes close, that."""
        return unsure(self.quoted(question, nearest)) if nearest else not_found(question, evidence)

    def several(self, question: Question, parts: Sequence[Part]) -> Answer:
        """The answers to the questions of a turn in one; what is not found is named."""
        answers = [answer for _, answer in parts]
        most = max(2, self.most // len(parts) + 1)
        said: list[Statement] = []
        for answer in answers:
            said += [one for one in answer.statements if one not in said][: None if answer.model else most]
        whole = self.answered(question, said)
        open_ = [(asked.focus.strip(" ?？؟"), answer) for asked, answer in parts if answer.status != "answered"]
        told = [
            say("part_not_certain" if answer.status == "tentative" else "part_not_found", whole.language, part=part)
            for part, answer in open_
            if answer.status != "partial"
        ]
        if open_:
            see = dict.fromkeys(to for _, answer in open_ for to in answer.see_also)
            whole = replace(whole, status="partial", see_also=tuple(see))
        return replace(
            whole,
            reason=run_on([*told, whole.reason], whole.language),
            confidence=min((each.confidence for each in answers if each.confidence is not None), default=None),
            probability=min((each.probability for each in answers if each.probability is not None), default=None),
        )


def unsure(answer: Answer) -> Answer:
    """An answer of which it is told that it may be none."""
    reason = run_on([say("tentative", answer.language), answer.reason], answer.language)
    return replace(answer, status="tentative", reason=reason)


def not_found(question: Question, evidence: Sequence[Evidence]) -> Answer:
    """That nothing answers a question, with the passages that may be read instead."""
    worth = islice((hit for hit in evidence if any(units_of(hit))), 3)
    see = dict.fromkeys(Pointer.to(each.document, each.passage.locator) for each in worth)
    return Answer.lacking(question, say("not_found", question.language), see_also=see)


def weighed(answer: Answer, scored: Sequence[ScoredUnit]) -> Answer:
    """An answer with how far the best evidence for it, first of what was weighed, is above the bar, and the chance that it answers."""
    sure = max((candidate.score for candidate in scored), default=None)
    return replace(answer, confidence=sure, probability=scored[0].probability if scored else None)


def statement_of(unit: Unit, notes: Sequence[Citation] = ()) -> Statement:
    """One statement that says a unit's words, a citation for each span of them, and behind them those of its footnotes."""
    document, passage = unit.document, unit.evidence.id
    cites = [Citation.of(document, *span, locator, passage) for span, locator in unit.leads]
    cites.append(Citation.of(document, unit.start, unit.end, unit.locator, passage, unit.answer))
    cites += notes
    return Statement(" ".join(" ".join(cite.quote.split()) for cite in cites), "quoted", tuple(cites))


def heads_once(units: Sequence[Unit]) -> list[Unit]:
    """Rows of one table, the words that head it said with the first of them only."""
    said: set[tuple[str, Span]] = set()
    made = []
    for unit in units:
        if unit.document.blocks[unit.block].kind == "row" and unit.leads:
            spans = {(unit.document.id, span) for span, _ in unit.leads}
            unit = replace(unit, leads=()) if spans <= said else unit
            said |= spans
        made.append(unit)
    return made


def with_totals(library: Library, question: Question, units: Sequence[Unit]) -> list[Unit]:
    """Units, behind the rows of a table the one that sums these up: where several rows are said, or the question calls it by its name."""
    made, asked = [*units], set(question.content)
    rows = [unit for unit in units if unit.document.blocks[unit.block].kind == "row" and unit.document.kind != "agenda"]
    for document in {unit.document.id: unit.document for unit in rows}.values():
        said = {unit.block for unit in rows if unit.document is document}
        for table in find_tables(document):
            quoted = sum(row.ordinal in said for row in table.rows)
            total = find_total_row(document, table) if quoted else None
            if total is None or total.ordinal in said:
                continue
            named = set(analyse(cell_texts(document, total)[0], question.language))
            found = Evidence.at(library, document, total.start) if quoted > 1 or (named and named <= asked) else None
            made += [Unit.of(found, total)] if found is not None else []
    return made


def choose(scored: Sequence[ScoredUnit], most: int, *, closest: bool = False) -> list[Unit]:
    """The units to say, best first: the best that reaches the bar for an answer, or for what comes `closest`, and others near
    it that add something.

    Two parts of one provision that are both meant are said as the whole provision, where that is not too long. Digests stand behind other
    texts where one of these reaches the bar, too, and drafts behind texts that are none. Nothing from a first page stands
    behind words of a text that answer.
    """
    above = [candidate.score - (candidate.thresholds.tentative_margin if closest else 0.0) for candidate in scored]
    best = next((each.odds for each, far in zip(scored, above, strict=True) if far >= 0.0), None)
    if best is None:
        return []
    chosen: list[Unit] = []
    settled = set[bool]()
    for each, far in zip(scored, above, strict=True):
        if len(chosen) == most:
            break
        if each.odds > best or each.odds < best - FURTHER_STATEMENT_GAP or far < -FURTHER_STATEMENT_FLOOR:
            continue
        beside_text = bool(chosen) and not closest and _on_edge(each.unit) and not _on_edge(chosen[0])
        if beside_text or any(each.unit.overlaps(other) for other in chosen):
            continue
        beside = next((n for n, other in enumerate(chosen) if _provision(other) == _provision(each.unit)), None)
        whole = _whole(each.unit) if beside is not None else None
        if beside is not None and whole is not None:
            chosen[beside] = whole
        else:
            chosen.append(each.marked)
        settled.add(far >= 0.0 and _settled(each.unit.document))
    return heads_once(_apart(sorted(chosen, key=lambda unit: True in settled and not _settled(unit.document))))


def _on_edge(unit: Unit) -> bool:
    """Whether a unit stands at the head or the foot of its document."""
    return unit.block in around(unit.document)


def _settled(document: Document) -> bool:
    """Whether a document is an official text that is no draft."""
    return document.edition != "digest" and not reads_as_draft(document)


def nearest(scored: Sequence[ScoredUnit]) -> list[Unit]:
    """The units that may be shown as what comes closest, best first."""
    return choose(scored, CLOSEST, closest=True)


def _apart(units: Sequence[Unit]) -> list[Unit]:
    """Units that share no words: the one chosen first stays."""
    kept: list[Unit] = []
    for unit in units:
        if not any(unit.overlaps(other) for other in kept):
            kept.append(unit)
    return kept


def _lists_left_out(units: Sequence[Unit]) -> list[list[Place]]:
    """Of each list of which several sub-paragraphs are quoted, and not all, those that are not."""
    said: dict[tuple[str, int], list[Unit]] = {}
    for unit in units:
        block = unit.document.blocks[unit.block]
        if block.kind == "item" and block.parent is not None:
            said.setdefault((unit.document.id, block.parent), []).append(unit)
    found = []
    for (_, parent), quoted in said.items():
        document, spans = quoted[0].document, [(unit.start, unit.end) for unit in quoted]
        items = [each for each in document.children[parent] if each.kind == "item"]
        rest = [each for each in items if not any(start < each.end and each.body_start < end for start, end in spans)]
        found += [[(document, each.locator) for each in rest]] if len(quoted) > 1 and rest else []
    return found


def _left_out(places: Sequence[Place], language: str) -> str:
    """That some places are not quoted: the first with the document."""
    (document, first), *others = places
    named = [f"{document.label}{mark(',', language)}{place_text(first, language)}"]
    told = joined([*named, *(place_text(locator, language) for _, locator in others)][:MOST_NAMED], language)
    return say("parts_left_out", language, places=told + (" …" if len(places) > MOST_NAMED else ""))


def _provision(unit: Unit) -> tuple[str, int]:
    """The paragraph that a unit is in or under."""
    block = unit.document.blocks[unit.block]
    while block.parent is not None and unit.document.blocks[block.parent].kind != "heading":
        block = unit.document.blocks[block.parent]
    return unit.document.id, block.ordinal


def _whole(unit: Unit) -> Unit | None:
    """The paragraph that a unit is under, with all its sub-paragraphs; None where it is too long or has none."""
    document = unit.document
    top = document.blocks[_provision(unit)[1]]
    below = items_below(document, top)
    if not below or not document.body(top).strip() or below[-1].end - top.body_start > WHOLE_LIMIT:
        return None
    return Unit.of(unit.evidence, top, below[-1].end)
