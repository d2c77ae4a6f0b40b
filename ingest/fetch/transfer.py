"""One request: redirects followed where they may be, the body written to disk, every answer understood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import httpx

from ingest.fetch.addresses import followed
from ingest.fetch.cache import Version
from ingest.fetch.fetch_errors import NotPublished, Refused, ServiceAway, TryLater
from ingest.fetch.retries import Patience, Timer, retry_after
from ingest.readers import MAX_BYTES, visible

MAX_REDIRECTS = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ABSENT = frozenset({204, 404, 410})
_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})

Received = Callable[[int, int | None], None]
"""Told how many bytes of a body have come, of how many (None: unknown)."""


@dataclass(frozen=True)
class Arrived:
    """A body that has fully come. `measured` says that the server told its length, and it fits."""

    url: str
    version: Version
    measured: bool


class Transfer:
    """Makes requests. No cookies, HTTP/1.1."""

    def __init__(
        self, service: str, transport: httpx.BaseTransport, timer: Timer, patience: Patience, max_bytes: int = MAX_BYTES
    ) -> None:
        self._service, self._timer, self._patience, self._max_bytes = service, timer, patience, max_bytes
        self._client = httpx.Client(
            transport=transport,
            headers={"User-Agent": user_agent(), "Accept": "*/*", "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(patience.timeout, connect=min(10.0, patience.timeout)),
            follow_redirects=False,
            http2=False,
            event_hooks={"response": [self._look]},
        )

    def close(self) -> None:
        """Ends all connections."""
        self._client.close()

    def get(self, address: httpx.URL, part: Path, known: Version | None, received: Received) -> Arrived | None:
        """Fetches a body into `part`; None: still that of `known`. Raises `NotPublished`, `Refused`, or for what may pass `TryLater`."""
        headers = known.conditions if known else {}
        url = address
        try:
            for _ in range(MAX_REDIRECTS + 1):
                with self._client.stream("GET", url, headers=headers) as response:
                    if response.status_code not in _REDIRECTS:
                        return self._taken(response, part, bool(known), received)
                    url = self._next(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise ServiceAway(f"the service can't be reached: {_words(error)}") from None
        except httpx.TimeoutException:
            raise TryLater(f"the service was silent for {self._patience.timeout:g} seconds") from None
        except httpx.RequestError as error:
            raise TryLater(f"the connection broke off: {_words(error)}") from None
        raise Refused(f"the service redirects more than {MAX_REDIRECTS} times")

    def _look(self, response: httpx.Response) -> None:
        """Checks a redirect before the client takes its address apart, on which some addresses break it."""
        if response.status_code in _REDIRECTS:
            self._next(response)

    def _next(self, response: httpx.Response) -> httpx.URL:
        return followed(response.headers.get("location", ""), response.url, self._service)

    def _taken(self, response: httpx.Response, part: Path, conditional: bool, received: Received) -> Arrived | None:
        status = response.status_code
        if status == 304 and conditional:
            return None
        if status in _ABSENT:
            raise NotPublished("not published")
        if status in _TRANSIENT:
            after = retry_after(response.headers.get("retry-after"), self._timer.now())
            fault = ServiceAway if status == 429 else TryLater
            raise fault(f"the service answers {_answer(response)}", after)
        if status != 200:
            raise Refused(f"the service answers {_answer(response)}")
        return self._written(response, part, received)

    def _written(self, response: httpx.Response, part: Path, received: Received) -> Arrived:
        size = 0
        length = response.headers.get("content-length", "")
        plain = response.headers.get("content-encoding", "identity").strip().lower() in ("", "identity")
        total = int(length) if plain and length.isascii() and length.isdigit() else None
        self._bounded(total or 0)
        end = self._timer.now() + self._patience.attempt
        with part.open("wb") as file:
            for piece in response.iter_bytes():
                size += len(piece)
                self._bounded(size)
                file.write(piece)
                received(size, total)
                if self._timer.now() > end:
                    raise TryLater(f"the file had not come after {self._patience.attempt:g} seconds")
        if total is not None and size != total:
            raise TryLater(f"{size} bytes came of {total}")
        if size == 0:
            raise NotPublished("not published")
        return Arrived(str(response.url), Version.of(response.headers), total is not None)

    def _bounded(self, size: int) -> None:
        if size > self._max_bytes:
            raise Refused(f"the file is larger than {self._max_bytes / 1e6:.0f} MB")


def user_agent() -> str:
    """How Rapporteur names itself."""
    try:
        return f"Rapporteur/{version('rapporteur')}"
    except PackageNotFoundError:
        return "Rapporteur"


def _answer(response: httpx.Response) -> str:
    return f"{response.status_code} {visible(response.reason_phrase)[:60]}".strip()


def _words(error: httpx.RequestError) -> str:
    return visible(str(error))[:200] or type(error).__name__
