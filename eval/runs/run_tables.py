"""Figures of runs as tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.metrics.causes import CAUSES
from eval.metrics.scores import MEASURES
from eval.metrics.summary import Figure, Outcome, Summary
from eval.runs.comparing import Comparison
from ingest.readers import visible

ABSTENTION = {
    "abstention_precision": "of the cases abstained from, the share that have no answer",
    "abstention_recall": "of the cases without an answer, the share abstained from",
    "abstention_f1": "the harmonic mean of the two",
    "aurc": "area under the risk-coverage curve of the answers given; lower is better",
    "auc": "telling cases with an answer from the others by confidence; 0.5 is chance",
    "ece": "expected calibration error of the chances told that an answer was found; lower is better",
}
MEANINGS: Mapping[str, str] = {**MEASURES, **ABSTENTION}
"""What each figure of a summary is."""


def number(value: float | None, digits: int = 3) -> str:
    """A figure for people."""
    return "–" if value is None else f"{value:.{digits}f}"


def interval(figure: Figure) -> str:
    """The interval of a figure, empty where it has none."""
    return "" if figure.low is None or figure.high is None else f"{figure.low:.3f}–{figure.high:.3f}"


def print_summary(console: Console, name: str, summary: Summary) -> None:
    """All figures of a run, and by kind, language and part how many cases it has right."""
    failed = f", {len(summary.failed)} failed" if summary.failed else ""
    told = f"{name}: {summary.cases} cases, {summary.answerable} answerable, {summary.answered} answered{failed}"
    table = Table(title=Text(visible(told)), title_justify="left", header_style="bold")
    for heading, justify in (("figure", "left"), ("value", "right"), ("95 % interval", "right"), ("cases", "right")):
        table.add_column(heading, justify="right" if justify == "right" else "left", no_wrap=True)
    table.add_column("what it is")
    for figure, meaning in MEANINGS.items():
        held = summary.figures[figure]
        if held.cases:
            table.add_row(figure, number(held.value), interval(held), str(held.cases), meaning)
    console.print(table)
    groups = Table(header_style="bold")
    for heading in ("kind, language, part", "right", "95 % interval", "cases", "passage cited", "of answerable"):
        groups.add_column(heading, justify="left" if heading.startswith("kind") else "right")
    for group, figures in [*summary.by_kind.items(), *summary.by_language.items(), *summary.by_part.items()]:
        held, cited = figures["right"], figures["passage_cited"]
        shown = number(held.value), interval(held), str(held.cases), number(cited.value), str(cited.cases)
        groups.add_row(visible(group), *shown)
    console.print(groups)
    console.print(_outcomes(summary))
    console.print(_causes(summary))
    p50, p95 = summary.latency_ms["p50"], summary.latency_ms["p95"]
    console.print(f"Latency p50 {number(p50, 0)} ms, p95 {number(p95, 0)} ms; median answer "
                  f"{number(summary.median_words, 0)} words")  # fmt: skip


OUTCOMES = ("answered", "tentative", "not found", "AUC")
"""What is told of each group of cases (`eval.metrics.summary.Outcome`)."""


def figures_of(outcome: Outcome) -> tuple[Figure, ...]:
    """The figures of an outcome, in the order of `OUTCOMES`."""
    return outcome.answered, outcome.tentative, outcome.not_found, outcome.auc


def _outcomes(summary: Summary) -> Table:
    """What became of the cases that have an answer and of the others, by part."""
    table = Table(header_style="bold")
    for heading in ("part", "cases", *OUTCOMES, "number"):
        table.add_column(heading, justify="left" if heading in ("part", "cases") else "right")
    for part, groups in summary.outcomes.items():
        for name, outcome in groups.items():
            shown = [f"{number(each.value)} {interval(each)}".strip() for each in figures_of(outcome)]
            table.add_row(part, name, *shown, str(outcome.answered.cases))
    return table


def _causes(summary: Summary) -> Table:
    """What kept the cases with an answer from being shown it."""
    table = Table(
        header_style="bold", title="Cases with an answer, by what kept it from being shown", title_justify="left"
    )
    table.add_column("part, language, kind")
    for cause in CAUSES:
        table.add_column(cause, justify="right")
    for group, counted in summary.causes.items():
        table.add_row(visible(group), *(str(counted.get(cause, 0)) for cause in CAUSES))
    return table


def print_comparison(console: Console, compared: Comparison) -> None:
    """How two runs differ: every figure, and each case that one has right and the other wrong."""
    title = f"A = {compared.first}, B = {compared.second}: {compared.cases} cases that both have"
    table = Table(title=Text(visible(title)), title_justify="left", header_style="bold")
    for heading in ("figure", "A", "B", "B - A", "95 % interval", "p", "cases"):
        table.add_column(heading, justify="left" if heading == "figure" else "right", no_wrap=True)
    for name, each in compared.figures.items():
        table.add_row(
            Text(name, style="bold" if each.p < 0.05 else ""),
            number(each.first),
            number(each.second),
            f"{each.difference:+.3f}",
            f"{each.low:+.3f} to {each.high:+.3f}",
            f"{each.p:.4f}",
            str(each.cases),
        )
    console.print(table)
    console.print(f"Right or wrong, McNemar's test: p = {compared.mcnemar:.4f}.")
    _changed(console, f"Right in {compared.second} only", compared.gained)
    _changed(console, f"Right in {compared.first} only", compared.lost)


def _changed(console: Console, title: str, cases: Sequence[str]) -> None:
    listed = ", ".join(cases) if cases else "none"
    console.print(Text(visible(f"{title} ({len(cases)}): {listed}")))
