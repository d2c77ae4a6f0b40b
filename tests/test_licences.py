"""The licences of what ships and of what is installed are told, package by package."""

from __future__ import annotations

import re
import subprocess
from email.message import Message
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from eval.licences import NOT_STATED, closure, document, licence_of, packages, project, required

ROOT = Path(__file__).resolve().parent.parent
TOLD = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
WANTED = sorted(
    {canonicalize_name(each.name) for listed in required(project()).values() for each in listed} - {"rapporteur"}
)  # fmt: skip


@pytest.mark.parametrize("package", WANTED)
def test_the_file_names_every_package_that_is_asked_for(package: str) -> None:
    assert re.search(rf"^\| {re.escape(package)} \| [^|]+ \| [^|]+ \|$", TOLD, re.MULTILINE)


def test_the_file_names_all_weights_that_ship() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "*.npz", "*.onnx"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    weights = [Path(each).name for each in tracked.stdout.split()]
    assert weights
    assert [name for name in weights if name not in TOLD] == []


def test_the_file_is_what_the_command_writes() -> None:
    """But for versions of packages that say their licence otherwise."""
    made = document(project())
    assert made.partition("## All packages")[0].split("| package |")[0] == TOLD.split("| package |")[0]


def test_everything_that_is_installed_without_development_tells_its_licence() -> None:
    silent = [name for name, licence, by in packages(project()) if licence == NOT_STATED and by != "dev"]
    assert silent == []


def test_what_an_extra_brings_is_told_with_what_that_requires() -> None:
    asked = required(project())
    assert {"onnxruntime", "numpy", "anyio"} <= closure("core", asked)
    assert "torch" not in closure("standard", asked)
    assert {"torch", "gradio", "psycopg"} <= closure("all", asked)


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ([("License-Expression", "MIT AND BSD-3-Clause"), ("License", "MIT")], "MIT AND BSD-3-Clause"),
        ([("License", "Apache 2.0"), ("Classifier", "License :: OSI Approved :: MIT License")], "Apache 2.0"),
        ([("License", "UNKNOWN"), ("Classifier", "License :: OSI Approved :: MIT License")], "MIT License"),
        (
            [("License", "Copyright\n" * 9), ("Classifier", "License :: OSI Approved :: BSD License")],
            "BSD License",
        ),
        ([("License", "BSD 3-Clause License\n\nCopyright somebody\n" * 3)], "BSD 3-Clause License"),
        ([("Classifier", "Topic :: Text Processing")], NOT_STATED),
    ],
)
def test_a_licence_is_read_from_the_expression_the_field_or_the_classifiers(
    fields: list[tuple[str, str]], licence: str
) -> None:
    metadata = Message()
    for name, value in fields:
        metadata[name] = value
    assert licence_of(metadata) == licence  # type: ignore[arg-type]
