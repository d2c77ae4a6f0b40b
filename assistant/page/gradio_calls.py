"""Validation of the page's calls to Gradio. Each is read completely, checked and rewritten, so that Gradio sees only what was checked:
no duplicate keys, no objects, and above all no files.

Gradio opens any path that a call names, before any of our functions run. The page sends only texts, numbers and choices, and uploads
files through the API; a call with anything else is not from the page."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope

from assistant.api.middleware import receive_again
from assistant.service_errors import Invalid, NotFound, TooLarge, TooMany

if TYPE_CHECKING:
    from assistant.page.gradio_page import BuiltPage


MAX_CALLS = 100
"""Most calls of a window before it listens for results; the page makes fewer."""
MAX_WINDOWS = 300
"""Most windows of one client that have called and do not listen; Gradio keeps the results of 2,000 windows of all clients."""
SECONDS = 30.0
"""Seconds that a window may have called without listening."""


@dataclass
class _SilentWindow:
    """A window that has made calls and does not listen for results."""

    client: str
    since: float
    calls: int = 0


class Windows:
    """The browser windows of the page, and the calls that they may make. `clock` gives seconds."""

    def __init__(self, page: BuiltPage, clock: Callable[[], float] = time.monotonic) -> None:
        self._page, self._clock = page, clock
        self._secret = secrets.token_bytes(32)
        self._unheard: OrderedDict[str, _SilentWindow] = OrderedDict()
        self._heard: dict[str, int] = {}

    def name(self, window: str, client: str) -> str:
        """The name under which Gradio knows a client's window: an HMAC, so that clients can't use each other's windows."""
        own = f"{len(client)} {client} {window}".encode("utf-8", "backslashreplace")
        return hmac.new(self._secret, own, hashlib.sha256).hexdigest()

    def event(self, name: str, event: str) -> str:
        """Returns an event id if it belongs to the window, else an id that does not exist."""
        return event if self._page.has(name, event) else "none"

    def call(self, path: str, data: bytes, client: str) -> Call:
        """Parses the body of a call to one of `FORMS`, and replaces its window and event by Gradio's names. Raises `Invalid` where it is
        not a call of the page, and `NotFound` for a function that the page does not have."""
        body = _parsed(data)
        if any(_FILE_KEYS & each.keys() for each in _objects(body)):
            raise Invalid("call-files")
        try:
            fields = FORMS[path].model_validate(body).model_dump()
        except ValidationError as error:
            raise Invalid("call-strange", why=error.errors()[0]["msg"]) from None
        if "fn_index" not in fields:
            return Call("ask", json.dumps(fields).encode())
        window = fields["session_hash"] = self.name(fields["session_hash"], client)
        if "event_id" in fields:
            fields["event_id"] = self.event(window, fields["event_id"])
        function = self._page.functions.get(fields["fn_index"])
        if function is None:
            raise NotFound("call-unknown", number=fields["fn_index"])
        if len(fields.get("data", ())) != function.fields and "data" in fields:
            raise Invalid("call-strange", why=f"the function is given {function.fields} fields")
        return Call(function.operation, json.dumps(fields).encode(), window)

    async def called(self, name: str, client: str) -> None:
        """Counts a call of a window. Raises `TooMany` where it makes too many calls without listening for results."""
        late = [each for each, one in self._unheard.items() if one.since + SECONDS < self._clock()]
        own = [each for each, one in self._unheard.items() if one.client == client and each != name]
        for each in dict.fromkeys((*late, *own[: max(0, len(own) - MAX_WINDOWS + 1)])):
            # A window may have begun to listen during the await of another one.
            if self._unheard.pop(each, None) is not None:
                await self._page.forget(each)
        if name in self._heard:
            return
        window = self._unheard.setdefault(name, _SilentWindow(client, self._clock()))
        if window.calls >= MAX_CALLS:
            raise TooMany("window-calls", most=MAX_CALLS, retry_after=SECONDS)
        window.calls += 1

    @contextmanager
    def listening(self, name: str) -> Iterator[None]:
        """Marks a window as listening until the block ends."""
        self._unheard.pop(name, None)
        self._heard[name] = self._heard.get(name, 0) + 1
        try:
            yield
        finally:
            self._heard[name] -= 1
            if not self._heard[name]:
                del self._heard[name]


