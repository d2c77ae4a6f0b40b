"""Ranking metrics over retrieved items, best first. All lie in 0..1, and all are 0 where nothing is relevant.

An item that is listed twice counts at its first rank, so that repeating a hit never gains. The tests hold these against
`ir-measures` (MacAvaney, Macdonald and Ounis, "Streamlining Evaluation with ir-measures", ECIR 2022).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping, Sequence


def recall_at(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """Recall@k: the share of the relevant items that are among the first k (Manning, Raghavan and Schütze,
    "Introduction to Information Retrieval", 2008, ch. 8). `k` must be positive."""
    wanted = set(relevant)
    return len(wanted & set(_first(ranked, k))) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranked: Sequence[Hashable], relevant: Collection[Hashable]) -> float:
    """1 / rank of the first relevant item, 0 where there is none; its mean is MRR (Voorhees, TREC-8 QA track, 1999)."""
    wanted = set(relevant)
    return next((1 / n for n, item in enumerate(dict.fromkeys(ranked), 1) if item in wanted), 0.0)


def ndcg(ranked: Sequence[Hashable], gains: Mapping[Hashable, float] | Collection[Hashable], k: int) -> float:
    """nDCG@k (Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002), discount log2(rank + 1).

    `gains` are the relevant items, which gain 1 each, or their gains; gains of zero and less count as not relevant.
    The gain is taken as it is, as trec_eval does, not as 2 ** gain - 1. `k` must be positive.
    """
    given = gains if isinstance(gains, Mapping) else dict.fromkeys(gains, 1.0)
    known = {item: float(gain) for item, gain in given.items() if gain > 0}
    reached = sum(known.get(item, 0.0) / math.log2(n + 1) for n, item in enumerate(_first(ranked, k), 1))
    best = sorted(known.values(), reverse=True)[:k]
    ideal = sum(gain / math.log2(n + 1) for n, gain in enumerate(best, 1))
    return reached / ideal if ideal else 0.0


def _first(ranked: Sequence[Hashable], k: int) -> list[Hashable]:
    if k < 1:
        raise ValueError(f"the rank k must be 1 or more, not {k}")
    return list(dict.fromkeys(ranked))[:k]
