"""How well the origin of paragraphs in earlier texts is found, compared with manual labels.

The shipped labels (`eval/cases/origins.jsonl`) contain no text: one line for each document, with paragraphs as
`[place, kind, earlier document, place there]`, the last two null for a paragraph that is in no earlier text. They were
made with difflib over whole texts, word by word, and by reading in cases of doubt. Where the comparison gave another
result both texts were read again, which changed four labels (a comma, a word that the PDF file breaks).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.reports.comparison.provenance import find_origins
from corpus.library import Library
from eval.cases import EvaluationError
from eval.output import RoundedFigures
from eval.systems.rapporteur import build_citation

Kind = Literal["verbatim", "changed", "new"]


@dataclass(frozen=True)
class Labelled:
    """Paragraphs of a document: place, kind, and symbol and locator of the earlier place, if any."""

    document: str
    paragraphs: tuple[tuple[str, Kind, str | None, str | None], ...]


@dataclass(frozen=True)
class Scores(RoundedFigures):
    """Numbers of labelled `paragraphs`: `places` with the correct place (or correctly none), `kinds` also with the
    correct kind, `invented` new ones for which a place was returned, `missed` earlier ones for which none was."""

    paragraphs: int
    places: int
    kinds: int
    invented: int
    missed: int
    wrong: tuple[str, ...]


COLUMNS = {
    "paragraphs": "{0.paragraphs}", "right place": "{0.places}", "and kind": "{0.kinds}", "invented": "{0.invented}",
    "missed": "{0.missed}",
}  # fmt: skip
"""Table columns of `Scores`."""


def compute_scores(library: Library, labels: Sequence[Labelled]) -> Scores:
    """Looks up the origins in a library that contains the labelled texts and the earlier ones. Raises
    `EvaluationError` where one is missing."""
    count = places = kinds = invented = missed = 0
    wrong = []
    for each in labels:
        stored = library.find_documents(each.document)
        if not stored:
            raise EvaluationError(f"{each.document} is not in the library. Ingest the labelled documents first.")
        origins = {
            build_citation(origin.citation, library).locator: origin
            for origin in find_origins(library, stored[0]).paragraphs
        }
        for place, kind, symbol, locator in each.paragraphs:
            expected = (symbol, locator) if symbol else None
            count += 1
            origin = origins.get(place)
            first = origin.earlier[0] if origin and origin.earlier else None
            cited = build_citation(first.citation, library) if first else None
            found = (cited.document, cited.locator) if cited else None
            found_kind = "new" if first is None else "verbatim" if first.verbatim else "changed"
            places += found == expected
            kinds += found == expected and found_kind == kind
            invented += expected is None and found is not None
            missed += expected is not None and found is None
            if found != expected or found_kind != kind:
                wrong.append(f"{each.document}, {place}: {kind} {expected or ''}, found {found_kind} {found or ''}")
    return Scores(count, places, kinds, invented, missed, tuple(wrong))
