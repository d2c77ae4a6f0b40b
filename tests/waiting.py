"""How tests wait for what other threads and processes do: for as long as it takes, however slow the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable

WAIT = 240.0
"""Seconds that a busy machine may take for what takes some when it is idle."""


def until(so: Callable[[], object]) -> None:
    """Waits until something is so."""
    end = time.monotonic() + WAIT
    while not so():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
