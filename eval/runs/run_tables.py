"""Figures of runs as tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from eval.metrics.scores import CAUSES, MEASURES
from eval.metrics.statistics import Figure
from eval.metrics.summary import Summary
from eval.output import format_number, print_table
from eval.runs.run_comparison import Comparison
from ingest.readers import visible

ABSTENTION = {
    "abstention_precision": "of the cases abstained from, the share that have no answer",
    "abstention_recall": "of the cases without an answer, the share abstained from",
    "abstention_f1": "the harmonic mean of the two",
    "aurc": "area under the risk-coverage curve of the answers given; lower is better",
    "auc": "telling cases with an answer from the others by confidence; 0.5 is chance",
    "ece": "expected calibration error of the probabilities that an answer was found; lower is better",
}
MEANINGS: Mapping[str, str] = {**MEASURES, **ABSTENTION}
"""What each figure of a summary means."""


def print_summary(console: Console, name: str, summary: Summary) -> None:
    """Prints all figures of a run, and the share of right cases by kind, language and part."""
    failed = f", {len(summary.failed)} failed" if summary.failed else ""
    heading = f"{name}: {summary.cases} cases, {summary.answerable} answerable, {summary.answered} answered{failed}"
    shown = {figure: summary.figures[figure] for figure in MEANINGS if summary.figures[figure].cases}
    rows = [
        [name, format_number(each.value), each.between, str(each.cases), MEANINGS[name]] for name, each in shown.items()
    ]
    print_table(console, ("figure", "value", "95 % interval", "cases", "what it is"), rows, heading)
    shares = [
        [group, *_figure_cells(figures["right"]), *_figure_cells(figures["passage_cited"])[::2]]
        for group, figures in [*summary.by_kind.items(), *summary.by_language.items(), *summary.by_part.items()]
    ]
    heads = ("kind, language, part", "right", "95 % interval", "cases", "passage cited", "of answerable")
    print_table(console, heads, shares)
    outcomes = []
    for part, groups in summary.outcomes.items():
        for group, outcome in groups.items():
            cells = [" ".join(_figure_cells(each)[:2]).strip() for each in outcome.values()]
            outcomes.append([f"{part}: {group}", *cells, str(outcome["answered"].cases)])
    print_table(console, ("part: cases", "answered", "tentative", "not found", "AUC", "number"), outcomes)
    cause_rows = [[group, *(str(shown.get(cause, 0)) for cause in CAUSES)] for group, shown in summary.causes.items()]
    title = "Cases with an answer, by the cause why it was not shown"
    print_table(console, ("part, language, kind", *CAUSES), cause_rows, title)
    p50, p95 = summary.latency_ms["p50"], summary.latency_ms["p95"]
    console.print(f"Latency p50 {format_number(p50, 0)} ms, p95 {format_number(p95, 0)} ms; median answer "
                  f"{format_number(summary.median_words, 0)} words")  # fmt: skip


def print_comparison(console: Console, compared: Comparison) -> None:
    """Prints how two runs differ: every figure, and each case that one has right and the other wrong."""
    rows = [
        [f"{name} *" if each.p < 0.05 else name, format_number(each.first), format_number(each.second), f"{each.difference:+.3f}",
         f"{each.low:+.3f} to {each.high:+.3f}", f"{each.p:.4f}", str(each.cases)]
        for name, each in compared.figures.items()
    ]  # fmt: skip
    title = f"A = {compared.first}, B = {compared.second}: {compared.cases} cases that both have (*: p < 0.05)"
    print_table(console, ("figure", "A", "B", "B - A", "95 % interval", "p", "cases"), rows, title)
    console.print(f"Right or wrong, McNemar's test: p = {compared.mcnemar:.4f}.")
    for name, cases in ((compared.second, compared.gained), (compared.first, compared.lost)):
        listed = ", ".join(cases) if cases else "none"
        console.print(Text(visible(f"Right in {name} only ({len(cases)}): {listed}")))


def _figure_cells(figure: Figure) -> tuple[str, str, str]:
    return format_number(figure.value), figure.between, str(figure.cases)
