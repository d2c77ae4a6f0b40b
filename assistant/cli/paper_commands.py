"""The commands that generate papers (brief, compare, origins, themes, mandates), and the check of an agenda."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Column, Table
from rich.text import Text

from assistant.answer_phrases import say
from assistant.cli.backend import PaperResult, open_backend
from assistant.cli.command_run import (
    EXIT_FAILED,
    EXIT_USAGE,
    check_language,
    check_mode,
    err_console,
    fail,
    out_console,
    plain_errors,
    print_json,
)
from assistant.export.file_formats import check_form, check_place, parse_format, save_file
from assistant.export.spreadsheets import FORMATS
from assistant.paper_requests import (
    BriefingRequest,
    ComparisonRequest,
    MandatesRequest,
    OriginsRequest,
    PaperRequest,
    ThemesRequest,
)
from assistant.translations import texts
from corpus.calendar_names import language_name
from ingest.readers import visible

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="File to write: .docx, .pdf, .html or .md. Without it, prints Markdown."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")]
Language = Annotated[
    str, typer.Option(help="Language of the headings, and of the documents if the library has them in it.")
]


def brief(
    item: Annotated[
        list[str] | None, typer.Option(help="An agenda item: 2, or 1 (a). Can be repeated: one briefing for each.")
    ] = None,
    theme: Annotated[str | None, typer.Option(help="A theme, in a few words.")] = None,
    document: Annotated[str | None, typer.Option(help="A document in the library, by symbol or name.")] = None,
    question: Annotated[str | None, typer.Option(help="A question.")] = None,
    audience: Annotated[
        Literal["delegate", "chair", "secretariat"],
        typer.Option(help="Intended readers; sets order and length of the sections."),
    ] = "delegate",
    language: Language = "en",
    meeting: Annotated[str, typer.Option(help="Symbol of the agenda, if not the one of the latest meeting.")] = "",
    mixed: Annotated[
        bool,
        typer.Option(
            "--mixed", help="Also quote documents in other languages. Needed if the library has none in this language."
        ),
    ] = False,
    mode: Annotated[
        str | None, typer.Option(help="quote, write or auto: whether the configured model writes its sections.")
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Store it for review, as a draft (rapporteur review).")
    ] = False,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Write a briefing about an agenda item, a theme, a document or a question, with a source for every sentence."""
    asked = {"theme": theme, "document": document, "question": question}
    given = [("item", value) for value in dict.fromkeys(item or ())]
    given += [(kind, value) for kind, value in asked.items() if value is not None]
    if len(given) != 1 and (not given or {kind for kind, _ in given} != {"item"}):
        raise fail("Name one of --item, --theme, --document and --question.", EXIT_USAGE)
    if draft and (out is not None or as_json):
        advice = "To write it to a file: rapporteur review show DRAFT --out FILE."
        raise fail(f"--draft stores the briefing. {advice}", EXIT_USAGE)
    check_language(language)
    _check_out(out, language)
    with open_backend("brief") as backend:
        chosen = check_mode(mode, backend.settings)
        for kind, value in given:
            request = BriefingRequest.model_construct(
                kind=kind, value=value, audience=audience, language=language, meeting=meeting, mixed=mixed, mode=chosen
            )
            if draft:
                stored = backend.draft(request, _progress)
                typer.echo(stored["id"])
                err_console.print("Stored for review. To see it: rapporteur review show " + stored["id"])
            else:
                briefing = backend.write(request, _progress)
                _finish(briefing, out if out is None or len(given) == 1 else _numbered_path(out, value), as_json)
                for sentence in briefing.record["unsourced"]:
                    err_console.print(f"- {sentence}")


