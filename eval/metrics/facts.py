"""Whether an answer says what it must: the facts of the case."""

from __future__ import annotations

from eval.cases import Case
from eval.runs.records import Record
from eval.wording import says


def said(record: Record) -> str:
    """What the user reads as the answer: its claims, and the places and quotes that these cite. Citations that no claim
    uses, passages offered to read and notes are no part of it. Empty for a record that does not answer."""
    if not record.answered:
        return ""
    used = sorted({n for claim in record.claims for n in claim.cited if 0 <= n < len(record.citations)})
    cited = [f"{record.citations[n].locator}\n{record.citations[n].quote}" for n in used]
    return "\n".join([*(claim.text for claim in record.claims), *cited])


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


def all_facts(case: Case, record: Record) -> bool:
    """Whether the answer says every required fact."""
    return fact_recall(case, record) == 1.0
