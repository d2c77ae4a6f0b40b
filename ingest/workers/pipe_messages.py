"""Messages on a pipe: eight bytes that say how long the message is, then the message."""

from __future__ import annotations

from typing import BinaryIO

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
