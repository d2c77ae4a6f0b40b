"""Why cases with an answer are not shown it: what the first stage was that lost it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from eval.cases import Case
from eval.metrics.facts import shown_facts
from eval.metrics.locators import cited_by_claims
from eval.runs.records import Record

SHOWN = "shown"
CAUSES: Mapping[str, str] = {
    SHOWN: "all facts are shown",
    "failed": "something broke",
    "not retrieved": "no gold place is among the retrieved passages",
    "passed over": "one is, and nothing is shown",
    "another place": "one is, and only other places are shown",
    "a fact missing": "a gold place is shown, but not all facts",
}
"""What became of a case with an answer, the first that holds; a record that tells no passages can't say what was retrieved."""


def cause(case: Case, record: Record) -> str:
    """The key of `CAUSES` that holds for an answerable case."""
    if shown_facts(case, record):
        return SHOWN
    if record.status == "failed":
        return "failed"
    cited = cited_by_claims(record) if record.shown else []
    if any(place.holds(each.document, each.locator, each.at) for place in case.gold for each in cited):
        return "a fact missing"
    stretches = record.stretches or (None,) * len(record.ranked)
    retrieved = any(
        place.holds(*each, at)
        for held, at in zip(record.places, stretches, strict=True)
        for each in held
        for place in case.gold
    )
    if record.ranked and not retrieved:
        return "not retrieved"
    return "another place" if record.shown else "passed over"


def causes(pairs: Sequence[tuple[Case, Record]]) -> dict[str, int]:
    """How many answerable cases there are of each cause, in the order of `CAUSES`."""
    counted = Counter(cause(case, record) for case, record in pairs if case.answerable and case.placed)
    return {name: counted[name] for name in CAUSES if counted[name]}
