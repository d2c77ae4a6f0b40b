"""Whether an answer says what it must: the facts of the case."""

from __future__ import annotations

from collections.abc import Sequence

from eval.cases import Case
from eval.runs.records import Claim, Record
from eval.wording import says


def said(record: Record) -> str:
    """What the user reads: the claims, and the places and quotes that these cite. Citations that no claim uses, passages
    offered to read and notes are no part of it. Empty for a record that shows nothing."""
    return _said(record, record.claims) if record.shown else ""


def _said(record: Record, claims: Sequence[Claim]) -> str:
    used = sorted({n for claim in claims for n in claim.cited if 0 <= n < len(record.citations)})
    cited = [f"{record.citations[n].locator}\n{record.citations[n].quote}" for n in used]
    return "\n".join([*(claim.text for claim in claims), *cited])


def shown_facts(case: Case, record: Record, first: int | None = None) -> bool:
    """Whether what is shown, as an answer or as what comes closest, says every fact; the `first` claims of it, or all."""
    text = _said(record, record.claims[:first]) if record.shown else ""
    return bool(text) and all(any(says(text, fact) for fact in alternatives) for alternatives in case.facts)


def useful_claims(case: Case, record: Record) -> float | None:
    """The share of the claims shown that say a fact or cite a gold place; None where nothing is shown."""
    if not record.shown:
        return None
    useful = 0
    for claim in record.claims:
        text = _said(record, [claim])
        cited = [record.citations[n] for n in claim.cited if 0 <= n < len(record.citations)]
        told = any(says(text, fact) for alternatives in case.facts for fact in alternatives)
        useful += told or any(
            place.holds(each.document, each.locator, each.at) for place in case.gold for each in cited
        )
    return useful / len(record.claims)


def fact_recall(case: Case, record: Record) -> float:
    """The share of the required facts that the answer says, 0..1; any alternative of a fact will do (`eval.wording`).

    After the nugget recall of TREC's question answering tracks (Voorhees, "Overview of the TREC 2003 Question Answering
    Track"), here with every nugget vital and found by comparison instead of by an assessor. A record that does not
    answer says nothing: 0. A case without facts: 1 for an answer, 0 for none.
    """
    if not record.answered:
        return 0.0
    text = said(record)
    met = [any(says(text, fact) for fact in alternatives) for alternatives in case.facts]
    return sum(met) / len(met) if met else 1.0
