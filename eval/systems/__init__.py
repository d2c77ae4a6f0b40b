"""What is evaluated: Rapporteur as users get it, its peers on the same passages, and servers by URL."""

from __future__ import annotations

from collections.abc import Callable

from eval.systems.peers import bm25, cairn, dense, llama_index
from eval.systems.system_interface import System, SystemFault

__all__ = ["NAMES", "System", "SystemFault", "peer"]

_PEERS: dict[str, Callable[[], System]] = {"llama-index": llama_index, "bm25": bm25, "dense": dense, "cairn": cairn}
NAMES = ("rapporteur", *_PEERS)
"""Systems that are known by name; all others are addresses of servers."""


def peer(name: str) -> System:
    """A peer by name. Raises `SystemFault` for a name that is none."""
    if name not in _PEERS:
        raise SystemFault(f"{name!r} is no peer; there are {', '.join(_PEERS)}.")
    return _PEERS[name]()
