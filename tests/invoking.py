"""The command line as a person types it, over the library in a folder, for tests of what it says and leaves."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from typer.testing import CliRunner

from assistant.cli import app

ROOT = Path(__file__).resolve().parent.parent
BOATS = "# A note on boats\n\n1. Boats need a flag.\n\n2. A harbour master keeps a list of boats.\n"
TRAINS = "# A note on trains\n\n1. A train runs on rails.\n\n2. Tickets are sold at the station.\n"


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Stdout as one JSON value; a command that failed gives none."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    def rows(self) -> list[Any]:
        """Stdout as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Cli:
    """The command line over the library in one folder, with the small hashing embedder."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def settings(self) -> dict[str, str]:
        """The environment that the commands get."""
        chosen = {
            "RAPPORTEUR_DATA_DIR": str(self.folder),
            "RAPPORTEUR_EMBEDDING": "hash",
        }
        return {**chosen, **self.env}

    def __call__(self, *arguments: object, stdin: str | bytes = "") -> Done:
        """Runs a command in this process. An error that is no plain exit fails the test with its traceback."""
        result = CliRunner().invoke(
            app, [str(each) for each in arguments], input=stdin, env=self.settings(), catch_exceptions=False
        )
        return Done(result.exit_code, result.stdout, result.stderr)

    def process(self, *arguments: str | bytes, stdin: str | bytes = "") -> Done:
        """Runs a command as a process of its own, as a person does."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [sys.executable, "-m", "assistant.cli", *arguments],
            input=given,
            capture_output=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, **self.settings(), "PYTHONUTF8": "1"},
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments: str, log: IO[str] | int = subprocess.PIPE) -> subprocess.Popen[str]:
        """Starts a command and leaves it running; what it says goes to `log`."""
        return subprocess.Popen(
            [sys.executable, "-m", "assistant.cli", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=ROOT,
            env={**os.environ, **self.settings(), "PYTHONUTF8": "1"},
            # A test run in the background ignores interrupts, and so would its children.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )


def python(code: str, env: dict[str, str] | None = None) -> str:
    """What code prints that Python runs in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def state(folder: Path) -> dict[str, str]:
    """Hash of every file of the stores."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("owner.lock", "owner.json")
    }


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_lines(path: Path, *rows: object) -> Path:
    """A file of JSON Lines; text is written as it is."""
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    return write(path, "".join(f"{line}\n" for line in lines))
