"""How good the answers are: question sets, metrics, peers, reports.

The command `rapporteur eval`. Data on stdout, talk on stderr; exit codes as in `assistant.cli.command_run`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.command_run import EXIT_USAGE, data, fail, known_mode, plain_errors, settings, talk
from assistant.engine_factory import open_engine, open_library
from eval.cases import EvaluationError, find_question_file
from eval.eval_progress import show_progress
from eval.output import RoundedFigures, load_labels, print_json, print_rows, report_errors, split_held_out
from eval.public.public_commands import abstention, evidence, retrieval

if TYPE_CHECKING:
    from assistant.reports.brief.briefing import Kind
    from eval.runs.run_store import Run

OUT = Path("eval-runs")
app = typer.Typer(
    help="How good the answers are: question sets, metrics, peers, reports.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Questions = Annotated[
    str,
    typer.Option(
        "--set",
        help="A shipped set (starter, unseen, reworded, conversations, meeting, un, languages, english), or a file of YAML or JSON Lines.",
    ),
]
Documents = Annotated[
    list[Path] | None, typer.Option(help="File or folder that stands in for the set's documents; may be repeated.")
]
HeldIn = Annotated[Path | None, typer.Option("--library", help="Use the library in this folder as it is.")]
Out = Annotated[Path, typer.Option(help="Folder of runs and of the libraries that are built for them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NoReader = Annotated[bool, typer.Option("--no-reader", help="Leave the readers out.")]
RunFolder = Annotated[Path, typer.Argument(help="Folder of a run, or its name in --out.")]
Labels = Annotated[Path | None, typer.Option(help="File of labels; by default the shipped one.")]
EachWrong = Annotated[bool, typer.Option("--wrong", help="Print each paragraph that was judged wrongly.")]


@app.command()
def run(
    questions: Questions = "starter",
    system: Annotated[
        str, typer.Option(help="rapporteur, llama-index, bm25, dense, cairn, or the URL of a server.")
    ] = "rapporteur",
    documents: Documents = None,
    library: HeldIn = None,
    no_reader: NoReader = False,
    model: Annotated[str, typer.Option(help="The model that a chat server is asked for.")] = "default",
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that a server may take for an answer.")] = 60.0,
    out: Out = OUT,
    name: Annotated[str | None, typer.Option(help="Name of the run; by default that of set and system.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Begin anew; the run before is kept beside.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask a system every question of a set; goes on where it was stopped, and asks those anew that failed."""
    from assistant.engine_factory import catalogue_of
    from corpus.embedding import make_models
    from eval.runs.execute import Plan, execute
    from eval.runs.run_comparison import summary_of
    from eval.runs.run_tables import print_summary
    from eval.systems import system_of

    if documents and library:
        raise fail("--documents and --library exclude each other.", EXIT_USAGE)
    with _told(), show_progress() as tell:
        chosen, file = settings(reader=False if no_reader else None), find_question_file(questions)
        asked = system_of(system, chosen, model, timeout)
        slug = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in asked.name).strip("-.")
        plan = Plan(
            name=name or f"{file.stem}-{slug}",
            questions=file,
            system=asked,
            out=out,
            models=make_models(chosen.embedding, chosen.multilingual, chosen.data_dir / "models"),
            catalogue=catalogue_of(chosen),
            catalogue_dir=chosen.catalogue_dir,
            documents=tuple(documents or ()),
            library=library,
            again=again,
            settings={"embedding": chosen.embedding, "multilingual": chosen.multilingual},
        )
        done = execute(plan, tell)
        summary = summary_of(done)
        if as_json:
            print_json({"run": str(done.folder), **done.meta, **summary.to_json()})
        else:
            print_summary(data, done.name, summary)
        talk.print(f"The run is in {done.folder}.", markup=False)
        if summary.cases and len(summary.failed) == summary.cases:
            raise fail(f"every case failed; the first: {done.records[0].error}.")


@app.command()
def compare(first: RunFolder, second: RunFolder, out: Out = OUT, as_json: AsJson = False) -> None:
    """How two runs differ, by paired tests, and which cases changed."""
    from eval.runs.run_comparison import compare as compared
    from eval.runs.run_tables import print_comparison

    with _told():
        found = compared(_run(first, out), _run(second, out))
        if as_json:
            print_json(found.to_json())
        else:
            print_comparison(data, found)


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs, or their names in the folder of runs.")],
    out: Annotated[Path, typer.Option(help="The HTML file to write.")],
    folder: Annotated[Path, typer.Option(help="Folder of runs.")] = OUT,
    failures: Annotated[
        int, typer.Option(min=0, help="Failed cases of a set that are shown at most, none that is held out; 0: none.")
    ] = 20,
) -> None:
    """One self-contained HTML page about one run or several; runs of one set are compared with the first of them."""
    from eval.report.page import write_report

    with _told():
        write_report([_run(each, folder) for each in runs], out, failures)
    talk.print(f"The report is in {out}.", markup=False)


