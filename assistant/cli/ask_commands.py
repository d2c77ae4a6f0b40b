"""The commands ask, chat, search and demo."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ConfigDict, ValidationError
from rich.text import Text

from assistant.cli.backend import Backend, open_backend
from assistant.cli.command_run import (
    EXIT_FAILED,
    EXIT_USAGE,
    TO_ADD,
    check_language,
    check_mode,
    err_console,
    fail,
    out_console,
    print_json,
    read_stdin_or,
)
from assistant.cli.render import print_answer, print_events
from assistant.question_request import QuestionRequest, Wish
from assistant.row_tables import without_bars
from assistant.service_errors import ServiceFault
from corpus.corpus_errors import LibraryError
from corpus.embedding.embedder import EmbeddingError

log = logging.getLogger("rapporteur.batch")
DEMO_QUESTIONS = (
    "When is agenda item 3 taken up?",
    "Which paper is for item 2?",
    "Can migrants be prosecuted for having been smuggled?",
    "¿Qué puntos se examinan el viernes por la tarde?",
    "What does CTOC/COP/WG.7/2021/3 recommend to prosecutors?",
)
SAMPLE, SAMPLE_ID = "draft-decision.md", "draft-decision-on-fog-signals-and-night-lights"
"""A fictitious document for the demo, and the id that it gets in the library."""
SAMPLE_QUESTIONS = (
    "How often must a harbour sound its fog signal?",
    "Who pays for new lamps?",
    "¿Quién debe informar sobre las señales, y cuándo?",
)


class SearchRow(BaseModel):
    """A line of a batch file of `search`."""

    model_config = ConfigDict(extra="forbid")
    id: Any
    question: str


class QuestionRow(SearchRow, Wish):
    """A line of a batch file of `ask`."""

    history: list[str] = []


RowT = TypeVar("RowT", bound=SearchRow)


def ask(
    question: Annotated[
        str | None, typer.Argument(help="The question. Without it, or with -, read from standard input.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")] = False,
    batch: Annotated[
        Path | None,
        typer.Option(help="File of JSON lines {id, question, history?, scope?}. Prints one JSON object per line."),
    ] = None,
    language: Annotated[str | None, typer.Option(help="Language of the question, if detection gets it wrong.")] = None,
    mode: Annotated[str | None, typer.Option(help="quote, write (by the configured model) or auto.")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also print what was found and read and what decided, on standard error.")
    ] = False,
) -> None:
    """Answer one question, or a file of questions."""
    if batch is not None:
        if explain:
            raise fail("--explain takes one question, not a file of questions.", EXIT_USAGE)
        rows = _read_batch(batch, QuestionRow)
        with open_backend("ask") as backend:
            known = check_mode(mode, backend.settings)

            def answered(row: QuestionRow) -> dict[str, Any]:
                spoken, mode = row.language or language, row.mode or known
                asked = QuestionRequest.of(row.question, row.history, language=spoken, mode=mode, scope=row.scope)
                return backend.ask(asked).to_json()

            _print_batch(rows, answered)
        return
    text = read_stdin_or(question)
    check_language(language)
    with open_backend("ask") as backend:
        recorder = None
        if explain:
            from assistant.cli.explain import ExplainRecorder  # imports the question answering, which is slow

            recorder = ExplainRecorder(backend)
        answer = backend.ask(QuestionRequest.of(text, language=language, mode=check_mode(mode, backend.settings)))
        if not as_json and answer.status != "refused":
            print_answer(out_console, answer, backend.read)
    if as_json:
        print_json(answer.to_json())
    elif answer.status == "refused":
        raise fail(answer.reason, EXIT_FAILED if answer.question else EXIT_USAGE)
    if recorder is not None:
        recorder.print(err_console, answer)
    if answer.status == "refused":
        raise typer.Exit(EXIT_FAILED if answer.question else EXIT_USAGE)


def chat(
    mode: Annotated[str | None, typer.Option(help="quote, write (by the configured model) or auto.")] = None,
) -> None:
    """Ask in turns. Understands follow-ups such as "and on Friday?". An empty line or Ctrl-D ends the chat."""
    history: list[str] = []
    with open_backend("chat") as backend:
        known = check_mode(mode, backend.settings)
        err_console.print("Ask about the documents. An empty line ends.")
        while True:
            err_console.print("> ", end="")
            line = sys.stdin.readline().strip()
            if not line:
                return
            print_events(out_console, backend.stream(QuestionRequest.of(line, history, mode=known)), backend.read)
            out_console.print()
            history.append(line)


def search(
    query: Annotated[
        str | None, typer.Argument(help="What to look for. Without it, or with -, read from standard input.")
    ] = None,
    count: Annotated[int, typer.Option("-k", min=1, max=100, help="Number of passages.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
    batch: Annotated[
        Path | None, typer.Option(help="File of JSON lines {id, question}. Prints one JSON object per line.")
    ] = None,
) -> None:
    """Find passages."""
    if batch is not None:
        rows = _read_batch(batch, SearchRow)
        with open_backend("search") as backend:
            _print_batch(rows, lambda row: {"hits": backend.search(row.question, count)})
        return
    text = read_stdin_or(query)
    if not text.strip():
        raise fail("Say what to look for.", EXIT_USAGE)
    with open_backend("search") as backend:
        found = backend.search(text, count)
        empty = not found and not backend.records(missing=False)
    if as_json:
        print_json(found)
        return
    for each in found:
        out_console.print(
            Text.assemble((f"{each['rank']}. ", "cyan"), (each["locator"], "bold"), f"  {each['score']:.4f}")
        )
        out_console.print(Text(without_bars(each["text"])))
    if not found:
        err_console.print(f"The library is empty. {TO_ADD}" if empty else "Nothing found.")


def demo() -> None:
    """Build the library from the starter corpus and answer five questions. Then answer three about a made-up document."""
    from importlib.resources import as_file, files

    from assistant.cli.command_run import command_settings
    from assistant.cli.ingest_commands import ingest

    def answered(backend: Backend, questions: Sequence[str]) -> None:
        for question in questions:
            out_console.print()
            out_console.print(Text(f"? {question}", style="bold magenta"))
            print_answer(out_console, backend.ask(QuestionRequest.of(question)), backend.read)

    ingest(paths=None, starter=True, symbol=None, language=None)
    with open_backend("demo") as backend:
        answered(backend, DEMO_QUESTIONS)
    err_console.print("\nReading a new document, made up for this demo ...")
    with as_file(files("corpus") / "sample" / SAMPLE) as path:
        ingest(paths=[path], starter=False, symbol=None, language=None, again=True)
    with open_backend("demo") as backend:
        answered(backend, SAMPLE_QUESTIONS)
        backend.remove(SAMPLE_ID, None, None)
    folder = command_settings().data_dir
    program = Path(sys.argv[0]).name if shutil.which("rapporteur") else sys.argv[0]
    err_console.print(
        f"\nThe library is in {folder}. Now try:\n"
        f'  {program} ask "What must be done when a smuggled migrant is detained?"\n'
        f"  {program} chat\n"
        f"  {program} meeting\n"
        f"  {program} ingest FILE...   (PDF, DOCX, HTML, text)\n"
        f"  {program} --help",
    )


def _print_batch(rows: Sequence[RowT], answer: Callable[[RowT], dict[str, Any]]) -> None:
    """Prints a JSON line for each row of a batch: its answer or its error. A failing row does not end the batch."""
    failed = 0
    for row in rows:
        try:
            record = answer(row)
        except (ServiceFault, LibraryError, EmbeddingError) as error:
            record = {"error": str(error)}
        except Exception:  # the rows after it must be answered
            log.exception("the question %s of the batch broke down", json.dumps(row.id, ensure_ascii=False))
            record = {"error": "Internal error while answering this question; standard error has the details."}
        failed += "error" in record
        print_json({"id": row.id, **record})
    if failed:
        raise fail(f"{failed} of {len(rows)} could not be answered; the lines with an error say why.")


def _read_batch(path: Path, kind: type[RowT]) -> list[RowT]:
    """Reads and validates the lines of a batch file."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise fail(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    rows = []
    # Only line feeds end a line: questions may contain other characters that `splitlines` would break at.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            rows.append(kind.model_validate_json(line))
        except ValidationError as error:
            wrong = error.errors()[0]
            reason = ": ".join([".".join(map(str, wrong["loc"])), wrong["msg"]]).removeprefix(": ")
            fields = ", ".join(kind.model_fields)
            raise fail(f"{path}, line {number} is not a valid object of {fields}: {reason}.") from None
    return rows
