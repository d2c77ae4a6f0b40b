"""Retries: how often a request is repeated, how long to wait between, and what a service says about waiting."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime


@dataclass(frozen=True)
class Timer:
    """Clock (seconds since 1970), sleep (seconds) and random number (0 to 1)."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default_factory=lambda: random.Random().random)  # noqa: S311


@dataclass(frozen=True)
class RetryPolicy:
    """Limits of requests; all times in seconds. A document is requested `attempts` times at most, each time for at most
    `attempt` seconds; waits between them double from `first` to `longest`. `max_wait` is the longest wait that the
    service may ask for. `delay` is the time between two requests, `timeout` how long a response may stall."""

    attempts: int = 5
    first: float = 1.0
    longest: float = 30.0
    attempt: float = 900.0
    max_wait: float = 120.0
    delay: float = 1.0
    timeout: float = 30.0

    def backoff(self, failures: int, chance: float) -> float:
        """The wait after this many failures: exponential, its upper half random."""
        full = min(self.longest, self.first * 2 ** (failures - 1))
        return float(full * (0.5 + chance / 2))


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds of a `Retry-After` header, as a number or as a date (RFC 9110, 10.2.3). None where there is none or it is
    invalid; never negative."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:15])
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    return max(0.0, when.timestamp() - now)


def format_time_after(seconds: float, now: float) -> str:
    """The time in this many seconds, for people."""
    try:
        return dt.datetime.fromtimestamp(now + seconds, dt.UTC).strftime("%d %B %Y, %H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return "a date beyond the calendar"
