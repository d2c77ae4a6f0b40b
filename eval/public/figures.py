"""Figures over the outcomes of public sets, each with a 95 % interval, and how well retrieval ranks their documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.qa.engine import Engine
from eval.metrics.ranking import ndcg, recall_at, reciprocal_rank
from eval.metrics.statistics import Figure, figure
from eval.public.public_shelf import index_of

RANKED = 10
"""Documents that are ranked for a question."""
_DEPTH = 60
"""Passages that are retrieved to rank them: a document may hold several."""
Outcome = dict[str, Any]
"""What came out for one row, by name; JSON values."""


Figures = Mapping[str, Figure]


def rank(engine: Engine, question: str, without: int | None = None) -> list[int]:
    """The numbers of the best texts, each once, by the best of their passages; `without` is left out."""
    found = dict.fromkeys(index_of(each.document.key) for each in engine.search(question, _DEPTH))
    return [index for index in found if index != without][:RANKED]


def judged(ranked: Sequence[int], gains: Mapping[int, float]) -> Outcome:
    """The outcome of one question; `gains` are the grades of the relevant texts."""
    relevant = [index for index, gain in gains.items() if gain > 0]
    return {
        "ranked": list(ranked),
        "relevant": relevant,
        "ndcg10": ndcg(ranked, dict(gains.items()), 10),
        "recall": [recall_at(ranked, relevant, k) for k in (1, 5, 10)],
        "rr": reciprocal_rank(ranked, relevant),
    }


def ranking_figures(outcomes: Sequence[Outcome]) -> Figures:
    """nDCG@10, recall at 1, 5 and 10, and MRR@10."""
    return {
        "nDCG@10": figure([each["ndcg10"] for each in outcomes]),
        **{f"R@{k}": figure([each["recall"][n] for each in outcomes]) for n, k in enumerate((1, 5, 10))},
        "MRR@10": figure([each["rr"] for each in outcomes]),
    }
