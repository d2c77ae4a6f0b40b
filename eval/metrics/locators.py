"""Whether an answer cites the right documents and places.

All compare the places that the claims cite with the gold places of the case. Where a case needs each gold place
(comparisons, multi-hop), all must be cited; elsewhere one suffices. The measures are the project's own; place precision
stands beside them, for citing everything would reach every gold place.
"""

from __future__ import annotations

from collections.abc import Callable

from eval.cases import Case, Place
from eval.runs.records import Cited, Record

_Meets = Callable[[Place, Cited], bool]


def cited_by_claims(record: Record) -> list[Cited]:
    """The citations that the claims use, each once, in the order of their numbers."""
    used = {n for claim in record.claims for n in claim.cited}
    return [cited for n, cited in enumerate(record.citations) if n in used]


def document_exact(case: Case, record: Record) -> bool | None:
    """Whether the documents of the gold places are cited. None for a case of which no gold place is known, or no answer."""
    return _exact(case, record, _in_document)


def paragraph_exact(case: Case, record: Record) -> bool | None:
    """Whether the gold places themselves are cited (`Place.holds`). None as for the documents."""
    return _exact(case, record, _in_place)


def place_precision(case: Case, record: Record) -> float | None:
    """The share of the claims' citations that lie in a gold place, 0..1. None for a case of which no gold place is known,
    or no answer; 0 for an answer without citations."""
    if not case.placed or not record.answered:
        return None
    cited = cited_by_claims(record)
    hits = sum(any(_in_place(place, each) for place in case.gold) for each in cited)
    return hits / len(cited) if cited else 0.0


def _in_document(place: Place, cited: Cited) -> bool:
    return any(each.is_of(cited.document, cited.source) for each in place.each)


def _in_place(place: Place, cited: Cited) -> bool:
    return place.holds(cited.document, cited.locator, cited.at)


def _exact(case: Case, record: Record, meets: _Meets) -> bool | None:
    if not case.placed or not record.answered:
        return None
    cited = cited_by_claims(record)
    met = [any(meets(place, each) for each in cited) for place in case.gold]
    return all(met) if case.needs_each else any(met)
