"""`python -m eval.training`: how the shipped readers are trained (docs/training.md). Data on stdout, messages on
stderr."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import typer

from assistant.cli.command_run import err_console, out_console
from assistant.meeting.intents import FILE
from assistant.qa.reader import Name, Reader
from corpus.embedding import PackagedE5
from corpus.embedding.languages import FIGURES
from corpus.embedding.query_encoder import QUERIES
from corpus.files import file_hash
from eval.metrics.selective import reliability
from eval.output import print_table, report_errors, show_progress
from eval.runs.corpora import engine_over, models_folder
from eval.training import intent_training, judgements, language_vectors, measure
from eval.training.bridge import initial_weights
from eval.training.calibrate import Outcome
from eval.training.calibrate import calibrate as fit_calibration
from eval.training.card import write_card
from eval.training.export import export_weights, npz
from eval.training.groups import load_groups, save_groups
from eval.training.published import publish
from eval.training.rows import CALIBRATION, PAPERS, QUESTIONS, TRANSLATIONS, make_rows
from ingest.readers import visible

SHIPPED = Path(__file__).parents[2] / "assistant" / "qa" / "data"
"""Folder of the shipped readers."""
EMBEDDING = Path(__file__).parents[2] / "corpus" / "embedding"
"""Folder of the shipped files of the embedding models."""

app = typer.Typer(
    help="Build the included readers: rows, training, export, calibration, card.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Which = Annotated[Name, typer.Argument(help="The reader.")]
Weights = Annotated[Path | None, typer.Option(help="Exported reader; by default the one included.")]
Aside = Annotated[list[Path], typer.Option(help="Questions about other subjects: aside.jsonl of the rows.")]
Calibrations = Annotated[Path, typer.Option(help="File to write; its values for other readers are kept.")]
Models = Annotated[Path, typer.Option(help="Folder of the required models.")]
Rows = Annotated[list[Path], typer.Option(help="File of rows. Can be repeated.")]
Checkpoint = Annotated[Path, typer.Option(help="Folder for the checkpoint; an interrupted run continues from it.")]
Minutes = Annotated[float | None, typer.Option(min=0.01, help="Time limit; by default the one of the plan.")]
Threads = Annotated[int, typer.Option(min=1, help="Number of threads.")]


@app.command()
def rows(
    shared: Annotated[Path, typer.Option(help="Folder with training/, eval/ and documents/un/train/.")],
    out: Annotated[Path, typer.Option(help="Folder for the rows, and for the library and models it needs.")],
) -> None:
    """Create the training rows of both readers, and the questions reserved for calibration."""
    with report_errors(ValueError), show_progress() as progress:
        files = make_rows(shared, out, progress)
    for name, path in files.items():
        out_console.print(f"{file_hash(path)}  {name}  {path}")


@app.command()
def published() -> None:
    """Write the included parts of published models: the English embedding model and the base of the readers."""
    with report_errors(ValueError):
        for file in publish(EMBEDDING):
            out_console.print(f"{file_hash(file)}  {file}")


@app.command()
def bridge(
    rows: Annotated[list[Path], typer.Option(help="File of rows with English passages. Can be repeated.")],
    out: Annotated[Path, typer.Option(help="File to write: the starting point for the training of `multilingual`.")],
    weights: Annotated[Path | None, typer.Option(help="English reader; by default the one included.")] = None,
) -> None:
    """Fit the bridge from the multilingual base to the English reader."""
    with report_errors(ValueError):
        _write(out, initial_weights(rows, weights or SHIPPED / "reader-en.npz"))


@app.command()
def train(
    name: Which,
    rows: Rows,
    out: Checkpoint,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Time limit; by default the one of the reader.")
    ] = None,
    threads: Threads = 1,
    begin: Annotated[
        Path | None, typer.Option(help="Checkpoint or included weights to start from; by default the base.")
    ] = None,
) -> None:
    """Train a reader for a limited time."""
    from eval.training.train import PLANS
    from eval.training.train import train as trained

    with report_errors(ValueError):
        plan = replace(PLANS[name], minutes=PLANS[name].minutes if minutes is None else minutes, threads=threads)
        trained(rows, plan, out, begin, _note)
    out_console.print(str(out / "reader.pt"))


@app.command()
def distil(
    rows: Rows,
    teacher: Annotated[Path, typer.Option(help="Checkpoint or exported weights of the reader with all layers.")],
    out: Checkpoint,
    minutes: Minutes = None,
    threads: Threads = 1,
) -> None:
    """Distil the English reader into one with nine of its twelve layers, which takes three quarters of the time."""
    from eval.training.distillation import LAYERS, PLAN
    from eval.training.distillation import distil as distilled

    with report_errors(ValueError):
        plan = replace(PLAN, minutes=PLAN.minutes if minutes is None else minutes, threads=threads)
        distilled(rows, plan, LAYERS, out, teacher, _note)
    out_console.print(str(out / "reader.pt"))


@app.command()
def judge(
    rows: Rows,
    out: Annotated[Path, typer.Option(help="File to write.")],
    folder: Models,
    weights: Annotated[Path | None, typer.Option(help="English reader; by default the one included.")] = None,
) -> None:
    """Let both readers judge the passages of rows, for `learn`. Labels are not used."""
    with report_errors(ValueError), show_progress() as progress:
        groups = [group for path in rows for group in load_groups(path)]
        first, second = (
            Reader("en", models_folder(folder), weights=weights),
            Reader("multilingual", models_folder(folder)),
        )
        save_groups(progress.counted(judgements.judge(groups, first, second), "questions", len(groups)), out)
    out_console.print(f"{file_hash(out)}  {out}")


@app.command()
def learn(
    rows: Rows,
    out: Checkpoint,
    begin: Annotated[Path, typer.Option(help="Checkpoint or exported weights to start from.")] = SHIPPED
    / "reader-en.npz",
    minutes: Minutes = None,
    threads: Threads = 1,
) -> None:
    """Train the English reader to say what both readers say together of the rows of `judge`."""
    from eval.training.distillation import JUDGED_PLAN
    from eval.training.distillation import learn as learnt

    with report_errors(ValueError):
        plan = replace(JUDGED_PLAN, minutes=JUDGED_PLAN.minutes if minutes is None else minutes, threads=threads)
        learnt(rows, plan, out, begin, _note)
    out_console.print(str(out / "reader.pt"))


@app.command()
def mine(
    name: Which,
    rows: Annotated[list[Path], typer.Option(help="File of training rows. Can be repeated.")],
    out: Annotated[Path, typer.Option(help="File of rows to write; `.gz` compresses it.")],
    kept: Annotated[
        int, typer.Option(min=1, help="Number of passages without an answer to keep for each question.")
    ] = 4,
    weights: Annotated[Path | None, typer.Option(help="Reader; by default the one included.")] = None,
) -> None:
    """Keep, for each question, the passages that answer it and those the reader is most likely to mistake for an answer."""
    with report_errors(ValueError), show_progress() as progress:
        groups = [group for path in rows for group in load_groups(path) if (group.language == "en") == (name == "en")]
        reader = Reader(name, models_folder(out.parent), weights=weights)
        save_groups(progress.counted(measure.mine_hard_negatives(groups, reader, kept), "questions", len(groups)), out)
    out_console.print(f"{file_hash(out)}  {out}")


@app.command()
def languages(folder: Models = Path("eval-runs")) -> None:
    """Measure the effect of each language on the vectors of the multilingual model."""
    with report_errors(ValueError):
        sentences = language_vectors.parallel_questions(QUESTIONS, TRANSLATIONS)
        passages = language_vectors.unrelated_passages(PAPERS)
        figures = language_vectors.compute_figures(sentences, passages, PackagedE5(models_folder(folder)))
        _write(EMBEDDING / FIGURES, npz(figures))


@app.command()
def queries(
    shared: Annotated[Path, typer.Option(help="Folder with documents/un/train/.")],
    out: Annotated[Path, typer.Option(help="Folder for the checkpoint, and for the library and models it needs.")],
    minutes: Minutes = None,
    threads: Threads = 1,
) -> None:
    """Train the query encoder of the multilingual model, and write the included file."""
    from eval.training.query_training import Plan, build_encoder, load_training_sets
    from eval.training.query_training import train as trained

    plan = Plan(threads=threads)
    plan = plan if minutes is None else replace(plan, minutes=minutes)
    with report_errors(ValueError), show_progress() as progress:
        training_sets = load_training_sets(shared, out, progress)
        encoder = build_encoder(plan)
        trained(encoder, training_sets, plan, out, progress.note)
        _write(EMBEDDING / QUERIES, npz(encoder.factors()))


@app.command()
def intents(folder: Models = Path("eval-runs")) -> None:
    """Fit the model that recognizes what a question asks about a meeting, write the included file, and measure it on unseen
    patterns."""
    with report_errors(ValueError), show_progress() as progress:
        model, questions = PackagedE5(models_folder(folder)), intent_training.all_questions()
        counted = progress.counted(questions, "questions", len(questions))
        vectors = np.stack([model.embed_query(each.text) for each in counted])
        rows = intent_training.auc_by_language(intent_training.cross_validate(questions, vectors))
        fitted = intent_training.fit_intents(questions, vectors, model.name)
        _write(SHIPPED.parents[1] / "data" / FILE, npz(intent_training.to_arrays(fitted)))
    print_table(out_console, ("language", "questions", "AUC"), rows, "Patterns left out")


@app.command()
def export(
    name: Which,
    checkpoint: Annotated[list[Path], typer.Option(help="Checkpoint of a training. Can be repeated: uses their mean.")],
    out: Annotated[Path | None, typer.Option(help="File to write; by default the one included.")] = None,
) -> None:
    """Write a checkpoint, or the mean of several, in the included form, with 8-bit layers."""
    with report_errors(ValueError):
        _write(out or SHIPPED / f"reader-{name}.npz", export_weights(*checkpoint))


@app.command()
def calibrate(
    name: Annotated[Literal["en", "multilingual", "likeness"], typer.Argument(help="A reader, or likeness.")],
    questions: Annotated[list[Path], typer.Option(help="Questions about the documents. Can be repeated.")],
    documents: Annotated[Path, typer.Option(help="Folder of documents that the reader was not trained on.")],
    aside: Aside,
    translations: Annotated[
        list[Path], typer.Option(help="The same questions in other languages. Can be repeated.")
    ] = [],  # noqa: B006  (typer copies it)
    weights: Weights = None,
    out: Calibrations = SHIPPED / "calibration.json",
    folder: Annotated[Path, typer.Option(help="Folder for the library and the required models.")] = Path("eval-runs"),
) -> None:
    """Fit probabilities and thresholds of a reader, or of likeness, on questions with and without an answer and the passages
    found for them."""
    with report_errors(ValueError), show_progress() as progress:
        with engine_over([documents], folder, progress.reading) as engine:
            if name == "likeness":
                best, shipped = measure.score_by_likeness(engine), None
            else:
                path = weights or SHIPPED / f"reader-{name}.npz"
                second = Reader("multilingual", models_folder(folder)) if name == "en" else None
                best = measure.score_by_reader(engine, Reader(name, models_folder(folder), weights=path), second)
                shipped = path.read_bytes()
            selected = measure.questions_for(name, questions, aside, engine, translations)
            outcomes = list(progress.counted(measure.outcomes(selected, best), "questions", len(selected)))
        _fit(name, outcomes, shipped, out)


@app.command()
def calibrate_written(
    name: Annotated[
        Literal["same-language", "from-english", "neither-english"], typer.Argument(help="Language of the questions.")
    ],
    aside: Aside,
    weights: Weights = None,
    out: Calibrations = SHIPPED / "calibration.json",
    folder: Annotated[Path, typer.Option(help="Folder for the libraries and the required models.")] = Path("eval-runs"),
) -> None:
    """Fit probabilities and thresholds of the multilingual reader on written documents, for questions in their language, in
    English, or in a third one."""
    path = weights or SHIPPED / "reader-multilingual.npz"
    outcomes: list[Outcome] = []
    with report_errors(ValueError), show_progress() as progress:
        reader = Reader("multilingual", models_folder(folder), weights=path)
        for documents, questions in measure.prepare_written_sets(CALIBRATION, aside, folder, name):
            with engine_over([documents], folder, progress.reading) as engine:
                best = measure.score_by_reader(engine, reader)
                outcomes += progress.counted(
                    measure.outcomes(questions, best), f"questions ({documents.name})", len(questions)
                )
        _fit(name, outcomes, path.read_bytes(), out)


@app.command()
def card(
    en: Annotated[
        Path | None, typer.Option(help="run.json of the English reader; by default the known values.")
    ] = None,
    multilingual: Annotated[Path | None, typer.Option(help="run.json of the multilingual reader.")] = None,
    folder: Annotated[Path, typer.Option(help="Folder of the included readers.")] = SHIPPED,
) -> None:
    """Write the model card of the readers from their training and calibration records."""
    runs: dict[Name, Path | None] = {"en": en, "multilingual": multilingual}
    with report_errors(ValueError):
        path = write_card(folder, {name: path for name, path in runs.items() if path is not None})
    out_console.print(str(path))


def _fit(name: str, outcomes: list[Outcome], weights: bytes | None, out: Path) -> None:
    """Fits and writes a calibration; prints the reliability table and its figures."""
    calibration = fit_calibration(outcomes, all_questions=name == "likeness")
    measure.write_calibration(out, name, calibration, weights)
    chances = np.array([calibration.probability(each.logit) for each in outcomes])
    bins = reliability(chances, np.array([each.answerable for each in outcomes]))
    rows = ([each.questions, f"{each.chance:.3f}", f"{each.answerable:.3f}"] for each in bins)
    print_table(out_console, ("questions", "mean chance", "share answerable"), rows, "Reliability")
    for key, value in calibration.to_json().items():
        out_console.print(f"{key} {value}")
    err_console.print(f"Written: {out}.")


def _note(message: str) -> None:
    err_console.print(visible(message))


def _write(file: Path, data: bytes) -> None:
    """Writes a file; prints its size, hash and path."""
    file.write_bytes(data)
    err_console.print(f"{len(data) / 1e6:.1f} MB.")
    out_console.print(f"{hashlib.sha256(data).hexdigest()}  {file}")
