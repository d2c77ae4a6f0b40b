"""All figures of one case: what runs are compared and summarised by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eval.cases import Case
from eval.metrics.attribution import citation_precision, citation_recall
from eval.metrics.facts import fact_recall, shown_facts, useful_claims
from eval.metrics.locators import document_exact, paragraph_exact, place_precision
from eval.metrics.quotes import quote_exact
from eval.metrics.ranking import ndcg, recall_at, reciprocal_rank
from eval.runs.records import Record

MEASURES: Mapping[str, str] = {
    "right": "all cases: an answerable one answered with every fact, another one abstained from",
    "fact_recall": "answerable cases: share of the required facts that the answer says",
    "all_facts": "answerable cases: whether it says every one",
    "answered": "answerable cases: whether there is an answer at all",
    "tentative": "all cases: whether what comes closest is shown, told as not certain to answer",
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
"""Measures of a case, all 0..1 and higher is better, with the cases that they are about."""


def abstained(record: Record) -> bool:
    """Whether a record says that it has no answer; one that shows what comes closest, or failed, does not."""
    return not record.shown and record.status != "failed"


def right(case: Case, record: Record) -> bool:
    """Whether a record does right by its case: says every fact, or abstains where there is nothing to say."""
    return fact_recall(case, record) == 1.0 if case.answerable else abstained(record)


def scores(
    case: Case, record: Record, text_of: Callable[[str], str], retrieves: bool | None = None
) -> dict[str, float | None]:
    """The measures of one case, by name; None where a measure is not about this case.

    A failed record scores 0 in every measure that an answer to its case could have had. `text_of` as in `quotes`.
    `retrieves` says whether the system shows what it retrieves: then a record without passages retrieved nothing, and
    scores 0; where it is not given, the record itself tells.
    """
    made: dict[str, float | None] = dict.fromkeys(MEASURES)
    made["right"] = float(right(case, record))
    made["tentative"] = float(record.shown and not record.answered)
    if case.answerable:
        made["shown"] = float(shown_facts(case, record))
        made["shown_first"] = float(shown_facts(case, record, 1))
        made["useful"] = useful_claims(case, record)
        made["fact_recall"] = fact_recall(case, record)
        made["all_facts"] = float(made["fact_recall"] == 1.0)
        made["answered"] = float(record.answered)
        if case.placed:
            made["passage_cited"] = float(paragraph_exact(case, record) or False)
        if case.placed and (bool(record.ranked) if retrieves is None else retrieves) and _shows_where(case, record):
            made.update(_retrieval(case, record))
    if record.answered:
        made["citation_recall"] = citation_recall(record)
        made["citation_precision"] = citation_precision(record)
        made["quote_exact"] = quote_exact(record, text_of)
        if case.answerable:
            made["document_exact"] = _number(document_exact(case, record))
            made["paragraph_exact"] = _number(paragraph_exact(case, record))
            made["place_precision"] = place_precision(case, record)
    elif record.status == "failed" and case.answerable:
        made.update(dict.fromkeys(("citation_recall", "citation_precision", "quote_exact", "useful"), 0.0))
        if case.placed:
            made.update(dict.fromkeys(("document_exact", "paragraph_exact", "place_precision"), 0.0))
    return made


def _shows_where(case: Case, record: Record) -> bool:
    """Whether it can be told which passages lie in gold places that are named by their words."""
    by_words = any(each.span for place in case.gold for each in place.each)
    return not by_words or bool(record.stretches) or not record.ranked


@dataclass(frozen=True)
class _Unmatched:
    """A retrieved passage outside the gold places."""

    rank: int


def _retrieval(case: Case, record: Record) -> dict[str, float | None]:
    """Passages stand for the gold places that they lie in. Where one gold place suffices, all are one item, and only the
    first passage in any of them counts; a passage in two places that are both needed stands for two hits in a row."""
    items: list[int | _Unmatched] = []
    stretches = record.stretches or (None,) * len(record.ranked)
    for rank, (held, at) in enumerate(zip(record.places, stretches, strict=True)):
        met = [n for n, place in enumerate(case.gold) if any(place.holds(*each, at) for each in held)]
        found: list[int] = met if case.needs_each else [0] * bool(met)
        items += found or [_Unmatched(rank)]
    wanted = range(len(case.gold)) if case.needs_each else range(1)
    return {
        "recall_at_1": recall_at(items, wanted, 1),
        "recall_at_5": recall_at(items, wanted, 5),
        "recall_at_10": recall_at(items, wanted, 10),
        "mrr": reciprocal_rank(items, wanted),
        "ndcg_at_10": ndcg(items, wanted, 10),
    }


def words_said(record: Record) -> int | None:
    """How long an answer is: the words of its claims; None for no answer."""
    return sum(len(claim.text.split()) for claim in record.claims) if record.answered else None


def _number(value: bool | None) -> float | None:
    return None if value is None else float(value)
