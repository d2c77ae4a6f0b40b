"""Commands that write documents: brief."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.session import EXIT_USAGE, data, fail, known_language, open_engine, talk

if TYPE_CHECKING:
    from assistant.publish import Publication

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
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Write a briefing: an agenda item, a theme, a document or a question, every sentence with its source."""
    from assistant.brief import BriefError, Request
    from assistant.brief import brief as make
    from assistant.brief.paper import publication_of

    asked = {"item": item, "theme": theme, "document": document, "question": question}
    given = [(kind, value) for kind, value in asked.items() if value is not None]
    if len(given) != 1:
        raise fail("Name one of --item, --theme, --document and --question.", EXIT_USAGE)
    known_language(language)
    kind, value = given[0]
    request = Request(kind, value, audience, language, meeting, mixed)  # type: ignore[arg-type]
    with _told():
        _ready(out)
        with open_engine("brief") as (engine, _):
            try:
                briefing = make(engine, request, _progress)
            except BriefError as error:
                raise fail(str(error)) from None
            publication = publication_of(briefing, engine.library)
        if as_json:
            typer.echo(json.dumps(briefing.to_json(), ensure_ascii=False))
        _put(publication, out, shown=not as_json)
    for sentence in briefing.unsourced:
        talk.print(f"- {sentence}", markup=False)


def _progress(heading: str, done: int, total: int) -> None:
    talk.print(f"{done + 1}/{total} {heading}", markup=False)


def _ready(out: Path | None) -> None:
    """Refuses a file that can't be written before any work is done."""
    from assistant.publish import format_of

    if out is not None:
        format_of(out)


def _put(publication: Publication, out: Path | None, *, shown: bool) -> None:
    from assistant.publish import render, write

    if out is not None:
        write(publication, out)
        talk.print(f"Written: {out}", markup=False)
    elif shown:
        data.print(render(publication, "md").decode(), markup=False, end="")


@contextmanager
def _told() -> Iterator[None]:
    from assistant.publish import PublishError

    try:
        yield
    except PublishError as error:
        raise fail(str(error)) from None


COMMANDS = (brief,)
