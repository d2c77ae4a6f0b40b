"""Citation precision and recall after ALCE (Gao et al., EMNLP 2023, arXiv 2305.14627, section 4.3), at the level of claims.

The entailment model of the paper is replaced by the rules of `eval.metrics.support`. Both measures lie in 0..1 and are
those of one record; a run has their mean over records. They are None for a record without claims (nothing is claimed),
and 0 for one with claims but without citations. A claim that cites a thing twice cites it once.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics.support import Source, Support, supported
from eval.runs.records import Claim, Record

__all__ = ["Source", "Support", "citation_precision", "citation_recall", "claim_support", "needed", "supported"]


def citation_recall(record: Record) -> float | None:
    """The share of the claims that are wholly supported by all that they cite together."""
    if not record.claims:
        return None
    return sum(claim_support(record, claim).whole for claim in record.claims) / len(record.claims)


def citation_precision(record: Record) -> float | None:
    """The share of the citations, counted claim by claim, that are not irrelevant.

    As in the paper, a citation counts if its claim is supported, and it supports the claim alone or the others don't
    support it without it. No citation of an unsupported claim counts.
    """
    if not record.claims:
        return None
    counted = [each for claim in record.claims for each in needed(record, claim)]
    return sum(counted) / len(counted) if counted else 0.0


def claim_support(record: Record, claim: Claim) -> Support:
    """Whether a claim is supported by what it cites, and by what not."""
    sources, derived = _sources(record, claim)
    return supported(claim.text, sources, derived=derived)


def needed(record: Record, claim: Claim) -> list[bool]:
    """For each citation of a claim, in the order cited, whether it counts for precision.

    Single citations are tested in the way in which all together support the claim: what is quoted word for word is not
    called superfluous because the rest has most of the words.
    """
    sources, derived = _sources(record, claim)
    whole = supported(claim.text, sources, derived=derived)
    if not whole.whole:
        return [False] * len(sources)

    def holds(some: Sequence[Source]) -> bool:
        return supported(claim.text, some, derived=derived, how=whole.how).whole

    return [holds([each]) or not holds([*sources[:n], *sources[n + 1 :]]) for n, each in enumerate(sources)]


def _sources(record: Record, claim: Claim) -> tuple[list[Source], bool]:
    cited = [record.citations[n] for n in dict.fromkeys(claim.cited) if 0 <= n < len(record.citations)]
    sources = [Source(each.quote, each.document, each.locator) for each in cited]
    return sources, claim.verdict == "derived"
