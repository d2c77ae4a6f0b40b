"""Whom an address stands for, where clients are told apart by it."""

from __future__ import annotations

import ipaddress


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
