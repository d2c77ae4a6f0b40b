"""What the page's calls may say to Gradio. Each is read here to its end, checked, and written anew, so that Gradio sees
what was checked and nothing else: no second key of the same name, no object, and above all no file.

Gradio opens whatever path a call names, before any function of ours runs. The page asks with words, numbers and choices,
and sends its files to the API; a call that holds anything else is none of the page's."""

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
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from assistant.service_errors import Invalid, NotFound, TooLarge, TooMany

if TYPE_CHECKING:
    from assistant.page.gradio_page import BuiltPage


MOST_CALLS = 100
"""Calls of one window that nobody listens to: the page makes fewer before it does."""
MOST_WINDOWS = 300
"""Windows of one client that have called and do not listen; Gradio keeps what 2,000 have called for, of all clients."""
SECONDS = 30.0
"""How long a window may have called without listening."""


@dataclass
class _SilentWindow:
    """A window that has called and does not listen."""

    client: str
    since: float
    calls: int = 0


class Windows:
    """The windows of one page, as Gradio has it, and what they may call. `clock` gives seconds."""

    def __init__(self, page: BuiltPage, clock: Callable[[], float] = time.monotonic) -> None:
        self._page, self._clock = page, clock
        self._secret = secrets.token_bytes(32)
        self._unheard: OrderedDict[str, _SilentWindow] = OrderedDict()
        self._heard: dict[str, int] = {}

    def name(self, window: str, client: str) -> str:
        """How Gradio knows a window that a client names."""
        own = f"{len(client)} {client} {window}".encode("utf-8", "backslashreplace")
        return hmac.new(self._secret, own, hashlib.sha256).hexdigest()

    def event(self, name: str, event: str) -> str:
        """An event that a window names, where it is its own; else one that there is not."""
        return event if self._page.has(name, event) else "none"

    def call(self, path: str, data: bytes, client: str) -> Call:
        """The call that a body makes at one of `FORMS`, with the client's own window and event in it. Raises
        `Invalid` where it is none of the page's, and `NotFound` for a function that the page does not have."""
        body = _parsed(data)
        if any(_OF_FILES & each.keys() for each in _objects(body)):
            raise Invalid("call-files")
        try:
            kept = FORMS[path].model_validate(body).model_dump()
        except ValidationError as error:
            raise Invalid("call-strange", why=error.errors()[0]["msg"]) from None
        if "fn_index" not in kept:
            return Call("ask", json.dumps(kept).encode())
        window = kept["session_hash"] = self.name(kept["session_hash"], client)
        if "event_id" in kept:
            kept["event_id"] = self.event(window, kept["event_id"])
        function = self._page.functions.get(kept["fn_index"])
        if function is None:
            raise NotFound("call-unknown", number=kept["fn_index"])
        if len(kept.get("data", ())) != function.fields and "data" in kept:
            raise Invalid("call-strange", why=f"the function is given {function.fields} fields")
        return Call(function.operation, json.dumps(kept).encode(), window)

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
        window = self._unheard.setdefault(name, _SilentWindow(client, self._clock()))
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


MOST_BYTES = 300_000
"""Bytes of a call: the longest question that can be set, in any script, beside all that one chooses."""
MOST_VALUES = 2_000
"""Values in a call, those in lists counted."""
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""How Gradio names windows and events."""
_OF_FILES = frozenset({"path", "url", "meta", "_type", "orig_name", "is_file"})
"""Keys by which Gradio, and Gradio before it, know a file."""


Name = Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
Index = Annotated[int, Field(ge=0)]
Value = bool | int | float | str | None
"""What stands in a field of the page: words, numbers, yes or no, nothing, or a list of these."""


class Reset(BaseModel):
    """What is given up."""

    model_config = ConfigDict(strict=True)
    event_id: Name


class Cancel(Reset):
    """What is stopped."""

    fn_index: Index
    session_hash: Name


class Join(BaseModel):
    """What a function is called with."""

    model_config = ConfigDict(strict=True)
    fn_index: Index
    session_hash: Name
    data: list[Value | list[Value]]
    trigger_id: Index | None = None

    @field_validator("data")
    @classmethod
    def _few(cls, data: list[Value | list[Value]]) -> list[Value | list[Value]]:
        if sum(1 + len(each) if isinstance(each, list) else 2 for each in data) > MOST_VALUES:
            raise ValueError(f"it has more than {MOST_VALUES:,} values")
        return data


FORMS: Mapping[str, type[BaseModel]] = {
    "/gradio_api/queue/join": Join,
    "/gradio_api/cancel": Cancel,
    "/gradio_api/reset": Reset,
}
"""Where calls are sent, and what of each is passed on."""


@dataclass(frozen=True)
class Function:
    """A function of the page: what one must be allowed to do to have it run, and how many fields it is given."""

    operation: str
    fields: int


@dataclass(frozen=True)
class Call:
    """A call as Gradio gets it, what one must be allowed to do to make it, and the window that makes it, as Gradio knows it
    (empty where it names none)."""

    operation: str
    body: bytes
    window: str = ""

    def in_place_of(self, scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
        """The request with this body in place of its own."""
        dropped = (b"content-length", b"content-type", b"transfer-encoding", b"content-encoding")
        headers = [(name, value) for name, value in scope["headers"] if name not in dropped]
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(self.body)).encode())]
        given = False

        async def heard() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": self.body, "more_body": False}

        return {**scope, "headers": headers}, heard


async def body_of(scope: Scope, receive: Receive) -> bytes | None:
    """The body of a call, None where its sender has gone. Raises `TooLarge`, and `Invalid` where it is not JSON: what a
    form of another site can send is not read."""
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Invalid("call-strange", why="its content type is not application/json")
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise TooLarge("body-large", most=f"{MOST_BYTES / 1e3:.0f} kB")
        if not message.get("more_body", False):
            return bytes(body)


def window_of(values: list[str]) -> str:
    """The window that a query names. Raises `Invalid` where it names none, or several."""
    if len(values) != 1 or not NAME.fullmatch(values[0]):
        raise Invalid("call-strange", why="it names no window of it")
    return values[0]


def _parsed(data: bytes) -> Any:
    """JSON as it is defined: each key once, numbers that are numbers, text that is text."""
    try:
        read = json.loads(data.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_no_number)
        json.dumps(read, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Invalid("call-strange", why="its body is not JSON as the page writes it") from None
    return read


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """All objects in a value, whatever they stand in."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            yield each
            left.extend(each.values())
        elif isinstance(each, list):
            left.extend(each)
