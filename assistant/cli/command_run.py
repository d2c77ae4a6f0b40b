"""Settings, consoles and error handling of commands: every expected error becomes a sentence and an exit code."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from assistant.cli.commands import options
from assistant.messages import UserFacingError
from assistant.service_errors import Invalid, NotFound
from assistant.settings import Settings, SettingsError, load_settings
from corpus.catalogue import CatalogueError
from corpus.corpus_errors import LibraryBusy, LibraryError, LibraryStale, storage_error_message
from corpus.documents import LANGUAGES
from corpus.extras import explain_missing_module
from ingest.readers import visible

if TYPE_CHECKING:
    from assistant.qa.answer import Mode

EXIT_FAILED, EXIT_USAGE, EXIT_BUSY, EXIT_STALE, EXIT_INTERRUPTED = 1, 2, 3, 4, 130
"""0 done; 1 the command could not do what was asked, or found something wrong; 2 wrong use: an argument or a setting is missing,
unknown or not valid; 3 another process owns the library; 4 the library must be reindexed; 130 interrupted."""

_CODES: dict[type[Exception], int] = {
    LibraryBusy: EXIT_BUSY,
    LibraryStale: EXIT_STALE,
    **dict.fromkeys((Invalid, SettingsError, CatalogueError), EXIT_USAGE),
}
err_console = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)
out_console = Console(markup=False, highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 240)


TO_ADD = "To see what the library has: rapporteur list. To add documents: rapporteur fetch SYMBOL, or rapporteur ingest FILE."
"""Advice where a document is not in the library."""
NOT_IN_LIBRARY = frozenset(
    ["known-not-held", "no-document", "named-none", "no-agenda", "no-agenda-named", "no-resolutions", "said"]
)
"""Names of the messages after which `TO_ADD` is printed; "said": those of lower layers."""


def fail(message: str, code: int = EXIT_FAILED) -> typer.Exit:
    """Prints an error on stderr; returns the exception to raise."""
    err_console.print(f"rapporteur: {visible(message)}", style="red")
    return typer.Exit(code)


def print_json(value: object) -> None:
    """Prints a value as one line of JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def print_list(
    found: Sequence[object], as_json: bool, heads: Sequence[str | Column], cells: Callable[[Any], Iterable[str | None]]
) -> None:
    """Prints values as one JSON list of their fields, or as a table with the `cells` of each."""
    if as_json:
        print_json([each if isinstance(each, dict) else vars(each) for each in found])
        return
    table = Table(*heads)
    for each in found:
        table.add_row(*(Text(visible(cell or "")) for cell in cells(each)))
    out_console.print(table)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turns expected errors of the block into a sentence and an exit code, without a traceback."""
    from corpus.embedding import EmbeddingError

    try:
        with missing_extras_reported():
            yield
    except (UserFacingError, SettingsError, CatalogueError, LibraryError, EmbeddingError) as error:
        not_in_library = isinstance(error, NotFound) and error.message.name in NOT_IN_LIBRARY
        text = f"{error} {TO_ADD}" if not_in_library else str(error)
        code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), EXIT_FAILED)
        raise fail(text, code) from None
    except sqlite3.DatabaseError as error:
        raise fail(storage_error_message(command_settings().data_dir, str(error))) from None
    except KeyboardInterrupt:
        raise fail("interrupted; what was finished is kept.", EXIT_INTERRUPTED) from None


@contextmanager
def missing_extras_reported() -> Iterator[None]:
    """Turns the import error of an optional dependency that is not installed into a sentence and an exit code."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (advice := explain_missing_module(error)) is None:
            raise
        raise fail(advice) from None


def command_settings(**given: Any) -> Settings:
    """Loads the settings, with the options of this command."""
    return load_settings(data_dir=options.data_dir, **given)


def check_mode(mode: str | None, settings: Settings) -> Mode | None:
    """Validates the option --mode: `write` needs a model."""
    if mode not in (None, "quote", "write", "auto"):
        raise fail(f"Unknown --mode {mode!r}. Known: quote, write, auto.", EXIT_USAGE)
    if mode == "write" and settings.model is None:
        message = "--mode write needs a model: set RAPPORTEUR_MODEL, and RAPPORTEUR_MODEL_URL where it is served."
        raise fail(message, EXIT_USAGE)
    return cast("Mode | None", mode)


def check_language(language: str | None) -> str | None:
    if language is not None and language not in LANGUAGES:
        raise fail(f"Unknown --language {language!r}. Known: {', '.join(LANGUAGES)}.", EXIT_USAGE)
    return language


def read_stdin_or(text: str | None) -> str:
    """Returns the argument, or standard input where it is `-` or missing."""
    if text is None or text == "-":
        return sys.stdin.read()
    return text
