"""`python -m eval.kills`: whether a library survives if its processes are killed at any moment.

Processes add, replace, remove and reindex documents, ask questions and copy the library into another one (`migrate`), and report what they
begin and finish. One of them is killed (`SIGKILL`) at a random moment and started again, over and over. After each kill, every document that it
worked on must be complete, in the version that was finished last or in the one that was begun, and both indexes must agree with the documents.
Every document in the copy must be complete too, and once a copy is finished it must have the documents of the process unchanged. The work is
done in steps, each with a new library: in a folder, used by one process; with `--server`, alternately in a folder, which is copied into a
PostgreSQL database, and in a database, which several processes share and each copies into a folder. With `--log`, an interrupted run continues
after its last complete step. Prints counts and every fault; exits with 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryError
from corpus.embedding import HashEmbedder
from corpus.integrity import check_passages
from corpus.library import Library
from corpus.migration import copy_library
from eval.bench_tools import open_database
from eval.json_lines import append_json_lines, read_json_lines
from ingest.chunker import SEGMENTER_VERSION, segmenter
from ingest.pipeline import Input, ingest

DOCUMENTS = 12
"""Documents that one process works on."""
PARAGRAPHS = 11
OPERATION_WEIGHTS = {"put": 56, "remove": 20, "ask": 14, "migrate": 8, "reindex": 2}
MAX_OPERATIONS, MAX_DELAY = 6, 0.5
"""Maximum operations of a process before it is killed, and maximum seconds that it then continues."""
EARLY_SHARE, MAX_EARLY_DELAY = 0.2, 3.0
"""Share of the kills that do not wait for the library, and maximum seconds until these."""
KILLS_PER_STEP = 25
COPY = "copy"
"""Folder of the copy of the library, or the folder that belongs to the database of the copy."""
TIMEOUT = 600.0
"""Seconds to wait for operations to finish."""


def open_library(folder: Path, database: str | None) -> Library:
    """Opens the library, or its copy."""
    return Library(folder, HashEmbedder(), SEGMENTER_VERSION, database=database, owner="kills")


def format_document(name: str, version: int) -> str:
    """A document in which every paragraph names its version."""
    paragraphs = (
        f"{n}. Paragraph {n} of version {version} speaks of boats and lamps." for n in range(1, PARAGRAPHS + 1)
    )
    return f"# {name}\n\n" + "\n\n".join(paragraphs)


def migrate_and_compare(library: Library, copy: Library, worker: int) -> None:
    """Copies a library. Raises `LibraryError` where the documents of one worker differ afterwards."""
    for _ in copy_library(library, copy):
        pass
    source, target = (
        {key: side.stored_document(key).digest for key in side.document_ids() if key.startswith(f"note-{worker}-")}
        for side in (library, copy)
    )
    if source != target:
        raise LibraryError(f"The copy has {sorted(target)}, not {sorted(source)}, or their contents differ.")


def work(folder: Path, database: str | None, copy: str | None, worker: int, seed: int) -> None:
    """Works until it is killed. Prints lines: document, its version after the operation (0: removed), finished or not."""
    rng, catalogue = random.Random(seed), Catalogue([], [])
    with open_library(folder, database) as library:
        engine = Engine(library, catalogue)
        while True:
            (operation,) = rng.choices(list(OPERATION_WEIGHTS), list(OPERATION_WEIGHTS.values()))
            name = f"note-{worker}-{rng.randrange(DOCUMENTS)}"
            version = rng.randrange(1, 1_000_000) if operation == "put" else 0
            changes = operation in ("put", "remove")
            _print_operation(name if changes else "", version, False)
            if operation == "put":
                list(ingest([Input(f"{name}.md", format_document(name, version).encode())], library, catalogue))
            elif operation == "remove":
                library.remove_source(f"{name}.md")
            elif operation == "migrate":
                with open_library(folder / COPY, copy) as target:
                    migrate_and_compare(library, target, worker)
            elif operation == "ask":
                engine.ask(f"What does {name} say of boats?")
            else:
                library.reindex(segmenter(library.models))
            _print_operation(name if changes else "", version, True)


def _print_operation(name: str, version: int, finished: bool) -> None:
    sys.stdout.write(json.dumps([name, version, finished]) + "\n")
    sys.stdout.flush()


def _check_document(library: Library, name: str, allowed: set[int]) -> Generator[str, None, set[int]]:
    """Yields the faults of a document, which must be in one of the `allowed` versions; returns the versions found."""
    stored = library.find_documents(name)
    if len(stored) > 1:
        yield f"{name}: stored {len(stored)} times"
        return allowed
    found = {0}
    if stored:
        found = {int(each) for each in re.findall(r"version (\d+)", stored[0].text)}
        passages = library.passages(stored[0].id)
        try:
            check_passages(stored[0], passages)
        except ValueError as error:
            yield f"{name}: {error}"
        if passages != segmenter(library.models)(stored[0]):
            yield f"{name}: its passages do not match its text"
    if len(found) != 1 or not found <= allowed:
        yield f"{name}: is in version {sorted(found)}, not in one of {sorted(allowed)}"
    return found


@dataclass
class Worker:
    """A worker process and its log. `allowed` are the versions that a document may be in now, `written` all versions
    that it may ever have had; `done` counts finished operations."""

    number: int
    folder: Path
    log: Path
    database: str | None
    copy: str | None = None
    allowed: dict[str, set[int]] = field(default_factory=dict)
    written: dict[str, set[int]] = field(default_factory=dict)
    done: int = 0
    _entries_read: int = 0
    _process: subprocess.Popen[bytes] | None = None

    def start(self, seed: int) -> None:
        """Starts the process."""
        arguments = ["--folder", str(self.folder), "--work", str(self.number), "--seed", str(seed)]
        arguments += ["--database", self.database] if self.database else []
        arguments += ["--copy", self.copy] if self.copy else []
        with append_json_lines(self.log), self.log.open("ab") as out:  # an incomplete last line is removed
            self._process = subprocess.Popen([sys.executable, "-m", "eval.kills", *arguments], stdout=out)

    def wait_for(self, operations: int) -> bool:
        """Waits until it has finished more operations; returns whether it did in time, and did not end before."""
        assert self._process is not None
        target, end = self.done + operations, time.monotonic() + TIMEOUT
        while self.done < target and time.monotonic() < end and self._process.poll() is None:
            time.sleep(0.02)
            self._read_log()
        return self.done >= target

    def kill(self) -> str | None:
        """Kills the process; returns a fault where it had already ended."""
        assert self._process is not None
        status = self._process.poll()
        self._process.kill()
        self._process.wait()
        self._read_log()
        return None if status is None else f"process {self.number} ended by itself with exit status {status}"

    def _read_log(self) -> None:
        for _, (name, version, finished) in islice(read_json_lines(self.log), self._entries_read, None):
            self._entries_read += 1
            self.done += finished
            if name:
                before = self.allowed.get(name, {0})
                self.allowed[name] = {version} if finished else before | {version}
                self.written.setdefault(name, {0}).add(version)

    def faults(self, library: Library) -> Iterator[str]:
        """Faults of the documents that it worked on."""
        for name, allowed in sorted(self.allowed.items()):
            self.allowed[name] = yield from _check_document(library, name, allowed)

    def copy_faults(self) -> Iterator[str]:
        """Faults of the copy that it made."""
        if not (self.folder / COPY).exists():
            return
        with open_library(self.folder / COPY, self.copy) as library:
            for name, allowed in sorted(self.written.items()):
                yield from (f"copy of {each}" for each in _check_document(library, name, allowed))
            yield from (f"copy: {each}" for each in library.verify())


@contextmanager
def run_workers(workers: Sequence[Worker], seed: int) -> Iterator[None]:
    """Runs all processes until the block ends."""
    for worker in workers:
        worker.start(seed + worker.number)
    try:
        yield
    finally:
        for worker in workers:
            worker.kill()


def kill(
    kills: int,
    folder: Path,
    database: str | None,
    processes: int,
    console: Console,
    seed: int = 1,
    copy: str | None = None,
) -> tuple[int, list[str]]:
    """Kills processes `kills` times; returns the number of finished operations, and the faults. `processes` share the
    database; a folder belongs to one process. `copy` is the database that one process copies the library into,
    None for a folder."""
    rng, faults, home = random.Random(seed), list[str](), folder / "library"
    checked = home / "looking" if database else home
    workers = [
        Worker(n, home / f"process-{n}" if database else home, folder / f"{n}.jsonl", database, None if n else copy)
        for n in range(processes if database else 1)
    ]
    with run_workers(workers, seed):
        for n in track(range(kills), "Killing", console=console, transient=True):
            worker = workers[n % len(workers)]
            if rng.random() < EARLY_SHARE:
                time.sleep(rng.uniform(0.0, MAX_EARLY_DELAY))
            else:
                if not worker.wait_for(rng.randint(1, MAX_OPERATIONS)):
                    faults.append(f"process {worker.number} did not finish its operations")
                time.sleep(rng.uniform(0.0, MAX_DELAY))
            if fault := worker.kill():
                faults.append(fault)
            with open_library(checked, database) as library:
                # Other processes continue to change a database, so only the documents of this one are compared.
                faults += worker.faults(library)
                faults += [] if database else library.verify()
            faults += worker.copy_faults()
            worker.start(rng.randrange(10**9))
    with open_library(checked, database) as library:
        faults += [fault for worker in workers for fault in worker.faults(library)]
        faults += library.verify()
    faults += [fault for worker in workers for fault in worker.copy_faults()]
    return sum(worker.done for worker in workers), faults


def step(n: int, options: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Runs step number `n`; returns its engine, seed, numbers of kills and operations, and faults."""
    kills, seed = min(KILLS_PER_STEP, options.kills - n * KILLS_PER_STEP), 1_000 * options.seed + n
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        database = stack.enter_context(open_database(options.server)) if options.server else None
        shared = database is not None and n % 2 == 1
        done, faults = (
            kill(kills, Path(folder), database, options.processes, console, seed)
            if shared
            else kill(kills, Path(folder), None, 1, console, seed, database)
        )
    return {
        "step": n, "seed": seed, "engine": "PostgreSQL" if shared else "folder", "kills": kills, "operations": done,
        "faults": faults,
    }  # fmt: skip


