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
from eval.json_lines import JsonLinesWriter, read_json_lines
from ingest.chunker import SEGMENTER_VERSION, segmenter
from ingest.pipeline import Input, ingest

NOTES = 12
"""Documents that one process works on."""
PARAGRAPHS = 11
WHAT = {"put": 56, "remove": 20, "ask": 14, "migrate": 8, "reindex": 2}
"""Operations, with their weights."""
OPERATIONS, LONGEST = 6, 0.5
"""Maximum operations of a process before it is killed, and maximum seconds that it then continues."""
OPENING, STARTING = 0.2, 3.0
"""Share of the kills that do not wait for the library, and maximum seconds until these."""
STEP = 25
"""Kills of a step."""
COPY = "copy"
"""Folder of the copy of the library, or the folder that belongs to the database of the copy."""
PATIENCE = 600.0
"""Seconds to wait for operations to finish."""


def opened(folder: Path, database: str | None) -> Library:
    """Opens a library: the one in use, or its copy."""
    return Library(folder, HashEmbedder(), SEGMENTER_VERSION, database=database, owner="kills")


def text_of(name: str, version: int) -> str:
    """A document in which every paragraph names its version."""
    said = (f"{n}. Paragraph {n} of version {version} speaks of boats and lamps." for n in range(1, PARAGRAPHS + 1))
    return f"# {name}\n\n" + "\n\n".join(said)


def migrated(library: Library, copy: Library, worker: int) -> None:
    """Copies a library, and raises `LibraryError` where the documents of one worker are not the same there
    afterwards."""
    for _ in copy_library(library, copy):
        pass
    here, there = (
        {key: each.stored_document(key).digest for key in each.document_ids() if key.startswith(f"note-{worker}-")}
        for each in (library, copy)
    )
    if here != there:
        raise LibraryError(f"The copy holds {sorted(there)}, not {sorted(here)}, or others of that name.")


def work(folder: Path, database: str | None, copy: str | None, worker: int, seed: int) -> None:
    """Works until it is killed. Each line that it prints is a document, its version after the operation (0: removed),
    and whether the operation is finished."""
    rng, catalogue = random.Random(seed), Catalogue([], [])
    with opened(folder, database) as library:
        engine = Engine(library, catalogue)
        while True:
            (what,) = rng.choices(list(WHAT), list(WHAT.values()))
            name = f"note-{worker}-{rng.randrange(NOTES)}"
            version = rng.randrange(1, 1_000_000) if what == "put" else 0
            changes = what in ("put", "remove")
            _say(name if changes else "", version, False)
            if what == "put":
                list(ingest([Input(f"{name}.md", text_of(name, version).encode())], library, catalogue))
            elif what == "remove":
                library.remove_source(f"{name}.md")
            elif what == "migrate":
                with opened(folder / COPY, copy) as there:
                    migrated(library, there, worker)
            elif what == "ask":
                engine.ask(f"What does {name} say of boats?")
            else:
                library.reindex(segmenter(library.models))
            _say(name if changes else "", version, True)


def _say(name: str, version: int, finished: bool) -> None:
    sys.stdout.write(json.dumps([name, version, finished]) + "\n")
    sys.stdout.flush()


def _held(library: Library, name: str, allowed: set[int]) -> Generator[str, None, set[int]]:
    """Yields the faults of a document that may be in some versions; returns the versions found."""
    held = library.find_documents(name)
    if len(held) > 1:
        yield f"{name}: held {len(held)} times"
        return allowed
    found = {0}
    if held:
        found = {int(each) for each in re.findall(r"version (\d+)", held[0].text)}
        passages = library.passages(held[0].id)
        try:
            check_passages(held[0], passages)
        except ValueError as error:
            yield f"{name}: {error}"
        if passages != segmenter(library.models)(held[0]):
            yield f"{name}: its passages are others"
    if len(found) != 1 or not found <= allowed:
        yield f"{name}: in version {sorted(found)}, and may be in {sorted(allowed)}"
    return found


