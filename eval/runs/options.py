"""What the command line names: which set, which system."""

from __future__ import annotations

import os
from pathlib import Path

from assistant.opening import make_engine
from assistant.settings import Settings
from eval.cases import shipped_sets
from eval.systems import NAMES, System, SystemFault, peer
from eval.systems.rapporteur import Rapporteur
from eval.systems.remote import Remote

KEY = "RAPPORTEUR_EVAL_KEY"
"""Environment variable that holds the key of a server that is evaluated."""


def questions_of(name: str) -> Path:
    """The file of a set: one that ships, by name, or any other by path. Raises `SystemFault` for neither."""
    shipped = shipped_sets()
    if name in shipped:
        return shipped[name]
    path = Path(name)
    if not path.is_file():
        raise SystemFault(f"--set {name}: there is no such file, and the shipped sets are {', '.join(shipped)}.")
    return path


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
