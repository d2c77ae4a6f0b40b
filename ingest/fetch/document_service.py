"""The document service: a symbol, a language and formats become a file on disk, or the reason why there is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import httpx

from corpus.corpus_errors import readable_errors
from corpus.files import file_hash
from corpus.symbols import Symbol
from ingest.fetch.addresses import SERVICE, PublicAddressTransport, request_address
from ingest.fetch.cache import CachedFile, DownloadCache
from ingest.fetch.content import FORMATS, describe_other, detect_kind, is_complete
from ingest.fetch.fetch_errors import NotPublished, Refused, ServiceUnavailable, TryLater
from ingest.fetch.retries import RetryPolicy, Timer, format_time_after
from ingest.fetch.transfer import OnReceived, Transfer
from ingest.readers import MAX_BYTES

_Made = TypeVar("_Made")


class DocumentService:
    """The Official Document System, or a mirror of it, with the cache of fetched files. `transport` replaces the
    network where given; in the network `private` allows addresses that are not public. `on_wait` is called with the
    reason of a wait. To be used as a context manager."""

    def __init__(
        self,
        downloads: DownloadCache,
        address: str = SERVICE,
        *,
        transport: httpx.BaseTransport | None = None,
        private: bool = False,
        timer: Timer | None = None,
        policy: RetryPolicy | None = None,
        max_bytes: int = MAX_BYTES,
        on_wait: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._downloads, self._address, self._on_wait = downloads, address, on_wait
        self._timer, self._policy = timer or Timer(), policy or RetryPolicy()
        transport = transport or PublicAddressTransport(address, private=private)
        self._transfer = Transfer(address, transport, self._timer, self._policy, max_bytes)
        self._last_request = float("-inf")

    def __enter__(self) -> DocumentService:
        return self

    def __exit__(self, *_: object) -> None:
        self._transfer.close()

    def find_cached(self, symbol: Symbol, language: str, formats: Sequence[str] = FORMATS) -> CachedFile | None:
        """The cached file in the first of the formats that was fetched before; no request is sent."""
        return self._downloads.find_cached(self._address, symbol, language, formats)

    def fetch(
        self,
        symbol: Symbol,
        language: str,
        formats: Sequence[str] = FORMATS,
        on_received: OnReceived = lambda _size, _total: None,
    ) -> CachedFile:
        """Requests the formats in order until one is received; a file that has not changed since comes from the cache.
        Raises `NotPublished` where there is none in any format, `Refused` where the received file can't be accepted,
        `TryLater` or `ServiceUnavailable` where the service does not respond now, `LibraryError` for a full disk."""
        faults: dict[str, list[str]] = {}
        for form in formats:
            try:
                with readable_errors(self._downloads.folder):
                    return self._fetch_format(symbol, language, form, on_received)
            except NotPublished:
                continue
            except Refused as error:
                faults.setdefault(str(error), []).append(form)
        if faults:
            raise Refused("; ".join(f"{', '.join(forms)}: {error}" for error, forms in faults.items()))
        raise NotPublished(f"not published in this language as {', '.join(formats)}")

    def _fetch_format(self, symbol: Symbol, language: str, form: str, on_received: OnReceived) -> CachedFile:
        key = DownloadCache.key(self._address, symbol, language, form)
        earlier = self._downloads.load(key)
        part = self._downloads.part(key)
        address = request_address(self._address, symbol, language, form)

        def attempt() -> CachedFile:
            body = self._transfer.get(address, part, earlier.conditions if earlier else None, on_received)
            if body is None:
                assert earlier is not None, "only a file that is there can be unchanged"
                return earlier
            kind = _check_kind(part, body.measured)
            cached = CachedFile(
                key=key,
                symbol=symbol.text,
                language=language,
                asked=form,
                kind=kind,
                address=str(address),
                url=body.url,
                sha256=file_hash(part),
                bytes=part.stat().st_size,
                etag=body.etag,
                modified=body.modified,
                fetched=dt.datetime.fromtimestamp(self._timer.now(), dt.UTC).isoformat(timespec="seconds"),
            )
            self._downloads.store(part, cached)
            return cached

        try:
            return self._with_retries(attempt)
        finally:
            part.unlink(missing_ok=True)

    def _with_retries(self, attempt: Callable[[], _Made]) -> _Made:
        """Retries until it succeeds, fails permanently, or the attempts are used up."""
        for failures in range(1, self._policy.attempts + 1):
            self._wait_for_turn()
            try:
                return attempt()
            except TryLater as error:
                if failures == self._policy.attempts:
                    raise type(error)(f"{error} ({failures} attempts)", error.after) from None
                wait = self._wait(error, failures)
                self._on_wait(f"{error}; next attempt in {wait:.0f} s")
                self._timer.sleep(wait)
        raise AssertionError("patience allows at least one attempt")

    def _wait_for_turn(self) -> None:
        """Waits until the next request may be sent. A clock that was set back costs at most one delay."""
        due = self._last_request + self._policy.delay - self._timer.now()
        if due > 0:
            self._timer.sleep(min(due, self._policy.delay))
        self._last_request = self._timer.now()

    def _wait(self, error: TryLater, failures: int) -> float:
        if error.after is None:
            return self._policy.backoff(failures, self._timer.chance())
        if error.after > self._policy.max_wait:
            when = format_time_after(error.after, self._timer.now())
            raise ServiceUnavailable(f"the service asks to wait until {when}", error.after) from None
        return error.after + self._timer.chance() * min(1.0, error.after)


def _check_kind(part: Path, measured: bool) -> str:
    kind = detect_kind(part)
    if kind is None:
        raise Refused(f"the service sent {describe_other(part)}")
    if not measured and not is_complete(part, kind):
        raise TryLater("the file arrived without its end")
    return kind
