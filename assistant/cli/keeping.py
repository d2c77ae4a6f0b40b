"""Commands that keep the library: ingest, remove, status, doctor, reindex, verify."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from assistant.cli.session import EXIT_USAGE, catalogue_of, data, fail, open_library, talk
from corpus.symbols import Symbol, SymbolError
from ingest.readers import ReadError, visible
from ingest.run import Input, Outcome, file_source, starter_sources
from ingest.run import Progress as At
from ingest.run import ingest as run


def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Text or Markdown files.")] = None,
    starter: Annotated[bool, typer.Option("--starter", help="Add the digests that ship with Rapporteur.")] = False,
    symbol: Annotated[str | None, typer.Option(help="The document's symbol, where the file does not print it.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the files: en, fr, es, ru, ar or zh.")] = None,
) -> None:
    """Read documents into the library. Files that are held already are passed over."""
    if not paths and not starter:
        raise fail("Name at least one file, or --starter for the starter corpus.", EXIT_USAGE)
    if symbol and len(paths or ()) != 1:
        raise fail("--symbol goes with exactly one file.", EXIT_USAGE)
    sources: list[Input] = starter_sources() if starter else []
    outcomes: list[Outcome] = []
    for path in paths or ():
        try:
            sources.append(file_source(path, Symbol.parse(symbol) if symbol else None, language))
        except (ReadError, SymbolError) as error:
            outcomes.append(Outcome(str(path), "refused", reason=str(error)))
    with open_library("ingest") as (library, chosen):
        outcomes += _with_progress(len(sources), lambda tell: run(sources, library, catalogue_of(chosen), tell))
    counts = dict.fromkeys(("added", "replaced", "unchanged", "refused"), 0)
    for outcome in outcomes:
        counts[outcome.result] += 1
        if outcome.result == "refused":
            talk.print(Text(f"refused    {visible(outcome.reason)}", style="red"))
        elif outcome.document is not None:
            known = outcome.document.cite("")
            data.print(Text(f"{outcome.result:<10} {outcome.name}: {known} ({outcome.document.language}, "
                            f"{outcome.document.edition}), {_passages(outcome.passages)}"))  # fmt: skip
    talk.print(", ".join(f"{n} {result}" for result, n in counts.items() if n) or "nothing to do", markup=False)
    if counts["refused"]:
        raise typer.Exit(1)


def _passages(count: int) -> str:
    return f"{count} passages" if count else "held already"


def _with_progress(total: int, start: Callable[[Callable[[At], None]], Iterable[Outcome]]) -> list[Outcome]:
    """Runs ingestion under a progress bar on stderr."""
    outcomes: list[Outcome] = []
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[detail]}"),
                  TimeElapsedColumn(), console=talk, transient=True) as bar:  # fmt: skip
        task = bar.add_task("Reading", total=total, detail="")
        for outcome in start(lambda at: bar.update(task, detail=f"{at.name}: {at.done}/{at.total} passages")):
            outcomes.append(outcome)
            bar.update(task, advance=1, detail=outcome.name)
    return outcomes


def remove(
    symbol: Annotated[str, typer.Argument(help="Symbol, name or id of the document.")],
    language: Annotated[str | None, typer.Option(help="Only this language version.")] = None,
    edition: Annotated[str | None, typer.Option(help="Only this edition: official, digest or upload.")] = None,
) -> None:
    """Remove a document from the library and from both indexes."""
    with open_library("remove") as (library, _):
        found = [
            document
            for document in library.find(symbol)
            if language in (None, document.language) and edition in (None, document.edition)
        ]
        if not found:
            raise fail(f"The library holds no document {symbol!r}. 'rapporteur list' shows what it holds.")
        if len({document.key for document in found}) > 1:
            keys = ", ".join(sorted({document.key for document in found}))
            raise fail(f"{symbol!r} means several documents: {keys}. Name one of them.")
        for document in found:
            library.remove(document.id)
            data.print(Text(f"removed    {document.id}"))


def status(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Say what the library holds."""
    with open_library("status") as (library, _):
        found = library.status()
    record = {
        "folder": str(found.folder),
        "documents": found.documents,
        "passages": found.passages,
        "vectors": found.vectors,
        "bytes": found.bytes,
        **found.stamp,
    }
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    for name, value in record.items():
        data.print(Text(f"{name:<11} {value:,}" if isinstance(value, int) else f"{name:<11} {value}"))


def verify() -> None:
    """Check the library: database, both indexes, and that passages cover each document."""
    with open_library("verify") as (library, _):
        faults = library.verify()
    for fault in faults:
        data.print(Text(fault))
    if faults:
        raise fail(f"{len(faults)} faults. 'rapporteur reindex' rebuilds both indexes from the documents.")
    talk.print("The library is sound.")


def reindex() -> None:
    """Make passages, full-text index and vectors anew from the documents that are held."""
    from ingest.segment import segmenter

    columns = (TextColumn("Embedding"), BarColumn(), TextColumn("{task.completed} passages"), TimeElapsedColumn())
    with (
        open_library("reindex", accept_stale=True) as (library, _),
        Progress(*columns, console=talk, transient=True) as bar,
    ):
        task = bar.add_task("", total=None)
        total = library.reindex(segmenter(library.embedder), lambda more: bar.advance(task, more))
    data.print(f"reindexed  {total} passages")


def doctor() -> None:
    """Check the installation and the library, each finding with its remedy."""
    from assistant.cli.checks import run_checks

    findings = run_checks()
    table = Table("Check", "Result", "Finding", "Remedy")
    styles = {"ok": "green", "warning": "yellow", "error": "red"}
    for finding in findings:
        table.add_row(finding.name, Text(finding.severity, style=styles[finding.severity]), Text(finding.message),
                      Text(finding.remedy))  # fmt: skip
    data.print(table)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


COMMANDS = (ingest, remove, status, verify, reindex, doctor)
