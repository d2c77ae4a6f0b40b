"""The systems that are evaluated: Rapporteur, other retrieval systems on the same passages, and servers by URL."""

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

__all__ = ["NAMES", "PEERS", "System", "create_system", "server_key"]


class System(Protocol):
    """A system that answers cases from one library."""

    @property
    def name(self) -> str:
        """Its name in runs and tables."""

    @property
    def settings(self) -> Mapping[str, str]:
        """The settings that affect its answers, besides library and questions; for people to read."""

    def prepare(self, library: Library | None) -> None:
        """Prepares the system, so that the first answer takes no longer than the others; None: without library."""

    def answer(self, case: Case) -> Record:
        """Answers a case. Errors may be raised, or returned as a failed record."""


PEERS: dict[str, Callable[[], System]] = {"llama-index": llama_index, "bm25": bm25, "dense": dense, "cairn": cairn}
KEY = "RAPPORTEUR_EVAL_KEY"
"""Environment variable with the API key of the evaluated server."""
NAMES = ("rapporteur", *PEERS)
"""Systems that are known by name; all others are addresses of servers."""


def create_system(name: str, chosen: Settings, model: str, timeout: float) -> System:
    """Creates the system of that name, or for the server at that address."""
    if name == "rapporteur":
        return Rapporteur(lambda library: make_engine(library, chosen), engine_settings(chosen))
    if name in PEERS:
        return PEERS[name]()
    return Remote(name, model=model, key=server_key(), timeout=timeout)


def server_key() -> str | None:
    """The API key of the server, from the environment."""
    return os.environ.get(KEY) or None


def engine_settings(chosen: Settings) -> dict[str, str]:
    """The settings that affect the engine's answers."""
    return {
        "reader": "on" if chosen.reader else "off",
        "caution": chosen.caution,
        "passages": str(chosen.passages),
        "max_statements": str(chosen.max_statements),
        "max_question": str(chosen.max_question),
    }