@app.command()
def gate(
    stored: RunFolder,
    thresholds: Annotated[Path | None, typer.Option(help="File of thresholds; by default the shipped one.")] = None,
    against: Annotated[
        Path | None, typer.Option(help="Another run: fail, too, where this one is worse by a paired test.")
    ] = None,
    out: Out = OUT,
) -> None:
    """Fail with each threshold named that a run does not keep, and each figure in which it is worse than another run."""
    from eval.runs.gate import AGAINST, SHIPPED, broken, load_thresholds, losses
    from eval.runs.run_comparison import summary_of

    with _told():
        held = _run(stored, out)
        wanted = load_thresholds(thresholds or SHIPPED, str(held.meta["set"]))
        faults = broken(wanted, held, summary_of(held))
        other = _run(against, out) if against else None
        lost = losses(other, held) if other else []
        for fault in (*faults, *lost):
            data.print(fault, markup=False)
        told = [f"breaks {len(faults)} of {len(wanted)} thresholds"] if faults else []
        told += [f"is worse than {other.name} in {len(lost)} of {len(AGAINST)} figures"] if other and lost else []
        if told:
            raise fail(f"{held.name} {' and '.join(told)}.")
    talk.print(f"{held.name} keeps all {len(wanted)} thresholds.", markup=False)
    if other:
        talk.print(f"It is not worse than {other.name} by more than chance.", markup=False)


@app.command()
def judge(
    stored: RunFolder,
    url: Annotated[str, typer.Argument(help="Base address of an OpenAI-compatible server (https://host/v1).")],
    model: Annotated[str, typer.Option(help="The model that judges.")] = "default",
    labels: Annotated[
        Path | None, typer.Option(help="Cases that people judged: a YAML mapping from case to true or false.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that a judgement may take.")] = 60.0,
    out: Out = OUT,
    as_json: AsJson = False,
) -> None:
    """Have a model judge the answers of a run, and say how far it agrees with rules and labels."""
    from assistant.model.endpoint import Endpoint
    from eval.runs.judge import asking, judge_run, read_labels, told_of
    from eval.systems import key_of_server

    if not url.startswith(("http://", "https://")):
        raise fail(f"{url} is no http address.", EXIT_USAGE)
    with _told(), show_progress() as tell:
        held = _run(stored, out)
        wanted = read_labels(labels) if labels else {}
        server = Endpoint(url, model, key_of_server(), silence=timeout, seconds=timeout)
        judged = judge_run(held, asking(server), wanted, tell)
        if as_json:
            print_json(judged.to_json())
        else:
            for sentence in told_of(judged):
                data.print(sentence, markup=False)


@app.command()
def check(
    questions: Questions = "starter",
    documents: Documents = None,
    library: HeldIn = None,
    out: Out = OUT,
    as_json: AsJson = False,
) -> None:
    """Check each case of a set against its documents."""
    from eval.question_check import faults_of

    with _told():
        count, faults = faults_of(find_question_file(questions), settings(), documents or [], library, out)
        if as_json:
            print_json([{"case": fault.case, "fault": fault.sentence} for fault in faults])
        else:
            for fault in faults:
                data.print(str(fault), markup=False)
        if faults:
            raise fail(f"{len(faults)} faults in {count} cases.")
    talk.print(f"{count} cases, no faults.", markup=False)


@app.command()
def support(
    faults: Annotated[bool, typer.Option("--faults", help="Print each claim that was judged wrongly.")] = False,
    words_only: Annotated[bool, typer.Option("--words-only", help="Leave the embedding model out.")] = False,
    as_json: AsJson = False,
) -> None:
    """How well the check of written sentences tells faithful paraphrases from corruptions."""
    from corpus.embedding import make_embedder
    from eval.support import support_measure as measuring
    from eval.support.support_measure import print_faults, print_shares

    with _told():
        chosen = settings()
        embedder = None if words_only else make_embedder(chosen.embedding, chosen.data_dir / "models")
        told = list(measuring.measure(measuring.run_time(embedder)))
        rows = {
            "check": measuring.shares(told),
            "evaluation": measuring.shares(list(measuring.measure(measuring.evaluation()))),
        }
    if as_json:
        print_json(rows)
        return
    if faults:
        print_faults(data, told)
    print_shares(data, rows)


@app.command()
def brief(
    items: Annotated[list[str] | None, typer.Option("--item", help="Agenda item; may be repeated.")] = None,
    themes: Annotated[list[str] | None, typer.Option("--theme", help="Theme; may be repeated.")] = None,
    documents: Annotated[list[str] | None, typer.Option("--document", help="Document; may be repeated.")] = None,
    mode: Annotated[str, typer.Option(help="As for the command 'brief'.")] = "quote",
    as_json: AsJson = False,
) -> None:
    """Write briefings from the library of the settings and check every sentence and citation of them."""
    from assistant.reports import ReportError
    from assistant.reports.brief.brief_maker import brief as make
    from assistant.reports.brief.briefing import Request
    from eval.briefs import print_scores, scores_of

    asked: list[tuple[Kind, str]] = [("item", each) for each in items or ()]
    asked += [("theme", each) for each in themes or ()]
    asked += [("document", each) for each in documents or ()]
    if not asked:
        raise fail("Name at least one --item, --theme or --document.", EXIT_USAGE)
    found = {}
    with plain_errors():
        chosen = known_mode(mode, settings())
    with _told(), open_engine(settings=settings(), owner="rapporteur eval brief") as engine:
        for kind, value in asked:
            try:
                briefing = make(engine, Request(kind, value, mode=chosen))
            except ReportError as error:
                raise fail(str(error)) from None
            found[f"{kind} {value}"] = scores_of(briefing, engine.library)
    if as_json:
        print_json({name: scores.to_json() for name, scores in found.items()})
    else:
        print_scores(data, found)


