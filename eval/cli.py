"""`rapporteur eval`: question sets, metrics, other systems for comparison, reports.

Data on stdout, messages on stderr; exit codes as in `assistant.cli.command_run`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.command_run import (
    EXIT_USAGE,
    check_mode,
    command_settings,
    err_console,
    fail,
    out_console,
    plain_errors,
)
from assistant.engine_factory import open_engine, open_library
from eval.cases import EvaluationError, find_question_file
from eval.eval_progress import show_progress
from eval.output import RoundedFigures, load_labels, print_json, print_rows, report_errors, split_held_out
from eval.public.public_commands import abstention, evidence, retrieval

if TYPE_CHECKING:
    from assistant.reports.brief.briefing import Kind
    from eval.runs.run_store import Run

RUNS_FOLDER = Path("eval-runs")
app = typer.Typer(
    help="Measure how good the answers are: question sets, metrics, peers, reports.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Questions = Annotated[
    str,
    typer.Option(
        "--set",
        help="An included set (starter, unseen, reworded, conversations, meeting, un, languages, english), or a file of YAML or JSON Lines.",
    ),
]
Documents = Annotated[
    list[Path] | None, typer.Option(help="File or folder used in place of the set's documents. Can be repeated.")
]
LibraryFolder = Annotated[Path | None, typer.Option("--library", help="Use the library in this folder as it is.")]
OutFolder = Annotated[Path, typer.Option(help="Folder for runs and for the libraries built for them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NoReader = Annotated[bool, typer.Option("--no-reader", help="Run without the readers.")]
RunFolder = Annotated[Path, typer.Argument(help="Folder of a run, or its name in --out.")]
Labels = Annotated[Path | None, typer.Option(help="File of labels; by default the one included.")]
ShowWrong = Annotated[bool, typer.Option("--wrong", help="Print each paragraph that was judged wrongly.")]
_report_errors = partial(report_errors, EvaluationError)


@app.command()
def run(
    questions: Questions = "starter",
    system: Annotated[
        str, typer.Option(help="rapporteur, llama-index, bm25, dense, cairn, or the URL of a server.")
    ] = "rapporteur",
    documents: Documents = None,
    library: LibraryFolder = None,
    no_reader: NoReader = False,
    model: Annotated[str, typer.Option(help="Model to request from a chat server.")] = "default",
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds a server may take for an answer.")] = 60.0,
    out: OutFolder = RUNS_FOLDER,
    name: Annotated[str | None, typer.Option(help="Name of the run; by default set and system.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Start over. The previous run is kept beside the new one.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask a system every question of a set. Continues an interrupted run and repeats questions that failed."""
    from assistant.engine_factory import load_catalogue
    from corpus.embedding import make_models
    from eval.runs.execute import Plan, execute
    from eval.runs.run_comparison import summarise_run
    from eval.runs.run_tables import print_summary
    from eval.systems import create_system

    if documents and library:
        raise fail("Use either --documents or --library, not both.", EXIT_USAGE)
    with _report_errors(), show_progress() as progress:
        config, file = command_settings(reader=False if no_reader else None), find_question_file(questions)
        chosen_system = create_system(system, config, model, timeout)
        slug = re.sub(r"[^\w.-]|_", "-", chosen_system.name).strip("-.")
        plan = Plan(
            name=name or f"{file.stem}-{slug}",
            questions=file,
            system=chosen_system,
            out=out,
            models=make_models(config.embedding, config.multilingual, config.data_dir / "models"),
            catalogue=load_catalogue(config),
            catalogue_dir=config.catalogue_dir,
            documents=tuple(documents or ()),
            library=library,
            again=again,
            settings={"embedding": config.embedding, "multilingual": config.multilingual},
        )
        finished = execute(plan, progress)
        summary = summarise_run(finished)
        if as_json:
            print_json({"run": str(finished.folder), **finished.meta, **summary.to_json()})
        else:
            print_summary(out_console, finished.name, summary)
        err_console.print(f"The run is in {finished.folder}.", markup=False)
        if summary.cases and len(summary.failed) == summary.cases:
            raise fail(f"every case failed; the first: {finished.records[0].error}.")