def compare(
    symbols: Annotated[
        list[str] | None, typer.Argument(help="Two documents, or more one after another; with --topic any number.")
    ] = None,
    topic: Annotated[str | None, typer.Option(help="What each document says on this topic, side by side.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of the versions to compare, and of the headings.")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Compare a document with its revisions word by word, or documents on a topic."""
    names = symbols or []
    check_language(language)
    if topic is None and len(names) < 2:
        raise fail("Name two or more documents, or a topic with --topic.", EXIT_USAGE)
    if topic is not None and not topic.strip():
        raise fail("--topic is empty: say in a few words what to compare the documents on.", EXIT_USAGE)
    _check_out(out, language)
    with open_backend("compare") as backend:
        request = ComparisonRequest.model_construct(document=names, topic=topic, language=language)
        made = backend.write(request, _progress)
        lost = topic is not None and not any(side["statements"] for side in made.record["sides"])
        _finish(made, None if lost else out, as_json)
    if lost:
        told = "No text says it with any certainty; what comes nearest in each is told."
        raise fail(f"{told} No file was written." if out else told)
    record = made.record
    if topic is None:
        for step in record.get("steps", [record]):
            first, second = (step[side].rsplit(":", 2)[:2] for side in ("first", "second"))
            if not step["comparable"] and first[1] != second[1]:
                one, other = (language_name(language, "en") for _, language in (first, second))
                spoken = f"{first[0]} is in {one}, {second[0]} in {other}"
                raise fail(f"{spoken}; texts are compared in one language, and the library has both in no common one.")
            if not step["comparable"]:
                raise fail(f"{first[0]} and {second[0]} have little in common; they are not compared.")
            counts = f"{step['same']} paragraphs are the same, {len(step['changes'])} differ."
            err_console.print(counts if first[1] == second[1] else f"{counts} The languages differ.")


def origins(
    name: Annotated[str, typer.Argument(help="A document in the library, by symbol or name.")],
    place: Annotated[str, typer.Option(help="One paragraph: 15 (d), or para. 15. By default all.")] = "",
    language: Annotated[
        str | None, typer.Option(help="The language version, and the language of the headings.")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Show which earlier documents in the library have the paragraphs of a document."""
    _write(OriginsRequest.model_construct(document=name, place=place, language=language), out, as_json)


def themes(
    language: Language = "en",
    count: Annotated[
        int | None, typer.Option(min=1, max=100, help="Number of themes; by default chosen from the documents.")
    ] = None,
    theme: Annotated[str | None, typer.Option(help="Only the theme with this name or number.")] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Group all documents by theme: a compendium with summaries, documents over the years and gaps."""
    _write(ThemesRequest.model_construct(language=language, count=count, theme=theme), out, as_json)


def mandates(
    addressee: Annotated[str, typer.Option(help="Who is asked: part of a name.")] = "",
    year: Annotated[int | None, typer.Option(min=1945, max=2200, help="Only resolutions of this year.")] = None,
    due_before: Annotated[str, typer.Option(help="Only what is due before this day: 2026-12-31.")] = "",
    document: Annotated[
        list[str] | None,
        typer.Option(help="A resolution or record in the library, by symbol or name. Can be repeated. By default all."),
    ] = None,
    language: Language = "en",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="File to write: .csv, .xlsx, .docx, .pdf, .html or .md. Without it, prints Markdown."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List who is asked to do what, by when, in the resolutions and records in the library, earliest due first."""
    request = MandatesRequest.model_construct(
        addressee=addressee, year=year, due_before=due_before, document=document or [], language=language
    )
    with plain_errors():
        request.check()
    made = _write(request, out, as_json, FORMATS)
    err_console.print(f"{made.record['total']} requests and decisions.")


def _write(request: PaperRequest, out: Path | None, as_json: bool, more: Sequence[str] = ()) -> PaperResult:
    """Generates a paper, and prints it or writes it to a file."""
    check_language(request.language)
    _check_out(out, request.language, more)
    with open_backend(request.name) as backend:
        made = backend.write(request, _progress)
        _finish(made, out, as_json, more)
    return made


def _finish(made: PaperResult, out: Path | None, as_json: bool, more: Sequence[str] = ()) -> None:
    """Prints a paper or its JSON form, or writes it to a file."""
    if as_json:
        print_json(made.record)
    if out is not None:
        save_file(made.file(parse_format(out, more)), out)
        err_console.print(f"Written: {out}")
    elif not as_json:
        out_console.print(made.file("md").decode(), end="")


def _numbered_path(out: Path, item: str) -> Path:
    """The file for one of several items: `brief-2.docx` for `brief.docx`."""
    return out.with_name(f"{out.stem}-{re.sub(r'[^0-9a-z]+', '-', item.casefold()).strip('-')}{out.suffix}")


def _progress(heading: str, done: int, total: int) -> None:
    err_console.print(f"{done + 1}/{total} {heading}" if total else heading)


def _check_out(out: Path | None, language: str | None, more: Sequence[str] = ()) -> None:
    """Fails before any work where the file cannot be written. `more`: formats beside the usual ones."""
    if out is not None:
        with plain_errors():
            form = parse_format(out, more)
            check_place(out)
            check_form(form, language)


agenda = typer.Typer(name="agenda", help="Before the meeting: agenda and documents.", no_args_is_help=True)


@agenda.callback()
def _agenda() -> None:
    """Before the meeting: agenda and documents."""


@agenda.command()
def check(
    meeting: Annotated[
        str, typer.Argument(help="Symbol of the agenda; by default the one of the latest meeting.")
    ] = "",
    language: Annotated[
        list[str] | None, typer.Option(help="Language wanted; by default that of the agenda. Can be repeated.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if something is missing or needs action.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare what the agenda announces and cites with the library."""
    languages = [each for each in language or () if check_language(each)]
    with open_backend("agenda check") as backend:
        found = backend.agenda(meeting, languages)
    checked = [*found["announced"], *found["cited"]]
    if as_json:
        print_json(found)
    else:
        reader = (*languages, found["language"])[0]
        words = texts("page", reader)
        names = [words[each] for each in ("state", "held_in", "wanting", "cited_in")]
        document = Column(words["document"], overflow="fold")
        table = Table(words["agenda_item"], document, say("column_title", reader), *names,
                      title=Text(visible(f"{found['agenda']}: {found['title']}")), title_justify="left")  # fmt: skip
        for each in checked:
            state = words[f"state_{each['state']}"] + f": {each['later']}" * bool(each["later"])
            cells = (", ".join(each["items"]) or words["cited"], each["symbol"], each["title"], state, " ".join(each["held"]),
                     " ".join(each["missing"]), ", ".join(each["cited_in"]))  # fmt: skip
            table.add_row(*(Text(visible(cell)) for cell in cells))
        out_console.print(table)
        for command in dict.fromkeys(each["command"] for each in checked if each["command"]):
            out_console.print(command)
        if found["others"] and not meeting:
            others = f"Others: {', '.join(found['others'])}; name one to check it."
            err_console.print(f"This is the latest agenda in the library. {others}")
        if found["complete"]:
            err_console.print(words["nothing_missing"])
    if strict and not found["complete"]:
        raise typer.Exit(EXIT_FAILED)
