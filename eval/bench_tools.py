"""Helpers of the benchmark programs: Rapporteur as a process, servers, databases, generated text, times."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx

RAPPORTEUR = [sys.executable, "-m", "assistant.cli"]
DEADLINE = 300.0
"""Seconds after which waiting for a server or an answer fails."""
WORDS = (  # noqa: SIM905 - easier to read and change as text
    "States parties border measures vessel migrants smuggling offence cooperation evidence training officials documents route network "
    "proceeds confiscation witness protection assistance request authority domestic law prevention information exchange investigation "
    "prosecution capacity regional technical procedure carrier"
).split()


def rapporteur(*words: object, env: Mapping[str, str] | None = None, given: str | None = None) -> str:
    """Runs a command of Rapporteur; returns its output. `env` extends the environment, `given` is standard input."""
    environment = {**os.environ, **(env or {})}
    command = [*RAPPORTEUR, *map(str, words)]
    return subprocess.run(command, env=environment, input=given, check=True, capture_output=True, text=True).stdout


@contextmanager
def run_server(
    env: Mapping[str, str], *, words: Sequence[str] = (), before: Sequence[str] = ()
) -> Iterator[tuple[str, int, subprocess.Popen[bytes]]]:
    """Runs a server over the starter corpus: yields its address, port and process. `words` is the command, by default
    `rapporteur serve`; `before` is put in front of it."""
    environment = {"RAPPORTEUR_OPEN_READING": "true", **env}
    if not words:
        rapporteur("ingest", "--starter", env=environment)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    command = [*before, *(words or [*RAPPORTEUR, "serve", "--port"]), str(port)]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **environment})
        try:
            end = time.monotonic() + DEADLINE
            while not _ready(url):
                if process.poll() is not None or time.monotonic() > end:
                    output.seek(0)
                    raise SystemExit(f"The server did not start: {output.read().decode(errors='replace')[-2_000:]}")
                time.sleep(0.1)
            yield url, port, process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(DEADLINE)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v1/ready", trust_env=False).is_success
    except httpx.TransportError:
        return False


@contextmanager
def open_database(server: str, name: str = "") -> Iterator[str]:
    """Creates a database on a server and drops it afterwards; a named one is created if it does not exist, and stays."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    database = name or f"kills_{uuid4().hex[:12]}"
    quoted = psycopg.sql.Identifier(database)
    with psycopg.connect(server, autocommit=True) as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone() is None:
            admin.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(quoted))
        try:
            yield make_conninfo(server, dbname=database)
        finally:
            if not name:
                admin.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))


def generate_text(paragraphs: int, seed: int = 7, words: Sequence[str] = WORDS) -> str:
    """Generates numbered paragraphs in the style of a report, the same for the same seed."""
    rng = random.Random(seed)
    lines = ["# Report on the generated topic", ""]
    for number in range(1, paragraphs + 1):
        sentences = []
        for _ in range(rng.randint(3, 6)):
            chosen = [rng.choice(words) for _ in range(rng.randint(12, 24))]
            sentences.append(" ".join(chosen).capitalize() + ".")
        lines += [f"{number}. {' '.join(sentences)}", ""]
    return "\n".join(lines)


def measure_time(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """The time that a piece of work takes, in seconds."""
    start = clock()
    work()
    return clock() - start


def memory_mb(pid: int, *, highest: bool = False) -> float:
    """The resident memory of a process in MB, or the highest that it had, from Linux's `/proc`: `getrusage` would count that of the
    process that started it, too."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.findall(rf"^{'VmHWM' if highest else 'VmRSS'}:\s+(\d+)", status, re.MULTILINE)[0]) / 1_000
