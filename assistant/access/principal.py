"""Who asks for something: a role, a name that limits and logs go by, and whom an address stands for."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal


def network(address: str) -> str:
    """What counts as one client: an address of version 4, and of version 6 the network that one subscriber has to himself.
    What is no address stands for itself."""
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
    """What somebody may do; each role may do what those below it may."""

    NONE = 0
    READ = 1
    STAFF = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """As people write it."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Role:
        """A role that can be given to somebody. Raises `ValueError`."""
        if word not in GIVEN:
            raise ValueError(f"The role {word!r} is none of {', '.join(GIVEN)}.")
        return cls[word.upper()]


GIVEN = ("read", "staff", "admin")
"""Roles that a key or an account can have."""


NAMELESS = "nameless:"
"""How those are called together who show nothing at one address."""
SHARED = 5
"""Which part of what an address has one session has of it."""


def own_part(most: int, client: str, origin: str) -> int:
    """How much of `most` a client may have: all with a key or account; a part with a session, as one of those at an address; half
    without anything, so that programs that keep no session leave room for people at the same address."""
    return max(1, most // (1 if not origin else 2 if client.startswith(NAMELESS) else SHARED))


STRANGERS = "strangers"
"""How those without key and account are called together, wherever they are."""


def strangers_part(most: int) -> int:
    """How much of `most` strangers may have together: they leave a quarter to those with a key or an account."""
    return most - most // 4


@dataclass(frozen=True)
class Principal:
    """Who asks. `id` names the key, account or nobody, for logs and limits (`key:1f2e`, `account:amina`); `address`
    is where the request came from. `kind` says how we know: `local` is a command line of the same user on this machine.
    """

    role: Role
    kind: Kind
    id: str = "anonymous"
    address: str = ""
    visit: str = ""
    """The session of somebody who has no key and no account (`anonymous_sessions`), where they show one."""
    counted: str = field(default="", compare=False)
    """The operation as which the request was counted already, at the door."""

    @classmethod
    def anonymous(cls, address: str = "", *, reading: bool = False, visit: str = "") -> Principal:
        """Somebody who has no key and no account; `reading`: that suffices for reading here."""
        return cls(Role.READ if reading else Role.NONE, "anonymous", address=address, visit=visit)

    @property
    def trusted(self) -> bool:
        """Whether somebody may know how the service is set up."""
        return self.role >= Role.STAFF

    @property
    def client(self) -> str:
        """What limits go by: the key or account; for those who have none the session that they show; else all at their address that
        show none, as one."""
        if self.kind != "anonymous":
            return self.id
        return f"visit:{self.visit}" if self.visit else f"{NAMELESS}{network(self.address)}"

    @property
    def origin(self) -> str:
        """What those without key and account have limits together by, with a session or without: their address, or the network of
        one subscriber. Empty for all others."""
        return f"address:{network(self.address)}" if self.kind == "anonymous" else ""


LOCAL = Principal(Role.ADMIN, "local", "local")
"""The user whose library it is, at their own machine."""
