"""The `agenda` commands: what to mend before the meeting."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from assistant.cli.desk import open_desk
from assistant.cli.session import EXIT_FAILED, data, known_language, talk
from ingest.readers import visible

app = typer.Typer(name="agenda", help="Before the meeting: agenda and documents.", no_args_is_help=True)
_STATES = {"held": "held", "superseded": "superseded", "digest": "digest only", "missing": "not held"}


@app.callback()
def _agenda() -> None:
    """Before the meeting: agenda and documents."""


@app.command()
def check(
    meeting: Annotated[str, typer.Argument(help="Symbol of the agenda; by default that of the latest meeting.")] = "",
    language: Annotated[
        list[str] | None, typer.Option(help="Language in which the documents are wanted; may be repeated. Default: en.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where something is to be mended.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check what the agenda announces and cites against what is held."""
    languages = [each for each in language or ["en"] if known_language(each)]
    with open_desk("agenda check") as desk:
        found = desk.agenda(meeting, languages)
    checked = [*found["announced"], *found["cited"]]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        table = Table("Item", Column("Document", overflow="fold"), "Title", "State", "Held", "Missing", "Cited in",
                      title=Text(visible(f"{found['agenda']}: {found['title']}")), title_justify="left")  # fmt: skip

        for each in checked:
            state = f"revised: {each['later']}" if each["later"] else _STATES[each["state"]]
            cells = (", ".join(each["items"]), each["symbol"], each["title"], state, " ".join(each["held"]),
                     " ".join(each["missing"]), ", ".join(each["cited_in"]))  # fmt: skip
            table.add_row(*(Text(visible(cell)) for cell in cells))
        data.print(table)
        for command in dict.fromkeys(each["command"] for each in checked if each["command"]):
            data.print(command, markup=False)
        if found["others"] and not meeting:
            talk.print(
                f"This is the latest of the agendas held. Others: {', '.join(found['others'])}; name one to check it.",
                markup=False,
            )
        if found["complete"]:
            talk.print("Everything that is announced or cited is held.")
    if strict and not found["complete"]:
        raise typer.Exit(EXIT_FAILED)
