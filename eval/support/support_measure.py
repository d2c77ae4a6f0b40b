"""What checks make of the set: true sentences that they reject, corruptions that they catch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.support.claim_sources import Source
from assistant.support.sentence_check import SupportCheck
from corpus.embedding import Embedder
from eval.metrics.support import supported
from eval.support.corrupt import KINDS, corruptions
from eval.support.support_sentences import held_out, true_sentences

TRUE = "true"
Stands = Callable[[str, str, str], bool]
"""From a claim, its source and their language to whether the claim stands."""


@dataclass(frozen=True)
class Told:
    """What a check made of one claim: `right` where it let a true one stand, or caught a false one."""

    kind: str
    language: str
    held_out: bool
    right: bool
    claim: str
    source: str


def run_time(embedder: Embedder | None) -> Stands:
    """The check that a model's sentences pass before they are shown."""
    check = SupportCheck(embedder)
    return lambda claim, source, language: check(claim, [Source(source, language)]).whole


def evaluation() -> Stands:
    """The check by which the evaluation judges citations, which shares no judgement with the other."""
    return lambda claim, source, language: supported(claim, [source], language=language).whole


def measure(stands: Stands) -> Iterator[Told]:
    """What a check makes of every sentence of the set and of every corruption of one."""
    sentences = true_sentences()
    for each in sentences:
        right = stands(each.claim, each.source, each.language)
        yield Told(TRUE, each.language, held_out(each.source), right, each.claim, each.source)
    for made in corruptions(sentences):
        right = not stands(made.claim, made.source, made.language)
        yield Told(made.kind, made.language, held_out(made.source), right, made.claim, made.source)


def shares(told: Sequence[Told]) -> list[dict[str, Any]]:
    """By kind: how many, the share that was judged right, and that of the half that nothing was fitted on. `all` are the
    corruptions together."""
    rows = [_row(kind, [each for each in told if each.kind == kind]) for kind in (TRUE, *KINDS)]
    return [*rows, _row("all", [each for each in told if each.kind != TRUE])]


def _row(name: str, told: Sequence[Told]) -> dict[str, Any]:
    apart = [each for each in told if each.held_out]
    by = Counter(each.language for each in told)
    wrong = Counter(each.language for each in told if not each.right)
    return {
        "kind": name,
        "count": len(told),
        "right": _share(told),
        "held_out_count": len(apart),
        "held_out": _share(apart),
        "wrong_by_language": {language: [wrong[language], count] for language, count in sorted(by.items())},
    }


def _share(told: Sequence[Told]) -> float | None:
    return sum(each.right for each in told) / len(told) if told else None
