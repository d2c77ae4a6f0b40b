"""All figures of one case, by which runs are compared and summarised; and why answerable cases are not answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from eval.cases import Case
from eval.metrics import answers
from eval.metrics.ranking import ndcg, recall_at, reciprocal_rank
from eval.runs.records import Record

MEASURES: Mapping[str, str] = {
    "right": "all cases: an answerable one answered with every fact, another one abstained from",
    "fact_recall": "answerable cases: share of the required facts that the answer says",
    "all_facts": "answerable cases: whether it says every one",
    "answered": "answerable cases: whether there is an answer at all",
    "tentative": "all cases: whether the closest passages are shown, marked as not certain to answer",
    "shown": "answerable cases: whether every fact is in what is shown, as an answer or as what comes closest",
    "shown_first": "answerable cases: the same of the first statement alone",
    "useful": "answerable cases with anything shown: share of the statements that say a fact or cite a gold place",
    "passage_cited": "answerable cases: whether there is an answer that cites the gold places",
    "citation_recall": "answers: share of the claims supported by what they cite (ALCE)",
    "citation_precision": "answers: share of the citations that are not irrelevant (ALCE)",
    "document_exact": "answers to answerable cases: whether the gold documents are cited",
    "paragraph_exact": "answers to answerable cases: whether the gold places are cited",
    "place_precision": "answers to answerable cases: share of the citations in a gold place",
    "quote_exact": "answers with citations: share of the quotes that are the exact words of the document",
    "recall_at_1": "answerable cases: recall of the gold places among the first retrieved passage",
    "recall_at_5": "answerable cases: the same among the first 5",
    "recall_at_10": "answerable cases: the same among the first 10",
    "mrr": "answerable cases: reciprocal rank of the first passage in a gold place",
    "ndcg_at_10": "answerable cases: nDCG@10 with the gold places as what is relevant",
}
"""Measures of a case, all 0..1 and higher is better, with the cases that they apply to."""


def abstained(record: Record) -> bool:
    """Whether a record abstains; one that shows the closest passages, or failed, does not."""
    return not record.shown and record.status != "failed"


def right(case: Case, record: Record) -> bool:
    """Whether a record is right for its case: it states every fact, or abstains where there is no answer."""
    return answers.fact_recall(case, record) == 1.0 if case.answerable else abstained(record)


def scores(
    case: Case, record: Record, text_of: Callable[[str], str], retrieves: bool | None = None
) -> dict[str, float | None]:
    """The measures of one case, by name; None where a measure does not apply to the case.

    A failed record scores 0 in every measure that an answer to its case could have had. `text_of` as in
    `quote_exact`. `retrieves` says whether the system reports what it retrieves: then a record without passages
    retrieved nothing, and scores 0; where it is None, the record itself decides."""
    values: dict[str, float | None] = dict.fromkeys(MEASURES)
    values["right"] = right(case, record)
    values["tentative"] = record.shown and not record.answered
    if case.answerable:
        values["shown"] = answers.shown_facts(case, record)
        values["shown_first"] = answers.shown_facts(case, record, 1)
        values["useful"] = answers.useful_claims(case, record)
        values["fact_recall"] = answers.fact_recall(case, record)
        values["all_facts"] = values["fact_recall"] == 1.0
        values["answered"] = record.answered
        if case.has_located_gold:
            values["passage_cited"] = bool(answers.paragraph_exact(case, record))
        if (
            case.has_located_gold
            and (bool(record.ranked) if retrieves is None else retrieves)
            and _can_locate_passages(case, record)
        ):
            values.update(_ranking_figures(case, record))
    if record.answered:
        values["citation_recall"] = answers.citation_recall(record)
        values["citation_precision"] = answers.citation_precision(record)
        values["quote_exact"] = answers.quote_exact(record, text_of)
        if case.answerable:
            values["document_exact"] = answers.document_exact(case, record)
            values["paragraph_exact"] = answers.paragraph_exact(case, record)
            values["place_precision"] = answers.place_precision(case, record)
    elif record.status == "failed" and case.answerable:
        values.update(dict.fromkeys(("citation_recall", "citation_precision", "quote_exact", "useful"), 0.0))
        if case.has_located_gold:
            values.update(dict.fromkeys(("document_exact", "paragraph_exact", "place_precision"), 0.0))
    return {name: None if value is None else float(value) for name, value in values.items()}


def _can_locate_passages(case: Case, record: Record) -> bool:
    """Whether retrieved passages can be compared with gold places that are given by words."""
    by_words = any(each.span for place in case.gold for each in place.acceptable)
    return not by_words or bool(record.stretches) or not record.ranked


def _gold_places_by_passage(case: Case, record: Record) -> list[list[int]]:
    """For each retrieved passage, best first, the numbers of the gold places that it covers."""
    stretches = record.stretches or (None,) * len(record.ranked)
    return [
        [n for n, place in enumerate(case.gold) if any(place.contains(*each, at) for each in places)]
        for places, at in zip(record.places, stretches, strict=True)
    ]


def _ranking_figures(case: Case, record: Record) -> dict[str, float | None]:
    """The ranking figures of a case, with gold places as the relevant items. Where one gold place is enough, all
    count as one item, and only the first passage in any of them counts; a passage in two places that are both
    needed counts as two consecutive hits."""
    items: list[int] = []
    for rank, covered in enumerate(_gold_places_by_passage(case, record), 1):
        hits = covered if case.needs_all_places else [0] * bool(covered)
        items += hits or [-rank]  # a passage outside the gold places
    relevant = range(len(case.gold)) if case.needs_all_places else range(1)
    return {
        **{f"recall_at_{k}": recall_at(items, relevant, k) for k in (1, 5, 10)},
        "mrr": reciprocal_rank(items, relevant),
        "ndcg_at_10": ndcg(items, relevant, 10),
    }


SHOWN = "shown"
CAUSES: Mapping[str, str] = {
    SHOWN: "all facts are shown",
    "failed": "something broke",
    "not retrieved": "no gold place is among the retrieved passages",
    "passed over": "one is, and nothing is shown",
    "another place": "one is, and only other places are shown",
    "a fact missing": "a gold place is shown, but not all facts",
}
"""The outcome of an answerable case, the first that applies; for a record without retrieved passages `not retrieved`
can't be told."""


def cause(case: Case, record: Record) -> str:
    """The key of `CAUSES` that applies to an answerable case."""
    if answers.shown_facts(case, record):
        return SHOWN
    if record.status == "failed":
        return "failed"
    if record.shown and any(map(case.is_gold_citation, record.cited_by(*record.claims))):
        return "a fact missing"
    if record.ranked and not any(_gold_places_by_passage(case, record)):
        return "not retrieved"
    return "another place" if record.shown else "passed over"


def count_causes(pairs: Sequence[tuple[Case, Record]]) -> dict[str, int]:
    """Counts the answerable cases by cause, in the order of `CAUSES`."""
    counts = Counter(cause(case, record) for case, record in pairs if case.answerable and case.has_located_gold)
    return {name: counts[name] for name in CAUSES if counts[name]}
