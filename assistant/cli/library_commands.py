"""Commands that maintain the library: remove, confirm, status, verify, reindex, migrate, doctor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from assistant.cli.backend import open_backend
from assistant.cli.command_run import (
    EXIT_BUSY,
    EXIT_FAILED,
    EXIT_USAGE,
    check_language,
    command_settings,
    err_console,
    fail,
    out_console,
    plain_errors,
    print_json,
)
from assistant.cli.progress import progress_bar
from assistant.engine_factory import open_library
from corpus.corpus_errors import DATABASE_FILE, LibraryBusy, readable_errors
from corpus.documents import Edition
from corpus.library import Library
from ingest.readers import visible

SERVED = (
    "A server uses the library, and nothing could be answered while all of it is made anew. Stop the server, run "
    "'rapporteur reindex', and start it again."
)


def remove(
    symbol: Annotated[str, typer.Argument(help="Symbol, name or id of the document.")],
    language: Annotated[str | None, typer.Option(help="Only this language version.")] = None,
    edition: Annotated[Edition | None, typer.Option(help="Only this edition: official, digest or upload.")] = None,
) -> None:
    """Remove a document from the library and from both indexes."""
    check_language(language)
    with open_backend("remove") as backend:
        for removed in backend.remove(symbol, language, edition):
            out_console.print(Text(f"removed    {removed}"))


def confirm(
    symbol: Annotated[str, typer.Argument(help="Symbol, name or id of the document.")],
    language: Annotated[str | None, typer.Option(help="Only this language version.")] = None,
    sha256: Annotated[str | None, typer.Option(help="Only the text that you have compared, by its hash.")] = None,
) -> None:
    """Confirm that a text whose symbol is known only from the text itself is that document. Compare it first."""
    check_language(language)
    with open_backend("confirm") as backend:
        for confirmed in backend.confirm(symbol, language, sha256):
            out_console.print(Text(f"confirmed  {confirmed}"))


def status(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show what the library contains, in numbers. Does not check texts and indexes; 'rapporteur verify' does."""
    with open_backend("status") as backend:
        found = backend.status()
    record = {"folder": str(command_settings().data_dir), **found}
    del record["languages"]
    if as_json:
        print_json(record)
        return
    for name, value in record.items():
        out_console.print(Text(f"{name:<11} {value:,}" if isinstance(value, int) else f"{name:<11} {value}"))
    err_console.print("To check the library: rapporteur verify")


def verify() -> None:
    """Check the library: database, both indexes, and that passages cover each document."""
    with open_backend("verify") as backend:
        faults = backend.verify()
    for fault in faults:
        out_console.print(Text(fault))
    if faults:
        raise fail(f"{len(faults)} faults. 'rapporteur reindex' rebuilds both indexes from the documents.")
    err_console.print("The library is sound.")


def reindex() -> None:
    """Rebuild passages and both indexes from the documents in the library."""
    from ingest.chunker import segmenter

    with plain_errors(), _open_exclusively() as library, progress_bar() as bar:
        task = bar.add_task("Embedding", total=None, detail="passages")
        total = library.reindex(segmenter(library.models), lambda more: bar.advance(task, more))
    out_console.print(f"reindexed  {total} passages")


def _open_exclusively() -> Library:
    """Opens the library even if its index is stale; fails where a server uses it."""
    settings = command_settings()
    try:
        return open_library(settings, "rapporteur reindex", accept_stale=True, make=False)
    except LibraryBusy:
        from assistant.cli.server_backend import server_address

        if server_address(settings.data_dir) is None:
            raise
        raise fail(SERVED, EXIT_BUSY) from None


def migrate(to: Annotated[str, typer.Option(help="Address of the database (postgresql://...), or a folder.")]) -> None:
    """Copy the library, keys, accounts and links into a PostgreSQL database, or from there into a folder.

    Every document is compared after it was copied. Documents that are already there unchanged are skipped, so an
    interrupted copy can be continued; changed ones are replaced, and those that were removed here since are removed
    there. Give a password with PGPASSWORD or in a file (PGPASSFILE)."""
    from assistant.access.access_store import AccessStore
    from assistant.access.anonymous_sessions import SigningSecret
    from corpus.migration import copy_library

    with plain_errors():
        settings = command_settings()
        if not to.strip():
            raise fail("--to is empty. Name a folder, or a database (postgresql://USER@HOST/NAME).", EXIT_USAGE)
        shared = "://" in to
        if shared and not to.startswith(("postgres://", "postgresql://")):
            wanted = "a folder nor the address of a PostgreSQL database (postgresql://USER@HOST/NAME)"
            raise fail(f"--to is neither {wanted}.", EXIT_USAGE)
        folder = settings.data_dir if shared else Path(to).expanduser().resolve()
        aimed = settings.model_copy(update={"data_dir": folder, "database_url": to if shared else None})
        same_folder = folder.resolve() == settings.data_dir.resolve()
        if shared == (settings.database_url is not None) and (shared or same_folder):
            raise fail("The library is already at the place given with --to. Name another one.", EXIT_USAGE)
        if not same_folder and _has_other_files(folder):
            advice = "a library needs a folder of its own. Name a new folder with --to."
            raise fail(f"{folder} contains other files, and {advice}")
        with (
            open_library(settings, "rapporteur migrate", make=False) as source,
            open_library(aimed, "rapporteur migrate", source.models) as target,
            progress_bar() as bar,
        ):
            total, copied = len(source.document_ids()), 0
            task = bar.add_task("Copying", total=total, detail="documents")
            for done, (_, new) in enumerate(copy_library(source, target), 1):
                copied += new
                bar.update(task, completed=done, detail="documents" if done < total else "documents; indexes are made")
        with (
            AccessStore(settings.data_dir, database=settings.database_url) as before,
            AccessStore(aimed.data_dir, database=aimed.database_url) as after,
        ):
            before.copy_to(after)
        SigningSecret(settings.data_dir).copy_to(aimed.data_dir)
    place = "the database" if shared else visible(str(aimed.data_dir))
    out_console.print(Text(f"copied     {copied} of {total} documents to {place}; all were compared and are equal"))
    err_console.print(
        "The original library is unchanged. Set RAPPORTEUR_DATABASE_URL (or RAPPORTEUR_DATA_DIR) to use the copy."
    )


def _has_other_files(folder: Path) -> bool:
    """Whether a folder is no library and not empty."""
    with readable_errors(folder):
        return folder.is_dir() and not (folder / DATABASE_FILE).exists() and any(folder.iterdir())


def doctor() -> None:
    """Check the installation and the library. Each finding comes with a remedy."""
    from assistant.cli.doctor import run_checks

    findings = run_checks()
    table = Table("Check", "Result", "Finding", "Remedy")
    styles = {"ok": "green", "warning": "yellow", "error": "red"}
    for finding in findings:
        severity = Text(finding.severity, style=styles[finding.severity])
        table.add_row(finding.name, severity, Text(finding.message), Text(finding.remedy))
    out_console.print(table)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(EXIT_FAILED)
