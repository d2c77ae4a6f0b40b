"""Commands that write documents: brief, compare, themes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from assistant.cli.desk import open_desk
from assistant.cli.session import EXIT_USAGE, data, fail, known_language, known_mode, talk
from assistant.cli.written import Written

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="File to write: .docx, .pdf, .html or .md. Without it Markdown is printed."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")]
Language = Annotated[
    str, typer.Option(help="Language of the headings, and of the documents where they are held in it.")
]


def brief(
    item: Annotated[str | None, typer.Option(help="An agenda item: 2, or 1 (a).")] = None,
    theme: Annotated[str | None, typer.Option(help="A theme, in a few words.")] = None,
    document: Annotated[str | None, typer.Option(help="A document that is held, by symbol or name.")] = None,
    question: Annotated[str | None, typer.Option(help="A question.")] = None,
    audience: Annotated[
        Literal["delegate", "chair", "secretariat"],
        typer.Option(help="Whom it is for: order and length of its sections."),
    ] = "delegate",
    language: Language = "en",
    meeting: Annotated[
        str, typer.Option(help="Symbol of the agenda, where not that of the latest meeting is meant.")
    ] = "",
    mixed: Annotated[
        bool, typer.Option("--mixed", help="Quote documents in other languages where none is held in this one.")
    ] = False,
    mode: Annotated[
        str | None,
        typer.Option(help="quote, write or auto: whether the model of the settings writes its sections."),
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Write a briefing: an agenda item, a theme, a document or a question, every sentence with its source."""
    from assistant.brief import Request

    asked = {"item": item, "theme": theme, "document": document, "question": question}
    given = [(kind, value) for kind, value in asked.items() if value is not None]
    if len(given) != 1:
        raise fail("Name one of --item, --theme, --document and --question.", EXIT_USAGE)
    known_language(language)
    form = _form(out)
    kind, value = given[0]
    with open_desk("brief") as desk:
        desk.writing.ready(form, language)
        chosen = known_mode(mode, desk.settings)
        request = Request(kind, value, audience, language, meeting, mixed, chosen)  # type: ignore[arg-type]
        briefing = desk.writing.brief(request, _progress)
        _finish(briefing, out, as_json)
    for sentence in briefing.record["unsourced"]:
        talk.print(f"- {sentence}", markup=False)


def compare(
    symbols: Annotated[
        list[str] | None, typer.Argument(help="Two documents, more in a row, or with --topic any number.")
    ] = None,
    topic: Annotated[str | None, typer.Option(help="What each document says on this, side by side.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of the versions to compare, and of the headings.")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Compare a document with its revisions word by word, or documents on a topic."""
    names = symbols or []
    known_language(language)
    if topic is None and len(names) < 2:
        raise fail("Name two documents or more, or a topic with --topic.", EXIT_USAGE)
    if topic is not None and not topic.strip():
        raise fail("--topic is empty: say in a few words what to compare on.", EXIT_USAGE)
    form = _form(out)
    with open_desk("compare") as desk:
        desk.writing.ready(form, language or "en")
        if topic is None:
            made = desk.writing.compare(names, language)
        else:
            made = desk.writing.compare_topic(topic, names, language)
        _finish(made, out, as_json)
    record = made.record
    if topic is None:
        for step in record.get("steps", [record]):
            first, second = (step[side].rsplit(":", 2)[:2] for side in ("first", "second"))
            if not step["comparable"]:
                raise fail(f"{first[0]} and {second[0]} have little in common; they are not compared.")
            told = f"{step['same']} paragraphs are the same, {len(step['changes'])} differ."
            talk.print(told if first[1] == second[1] else f"{told} The languages differ.", markup=False)
    elif not record["sides"]:
        talk.print("Nothing in the documents held could be quoted on it.")


def themes(
    language: Language = "en",
    count: Annotated[
        int | None, typer.Option(min=1, max=100, help="How many themes; by default as the library has it.")
    ] = None,
    theme: Annotated[str | None, typer.Option(help="The theme of this name or number alone.")] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Cluster all that is held by theme: a compendium with summaries, documents over the years and gaps."""
    known_language(language)
    form = _form(out)
    with open_desk("themes") as desk:
        desk.writing.ready(form, language)
        _finish(desk.writing.themes(language, count, theme, _progress), out, as_json)


def _finish(made: Written, out: Path | None, as_json: bool) -> None:
    """Prints what was written, or its JSON form, or makes a file of it."""
    from assistant.publish import format_of, save

    if as_json:
        typer.echo(json.dumps(made.record, ensure_ascii=False))
    if out is not None:
        with _told():
            save(made.file(format_of(out)), out)
        talk.print(f"Written: {out}", markup=False)
    elif not as_json:
        data.print(made.file("md").decode(), markup=False, end="")


def _progress(heading: str, done: int, total: int) -> None:
    talk.print(f"{done + 1}/{total} {heading}", markup=False)


def _form(out: Path | None) -> str:
    """The format of a file, Markdown without one. Refuses a file that can't be written before any work is done."""
    from assistant.publish import format_of

    if out is None:
        return "md"
    with _told():
        return format_of(out)


@contextmanager
def _told() -> Iterator[None]:
    from assistant.publish import PublishError

    try:
        yield
    except PublishError as error:
        raise fail(str(error)) from None
