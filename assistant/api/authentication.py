"""Identifies callers: by an API key or the local token as bearer, by a session cookie, or as anonymous."""

from __future__ import annotations

import hmac
import ipaddress
import re
import socket
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Annotated
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from assistant.access import LOCAL, Principal, Role
from assistant.access.access_store import AccessStore
from assistant.access.accounts import Accounts, Keys
from assistant.access.anonymous_sessions import COOKIE as VISIT
from assistant.access.anonymous_sessions import AnonymousSessions, SigningSecret
from assistant.access.audit import Audit, FailureLog
from assistant.access.rate_limits import GuessLimits
from assistant.service import Service
from assistant.service_errors import Forbidden, NotAuthenticated

IDENTIFYING = 8
"""Most callers identified at the same time, each in a thread reserved for that."""


AGAIN_SECONDS = 5.0
"""Seconds for which an identification is reused while a reply is streamed."""


def client_address(connection: HTTPConnection) -> str:
    """The client's address (behind a trusted proxy: the one that uvicorn reads from its headers)."""
    return connection.client.host if connection.client else ""


async def identify_caller(connection: HTTPConnection) -> Principal:
    """Identifies the caller of a request once, in a thread, since the store may be remote or locked. Raises what the gate raises, and
    `TooMany` for a caller with too many open requests or streams."""
    known = connection.scope.get("principal")
    if isinstance(known, Principal):
        return known
    found = await present_caller(connection)
    connection.scope["place"].assign(found)
    connection.scope["principal"] = found
    return found


async def present_caller(connection: HTTPConnection) -> Principal:
    """Identifies the caller of a request anew, without counting it. Raises what the gate raises."""
    gate: AccessGate | None = connection.app.state.gate
    if gate is None:
        return Principal.anonymous(client_address(connection), reading=True)
    limiter: CapacityLimiter = connection.app.state.identifying
    return await to_thread.run_sync(gate.principal, connection, limiter=limiter)


async def identify_caller_again(connection: HTTPConnection) -> Principal:
    """Identifies the caller again while a reply is streamed, since access may be revoked; at most every `AGAIN_SECONDS`."""
    now = time.monotonic()
    if now - connection.scope.get("identified", 0.0) > AGAIN_SECONDS:
        connection.scope.pop("principal", None)
        connection.scope["identified"] = now
    return await identify_caller(connection)


def identified_caller(connection: HTTPConnection) -> Principal:
    """The caller of a request that was already identified."""
    known = connection.scope.get("principal")
    assert isinstance(known, Principal), "callers are identified before a request is passed on"
    return known


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Caller = Annotated[Principal, Depends(identify_caller)]
"""Parameter of a route: the caller."""
ServiceParameter = Annotated[Service, Depends(_service)]
"""Parameter of a route: the service."""


_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]{2,45})\]|(?P<name>[^\[\]:/@\s]{1,253}))(?::\d{1,5})?")


class Hosts:
    """Accepted values of the header `Host`, against DNS rebinding: configured names, those of this machine, and all IP addresses."""

    def __init__(self, names: Collection[str] = ()) -> None:
        own = socket.gethostname().lower()
        self._names = {"localhost", own, f"{own}.local", *(name.lower() for name in names)}

    def accepts(self, header: str) -> bool:
        """Whether a value of `Host` is accepted."""
        found = _HOST.fullmatch(header.strip().lower())
        if found is None:
            return False
        name = found["v6"] or found["name"].removesuffix(".")
        return name in self._names or name.endswith(".localhost") or _ip(name) is not None


COOKIE = "rapporteur_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class AccessGate:
    """Identifies callers by the keys, accounts and sessions of a store. `hours`: length of a session. `reading`: anonymous callers may
    read, under one of the names in `hosts` if given. `local`: token that only this machine's user can read; valid on the loopback
    interface only."""

    def __init__(
        self,
        store: AccessStore,
        *,
        hours: float = 12.0,
        reading: bool = False,
        local: str | None = None,
        hosts: Hosts | None = None,
        guess_limits: GuessLimits | None = None,
    ) -> None:
        self.audit, self.keys, self.accounts = Audit(store), Keys(store), Accounts(store, hours)
        self.failure_log = FailureLog(self.audit)
        self.anonymous_sessions = AnonymousSessions(SigningSecret(store.folder))
        self.guess_limits, self.reading = guess_limits or GuessLimits(), reading
        self._local, self._hosts = local, hosts
        self.checks = CapacityLimiter(1)
        """One password check at a time: it takes 64 MB."""

    def principal(self, connection: HTTPConnection) -> Principal:
        """Identifies the caller. Raises `NotAuthenticated` for an invalid key and for anonymous callers under a foreign host name,
        `Forbidden` for a form from another site, `TooMany` after many invalid keys. An ended session counts as none."""
        address = client_address(connection)
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._by_token(token.strip(), address)
        cookie = connection.cookies.get(COOKIE)
        account = self.accounts.session(cookie) if cookie else None
        if account is None:
            if self.reading and self._hosts and not self._hosts.accepts(connection.headers.get("host", "")):
                raise NotAuthenticated("host-untold")
            if "text/html" in connection.headers.get("accept", ""):  # a browser that opens a page
                self.offer_session(connection)
            visit = self.anonymous_sessions.session(connection.cookies.get(VISIT, ""), address) if self.reading else ""
            return Principal.anonymous(address, reading=self.reading, visit=visit)
        if connection.scope.get("method", "GET") not in _SAFE and not same_origin(connection):
            raise Forbidden("other-site")
        return Principal(Role.of(account.role), "session", f"account:{account.name}", address)

    def offer_session(self, connection: HTTPConnection) -> None:
        """Gives a caller without any session an anonymous one, set as a cookie by the reply, where reading is open."""
        if self.reading and not self.anonymous_sessions.is_valid(connection.cookies.get(VISIT, "")):
            connection.scope["visit"] = self.anonymous_sessions.create()

    def _by_token(self, token: str, address: str) -> Principal:
        if self._local is not None and hmac.compare_digest(token.encode(), self._local.encode()):
            if not ((known := _ip(address)) and known.is_loopback):
                raise NotAuthenticated("local-token")
            return LOCAL
        key = self.keys.find(token)
        if key is None:
            self.failure_log.add("wrong key", f"key:{self.keys.id_of(token) or '?'}", address)
            self.guess_limits.count_wrong_key(address)
            raise NotAuthenticated("key-bad")
        return Principal(Role.of(key.role), "key", f"key:{key.id}", address)


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a browser sent this request from a page of this site, by the headers of Fetch Metadata or `Origin`. Requests without
    these headers are not from browsers, which would send cookies automatically; they are not trusted either."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = connection.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == connection.headers.get("host")


def _ip(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Parses an IP address; None for other text."""
    with suppress(ValueError):
        return ipaddress.ip_address(name)
    return None
