"""The service as a caller sees it: a symbol, a language and the formats that will do; a file on disk, or why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import httpx

from corpus.corpus_errors import readable_errors
from corpus.files import file_hash
from corpus.symbols import Symbol
from ingest.fetch.addresses import SERVICE, Checked, request_address
from ingest.fetch.cache import Downloads, Stored
from ingest.fetch.content import FORMATS, kind_of, looks_whole, what_else
from ingest.fetch.fetch_errors import NotPublished, Refused, ServiceAway, TryLater
from ingest.fetch.retries import Pace, Patience, Timer, until
from ingest.fetch.transfer import Received, Transfer
from ingest.readers import MAX_BYTES

_Made = TypeVar("_Made")


class Service:
    """The Official Document System, or a mirror of it, with the folder of what it has given before.

    `transport` takes the place of the network where given; in the network `private` allows addresses that are not public.
    `told` is told in words why there is a wait. To be
    used as a context manager.
    """

    def __init__(
        self,
        downloads: Downloads,
        address: str = SERVICE,
        *,
        transport: httpx.BaseTransport | None = None,
        private: bool = False,
        timer: Timer | None = None,
        patience: Patience | None = None,
        max_bytes: int = MAX_BYTES,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._downloads, self._address, self._told = downloads, address, told
        self._timer, self._patience = timer or Timer(), patience or Patience()
        self._transfer = Transfer(
            address, transport or Checked(address, private=private), self._timer, self._patience, max_bytes
        )
        self._pace = Pace(self._patience.delay, self._timer)

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self._transfer.close()

    def kept(self, symbol: Symbol, language: str, formats: Sequence[str] = FORMATS) -> Stored | None:
        """What was fetched before in the first of the formats; nothing is asked for."""
        return self._downloads.kept(self._address, symbol, language, formats)

    def fetch(
        self,
        symbol: Symbol,
        language: str,
        formats: Sequence[str] = FORMATS,
        received: Received = lambda _size, _total: None,
    ) -> Stored:
        """Asks for the formats in order until one comes; a file that has not changed since comes from the folder.

        Raises `NotPublished` where there is none in any format, `Refused` where what came can't be taken,
        `TryLater` or `ServiceAway` where the service does not serve now, `LibraryError` for a full disk.
        """
        faults: dict[str, list[str]] = {}
        for form in formats:
            try:
                with readable_errors(self._downloads.folder):
                    return self._one(symbol, language, form, received)
            except NotPublished:
                continue
            except Refused as error:
                faults.setdefault(str(error), []).append(form)
        if faults:
            raise Refused("; ".join(f"{', '.join(forms)}: {error}" for error, forms in faults.items()))
        raise NotPublished(f"not published in this language as {', '.join(formats)}")

    def _one(self, symbol: Symbol, language: str, form: str, received: Received) -> Stored:
        key = Downloads.key(self._address, symbol, language, form)
        before = self._downloads.stored(key)
        part = self._downloads.part(key)
        address = request_address(self._address, symbol, language, form)

        def attempt() -> Stored:
            arrived = self._transfer.get(address, part, before.version if before else None, received)
            if arrived is None:
                assert before is not None, "only a file that is there can be unchanged"
                return before
            kind = _checked(part, arrived.measured)
            stored = Stored(
                key=key,
                symbol=symbol.text,
                language=language,
                asked=form,
                kind=kind,
                address=str(address),
                url=arrived.url,
                sha256=file_hash(part),
                bytes=part.stat().st_size,
                etag=arrived.version.etag,
                modified=arrived.version.modified,
                fetched=dt.datetime.fromtimestamp(self._timer.now(), dt.UTC).isoformat(timespec="seconds"),
            )
            self._downloads.keep(part, stored)
            return stored

        try:
            return self._patiently(attempt)
        finally:
            part.unlink(missing_ok=True)

    def _patiently(self, attempt: Callable[[], _Made]) -> _Made:
        """Tries until it succeeds, fails for good, or patience is at its end."""
        for failures in range(1, self._patience.attempts + 1):
            self._pace.turn()
            try:
                return attempt()
            except TryLater as error:
                if failures == self._patience.attempts:
                    raise type(error)(f"{error} ({failures} attempts)", error.after) from None
                wait = self._wait(error, failures)
                self._told(f"{error}; next attempt in {wait:.0f} s")
                self._timer.sleep(wait)
        raise AssertionError("patience allows at least one attempt")

    def _wait(self, error: TryLater, failures: int) -> float:
        if error.after is None:
            return self._patience.backoff(failures, self._timer.chance())
        if error.after > self._patience.max_wait:
            when = until(error.after, self._timer.now())
            raise ServiceAway(f"the service asks to wait until {when}", error.after) from None
        return error.after + self._timer.chance() * min(1.0, error.after)


def _checked(part: Path, measured: bool) -> str:
    kind = kind_of(part)
    if kind is None:
        raise Refused(f"the service sent {what_else(part)}")
    if not measured and not looks_whole(part, kind):
        raise TryLater("the file came without its end")
    return kind
