"""The `review` commands: briefings under review, with their states, comments and changes."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.access import open_store
from assistant.cli.desk import open_desk
from assistant.cli.session import data, plain_errors, print_list, settings, talk
from assistant.faults import ServiceFault
from assistant.opening import open_library
from assistant.reports import refused
from assistant.service.writing import Draft, Drafts, State, reviewed
from ingest.readers import visible

app = typer.Typer(
    name="review", help="Briefings under review: list, show, comment, change their state.", no_args_is_help=True
)
Id = Annotated[str, typer.Argument(help="The draft, as `rapporteur review list` names it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("list")
def list_drafts(as_json: AsJson = False) -> None:
    """List the drafts, the latest first."""
    with drafts() as kept:
        found = kept.all()
    heads = ("Draft", "Title", "State", "Made")
    print_list(found, as_json, heads, lambda each: (each.id, each.title, each.state, each.created))


@app.command()
def show(
    draft: Id,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write: .docx, .pdf, .html or .md.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who did what to a draft, or write it as a file with its state on the cover."""
    with drafts() as kept:
        found = kept.get(draft)
        if out is not None:
            _write(found, out)
    if as_json:
        typer.echo(json.dumps(found.to_json(), ensure_ascii=False))
    elif out is None:
        data.print(visible(f"{found.title}: {found.state}"), markup=False)
        for each in found.events:
            at = f" on paragraph {each.statement}" if each.statement else ""
            data.print(visible(f"{each.time} {each.who} {each.kind}{at}: {each.text}"), markup=False)


@app.command()
def comment(
    draft: Id,
    text: Annotated[str, typer.Argument(help="What is to be said.")],
    paragraph: Annotated[
        int | None, typer.Option(min=1, help="The number of the paragraph, or row of a table, that it is about.")
    ] = None,
) -> None:
    """Comment on a draft, or on one paragraph of it."""
    with drafts() as kept:
        kept.comment(draft, text, paragraph)


@app.command()
def state(draft: Id, to: Annotated[State, typer.Argument(help="The new state.")]) -> None:
    """Put a draft in review, clear it, or send it back."""
    with open_desk("review") as desk:
        moved = desk.move(draft, to)
    talk.print(f"{moved['id']}: {moved['state']}", markup=False)


@contextmanager
def drafts() -> Iterator[Drafts]:
    """The drafts that are kept beside the library; also while a server runs."""
    with open_store() as store:
        yield Drafts(store, getpass.getuser())


def _write(draft: Draft, out: Path) -> None:
    from assistant.export.file_formats import write

    with plain_errors(), open_library(settings(), "rapporteur review") as library, refused(ServiceFault):
        write(reviewed(draft, library), out)
    talk.print(f"Written: {out}", markup=False)
