"""The whole page: runs, figures, plots, failed cases. One file, which asks nobody for anything."""

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
from eval.report.failures import MOST, Card, failures
from eval.report.html_markup import seen, style, tag
from eval.report.plots import beside_latency, histogram, legend, reliability, risk_coverage, stacked, whiskers
from eval.runs.run_comparison import Comparison, compare, shared_cases, summarise_run
from eval.runs.run_store import Run
from eval.runs.run_tables import MEANINGS

_Told = tuple[Run, Summary]
_FATES = (("answered", 2), ("shown as what comes closest", 1), ("told that nothing is found", 5), ("failed", 4))
"""What becomes of a question, with the number of its colour."""


@cache
def set_notes() -> Mapping[str, Mapping[str, Any]]:
    """What each shipped set asks of which documents (`about`), how contamination was kept out (`kept_out`), and whether single
    failures may be looked at (`listed`), by name (`sets.yaml`)."""
    read: dict[str, Any] = yaml.safe_load((files("eval") / "report" / "sets.yaml").read_text(encoding="utf-8"))
    return read


def write_report(runs: Sequence[Run], path: Path, most: int = MOST) -> None:
    """Writes the page about one run or several, with at most so many failed cases of each set. Raises `EvaluationError` for runs that
    are not finished, or of one name."""
    if len({run.folder.resolve() for run in runs}) < len(runs):
        raise EvaluationError("A run is named twice.")
    page = render([(run, summarise_run(run)) for run in runs], most)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def render(runs: Sequence[_Told], most: int = MOST) -> str:
    """The page as text."""
    names, summaries = [run.name for run, _ in runs], [summary for _, summary in runs]
    parts = {"By kind": [each.by_kind for each in summaries], "By language": [each.by_language for each in summaries],
             "By part": [each.by_part for each in summaries]}  # fmt: skip
    page = _PAGES.get_template("report.html").render(
        runs=runs,
        names=names,
        alike=_alike(runs),
        sheet=style(),
        known={figure for each in summaries for figure, held in each.figures.items() if held.cases},
        fates_legend=legend([fate for fate, _ in _FATES], [colour for _, colour in _FATES]),
        runs_legend=legend(names),
        by_groups=[(caption, _groups(caption, held)) for caption, held in parts.items() if any(held)],
        curves=[_risk(runs), _chances(runs), _speed(runs), *_latencies(runs)],
        failed=partial(_failed, most=most),
    )
    return str(page)


def _notes(run: Run, summary: Summary) -> str:
    counts = {"failed": len(summary.failed), "left out": len(run.meta.get("left_out", []))}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def _alike(runs: Sequence[_Told]) -> list[list[_Told]]:
    """Runs of the same questions together, in the order given."""
    groups: list[list[_Told]] = []
    for told in runs:
        own = next((group for group in groups if shared_cases(group[0][0], told[0])), None)
        if own is None:
            groups.append([told])
        else:
            own.append(told)
    return groups


def _asked(run: Run, summary: Summary) -> list[tuple[str, str]]:
    """What a set asks, of which documents, and how contamination was kept out."""
    name = str(run.meta.get("set", ""))
    note = set_notes().get(name)
    shipped = shipped_sets().get(name)
    if note is None or shipped is None or shipped.read_bytes() != (run.folder / str(run.meta["cases"])).read_bytes():
        about = "A set that does not ship in this form."
        kept_out = "Nothing is known here of how contamination was kept out."
    else:
        about, kept_out = note["about"], note["kept_out"]
    held_out = sum(case.held_out for case in run.cases)
    documents = {each for case in run.cases for each in ([case.document] if case.document else case.needs)}
    return [
        ("Set", f"{name}: {about}"),
        ("Contamination", kept_out),
        ("Cases", f"{summary.cases}, {summary.answerable} with an answer, {held_out} held out"),
        ("Languages", _counted([case.language for case in run.cases])),
        ("Kinds", _counted([case.kind for case in run.cases])),
        ("Documents that questions name", f"{len(documents)}"),
        ("Read as", ", ".join(f"{corpus} {digest}" for corpus, digest in dict(run.meta.get("documents", {})).items())),
        ("By code", str(run.meta.get("code", "")) or "not known"),
    ]


