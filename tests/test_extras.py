"""What is installed without extras is enough to read, ask and keep; whatever else is wanted is named with its command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from corpus.extras import EXTRAS, explain_missing_module

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def core() -> set[str]:
    """Names of what a bare installation requires, and what that requires."""
    found: set[str] = set()
    waiting = [Requirement(each) for each in PROJECT["dependencies"]]
    while waiting:
        wanted = waiting.pop()
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if name in found:
            continue
        found.add(name)
        for each in map(Requirement, distribution(name).requires or []):
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in ["", *wanted.extras]):
                waiting.append(each)
    return found


class Bare:
    """The command line where nothing is installed but what `core` names."""

    def __init__(self, folder: Path) -> None:
        self._folder, site = folder, folder / "site"
        site.mkdir()
        for name in core():
            for file in distribution(name).files or []:
                top = file.parts[0]
                if top not in ("..", "__pycache__") and not (site / top).exists():
                    (site / top).symlink_to(Path(str(distribution(name).locate_file(top))))
        for top in ("app.py", "assistant", "corpus", "eval", "ingest"):
            (site / top).symlink_to(ROOT / top)
        (site / "rapporteur-0.dist-info").mkdir()
        metadata = distribution("rapporteur").metadata
        (site / "rapporteur-0.dist-info" / "METADATA").write_text(str(metadata), encoding="utf-8")
        self.told = site / "rapporteur-0.dist-info" / "direct_url.json"
        points = [f"{name} = {at}" for name, at in PROJECT["entry-points"]["rapporteur.commands"].items()]
        (site / "rapporteur-0.dist-info" / "entry_points.txt").write_text(
            "\n".join(["[rapporteur.commands]", *points]), encoding="utf-8"
        )

    def __call__(self, *arguments: str, **settings: str) -> tuple[int, str]:
        """Exit code, and all that is said."""
        done = subprocess.run(
            [sys.executable, "-S", "-m", "assistant.cli", *arguments],
            cwd=self._folder,
            env={
                "PATH": os.defpath,
                "HOME": str(self._folder),
                "PYTHONPATH": str(self._folder / "site"),
                "PYTHONUTF8": "1",
                **settings,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, f"{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    made = Bare(tmp_path_factory.mktemp("bare"))
    code, said = made("ingest", "--starter")
    assert code == 0, said
    return made


def test_questions_are_answered_without_any_extra(bare: Bare) -> None:
    code, said = bare("ask", "When is agenda item 3 taken up?", "--json")
    assert code == 0, said
    assert json.loads(said)["status"] == "answered"
    assert bare("verify")[1].strip() == "The library is sound."


def test_doctor_tells_which_extras_are_not_there(bare: Bare) -> None:
    code, said = bare("doctor", COLUMNS="400")
    assert code == 0, said
    row = [line.split("│")[3:5] for line in said[said.index("│ extras") : said.index("│ settings")].splitlines()]
    message, remedy = (" ".join(" ".join(cells).split()) for cells in zip(*row, strict=True))
    assert message == f"installed: none; not installed: {', '.join(EXTRAS)}"
    assert "-m pip install 'scikit-learn>=1.5' 'scipy>=1.13'" in remedy


@pytest.mark.parametrize(
    ("extra", "command", "settings"),
    [
        ("page", ["serve"], {}),
        ("mcp", ["mcp"], {}),
        ("reports", ["themes"], {}),
        ("llama-index", ["eval", "run", "--system", "llama-index"], {}),
        ("reports", ["brief", "--item", "3"], {}),
        ("reports", ["origins", "CTOC/COP/WG.7/2021/1"], {}),
        ("reports", ["compare", "CTOC/COP/WG.7/2021/1", "A/RES/55/25"], {}),
        ("llama-index", ["ask", "When is item 3?"], {"RAPPORTEUR_MODEL": "some-model"}),
        ("chroma", ["search", "boats"], {"RAPPORTEUR_CHROMA_URL": "http://127.0.0.1:9"}),
        ("postgres", ["status"], {"RAPPORTEUR_DATABASE_URL": "postgresql://127.0.0.1:9/none"}),
        ("sentence-transformers", ["search", "boats"], {"RAPPORTEUR_EMBEDDING": "some/model"}),
    ],
)
def test_what_needs_an_extra_says_which(bare: Bare, extra: str, command: list[str], settings: dict[str, str]) -> None:
    code, said = bare(*command, **settings)
    assert code != 0
    assert f"{sys.executable} -m pip install" in said
    assert all(
        f"{Requirement(each).name}" in said
        for each in PROJECT["optional-dependencies"][extra]
        if "rapporteur" not in each
    )
    assert "rapporteur[" not in said, "which is another program on the package index"
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("from_", "told"),
    [
        ({"url": "file:///gone/away", "dir_info": {}}, "'scikit-learn>=1.5' 'scipy>=1.13'"),
        ({"url": "https://example.org/rapporteur.whl", "archive_info": {}}, "'scikit-learn>=1.5' 'scipy>=1.13'"),
        ({"url": ROOT.as_uri(), "dir_info": {"editable": True}}, f"-e '{ROOT}[reports]'"),
        ({"url": (ROOT / "README.md").as_uri(), "archive_info": {}}, f"'{ROOT / 'README.md'}[reports]'"),
    ],
)
def test_an_extra_is_installed_from_where_the_program_came(bare: Bare, from_: dict[str, object], told: str) -> None:
    bare.told.write_text(json.dumps(from_), encoding="utf-8")
    try:
        assert f"{sys.executable} -m pip install {told}" in bare("themes")[1]
    finally:
        bare.told.unlink()


def test_every_command_has_its_help_without_any_extra(bare: Bare) -> None:
    code, said = bare("--help")
    assert code == 0, said
    assert all(f" {name} " in said for name in ("serve", "eval", "mcp", "brief"))


def test_the_extras_that_are_told_are_those_that_can_be_installed() -> None:
    together = {"standard", "all", "training", "dev"}
    assert set(EXTRAS) == set(PROJECT["optional-dependencies"]) - together
    wanted = {extra for each in PROJECT["optional-dependencies"]["all"] for extra in Requirement(each).extras}
    for each in PROJECT["optional-dependencies"]["standard"]:
        wanted |= Requirement(each).extras
    assert set(EXTRAS) <= wanted | {"mcp", "reports"}  # which the page brings


def test_no_part_of_a_bare_installation_brings_torch() -> None:
    assert not core() & {"torch", "transformers", "sentence-transformers", "scikit-learn", "gradio", "chromadb"}


@pytest.mark.parametrize(("module", "extra"), [("gradio", "page"), ("llama_index", "llama-index"), ("mcp", "mcp"),
                                               ("sklearn.cluster", "reports"), ("torch", "sentence-transformers")])  # fmt: skip
def test_a_missing_module_is_put_down_to_its_extra(module: str, extra: str) -> None:
    told = explain_missing_module(ModuleNotFoundError(f"No module named {module!r}", name=module))
    assert told is not None
    assert "pip install" in told
    assert f"the extra {extra!r}" in told


def test_a_missing_module_of_no_extra_is_an_error_as_it_is() -> None:
    assert explain_missing_module(ModuleNotFoundError("No module named 'nothing'", name="nothing")) is None


def test_every_tracked_file_of_the_packages_is_in_the_wheel() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    listed = subprocess.run(
        ["git", "ls-files", *tool["package-data"]], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    only_in_checkouts = ("eval/training/data/", "eval/training/card.md")
    lost = [
        name
        for name in listed
        if not name.endswith(".py") and not name.startswith(only_in_checkouts)
        and not any(fnmatch(name, f"{package}/{pattern}") and name.count("/") == f"{package}/{pattern}".count("/")
                    for package, patterns in tool["package-data"].items() for pattern in patterns)
    ]  # fmt: skip
    assert listed
    assert lost == []
