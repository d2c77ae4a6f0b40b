"""`rapporteur eval`: question sets, metrics, other systems for comparison, reports.

Data on stdout, messages on stderr; exit codes as in `assistant.cli.command_run`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

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
from assistant.reports.brief.brief_maker import make_briefing
from assistant.reports.brief.briefing import Kind, Request
from corpus.embedding import make_embedder
from eval import briefs, comparison, mandates, origins, topics
from eval.cases import COMPARISONS, MANDATES, ORIGINS, TOPICS, find_question_file
from eval.output import (
    RoundedFigures,
    load_labels,
    print_json,
    print_table,
    report_errors,
    show_progress,
    split_held_out,
)
from eval.public.public_commands import abstention, evidence, retrieval
from eval.question_check import check_question_set
from eval.report.page import write_report
from eval.runs.execute import Plan, execute
from eval.runs.gate import AGAINST, SHIPPED, find_regressions, find_violations, load_thresholds
from eval.runs.judge import format_result, judge_run, model_as_judge, read_labels
from eval.runs.run_comparison import compare, summarise_run
from eval.runs.run_store import Run, load_run
from eval.runs.run_tables import print_comparison, print_summary
from eval.support import support_measure
from eval.systems import create_system, server_key

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
    if documents and library:
        raise fail("Use either --documents or --library, not both.", EXIT_USAGE)
    with report_errors(), show_progress() as progress:
        config, file = command_settings(reader=False if no_reader else None), find_question_file(questions)
        chosen_system = create_system(system, config, model, timeout)
        slug = re.sub(r"[^\w.-]|_", "-", chosen_system.name).strip("-.")
        plan = Plan(
            name=name or f"{file.stem}-{slug}",
            questions=file,
            system=chosen_system,
            out=out,
            config=config,
            documents=tuple(documents or ()),
            library=library,
            again=again,
        )
        finished = execute(plan, progress)
        summary = summarise_run(finished)
        if as_json:
            print_json({"run": str(finished.folder), **finished.meta, **summary.to_json()})
        else:
            print_summary(out_console, finished.name, summary)
        err_console.print(f"The run is in {finished.folder}.")
        if summary.cases and len(summary.failed) == summary.cases:
            raise fail(f"every case failed; the first: {finished.records[0].error}.")


@app.command("compare")
def compare_runs(first: RunFolder, second: RunFolder, out: OutFolder = RUNS_FOLDER, as_json: AsJson = False) -> None:
    """Show how two runs differ, with paired tests, and which cases changed."""
    with report_errors():
        compared = compare(_load_run(first, out), _load_run(second, out))
        if as_json:
            print_json(compared.to_json())
        else:
            print_comparison(out_console, compared)


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
    with report_errors():
        write_report([_load_run(each, folder) for each in runs], out, failures)
    err_console.print(f"The report is in {out}.")


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
    with report_errors():
        run = _load_run(stored, out)
        limits = load_thresholds(thresholds or SHIPPED, str(run.meta["set"]))
        violations = find_violations(limits, run, summarise_run(run))
        other = _load_run(against, out) if against else None
        worse = find_regressions(other, run) if other else []
        _print_lines(*violations, *worse)
        problems = [f"breaks {len(violations)} of {len(limits)} thresholds"] if violations else []
        problems += [f"is worse than {other.name} in {len(worse)} of {len(AGAINST)} figures"] if other and worse else []
        if problems:
            raise fail(f"{run.name} {' and '.join(problems)}.")
    err_console.print(f"{run.name} meets all {len(limits)} thresholds.")
    if other:
        err_console.print(f"It is not worse than {other.name} by more than chance.")


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

    if not url.startswith(("http://", "https://")):
        raise fail(f"{url} is not an http address.", EXIT_USAGE)
    with report_errors(), show_progress() as progress:
        run = _load_run(stored, out)
        labelled = read_labels(labels) if labels else {}
        server = Endpoint(url, model, server_key(), silence=timeout, seconds=timeout)
        judged = judge_run(run, model_as_judge(server), labelled, progress)
        if as_json:
            print_json(judged.to_json())
        else:
            _print_lines(*format_result(judged))


@app.command()
def check(
    questions: Questions = "starter",
    documents: Documents = None,
    library: LibraryFolder = None,
    out: OutFolder = RUNS_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Check each case of a set against its documents."""
    with report_errors():
        count, faults = check_question_set(
            find_question_file(questions), command_settings(), documents or [], library, out
        )
        if as_json:
            print_json([{"case": fault.case, "fault": fault.sentence} for fault in faults])
        else:
            _print_lines(*faults)
        if faults:
            raise fail(f"{len(faults)} faults in {count} cases.")
    err_console.print(f"{count} cases, no faults.")


