"""One worker process, seen from outside: started, asked, watched, ended; and the messages on the pipe to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

MAX_REPLY = 64 * 1024 * 1024
"""Longest message that is taken from a worker, in bytes."""


class FrameError(Exception):
    """What came over the pipe is no message: too long, or broken off."""


def send(pipe: BinaryIO, message: bytes) -> None:
    """Writes one message."""
    pipe.write(len(message).to_bytes(8, "big"))
    pipe.write(message)
    pipe.flush()


def receive(pipe: BinaryIO, limit: int) -> bytes | None:
    """The next message, None at the end of the pipe. Raises `FrameError` where it is longer than `limit` or cut off."""
    head = pipe.read(8)
    if not head:
        return None
    size = int.from_bytes(head, "big")
    if len(head) < 8 or size > limit:
        raise FrameError(f"a message of more than {limit / 1e6:.0f} MB" if len(head) == 8 else "half a message")
    message = pipe.read(size)
    if len(message) < size:
        raise FrameError("half a message")
    return message


_START = "import sys; sys.path.insert(0, sys.argv[1]); from ingest.sandbox.child import main; main()"
_ROOT = str(Path(__file__).resolve().parent.parent.parent)
_START_SECONDS = 60.0


class WorkerError(Exception):
    """No worker can be started: the installation or the machine is at fault, not a file."""


class Lost(Exception):
    """A worker ended without an answer. `late` says that it took too long, `how` else how it ended."""

    def __init__(self, how: str, *, late: bool = False) -> None:
        super().__init__(how)
        self.how = how
        self.late = late


class Worker:
    """A process that reads one file after another. Not for two threads at once.

    `setup` is its first message (see `ingest.sandbox.child`). Raises `WorkerError` where it can't be started.
    """

    def __init__(self, setup: bytes) -> None:
        self.asked = 0
        self._expired = False
        try:
            # -P: a folder of files to be read is no place to import code from.
            self._process = subprocess.Popen(  # noqa: S603  (this interpreter, with arguments of our own)
                [sys.executable, "-P", "-c", _START, _ROOT],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise WorkerError(f"A process that reads files could not be started: {error.strerror}.") from None
        self._to, self._from = cast(BinaryIO, self._process.stdin), cast(BinaryIO, self._process.stdout)
        try:
            ready = self._talk((setup,), _START_SECONDS)
        except Lost as lost:
            raise WorkerError(f"A process that reads files could not be started: {lost.how}.") from None
        if ready != b'{"ready": true}':
            self.close()
            raise WorkerError(
                f"A process that reads files could not be started: {ready[:500].decode(errors='replace')}."
            )

    def ask(self, head: bytes, data: bytes, seconds: float) -> bytes:
        """The answer about one file. Raises `Lost` where there is none; the worker has then ended."""
        self.asked += 1
        return self._talk((head, data), seconds)

    def end(self) -> None:
        """Ends the process and all that it has started, without waiting for it. From any thread."""
        if self._process.returncode is not None:
            return
        # Until it is waited for, its number is its own; its group outlives it where it has started others.
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def close(self) -> None:
        """Ends the process and lets go of its pipes."""
        self.end()
        self._process.wait()
        for pipe in (self._to, self._from):
            with suppress(OSError):
                pipe.close()

    @property
    def usable(self) -> bool:
        """Whether it may be asked again."""
        return not self._expired and self._process.poll() is None

    def _talk(self, messages: tuple[bytes, ...], seconds: float) -> bytes:
        clock = threading.Timer(seconds, self._expire)
        clock.daemon = True
        clock.start()
        answer, how = None, ""
        try:
            for message in messages:
                send(self._to, message)
            answer = receive(self._from, MAX_REPLY)
        except FrameError as error:
            how = f"it sent {error}"
        except (OSError, ValueError):
            how = ""  # the pipe is closed: the process has ended
        finally:
            clock.cancel()
            clock.join()
        if answer is None:
            self.close()
            code = self._process.returncode
            ended = f"it ended with {signal.Signals(-code).name}" if code < 0 else f"it ended with code {code}"
            raise Lost(how or ended, late=self._expired or code in _OUT_OF_TIME)
        return answer

    def _expire(self) -> None:
        self._expired = True
        self.end()


_OUT_OF_TIME = tuple(-getattr(signal, name) for name in ("SIGXCPU", "SIGALRM") if hasattr(signal, name))
