"""The report page: runs, figures, plots, failed cases. One file without external resources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from eval.cases import EvaluationError, shipped_sets
from eval.metrics.scores import CAUSES
from eval.metrics.statistics import Figure
from eval.metrics.summary import Figures, Summary
from eval.output import format_number
from eval.report import plots
from eval.report.failures import Card, failures
from eval.report.html_markup import replace_not_allowed, style_sheet, tag
from eval.runs.run_comparison import Comparison, compare, shared_cases, summarise_run
from eval.runs.run_store import Run
from eval.runs.run_tables import MEANINGS

_RunSummary = tuple[Run, Summary]
_OUTCOMES = (("answered", 2), ("closest passages shown", 1), ("not found", 5), ("failed", 4))
"""The outcomes of a question, with the number of their colour."""


@cache
def set_notes() -> Mapping[str, Mapping[str, Any]]:
    """For each shipped set its subject and documents (`about`), how contamination was avoided (`kept_out`), and
    whether single failures may be shown (`listed`), by name (`sets.yaml`)."""
    return dict(yaml.safe_load((files("eval") / "report" / "sets.yaml").read_text(encoding="utf-8")))


def write_report(runs: Sequence[Run], path: Path, most: int) -> None:
    """Writes the page about one or several runs, with at most `most` failed cases of each set. Raises
    `EvaluationError` for runs that are not finished, and for a run that is named twice."""
    if len({run.folder.resolve() for run in runs}) < len(runs):
        raise EvaluationError("A run is named twice.")
    page = render([(run, summarise_run(run)) for run in runs], most)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def render(runs: Sequence[_RunSummary], most: int) -> str:
    """Renders the page."""
    names, summaries = [run.name for run, _ in runs], [summary for _, summary in runs]
    groups = {"By kind": [each.by_kind for each in summaries], "By language": [each.by_language for each in summaries],
             "By part": [each.by_part for each in summaries]}  # fmt: skip
    page = _PAGES.get_template("report.html").render(
        runs=runs,
        names=names,
        alike=_group_by_questions(runs),
        sheet=style_sheet(),
        known={figure for each in summaries for figure, figure_of in each.figures.items() if figure_of.cases},
        outcome_legend=plots.legend([name for name, _ in _OUTCOMES], [colour for _, colour in _OUTCOMES]),
        runs_legend=plots.legend(names),
        by_groups=[
            (caption, _plot_groups(caption, figure_of)) for caption, figure_of in groups.items() if any(figure_of)
        ],
        curves=[_plot_risk(runs), _plot_reliability(runs), _plot_quality_and_latency(runs), *_plot_latencies(runs)],
        failed=partial(_failed_cases, most=most),
    )
    return str(page)


def _notes(run: Run, summary: Summary) -> str:
    counts = {"failed": len(summary.failed), "left out": len(run.meta.get("left_out", []))}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def _group_by_questions(runs: Sequence[_RunSummary]) -> list[list[_RunSummary]]:
    """Groups runs with the same questions, in the order given."""
    groups: list[list[_RunSummary]] = []
    for run_summary in runs:
        own = next((group for group in groups if shared_cases(group[0][0], run_summary[0])), None)
        if own is None:
            groups.append([run_summary])
        else:
            own.append(run_summary)
    return groups


def _describe_set(run: Run, summary: Summary) -> list[tuple[str, str]]:
    """Describes a question set: subject, documents, and how contamination was avoided."""
    name = str(run.meta.get("set", ""))
    note = set_notes().get(name)
    shipped = shipped_sets().get(name)
    if note is None or shipped is None or shipped.read_bytes() != (run.folder / str(run.meta["cases"])).read_bytes():
        about = "A set that does not ship in this form."
        kept_out = "How contamination was avoided is not known."
    else:
        about, kept_out = note["about"], note["kept_out"]
    held_out = sum(case.held_out for case in run.cases)
    documents = {each for case in run.cases for each in ([case.document] if case.document else case.needs)}
    return [
        ("Set", f"{name}: {about}"),
        ("Contamination", kept_out),
        ("Cases", f"{summary.cases}, {summary.answerable} with an answer, {held_out} held out"),
        ("Languages", _count_names([case.language for case in run.cases])),
        ("Kinds", _count_names([case.kind for case in run.cases])),
        ("Documents that questions name", f"{len(documents)}"),
        ("Read as", ", ".join(f"{corpus} {digest}" for corpus, digest in dict(run.meta.get("documents", {})).items())),
        ("By code", str(run.meta.get("code", "")) or "not known"),
    ]


def _count_names(names: Sequence[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(names).most_common())


def _compare_with_first(group: Sequence[_RunSummary]) -> list[Comparison]:
    """Compares the first run of a set with each other one, by paired tests."""
    (first, before), *others = group
    return [compare(first, run, before, after) for run, after in others]


def _format_p(p: float) -> str:
    return f"p {p:.4f}" if p >= 0.0001 else "p < 0.0001"


def _outcome_bars(name: str, summary: Summary) -> Markup:
    rows = [
        (group if part == "all" else f"{group}, {part}", outcome["answered"].cases, _outcome_shares(outcome))
        for part, groups in summary.outcomes.items()
        for group, outcome in groups.items()
    ]
    return plots.stacked_bars(rows, f"Outcomes of the questions of {name}")


def _outcome_shares(outcome: Figures) -> list[tuple[str, float, int]]:
    shares = [outcome[name].value or 0.0 for name in ("answered", "tentative", "not_found")]
    return [(name, share, colour) for (name, colour), share in zip(_OUTCOMES, [*shares, 1 - sum(shares)], strict=True)]


def _plot_groups(caption: str, runs: Sequence[Mapping[str, Figures]]) -> Markup:
    names = sorted({name for groups in runs for name in groups})
    rows = [(name, [groups[name]["right"] if name in groups else Figure() for groups in runs]) for name in names]
    return plots.interval_plot(rows, f"Share of right cases, {caption.lower()}")


def _figures_shown(summary: Summary) -> list[str]:
    """The figures that any kind, language or part has."""
    groups = [*summary.by_kind.values(), *summary.by_language.values(), *summary.by_part.values()]
    return [figure for figure in MEANINGS if any(figure in figures and figures[figure].cases for figures in groups)]


_Plot = tuple[str, Markup, str]
"""A plot: its caption, the drawing (or why there is none), and a note below it."""


def _plot_risk(runs: Sequence[_RunSummary]) -> _Plot:
    curves = [
        (list(zip(summary.curve.coverage, summary.curve.risk, strict=True)), n)
        for n, (_, summary) in enumerate(runs)
        if summary.curve is not None
    ]
    missing = tag("p", "No run has confidences.", class_="note")
    drawn = plots.risk_coverage(curves) if curves else missing
    return "Risk: share of wrong answers", drawn, _figure_by_run("AURC", "aurc", runs) if curves else ""


def _plot_reliability(runs: Sequence[_RunSummary]) -> _Plot:
    all_curves = [
        ([(each.chance, each.answerable) for each in summary.reliability], n) for n, (_, summary) in enumerate(runs)
    ]
    curves = [(points, n) for points, n in all_curves if points]
    drawn = plots.reliability(curves) if curves else tag("p", "No run has probabilities.", class_="note")
    caption = "Reliability: predicted probabilities and cases with an answer"
    return caption, drawn, _figure_by_run("Expected error", "ece", runs) if curves else ""


def _figure_by_run(what: str, figure: str, runs: Sequence[_RunSummary]) -> str:
    return f"{what}: {', '.join(f'{run.name} {format_number(summary.figures[figure].value)}' for run, summary in runs)}"


def _plot_quality_and_latency(runs: Sequence[_RunSummary]) -> _Plot:
    drawn = [
        (run.name, each.figures["right"], each.latency_ms["p50"] or 0.0, each.latency_ms["p95"] or 0.0)
        for run, each in runs
    ]
    label = "Share of right cases against milliseconds to an answer"
    return "Right, beside latency", plots.figure_by_latency(drawn, label), ""


def _plot_latencies(runs: Sequence[_RunSummary]) -> Iterator[_Plot]:
    for n, (run, summary) in enumerate(runs):
        marks = list(summary.latency_ms.items())
        plot = plots.histogram([record.ms for record in run.records], n, run.name, marks)
        yield f"Milliseconds to an answer: {run.name}", plot, ""


def _failed_cases(run: Run, summary: Summary, most: int) -> tuple[str, list[tuple[str, int, list[Card]]] | None]:
    wrong = sum(row["right"] != 1.0 for row in summary.per_case.values())
    note = set_notes().get(str(run.meta.get("set", "")))
    text = f"{wrong} of {summary.cases} cases are wrong."
    if note and not note["listed"]:
        return f"{text} No choice was based on this set, so none of them is shown.", None
    if not most:
        return f"{text} Single cases are left out.", None
    text += " Some of each cause are listed, without held-out cases. Quoted words are marked in the passages."
    return text, failures(run, summary.per_case, most)


_PAGES = Environment(
    loader=PackageLoader("eval", "report"),
    autoescape=True,
    trim_blocks=True,
    finalize=lambda value: (
        replace_not_allowed(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
    ),
)
_PAGES.globals |= {
    "describe_set": _describe_set, "compare_with_first": _compare_with_first, "causes": CAUSES, "chance": _format_p, "outcome_bars": _outcome_bars,
    "meanings": MEANINGS, "notes": _notes, "number": format_number, "shown_of": _figures_shown,
}  # fmt: skip
