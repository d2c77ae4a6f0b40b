"""Runs programs that others wrote on files that others sent: in a folder of their own, bounded, and ended for sure."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from ingest.readers.lines import ReadError

MAX_OUTPUT = 400_000_000
"""The largest file that a program may hand back, in bytes."""

_SUPERVISOR = str(Path(__file__).with_name("supervisor.py"))
_TALK = 20_000
_NO_CALL = "http://127.0.0.1:9"
_MAX_FILE = 2_000_000_000


@dataclass(frozen=True)
class Finished:
    """How a program ended. `status` is its exit status, None where it was stopped because its time was over; `talk`
    is the last of what it printed, for messages."""

    status: int | None
    talk: str


def find(*programs: str) -> str | None:
    """The full path of the first of some programs that is installed. A name with a slash is a path itself."""
    return next((path for program in programs if (path := which(program))), None)


def run(command: Sequence[str], folder: Path, seconds: float, max_file: int = _MAX_FILE) -> Finished:
    """Runs a command in a folder that also is its home and its place for temporary files.

    It gets no input and none of this process's environment but the search path, and is told of a proxy that does
    not exist, so that it reaches no network by accident. `seconds` bounds its time by the clock and that of each of
    its processes by their computing, `max_file` the bytes of every file that it writes. Whatever it has started
    is killed at the end, by a supervisor that outlives this process if need be. Raises `ReadError` where it can't be run.
    """
    if os.name != "posix":
        raise ReadError(f"{Path(command[0]).name} is only run on Linux and macOS. Convert the file yourself.")
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "OMP_THREAD_LIMIT": "1",
        **dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy", "all_proxy"), _NO_CALL),
    }
    said = folder / "said"
    supervisor = [sys.executable, "-I", "-S", _SUPERVISOR, str(math.ceil(seconds)), str(max_file), *command]
    status: int | None = None
    with said.open("wb") as out:
        try:
            process = subprocess.Popen(  # noqa: S603
                supervisor,
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise ReadError(f"{command[0]} can't be started: {error.strerror}.") from None
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdin:
                process.stdin.close()
    return Finished(status, _last(said))


def output(path: Path, most: int = MAX_OUTPUT) -> bytes | None:
    """What a program wrote to a file, None where it wrote none, nothing, or more than `most` bytes."""
    if path.is_symlink() or not path.is_file() or not 0 < path.stat().st_size <= most:
        return None
    return path.read_bytes()


def _last(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TALK))
        return file.read(_TALK).decode("utf-8", "replace")
