"""The `review` commands: briefings under review, with their states, comments and changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.backend import open_backend
from assistant.cli.command_run import err_console, out_console, print_json, print_list
from assistant.export.file_formats import check_place, parse_format, save_file
from assistant.service.paper_service import State
from ingest.readers import visible

app = typer.Typer(
    name="review", help="Briefings under review: list, show, comment, change their state.", no_args_is_help=True
)
Id = Annotated[str, typer.Argument(help="Id of the draft, as shown by `rapporteur review list`.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("list")
def list_drafts(as_json: AsJson = False) -> None:
    """List the drafts, latest first."""
    with open_backend("review") as backend:
        found = backend.drafts()
    heads = ("Draft", "Title", "State", "Made")
    print_list(found, as_json, heads, lambda each: (each["id"], each["title"], each["state"], each["created"]))


@app.command()
def show(
    draft: Id,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write: .docx, .pdf, .html or .md.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who did what to a draft, or write it as a file with its state on the cover."""
    with open_backend("review") as backend:
        found, file = backend.reviewed(draft)
        if out is not None:
            form = parse_format(out)
            check_place(out)
            save_file(file(form), out)
            err_console.print(f"Written: {out}")
    if as_json:
        print_json(found)
    elif out is None:
        out_console.print(visible(f"{found['title']}: {found['state']}"))
        for each in found["events"]:
            at = f" on paragraph {each['statement']}" if each["statement"] else ""
            out_console.print(visible(f"{each['time']} {each['who']} {each['kind']}{at}: {each['text']}"))


@app.command()
def comment(
    draft: Id,
    text: Annotated[str, typer.Argument(help="The comment.")],
    paragraph: Annotated[int | None, typer.Option(min=1, help="Number of the paragraph or table row.")] = None,
) -> None:
    """Comment on a draft, or on one paragraph of it."""
    with open_backend("review") as backend:
        backend.comment(draft, text, paragraph)


@app.command()
def state(draft: Id, to: Annotated[State, typer.Argument(help="The new state.")]) -> None:
    """Put a draft in review, clear it, or send it back."""
    with open_backend("review") as backend:
        moved = backend.move(draft, to)
    err_console.print(f"{moved['id']}: {moved['state']}")
