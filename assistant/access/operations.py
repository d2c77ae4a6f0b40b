"""The operations of the service and the least role for each; the only place where this is decided, for all interfaces."""

from __future__ import annotations

from assistant.access.principal import Principal, Role
from assistant.service_errors import Forbidden, NotAuthenticated

OPERATIONS: dict[str, Role] = {
    "ask": Role.READ,
    "search": Role.READ,
    "documents": Role.READ,
    "meetings": Role.READ,
    "catalogue": Role.READ,
    "rate": Role.READ,
    "brief": Role.READ,
    "themes": Role.READ,
    "compare": Role.READ,
    "mandates": Role.READ,
    "agenda": Role.READ,
    "status": Role.STAFF,
    "ratings": Role.STAFF,
    "verify": Role.STAFF,
    "review": Role.STAFF,
    "upload": Role.STAFF,
    "fetch": Role.STAFF,
    "remove": Role.STAFF,
    "confirm": Role.STAFF,
    "jobs": Role.STAFF,
    "metrics": Role.STAFF,
    "audit": Role.ADMIN,
    "ingest": Role.ADMIN,
}
"""Least role for each operation."""

LOCAL_ONLY = frozenset({"ingest"})
"""Operations of the local user only: `ingest` reads files of the server's own disk."""


def allowed(who: Principal, operation: str) -> bool:
    """Whether a principal may do an operation."""
    return who.role >= OPERATIONS[operation] and (operation not in LOCAL_ONLY or who.kind == "local")


def check(who: Principal, operation: str) -> None:
    """Raises `NotAuthenticated` for an anonymous principal, and `Forbidden` for another one, whose role does not suffice."""
    if allowed(who, operation):
        return
    if who.kind == "anonymous":
        raise NotAuthenticated("sign-in")
    raise Forbidden("role", needed=OPERATIONS[operation].word, yours=who.role.word)