@app.command()
def compare(first: RunFolder, second: RunFolder, out: OutFolder = RUNS_FOLDER, as_json: AsJson = False) -> None:
    """Show how two runs differ, with paired tests, and which cases changed."""
    from eval.runs.run_comparison import compare as compare_runs
    from eval.runs.run_tables import print_comparison

    with _report_errors():
        comparison = compare_runs(_load_run(first, out), _load_run(second, out))
        if as_json:
            print_json(comparison.to_json())
        else:
            print_comparison(out_console, comparison)


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs, or their names in the folder of runs.")],
    out: Annotated[Path, typer.Option(help="The HTML file to write.")],
    folder: Annotated[Path, typer.Option(help="Folder of runs.")] = RUNS_FOLDER,
    failures: Annotated[
        int,
        typer.Option(
            min=0, help="Maximum number of failed cases of a set to show; 0: none. Held-out cases are never shown."
        ),
    ] = 20,
) -> None:
    """Write one self-contained HTML page about one or more runs. Runs of the same set are compared with the first."""
    from eval.report.page import write_report

    with _report_errors():
        write_report([_load_run(each, folder) for each in runs], out, failures)
    err_console.print(f"The report is in {out}.", markup=False)


@app.command()
def gate(
    stored: RunFolder,
    thresholds: Annotated[Path | None, typer.Option(help="File of thresholds; by default the one included.")] = None,
    against: Annotated[
        Path | None, typer.Option(help="Another run: also fail if this run is worse by a paired test.")
    ] = None,
    out: OutFolder = RUNS_FOLDER,
) -> None:
    """Fail if a run misses a threshold or is worse than another run. Names each threshold and figure concerned."""
    from eval.runs.gate import AGAINST, SHIPPED, find_regressions, find_violations, load_thresholds
    from eval.runs.run_comparison import summarise_run

    with _report_errors():
        run = _load_run(stored, out)
        limits = load_thresholds(thresholds or SHIPPED, str(run.meta["set"]))
        violations = find_violations(limits, run, summarise_run(run))
        other = _load_run(against, out) if against else None
        worse = find_regressions(other, run) if other else []
        for sentence in (*violations, *worse):
            out_console.print(sentence, markup=False)
        problems = [f"breaks {len(violations)} of {len(limits)} thresholds"] if violations else []
        problems += [f"is worse than {other.name} in {len(worse)} of {len(AGAINST)} figures"] if other and worse else []
        if problems:
            raise fail(f"{run.name} {' and '.join(problems)}.")
    err_console.print(f"{run.name} meets all {len(limits)} thresholds.", markup=False)
    if other:
        err_console.print(f"It is not worse than {other.name} by more than chance.", markup=False)


