"""The commands by name, each loaded on first use, so that listing or running one does not import the others."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from typer._click.core import Command, Context

ENTRY_POINT_GROUP = "rapporteur.commands"
"""Entry points of this group are further command groups (Typer apps), such as `eval`."""

COMMAND_PLACES = {
    "ask": "ask_commands:ask",
    "chat": "ask_commands:chat",
    "search": "ask_commands:search",
    "demo": "ask_commands:demo",
    "ingest": "ingest_commands:ingest",
    "remove": "library_commands:remove",
    "confirm": "library_commands:confirm",
    "status": "library_commands:status",
    "verify": "library_commands:verify",
    "reindex": "library_commands:reindex",
    "migrate": "library_commands:migrate",
    "doctor": "library_commands:doctor",
    "fetch": "ingest_commands:fetch",
    "show": "show_commands:show",
    "meeting": "show_commands:meeting",
    "brief": "paper_commands:brief",
    "review": "review_commands:app",
    "compare": "paper_commands:compare",
    "origins": "paper_commands:origins",
    "themes": "paper_commands:themes",
    "mandates": "paper_commands:mandates",
    "list": "show_commands:list_documents",
    "audit": "access_commands:audit",
    "mcp": "serving_commands:mcp",
    "feedback": "feedback_commands:app",
    "agenda": "paper_commands:agenda",
    "keys": "access_commands:keys",
    "accounts": "access_commands:accounts",
}
"""Module in this folder, and function or Typer app in it, of each command."""


@dataclass
class Options:
    """The options before the command. `data_dir`: the folder of the library, if not that of the settings."""

    data_dir: str | None = None


options = Options()


class Commands(TyperGroup):
    """The commands of this package, and those of entry points, which are looked up only for other names and for the list of all."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, place in COMMAND_PLACES.items():
            self.add_command(DeferredCommand(name, f"{__package__}.{place}"))

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """Returns the deferred command of a name; None for an unknown name."""
        if cmd_name not in self.commands:
            for entry in _entry_points(cmd_name):
                self.add_command(DeferredCommand(entry.name, entry.value))
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: Context) -> list[str]:
        """Lists the names of all commands, and sets their help lines."""
        for entry in _entry_points():
            self.get_command(ctx, entry.name)
        for each in self.commands.values():
            each.help = each.help or (help_line(each.place) if isinstance(each, DeferredCommand) else None)
        return super().list_commands(ctx)


class DeferredCommand(TyperCommand):
    """A command that is imported on first use; until then only its name and place are known."""

    def __init__(self, name: str, place: str) -> None:
        super().__init__(name)
        self.place = place

    def make_context(
        self, info_name: str | None, args: list[str], parent: Context | None = None, **extra: Any
    ) -> Context:
        """Returns the context of the loaded command."""
        return self.load().make_context(info_name, args, parent, **extra)

    def load(self) -> Command:
        """Imports the command."""
        module, _, attribute = self.place.partition(":")
        from assistant.cli.command_run import missing_extras_reported

        with missing_extras_reported():
            found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            return get_group(found)
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(found)
        return get_command(alone)


def help_line(place: str) -> str:
    """The first line of a command's help, parsed from its source without importing it: of its function's docstring, or of its Typer
    app's `help`; else of the module's docstring."""
    module, _, attribute = place.partition(":")
    whole = _parsed(module)
    found = ast.get_docstring(whole)
    for each in whole.body:
        if isinstance(each, ast.FunctionDef) and each.name == attribute:
            found = ast.get_docstring(each)
        elif (
            isinstance(each, ast.Assign)
            and isinstance(each.value, ast.Call)
            and ast.unparse(each.targets[0]) == attribute
        ):
            found = next((ast.literal_eval(part.value) for part in each.value.keywords if part.arg == "help"), found)
    return (found or "").partition("\n")[0]


@lru_cache
def _parsed(module: str) -> ast.Module:
    spec = find_spec(module)
    source = getattr(spec.loader, "get_source", lambda _: None)(module) if spec else None
    return ast.parse(source or "")


def _entry_points(name: str | None = None) -> Sequence[EntryPoint]:
    from importlib.metadata import entry_points

    found = entry_points(group=ENTRY_POINT_GROUP)
    return tuple(found if name is None else found.select(name=name))
