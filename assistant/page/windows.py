"""Windows of the page at Gradio's queue, each of who opened it.

Gradio gives what a call brings to whoever names the window that called, and keeps what nobody fetches. So a window is known
to Gradio by a name in which who asks is mixed: another who names it reaches a window of their own, which has asked nothing.
And calls whose results are not fetched are few, and forgotten soon."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.faults import TooMany

if TYPE_CHECKING:
    from assistant.page.gradio_page import Built

MOST_CALLS = 100
"""Calls of one window that nobody listens to: the page makes fewer before it does."""
MOST_WINDOWS = 300
"""Windows of one client that have called and do not listen; Gradio keeps what 2,000 have called for, of all clients."""
SECONDS = 30.0
"""How long a window may have called without listening."""


@dataclass
class _Unheard:
    """A window that has called and does not listen."""

    client: str
    since: float
    calls: int = 0


class Windows:
    """The windows of one page, as Gradio has it. `clock` gives seconds."""

    def __init__(self, page: Built, clock: Callable[[], float] = time.monotonic) -> None:
        self._page, self._clock = page, clock
        self._secret = secrets.token_bytes(32)
        self._unheard: OrderedDict[str, _Unheard] = OrderedDict()
        self._heard: dict[str, int] = {}

    def name(self, window: str, client: str) -> str:
        """How Gradio knows a window that a client names."""
        own = f"{len(client)} {client} {window}".encode("utf-8", "backslashreplace")
        return hmac.new(self._secret, own, hashlib.sha256).hexdigest()

    def event(self, name: str, event: str) -> str:
        """An event that a window names, where it is its own; else one that there is not."""
        return event if self._page.has(name, event) else "none"

    async def called(self, name: str, client: str) -> None:
        """Counts a call of a window. Raises `TooMany` where it calls on and on and does not listen."""
        late = [each for each, one in self._unheard.items() if one.since + SECONDS < self._clock()]
        own = [each for each, one in self._unheard.items() if one.client == client and each != name]
        for each in dict.fromkeys((*late, *own[: max(0, len(own) - MOST_WINDOWS + 1)])):
            # One may have come to listen while another was given up.
            if self._unheard.pop(each, None) is not None:
                await self._page.forget(each)
        if name in self._heard:
            return
        window = self._unheard.setdefault(name, _Unheard(client, self._clock()))
        if window.calls >= MOST_CALLS:
            raise TooMany("window-calls", most=MOST_CALLS, retry_after=SECONDS)
        window.calls += 1

    @contextmanager
    def listening(self, name: str) -> Iterator[None]:
        """A window listens until the block ends."""
        self._unheard.pop(name, None)
        self._heard[name] = self._heard.get(name, 0) + 1
        try:
            yield
        finally:
            self._heard[name] -= 1
            if not self._heard[name]:
                del self._heard[name]
