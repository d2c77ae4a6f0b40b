"""Runs checks on the set: true sentences that they reject, corruptions that they catch; and prints tables of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml
from rich.console import Console
from rich.text import Text

from assistant.grounding.exact_values import Source
from assistant.grounding.sentence_check import SupportCheck
from corpus.documents import LANGUAGES
from corpus.embedding import Embedder
from eval.metrics.support import check_support
from eval.output import format_number, print_table
from eval.support.corrupt import KINDS, Sentence, corruptions

TRUE = "true"
Stands = Callable[[str, str, str], bool]
"""From a claim, its source and their language to whether the claim is accepted."""


@dataclass(frozen=True)
class ClaimResult:
    """The result of a check on one claim: `right` where it accepted a true one, or rejected a false one."""

    kind: str
    language: str
    held_out: bool
    right: bool
    claim: str
    source: str


def run_time_check(embedder: Embedder | None) -> Stands:
    """The check that a model's sentences must pass before they are shown."""
    check = SupportCheck(embedder)
    return lambda claim, source, language: check(claim, [Source(source, language)]).whole


def evaluation_check() -> Stands:
    """The check by which the evaluation judges citations, which is independent of the other."""
    return lambda claim, source, language: check_support(claim, [source], language=language).whole


def measure(stands: Stands) -> Iterator[ClaimResult]:
    """Runs a check on every sentence of the set and on every corruption of one."""
    sentences = true_sentences()
    for each in sentences:
        right = stands(each.claim, each.source, each.language)
        yield ClaimResult(TRUE, each.language, held_out(each.source), right, each.claim, each.source)
    for made in corruptions(sentences):
        right = not stands(made.claim, made.source, made.language)
        yield ClaimResult(made.kind, made.language, held_out(made.source), right, made.claim, made.source)


def summarise_kinds(told: Sequence[ClaimResult]) -> list[dict[str, Any]]:
    """By kind: number of claims, the share that was judged correctly, and that of the held-out half. `all` are the
    corruptions together."""
    rows = [_row(kind, [each for each in told if each.kind == kind]) for kind in (TRUE, *KINDS)]
    return [*rows, _row("all", [each for each in told if each.kind != TRUE])]


def _row(name: str, told: Sequence[ClaimResult]) -> dict[str, Any]:
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


def _share(told: Sequence[ClaimResult]) -> float | None:
    return sum(each.right for each in told) / len(told) if told else None


def true_sentences() -> list[Sentence]:
    """All true sentences, by language in the order of the files."""
    made = []
    for language in LANGUAGES:
        text = (files("eval") / "support" / f"{language}.yaml").read_text(encoding="utf-8")
        for each in yaml.safe_load(text):
            first, second = each["swap"]
            made.append(Sentence(language, each["source"], each["claim"], (str(first), str(second))))
    return made


def held_out(source: str) -> bool:
    """Whether a source belongs to the half that no threshold was fitted on; decided by its hash."""
    return hashlib.sha256(source.encode()).digest()[0] % 2 == 1


def print_shares(console: Console, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """A line a kind: what the check of written sentences and the evaluation's own judge right, in all and of the half
    that nothing was fitted on, and where the first errs."""
    told = []
    for row, other in zip(rows["check"], rows["evaluation"], strict=True):
        wrong = ", ".join(f"{code} {n}/{of}" for code, (n, of) in row["wrong_by_language"].items() if n)
        name = "true, stand" if row["kind"] == TRUE else f"{row['kind']}, caught"
        told.append(
            [
                name,
                row["count"],
                format_number(row["right"]),
                format_number(row["held_out"]),
                format_number(other["right"]),
                wrong,
            ]
        )
    print_table(console, ("Kind", "Claims", "Right", "Held out", "Evaluation's check", "Wrong, by language"), told)


def print_faults(console: Console, told: Sequence[ClaimResult]) -> None:
    """Prints each claim that was judged wrongly, with its source."""
    for each in told:
        if not each.right:
            half = "held out" if each.held_out else "fitted"
            console.print(Text(f"{each.kind} ({each.language}, {half}): {each.claim}\n    {each.source}"))
