"""Measures checks of sentences on the set: how many true ones they accept and how many corruptions they reject; prints tables."""

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
from eval.support.corrupt import KINDS, Corruption, Sentence, corruptions

TRUE = "true"
Accepts = Callable[[str, str, str], bool]
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


def run_time_check(embedder: Embedder | None) -> Accepts:
    """The check that a model's sentences must pass before they are shown."""
    check = SupportCheck(embedder)
    return lambda claim, source, language: check(claim, [Source(source, language)]).whole


def evaluation_check() -> Accepts:
    """The check by which the evaluation judges citations, which is independent of the other."""
    return lambda claim, source, language: check_support(claim, [source], language=language).whole


def measure(accepts: Accepts) -> Iterator[ClaimResult]:
    """Runs a check on every sentence of the set and on every corruption of one."""
    sentences = true_sentences()
    yield from (_judge(accepts, TRUE, each) for each in sentences)
    yield from (_judge(accepts, each.kind, each) for each in corruptions(sentences))


def _judge(accepts: Accepts, kind: str, each: Sentence | Corruption) -> ClaimResult:
    right = accepts(each.claim, each.source, each.language) == (kind == TRUE)
    return ClaimResult(kind, each.language, held_out(each.source), right, each.claim, each.source)


def summarise_kinds(results: Sequence[ClaimResult]) -> list[dict[str, Any]]:
    """By kind (`all`: the corruptions): number of claims, share judged correctly, and that of the held-out half."""
    rows = [_row(kind, [each for each in results if each.kind == kind]) for kind in (TRUE, *KINDS)]
    return [*rows, _row("all", [each for each in results if each.kind != TRUE])]


def _row(name: str, results: Sequence[ClaimResult]) -> dict[str, Any]:
    held_out_results = [each for each in results if each.held_out]
    by_language = Counter(each.language for each in results)
    wrong = Counter(each.language for each in results if not each.right)
    return {
        "kind": name,
        "count": len(results),
        "right": _share(results),
        "held_out_count": len(held_out_results),
        "held_out": _share(held_out_results),
        "wrong_by_language": {language: [wrong[language], count] for language, count in sorted(by_language.items())},
    }


def _share(results: Sequence[ClaimResult]) -> float | None:
    return sum(each.right for each in results) / len(results) if results else None


def true_sentences() -> list[Sentence]:
    """All true sentences, by language in the order of the files."""
    sentences = []
    for language in LANGUAGES:
        text = (files("eval") / "support" / f"{language}.yaml").read_text(encoding="utf-8")
        for each in yaml.safe_load(text):
            first, second = each["swap"]
            sentences.append(Sentence(language, each["source"], each["claim"], (str(first), str(second))))
    return sentences


def held_out(source: str) -> bool:
    """Whether a source belongs to the half that no threshold was fitted on; decided by its hash."""
    return hashlib.sha256(source.encode()).digest()[0] % 2 == 1


def print_shares(console: Console, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Prints a row for each kind: the share that the check of written sentences judges correctly, in total and in the
    held-out half, that of the evaluation's own check, and the errors of the first by language."""
    table = []
    for row, other in zip(rows["check"], rows["evaluation"], strict=True):
        wrong = ", ".join(f"{code} {n}/{of}" for code, (n, of) in row["wrong_by_language"].items() if n)
        name = "true, stand" if row["kind"] == TRUE else f"{row['kind']}, caught"
        shares = map(format_number, (row["right"], row["held_out"], other["right"]))
        table.append([name, row["count"], *shares, wrong])
    print_table(console, ("Kind", "Claims", "Right", "Held out", "Evaluation's check", "Wrong, by language"), table)


def print_faults(console: Console, results: Sequence[ClaimResult]) -> None:
    """Prints each claim that was judged wrongly, with its source."""
    for each in results:
        if not each.right:
            half = "held out" if each.held_out else "fitted"
            console.print(Text(f"{each.kind} ({each.language}, {half}): {each.claim}\n    {each.source}"))