def main() -> int:
    """Runs the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.kills", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("--kills", type=int, default=1_000, help="Number of kills.")
    parser.add_argument("--server", help="Address of a PostgreSQL server on which databases are created and dropped.")
    parser.add_argument("--processes", type=int, default=2, help="Processes that share a database.")
    parser.add_argument("--log", type=Path, help="File of finished work; a run continues from it.")
    parser.add_argument("--seed", type=int, default=1, help="Seed of moments and steps.")
    for name, kind in {"work": int, "folder": Path, "database": str, "copy": str}.items():
        parser.add_argument(f"--{name}", type=kind, help=argparse.SUPPRESS)  # for worker processes
    options = parser.parse_args()
    if options.work is not None:
        work(options.folder, options.database, options.copy, options.work, options.seed)
    console = Console(stderr=True)
    steps = [each for _, each in read_json_lines(options.log)] if options.log else []
    for n in range(len(steps), -(-options.kills // KILLS_PER_STEP)):
        try:
            steps.append(step(n, options, console))
        except LibraryError as error:
            console.print(str(error), style="red")
            return 1
        if options.log:
            with append_json_lines(options.log) as add:
                add(steps[-1])
    for engine in dict.fromkeys(each["engine"] for each in steps):
        of_engine = [each for each in steps if each["engine"] == engine]
        kills, operations = (sum(each[name] for each in of_engine) for name in ("kills", "operations"))
        console.print(f"{engine}: {kills:,} kills, {operations:,} operations")
    faults = Counter(fault for each in steps for fault in each["faults"])
    for fault, count in faults.items():
        console.print(f"{fault} ({count} times)" if count > 1 else fault)
    console.print(f"{faults.total()} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