MAX_BYTES = 300_000
"""Most bytes of a call: the longest question that the settings allow, in any script, and all choices."""
MAX_VALUES = 2_000
"""Most values in a call, including those in lists."""
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Names of windows and events in Gradio."""
_FILE_KEYS = frozenset({"path", "url", "meta", "_type", "orig_name", "is_file"})
"""Keys by which current and earlier versions of Gradio recognise a file."""


Name = Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
Index = Annotated[int, Field(ge=0)]
Value = bool | int | float | str | None
"""A value of a field of the page."""


class Reset(BaseModel):
    """Body of a reset: the event to drop."""

    model_config = ConfigDict(strict=True)
    event_id: Name


class Cancel(Reset):
    """Body of a cancellation: the event to stop."""

    fn_index: Index
    session_hash: Name


class Join(BaseModel):
    """Body of a call of a function."""

    model_config = ConfigDict(strict=True)
    fn_index: Index
    session_hash: Name
    data: list[Value | list[Value]]
    trigger_id: Index | None = None

    @field_validator("data")
    @classmethod
    def _few(cls, data: list[Value | list[Value]]) -> list[Value | list[Value]]:
        if sum(1 + len(each) if isinstance(each, list) else 2 for each in data) > MAX_VALUES:
            raise ValueError(f"it has more than {MAX_VALUES:,} values")
        return data


FORMS: Mapping[str, type[BaseModel]] = {
    "/gradio_api/queue/join": Join,
    "/gradio_api/cancel": Cancel,
    "/gradio_api/reset": Reset,
}
"""Paths of calls, and the fields of each that are passed on."""


@dataclass(frozen=True)
class Function:
    """A function of the page: the operation that it requires, and the number of its fields."""

    operation: str
    fields: int


@dataclass(frozen=True)
class Call:
    """A checked call: the operation that it requires, the body for Gradio, and Gradio's name of the window (empty where it names
    none)."""

    operation: str
    body: bytes
    window: str = ""

    def replace_body(self, scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
        """Returns the request with this body instead of its own."""
        dropped = (b"content-length", b"content-type", b"transfer-encoding", b"content-encoding")
        headers = [(name, value) for name, value in scope["headers"] if name not in dropped]
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(self.body)).encode())]
        return {**scope, "headers": headers}, receive_again(self.body, receive)


async def read_body(scope: Scope, receive: Receive) -> bytes | None:
    """Reads the body of a call; None where the client has disconnected. Raises `TooLarge`, and `Invalid` where its content type is not
    JSON, which forms of other sites can't send."""
    request = Request(scope, receive)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Invalid("call-strange", why="its content type is not application/json")
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > MAX_BYTES:
                raise TooLarge("body-large", most=f"{MAX_BYTES / 1e3:.0f} kB")
    except ClientDisconnect:
        return None
    return bytes(body)


def parse_window(values: list[str]) -> str:
    """Returns the window that a query names. Raises `Invalid` where it names none, or several."""
    if len(values) != 1 or not NAME.fullmatch(values[0]):
        raise Invalid("call-strange", why="it names no window of it")
    return values[0]


def _parsed(data: bytes) -> Any:
    """Parses strict JSON: no duplicate keys, no NaN or Infinity, valid Unicode."""
    try:
        read = json.loads(data.decode("utf-8"), object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
        json.dumps(read, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Invalid("call-strange", why="its body is not JSON as the page writes it") from None
    return read


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    parsed = dict(pairs)
    if len(parsed) != len(pairs):
        raise ValueError("a key stands twice")
    return parsed


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yields all JSON objects in a value, at any depth."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            yield each
            left.extend(each.values())
        elif isinstance(each, list):
            left.extend(each)
