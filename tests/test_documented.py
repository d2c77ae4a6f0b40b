"""What is there to be set, called or asked for is told in README and docs, and what these tell of is there."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from typer.main import get_command

from app import create_app
from assistant.cli import app
from assistant.cli.commands import Deferred
from assistant.qa.engine import Engine
from assistant.service import Service
from assistant.settings import Settings
from eval.cases import Case
from eval.metrics.summary import summarise
from eval.runs.gate import COUNTS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
DOCS = README + "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))
FOLDERS = ("assistant", "corpus", "eval", "ingest")
CODE = "".join(path.read_text(encoding="utf-8") for name in FOLDERS for path in sorted((ROOT / name).rglob("*.py")))
VARIABLE = re.compile(r"\bRAPPORTEUR_[A-Z]+(?:_[A-Z]+)*\b")
SETTINGS = {f"RAPPORTEUR_{name.upper()}" for name in Settings.model_fields}


def cells(heading: str) -> Iterator[list[str]]:
    """The rows of the tables in a section of README."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    for line in section.splitlines():
        if line.startswith("|") and not line.startswith(("|---", "| variable", "| route")):
            yield [each.strip() for each in re.split(r"(?<!\\)\|", line.strip("|"))]


def named(cell: str) -> list[str]:
    """The variables that a cell names; `_PORT` behind `RAPPORTEUR_HOST` stands for one that begins as that does."""
    first, *more = re.findall(r"`([A-Z_]+)`", cell)
    stems = [first.rsplit("_", n)[0] for n in range(first.count("_") + 1)]
    found = [first]
    for each in more:
        found.append(next((stem + each for stem in stems if stem + each in SETTINGS), each))
    return found


def test_every_setting_is_told_with_its_default_and_every_one_told_is_there() -> None:
    told: dict[str, str] = {}
    for names, defaults, _ in cells("Settings"):
        variables = named(names)
        given = defaults.split(", ") if len(variables) > 1 else [defaults]
        told |= dict(zip(variables, [each.strip("`") for each in given], strict=True))
    known = {name for name in told if name != "RAPPORTEUR_MODEL_KEY"}  # read from the environment alone
    assert known == SETTINGS
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, bool | int | float):
            assert told[f"RAPPORTEUR_{name.upper()}"] == f"{field.default}".lower().removesuffix(".0"), name


def test_every_variable_that_the_code_reads_is_told_and_every_one_told_is_read() -> None:
    read = {name for name in VARIABLE.findall(CODE) if not name.endswith("_")} | SETTINGS
    assert read - {name for row in cells("Settings") for name in named(row[0])} - set(VARIABLE.findall(DOCS)) == set()
    assert set(VARIABLE.findall(DOCS)) - read == set()


def commands(command: Any = None, name: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every command that does something, with its options."""
    found = command or get_command(app)
    found = found.load() if isinstance(found, Deferred) else found
    below = found.list_commands(None) if hasattr(found, "list_commands") else []
    if name and (not below or found.invoke_without_command):
        options = {each for one in found.params if one.name != "help" for each in one.opts if each.startswith("-")}
        yield name, options
    for each in below:
        yield from commands(found.get_command(None, each), f"{name} {each}".strip())


def test_every_command_and_option_is_told_and_every_one_told_is_there() -> None:
    section = REFERENCE.partition("## Commands\n")[2].partition("\n## ")[0]
    told = {}
    for entry in re.split(r"\n- ", section)[1:]:
        name, *rest = re.findall(r"`([^`]+)`", entry)
        told[name] = {each for each in rest if each.startswith("-")}
    assert told == dict(commands())


def shown() -> list[str]:
    """The commands that README shows, each with what stands behind it."""
    found = [each for line in README.splitlines() for each in re.findall(r"(?:^|\s|`)rapporteur ([a-z][^`#]*)", line)]
    for names, _ in cells("Commands"):
        for each in re.findall(r"`([^`]+)`", names.replace("\\|", "|")):
            if each.startswith("["):  # more options of the one before
                found[-1] += f" {each}"
            else:
                found.append(each)
    return found


def test_the_commands_and_options_that_readme_shows_are_there() -> None:
    known = dict(commands())
    groups = {name.partition(" ")[0] for name in known if " " in name}
    assert len(shown()) > 50
    for each in shown():
        first, second, *_ = [*each.split(), ""]
        names = [f"{first} {part}" for part in second.split("|")] if first in groups else [first]
        assert set(names) <= set(known), f"README shows {each!r}"
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", each)) <= set().union(*(known[name] for name in names)), each


@pytest.fixture(scope="module")
def application(starter_engine: Engine) -> Iterator[FastAPI]:
    service = Service(starter_engine)
    yield create_app(service)
    service.close(5)


def test_every_route_of_the_api_is_told_and_every_one_told_is_there(application: FastAPI) -> None:
    there = set()
    for each in iter_route_contexts(application.routes):
        path = str(each.path)
        for method in (each.methods or set()) - {"HEAD", "OPTIONS"}:
            if path.startswith("/api/v1/") and "/local/" not in path and not path.endswith("openapi.json"):
                there.add((method, re.sub(r"\{[^}]*\}", "{}", path.removeprefix("/api/v1"))))
    told = {
        (method, re.sub(r"/[A-Z]+", "/{}", path))
        for routes, _ in cells("As a service")
        for method, path in re.findall(r"`(GET|POST|DELETE) (/[^`]+)`", routes)
    }
    assert told == there | {("GET", "/metrics")}


def test_every_extra_is_told_and_every_one_told_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = set(project["optional-dependencies"])
    assert {
        name for name in extras - {"dev"} if not re.search(rf"\[[^\]]*\b{name}\b[^\]]*\]|`{name}`", README)
    } == set()
    told = {name for each in re.findall(r"rapporteur\[([a-z,]+)\]", DOCS) for name in each.split(",")}
    assert told - extras == set()


def test_every_figure_of_the_evaluation_is_told_and_every_one_told_is_there() -> None:
    case = Case(id="one", question="When?", language="en", kind="fact", answerable=False, why="x")
    made = summarise([case], [], lambda _: "")
    section = REFERENCE.partition("## Figures of the evaluation\n")[2].partition("\n## ")[0]
    told = {
        name
        for line in section.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert told == {*made.figures, *COUNTS}


def test_a_module_is_known_by_its_name_alone() -> None:
    named = Counter(
        path.name
        for folder in ("app.py", "assistant", "corpus", "eval", "ingest", "tests")
        for path in ([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"))
        if not path.name.startswith("__")
    )
    assert [name for name, count in named.items() if count > 1] == []
