"""The command that reads files and folders into the library, and keeps folders in step with it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from assistant.cli.bars import drawn, progress_bar
from assistant.cli.desk import library_or_server
from assistant.cli.outcome_lines import Report
from assistant.cli.session import EXIT_USAGE, fail, talk
from assistant.named_files import Files
from assistant.opening import catalogue_of
from assistant.settings import Settings
from corpus.catalogue import Catalogue
from corpus.library import Library
from ingest.ahead import Openable
from ingest.folder import FileInput, origin_of, printable
from ingest.outcomes import Outcome
from ingest.outcomes import Progress as At
from ingest.run import ingest as run
from ingest.workers.pool import Limits, Workers
from ingest.workers.process import WorkerError

if TYPE_CHECKING:
    from assistant.cli.server_desk import ServerDesk


def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files, and folders with all that is in them.")] = None,
    starter: Annotated[bool, typer.Option("--starter", help="Add the digests that ship with Rapporteur.")] = False,
    symbol: Annotated[str | None, typer.Option(help="The document's symbol, where the file does not print it.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the files: en, fr, es, ru, ar or zh.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=64, help="Files read at once; by default one a processor.")
    ] = None,
    ocr: Annotated[bool, typer.Option("--ocr", help="Recognise the words of pages that are images.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Read also what was read or refused before.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each outcome as a line of JSON.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Keep the library in step with the folders.")] = False,
) -> None:
    """Read documents into the library. What is held already, or was refused before, is passed over."""
    given = paths or []
    folders = [path for path in given if path.is_dir()]
    if not given and not starter:
        raise fail("Name at least one file or folder, or --starter for the starter corpus.", EXIT_USAGE)
    if symbol and (len(given) != 1 or folders):
        raise fail("--symbol goes with exactly one file.", EXIT_USAGE)
    if watch and not folders:
        raise fail("--watch goes with at least one folder.", EXIT_USAGE)
    report = Report(as_json=as_json)
    with library_or_server("ingest") as (found, chosen):
        files = Files(given, starter, symbol, language, ocr, chosen.data_dir)
        with _ingestion(found, chosen, report, again=again, jobs=jobs) as ingestion:
            if watch:
                _keep_in_step(ingestion, files, folders)
                return
            ingestion.read(files)
    report.summary()
    if report.failed:
        raise typer.Exit(1)


class _Ingestion(Protocol):
    """What reads and removes, and where the outcomes go."""

    @property
    def report(self) -> Report:
        """Where the outcomes go."""
        ...

    def read(self, files: Files) -> None:
        """Reads what the command line names."""
        ...

    def update(self, sources: Sequence[FileInput]) -> None:
        """Reads what has changed."""
        ...

    def remove(self, path: Path, shown: str) -> bool:
        """Removes what came from a file that is gone; says whether there are others to be read in its place."""
        ...


@dataclass(frozen=True)
class _Local:
    """One library, and the processes that read for it."""

    library: Library
    catalogue: Catalogue
    readers: Workers
    report: Report
    again: bool = False

    def read(self, files: Files) -> None:
        """Reads what the command line names."""
        _note_empty(files, self.report)
        self._run(files, len(files), again=self.again)

    def _run(self, sources: Iterable[Openable], total: int, *, again: bool = False, quiet: bool = False) -> None:
        with _bar(total) as (tell, advance):
            for outcome in run(sources, self.library, self.catalogue, tell, self.readers, again=again):
                advance(outcome)
                if not (quiet and outcome.result == "unchanged"):
                    self.report.add(outcome)

    def update(self, sources: Sequence[FileInput]) -> None:
        """Reads what has changed."""
        if sources:
            self._run(sources, len(sources), quiet=True)

    def remove(self, path: Path, shown: str) -> bool:
        """Removes what came from a file that is gone; says whether there are others to be read in its place."""
        origin = origin_of(path)
        held = self.library.headers(origin=origin)
        freed = self.library.forget(origin)
        for header in held:
            self.report.add(Outcome(shown, "removed", header=header))
        return bool(freed)


@dataclass(frozen=True)
class _Served:
    """The server that owns the library, and what it is told with every file."""

    server: ServerDesk
    report: Report
    again: bool
    jobs: int | None

    def read(self, files: Files) -> None:
        """Reads what the command line names."""
        _note_empty(files, self.report)
        said = {"starter": files.starter, "symbol": files.symbol, "language": files.language, "ocr": files.ocr}
        for outcome in self._run(files.paths, len(files), again=self.again, **said):
            self.report.put(outcome)

    def update(self, sources: Sequence[FileInput]) -> None:
        """Reads what has changed."""
        if sources:
            said = {"language": sources[0].language, "ocr": sources[0].ocr}
            for outcome in self._run([each.path for each in sources], len(sources), **said):
                if outcome["result"] != "unchanged":
                    self.report.put(outcome)

    def remove(self, path: Path, shown: str) -> bool:
        """Removes what came from a file that is gone; says whether there may be others to be read in its place."""
        gone = list(self.server.outcomes(self.server.begin("/local/forget", {"path": str(path), "shown": shown})))
        for outcome in gone:
            self.report.put(outcome)
        return bool(gone)

    def _run(self, paths: Sequence[Path], total: int, **said: object) -> Iterator[dict[str, Any]]:
        asked = {"paths": [str(path.absolute()) for path in paths], "jobs": self.jobs, **said}
        job = self.server.begin("/local/ingest", asked)
        with progress_bar("Reading", total) as bar:
            yield from self.server.outcomes(job, lambda now: bar(now["done"], now["total"], now["detail"]))


@contextmanager
def _ingestion(
    found: Library | ServerDesk, chosen: Settings, report: Report, *, again: bool, jobs: int | None
) -> Iterator[_Ingestion]:
    if not isinstance(found, Library):
        yield _Served(found, report, again, jobs)
        return
    with _readers(chosen, jobs) as (readers, catalogue):
        yield _Local(found, catalogue, readers, report, again)


def _note_empty(files: Files, report: Report) -> None:
    for folder in files.empty():
        report.note(f"{printable(str(folder))} holds no file to be read.")


def _keep_in_step(ingestion: _Ingestion, files: Files, folders: Sequence[Path]) -> None:
    """Reads all, and then what changes, until interrupted."""
    from ingest.watching import Watched, watch

    stop = threading.Event()
    with _stopped_by_terminate(stop):
        try:
            watched = [Watched(folder, (files.apart,)) for folder in folders]
            ingestion.read(files)
            ingestion.report.summary()
            talk.print("Watching for changes. Ctrl-C ends.")
            try:
                for folder, changes in watch(watched, stop):
                    freed = [ingestion.remove(path, folder.shown(path)) for path in changes.gone]
                    changed = list(folder.files) if any(freed) else changes.changed
                    ingestion.update([folder.input(path, files.language, ocr=files.ocr) for path in changed])
            except KeyboardInterrupt:
                stop.set()
        except OSError as error:
            raise fail(f"The folder can't be watched: {error.strerror or error}.") from None
    talk.print("Stopped watching.")


@contextmanager
def _stopped_by_terminate(stop: threading.Event) -> Iterator[None]:
    """Until the block ends, a request to terminate is a wish to stop, as Ctrl-C is."""

    def handle(_: int, __: FrameType | None) -> None:
        stop.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _readers(chosen: Settings, jobs: int | None) -> Iterator[tuple[Workers, Catalogue]]:
    """The processes that read files, ended with the block."""
    catalogue = catalogue_of(chosen)
    limits = Limits(memory=chosen.reader_memory * 1024**2, seconds=chosen.reader_seconds)
    try:
        with Workers(catalogue, jobs or chosen.jobs, limits) as readers:
            yield readers, catalogue
    except WorkerError as error:
        raise fail(str(error)) from None


@contextmanager
def _bar(total: int) -> Iterator[tuple[Callable[[At], None], Callable[[Outcome], None]]]:
    """A progress bar on stderr: what it is to be told by ingestion, and of each outcome."""
    with drawn() as bar:
        task = bar.add_task("Reading", total=total, detail="")

        def tell(at: At) -> None:
            bar.update(task, detail=f"{at.name}: {at.done}/{at.total} passages")

        def advance(outcome: Outcome) -> None:
            bar.update(task, advance=1, detail=outcome.name)

        yield tell, advance
