"""What is evaluated: Rapporteur as users get it, its peers on the same passages, and servers by URL."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Protocol

from assistant.engine_factory import make_engine
from assistant.settings import Settings
from corpus.library import Library
from eval.cases import Case
from eval.runs.records import Record
from eval.systems.peers import bm25, cairn, dense, llama_index
from eval.systems.rapporteur import Rapporteur
from eval.systems.remote import Remote

__all__ = ["NAMES", "PEERS", "System", "key_of_server", "system_of"]


class System(Protocol):
    """Answers cases from one library."""

    @property
    def name(self) -> str:
        """How runs and tables call it."""

    @property
    def settings(self) -> Mapping[str, str]:
        """What decides its answers beside the library and the questions, for people to read."""

    def prepare(self, library: Library | None) -> None:
        """Makes it ready, so that the first answer takes no longer than the others; None: it has no library here."""

    def answer(self, case: Case) -> Record:
        """Its answer. What goes wrong may be raised, or told in a record that failed."""


PEERS: dict[str, Callable[[], System]] = {"llama-index": llama_index, "bm25": bm25, "dense": dense, "cairn": cairn}
KEY = "RAPPORTEUR_EVAL_KEY"
"""Environment variable that holds the key of a server that is evaluated."""
NAMES = ("rapporteur", *PEERS)
"""Systems that are known by name; all others are addresses of servers."""


def system_of(name: str, chosen: Settings, model: str, timeout: float) -> System:
    """The system of that name, or the server at that address."""
    if name == "rapporteur":
        return Rapporteur(lambda library: make_engine(library, chosen), settings_told(chosen))
    if name in PEERS:
        return PEERS[name]()
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
