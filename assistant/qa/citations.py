"""Composes answers of exact quotes: selects the units to quote, and adds citations, corrections and notes on document versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice, takewhile

from assistant.answer_phrases import document_name, joined, mark, place_text, run_on, say
from assistant.qa.abstention import FOREIGN_STATEMENT_GAP, FURTHER_STATEMENT_FLOOR, FURTHER_STATEMENT_GAP
from assistant.qa.answer import Answer, Citation, Pointer, Statement, distinct_statements
from assistant.qa.metadata import edge_lines, notes_of, reads_as_draft
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
"""Longest provision, in characters, that is quoted whole where several of its parts answer."""

MOST_NAMED = 5
"""Most sub-paragraphs that a note names of those that are not quoted."""

NOTE_LIMIT = 160
"""Longest footnote, in characters, that is cited with the words that refer to it."""

CLOSEST = 3
"""Most statements of a tentative answer."""


Place = tuple[Document, str]
"""A document and a locator in it."""

Part = tuple[Question, Answer]
"""One of the questions of a turn, and its answer."""


class AnswerComposer:
    """Composes answers of statements: each once, followed by corrections of what it cites, with notes on document versions.

    An answer has at most `most` statements; the answers to several questions at once have about as many together, and an answer that quotes a
    whole place twice as many.
    """

    def __init__(self, library: Library, most: int) -> None:
        self._library, self.most = library, most
        self.versions = VersionNotes(library)

    def answered(self, question: Question, statements: Sequence[Statement]) -> Answer:
        language, repeat_notes = question.language, list[str]()
        if not question.symbols and not question.named:
            statements, repeat_notes = self.versions.latest(statements, language)
        corrected, notes = self.versions.corrected(distinct_statements(statements), language)
        answer = Answer(question.text, language, "answered", "", distinct_statements(corrected))
        cited = {citation.document: self._library.document(citation.document) for citation in answer.citations}
        notes += [*repeat_notes, *self.versions.notes(question.documents, list(cited.values()), language)]
        cited_names = dict.fromkeys(document_name(document.label, language) for document in cited.values())
        labels = joined(list(cited_names), language)
        verdicts = {statement.verdict for statement in answer.statements}
        verdict = next((verdict for verdict in ("supported", "quoted") if verdict in verdicts), "derived")
        parts = [say("written" if verdict == "supported" else verdict, language, documents=labels)]
        other_languages = dict.fromkeys(each.language for each in answer.citations if each.language != language)
        if other_languages:
            names = joined([language_name(other, language) for other in other_languages], language)
            mixed = any(each.language == language for each in answer.citations)
            parts.append(say("some_text_language" if mixed else "text_language", language, language=names))
        return replace(answer, reason=run_on(parts, language), notes=tuple(notes))

    def quoted(
        self, question: Question, units: Sequence[Unit], left: Sequence[Unit] = (), rows: Sequence[Place] = ()
    ) -> Answer:
        """An answer that quotes units; notes name the parts of quoted lists that are not quoted, and the units and `rows` that are `left` out."""
        answer = self.answered(question, self._quotes(units))
        unquoted = [*_unquoted_parts([*units, *left]), [*((unit.document, unit.locator) for unit in left), *rows]]
        notes = (_left_out_note(places, question.language) for places in unquoted if places)
        return replace(answer, notes=(*answer.notes, *notes))

    def whole(self, question: Question, units: Sequence[Unit]) -> Answer:
        """An answer that quotes all words of a place, up to twice the number of statements of other answers."""
        return self.quoted(question, units[: 2 * self.most], units[2 * self.most :])

    def _quotes(self, units: Sequence[Unit]) -> list[Statement]:
        return [quote_unit(unit, self._footnoted_documents(unit)) for unit in units]

    def _footnoted_documents(self, unit: Unit) -> list[Citation]:
        """Citations of the short footnotes of a unit that name documents by symbol: only they tell which report "takes note of the report"
        means. Empty where the unit is not the whole of its blocks, since it is unknown which words a footnote belongs to."""
        document = unit.document
        blocks = takewhile(lambda each: each.start < unit.end, document.blocks[unit.block :])
        paragraphs = [each for each in blocks if each.kind in ("paragraph", "item")]
        ends = document.trim_span(paragraphs[0].start, paragraphs[-1].end)[1] if paragraphs else 0
        if not paragraphs or unit.start > paragraphs[0].body_start or ends > unit.end:
            return []
        citations = []
        for note in (note for each in paragraphs for note in notes_of(document, each)):
            text = document.body(note)
            if len(text) <= NOTE_LIMIT and find_symbols(text):
                passage = self._library.passage_id_at(document.id, note.start) or unit.evidence.id
                citations.append(Citation.of(document, note.body_start, note.end, note.locator, passage))
        return citations[:MOST_NAMED]

    def closest(self, question: Question, nearest: Sequence[Unit], evidence: Sequence[Evidence]) -> Answer:
        """A tentative answer of the `nearest` units; not found where there are none. They may be no part of an answer, so what they leave out is
        not named."""
        if not nearest:
            return not_found(question, evidence)
        return as_tentative(self.answered(question, self._quotes(nearest)))

    def several(self, question: Question, parts: Sequence[Part]) -> Answer:
        """The answers to the several questions of a turn as one answer; questions without a certain answer are named in its reason."""
        answers = [answer for _, answer in parts]
        most = max(2, self.most // len(parts) + 1)
        statements: list[Statement] = []
        for answer in answers:
            new = [statement for statement in answer.statements if statement not in statements]
            statements += new if answer.model else new[:most]
        whole = self.answered(question, statements)
        unanswered = [(asked.focus.strip(" ?？؟"), answer) for asked, answer in parts if answer.status != "answered"]
        told = {"tentative": "part_not_certain"}
        lacking = ((part, answer.status) for part, answer in unanswered if answer.status != "partial")
        notes = [say(told.get(status, "part_not_found"), whole.language, part=part) for part, status in lacking]
        if unanswered:
            pointers = dict.fromkeys(pointer for _, answer in unanswered for pointer in answer.see_also)
            whole = replace(whole, status="partial", see_also=tuple(pointers))
        confidences = [each.confidence for each in answers if each.confidence is not None]
        chances = [each.probability for each in answers if each.probability is not None]
        reason = run_on([*notes, whole.reason], whole.language)
        confidence, probability = min(confidences, default=None), min(chances, default=None)
        return replace(whole, reason=reason, confidence=confidence, probability=probability)


def as_tentative(answer: Answer) -> Answer:
    """The answer marked as tentative."""
    reason = run_on([say("tentative", answer.language), answer.reason], answer.language)
    return replace(answer, status="tentative", reason=reason)


def not_found(question: Question, evidence: Sequence[Evidence]) -> Answer:
    """The answer that nothing was found, with pointers to passages that may be read instead."""
    quotable = islice((hit for hit in evidence if any(units_of(hit))), 3)
    pointers = dict.fromkeys(Pointer.to(each.document, each.passage.locator) for each in quotable)
    return Answer.lacking(question, say("not_found", question.language), see_also=pointers)


def with_confidence(answer: Answer, scored: Sequence[ScoredUnit]) -> Answer:
    """The answer with its confidence (how far the best unit is above the threshold) and the probability of the first unit."""
    best = max((candidate.score for candidate in scored), default=None)
    return replace(answer, confidence=best, probability=scored[0].probability if scored else None)


def quote_unit(unit: Unit, notes: Sequence[Citation] = ()) -> Statement:
    """A statement that quotes a unit, with a citation for each span of it, followed by the citations of its footnotes."""
    document, passage = unit.document, unit.evidence.id
    citations = [Citation.of(document, *span, locator, passage) for span, locator in unit.leads]
    citations.append(Citation.of(document, unit.start, unit.end, unit.locator, passage, unit.answer))
    citations += notes
    return Statement(" ".join(" ".join(citation.quote.split()) for citation in citations), "quoted", tuple(citations))


def header_once(units: Sequence[Unit]) -> list[Unit]:
    """Units where of several rows of one table only the first keeps the header of the table; in a timetable each keeps its day."""
    quoted_spans: set[tuple[str, Span]] = set()
    kept = []
    for unit in units:
        if unit.document.blocks[unit.block].kind == "row" and unit.document.kind != "agenda" and unit.leads:
            spans = {(unit.document.id, span) for span, _ in unit.leads}
            unit = replace(unit, leads=()) if spans <= quoted_spans else unit
            quoted_spans |= spans
        kept.append(unit)
    return kept


def with_totals(library: Library, question: Question, units: Sequence[Unit]) -> list[Unit]:
    """Units, followed by the total row of each table of which several rows are quoted, or whose total row the question names."""
    result, question_words = [*units], set(question.content)
    rows = [unit for unit in units if unit.document.blocks[unit.block].kind == "row" and unit.document.kind != "agenda"]
    for document in {unit.document.id: unit.document for unit in rows}.values():
        quoted_rows = {unit.block for unit in rows if unit.document is document}
        for table in find_tables(document):
            quoted = sum(row.ordinal in quoted_rows for row in table.rows)
            total = find_total_row(document, table) if quoted else None
            if total is None or total.ordinal in quoted_rows:
                continue
            label_words = set(analyse(cell_texts(document, total)[0], question.language))
            if quoted > 1 or (label_words and label_words <= question_words):
                found = Evidence.at(library, document, total.start)
                result += [Unit.of(found, total)] if found is not None else []
    return result


def rows_left(units: Sequence[Unit], most: int) -> list[Place]:
    """The places of the rows of a table that are not quoted, where `most` units or more are quoted and all are rows of it, beside its total: further
    rows may answer as well."""
    document, quoted = units[0].document, {unit.block for unit in units}
    if len(units) < most or document.kind == "agenda" or any(unit.document is not document for unit in units):
        return []
    table = next((each for each in find_tables(document) if quoted <= {row.ordinal for row in each.rows}), None)
    total = find_total_row(document, table) if table else None
    if table is None or sum(row.ordinal in quoted for row in table.rows if row != total) < most:
        return []
    return [(document, row.locator) for row in table.rows if row.ordinal not in quoted]


def choose(scored: Sequence[ScoredUnit], most: int, *, closest: bool = False) -> list[Unit]:
    """The units to quote, best first: the best that reaches the threshold for an answer, or for a tentative one with `closest`, and others near
    it that add something.

    Where two parts of one provision answer, the whole provision is quoted if it is not too long. Digests and drafts come after official texts
    where one of these reaches the threshold, too. Units of a first page and footnotes are not added to words of a text that answer.
    """
    margins = [candidate.score - (candidate.thresholds.tentative_margin if closest else 0.0) for candidate in scored]
    best = next((each.odds for each, margin in zip(scored, margins, strict=True) if margin >= 0.0), None)
    if best is None:
        return []
    chosen: list[Unit] = []
    has_final_text = False
    for each, margin in zip(scored, margins, strict=True):
        if len(chosen) == most:
            break
        is_foreign = bool(chosen) and each.unit.document.id != chosen[0].document.id
        least = best - (FOREIGN_STATEMENT_GAP if is_foreign else FURTHER_STATEMENT_GAP)
        if each.odds > best or each.odds < least or margin < -FURTHER_STATEMENT_FLOOR:
            continue
        beside_text = bool(chosen) and not closest and not _is_beside_text(chosen[0])
        if beside_text and _is_beside_text(each.unit):
            continue
        if any(each.unit.overlaps(other) for other in chosen):
            continue
        same_provision = next((n for n, other in enumerate(chosen) if _provision(other) == _provision(each.unit)), None)
        whole = _whole_provision(each.unit) if same_provision is not None else None
        if same_provision is not None and whole is not None:
            chosen[same_provision] = whole
        else:
            chosen.append(each.marked)
        has_final_text = has_final_text or (margin >= 0.0 and _is_final_text(each.unit.document))
    chosen.sort(key=lambda unit: has_final_text and not _is_final_text(unit.document))
    return header_once(without_overlaps(chosen))


def _is_beside_text(unit: Unit) -> bool:
    return unit.block in edge_lines(unit.document) or unit.document.blocks[unit.block].kind == "footnote"


def _is_final_text(document: Document) -> bool:
    """Whether a document is an official text and not a draft."""
    return document.edition != "digest" and not reads_as_draft(document)


def choose_tentative(scored: Sequence[ScoredUnit]) -> list[Unit]:
    """The units of a tentative answer, best first."""
    return choose(scored, CLOSEST, closest=True)


def without_overlaps(units: Iterable[Unit]) -> list[Unit]:
    """Units without those that overlap an earlier one."""
    kept: list[Unit] = []
    for unit in units:
        if not any(unit.overlaps(other) for other in kept):
            kept.append(unit)
    return kept


def _unquoted_parts(units: Sequence[Unit]) -> list[list[Place]]:
    """For each list of which several sub-paragraphs are quoted, but not all, the places of the others."""
    quoted_by_list: dict[tuple[str, int], list[Unit]] = {}
    for unit in units:
        block = unit.document.blocks[unit.block]
        if block.kind == "item" and block.parent is not None:
            quoted_by_list.setdefault((unit.document.id, block.parent), []).append(unit)
    found = []
    for (_, parent), quoted in quoted_by_list.items():
        document = quoted[0].document
        items = [each for each in document.children[parent] if each.kind == "item"]
        spans = [(unit.start, unit.end) for unit in quoted if len(quoted) > 1]
        left = [each for each in items if not any(start < each.end and each.body_start < end for start, end in spans)]
        found += [[(document, item.locator) for item in left]] if spans else []
    return found


def _left_out_note(places: Sequence[Place], language: str) -> str:
    """A note that some places are not quoted, the first with the name of the document."""
    # Several sentences may have the same place.
    (document, first), *others = {(document.id, locator): (document, locator) for document, locator in places}.values()
    named = [f"{document_name(document.label, language)}{mark(',', language)}{place_text(first, language)}"]
    listed = joined([*named, *(place_text(locator, language) for _, locator in others)][:MOST_NAMED], language)
    return say("parts_left_out", language, places=listed + (" …" if len(others) >= MOST_NAMED else ""))


def _provision(unit: Unit) -> tuple[str, int]:
    """The paragraph that a unit is in or under."""
    block = unit.document.blocks[unit.block]
    while block.parent is not None and unit.document.blocks[block.parent].kind != "heading":
        block = unit.document.blocks[block.parent]
    return unit.document.id, block.ordinal


def _whole_provision(unit: Unit) -> Unit | None:
    """The paragraph that a unit is under, with all its sub-paragraphs; None where it is too long or has none."""
    document = unit.document
    top = document.blocks[_provision(unit)[1]]
    below = items_below(document, top)
    if not below or not document.body(top).strip() or below[-1].end - top.body_start > WHOLE_LIMIT:
        return None
    return Unit.of(unit.evidence, top, below[-1].end)
