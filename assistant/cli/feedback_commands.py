"""Commands about answers that people rated: feedback add, list, export. Exported, they are cases to review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.table import Column

from assistant.cli.backend import open_backend
from assistant.cli.command_run import (
    EXIT_USAGE,
    check_language,
    err_console,
    fail,
    out_console,
    print_list,
    read_stdin_or,
)
from assistant.cli.render import print_answer
from assistant.feedback_cases import NAMES, RATINGS
from assistant.question_request import QuestionRequest
from corpus.feedback import FeedbackError, FeedbackFull, make_feedback
from ingest.readers import visible

app = typer.Typer(
    name="feedback", help="Rate answers, and turn ratings into cases for the evaluation.", no_args_is_help=True
)
_TO_ADD = "Add some: rapporteur feedback add QUESTION --rating up"
MAX_SHOWN = 160
"""Characters of a text in the list."""


@app.command()
def add(
    question: Annotated[
        str | None, typer.Argument(help="The question. Without it, or with -, read from standard input.")
    ] = None,
    rating: Annotated[str, typer.Option(help="up if the answer is right, down if it is wrong, or none.")] = "none",
    comment: Annotated[str, typer.Option(help="What is good or wrong about it.")] = "",
    expected: Annotated[str, typer.Option(help="What the answer should have said.")] = "",
    history: Annotated[
        list[str] | None, typer.Option(help="An earlier question of the conversation, oldest first. Can be repeated.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Language of the question, if detection gets it wrong.")] = None,
) -> None:
    """Ask a question, show the answer, and store both with your rating."""
    text = read_stdin_or(question)
    check_language(language)
    if rating not in RATINGS:
        raise fail(f"Unknown --rating {rating!r}. Known: {', '.join(RATINGS)}.", EXIT_USAGE)
    fields: dict[str, Any] = {"history": history or [], "comment": comment, "expected": expected}
    with open_backend("feedback") as backend:
        try:
            make_feedback(text, language or "en", 0, **fields)  # fails before asking where it cannot be stored
            answer = backend.ask(QuestionRequest.of(text, fields["history"], language=language))
            if answer.status == "refused":
                raise fail(answer.reason)
            rated = make_feedback(text, answer.language, RATINGS[rating], answer=answer.to_json(), **fields)
            number = backend.rate(rated)
        except FeedbackError as error:
            raise fail(str(error), EXIT_USAGE) from None
        except FeedbackFull as error:
            raise fail(str(error)) from None
        print_answer(out_console, answer, backend.read)
    err_console.print(f"Stored as feedback {number}.")


@app.command("list")
def list_feedback(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False) -> None:
    """List the ratings, oldest first."""
    with open_backend("feedback") as backend:
        ratings = backend.ratings()
    if not ratings and not as_json:
        err_console.print(f"No feedback is stored. {_TO_ADD}")
        return
    heads = ("No.", "Time", "Rating", Column("Question", ratio=2), Column("Answer"), Column("Comment", ratio=2))
    print_list(ratings, as_json, heads, _row)


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="File to write; by default standard output.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write the ratings as YAML cases for a person to review."""
    if out is not None and out.exists() and not force:
        raise fail(f"{out} already exists. Name another file, or overwrite it with --force.")
    with open_backend("feedback") as backend:
        written = backend.cases()
    count = len(yaml.safe_load(written))
    if not count:
        raise fail(f"No feedback is stored, so nothing was written. {_TO_ADD}")
    if out is None:
        typer.echo(written, nl=False)
        return
    try:
        with out.open("w" if force else "x", encoding="utf-8") as file:
            file.write(written)
    except OSError as error:
        raise fail(f"{out} cannot be written: {error.strerror or error}.") from None
    err_console.print(f"{count} cases written to {visible(str(out))}. Review them before use.")


@app.command()
def remove(number: Annotated[int, typer.Argument(min=1, help="Number of the last rating to remove.")]) -> None:
    """Remove the ratings up to a number, as shown by 'feedback list'."""
    with open_backend("feedback") as backend:
        removed = backend.remove_ratings(number)
    err_console.print(f"{removed} ratings removed.")


def _row(rated: dict[str, Any]) -> list[str]:
    expected = rated["expected"] and f"expected: {rated['expected']}"
    said = " / ".join(part for part in (rated["comment"], expected) if part)
    asked = " / ".join([*rated["history"], rated["question"]])
    status = str(rated["answer"].get("status", ""))
    cells = (str(rated["id"]), rated["time"], NAMES[rated["rating"]], asked, status, said)
    lines = [" ".join(visible(cell).split()) for cell in cells]
    return [line if len(line) <= MAX_SHOWN else f"{line[: MAX_SHOWN - 3]}..." for line in lines]
