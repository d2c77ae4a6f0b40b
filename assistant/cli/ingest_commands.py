"""The commands ingest (files and folders, which can be watched) and fetch (documents by symbol from the official service)."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer
from rich.text import Text

from assistant.cli.backend import library_or_server
from assistant.cli.command_run import (
    EXIT_FAILED,
    EXIT_USAGE,
    check_language,
    err_console,
    fail,
    out_console,
    plain_errors,
    print_json,
)
from assistant.cli.progress import OutcomeCallback, OutcomePrinter, run_locally, run_on_server
from assistant.engine_factory import load_catalogue, make_updater, open_library
from assistant.fetch_plans import FOLDER, FetchPlan, FetchRequest, parse_languages, plan
from assistant.ingestion import Files
from assistant.outcome_messages import describe_outcome
from assistant.settings import Settings
from corpus.library import Library
from corpus.symbols import Symbol, SymbolError
from ingest.input_files import FileInput, printable

if TYPE_CHECKING:
    from assistant.cli.server_backend import ServerBackend
    from assistant.ingestion import CollectionUpdater, ProgressReporter


def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders; folders are read completely.")] = None,
    starter: Annotated[bool, typer.Option("--starter", help="Add the digests included with Rapporteur.")] = False,
    symbol: Annotated[str | None, typer.Option(help="Symbol of the document, if the file does not print it.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the files: en, fr, es, ru, ar or zh.")] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Number of files read at once; by default the number of processors."),
    ] = None,
    ocr: Annotated[bool, typer.Option("--ocr", help="Recognize text on pages that are images.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also read files that were read or refused before.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each result as a line of JSON.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Keep the library in step with the folders.")] = False,
) -> None:
    """Read documents into the library. Skips files that are already in the library or were refused before."""
    given = paths or []
    folders = [path for path in given if path.is_dir()]
    if not given and not starter:
        raise fail("Name at least one file or folder, or --starter for the starter corpus.", EXIT_USAGE)
    if symbol and (len(given) != 1 or folders):
        raise fail("--symbol needs exactly one file.", EXIT_USAGE)
    if watch and not folders:
        raise fail("--watch needs at least one folder.", EXIT_USAGE)
    check_language(language)
    _check_symbol(symbol)
    report = OutcomePrinter(as_json=as_json)
    with library_or_server("ingest", make=True) as (found, settings):
        files = Files(given, starter, symbol, language, ocr, apart=settings.data_dir)
        ingestion = _Ingestion(found, settings, report, again, jobs)
        if watch:
            _watch_folders(ingestion, files, folders)
            return
        ingestion.read(files)
    report.summary()
    if report.failed:
        raise typer.Exit(EXIT_FAILED)


def _check_symbol(symbol: str | None) -> None:
    if symbol is not None:
        try:
            Symbol.parse_any(symbol)
        except SymbolError as error:
            raise fail(str(error), EXIT_USAGE) from None


_Work: TypeAlias = "Callable[[CollectionUpdater, ProgressReporter], None]"


@dataclass(frozen=True)
class _Ingestion:
    """Ingests files into the library or through the server that owns it, with the same options for every file."""

    source: Library | ServerBackend
    settings: Settings
    report: OutcomePrinter
    again: bool
    jobs: int | None

    def read(self, files: Files) -> None:
        """Ingests the files of the command line."""
        for folder in files.empty():
            self.report.notes.append(f"{printable(str(folder))} holds no file to be read.")
        options = {"starter": files.starter, "symbol": files.symbol, "language": files.language, "ocr": files.ocr}
        self._read(files, files.paths, options, self.report.put, again=self.again)

    def update(self, sources: Sequence[FileInput]) -> None:
        """Ingests changed files."""

        def put(made: Mapping[str, Any]) -> None:
            if made["result"] != "unchanged":
                self.report.put(made)

        if sources:
            options = {"language": sources[0].language, "ocr": sources[0].ocr}
            self._read(sources, [each.path for each in sources], options, put, again=False)

    def remove(self, path: Path, shown: str) -> bool:
        """Removes the documents of a deleted file; returns whether other files may have to be read in its place."""
        gone: list[Mapping[str, Any]] = []
        body = {"path": str(path), "shown": shown}
        self._work("forget", body, lambda updater, reporter: updater.forget(reporter, path, shown), gone.append)
        for each in gone:
            self.report.put(each)
        return bool(gone)

    def _read(
        self, sources: Files | Sequence[FileInput], paths: Sequence[Path], options: Mapping[str, Any],
        on_outcome: OutcomeCallback, *, again: bool,
    ) -> None:  # fmt: skip
        body = {"paths": [str(path.absolute()) for path in paths], "jobs": self.jobs, "again": again, **options}
        total = len(sources)

        def read(updater: CollectionUpdater, reporter: ProgressReporter) -> None:
            updater.read(reporter, sources, total, again=again, jobs=self.jobs)

        self._work("ingest", body, read, on_outcome, total)

    def _work(
        self, path: str, body: Mapping[str, Any], work: _Work, on_outcome: OutcomeCallback, total: int = 0
    ) -> None:
        if isinstance(self.source, Library):
            updater = make_updater(self.source, self.settings)
            run_locally("Reading", lambda reporter: work(updater, reporter), on_outcome, total)
        else:
            run_on_server("Reading", self.source, f"/local/{path}", body, on_outcome, total)


def _watch_folders(ingestion: _Ingestion, files: Files, folders: Sequence[Path]) -> None:
    """Ingests all files, and then changed ones, until interrupted."""
    from ingest.folder_watch import WatchedFolder, watch

    stop = threading.Event()
    with _stopped_by_terminate(stop):
        try:
            watched = [WatchedFolder(folder, (files.apart,)) for folder in folders]
            ingestion.read(files)
            ingestion.report.summary()
            err_console.print("Watching for changes. Press Ctrl-C to stop.")
            try:
                for folder, changes in watch(watched, stop):
                    freed = [ingestion.remove(path, folder.display_name(path)) for path in changes.removed]
                    changed = list(folder.files) if any(freed) else changes.changed
                    ingestion.update([folder.input_for(path, files.language, ocr=files.ocr) for path in changed])
            except KeyboardInterrupt:
                stop.set()
        except OSError as error:
            raise fail(f"The folder cannot be watched: {error.strerror or error}.") from None
    err_console.print("Stopped watching.")


@contextmanager
def _stopped_by_terminate(stop: threading.Event) -> Iterator[None]:
    """Handles SIGTERM like Ctrl-C until the block ends."""

    def handle(_: int, __: FrameType | None) -> None:
        stop.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


_BAD = ("not published", "refused", "failed")
_STYLES = {"not published": "yellow", "refused": "red", "failed": "red"}


def fetch(
    symbols: Annotated[
        list[str] | None, typer.Argument(help="Symbols; with --meeting, ids of meetings.", metavar="SYMBOL")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="en, fr, es, ru, ar, zh or all. Can be repeated or separated by commas.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help="Only docx, pdf or doc. By default the first that exists, in this order."),
    ] = None,
    meeting: Annotated[
        bool,
        typer.Option(
            "--meeting", help="Everything the catalogue lists for a meeting: the one named, or the one in the library."
        ),
    ] = False,
    cited_by: Annotated[
        str | None,
        typer.Option(
            metavar="SYMBOL",
            help="Everything that this document cites and that is not in the library. The document must be in the library.",
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--catalogue", help="Everything the catalogue lists.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also ask for documents already in the library, in case they have changed.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be fetched.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as a JSON list.")] = False,
) -> None:
    """Fetch official documents by symbol from documents.un.org and add them to the library."""
    if not (symbols or meeting or cited_by or everything):
        raise fail("Name at least one symbol, or --meeting, --cited-by SYMBOL or --catalogue.", EXIT_USAGE)
    with plain_errors():
        asked = FetchRequest.model_construct(
            symbols=symbols or [],
            languages=parse_languages(language or []),
            form=form,
            meeting=meeting,
            cited_by=cited_by,
            everything=everything,
            again=again,
        )
        assert asked.formats
    with library_or_server("fetch", make=True) as (found, settings):
        if not isinstance(found, Library):
            _report(_fetch_by_server(found, asked, dry_run=dry_run), as_json)
            return
        planned = plan(asked, found, load_catalogue(settings))
    _report(_fetch_here(planned, settings, dry_run=dry_run), as_json)


def _fetch_by_server(server: ServerBackend, asked: FetchRequest, *, dry_run: bool) -> Sequence[Mapping[str, Any]]:
    """Lets the server that owns the library fetch; returns the outcomes."""
    if dry_run:
        return server.plan_fetch(asked.model_dump())
    rows: list[Mapping[str, Any]] = []
    run_on_server("Fetching", server, "/fetch", asked.model_dump(), rows.append, 0)
    return rows


def _fetch_here(planned: FetchPlan, settings: Settings, *, dry_run: bool) -> Sequence[Mapping[str, Any]]:
    """Fetches into the library of this process; returns the outcomes in the order of the plan."""
    folder = settings.data_dir / FOLDER
    if dry_run:
        return [asdict(each) for each in planned.preview(folder, settings.ods_url)]
    from assistant.ingestion import fetch as fetched

    rows: list[Mapping[str, Any]] = []
    with plain_errors():
        work = partial(fetched, planned=planned, source=settings, folder=folder, opened=partial(_opened, settings))
        run_locally("Fetching", work, rows.append, len(planned.due))
    places = {(each.symbol.text, each.language): n for n, each in enumerate(planned.wanted)}
    return sorted(rows, key=lambda row: places[row["symbol"], row["language"]])


@contextmanager
def _opened(settings: Settings) -> Iterator[CollectionUpdater]:
    with open_library(settings, "rapporteur fetch") as library:
        yield make_updater(library, settings)


def _report(rows: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """Prints outcomes on stdout (failures on stderr, unless as JSON) and the counts on stderr."""
    if as_json:
        print_json([{name: value for name, value in row.items() if name not in ("line", "notes")} for row in rows])
    for row in () if as_json else rows:
        console, style = (err_console if row["result"] in _BAD else out_console), _STYLES.get(row["result"], "")
        console.print(Text(describe_outcome(row)["line"], style=style))
    results = [row["result"] for row in rows]
    counts = [f"{results.count(each)} {each}" for each in dict.fromkeys(results)]
    err_console.print(", ".join(counts) or "nothing to fetch")
    if any(each in _BAD for each in results):
        raise typer.Exit(EXIT_FAILED)
