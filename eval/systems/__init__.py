"""What is evaluated: Rapporteur as users get it, its peers on the same passages, and servers by URL."""

from __future__ import annotations

import os
from collections.abc import Callable

from assistant.opening import make_engine
from assistant.settings import Settings
from eval.cases import EvaluationError
from eval.systems.peers import bm25, cairn, dense, llama_index
from eval.systems.rapporteur import Rapporteur
from eval.systems.remote import Remote
from eval.systems.system_interface import System

__all__ = ["NAMES", "System", "key_of_server", "peer", "system_of"]

_PEERS: dict[str, Callable[[], System]] = {"llama-index": llama_index, "bm25": bm25, "dense": dense, "cairn": cairn}
KEY = "RAPPORTEUR_EVAL_KEY"
"""Environment variable that holds the key of a server that is evaluated."""
NAMES = ("rapporteur", *_PEERS)
"""Systems that are known by name; all others are addresses of servers."""


def peer(name: str) -> System:
    """A peer by name. Raises `EvaluationError` for a name that is none."""
    if name not in _PEERS:
        raise EvaluationError(f"{name!r} is no peer; there are {', '.join(_PEERS)}.")
    return _PEERS[name]()


def system_of(name: str, chosen: Settings, model: str, timeout: float) -> System:
    """The system of that name, or the server at that address."""
    if name == "rapporteur":
        return Rapporteur(lambda library: make_engine(library, chosen), settings_told(chosen))
    if name in NAMES:
        return peer(name)
    return Remote(name, model=model, key=key_of_server(), timeout=timeout)


def key_of_server() -> str | None:
    """The key that a server is shown, from the environment."""
    return os.environ.get(KEY) or None


def settings_told(chosen: Settings) -> dict[str, str]:
    """The settings that decide the engine's answers."""
    return {
        "reader": "on" if chosen.reader else "off",
        "caution": chosen.caution,
        "passages": str(chosen.passages),
        "max_statements": str(chosen.max_statements),
        "max_question": str(chosen.max_question),
    }
