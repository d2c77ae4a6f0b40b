"""Tells who calls: a key or the local token as bearer, the session of a cookie, or nobody in particular."""

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
"""Callers that are found out at once, in threads that nothing else holds."""


AGAIN_SECONDS = 5.0
"""Seconds for which it is taken that somebody is still who he was."""


def client_address(connection: HTTPConnection) -> str:
    """Where a connection comes from (behind a proxy: what uvicorn makes of its headers, if it is to be trusted)."""
    return connection.client.host if connection.client else ""


async def identify_caller(connection: HTTPConnection) -> Principal:
    """Who asks, found out once for each request, in a thread: the store of keys may be far away, or locked. Raises what the
    gate raises, and `TooMany` for who has as many streams open as one may."""
    known = connection.scope.get("principal")
    if isinstance(known, Principal):
        return known
    gate: AccessGate | None = connection.app.state.gate
    if gate is None:
        found = Principal.anonymous(client_address(connection), reading=True)
    else:
        limiter: CapacityLimiter = connection.app.state.identifying
        found = await to_thread.run_sync(gate.principal, connection, limiter=limiter)
    connection.scope["place"].belongs(found)
    connection.scope["principal"] = found
    return found


async def identify_caller_again(connection: HTTPConnection) -> Principal:
    """Who asks as it is now, while a reply is still sent; without asking as often as pieces of it are."""
    now = time.monotonic()
    if now - connection.scope.get("identified", 0.0) > AGAIN_SECONDS:
        connection.scope.pop("principal", None)
        connection.scope["identified"] = now
    return await identify_caller(connection)


def principal_of(connection: HTTPConnection) -> Principal:
    """Who asks, where a door has found that out."""
    known = connection.scope.get("principal")
    assert isinstance(known, Principal), "the door finds out who asks before it passes a request on"
    return known


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Caller = Annotated[Principal, Depends(identify_caller)]
"""Parameter of a route: who calls."""
ServiceParameter = Annotated[Service, Depends(_service)]
"""Parameter of a route: the service."""


_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]{2,45})\]|(?P<name>[^\[\]:/@\s]{1,253}))(?::\d{1,5})?")


class Hosts:
    """The names that were told, this machine's own, and addresses: those point at nothing else."""

    def __init__(self, names: Collection[str] = ()) -> None:
        own = socket.gethostname().lower()
        self._names = {"localhost", own, f"{own}.local", *(name.lower() for name in names)}

    def known(self, header: str) -> bool:
        """Whether a header `Host` names this service."""
        found = _HOST.fullmatch(header.strip().lower())
        if found is None:
            return False
        name = found["v6"] or found["name"].removesuffix(".")
        return name in self._names or name.endswith(".localhost") or _ip(name) is not None


COOKIE = "rapporteur_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class AccessGate:
    """The keys, accounts and sessions of a store, where one is signed in for some `hours`. `reading`: those who show nothing may read, under one of the names in `hosts` where these are given. `local` is a token that only this machine's user can know; it is
    good on the loopback interface alone."""

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
        self.failure_log, self.anonymous_sessions = (
            FailureLog(self.audit),
            AnonymousSessions(SigningSecret(store.folder)),
        )
        self.guess_limits, self.reading = guess_limits or GuessLimits(), reading
        self._local, self._hosts = local, hosts
        self.checks = CapacityLimiter(1)
        """One password is checked at a time: a check takes 64 MB."""

    def principal(self, connection: HTTPConnection) -> Principal:
        """Who calls. Raises `NotAuthenticated` for a key that is not good, and under a name that is not ours, `Forbidden` for a form of another site, `TooMany`
        for that too after many others. A session that has ended is as good as none."""
        address = client_address(connection)
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._of_token(token.strip(), address)
        cookie = connection.cookies.get(COOKIE)
        account = self.accounts.session(cookie) if cookie else None
        if account is None:
            if self.reading and self._hosts and not self._hosts.known(connection.headers.get("host", "")):
                raise NotAuthenticated("host-untold")
            return self._nameless(connection, address)
        if connection.scope.get("method", "GET") not in _SAFE and not same_origin(connection):
            raise Forbidden("other-site")
        return Principal(Role.of(account.role), "session", f"account:{account.name}", address)

    def welcome(self, connection: HTTPConnection) -> None:
        """Has the reply bring a session to who has no key, no account and no session yet, where everybody may read."""
        if self.reading and not self.anonymous_sessions.known(connection.cookies.get(VISIT, "")):
            connection.scope["visit"] = self.anonymous_sessions.make()

    def _nameless(self, connection: HTTPConnection, address: str) -> Principal:
        """Somebody without key and account. A browser that opens a page gets a session with it."""
        if "text/html" in connection.headers.get("accept", ""):
            self.welcome(connection)
        visit = self.anonymous_sessions.session(connection.cookies.get(VISIT, ""), address) if self.reading else ""
        return Principal.anonymous(address, reading=self.reading, visit=visit)

    def _of_token(self, token: str, address: str) -> Principal:
        if self._local is not None and hmac.compare_digest(token.encode(), self._local.encode()):
            if not ((known := _ip(address)) and known.is_loopback):
                raise NotAuthenticated("local-token")
            return LOCAL
        key = self.keys.find(token)
        if key is None:
            self.failure_log.note("wrong key", f"key:{self.keys.id_of(token) or '?'}", address)
            self.guess_limits.wrong_key(address)
            raise NotAuthenticated("key-bad")
        return Principal(Role.of(key.role), "key", f"key:{key.id}", address)


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a browser sends this from a page of this very site. Browsers say so themselves (Fetch Metadata, Origin);
    what says nothing is no browser, and does not send cookies by mistake, but is not trusted either."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = connection.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == connection.headers.get("host")


def _ip(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """What is an address, as one."""
    with suppress(ValueError):
        return ipaddress.ip_address(name)
    return None
