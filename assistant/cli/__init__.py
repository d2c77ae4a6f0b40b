"""The command line. Data on stdout, talk on stderr; exit codes are documented in `session`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from assistant.cli import (
    access,
    agenda,
    asking,
    feedback,
    fetching,
    ingesting,
    keeping,
    listing,
    mcp,
    publishing,
    showing,
)
from assistant.cli.session import options

app = typer.Typer(
    name="rapporteur",
    help="Answers from United Nations conference documents, every statement with its symbol, paragraph and exact words.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _before(
    data_dir: Annotated[
        str | None, typer.Option("--data-dir", help="Folder of the library (RAPPORTEUR_DATA_DIR).")
    ] = None,
) -> None:
    options.data_dir = data_dir


for _command in (
    *asking.COMMANDS, ingesting.ingest, *keeping.COMMANDS, fetching.fetch, showing.show, showing.meeting,
    *publishing.COMMANDS,
):  # fmt: skip
    app.command()(_command)
app.command("list")(listing.list_documents)
app.command()(access.audit)
app.command()(mcp.mcp)
for _group in (feedback.app, agenda.app, access.keys, access.accounts):
    app.add_typer(_group)


COMMANDS_GROUP = "rapporteur.commands"
"""Entry points of this group are commands with commands of their own (Typer apps), as `eval` is."""


def plug_in(arguments: Sequence[str]) -> None:
    """Adds the commands of other packages: the one that the arguments name, or all where they name none.

    Nothing is looked up for a command of this one's own, so that asking does not wait for it.
    """
    named = _command_in(arguments)
    known = {command.name or getattr(command.callback, "__name__", None) for command in app.registered_commands}
    for group in app.registered_groups:
        own = group.typer_instance.info.name if group.typer_instance else None
        known |= {name for name in (group.name, own) if isinstance(name, str)}
    if named in known:
        return
    from importlib.metadata import entry_points

    for entry in entry_points(group=COMMANDS_GROUP):
        if entry.name not in known and named in (None, entry.name):
            app.add_typer(entry.load(), name=entry.name)


def _command_in(arguments: Sequence[str]) -> str | None:
    """The first word that is no option, nor the value of one."""
    left = iter(arguments)
    for word in left:
        if word == "--data-dir":
            next(left, None)
        elif not word.startswith("-"):
            return word
    return None


def main() -> None:
    """Entry point of the `rapporteur` command."""
    plug_in(sys.argv[1:])
    app()
