"""One request: follows allowed redirects, writes the body to disk and interprets every response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import httpx

from ingest.fetch.addresses import check_redirect
from ingest.fetch.fetch_errors import NotPublished, Refused, ServiceUnavailable, TryLater
from ingest.fetch.retries import RetryPolicy, Timer, retry_after
from ingest.readers import MAX_BYTES, visible

MAX_REDIRECTS = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ABSENT = frozenset({204, 404, 410})
_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})

OnReceived = Callable[[int, int | None], None]
"""Called with the number of bytes received, of how many (None: unknown)."""


@dataclass(frozen=True)
class ReceivedBody:
    """A completely received body: its address, its entity tag and date as sent (empty where there is none). `measured`
    says that the server gave its length, and it is correct."""

    url: str
    etag: str
    modified: str
    measured: bool


class Transfer:
    """Sends requests. No cookies, HTTP/1.1."""

    def __init__(
        self,
        service: str,
        transport: httpx.BaseTransport,
        timer: Timer,
        policy: RetryPolicy,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._service, self._timer, self._policy, self._max_bytes = service, timer, policy, max_bytes
        self._client = httpx.Client(
            transport=transport,
            headers={"User-Agent": user_agent(), "Accept": "*/*", "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(policy.timeout, connect=min(10.0, policy.timeout)),
            follow_redirects=False,
            http2=False,
            event_hooks={"response": [self._check_redirect]},
        )

    def close(self) -> None:
        """Closes all connections."""
        self._client.close()

    def get(
        self, address: httpx.URL, part: Path, conditions: Mapping[str, str] | None, on_received: OnReceived
    ) -> ReceivedBody | None:
        """Fetches a body into `part`; None where it is unchanged by the `conditions` of the version that is there (None
        without one). Raises `NotPublished`, `Refused`, or for temporary failures `TryLater`."""
        url = address
        try:
            for _ in range(MAX_REDIRECTS + 1):
                with self._client.stream("GET", url, headers=conditions) as response:
                    if response.status_code not in _REDIRECTS:
                        return self._read_response(response, part, conditions is not None, on_received)
                    url = self._next(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise ServiceUnavailable(f"the service cannot be reached: {_error_text(error)}") from None
        except httpx.TimeoutException:
            raise TryLater(f"the service did not respond for {self._policy.timeout:g} seconds") from None
        except httpx.RequestError as error:
            raise TryLater(f"the connection broke off: {_error_text(error)}") from None
        raise Refused(f"the service redirects more than {MAX_REDIRECTS} times")

    def _check_redirect(self, response: httpx.Response) -> None:
        """Checks a redirect before the client parses its address, since some addresses make that fail."""
        if response.status_code in _REDIRECTS:
            self._next(response)

    def _next(self, response: httpx.Response) -> httpx.URL:
        return check_redirect(response.headers.get("location", ""), response.url, self._service)

    def _read_response(
        self, response: httpx.Response, part: Path, conditional: bool, on_received: OnReceived
    ) -> ReceivedBody | None:
        status = response.status_code
        if status == 304 and conditional:
            return None
        if status in _ABSENT:
            raise NotPublished("not published")
        if status in _TRANSIENT:
            after = retry_after(response.headers.get("retry-after"), self._timer.now())
            fault = ServiceUnavailable if status == 429 else TryLater
            raise fault(f"the service answered {_status_line(response)}", after)
        if status != 200:
            raise Refused(f"the service answered {_status_line(response)}")
        return self._write_body(response, part, on_received)

    def _write_body(self, response: httpx.Response, part: Path, on_received: OnReceived) -> ReceivedBody:
        size = 0
        length = response.headers.get("content-length", "")
        plain = response.headers.get("content-encoding", "identity").strip().lower() in ("", "identity")
        total = int(length) if plain and length.isascii() and length.isdigit() else None
        self._check_size(total or 0)
        end = self._timer.now() + self._policy.attempt
        with part.open("wb") as file:
            for piece in response.iter_bytes():
                size += len(piece)
                self._check_size(size)
                file.write(piece)
                on_received(size, total)
                if self._timer.now() > end:
                    raise TryLater(f"the file had not arrived after {self._policy.attempt:g} seconds")
        if total is not None and size != total:
            raise TryLater(f"only {size} of {total} bytes arrived")
        if size == 0:
            raise NotPublished("not published")
        etag, modified = (_safe_header(response.headers.get(name, "")) for name in ("etag", "last-modified"))
        return ReceivedBody(str(response.url), etag, modified, total is not None)

    def _check_size(self, size: int) -> None:
        if size > self._max_bytes:
            raise Refused(f"the file is larger than {self._max_bytes / 1e6:.0f} MB")


def user_agent() -> str:
    """The name of Rapporteur in requests."""
    try:
        return f"Rapporteur/{version('rapporteur')}"
    except PackageNotFoundError:
        return "Rapporteur"


def _safe_header(value: str) -> str:
    """The value of a header; empty where it could not be sent back unchanged."""
    return value if value.isascii() and value.isprintable() and len(value) <= 500 else ""


def _status_line(response: httpx.Response) -> str:
    return f"{response.status_code} {visible(response.reason_phrase)[:60]}".strip()


def _error_text(error: httpx.RequestError) -> str:
    return visible(str(error))[:200] or type(error).__name__
