"""The whole page: runs, figures, plots, failed cases. One file, which asks nobody for anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from eval.metrics.causes import CAUSES
from eval.metrics.summary import Figure, Figures, Summary
from eval.report.failures import failures
from eval.report.html_markup import Html, document, joined, style, tag
from eval.report.plots import Curve, Mark, histogram, legend, reliability, risk_coverage, whiskers
from eval.runs.comparing import summary_of
from eval.runs.run_store import Run, RunError
from eval.runs.run_tables import MEANINGS, OUTCOMES, figures_of, number

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write_report(runs: Sequence[Run], path: Path) -> None:
    """Writes the page about one run or several. Raises `RunError` for runs that are not finished, or of one name."""
    if len({run.folder.resolve() for run in runs}) < len(runs):
        raise RunError("A run is named twice.")
    page = render([(run, summary_of(run)) for run in runs])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def render(runs: Sequence[tuple[Run, Summary]]) -> str:
    """The page as text."""
    names = [run.name for run, _ in runs]
    summaries = [summary for _, summary in runs]
    parts = [summary.by_part for summary in summaries]
    title = f"Answers measured: {', '.join(names)}"
    head = joined(
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        style((files("eval") / "report" / "style.css").read_text(encoding="utf-8")),
    )
    body = joined(
        tag("h1", "How good the answers are"),
        _runs(runs),
        tag("h2", "Figures"),
        tag("p", "All from 0 to 1. In small print the 95 % interval (bootstrap over cases, over documents where the cases name such) and the number of cases.",
            class_="note"),
        _figures(names, summaries),
        tag("h2", "What became of the questions"),
        tag("p", "Shares answered, shown as what comes closest, and told that nothing is found, with Wilson's 95 % intervals; the "
            "rest failed. Near misses have no answer and ask for what the documents speak of. AUC: telling the "
            "answerable cases from this group by confidence, 0.5 is chance.", class_="note"),
        *(_outcomes(name, summary) for name, summary in zip(names, summaries, strict=True)),
        tag("h2", "What kept answers from being shown"),
        tag("p", f"Cases with an answer, by the first of these that holds: {'; '.join(f'{name}: {told}' for name, told in CAUSES.items())}.",
            class_="note"),
        *(_causes(name, summary) for name, summary in zip(names, summaries, strict=True)),
        tag("h2", "Right by kind and language"),
        tag("p", "Share of the cases that are right: answered with every required fact, or abstained from where there "
            "is no answer. Bars are 95 % intervals.", class_="note"),
        legend(names),
        tag(
            "div",
            _groups("By kind", [summary.by_kind for summary in summaries]),
            _groups("By language", [summary.by_language for summary in summaries]),
            *([_groups("By part", parts)] if any(parts) else []),
            class_="plots",
        ),
        *(_all_groups(name, summary) for name, summary in zip(names, summaries, strict=True)),
        tag("h2", "Risk and coverage, and latency"),
        tag("p", "Were only the answers given that are surer than some bar: the share of these that are wrong. "
            "Latency counts failed cases too.", class_="note"),
        legend(names),
        tag("div", _risk(names, summaries), _chances(names, summaries), *_latencies(runs), class_="plots"),
        *(_failed(run, summary) for run, summary in runs),
    )  # fmt: skip
    return document("en", head, body)


def _runs(runs: Sequence[tuple[Run, Summary]]) -> Html:
    rows = []
    for run, summary in runs:
        settings = run.meta.get("settings", {})
        told = ", ".join(f"{key} {value}" for key, value in settings.items() if key != "prompt")
        left_out = run.meta.get("left_out", [])
        cases = f"{summary.cases} ({summary.answerable} answerable)"
        notes = [f"{len(summary.failed)} failed"] if summary.failed else []
        notes += [f"{len(left_out)} left out"] if left_out else []
        rows.append(
            tag(
                "tr",
                tag("th", run.name, tag("small", str(run.meta.get("begun", "")).replace("T", " "))),
                tag("td", str(run.meta.get("set", ""))),
                tag("td", str(run.meta.get("system", "")), tag("small", told)),
                tag("td", cases, tag("small", ", ".join(notes)) if notes else None),
                tag("td", f"{summary.answered}"),
                tag("td", number(summary.median_words, 0)),
                tag("td", number(summary.latency_ms["p50"], 0), " / ", number(summary.latency_ms["p95"], 0)),
            )
        )
    headings = ("run", "set", "system", "cases", "answered", "median words", "p50 / p95 ms")
    return _table(headings, rows)


def _figures(names: Sequence[str], summaries: Sequence[Summary]) -> Html:
    rows = []
    for figure, meaning in MEANINGS.items():
        held = [summary.figures[figure] for summary in summaries]
        if any(each.cases for each in held):
            rows.append(tag("tr", tag("th", figure, tag("small", meaning)), *map(_cell, held)))
    return _table(("figure", *names), rows)


def _outcomes(name: str, summary: Summary) -> Html:
    """What became of the cases that have an answer and of the others, by part."""
    rows = [
        tag("tr", tag("th", group, tag("small", part)), *map(_cell, figures_of(outcome)))
        for part, groups in summary.outcomes.items()
        for group, outcome in groups.items()
    ]
    return _table((name, *OUTCOMES), rows)


def _causes(name: str, summary: Summary) -> Html:
    """Counts of cases with an answer by part, language and kind."""
    rows = [
        tag("tr", tag("th", group), *(tag("td", str(counted.get(cause, 0)), class_="number") for cause in CAUSES))
        for group, counted in summary.causes.items()
    ]
    return _table((name, *CAUSES), rows)


def _cell(figure: Figure) -> Html:
    interval = "" if figure.low is None or figure.high is None else f"{figure.low:.3f}–{figure.high:.3f}, "
    return tag("td", number(figure.value), tag("small", f"{interval}n={figure.cases}"), class_="number")


def _table(headings: Sequence[str], rows: Sequence[Html]) -> Html:
    head = tag("thead", tag("tr", *(tag("th", heading) for heading in headings)))
    return tag("div", tag("table", head, tag("tbody", *rows)), class_="wide", tabindex="0")


def _groups(caption: str, runs: Sequence[Mapping[str, Figures]]) -> Html:
    names = sorted({name for groups in runs for name in groups})
    rows = [
        (name, [_mark(groups[name]["right"] if name in groups else None, n) for n, groups in enumerate(runs)])
        for name in names
    ]
    return tag("figure", tag("figcaption", caption), whiskers(rows, f"Share of right cases, {caption.lower()}"))


def _mark(figure: Figure | None, colour: int) -> Mark:
    if figure is None:
        return Mark(colour, None)
    return Mark(colour, figure.value, figure.low, figure.high, figure.cases)


def _all_groups(name: str, summary: Summary) -> Html:
    """Every figure by kind and language, folded."""
    groups = {**summary.by_kind, **summary.by_language, **summary.by_part}
    shown = [figure for figure in MEANINGS if any(figure in held and held[figure].cases for held in groups.values())]
    rows = [
        tag("tr", tag("th", group), *(tag("td", number(held[figure].value), class_="number") for figure in shown))
        for group, held in groups.items()
    ]
    inside = tag("div", _table(("", *shown), rows), class_="inside")
    return tag("details", tag("summary", f"All figures by kind and language: {name}"), inside)


def _risk(names: Sequence[str], summaries: Sequence[Summary]) -> Html:
    curves = [
        Curve(name, list(zip(summary.curve.coverage, summary.curve.risk, strict=True)), n)
        for n, (name, summary) in enumerate(zip(names, summaries, strict=True))
        if summary.curve is not None
    ]
    caption = tag("figcaption", "Risk: share of wrong answers")
    if not curves:
        return tag("figure", caption, tag("p", "No run says how sure its answers are.", class_="note"))
    areas = [f"{name} {number(each.figures['aurc'].value)}" for name, each in zip(names, summaries, strict=True)]
    return tag("figure", caption, risk_coverage(curves), tag("p", f"AURC: {', '.join(areas)}", class_="note"))


def _chances(names: Sequence[str], summaries: Sequence[Summary]) -> Html:
    curves = [
        Curve(name, [(each.chance, each.answerable) for each in summary.reliability], n)
        for n, (name, summary) in enumerate(zip(names, summaries, strict=True))
        if summary.reliability
    ]
    caption = tag("figcaption", "Reliability: chances told and cases that have an answer")
    if not curves:
        return tag("figure", caption, tag("p", "No run tells chances.", class_="note"))
    errors = [f"{name} {number(each.figures['ece'].value)}" for name, each in zip(names, summaries, strict=True)]
    return tag("figure", caption, reliability(curves), tag("p", f"Expected error: {', '.join(errors)}", class_="note"))


def _latencies(runs: Sequence[tuple[Run, Summary]]) -> list[Html]:
    made = []
    for n, (run, summary) in enumerate(runs):
        marks = [(name, value) for name, value in summary.latency_ms.items()]
        plot = histogram([record.ms for record in run.records], n, run.name, marks)
        jobs = run.meta.get("jobs", 1)
        blurred = f", {jobs} cases at once" if isinstance(jobs, int) and jobs > 1 else ""
        made.append(tag("figure", tag("figcaption", f"Milliseconds to an answer: {run.name}{blurred}"), plot))
    return made


def _failed(run: Run, summary: Summary) -> Html:
    wrong = sum(row["right"] != 1.0 for row in summary.per_case.values())
    return joined(
        tag("h2", f"Cases that failed: {run.name}"),
        tag("p", f"{wrong} of {summary.cases} cases are wrong. Others are listed where a place, a quote or a citation "
            "is not as it should be, none that is held out. In the passages the quoted words are marked.", class_="note"),
        failures(run, summary.per_case),
    )  # fmt: skip