@dataclass
class Worker:
    """A worker process, the log that it writes, and the versions that its documents may be in."""

    number: int
    folder: Path
    log: Path
    database: str | None
    copy: str | None = None
    may_be: dict[str, set[int]] = field(default_factory=dict)
    ever: dict[str, set[int]] = field(default_factory=dict)
    done: int = 0
    _heard: int = 0
    _process: subprocess.Popen[bytes] | None = None

    def start(self, seed: int) -> None:
        """Starts the process."""
        given = ["--folder", str(self.folder), "--work", str(self.number), "--seed", str(seed)]
        given += ["--database", self.database] if self.database else []
        given += ["--copy", self.copy] if self.copy else []
        with JsonLinesWriter(self.log), self.log.open("ab") as said:  # a line that was cut off goes
            self._process = subprocess.Popen([sys.executable, "-m", "eval.kills", *given], stdout=said)

    def works(self, operations: int) -> bool:
        """Waits until it has finished some operations; whether it has."""
        enough, end = self.done + operations, time.monotonic() + PATIENCE
        while self.done < enough and time.monotonic() < end:
            time.sleep(0.02)
            self._hear()
        return self.done >= enough

    def kill(self) -> str | None:
        """Kills the process; returns a fault where it had already ended."""
        assert self._process is not None
        ended = self._process.poll()
        self._process.kill()
        self._process.wait()
        self._hear()
        return None if ended is None else f"process {self.number} ended by itself with {ended}"

    def _hear(self) -> None:
        for _, (name, version, finished) in islice(read_json_lines(self.log), self._heard, None):
            self._heard += 1
            self.done += finished
            if name:
                before = self.may_be.get(name, {0})
                self.may_be[name] = {version} if finished else before | {version}
                self.ever.setdefault(name, {0}).add(version)

    def faults(self, library: Library) -> Iterator[str]:
        """Faults of the documents that it worked on."""
        for name, allowed in sorted(self.may_be.items()):
            self.may_be[name] = yield from _held(library, name, allowed)

    def faults_of_copy(self) -> Iterator[str]:
        """Faults of the copy that it made."""
        if not (self.folder / COPY).exists():
            return
        with opened(self.folder / COPY, self.copy) as library:
            for name, allowed in sorted(self.ever.items()):
                yield from (f"copy of {each}" for each in _held(library, name, allowed))
            yield from (f"copy: {each}" for each in library.verify())


@contextmanager
def at_work(workers: Sequence[Worker], seed: int) -> Iterator[None]:
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
    rng, found, home = random.Random(seed), list[str](), folder / "library"
    looked_at = home / "looking" if database else home
    workers = [
        Worker(n, home / f"process-{n}" if database else home, folder / f"{n}.jsonl", database, None if n else copy)
        for n in range(processes if database else 1)
    ]
    with at_work(workers, seed):
        for n in track(range(kills), "Killing", console=console, transient=True):
            worker = workers[n % len(workers)]
            if rng.random() < OPENING:
                time.sleep(rng.uniform(0.0, STARTING))
            else:
                found += [] if worker.works(rng.randint(1, OPERATIONS)) else [f"process {worker.number} did not work"]
                time.sleep(rng.uniform(0.0, LONGEST))
            if fault := worker.kill():
                found.append(fault)
            with opened(looked_at, database) as library:
                # Others go on changing a database meanwhile, so that only what is this process's own is compared.
                found += worker.faults(library)
                found += [] if database else library.verify()
            found += worker.faults_of_copy()
            worker.start(rng.randrange(10**9))
    with opened(looked_at, database) as library:
        found += [fault for worker in workers for fault in worker.faults(library)]
        found += library.verify()
    found += [fault for worker in workers for fault in worker.faults_of_copy()]
    return sum(worker.done for worker in workers), found


def step(n: int, given: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Runs one step; returns where it ran, how many kills and operations there were, and the faults."""
    kills, seed = min(STEP, given.kills - n * STEP), 1_000 * given.seed + n
    with tempfile.TemporaryDirectory() as folder, ExitStack() as made:
        database = made.enter_context(open_database(given.server)) if given.server else None
        shared = database is not None and n % 2 == 1
        done, found = (
            kill(kills, Path(folder), database, given.processes, console, seed)
            if shared
            else kill(kills, Path(folder), None, 1, console, seed, database)
        )
    return {
        "step": n, "seed": seed, "engine": "PostgreSQL" if shared else "folder", "kills": kills, "operations": done,
        "faults": found,
    }  # fmt: skip


def main() -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.kills", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("--kills", type=int, default=1_000, help="Number of kills.")
    parser.add_argument("--server", help="Address of a PostgreSQL server on which databases are created and dropped.")
    parser.add_argument("--processes", type=int, default=2, help="Processes that share a database.")
    parser.add_argument("--log", type=Path, help="File of finished work; a run continues from it.")
    parser.add_argument("--seed", type=int, default=1, help="Seed of moments and steps.")
    for name, kind in {"work": int, "folder": Path, "database": str, "copy": str}.items():
        parser.add_argument(f"--{name}", type=kind, help=argparse.SUPPRESS)  # of a process at work
    given = parser.parse_args()
    if given.work is not None:
        work(given.folder, given.database, given.copy, given.work, given.seed)
    console = Console(stderr=True)
    told = [each for _, each in read_json_lines(given.log)] if given.log else []
    for n in range(len(told), -(-given.kills // STEP)):
        try:
            told.append(step(n, given, console))
        except LibraryError as error:
            console.print(str(error), style="red")
            return 1
        if given.log:
            with JsonLinesWriter(given.log) as log:
                log.add(told[-1])
    for engine in dict.fromkeys(each["engine"] for each in told):
        own = [each for each in told if each["engine"] == engine]
        kills, operations = (sum(each[name] for each in own) for name in ("kills", "operations"))
        console.print(f"{engine}: {kills:,} kills, {operations:,} operations")
    found = Counter(fault for each in told for fault in each["faults"])
    for fault, times in found.items():
        console.print(f"{fault} ({times} times)" if times > 1 else fault)
    console.print(f"{found.total()} faults")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