@app.command()
def support(
    faults: Annotated[bool, typer.Option("--faults", help="Print each claim that was judged wrongly.")] = False,
    words_only: Annotated[bool, typer.Option("--words-only", help="Run without the embedding model.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how well the check of written sentences separates faithful paraphrases from corruptions."""
    with report_errors():
        config = command_settings()
        embedder = None if words_only else make_embedder(config.embedding, config.data_dir / "models")
        results = list(support_measure.measure(support_measure.run_time_check(embedder)))
        rows = {
            "check": support_measure.summarise_kinds(results),
            "evaluation": support_measure.summarise_kinds(
                list(support_measure.measure(support_measure.evaluation_check()))
            ),
        }
    if as_json:
        print_json(rows)
        return
    if faults:
        support_measure.print_faults(out_console, results)
    support_measure.print_shares(out_console, rows)


@app.command()
def brief(
    items: Annotated[list[str] | None, typer.Option("--item", help="Agenda item. Can be repeated.")] = None,
    themes: Annotated[list[str] | None, typer.Option("--theme", help="Theme. Can be repeated.")] = None,
    documents: Annotated[list[str] | None, typer.Option("--document", help="Document. Can be repeated.")] = None,
    mode: Annotated[str, typer.Option(help="As for the command 'brief'.")] = "quote",
    as_json: AsJson = False,
) -> None:
    """Write briefings from the configured library and check every sentence and citation."""
    requests: list[tuple[Kind, str]] = [("item", each) for each in items or ()]
    requests += [("theme", each) for each in themes or ()]
    requests += [("document", each) for each in documents or ()]
    if not requests:
        raise fail("Name at least one --item, --theme or --document.", EXIT_USAGE)
    results = {}
    with plain_errors():
        config = check_mode(mode, command_settings())
    with report_errors(), open_engine(settings=command_settings(), owner="rapporteur eval brief") as engine:
        for kind, value in requests:
            briefing = make_briefing(engine, Request(kind, value, mode=config))
            results[f"{kind} {value}"] = briefs.compute_scores(briefing, engine.library)
    if as_json:
        print_json({name: scores.to_json() for name, scores in results.items()})
    else:
        briefs.print_scores(out_console, results)


def _print_figures(
    figures: Mapping[str, RoundedFigures],
    as_json: bool,
    first: str,
    columns: Mapping[str, str],
    rows: Iterable[tuple[str, object]] | None = None,
    wrong: Iterable[str] = (),
) -> None:
    """Prints figures by set, as JSON or as a table with what was judged wrongly before it; `rows` are those of the
    table, by default the sets. `columns` maps a heading to a format string for the value (`{0.recall:.3f}`)."""
    if as_json:
        print_json({name: scores.to_json() for name, scores in figures.items()})
        return
    _print_lines(*wrong)
    cells = ([name, *(each.format(value) for each in columns.values())] for name, value in rows or figures.items())
    print_table(out_console, (first, *columns), cells)


@app.command()
def texts(
    documents: Annotated[list[Path], typer.Argument(help="Files and folders with the labelled texts.")],
    labels: Labels = None,
    wrong: ShowWrong = False,
    as_json: AsJson = False,
) -> None:
    """Measure how well the comparison of two texts pairs paragraphs and says what changed."""
    with report_errors():
        labelled = load_labels(labels or COMPARISONS, comparison.Labelled)
        read = comparison.read_texts(documents, {name for each in labelled for name in (each.first, each.second)})
        figures = {name: comparison.compute_scores(each, read) for name, each in split_held_out(labelled).items()}
    _print_figures(figures, as_json, "texts", comparison.COLUMNS, wrong=figures["all"].wrong if wrong else ())


@app.command("origins")
def measure_origins(labels: Labels = None, wrong: ShowWrong = False, as_json: AsJson = False) -> None:
    """Measure how well 'origins' finds where paragraphs come from, in the configured library, which must have the labelled
    texts."""
    with report_errors(), open_library(command_settings(), "rapporteur eval origins", make=False) as library:
        figures = origins.compute_scores(library, load_labels(labels or ORIGINS, origins.Labelled))
    _print_figures({"all": figures}, as_json, "texts", origins.COLUMNS, wrong=figures.wrong if wrong else ())


@app.command("mandates")
def measure_mandates(
    documents: Annotated[list[Path], typer.Argument(help="Files and folders with the labelled resolutions.")],
    labels: Labels = None,
    wrong: Annotated[
        bool, typer.Option("--wrong", help="Print what was judged wrongly in the documents that are not held out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how well requests and decisions are read from resolutions: verb, addressee, time."""
    with report_errors():
        labelled = load_labels(labels or MANDATES, mandates.Labelled)
        read = comparison.read_texts(documents, {each.document for each in labelled})
        sets = {name: each for name, each in split_held_out(labelled).items() if each}
        figures = {name: mandates.compute_scores(each, read) for name, each in sets.items()}
    seen = figures.get("seen while tuning")
    rows = [(name, (each, field, score)) for name, each in figures.items() for field, score in each.fields.items()]
    _print_figures(figures, as_json, "set", mandates.COLUMNS, rows, seen.wrong if seen and wrong else ())


@app.command("topics")
def measure_topics(
    labels: Annotated[
        Path | None, typer.Option("--topics", help="File of topics; by default the one included.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how well 'compare' finds what a text says on a topic, in the configured library, which must have the documents."""
    with report_errors(), open_engine(settings=command_settings(), owner="rapporteur eval topics") as engine:
        chosen_topics = load_labels(labels or TOPICS, topics.Topic)
        results = {each: topics.find_places(engine, each) for each in chosen_topics}
    sets: dict[str, list[topics.Topic]] = {}
    for each in sorted(chosen_topics, key=lambda topic: topic.held_out):
        sets.setdefault(f"{each.language}, {'held out' if each.held_out else 'seen'}", []).append(each)
    figures = {name: topics.compute_scores(each, results.__getitem__) for name, each in sets.items()}
    _print_figures(figures, as_json, "topics", topics.COLUMNS)


for _command in (retrieval, abstention, evidence):
    app.command()(_command)


def _print_lines(*lines: object) -> None:
    for line in lines:
        out_console.print(str(line))


def _load_run(name: Path, out: Path) -> Run:
    """Loads a stored run by its folder, or by its name among the runs."""
    by_name = out / name
    return load_run(by_name if not name.exists() and by_name.exists() else name)
