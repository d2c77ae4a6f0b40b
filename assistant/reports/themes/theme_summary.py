"""What a theme's documents say, in a few sentences of different documents; what several say is told once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.qa.answer import Citation, Statement
from assistant.qa.citations import statement_of
from assistant.qa.engine import Engine
from assistant.qa.retriever import Evidence
from assistant.qa.units import Unit, distinct, units_of
from assistant.reports.brief.briefing import Request
from assistant.reports.brief.selection import Chooser
from assistant.reports.brief.subject import Ground
from assistant.reports.comparison.alignment import SURE, likenesses
from assistant.reports.comparison.paragraphs import Para
from assistant.reports.themes.clusters import embedded, levelled
from assistant.slices import Slices
from corpus.documents import Passage
from corpus.symbols import find_symbols

FEWEST, MOST = 3, 5
"""How many sentences, where the documents have so many."""
OF_ONE, DOCUMENTS = 2, 16
"""How many passages of one document, and of how many documents, they are chosen from: the nearest to the theme's middle."""
LONGEST = 500
"""Longest sentence, in characters."""
ENDS = (".", "。", ";", "؛", "；", "!", "؟", "?", ")", "”", "»", "”.")


class Summary:
    """Sums up the themes of one library; what one theme says another does not say again."""

    def __init__(self, engine: Engine, language: str, documents: Sequence[str], slices: Slices) -> None:
        self._engine, self._slices = engine, slices
        request = Request("theme", "-", language=language, mixed=True)
        self._chooser = Chooser(engine, Ground(request, "", (), (), (), tuple(documents)))

    def of(
        self, passages: Sequence[Sequence[Passage]], centre: np.ndarray | None
    ) -> tuple[tuple[Statement, ...], tuple[tuple[Citation, ...], ...]]:
        """Statements, the latest first, and where else each is said, of the passages of each document of a theme; the nearer to
        its middle (of unit length; None where no model reads them) the sooner. Of what several documents say the latest is quoted."""
        units = self._units(passages, centre)
        paras = [Para.of(unit) for unit in units]
        chosen: list[list[int]] = []
        for n, row in enumerate(self._slices(likenesses(paras, paras))):
            again = next((group for group in chosen if row[group[0]] >= SURE), None)
            if again is None:
                chosen.append([n])
            elif all(units[m].document.id != units[n].document.id for m in again):
                again.append(n)
        groups = [sorted((units[n] for n in group), key=_date, reverse=True) for group in chosen]
        said: list[tuple[Unit, Statement, tuple[Citation, ...]]] = []
        for fresh in (True, False):
            for first, *rest in groups:
                held = {unit.document.id for unit, _, _ in said}
                if len(said) >= (MOST if fresh else FEWEST) or (fresh and first.document.id in held):
                    continue
                for statement in self._chooser.take([first], 1):
                    said.append((first, statement, tuple(statement_of(other).citations[-1] for other in rest)))
        said.sort(key=lambda each: _date(each[0]), reverse=True)
        return tuple(statement for _, statement, _ in said), tuple(repeats for _, _, repeats in said)

    def _units(self, passages: Sequence[Sequence[Passage]], centre: np.ndarray | None) -> list[Unit]:
        """The units of a theme that can stand by themselves, the nearest to its middle first."""
        library, searching = self._engine.library, self._engine.library.models.searching
        near: list[tuple[float, list[Passage]]] = []
        for own in self._slices(passages):
            scores = np.zeros(len(own))
            if centre is not None:
                held = library.passage_vectors([each.id for each in own])
                vectors = np.stack([held[each.id] for each in own])
                scores = levelled(searching, vectors, library.document(own[0].document_id).language) @ centre
            order = np.argsort(-scores, kind="stable")[:OF_ONE]
            near.append((float(scores[order[0]]), [own[int(n)] for n in order]))
        near.sort(key=lambda each: -each[0])
        units: list[Unit] = []
        for passage in self._slices([each for _, own in near[:DOCUMENTS] for each in own]):
            document = library.document(passage.document_id)
            units += [unit for unit in units_of(Evidence(passage, document)) if self._stands(unit)]
        # Words that were recognised from an image may be broken: quoted where nothing else is said.
        units = distinct([unit for unit in units if not unit.document.ocr] or units)
        if centre is None or not units:
            return units
        # Near to the theme, and to what their own document is about.
        titles = list(dict.fromkeys(unit.document.title for unit in units))
        about = dict(zip(titles, embedded(searching, titles, self._slices), strict=True))
        told = embedded(searching, [unit.text for unit in units], self._slices)
        score = np.array([
            levelled(searching, vector, spoken) @ (centre + levelled(searching, about[unit.document.title], spoken))
            for unit, vector in zip(units, told, strict=True)
            for spoken in (unit.document.language,)
        ])  # fmt: skip
        return [units[int(n)] for n in np.argsort(-score, kind="stable")]

    def _stands(self, unit: Unit) -> bool:
        """Whether a unit is a whole sentence that says something by itself: no row, no list of documents, and nothing of a preamble."""
        block = unit.document.blocks[unit.block]
        introduces = unit.document.kind == "resolution" and block.number is None
        whole = block.kind in ("paragraph", "item") and unit.text.rstrip().endswith(ENDS)
        lists = len({mention.symbol for mention in find_symbols(unit.text)}) > 1
        return whole and not introduces and not lists and len(unit.text) <= LONGEST and self._chooser.usable(unit)


def _date(unit: Unit) -> str:
    return unit.document.date or ""