@app.command()
def judge(
    stored: RunFolder,
    url: Annotated[str, typer.Argument(help="Base address of an OpenAI-compatible server (https://host/v1).")],
    model: Annotated[str, typer.Option(help="The model that judges.")] = "default",
    labels: Annotated[
        Path | None, typer.Option(help="Cases judged by people: a YAML mapping from case to true or false.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds a judgement may take.")] = 60.0,
    out: OutFolder = RUNS_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Have a model judge the answers of a run, and show how far it agrees with rules and labels."""
    from assistant.model.endpoint import Endpoint
    from eval.runs.judge import format_result, judge_run, model_as_judge, read_labels
    from eval.systems import server_key

    if not url.startswith(("http://", "https://")):
        raise fail(f"{url} is not an http address.", EXIT_USAGE)
    with _report_errors(), show_progress() as progress:
        run = _load_run(stored, out)
        labelled = read_labels(labels) if labels else {}
        server = Endpoint(url, model, server_key(), silence=timeout, seconds=timeout)
        judged = judge_run(run, model_as_judge(server), labelled, progress)
        if as_json:
            print_json(judged.to_json())
        else:
            for sentence in format_result(judged):
                out_console.print(sentence, markup=False)


@app.command()
def check(
    questions: Questions = "starter",
    documents: Documents = None,
    library: LibraryFolder = None,
    out: OutFolder = RUNS_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Check each case of a set against its documents."""
    from eval.question_check import check_question_set

    with _report_errors():
        count, faults = check_question_set(
            find_question_file(questions), command_settings(), documents or [], library, out
        )
        if as_json:
            print_json([{"case": fault.case, "fault": fault.sentence} for fault in faults])
        else:
            for fault in faults:
                out_console.print(str(fault), markup=False)
        if faults:
            raise fail(f"{len(faults)} faults in {count} cases.")
    err_console.print(f"{count} cases, no faults.", markup=False)


@app.command()
def support(
    faults: Annotated[bool, typer.Option("--faults", help="Print each claim that was judged wrongly.")] = False,
    words_only: Annotated[bool, typer.Option("--words-only", help="Run without the embedding model.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how well the check of written sentences separates faithful paraphrases from corruptions."""
    from corpus.embedding import make_embedder
    from eval.support import support_measure as measuring
    from eval.support.support_measure import print_faults, print_shares

    with _report_errors():
        config = command_settings()
        embedder = None if words_only else make_embedder(config.embedding, config.data_dir / "models")
        results = list(measuring.measure(measuring.run_time_check(embedder)))
        rows = {
            "check": measuring.summarise_kinds(results),
            "evaluation": measuring.summarise_kinds(list(measuring.measure(measuring.evaluation_check()))),
        }
    if as_json:
        print_json(rows)
        return
    if faults:
        print_faults(out_console, results)
    print_shares(out_console, rows)


@app.command()
def brief(
    items: Annotated[list[str] | None, typer.Option("--item", help="Agenda item. Can be repeated.")] = None,
    themes: Annotated[list[str] | None, typer.Option("--theme", help="Theme. Can be repeated.")] = None,
    documents: Annotated[list[str] | None, typer.Option("--document", help="Document. Can be repeated.")] = None,
    mode: Annotated[str, typer.Option(help="As for the command 'brief'.")] = "quote",
    as_json: AsJson = False,
) -> None:
    """Write briefings from the configured library and check every sentence and citation."""
    from assistant.reports import ReportError
    from assistant.reports.brief.brief_maker import make_briefing as make
    from assistant.reports.brief.briefing import Request
    from eval.briefs import compute_scores, print_scores

    requests: list[tuple[Kind, str]] = [("item", each) for each in items or ()]
    requests += [("theme", each) for each in themes or ()]
    requests += [("document", each) for each in documents or ()]
    if not requests:
        raise fail("Name at least one --item, --theme or --document.", EXIT_USAGE)
    results = {}
    with plain_errors():
        config = check_mode(mode, command_settings())
    with _report_errors(), open_engine(settings=command_settings(), owner="rapporteur eval brief") as engine:
        for kind, value in requests:
            try:
                briefing = make(engine, Request(kind, value, mode=config))
            except ReportError as error:
                raise fail(str(error)) from None
            results[f"{kind} {value}"] = compute_scores(briefing, engine.library)
    if as_json:
        print_json({name: scores.to_json() for name, scores in results.items()})
    else:
        print_scores(out_console, results)


def _print_figures(
    figures: Mapping[str, RoundedFigures],
    as_json: bool,
    first: str,
    columns: Mapping[str, str],
    rows: Iterable[tuple[str, object]] | None = None,
    wrong: Iterable[str] = (),
) -> None:
    """Prints figures by set, as JSON or as a table with what was judged wrongly before it; `rows` are those of the
    table, by default the sets."""
    if as_json:
        print_json({name: scores.to_json() for name, scores in figures.items()})
        return
    for fault in wrong:
        out_console.print(fault, markup=False)
    print_rows(out_console, first, figures.items() if rows is None else rows, columns)


@app.command()
def texts(
    documents: Annotated[list[Path], typer.Argument(help="Files and folders with the labelled texts.")],
    labels: Labels = None,
    wrong: ShowWrong = False,
    as_json: AsJson = False,
) -> None:
    """Measure how well the comparison of two texts pairs paragraphs and says what changed."""
    from eval.cases import COMPARISONS
    from eval.comparison import COLUMNS, Labelled, compute_scores, read_texts

    with _report_errors():
        labelled = load_labels(labels or COMPARISONS, Labelled)
        documents_by_symbol = read_texts(documents, {name for each in labelled for name in (each.first, each.second)})
        figures = {name: compute_scores(each, documents_by_symbol) for name, each in split_held_out(labelled).items()}
    _print_figures(figures, as_json, "texts", COLUMNS, wrong=figures["all"].wrong if wrong else ())


@app.command()
def origins(labels: Labels = None, wrong: ShowWrong = False, as_json: AsJson = False) -> None:
    """Measure how well 'origins' finds where paragraphs come from, in the configured library, which must have the labelled
    texts."""
    from eval.cases import ORIGINS
    from eval.origins import COLUMNS, Labelled, compute_scores

    with _report_errors(), open_library(command_settings(), "rapporteur eval origins", make=False) as library:
        figures = compute_scores(library, load_labels(labels or ORIGINS, Labelled))
    _print_figures({"all": figures}, as_json, "texts", COLUMNS, wrong=figures.wrong if wrong else ())


@app.command()
def mandates(
    documents: Annotated[list[Path], typer.Argument(help="Files and folders with the labelled resolutions.")],
    labels: Labels = None,
    wrong: Annotated[
        bool, typer.Option("--wrong", help="Print what was judged wrongly in the documents that are not held out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how well requests and decisions are read from resolutions: verb, addressee, time."""
    from eval.cases import MANDATES
    from eval.comparison import read_texts
    from eval.mandates import COLUMNS, Labelled, compute_scores

    with _report_errors():
        labelled = load_labels(labels or MANDATES, Labelled)
        documents_by_symbol = read_texts(documents, {each.document for each in labelled})
        figures = {
            name: compute_scores(each, documents_by_symbol) for name, each in split_held_out(labelled).items() if each
        }
    seen = figures.get("seen while tuning")
    rows = [(name, (each, field, score)) for name, each in figures.items() for field, score in each.fields.items()]
    _print_figures(figures, as_json, "set", COLUMNS, rows, seen.wrong if seen and wrong else ())


@app.command()
def topics(
    labels: Annotated[
        Path | None, typer.Option("--topics", help="File of topics; by default the one included.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how well 'compare' finds what a text says on a topic, in the configured library, which must have the documents."""
    from eval.cases import TOPICS
    from eval.topics import COLUMNS, Topic, compute_scores, find_places

    with _report_errors(), open_engine(settings=command_settings(), owner="rapporteur eval topics") as engine:
        chosen_topics = load_labels(labels or TOPICS, Topic)
        results = {each: find_places(engine, each) for each in chosen_topics}
    sets: dict[str, list[Topic]] = {}
    for each in sorted(chosen_topics, key=lambda topic: topic.held_out):
        sets.setdefault(f"{each.language}, {'held out' if each.held_out else 'seen'}", []).append(each)
    _print_figures(
        {name: compute_scores(each, results.__getitem__) for name, each in sets.items()}, as_json, "topics", COLUMNS
    )


for _command in (retrieval, abstention, evidence):
    app.command()(_command)


def _load_run(name: Path, out: Path) -> Run:
    """Loads a stored run by its folder, or by its name among the runs."""
    from eval.runs.run_store import load_run

    by_name = out / name
    return load_run(by_name if not name.exists() and by_name.exists() else name)