def _counted(names: Sequence[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(names).most_common())


def _beside(group: Sequence[_Told]) -> list[Comparison]:
    """The first run of a set beside each other one, by paired tests."""
    (first, before), *others = group
    return [compare(first, run, before, after) for run, after in others]


def _chance(p: float) -> str:
    return f"p {p:.4f}" if p >= 0.0001 else "p < 0.0001"


def _fates(name: str, summary: Summary) -> Markup:
    """What became of the questions, as bars."""
    rows = [
        (group if part == "all" else f"{group}, {part}", outcome["answered"].cases, _cut(outcome))
        for part, groups in summary.outcomes.items()
        for group, outcome in groups.items()
    ]
    return stacked(rows, f"What became of the questions of {name}")


def _cut(outcome: Figures) -> list[tuple[str, float, int]]:
    shares = [outcome[name].value or 0.0 for name in ("answered", "tentative", "not_found")]
    return [(fate, share, colour) for (fate, colour), share in zip(_FATES, [*shares, 1 - sum(shares)], strict=True)]


def _groups(caption: str, runs: Sequence[Mapping[str, Figures]]) -> Markup:
    names = sorted({name for groups in runs for name in groups})
    rows = [(name, [groups[name]["right"] if name in groups else Figure() for groups in runs]) for name in names]
    return whiskers(rows, f"Share of right cases, {caption.lower()}")


def _shown_of(summary: Summary) -> list[str]:
    """The figures that any kind, language or part has."""
    groups = [*summary.by_kind.values(), *summary.by_language.values(), *summary.by_part.values()]
    return [figure for figure in MEANINGS if any(figure in held and held[figure].cases for held in groups)]


_Plot = tuple[str, Markup, str]
"""What a plot is of, the plot (or why there is none), and what is said below it."""


def _risk(runs: Sequence[_Told]) -> _Plot:
    curves = [
        (list(zip(summary.curve.coverage, summary.curve.risk, strict=True)), n)
        for n, (_, summary) in enumerate(runs)
        if summary.curve is not None
    ]
    none = tag("p", "No run says how sure its answers are.", class_="note")
    drawn = risk_coverage(curves) if curves else none
    return "Risk: share of wrong answers", drawn, _each("AURC", "aurc", runs) if curves else ""


def _chances(runs: Sequence[_Told]) -> _Plot:
    held = [
        ([(each.chance, each.answerable) for each in summary.reliability], n) for n, (_, summary) in enumerate(runs)
    ]
    curves = [(points, n) for points, n in held if points]
    drawn = reliability(curves) if curves else tag("p", "No run tells chances.", class_="note")
    caption = "Reliability: chances told and cases that have an answer"
    return caption, drawn, _each("Expected error", "ece", runs) if curves else ""


def _each(what: str, figure: str, runs: Sequence[_Told]) -> str:
    """A figure of each run."""
    return f"{what}: {', '.join(f'{run.name} {format_number(summary.figures[figure].value)}' for run, summary in runs)}"


def _speed(runs: Sequence[_Told]) -> _Plot:
    drawn = [
        (run.name, each.figures["right"], each.latency_ms["p50"] or 0.0, each.latency_ms["p95"] or 0.0)
        for run, each in runs
    ]
    label = "Share of right cases against milliseconds to an answer"
    return "Right, beside latency", beside_latency(drawn, label), ""


def _latencies(runs: Sequence[_Told]) -> Iterator[_Plot]:
    for n, (run, summary) in enumerate(runs):
        marks = list(summary.latency_ms.items())
        jobs = run.meta.get("jobs", 1)
        blurred = f", {jobs} cases at once" if isinstance(jobs, int) and jobs > 1 else ""
        plot = histogram([record.ms for record in run.records], n, run.name, marks)
        yield f"Milliseconds to an answer: {run.name}{blurred}", plot, ""


def _failed(run: Run, summary: Summary, most: int) -> tuple[str, list[tuple[str, int, list[Card]]] | None]:
    wrong = sum(row["right"] != 1.0 for row in summary.per_case.values())
    note = set_notes().get(str(run.meta.get("set", "")))
    told = f"{wrong} of {summary.cases} cases are wrong."
    if note and not note["listed"]:
        return f"{told} Nothing was chosen by this set, so that none of them is shown.", None
    if not most:
        return f"{told} Single cases are left out.", None
    told += " Some of each cause are listed, none that is held out. In the passages the quoted words are marked."
    return told, failures(run, summary.per_case, most)


_PAGES = Environment(
    loader=PackageLoader("eval", "report"),
    autoescape=True,
    trim_blocks=True,
    finalize=lambda value: seen(value) if isinstance(value, str) and not hasattr(value, "__html__") else value,
)
_PAGES.globals |= {
    "asked": _asked, "beside": _beside, "causes": CAUSES, "chance": _chance, "fates": _fates,
    "meanings": MEANINGS, "notes": _notes, "number": format_number, "shown_of": _shown_of,
}  # fmt: skip
