"""Rapporteur in a program: what README shows works as it stands there, and asking for it costs nothing before it is used."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from invoking import python
from word_reader import word_readers

import assistant
from assistant import open_engine
from assistant.qa.readers import Readers
from assistant.settings import SettingsError, load_settings
from corpus.catalogue import Catalogue
from corpus.corpus_errors import LibraryBusy
from corpus.embedding import HashEmbedder
from corpus.library import Library
from ingest.chunker import SEGMENTER_VERSION
from ingest.pipeline import ingest, starter_sources

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "When is agenda item 3 taken up?"


def examples() -> list[str]:
    """The programs in README's section on programs."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Python API\n")[2].partition("\n## ")[0]
    programs, lines = [], []
    for line in [*section.splitlines(), "end"]:
        if line.startswith("    ") or (lines and not line):
            lines.append(line)
        elif lines:
            programs.append(textwrap.dedent("\n".join(lines)))
            lines = []
    return programs


@pytest.fixture
def folder(tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The settings' own folder, with the starter corpus."""
    held = tmp_path / "data-home" / "rapporteur"
    monkeypatch.setenv("RAPPORTEUR_EMBEDDING", "hash")
    monkeypatch.setenv("RAPPORTEUR_MULTILINGUAL", "off")
    monkeypatch.setattr(Readers, "shipped", lambda *_: word_readers())
    with Library(held, HashEmbedder(), SEGMENTER_VERSION) as library:
        list(ingest(starter_sources(), library, catalogue))
    return held


@pytest.mark.parametrize("program", examples())
def test_the_programs_that_readme_shows_say_what_the_documents_say(
    program: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(program, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    with open_engine(folder) as engine:
        answer = engine.ask(QUESTION)
    assert answer.citations
    words = (
        [each.quote for each in answer.citations]
        if "citations" in program
        else [each.text for each in answer.statements]
    )
    assert all(each in printed for each in words)


def test_readme_shows_programs_at_all() -> None:
    assert len(examples()) == 2


def test_an_engine_is_as_its_settings_say_and_owns_its_library(folder: Path, tmp_path: Path) -> None:
    chosen = load_settings(data_dir=folder, max_statements=1)
    with open_engine(settings=chosen, owner="the first program") as engine:
        assert len(engine.ask(QUESTION).statements) == 1
        with pytest.raises(LibraryBusy, match="the first program"), open_engine(folder):
            pass
    with open_engine(tmp_path / "elsewhere") as engine:
        assert not engine.library.headers()


def test_a_setting_that_can_not_be_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORTEUR_PASSAGES", "many")
    with pytest.raises(SettingsError, match="RAPPORTEUR_PASSAGES"), open_engine():
        pass


def test_what_is_not_there_is_no_part_of_the_package() -> None:
    with pytest.raises(AttributeError, match="no attribute 'open_engines'"):
        assistant.open_engines  # noqa: B018  (asked for on purpose)


def test_importing_the_package_imports_nothing_of_it() -> None:
    code = "import sys, assistant; print(*({'numpy', 'pydantic', 'assistant.engine_factory', 'corpus.library'} & set(sys.modules)))"
    assert python(code).strip() == ""
