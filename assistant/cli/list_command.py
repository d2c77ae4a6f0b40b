"""The `list` command: what is held, a row for each symbol, versions under what they belong to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from assistant.cli.desk import open_desk
from assistant.cli.session import data, talk
from corpus.documents import LANGUAGES
from corpus.symbols import Symbol
from ingest.readers import visible


def list_documents(
    as_json: Annotated[
        bool, typer.Option("--json", help="As a JSON list, a record for each language version.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--catalogue", help="Also what the catalogue knows and is not held.")
    ] = False,
) -> None:
    """List the documents that are held."""
    with open_desk("list") as desk:
        records = desk.records(missing=everything)
    if as_json:
        typer.echo(json.dumps(records, ensure_ascii=False))
        return
    data.print(_drawn(records))
    if not records:
        talk.print("The library is empty. Add documents: rapporteur ingest FILE..., or rapporteur ingest --starter",
                   markup=False)  # fmt: skip


def _drawn(records: Sequence[dict[str, Any]]) -> Table:
    table = Table(Column("Document", overflow="fold"), "Title", "Edition", "Languages", "Format", "Date", "Remarks")
    for depth, versions in _families(records):
        first = versions[0]
        name = "  " * depth + _key(first) + "*" * max(record["reissue"] for record in versions)
        cells = (
            name,
            first["title"],
            ", ".join(dict.fromkeys(_edition(record) for record in versions)),
            ", ".join(language for language in LANGUAGES if any(record["language"] == language for record in versions)),
            ", ".join(dict.fromkeys(str(record["format"]) for record in versions if record["format"])),
            first["date"],
            "; ".join(_remarks(versions)),
        )
        table.add_row(*(Text(visible(str(cell or ""))) for cell in cells))
    return table


def _families(records: Sequence[dict[str, Any]]) -> list[tuple[int, list[dict[str, Any]]]]:
    """The language versions and editions of each document together, revisions, addenda and corrigenda behind what
    they belong to, each with how many held documents stand above it."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        groups.setdefault(_key(record), []).append(record)
    for versions in groups.values():
        versions.sort(key=lambda record: (record["behind"] is not None, record["language"] != "en", record["id"]))
    symbols = {record["symbol"] for record in records if record["symbol"]}

    def place(versions: list[dict[str, Any]]) -> tuple[bool, Symbol, str]:
        # Texts without a symbol come last; a symbol that sorts nowhere stands in for theirs.
        symbol = versions[0]["symbol"]
        return symbol is None, Symbol.parse(symbol or "A/1"), _key(versions[0])

    made = []
    for versions in sorted(groups.values(), key=place):
        depth, above = 0, versions[0]["parent"]
        while above:
            depth += above in symbols
            parent = Symbol.parse(above).parent
            above = parent.text if parent else None
        made.append((depth, versions))
    return made


def _key(record: dict[str, Any]) -> str:
    if not record["symbol"]:
        return str(record["id"]).rsplit(":", 2)[0] if record["held"] else str(record["id"])
    return f"{record['symbol']}, {record['part']}" if record["part"] else str(record["symbol"])


def _edition(record: dict[str, Any]) -> str:
    if not record["held"]:
        return "not held"
    told = [*(["superseded"] if record["behind"] else ()), *(["unverified"] if record.get("unverified") else ())]
    return f"{record['edition']} ({', '.join(told)})" if told else str(record["edition"])


def _remarks(versions: Sequence[dict[str, Any]]) -> list[str]:
    """What to know about the text: recognised from images, pages without text, warnings."""
    made = []
    several = len({record["language"] for record in versions}) > 1
    for record in versions:
        of = f" ({record['language']})" if several else ""
        if record["ocr"]:
            made.append(f"OCR{of}")
        if record["pages_without_text"]:
            made.append(f"{len(record['pages_without_text'])} of {record['pages']} pages without text{of}")
        if record["warnings"]:
            made.append(f"{len(record['warnings'])} warnings{of}")
    return made
