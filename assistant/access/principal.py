"""Principals: who makes a request, with a role, a name for limits and logs, and a network address."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal


def network(address: str) -> str:
    """The network that counts as one client: an IPv4 address, or the /64 network of an IPv6 address, which belongs to one subscriber.
    Text that is no address is returned as it is."""
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if read.version == 4:
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(ipaddress.ip_network((int(read), 64), strict=False))


Kind = Literal["anonymous", "key", "session", "local"]


class Role(IntEnum):
    """Roles in ascending order; each may do all that those below it may."""

    NONE = 0
    READ = 1
    STAFF = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """The name of the role in user input and output."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Role:
        """Parses a role that a key or an account can have. Raises `ValueError`."""
        if word not in GIVEN:
            raise ValueError(f"Unknown role {word!r}. Known: {', '.join(GIVEN)}.")
        return cls[word.upper()]


GIVEN = ("read", "staff", "admin")
"""Roles that a key or an account can have."""


NAMELESS = "nameless:"
"""Prefix of the client name that all users of one address without any session share."""
SHARED = 5
"""An anonymous session may use one part in `SHARED` of the limit of its address."""


def own_part(most: int, client: str, origin: str) -> int:
    """A client's share of the limit `most`: all with a key or account; a `SHARED`-th with an anonymous session; half for all without
    a session together, so that programs without cookies leave room for people at the same address."""
    return max(1, most // (1 if not origin else 2 if client.startswith(NAMELESS) else SHARED))


STRANGERS = "strangers"
"""Name under which all anonymous users are counted together."""


def strangers_part(most: int) -> int:
    """The share of the limit `most` of all anonymous users together: three quarters; the rest is for those with a key or an account."""
    return most - most // 4


@dataclass(frozen=True)
class Principal:
    """Who makes a request. `id` names the key or account for logs and limits (`key:1f2e`, `account:amina`); `address` is where the
    request came from; `kind` is how the caller was identified: `local` is the command line of the same user on this machine.
    """

    role: Role
    kind: Kind
    id: str = "anonymous"
    address: str = ""
    visit: str = ""
    """The anonymous session of the request (`anonymous_sessions`), if any."""
    counted: str = field(default="", compare=False)
    """The operation as which the request was already counted by the rate limits."""

    @classmethod
    def anonymous(cls, address: str = "", *, reading: bool = False, visit: str = "") -> Principal:
        """An anonymous principal; `reading`: whether anonymous users may read."""
        return cls(Role.READ if reading else Role.NONE, "anonymous", address=address, visit=visit)

    @property
    def trusted(self) -> bool:
        """Whether the principal may see details of the server's setup, such as paths in errors."""
        return self.role >= Role.STAFF

    @property
    def client(self) -> str:
        """The client for limits: the key or account; else the anonymous session; else all at the same address without a session,
        as one."""
        if self.kind != "anonymous":
            return self.id
        return f"visit:{self.visit}" if self.visit else f"{NAMELESS}{network(self.address)}"

    @property
    def origin(self) -> str:
        """The network (see `network`) by which anonymous users share limits, with a session or without. Empty for all others."""
        return f"address:{network(self.address)}" if self.kind == "anonymous" else ""


LOCAL = Principal(Role.ADMIN, "local", "local")
"""The owner of the library, on the same machine."""
