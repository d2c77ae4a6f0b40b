"""Commands about answers that people rated: feedback add, list, export. Exported, they are cases to review."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.table import Column, Table
from rich.text import Text

from assistant.cli.desk import open_desk
from assistant.cli.render import print_answer
from assistant.cli.session import EXIT_USAGE, data, fail, known_language, read_stdin_or, talk
from assistant.question_request import QuestionRequest
from assistant.rated_cases import NAMES, RATINGS
from corpus.feedback import Feedback, FeedbackError, FeedbackFull, feedback_of
from ingest.readers import visible

app = typer.Typer(name="feedback", help="Rate answers, and turn ratings into cases for the evaluation.",
                  no_args_is_help=True)  # fmt: skip

MAX_SHOWN = 160
"""Characters of a text in the list."""


@app.command()
def add(
    question: Annotated[str | None, typer.Argument(help="The question; - or none reads standard input.")] = None,
    rating: Annotated[str, typer.Option(help="up where the answer is right, down where it is wrong, none.")] = "none",
    comment: Annotated[str, typer.Option(help="What is good or wrong about it.")] = "",
    expected: Annotated[str, typer.Option(help="What the answer should have said.")] = "",
    history: Annotated[
        list[str] | None, typer.Option(help="An earlier question of the talk, oldest first; may be repeated.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Language of the question, where detection errs.")] = None,
) -> None:
    """Ask a question, show the answer, and keep both with your rating."""
    text = read_stdin_or(question)
    known_language(language)
    if rating not in RATINGS:
        raise fail(f"--rating {rating!r} is none of {', '.join(RATINGS)}.", EXIT_USAGE)
    turns = history or []
    with open_desk("feedback") as desk:
        _checked(text, language or "en", turns, comment=comment, expected=expected)
        answer = desk.ask(QuestionRequest.of(text, turns, language=language))
        if answer.status == "refused":
            raise fail(answer.reason)
        kept = _checked(
            text, answer.language, turns, RATINGS[rating], answer.to_json(), comment=comment, expected=expected
        )
        try:
            number = desk.rate(kept)
        except FeedbackFull as error:
            raise fail(str(error)) from None
        print_answer(data, answer, desk.read)
    talk.print(f"Kept as feedback {number}.")


@app.command("list")
def list_feedback(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False) -> None:
    """List what is kept, oldest first."""
    with open_desk("feedback") as desk:
        kept = desk.ratings()
    if as_json:
        typer.echo(json.dumps(kept, ensure_ascii=False))
        return
    if not kept:
        talk.print("No feedback is kept. Add some: rapporteur feedback add QUESTION --rating up")
        return
    table = Table("No.", "Time", "Rating", Column("Question", ratio=2), Column("Answer"), Column("Comment", ratio=2))
    for each in kept:
        expected = each["expected"] and f"expected: {each['expected']}"
        said = " / ".join(part for part in (each["comment"], expected) if part)
        cells = (str(each["id"]), each["time"], NAMES[each["rating"]], " / ".join([*each["history"], each["question"]]),
                 str(each["answer"].get("status", "")), said)  # fmt: skip
        table.add_row(*(Text(_brief(cell)) for cell in cells))
    data.print(table)


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="File to write; standard output without it.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write what is kept as YAML cases for a person to review."""
    if out is not None and out.exists() and not force:
        raise fail(f"{out} is there already. Name another file, or write over it with --force.", EXIT_USAGE)
    with open_desk("feedback") as desk:
        written = desk.cases()
    count = len(yaml.safe_load(written))
    if not count:
        raise fail(
            "No feedback is kept, so nothing was written. Add some: rapporteur feedback add QUESTION --rating up"
        )
    if out is None:
        typer.echo(written, nl=False)
        return
    try:
        with out.open("w" if force else "x", encoding="utf-8") as file:
            file.write(written)
    except OSError as error:
        raise fail(f"{out} can't be written: {error.strerror or error}.") from None
    talk.print(f"{count} cases written to {visible(str(out))}. They are to be reviewed.", markup=False)


@app.command()
def remove(number: Annotated[int, typer.Argument(min=1, help="Number of the last rating that goes.")]) -> None:
    """Remove the ratings up to a number, as 'feedback list' shows it."""
    with open_desk("feedback") as desk:
        removed = desk.remove_ratings(number)
    talk.print(f"{removed} ratings removed.")


def _checked(
    question: str,
    language: str,
    history: Sequence[str],
    rating: int = 0,
    answer: dict[str, Any] | None = None,
    *,
    comment: str,
    expected: str,
) -> Feedback:
    try:
        return feedback_of(
            question, language, rating, history=history, answer=answer, comment=comment, expected=expected
        )
    except FeedbackError as error:
        raise fail(str(error), EXIT_USAGE) from None


def _brief(text: str) -> str:
    line = " ".join(visible(text).split())
    return line if len(line) <= MAX_SHOWN else f"{line[: MAX_SHOWN - 3]}..."
