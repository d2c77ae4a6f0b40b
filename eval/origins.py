"""How well it is told where the words of a text come from, against labels made by reading.

The shipped labels (`eval/cases/origins.jsonl`) hold no text: one line for each document, with paragraphs as `[place, kind, earlier
document, place there]`, the last two null for a paragraph that no earlier text has. They were made with difflib over whole texts,
word by word, and by reading wherever that left a doubt; where the comparison told otherwise both texts were read again, which changed
four labels (a comma, a word that the PDF file breaks).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.reports.comparison.provenance import find_origins
from corpus.library import Library
from eval.cases import EvaluationError
from eval.output import RoundedFigures

Kind = Literal["verbatim", "changed", "new"]


@dataclass(frozen=True)
class Labelled:
    """Paragraphs of a document by place, each with what became of it and symbol and locator of the earlier place, if any."""

    document: str
    paragraphs: tuple[tuple[str, Kind, str | None, str | None], ...]


@dataclass(frozen=True)
class Scores(RoundedFigures):
    """Of labelled `paragraphs`: how many have the right place (or rightly none), and the right kind as well; `invented` counts
    places that are told of new ones, `missed` old ones of which none is told."""

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
"""How `Scores` are told."""


def compute_scores(library: Library, labels: Sequence[Labelled]) -> Scores:
    """Looks up the origins in a library that contains the labelled texts and the earlier ones. Raises
    `EvaluationError` where one is missing."""
    count = places = kinds = invented = missed = 0
    wrong = []
    for each in labels:
        held = library.find_documents(each.document)
        if not held:
            raise EvaluationError(f"{each.document} is not in the library. Ingest the labelled documents first.")
        told = {
            one.citation.locator.removeprefix(f"{held[0].label}, "): one
            for one in find_origins(library, held[0]).paragraphs
        }
        for place, kind, symbol, there in each.paragraphs:
            wanted = (symbol, there) if symbol else None
            count += 1
            one = told.get(place)
            first = one.earlier[0] if one and one.earlier else None
            cited = first.citation if first else None
            got = (
                (cited.symbol, cited.locator.removeprefix(f"{library.document(cited.document).label}, "))
                if cited
                else None
            )
            same = "new" if first is None else "verbatim" if first.verbatim else "changed"
            places += got == wanted
            kinds += got == wanted and same == kind
            invented += wanted is None and got is not None
            missed += wanted is not None and got is None
            if got != wanted or same != kind:
                wrong.append(f"{each.document}, {place}: {kind} {wanted or ''} is told as {same} {got or ''}")
    return Scores(count, places, kinds, invented, missed, tuple(wrong))
