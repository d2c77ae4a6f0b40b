"""Under which names a service may be read by everybody. A page of another site can have its own name point at this machine
(DNS rebinding) and read on as if it were here; the browser then says that name, which nobody has told us."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection

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
        if name in self._names or name.endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True
