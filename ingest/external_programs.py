"""Runs external programs on untrusted files: in a folder of their own, with limits, and reliably ended."""

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

MAX_OUTPUT = 400_000_000  # the largest file that a program may return, in bytes

_SUPERVISOR = str(Path(__file__).with_name("supervisor.py"))
_MAX_OUTPUT_TEXT = 20_000
_NO_PROXY = "http://127.0.0.1:9"
_MAX_FILE = 2_000_000_000


@dataclass(frozen=True)
class ProgramResult:
    """The result of a program. `status` is its exit status, None where it was stopped because its time was over;
    `output` is the end of what it printed, for messages."""

    status: int | None
    output: str


def find_program(*programs: str) -> str | None:
    """The full path of the first of some programs that is installed. A name with a slash is used as a path."""
    return next((path for program in programs if (path := which(program))), None)


def run_program(command: Sequence[str], folder: Path, seconds: float, max_file: int = _MAX_FILE) -> ProgramResult:
    """Runs a command in `folder`, which also is its home and the place for its temporary files.

    It gets no input and no environment but the search path, and a proxy that does not exist, so that it can't reach the
    network by accident. `seconds` limits its wall-clock time and the CPU time of each of its processes, `max_file` the
    bytes of every file that it writes. Everything that it has started is killed at the end, by a supervisor that
    outlives this process if need be. Raises `ReadError` where it can't be started."""
    if os.name != "posix":
        raise ReadError(f"{Path(command[0]).name} is only run on Linux and macOS. Convert the file yourself.")
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "OMP_THREAD_LIMIT": "1",
        **dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy", "all_proxy"), _NO_PROXY),
    }
    output_path = folder / "output.txt"
    supervisor = [sys.executable, "-I", "-S", _SUPERVISOR, str(math.ceil(seconds)), str(max_file), *command]
    status: int | None = None
    with output_path.open("wb") as out:
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
            raise ReadError(f"{command[0]} cannot be started: {error.strerror}.") from None
        try:
            with suppress(subprocess.TimeoutExpired):
                status = process.wait(seconds)
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdin:
                process.stdin.close()
    return ProgramResult(status, _read_end(output_path))


def read_output(path: Path, most: int = MAX_OUTPUT) -> bytes | None:
    """The content of a file that a program wrote; None if there is none, or it has 0 or over `most` bytes."""
    if path.is_symlink() or not path.is_file() or not 0 < path.stat().st_size <= most:
        return None
    return path.read_bytes()


def _read_end(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _MAX_OUTPUT_TEXT))
        return file.read(_MAX_OUTPUT_TEXT).decode("utf-8", "replace")
