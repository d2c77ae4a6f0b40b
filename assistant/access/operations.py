"""What can be asked for, and the least role for it: the one place where this is decided, whatever the door."""

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
"""`ingest` reads files of the server's own disk and is for the local user alone."""

LOCAL_ONLY = frozenset({"ingest"})


def allowed(who: Principal, operation: str) -> bool:
    """Whether somebody may do something."""
    return who.role >= OPERATIONS[operation] and (operation not in LOCAL_ONLY or who.kind == "local")


def check(who: Principal, operation: str) -> None:
    """Raises `NotAuthenticated` where nobody has said who they are, `Forbidden` where their role does not suffice."""
    if allowed(who, operation):
        return
    if who.kind == "anonymous":
        raise NotAuthenticated("sign-in")
    raise Forbidden("role", needed=OPERATIONS[operation].word, yours=who.role.word)
