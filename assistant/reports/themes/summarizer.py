"""Summaries of themes: quotes of the documents that are closest to a theme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from operator import not_

import numpy as np

from assistant.qa.answer import Statement
from assistant.qa.citations import quote_unit
from assistant.qa.engine import Engine
from assistant.qa.metadata import reads_as_draft
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, distinct, units_of
from assistant.reports.brief.briefing import Request
from assistant.reports.brief.selection import UnitSelector
from assistant.reports.brief.subject import Subject
from assistant.reports.brief.unit_checks import is_about_report
from assistant.reports.comparison.alignment import SURE_SIMILARITY, similarities
from assistant.reports.comparison.fact_differences import find_fact_differences, wording_key
from assistant.reports.comparison.paragraphs import Paragraph, precedence
from assistant.reports.lookup import find_newer_resolutions
from assistant.reports.themes.clusters import embed_texts, normalize, remove_language_offset
from assistant.reports.themes.theme_model import Repeats
from assistant.time_slices import Slices
from assistant.wording.drafting import grammar_of
from corpus.countries import find_countries
from corpus.dates import find_full_dates
from corpus.documents import Document, Passage
from corpus.symbols import find_symbols

MIN_SENTENCES, MAX_SENTENCES = 3, 5
"""How many sentences a summary has, where the documents have so many."""
PASSAGES_PER_DOCUMENT, MAX_DOCUMENTS = 2, 16
"""Sentences are chosen from this many passages of one document, and from this many documents: those closest to the
theme. With fewer documents, more passages of each are used."""
MAX_SENTENCE_LENGTH = 500
"""Longest sentence, in characters."""
SENTENCE_ENDS = (".", "。", ";", "؛", "；", "!", "؟", "?", ".”", "。”", ".»")
"""A bracket ends no sentence: so end titles of documents and names of officers."""


class Summarizer:
    """Summarizes the themes of one library; what one theme quotes another does not repeat."""

    def __init__(
        self, engine: Engine, language: str, documents: Sequence[str], slices: Slices, middle: np.ndarray
    ) -> None:
        self._engine, self._slices, self._center = engine, slices, middle
        request = Request("theme", "-", language=language, mixed=True)
        self._selector = UnitSelector(engine, Subject(request, "", language, (), (), (), tuple(documents)))
        self._newer = find_newer_resolutions(engine.library.versions().headers, documents)

    def summarize(
        self, passages: Sequence[Sequence[Passage]], target: np.ndarray | None
    ) -> tuple[tuple[Statement, ...], tuple[Repeats, ...]]:
        """Quotes from the passages of each document of a theme, the latest first, with the other places where each is
        said.

        Units closer to the `target` (unit length; None where no model reads them) are preferred. Of several documents
        that say the same the latest is quoted; resolutions that a later one with the same title restates come last.
        """
        units = self._rank_units(passages, target)
        own_ids = {unit.document.id for unit in units}
        all_units = [unit for own in self._slices(passages) for unit in self._units(own) if unit.document.id in own_ids]
        paras, all_paras = ([Paragraph.of(unit) for unit in some] for some in (units, all_units))
        groups: list[list[Unit]] = []
        told: set[Unit] = set()
        for unit, row in zip(units, self._slices(similarities(paras, all_paras)), strict=True):
            if unit not in told:
                alike = [all_units[int(n)] for n in np.argsort(-row, kind="stable") if row[n] >= SURE_SIMILARITY]
                nearest_by_document = {each.document.id: each for each in reversed(alike)} | {unit.document.id: unit}
                group = [each for each in nearest_by_document.values() if self._is_self_contained(each) or each == unit]
                groups.append(sorted(group, key=lambda each: precedence(each.document)[:2], reverse=True))
                told.update(alike)
        groups.sort(key=lambda group: self._is_behind(group[0].document))
        quoted: list[tuple[Unit, Statement, Repeats]] = []
        for first_round in (True, False):
            for first, *others in groups:
                quoted_documents = {unit.document.id for unit, _, _ in quoted}
                is_behind = any(self._is_behind(first.document)[:2])
                limit = MAX_SENTENCES if first_round and not is_behind else MIN_SENTENCES
                if len(quoted) >= limit or (first_round and first.document.id in quoted_documents):
                    continue
                for statement in self._selector.quote_units([first], 1):
                    quoted.append((first, statement, _find_repeats(first, others)))
        quoted.sort(key=lambda each: precedence(each[0].document)[:2], reverse=True)
        return tuple(statement for _, statement, _ in quoted), tuple(repeats for _, _, repeats in quoted)

    def _is_behind(self, document: Document) -> tuple[bool, bool, bool]:
        """Sort key of documents by how little they speak for a theme: what one State writes on a day, then what a later
        resolution restates, then drafts."""
        is_letter = bool(find_full_dates(document.title) and find_countries(document.title, document.language))
        return is_letter, document.id in self._newer, reads_as_draft(document)

    def _units(self, passages: Iterable[Passage]) -> Iterator[Unit]:
        """The units of passages of one document."""
        for passage in passages:
            yield from units_of(Evidence(passage, self._engine.library.document(passage.document_id)))

    def _rank_units(self, passages: Sequence[Sequence[Passage]], target: np.ndarray | None) -> list[Unit]:
        """The units of a theme that can stand by themselves, the closest to the target first."""
        library, searching = self._engine.library, self._engine.library.models.search_model
        ranked_documents: list[tuple[float, list[Passage]]] = []
        for own in self._slices(passages):
            scores = np.zeros(len(own))
            if target is not None:
                stored = library.passage_vectors([each.id for each in own])
                vectors = np.stack([stored[each.id] for each in own])
                scores = self._centered(vectors, library.document(own[0].document_id).language) @ target
            most = max(PASSAGES_PER_DOCUMENT, PASSAGES_PER_DOCUMENT * MAX_DOCUMENTS // len(passages))
            order = np.argsort(-scores, kind="stable")[:most]
            ranked_documents.append((float(scores[order[0]]), [own[int(n)] for n in order]))
        ranked_documents.sort(key=lambda each: -each[0])
        units: list[Unit] = []
        for passage in self._slices([each for _, own in ranked_documents[:MAX_DOCUMENTS] for each in own]):
            units += [unit for unit in self._units([passage]) if self._is_self_contained(unit)]
        # Text recognized from images may be damaged, so it is quoted only where there is no other.
        units = distinct([unit for unit in units if not unit.document.ocr] or units)
        if target is None or not units:
            return units
        # Close to the theme, and to the title of their own document.
        titles = list(dict.fromkeys(unit.document.title for unit in units))
        title_vectors = dict(zip(titles, embed_texts(searching, titles, self._slices), strict=True))
        unit_vectors = embed_texts(searching, [unit.text for unit in units], self._slices)
        score = np.array([
            self._centered(vector, unit.document.language) @ (target + normalize(self._centered(title_vectors[unit.document.title], unit.document.language)))
            for unit, vector in zip(units, unit_vectors, strict=True)
        ])  # fmt: skip
        return [units[int(n)] for n in np.argsort(-score, kind="stable")]

    def _centered(self, vectors: np.ndarray, language: str) -> np.ndarray:
        """Vectors of texts in a language, relative to the center of all documents: what all say is close to none."""
        model = self._engine.library.models.search_model
        centered: np.ndarray = remove_language_offset(model, vectors, language) - self._center
        return centered

    def _is_self_contained(self, unit: Unit) -> bool:
        """Whether a unit is a whole sentence that says something by itself: no row, no list of documents, no
        preamble, nothing that depends on the words before it, nothing about the document itself or an agenda, and not
        the words of somebody who only says “I”."""
        language, text = unit.document.language, unit.text
        block = unit.document.blocks[unit.block]
        is_preambular = unit.document.kind == "resolution" and block.number is None
        is_sentence = block.kind in ("paragraph", "item") and text.rstrip().endswith(SENTENCE_ENDS)
        is_list = len({mention.symbol for mention in find_symbols(text)}) > 1
        grammar = grammar_of(language)
        depends = grammar.leans.match(text) or grammar.speaker.match(text) or is_about_report(unit)
        is_procedural = grammar.itself.search(text) or self._engine.vocabulary.says("agenda", text, language)
        if not is_sentence or is_preambular or is_list or depends or is_procedural or len(text) > MAX_SENTENCE_LENGTH:
            return False
        return self._selector.is_quotable(unit)


def _find_repeats(unit: Unit, others: Iterable[Unit]) -> Repeats:
    """The places of other units that say the same as one."""
    agreeing = [each for each in others if find_fact_differences(each, unit).agree]
    is_equal = [wording_key(each) == wording_key(unit) for each in agreeing]
    cites = [quote_unit(each).citations[-1] for each in agreeing]
    return Repeats(tuple(compress(cites, is_equal)), tuple(compress(cites, map(not_, is_equal))))
