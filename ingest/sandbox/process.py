"""One worker process, seen from the parent: started, sent requests, watched, ended; and the messages on its pipes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

MAX_REPLY = 64 * 1024 * 1024  # longest message that is accepted from a worker, in bytes


class FrameError(Exception):
    """The data from the pipe is not a message: too long, or incomplete."""


def send(pipe: BinaryIO, message: bytes) -> None:
    """Writes one message."""
    pipe.write(len(message).to_bytes(8, "big"))
    pipe.write(message)
    pipe.flush()


def receive(pipe: BinaryIO, limit: int) -> bytes | None:
    """The next message, None at the end of the pipe. Raises `FrameError` if it is over `limit` or incomplete."""
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
    """No worker can be started: the cause is the installation or the machine, not a file."""


class WorkerLost(Exception):
    """A worker ended without a reply. `late` says that it took too long, `how` else how it ended."""

    def __init__(self, how: str, *, late: bool = False) -> None:
        super().__init__(how)
        self.how = how
        self.late = late


class Worker:
    """A process that reads one file after another. Not safe for use by two threads at once. `setup` is its first
    message (see `ingest.sandbox.child`). Raises `WorkerError` where it can't be started."""

    def __init__(self, setup: bytes) -> None:
        self.requests = 0
        self._expired = False
        try:
            # -P: never import code from the current folder, which may be one of files to be read.
            self._process = subprocess.Popen(  # noqa: S603  (this interpreter, with arguments of our own)
                [sys.executable, "-P", "-c", _START, _ROOT],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise WorkerError(f"A process that reads files could not be started: {error.strerror}.") from None
        self._requests_pipe = cast(BinaryIO, self._process.stdin)
        self._replies_pipe = cast(BinaryIO, self._process.stdout)
        try:
            ready = self._exchange((setup,), _START_SECONDS)
        except WorkerLost as lost:
            raise WorkerError(f"A process that reads files could not be started: {lost.how}.") from None
        if ready != b'{"ready": true}':
            self.close()
            why = ready[:500].decode(errors="replace")
            raise WorkerError(f"A process that reads files could not be started: {why}.")

    def request(self, head: bytes, data: bytes, seconds: float) -> bytes:
        """Sends one file and returns the reply. Raises `WorkerLost` where there is none; the worker has then ended."""
        self.requests += 1
        return self._exchange((head, data), seconds)

    def end(self) -> None:
        """Ends the process and all that it has started, without waiting. May be called from any thread."""
        if self._process.returncode is not None:
            return
        # Its process id is not reused before it is waited for; its group outlives it where it has started others.
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def close(self) -> None:
        """Ends the process and closes its pipes."""
        self.end()
        self._process.wait()
        for pipe in (self._requests_pipe, self._replies_pipe):
            with suppress(OSError):
                pipe.close()

    @property
    def usable(self) -> bool:
        """Whether it may be sent another request."""
        return not self._expired and self._process.poll() is None

    def _exchange(self, messages: tuple[bytes, ...], seconds: float) -> bytes:
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        reply, how = None, ""
        try:
            for message in messages:
                send(self._requests_pipe, message)
            reply = receive(self._replies_pipe, MAX_REPLY)
        except FrameError as error:
            how = f"it sent {error}"
        except (OSError, ValueError):
            how = ""  # the pipe is closed: the process has ended
        finally:
            timer.cancel()
            timer.join()
        if reply is None:
            self.close()
            code = self._process.returncode
            ended = f"it ended with {signal.Signals(-code).name}" if code < 0 else f"it ended with code {code}"
            raise WorkerLost(how or ended, late=self._expired or code in _OUT_OF_TIME)
        return reply

    def _expire(self) -> None:
        self._expired = True
        self.end()


_OUT_OF_TIME = tuple(-getattr(signal, name) for name in ("SIGXCPU", "SIGALRM") if hasattr(signal, name))
