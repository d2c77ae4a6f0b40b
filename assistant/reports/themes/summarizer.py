"""Summaries of themes: quotes of the documents that are closest to a theme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.qa.answer import Citation, Statement
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
from assistant.reports.comparison.paragraphs import Paragraph, precedence
from assistant.reports.lookup import find_newer_resolutions
from assistant.reports.themes.clusters import embed_texts, normalize, remove_language_offset
from assistant.time_slices import Slices
from assistant.wording.drafting import grammar_of
from corpus.documents import Passage
from corpus.symbols import find_symbols

MIN_SENTENCES, MAX_SENTENCES = 3, 5
"""How many sentences a summary has, where the documents have so many."""
PASSAGES_PER_DOCUMENT, MAX_DOCUMENTS = 2, 16
"""Sentences are chosen from this many passages of one document, and from this many documents: those closest to the
theme. With fewer documents, more passages of each are used."""
MAX_SENTENCE_LENGTH = 500
"""Longest sentence, in characters."""
SENTENCE_ENDS = (".", "。", ";", "؛", "；", "!", "؟", "?", ")", "”", "»", "”.")


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
    ) -> tuple[tuple[Statement, ...], tuple[tuple[Citation, ...], ...]]:
        """Quotes from the passages of each document of a theme, the latest first, with the other places where each is
        said.

        Units closer to the `target` (unit length; None where no model reads them) are preferred. Of several documents
        that say the same the latest is quoted; resolutions that a later one with the same title restates come last.
        """
        units = self._rank_units(passages, target)
        paras = [Paragraph.of(unit) for unit in units]
        alike: list[list[int]] = []
        for n, row in enumerate(self._slices(similarities(paras, paras))):
            same = next((group for group in alike if row[group[0]] >= SURE_SIMILARITY), None)
            if same is None:
                alike.append([n])
            elif all(units[m].document.id != units[n].document.id for m in same):
                same.append(n)
        groups = [
            sorted((units[n] for n in group), key=lambda unit: precedence(unit.document)[:2], reverse=True)
            for group in alike
        ]
        groups.sort(key=lambda group: (group[0].document.id in self._newer, reads_as_draft(group[0].document)))
        quoted: list[tuple[Unit, Statement, tuple[Citation, ...]]] = []
        for first_round in (True, False):
            for first, *others in groups:
                quoted_documents = {unit.document.id for unit, _, _ in quoted}
                limit = MAX_SENTENCES if first_round and first.document.id not in self._newer else MIN_SENTENCES
                if len(quoted) >= limit or (first_round and first.document.id in quoted_documents):
                    continue
                for statement in self._selector.quote_units([first], 1):
                    quoted.append((first, statement, tuple(quote_unit(other).citations[-1] for other in others)))
        quoted.sort(key=lambda each: precedence(each[0].document)[:2], reverse=True)
        return tuple(statement for _, statement, _ in quoted), tuple(repeats for _, _, repeats in quoted)

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
            document = library.document(passage.document_id)
            units += [unit for unit in units_of(Evidence(passage, document)) if self._is_self_contained(unit)]
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
        centered: np.ndarray = (
            remove_language_offset(self._engine.library.models.search_model, vectors, language) - self._center
        )
        return centered

    def _is_self_contained(self, unit: Unit) -> bool:
        """Whether a unit is a whole sentence that says something by itself: no row, no list of documents, no
        preamble, nothing that depends on the words before it, nothing about the document itself, and not the words of somebody who
        only says “I”."""
        block = unit.document.blocks[unit.block]
        is_preambular = unit.document.kind == "resolution" and block.number is None
        is_sentence = block.kind in ("paragraph", "item") and unit.text.rstrip().endswith(SENTENCE_ENDS)
        is_list = len({mention.symbol for mention in find_symbols(unit.text)}) > 1
        grammar = grammar_of(unit.document.language)
        depends = grammar.leans.match(unit.text) or grammar.speaker.match(unit.text) or is_about_report(unit)
        if not is_sentence or is_preambular or is_list or depends or len(unit.text) > MAX_SENTENCE_LENGTH:
            return False
        return self._selector.is_quotable(unit)
