"""The commands by name, each loaded when it is first used: a list of them, or a slip in one, waits for no other."""

from __future__ import annotations

import ast
from collections.abc import Sequence
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
"""Entry points of this group are commands with commands of their own (Typer apps), as `eval` is. The first line of their module's
docstring is what is said of them in the list."""

OWN = {
    "ask": ("ask_commands:ask", "Ask one question, or a file of them."),
    "chat": (
        "ask_commands:chat",
        'Ask in turns; follow-ups such as "and on Friday?" are understood. An empty line or Ctrl-D ends.',
    ),
    "search": ("ask_commands:search", "Find passages."),
    "demo": (
        "ask_commands:demo",
        "Build the library from the starter corpus, answer five questions, then read a document and answer three on it.",
    ),
    "ingest": (
        "ingesting:ingest",
        "Read documents into the library. What is held already, or was refused before, is passed over.",
    ),
    "remove": ("library_commands:remove", "Remove a document from the library and from both indexes."),
    "confirm": (
        "library_commands:confirm",
        "Confirm that a text whose symbol only the text itself gives is that document. Compare it first.",
    ),
    "status": (
        "library_commands:status",
        "Say what the library holds, in numbers. Texts and indexes are not looked at: 'rapporteur verify' checks them.",
    ),
    "verify": (
        "library_commands:verify",
        "Check the library: database, both indexes, and that passages cover each document.",
    ),
    "reindex": (
        "library_commands:reindex",
        "Make passages and both indexes anew from the documents that are held.",
    ),
    "migrate": (
        "library_commands:migrate",
        "Copy the library, keys and accounts into a PostgreSQL database, or from there into a folder.",
    ),
    "doctor": ("library_commands:doctor", "Check the installation and the library, each finding with its remedy."),
    "fetch": (
        "fetch_command:fetch",
        "Fetch official documents by symbol from documents.un.org and add them to the library.",
    ),
    "show": (
        "show_commands:show",
        "Show a document as it was read, to be checked: what its head says, its versions and corrections, its text.",
    ),
    "meeting": ("show_commands:meeting", "Show the timetable and the items of the meetings whose agendas are held."),
    "brief": (
        "publishing:brief",
        "Write a briefing: an agenda item, a theme, a document or a question, every sentence with its source.",
    ),
    "review": ("review:app", "Briefings under review: list, show, comment, change their state."),
    "compare": (
        "publishing:compare",
        "Compare a document with its revisions word by word, or documents on a topic.",
    ),
    "origins": (
        "publishing:origins",
        "Tell where the paragraphs of a document come from: the earlier documents held that have them, to the letter or nearly.",
    ),
    "themes": (
        "publishing:themes",
        "Cluster all that is held by theme: a compendium with summaries, documents over the years and gaps.",
    ),
    "mandates": (
        "publishing:mandates",
        "List who is asked to do what, by when, in the resolutions that are held; what is due first comes first.",
    ),
    "list": ("list_command:list_documents", "List the documents that are held."),
    "audit": ("access:audit", "Show what staff did, the latest first."),
    "mcp": (
        "mcp:mcp",
        "Serve the library to a program that speaks the Model Context Protocol, over standard input and output.",
    ),
    "feedback": ("feedback_commands:app", "Rate answers, and turn ratings into cases for the evaluation."),
    "agenda": ("agenda_commands:app", "Before the meeting: agenda and documents."),
    "keys": ("access:keys", "API keys: made, listed, revoked."),
    "accounts": ("access:accounts", "Accounts that sign in at the page."),
}
"""Where each command is (a module in this folder, and a function or a Typer app in it), and the first sentence of its help."""


class Commands(TyperGroup):
    """The commands of this package, and those of other packages, which are looked up only for a name that is none of these and
    for the list of all."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, (place, says) in OWN.items():
            self.add_command(Deferred(name, f"{__package__}.{place}", says))

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """A command that is not loaded before it is used; None for a name that nobody has."""
        if cmd_name not in self.commands:
            for entry in _plugged(cmd_name):
                self.add_command(Deferred(entry.name, entry.value, _first_line(entry)))
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: Context) -> list[str]:
        """The names of all commands."""
        for entry in _plugged():
            self.get_command(ctx, entry.name)
        return super().list_commands(ctx)


class Deferred(TyperCommand):
    """A command of which no more than its name and the first sentence of its help is known before it is used."""

    def __init__(self, name: str, place: str, says: str) -> None:
        super().__init__(name, help=says)
        self._place = place

    def make_context(
        self, info_name: str | None, args: list[str], parent: Context | None = None, **extra: Any
    ) -> Context:
        """The context of the command itself."""
        return self.load().make_context(info_name, args, parent, **extra)

    def load(self) -> Command:
        """The command itself."""
        module, _, attribute = self._place.partition(":")
        from assistant.cli.session import extras_told

        with extras_told():
            found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            return get_group(found)
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(found)
        return get_command(alone)


def _plugged(name: str | None = None) -> Sequence[EntryPoint]:
    from importlib.metadata import entry_points

    return tuple(entry_points(group=PLUGGED) if name is None else entry_points(group=PLUGGED, name=name))


def _first_line(entry: EntryPoint) -> str:
    """The first line of the docstring of an entry point's module, which is not loaded for it."""
    spec = find_spec(entry.module)
    source = getattr(spec.loader, "get_source", lambda _: None)(entry.module) if spec else None
    return (ast.get_docstring(ast.parse(source or "")) or "").partition("\n")[0]