def _show(
    found: Mapping[str, RoundedFigures],
    as_json: bool,
    first: str,
    columns: Mapping[str, str],
    rows: Iterable[tuple[str, object]] | None = None,
    wrong: Iterable[str] = (),
) -> None:
    """Figures by set, as JSON or as a table with what was judged wrongly before it; `rows` are those of the table, by default the sets."""
    if as_json:
        print_json({name: scores.to_json() for name, scores in found.items()})
        return
    for fault in wrong:
        data.print(fault, markup=False)
    print_rows(data, first, found.items() if rows is None else rows, columns)


@app.command()
def texts(
    documents: Annotated[list[Path], typer.Argument(help="Files and folders that hold the texts that are labelled.")],
    labels: Labels = None,
    wrong: EachWrong = False,
    as_json: AsJson = False,
) -> None:
    """How well the comparison of two texts pairs their paragraphs and tells what became of them."""
    from eval.cases import COMPARISONS
    from eval.comparison import COLUMNS, Labelled, read_texts, scores_of

    with _told():
        labelled = load_labels(labels or COMPARISONS, Labelled)
        held = read_texts(documents, {name for each in labelled for name in (each.first, each.second)})
        found = {name: scores_of(each, held) for name, each in split_held_out(labelled).items()}
    _show(found, as_json, "texts", COLUMNS, wrong=found["all"].wrong if wrong else ())


@app.command()
def origins(labels: Labels = None, wrong: EachWrong = False, as_json: AsJson = False) -> None:
    """How well it is told where paragraphs come from, in the library of the settings, which must hold the labelled texts."""
    from eval.cases import ORIGINS
    from eval.origins import COLUMNS, Labelled, scores_of

    with _told(), open_library(settings(), "rapporteur eval origins", make=False) as library:
        found = scores_of(library, load_labels(labels or ORIGINS, Labelled))
    _show({"all": found}, as_json, "texts", COLUMNS, wrong=found.wrong if wrong else ())


@app.command()
def mandates(
    documents: Annotated[
        list[Path], typer.Argument(help="Files and folders that hold the resolutions that are labelled.")
    ],
    labels: Labels = None,
    wrong: Annotated[
        bool, typer.Option("--wrong", help="Print what was judged wrongly in the documents that are not held out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """How well requests and decisions are read from resolutions: verb, addressee, time."""
    from eval.cases import MANDATES
    from eval.comparison import read_texts
    from eval.mandates import COLUMNS, Labelled, scores_of

    with _told():
        labelled = load_labels(labels or MANDATES, Labelled)
        held = read_texts(documents, {each.document for each in labelled})
        found = {name: scores_of(each, held) for name, each in split_held_out(labelled).items() if each}
    seen = found.get("seen while tuning")
    rows = [(name, (each, field, score)) for name, each in found.items() for field, score in each.fields.items()]
    _show(found, as_json, "set", COLUMNS, rows, seen.wrong if seen and wrong else ())


@app.command()
def topics(
    labels: Annotated[Path | None, typer.Option("--topics", help="File of topics; by default the shipped one.")] = None,
    as_json: AsJson = False,
) -> None:
    """How well it is found what a text says on a topic, in the library of the settings, which must hold the documents."""
    from eval.cases import TOPICS
    from eval.topics import COLUMNS, Topic, scores_of, told_of

    with _told(), open_engine(settings=settings(), owner="rapporteur eval topics") as engine:
        asked = load_labels(labels or TOPICS, Topic)
        told = {each: told_of(engine, each) for each in asked}
    sets: dict[str, list[Topic]] = {}
    for each in sorted(asked, key=lambda topic: topic.held_out):
        sets.setdefault(f"{each.language}, {'held out' if each.held_out else 'seen'}", []).append(each)
    _show({name: scores_of(each, told.__getitem__) for name, each in sets.items()}, as_json, "topics", COLUMNS)


for _command in (retrieval, abstention, evidence):
    app.command()(_command)


def _run(name: Path, out: Path) -> Run:
    """A stored run by its folder, or by its name among the runs."""
    from eval.runs.run_store import load_run

    beside = out / name
    return load_run(beside if not name.exists() and beside.exists() else name)


def _told() -> AbstractContextManager[None]:
    """Expected errors as sentences."""
    return report_errors(EvaluationError)
