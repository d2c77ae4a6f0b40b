"""From what the command line says to a plan: which set, which system, which settings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from assistant.cli.commands import options
from assistant.opening import catalogue_of, make_engine
from assistant.settings import Settings, load_settings
from corpus.embedding import make_models
from eval.cases import load_cases, shipped_sets
from eval.runs.execute import Plan
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


def settings_for(*, reader: bool) -> Settings:
    """The settings as the user has them, without the readers where that is said."""
    return load_settings(data_dir=options.data_dir, reader=None if reader else False)


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


def plan_of(
    questions: Path,
    system: System,
    chosen: Settings,
    *,
    name: str | None,
    out: Path,
    documents: Sequence[Path],
    library: Path | None,
    jobs: int,
    again: bool,
    retry: bool,
) -> Plan:
    """A plan. Raises `CaseError` for a set that can't be read."""
    slug = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in system.name).strip("-.")
    return Plan(
        name=name or f"{questions.stem}-{slug}",
        questions=questions,
        cases=tuple(load_cases(questions)),
        system=system,
        out=out,
        models=make_models(chosen.embedding, chosen.multilingual, chosen.data_dir / "models"),
        catalogue=catalogue_of(chosen),
        catalogue_dir=chosen.catalogue_dir,
        documents=tuple(documents),
        library=library,
        jobs=jobs,
        again=again,
        retry=retry,
        settings={"embedding": chosen.embedding, "multilingual": chosen.multilingual},
    )
