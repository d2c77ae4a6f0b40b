"""Commands about answers that people rated: feedback add, list, export. Exported, they are cases to review."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.table import Column, Table
from rich.text import Text

from assistant.cli.desk import open_desk
from assistant.cli.render import print_answer
from assistant.cli.session import EXIT_USAGE, data, fail, known_language, open_library, read_stdin_or, talk
from corpus.feedback import Feedback, FeedbackError, feedback_of
from corpus.library import Library
from ingest.readers import visible

app = typer.Typer(name="feedback", help="Rate answers, and turn ratings into cases for the evaluation.",
                  no_args_is_help=True)  # fmt: skip

RATINGS = {"up": 1, "none": 0, "down": -1}
_NAMES = {number: name for name, number in RATINGS.items()}
MAX_SHOWN = 160
"""Characters of a text in the list."""
MAX_FACT = 200
"""An expected answer of at most this many characters is taken for the fact that the answer must hold."""
MAX_NOTE, MAX_QUESTION = 2_000, 2_000
"""Characters that a case may have (docs/formats.md, question sets)."""

_HEAD = """\
# Cases made from rated answers. Each is under review: a person fills in facts and gold places (or says in `why` that
# there is no answer), checks the kind, and takes `review` away. docs/formats.md, "Question sets", has the fields.

"""


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
        answer, record = desk.ask(text, turns, language=language)
        if answer.status == "refused":
            raise fail(answer.reason)
        kept = _checked(text, answer.language, turns, RATINGS[rating], record, comment=comment, expected=expected)
        number = desk.rate(kept)
    print_answer(data, answer)
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
        cells = (str(each["id"]), each["time"], _NAMES[each["rating"]], " / ".join([*each["history"], each["question"]]),
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
    with open_library("feedback") as (library, _):
        kept = library.feedback()
        written = to_yaml(kept, library)
    if not kept:
        raise fail(
            "No feedback is kept, so nothing was written. Add some: rapporteur feedback add QUESTION --rating up"
        )
    if out is None:
        typer.echo(written, nl=False)
        return
    try:
        with out.open("w" if force else "x", encoding="utf-8") as file:
            file.write(written)
    except FileExistsError:
        raise fail(f"{out} is there already. Name another file, or write over it with --force.", EXIT_USAGE) from None
    except OSError as error:
        raise fail(f"{out} can't be written: {error.strerror or error}.") from None
    talk.print(f"{len(kept)} cases written to {visible(str(out))}. They are to be reviewed.", markup=False)


def to_yaml(kept: Sequence[Feedback], library: Library) -> str:
    """Cases in YAML, in the form of question sets, each under review. The library names the cited places."""
    cases = [_case(each, library) for each in kept]
    return _HEAD + yaml.safe_dump(cases, allow_unicode=True, sort_keys=False, width=110)


def _case(feedback: Feedback, library: Library) -> dict[str, Any]:
    """A case. What was right gives the places it cites, what was expected the fact; the rest is a person's work."""
    found = feedback.answer.get("status") in ("answered", "partial")
    wrong_refusal = feedback.rating < 0 and not found
    answerable = bool(feedback.expected) or wrong_refusal or (feedback.rating >= 0 and found)
    case: dict[str, Any] = {
        "id": f"feedback-{feedback.id}",
        "question": feedback.question[:MAX_QUESTION],
        "language": feedback.language,
        "kind": "follow-up" if feedback.history else ("fact" if answerable else "unanswerable"),
        "answerable": answerable,
        "review": True,
    }
    if feedback.history:
        case["history"] = [turn[:MAX_QUESTION] for turn in feedback.history]
    if answerable:
        case["facts"] = [[feedback.expected]] if 0 < len(feedback.expected) <= MAX_FACT else []
        case["gold"] = list(_places(feedback, library)) if feedback.rating > 0 else []
    else:
        case["why"] = feedback.comment[:MAX_NOTE]
    case["note"] = "\n".join(_notes(feedback))[:MAX_NOTE]
    return case


def _places(feedback: Feedback, library: Library) -> Iterator[dict[str, str]]:
    """The places that a right answer cites, in documents that are held, each once."""
    labels = {header.id: (header.key, header.label) for header in library.headers()}
    seen: set[tuple[str, str]] = set()
    for cited in feedback.answer.get("citations", ()):
        key, label = labels.get(cited["document"], ("", ""))
        locator = cited["locator"].removeprefix(f"{label}, ")
        if key and (key, locator) not in seen:
            seen.add((key, locator))
            yield {"document": key, "locator": locator}


def _notes(feedback: Feedback) -> Iterator[str]:
    """What a reviewer should know."""
    yield f"Rated {_NAMES[feedback.rating]} on {feedback.time}; status of the answer: {feedback.answer.get('status')}."
    if feedback.comment:
        yield f"Comment: {feedback.comment}"
    if feedback.expected:
        yield f"Expected: {feedback.expected}"
    for statement in feedback.answer.get("statements", ()):
        yield f"Answered: {visible(statement['text'])}"


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
