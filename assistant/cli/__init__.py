"""The command line. Results go to stdout, messages to stderr; exit codes are documented in `command_run`."""

from __future__ import annotations

import errno
import sys
from typing import Annotated

import typer

from assistant.cli.commands import Commands, options

app = typer.Typer(
    name="rapporteur",
    cls=Commands,
    help="Answer questions from United Nations conference documents, with symbol, paragraph and exact words for every statement.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"rapporteur {version('rapporteur')}")
        raise typer.Exit


@app.callback()
def _before(
    data_dir: Annotated[
        str | None, typer.Option("--data-dir", help="Folder of the library (RAPPORTEUR_DATA_DIR).")
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    options.data_dir = data_dir


def main() -> None:
    """Entry point of the `rapporteur` command."""
    try:
        app()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        typer.echo(f"rapporteur: {error.filename or 'The output'} cannot be written: {error.strerror}.", err=True)
        sys.exit(1)
