"""Ranking metrics over retrieved items, best first. All lie in 0..1, and all are 0 where nothing is relevant.

A repeated item counts at its first rank, so that repeating a hit never gains. The tests compare these with
`ir-measures` (MacAvaney, Macdonald and Ounis, "Streamlining Evaluation with ir-measures", ECIR 2022).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping, Sequence


def recall_at(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """Recall@k: the share of the relevant items that are among the first k (Manning, Raghavan and Schütze,
    "Introduction to Information Retrieval", 2008, ch. 8). `k` must be positive."""
    relevant_set = set(relevant)
    return len(relevant_set & set(_first_k(ranked, k))) / len(relevant_set) if relevant_set else 0.0


def reciprocal_rank(ranked: Sequence[Hashable], relevant: Collection[Hashable]) -> float:
    """1 / rank of the first relevant item, 0 where there is none; its mean is MRR (Voorhees, TREC-8 QA track, 1999)."""
    relevant_set = set(relevant)
    return next((1 / n for n, item in enumerate(dict.fromkeys(ranked), 1) if item in relevant_set), 0.0)


def ndcg(ranked: Sequence[Hashable], gains: Mapping[Hashable, float] | Collection[Hashable], k: int) -> float:
    """nDCG@k (Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002), discount log2(rank
    + 1).

    `gains` are the relevant items, each with gain 1, or a mapping from item to gain; items with a gain of zero or
    less are not relevant. The gain itself is used, as in trec_eval, not 2 ** gain - 1. `k` must be positive."""
    gain_of = gains if isinstance(gains, Mapping) else dict.fromkeys(gains, 1.0)
    positive = {item: float(gain) for item, gain in gain_of.items() if gain > 0}
    achieved = sum(positive.get(item, 0.0) / math.log2(n + 1) for n, item in enumerate(_first_k(ranked, k), 1))
    best = sorted(positive.values(), reverse=True)[:k]
    ideal = sum(gain / math.log2(n + 1) for n, gain in enumerate(best, 1))
    return achieved / ideal if ideal else 0.0


def _first_k(ranked: Sequence[Hashable], k: int) -> list[Hashable]:
    if k < 1:
        raise ValueError(f"the rank k must be 1 or more, not {k}")
    return list(dict.fromkeys(ranked))[:k]
