"""The whole page: runs, figures, plots, failed cases. One file, which asks nobody for anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from eval.cases import shipped_sets
from eval.metrics.scores import CAUSES
from eval.metrics.statistics import Difference, Figure
from eval.metrics.summary import Figures, Outcome, Summary
from eval.report.failures import MOST, failures
from eval.report.html_markup import Html, document, joined, style, tag
from eval.report.plots import Curve, beside_latency, histogram, legend, reliability, risk_coverage, stacked, whiskers
from eval.runs.comparing import compare_summaries, in_common, summary_of
from eval.runs.run_store import Run, RunError
from eval.runs.run_tables import MEANINGS, OUTCOMES, figures_of
from eval.told import number

_Told = tuple[Run, Summary]
_Named = tuple[str, Summary]
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


_FATES = (("answered", 2), ("shown as what comes closest", 1), ("told that nothing is found", 5), ("failed", 4))
"""What becomes of a question, with the number of its colour."""


@dataclass(frozen=True)
class SetNote:
    """What a shipped set asks of which documents, how contamination was kept out, and whether single failures may be looked
    at (`sets.yaml`)."""

    about: str
    kept_out: str
    listed: bool


@cache
def set_notes() -> Mapping[str, SetNote]:
    """The notes on the shipped sets, by name."""
    read = yaml.safe_load((files("eval") / "report" / "sets.yaml").read_text(encoding="utf-8"))
    return {name: SetNote(**note) for name, note in read.items()}


def write_report(runs: Sequence[Run], path: Path, most: int = MOST) -> None:
    """Writes the page about one run or several, with at most so many failed cases of each set. Raises `RunError` for runs that
    are not finished, or of one name."""
    if len({run.folder.resolve() for run in runs}) < len(runs):
        raise RunError("A run is named twice.")
    page = render([(run, summary_of(run)) for run in runs], most)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def render(runs: Sequence[_Told], most: int = MOST) -> str:
    """The page as text."""
    names = [run.name for run, _ in runs]
    alike = _alike(runs)
    told = [(run.name, summary) for run, summary in runs]
    parts = [summary.by_part for _, summary in told]
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
        tag("h2", "What was asked"),
        *(_asked(run, summary) for (run, summary), *_ in alike),
        tag("h2", "Figures"),
        tag("p", "All from 0 to 1. In small print the 95 % interval (bootstrap over cases, over documents where the cases name such) and the number of cases.",
            class_="note"),
        _figures(told),
        tag("h2", "What became of the questions"),
        tag("p", "Shares answered, shown as what comes closest, and told that nothing is found, with Wilson's 95 % intervals; the "
            "rest failed. Near misses have no answer and ask for what the documents speak of. AUC: telling the "
            "answerable cases from this group by confidence, 0.5 is chance.", class_="note"),
        legend([fate for fate, _ in _FATES], [colour for _, colour in _FATES]),
        tag("div", *(_fates(*each) for each in told), class_="plots"),
        *(_outcomes(*each) for each in told),
        *(_side_by_side(group) for group in alike if len(group) > 1),
        tag("h2", "What kept answers from being shown"),
        tag("p", f"Cases with an answer, by the first of these that holds: {'; '.join(f'{name}: {told}' for name, told in CAUSES.items())}.",
            class_="note"),
        *(_causes(*each) for each in told),
        tag("h2", "Right by kind and language"),
        tag("p", "Share of the cases that are right: answered with every required fact, or abstained from where there "
            "is no answer. Bars are 95 % intervals.", class_="note"),
        legend(names),
        tag(
            "div",
            _groups("By kind", [summary.by_kind for _, summary in told]),
            _groups("By language", [summary.by_language for _, summary in told]),
            *([_groups("By part", parts)] if any(parts) else []),
            class_="plots",
        ),
        *(_all_groups(*each) for each in told),
        tag("h2", "Risk and coverage, and latency"),
        tag("p", "Were only the answers given that are surer than some bar: the share of these that are wrong. "
            "Latency counts failed cases too.", class_="note"),
        legend(names),
        tag("div", _risk(told), _chances(told), _speed(told), *_latencies(runs), class_="plots"),
        *(_failed(run, summary, most) for (run, summary), *_ in alike),
    )  # fmt: skip
    return document("en", head, body)


def _runs(runs: Sequence[_Told]) -> Html:
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


def _alike(runs: Sequence[_Told]) -> list[list[_Told]]:
    """Runs of the same questions together, in the order given."""
    groups: list[list[_Told]] = []
    for told in runs:
        own = next((group for group in groups if in_common(group[0][0], told[0])), None)
        if own is None:
            groups.append([told])
        else:
            own.append(told)
    return groups


def _asked(run: Run, summary: Summary) -> Html:
    """What a set asks, of which documents, and how contamination was kept out."""
    name = str(run.meta.get("set", ""))
    note = set_notes().get(name)
    shipped = shipped_sets().get(name)
    if note is None or shipped is None or shipped.read_bytes() != (run.folder / str(run.meta["cases"])).read_bytes():
        about, kept_out = (
            "A set that does not ship in this form.",
            "Nothing is known here of how contamination was kept out.",
        )
    else:
        about, kept_out = note.about, note.kept_out
    held_out = sum(case.held_out for case in run.cases)
    documents = {each for case in run.cases for each in ([case.document] if case.document else case.needs)}
    rows = [
        ("Set", f"{name}: {about}"),
        ("Contamination", kept_out),
        ("Cases", f"{summary.cases}, {summary.answerable} with an answer, {held_out} held out"),
        ("Languages", _counted([case.language for case in run.cases])),
        ("Kinds", _counted([case.kind for case in run.cases])),
        ("Documents that questions name", f"{len(documents)}"),
        ("Read as", ", ".join(f"{corpus} {digest}" for corpus, digest in dict(run.meta.get("documents", {})).items())),
        ("By code", str(run.meta.get("code", "")) or "not known"),
    ]
    return _table(("", run.name), [tag("tr", tag("th", head), tag("td", told)) for head, told in rows])


def _counted(names: Sequence[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(names).most_common())


def _side_by_side(group: Sequence[_Told]) -> Html:
    """The first run of a set beside each other one, by paired tests."""
    (first, before), *others = group
    found = [compare_summaries(first, before, run, after) for run, after in others]
    rows = [
        tag("tr", tag("th", figure), *(_difference(each.figures.get(figure)) for each in found))
        for figure in dict.fromkeys(figure for each in found for figure in each.figures)
    ]
    chances = [tag("td", _chance(each.mcnemar), tag("small", f"n={each.cases}"), class_="number") for each in found]
    rows.append(tag("tr", tag("th", "right or wrong", tag("small", "McNemar's test")), *chances))
    return joined(
        tag("h2", f"{first.name} beside the others"),
        tag("p", "Over the cases that both have: how far the other lies from the first, with the 95 % interval and the p of the "
            "sign-flip test, cases about one document together; no p is corrected for how many there are.", class_="note"),
        _table((f"other - {first.name}", *(run.name for run, _ in others)), rows),
    )  # fmt: skip


def _difference(paired: Difference | None) -> Html:
    if paired is None:
        return tag("td", "–", class_="number")
    told = f"{paired.difference:+.3f}"
    interval, chance = f"{paired.low:+.3f} to {paired.high:+.3f}", f"{_chance(paired.p)}, n={paired.cases}"
    shown = tag("b", told) if paired.p < 0.05 else told
    return tag("td", shown, tag("small", interval), tag("small", chance), class_="number")


def _chance(p: float) -> str:
    return f"p {p:.4f}" if p >= 0.0001 else "p < 0.0001"


def _fates(name: str, summary: Summary) -> Html:
    """What became of the questions, as bars."""
    rows = [
        (group if part == "all" else f"{group}, {part}", outcome.answered.cases, _cut(outcome))
        for part, groups in summary.outcomes.items()
        for group, outcome in groups.items()
    ]
    return _figure(name, stacked(rows, f"What became of the questions of {name}"))


def _cut(outcome: Outcome) -> list[tuple[str, float, int]]:
    shares = [each.value or 0.0 for each in (outcome.answered, outcome.tentative, outcome.not_found)]
    return [(fate, share, colour) for (fate, colour), share in zip(_FATES, [*shares, 1 - sum(shares)], strict=True)]


def _figures(told: Sequence[_Named]) -> Html:
    rows = []
    for figure, meaning in MEANINGS.items():
        held = [summary.figures[figure] for _, summary in told]
        if any(each.cases for each in held):
            rows.append(tag("tr", tag("th", figure, tag("small", meaning)), *map(_cell, held)))
    return _table(("figure", *(name for name, _ in told)), rows)


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
    interval = f"{figure.between}, " if figure.between else ""
    return tag("td", number(figure.value), tag("small", f"{interval}n={figure.cases}"), class_="number")


def _table(headings: Sequence[str], rows: Sequence[Html]) -> Html:
    head = tag("thead", tag("tr", *(tag("th", heading) for heading in headings)))
    return tag("div", tag("table", head, tag("tbody", *rows)), class_="wide", tabindex="0")


def _groups(caption: str, runs: Sequence[Mapping[str, Figures]]) -> Html:
    names = sorted({name for groups in runs for name in groups})
    rows = [(name, [groups[name]["right"] if name in groups else Figure() for groups in runs]) for name in names]
    return _figure(caption, whiskers(rows, f"Share of right cases, {caption.lower()}"))


def _all_groups(name: str, summary: Summary) -> Html:
    """Every figure by kind and language, folded."""
    groups = {**summary.by_kind, **summary.by_language, **summary.by_part}
    shown = [figure for figure in MEANINGS if any(figure in held and held[figure].cases for held in groups.values())]
    rows = [tag("tr", tag("th", group), *(_cell(held[figure]) for figure in shown)) for group, held in groups.items()]
    inside = tag("div", _table(("", *shown), rows), class_="inside")
    return tag("details", tag("summary", f"All figures by kind and language: {name}"), inside)


def _risk(told: Sequence[_Named]) -> Html:
    curves = [
        Curve(name, list(zip(summary.curve.coverage, summary.curve.risk, strict=True)), n)
        for n, (name, summary) in enumerate(told)
        if summary.curve is not None
    ]
    caption = "Risk: share of wrong answers"
    if not curves:
        return _figure(caption, tag("p", "No run says how sure its answers are.", class_="note"))
    return _figure(caption, risk_coverage(curves), _each("AURC", "aurc", told))


def _chances(told: Sequence[_Named]) -> Html:
    curves = [
        Curve(name, [(each.chance, each.answerable) for each in summary.reliability], n)
        for n, (name, summary) in enumerate(told)
        if summary.reliability
    ]
    caption = "Reliability: chances told and cases that have an answer"
    if not curves:
        return _figure(caption, tag("p", "No run tells chances.", class_="note"))
    return _figure(caption, reliability(curves), _each("Expected error", "ece", told))


def _each(what: str, figure: str, told: Sequence[_Named]) -> Html:
    """A figure of each run."""
    values = ", ".join(f"{name} {number(summary.figures[figure].value)}" for name, summary in told)
    return tag("p", f"{what}: {values}", class_="note")


def _figure(caption: str, *inside: Html) -> Html:
    return tag("figure", tag("figcaption", caption), *inside)


def _speed(told: Sequence[_Named]) -> Html:
    drawn = [
        (name, each.figures["right"], each.latency_ms["p50"] or 0.0, each.latency_ms["p95"] or 0.0)
        for name, each in told
    ]
    label = "Share of right cases against milliseconds to an answer"
    return _figure("Right, beside latency", beside_latency(drawn, label))


def _latencies(runs: Sequence[_Told]) -> list[Html]:
    made = []
    for n, (run, summary) in enumerate(runs):
        marks = [(name, value) for name, value in summary.latency_ms.items()]
        plot = histogram([record.ms for record in run.records], n, run.name, marks)
        jobs = run.meta.get("jobs", 1)
        blurred = f", {jobs} cases at once" if isinstance(jobs, int) and jobs > 1 else ""
        made.append(_figure(f"Milliseconds to an answer: {run.name}{blurred}", plot))
    return made


def _failed(run: Run, summary: Summary, most: int) -> Html:
    wrong = sum(row["right"] != 1.0 for row in summary.per_case.values())
    note = set_notes().get(str(run.meta.get("set", "")))
    told = f"{wrong} of {summary.cases} cases are wrong."
    if note and not note.listed:
        shown, told = None, f"{told} Nothing was chosen by this set, so that none of them is shown."
    elif not most:
        shown, told = None, f"{told} Single cases are left out."
    else:
        told += " Some of each cause are listed, none that is held out. In the passages the quoted words are marked."
        shown = failures(run, summary.per_case, most)
    return joined(tag("h2", f"Cases that failed: {run.name}"), tag("p", told, class_="note"), shown)
