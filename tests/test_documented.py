"""What is there to be set, called or asked for is told in README and docs, and what these tell of is there."""

from __future__ import annotations

import argparse
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from prometheus_client.parser import text_string_to_metric_families
from typer.main import get_command

from app import create_app
from assistant.cli import app
from assistant.cli.commands import DeferredCommand
from assistant.qa.engine import Engine
from assistant.service import Service
from assistant.settings import Settings
from eval.cases import Case, load_cases, shipped_sets
from eval.metrics.summary import summarise
from eval.runs.gate import COUNTS
from eval.training.training_commands import app as training

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DOCS = README + "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))
FOLDERS = ("assistant", "corpus", "eval", "ingest")
CODE = "".join(path.read_text(encoding="utf-8") for name in FOLDERS for path in sorted((ROOT / name).rglob("*.py")))
VARIABLE = re.compile(r"\bRAPPORTEUR_[A-Z]+(?:_[A-Z]+)*\b")
SETTINGS = {f"RAPPORTEUR_{name.upper()}" for name in Settings.model_fields}


def cells(heading: str) -> Iterator[list[str]]:
    """The rows of the tables in a section of README."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    for line in section.splitlines():
        if line.startswith("|") and not line.startswith(("|---", "| variable")):
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


def section(heading: str) -> str:
    """A section of the reference."""
    return REFERENCE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def first_cells(heading: str) -> set[str]:
    """What the first column of a table in the reference names."""
    rows = (line.split("|") for line in section(heading).splitlines() if line.startswith("| `"))
    return {name for row in rows for name in re.findall(r"`(\w+)`", row[1])}


def entries(heading: str) -> dict[str, set[str]]:
    """The entries of a list in the reference, each with the options that it names."""
    told = {}
    for entry in re.split(r"\n- ", section(heading))[1:]:
        name, *rest = re.findall(r"`([^`]+)`", entry)
        told[name] = {each for each in rest if each.startswith("-")}
    return told


def test_every_variable_of_the_environment_is_told_and_every_one_told_is_read() -> None:
    """Those that begin otherwise than the settings: of the code by their reading, of the image and of the tests by their files."""
    told = first_cells("Environment")
    read = set(re.findall(r"""environ(?:\.get\(|\.setdefault\(|\[)"([A-Z_]+)\"""", CODE)) - {"ORT_DISABLE_TELEMETRY"}
    read |= set(re.findall(r'"(OTEL_[A-Z_]+)"', CODE)) | set(re.findall(r'^KEY = "([A-Z_]+)"', CODE, re.MULTILINE))
    read |= set(re.findall(r"^ARG ([A-Z_]+)=", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE))
    read |= set(
        re.findall(
            r'^SERVER = "([A-Z_]+)"', (ROOT / "tests" / "databases.py").read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    assert told == read - {"RAPPORTEUR_CONFIG", "RAPPORTEUR_MODEL_KEY"}


def test_every_target_of_make_is_told_and_every_one_told_is_there() -> None:
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\.PHONY: (.+)$", made, re.MULTILINE)[0].split())
    assert targets == set(re.findall(r"^([a-z]+):", made, re.MULTILINE))
    shown = re.findall(r"(?:`|^ {4})make ([a-z]+)", DOCS + CONTRIBUTING, re.MULTILINE)
    assert set(shown) == targets


class Parser(Exception):
    """The parser of a program."""


def parser_of(program: str, monkeypatch: pytest.MonkeyPatch) -> argparse.ArgumentParser:
    """The parser that a program makes before it does anything."""

    def stop(self: argparse.ArgumentParser, *_: object) -> None:
        raise Parser(self)

    with monkeypatch.context() as patched:
        patched.setattr(argparse.ArgumentParser, "parse_args", stop)
        with pytest.raises(Parser) as stopped:
            import_module(program).main()
    found: argparse.ArgumentParser = stopped.value.args[0]
    return found


def programs() -> list[str]:
    """The modules and packages of the evaluation that are run by `python -m`."""
    found = [
        path for path in sorted((ROOT / "eval").rglob("*.py")) if '__name__ == "__main__"' in path.read_text("utf-8")
    ]
    return [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__") for path in found]


def test_every_program_of_the_evaluation_is_told_with_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    told = entries("Programs")
    assert sorted(told) == programs()
    assert told.pop("eval.training") == set()  # its commands stand in training.md
    for program, options in told.items():
        known = [each for each in parser_of(program, monkeypatch)._actions if each.help != argparse.SUPPRESS]
        assert options == {name for each in known for name in each.option_strings if each.dest != "help"}, program
        assert all(each.help for each in known), program


def test_every_command_of_training_is_told_and_every_one_told_is_there() -> None:
    text = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\| `python -m eval\.training ([a-z-]+)", text)) == set(get_command(training).commands)  # type: ignore[attr-defined]


def commands(command: Any = None, name: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every command that does something, with its options."""
    found = command or get_command(app)
    found = found.load() if isinstance(found, DeferredCommand) else found
    below = found.list_commands(None) if hasattr(found, "list_commands") else []
    if name and (not below or found.invoke_without_command):
        options = {each for one in found.params if one.name != "help" for each in one.opts if each.startswith("-")}
        yield name, options
    for each in below:
        yield from commands(found.get_command(None, each), f"{name} {each}".strip())


def test_every_command_and_option_is_told_and_every_one_told_is_there() -> None:
    assert entries("Commands") == dict(commands())


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
        for line in section("Routes").splitlines()
        if line.startswith("| `")
        for method, path in re.findall(r"`(GET|POST|DELETE) (/[^`]+)`", line.split("|")[1])
    }
    assert told == there | {("GET", "/metrics")}


def test_every_metric_is_told_with_its_labels_and_every_one_told_is_there(starter_engine: Engine) -> None:
    service = Service(starter_engine)
    service.metrics.count_request("GET", "/health", 200, 0.1)
    service.metrics.count_answer("answered", "en", 0.1)
    service.metrics.count_refusal("queue")
    service.metrics.count_file("added")
    there = {}
    for family in text_string_to_metric_families(service.metrics.text().decode()):
        labels = {name for each in family.samples for name in each.labels} - {"le"}
        if family.name.endswith("_created"):  # when a series began, which the client library adds
            continue
        there[f"{family.name}_total" if family.type == "counter" else family.name] = labels
    service.close(5)
    rows = (line.split("|") for line in section("Metrics").splitlines() if line.startswith("| `"))
    assert {row[1].strip(" `"): set(re.findall(r"`(\w+)`", row[2])) for row in rows} == there


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
    assert first_cells("Figures of the evaluation") == {*made.figures, *COUNTS}


def measured(heading: str, row: str) -> dict[str, str]:
    """A row of the first table in a section of docs/quality.md, by the heads of its columns."""
    page = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    lines = [line for line in page.partition(f"\n## {heading}\n")[2].splitlines() if line.startswith("| ")]
    head, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return next(dict(zip(head, each, strict=True)) for each in rows if each[0].startswith(row))


def test_the_figures_of_quality_in_readme_are_those_that_were_measured() -> None:
    told = " ".join(README.partition("\n## How good is it\n")[2].partition("\n## ")[0].split())
    starter = measured("Starter corpus", "right")
    exact = measured("Starter corpus", "quotes that are exact spans")
    unseen = measured("UN documents", "shown")
    english, others = (next(unseen[head] for head in unseen if head.startswith(part)) for part in
                       ("English, held out", "other languages, held out"))  # fmt: skip
    sentences = [
        f"Of the 247 questions, Rapporteur gets {starter['Rapporteur']} right, LlamaIndex's retrieval "
        f"{starter['LlamaIndex']}, BM25 {starter['BM25']} and Cairn {starter['Cairn']}",
        f"The share of its quotes that are exact is {exact['Rapporteur']}",
        f"for {english} of the English questions and {others} of the others",
    ]
    assert [each for each in sentences if each not in told] == []
    figures = [figure for each in sentences for figure in re.findall(r"\d\.\d{3}", each)]
    assert sorted(re.findall(r"\d\.\d{3}", told)) == sorted(figures)


def test_the_sizes_of_the_sets_in_readme_are_those_of_the_sets() -> None:
    section = README.partition("\n## How good is it\n")[2].partition("\n## ")[0]
    lines = [line.partition("#") for line in section.splitlines() if "eval run " in line and "--system" not in line]
    told = {(re.findall(r"--set (\w+)", line) or ["starter"])[0]: re.findall(r"\d+", about) for line, _, about in lines}
    sizes = {name: len(load_cases(path)) for name, path in shipped_sets().items()}
    assert {name: int(numbers[0]) for name, numbers in told.items()} == {name: sizes[name] for name in told}
    assert set(sizes) - set(told) == {"meeting"}  # its documents do not ship


def test_a_module_is_known_by_its_name_alone() -> None:
    named = Counter(
        path.name
        for folder in ("app.py", "assistant", "corpus", "eval", "ingest", "tests")
        for path in ([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"))
        if not path.name.startswith("__")
    )
    assert [name for name, count in named.items() if count > 1] == []


def test_every_feature_is_held_by_a_test_that_is_there() -> None:
    entries = re.split(r"^- ", (ROOT / "docs" / "features.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    held = [set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", entry)) for entry in entries]
    assert len(held) > 80
    assert all(held)
    there = {
        (path.name, name)
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert set().union(*held) - there == set()


def test_the_recipes_for_contributors_name_files_that_are_there() -> None:
    headings = re.findall(r"^## (.+)$", CONTRIBUTING, re.MULTILINE)
    assert headings == [
        "A reader of a new document format",
        "A language",
        "A sentence",
        "A metric",
        "A route",
        "A training set",
    ]
    for recipe in re.split(r"^## ", CONTRIBUTING, flags=re.MULTILINE)[1:]:
        steps = [int(n) for n in re.findall(r"^(\d)\. ", recipe, re.MULTILINE)]
        assert len(steps) >= 3
        assert steps == [*range(1, len(steps) + 1)]
    named = re.findall(
        r"`((?:assistant|corpus|docs|eval|ingest|tests)/[\w./-]+|[\w.-]+\.(?:md|toml|txt|py))`", CONTRIBUTING
    )
    assert len(set(named)) > 40
    assert [each for each in named if not (ROOT / each).exists()] == []


def test_the_files_that_the_docs_lead_to_are_there() -> None:
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#|<)([^)#\s]+)", text):
            assert (path.parent / target).exists(), f"{path.name} leads to {target}"


def test_the_folders_and_modules_that_the_architecture_names_are_there() -> None:
    text = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("architecture.md", "inside.md"))
    for named in set(re.findall(r"`((?:assistant|corpus|eval|ingest)/[\w./-]+)`", text)):
        assert (ROOT / named).exists() or (ROOT / f"{named}.py").exists(), named
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).iterdir()):
            if (path.suffix == ".py" and not path.name.startswith("_")) or (path / "__init__.py").exists():
                assert re.search(rf"\b{path.stem}\b", text), f"{folder}/{path.name} is not in inside.md"
