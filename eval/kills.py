"""`python -m eval.kills`: whether a library survives being killed at any instant.

Processes add, replace, remove and reindex documents and ask questions, and say what they begin and what they have finished. One
is killed (`SIGKILL`) at a random instant and begins again, over and over. After each kill every document that it worked on must be there whole, in the
version that was finished last or in the one that was begun, and both indexes must agree with the documents. With `--database`
several processes share a PostgreSQL database; otherwise one works in a folder. Prints counts, and every fault; ends with 1 where
there is one.
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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import IO

from rich.console import Console
from rich.progress import track

from assistant.qa.engine import Engine
from corpus.catalogue import Catalogue
from corpus.embedding import HashEmbedder
from corpus.faults import LibraryError
from corpus.library import Library, check_passages
from ingest.run import Input, ingest
from ingest.segment import SEGMENTER_VERSION, segmenter

NOTES = 12
"""Documents that one process works on."""
PARAGRAPHS = 11
WHAT = {"put": 60, "remove": 20, "ask": 18, "reindex": 2}
"""What is done, and how often."""
LONGEST = 1.5
"""Seconds, at most, that a process works until it is killed."""
OPENING = 0.2
"""Share of the kills that do not wait until the library is open."""
PATIENCE = 60.0
"""Seconds that they wait for that."""


def opened(folder: Path, database: str | None) -> Library:
    """The library that is worked on."""
    return Library(folder, HashEmbedder(), SEGMENTER_VERSION, database=database, owner="kills")


def text_of(name: str, version: int) -> str:
    """A document of which every paragraph says its version."""
    said = (f"{n}. Paragraph {n} of version {version} speaks of boats and lamps." for n in range(1, PARAGRAPHS + 1))
    return f"# {name}\n\n" + "\n\n".join(said)


def work(folder: Path, database: str | None, worker: int, seed: int) -> None:
    """Works until it is killed. Each line that it prints is a document, the version that it is to be in (0: removed), and whether
    that is finished."""
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
                library.forget(f"{name}.md")
            elif what == "ask":
                engine.ask(f"What does {name} say of boats?")
            else:
                library.reindex(segmenter(library.models))
            _say(name if changes else "", version, True)


def _say(name: str, version: int, finished: bool) -> None:
    sys.stdout.write(json.dumps([name, version, finished]) + "\n")
    sys.stdout.flush()


@dataclass
class Worker:
    """A process at work, and in which versions its documents may be."""

    number: int
    folder: Path
    database: str | None
    may_be: dict[str, set[int]] = field(default_factory=dict)
    done: int = 0
    working: Event = field(default_factory=Event)
    _process: subprocess.Popen[str] | None = None
    _listener: Thread | None = None

    def start(self, seed: int) -> None:
        """Begins to work."""
        given = ["--folder", str(self.folder), "--work", str(self.number), "--seed", str(seed)]
        given += ["--database", self.database] if self.database else []
        self.working.clear()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "eval.kills", *given], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self._listener = Thread(target=self._listen, args=(self._process.stdout,))
        self._listener.start()

    def kill(self) -> str | None:
        """Ends it at once; what was wrong where it had ended by itself."""
        assert self._process is not None
        assert self._listener is not None
        ended = self._process.poll()
        self._process.kill()
        self._process.wait()
        self._listener.join()
        return None if ended is None else f"process {self.number} ended by itself with {ended}"

    def _listen(self, said: IO[str]) -> None:
        with said:
            for line in said:
                if not line.endswith("\n"):
                    return
                self.working.set()
                name, version, finished = json.loads(line)
                self.done += finished
                if name:
                    before = self.may_be.get(name, {0})
                    self.may_be[name] = {version} if finished else before | {version}

    def faults(self, library: Library) -> Iterator[str]:
        """What is wrong with the documents that it worked on."""
        for name, allowed in sorted(self.may_be.items()):
            held = library.find(name)
            if len(held) > 1:
                yield f"{name}: held {len(held)} times"
                continue
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
            self.may_be[name] = found


@contextmanager
def at_work(workers: Sequence[Worker], seed: int) -> Iterator[None]:
    """All processes work until the block ends."""
    for worker in workers:
        worker.start(seed + worker.number)
    try:
        yield
    finally:
        for worker in workers:
            worker.kill()


def kill(kills: int, folder: Path, database: str | None, processes: int, console: Console, seed: int = 1) -> list[str]:
    """Kills so many times; what was found wrong. `processes` share the database; a folder belongs to one."""
    rng, found = random.Random(seed), []
    workers = [
        Worker(n, folder / f"process-{n}" if database else folder, database)
        for n in range(processes if database else 1)
    ]
    with at_work(workers, seed):
        for n in track(range(kills), "Killing", console=console, transient=True):
            worker = workers[n % len(workers)]
            if rng.random() >= OPENING:
                found += [] if worker.working.wait(PATIENCE) else [f"process {worker.number} did not begin to work"]
            time.sleep(rng.uniform(0.0, LONGEST))
            if fault := worker.kill():
                found.append(fault)
            with opened(folder / "looking" if database else folder, database) as library:
                # Others go on changing a database meanwhile, so that only what is this process's own is compared.
                found += worker.faults(library)
                found += [] if database else library.verify()
            worker.start(rng.randrange(10**9))
    with opened(folder / "looking" if database else folder, database) as library:
        found += [fault for worker in workers for fault in worker.faults(library)]
        found += library.verify()
    console.print(f"{kills:,} kills, {sum(worker.done for worker in workers):,} operations, {len(found)} faults")
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.kills", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("--kills", type=int, default=1_000, help="how often a process is killed")
    parser.add_argument("--database", help="address of an empty PostgreSQL database; a folder without it")
    parser.add_argument("--processes", type=int, default=2, help="processes that share the database")
    parser.add_argument("--folder", type=Path, help="an empty folder; a temporary one without it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    if given.work is not None:
        work(given.folder, given.database, given.work, given.seed)
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory() as temporary:
        try:
            found = kill(
                given.kills, given.folder or Path(temporary), given.database, given.processes, console, given.seed
            )
        except LibraryError as error:
            console.print(str(error), style="red")
            return 1
    for fault, times in Counter(found).items():
        console.print(f"{fault} ({times} times)" if times > 1 else fault)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
