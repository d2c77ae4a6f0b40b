"""Every command line that README and docs show can be typed as it stands; the light ones are run on a small library."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from test_documented import parser_of, programs
from typer._click.exceptions import ClickException, MissingParameter, NoArgsIsHelpError
from typer.main import get_command
from typer.testing import CliRunner

from assistant.cli import app
from assistant.cli.commands import DeferredCommand
from eval.training.training_commands import app as training

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LIGHT = {"agenda", "ask", "audit", "brief", "chat", "compare", "doctor", "ingest", "keys", "list", "mandates", "meeting", "origins", "search",
         "show", "status", "themes", "verify"}  # fmt: skip
SETTINGS = {"RAPPORTEUR_EMBEDDING": "hash", "RAPPORTEUR_MULTILINGUAL": "off", "RAPPORTEUR_READER": "false"}
NOTE = "# A note on boats\n\n1. Boats need a flag.\n"


def shown(program: str, *, whole: bool) -> list[str]:
    """What stands behind the name of a program in the blocks of code, which are to be typed as they stand (`whole`), or in code within
    sentences and tables, which may leave out what must be given; of a line with a placeholder for its options nothing."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        before = r"^ {4,6}(?:[$] |\.venv/bin/|docker compose exec app )?"
        lines = re.findall(rf"{before}(\S.*)$", text, re.MULTILINE) if whole else re.findall(r"`([^`\n]+)`", text)
        for line in lines:
            match = re.match(rf"(?:[A-Z_]+=\S+ )*{program}(?= |\.)(.*)$", line)
            if match and (whole or not re.search(r"\.\.\.|\[-|COMMAND", match[1])):
                found.append(match[1].strip())
    return list(dict.fromkeys(found))


def resolved(command: Any, name: str, words: list[str], above: Any = None) -> Iterator[str]:
    """The names of the command and subcommands that words call, once their options and arguments have been read."""
    command = command.load() if isinstance(command, DeferredCommand) else command
    context = command.make_context(name, list(words), parent=above)
    yield name
    rest = [*getattr(context, "_protected_args", ()), *context.args]
    if rest and hasattr(command, "resolve_command"):
        below, found, rest = command.resolve_command(context, rest)
        yield from resolved(found, below, rest, context)


@pytest.fixture
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files and folders that the lines name, in the folder where they are typed."""
    monkeypatch.chdir(tmp_path)
    for folder in ("papers", "FOLDER", "DIR", "SHARED/documents/un/dev", "work/en"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("papers/boats.md", "my-agenda.docx", "FILE", "work/en.jsonl.gz", "work/multilingual.jsonl.gz", "work/aside.jsonl", "work/bridge.npz",
                 "work/en/reader.pt", "work/en/run.json"):  # fmt: skip
        (tmp_path / file).write_text(NOTE, encoding="utf-8")


def taken(command: Any, line: str, *, whole: bool) -> bool:
    """Whether a command takes a line; where not all of it is shown it may lack what must be given, or be a group of commands."""
    try:
        return bool(list(resolved(command, "program", shlex.split(line, comments=True))))
    except (MissingParameter, NoArgsIsHelpError, typer.Exit):
        return not whole
    except ClickException:
        return False


@pytest.mark.parametrize(("whole", "least"), [(True, 30), (False, 10)])
@pytest.mark.usefixtures("_files")
def test_every_command_line_of_rapporteur_is_one_that_it_takes(whole: bool, least: int) -> None:
    lines = shown("rapporteur", whole=whole)
    assert len(lines) >= least
    refused = [line for line in lines if not taken(get_command(app), line, whole=whole)]
    assert refused == ([] if whole else ["ask --nonsense"])  # which shows what is refused


@pytest.mark.usefixtures("_files")
def test_every_program_that_is_shown_takes_the_options_that_it_is_shown_with(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown("python -m eval", whole=False)
    assert len(lines) > 20
    for line in lines:
        name, *words = shlex.split(line, comments=True)
        program = f"eval{name}"
        assert program in programs(), line
        if program == "eval.training":
            assert taken(get_command(training), shlex.join(words), whole=False), line
        else:
            assert isinstance(parser_of(program, monkeypatch).parse_args(words), argparse.Namespace), line


def test_every_program_says_what_it_is_for(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for program in programs():
        if program == "eval.training":
            continue
        monkeypatch.setattr("sys.argv", [program, "--help"])
        with pytest.raises(SystemExit) as ended:
            import_module(program).main()
        assert ended.value.code == 0
        assert "usage:" in capsys.readouterr().out


@pytest.mark.usefixtures("_files")
def test_the_light_ones_are_done_on_a_small_library(tmp_path: Path) -> None:
    run = CliRunner(env={**SETTINGS, "RAPPORTEUR_DATA_DIR": str(tmp_path / "library")})
    assert run.invoke(app, ["ingest", "--starter"], catch_exceptions=False).exit_code == 0
    done = []
    for line in shown("rapporteur", whole=True):
        words = shlex.split(line, comments=True)
        if words and words[0] in LIGHT and not {"--watch", "my-agenda.docx", "write"}.intersection(words):
            result = run.invoke(app, words, input="", catch_exceptions=False)
            # 1: what it names is not held, or a program is not installed; a sentence says so.
            assert result.exit_code in (0, 1), f"{line}: {result.output}"
            assert result.exit_code == 0 or re.search(r"\.\s*$", result.stderr), line
            done.append(result.exit_code)
    assert done.count(0) >= 12
