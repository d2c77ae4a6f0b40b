"""The commands by name, each loaded when it is first used: a list of them, or a slip in one, waits for no other."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from typer._click.core import Command, Context

PLUGGED = "rapporteur.commands"
"""Entry points of this group are commands with commands of their own (Typer apps), as `eval` is."""

OWN = {
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
"""Where each command is: a module in this folder, and a function or a Typer app in it."""


@dataclass
class Options:
    """The options that stand before the command. `data_dir`: the folder of the library, if not the setting's."""

    data_dir: str | None = None


options = Options()


class Commands(TyperGroup):
    """The commands of this package, and those of other packages, which are looked up only for a name that is none of these and
    for the list of all."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, place in OWN.items():
            self.add_command(Deferred(name, f"{__package__}.{place}"))

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """A command that is not loaded before it is used; None for a name that nobody has."""
        if cmd_name not in self.commands:
            for entry in _plugged(cmd_name):
                self.add_command(Deferred(entry.name, entry.value))
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: Context) -> list[str]:
        """The names of all commands, each of which tells then what it is."""
        for entry in _plugged():
            self.get_command(ctx, entry.name)
        for each in self.commands.values():
            each.help = each.help or (said_of(each.place) if isinstance(each, Deferred) else None)
        return super().list_commands(ctx)


class Deferred(TyperCommand):
    """A command of which no more than its name and its place is known before it is used."""

    def __init__(self, name: str, place: str) -> None:
        super().__init__(name)
        self.place = place

    def make_context(
        self, info_name: str | None, args: list[str], parent: Context | None = None, **extra: Any
    ) -> Context:
        """The context of the command itself."""
        return self.load().make_context(info_name, args, parent, **extra)

    def load(self) -> Command:
        """The command itself."""
        module, _, attribute = self.place.partition(":")
        from assistant.cli.command_run import missing_extras_reported

        with missing_extras_reported():
            found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            return get_group(found)
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(found)
        return get_command(alone)


def said_of(place: str) -> str:
    """The first line of a command's help, read from its source, which is not run for that: of the docstring of its function, or the
    help that its Typer app is made with; else of the docstring of its module."""
    module, _, attribute = place.partition(":")
    spec = find_spec(module)
    source = getattr(spec.loader, "get_source", lambda _: None)(module) if spec else None
    whole = ast.parse(source or "")
    said = ast.get_docstring(whole)
    for each in whole.body:
        if isinstance(each, ast.FunctionDef) and each.name == attribute:
            said = ast.get_docstring(each)
        elif (
            isinstance(each, ast.Assign)
            and isinstance(each.value, ast.Call)
            and ast.unparse(each.targets[0]) == attribute
        ):
            said = next((ast.literal_eval(part.value) for part in each.value.keywords if part.arg == "help"), said)
    return (said or "").partition("\n")[0]


def _plugged(name: str | None = None) -> Sequence[EntryPoint]:
    from importlib.metadata import entry_points

    return tuple(entry_points(group=PLUGGED) if name is None else entry_points(group=PLUGGED, name=name))
