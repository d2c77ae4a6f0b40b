"""Commands that write documents: brief, compare, themes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assistant.cli.session import (
    EXIT_USAGE,
    data,
    fail,
    known_language,
    known_mode,
    open_engine,
    open_library,
    plain_errors,
    settings,
    talk,
)

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
    mode: Annotated[
        str | None,
        typer.Option(help="quote, write or auto: whether the model of the settings writes its sections."),
    ] = None,
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
    with _told():
        _ready(out)
        with plain_errors():
            chosen = known_mode(mode, settings())
        request = Request(kind, value, audience, language, meeting, mixed, chosen)  # type: ignore[arg-type]
        with open_engine("brief") as (engine, _):
            try:
                briefing = make(engine, request, _progress)
            except BriefError as error:
                raise fail(str(error)) from None
            publication = publication_of(briefing, engine.library)
        _finish(briefing.to_json(), publication, out, as_json)
    for sentence in briefing.unsourced:
        talk.print(f"- {sentence}", markup=False)


def compare(
    symbols: Annotated[list[str] | None, typer.Argument(help="Two documents, or with --topic any number.")] = None,
    topic: Annotated[str | None, typer.Option(help="What each document says on this, side by side.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of the versions to compare, and of the headings.")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Compare a document with its revision word by word, or documents on a topic."""
    from assistant.compare import compare_texts, compare_topic, named
    from assistant.compare.paper import publication_of_texts, publication_of_topic

    names = symbols or []
    known_language(language)
    if topic is None and len(names) != 2:
        raise fail("Name two documents, or a topic with --topic.", EXIT_USAGE)
    if topic is not None and not topic.strip():
        raise fail("--topic is empty: say in a few words what to compare on.", EXIT_USAGE)
    with _told():
        _ready(out)
        if topic is None:
            with open_library("compare") as (library, _):
                first, second = (named(library, name, language) for name in names)
                texts = compare_texts(library, first, second)
            spoken = language or texts.language
            _finish(texts.to_json(), publication_of_texts(texts, spoken), out, as_json)
            told = f"{texts.same} paragraphs are the same, {len(texts.changes)} differ."
            talk.print(told if first.language == second.language else f"{told} The languages differ.", markup=False)
            return
        with open_engine("compare") as (engine, _):
            documents = [named(engine.library, name, language) for name in names]
            by_topic = compare_topic(engine, topic, documents, language)
            paper = publication_of_topic(by_topic, engine.library, by_topic.language)
        _finish(by_topic.to_json(), paper, out, as_json)
    if not by_topic.sides:
        talk.print("Nothing in the documents held could be quoted on it.")


def themes(
    language: Language = "en",
    count: Annotated[
        int | None, typer.Option(min=1, max=100, help="How many themes; by default as the library has it.")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Cluster all that is held by theme: a compendium with summaries, documents over the years and gaps."""
    from assistant.themes import ThemesError, themes_of
    from assistant.themes.paper import publication_of

    known_language(language)
    with _told():
        _ready(out)
        with open_engine("themes") as (engine, _):
            try:
                found = themes_of(engine, language, count, _progress)
            except ThemesError as error:
                raise fail(str(error)) from None
            _finish(found.to_json(), publication_of(found, engine.library), out, as_json)


def _finish(made: dict[str, Any], publication: Publication, out: Path | None, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False))
    _put(publication, out, shown=not as_json)


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
    from assistant.compare import CompareError
    from assistant.publish import PublishError

    try:
        yield
    except (CompareError, PublishError) as error:
        raise fail(str(error)) from None


COMMANDS = (brief, compare, themes)
