"""The command that fetches official documents by symbol. Nothing is contacted unless it runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from assistant.cli.bars import done_here, done_there
from assistant.cli.desk import library_or_server
from assistant.cli.session import EXIT_USAGE, data, fail, plain_errors, talk
from assistant.fetching import FOLDER, FetchRequest, foreseen, held_row, languages_of, plan
from assistant.opening import catalogue_of, make_keeper, open_library
from assistant.outcome_words import told
from assistant.settings import Settings
from corpus.library import Library

if TYPE_CHECKING:
    from assistant.keeping import Hand, Keeper

_BAD = ("not published", "refused", "failed")
_STYLES = {"not published": "yellow", "refused": "red", "failed": "red"}


def fetch(
    symbols: Annotated[
        list[str] | None, typer.Argument(help="Symbols; with --meeting, ids of meetings.", metavar="SYMBOL")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="en, fr, es, ru, ar, zh or all; repeat it, or separate them by commas.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="Only docx, pdf or doc. Otherwise in this order what there is.")
    ] = None,
    meeting: Annotated[
        bool, typer.Option("--meeting", help="All that the catalogue lists for a meeting: the one named, or the held.")
    ] = False,
    cited_by: Annotated[
        str | None, typer.Option(metavar="SYMBOL", help="All that this held document cites and is not held.")
    ] = None,
    everything: Annotated[bool, typer.Option("--catalogue", help="All that the catalogue lists.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Ask also for what is held, in case it has changed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be fetched.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcomes as a JSON list.")] = False,
) -> None:
    """Fetch official documents by symbol from documents.un.org and add them to the library."""
    if not (symbols or meeting or cited_by or everything):
        raise fail("Name at least one symbol, or --meeting, --cited-by SYMBOL or --catalogue.", EXIT_USAGE)
    with plain_errors():
        asked = FetchRequest.model_construct(
            symbols=symbols or [],
            languages=languages_of(language or []),
            form=form,
            meeting=meeting,
            cited_by=cited_by,
            everything=everything,
            again=again,
        )
        formats = asked.formats
    rows: list[Mapping[str, Any]] = []
    with library_or_server("fetch") as (found, chosen):
        if not isinstance(found, Library):
            if dry_run:
                rows += found.foresee(asked.model_dump())
            else:
                done_there("Fetching", found, "/fetch", asked.model_dump(), rows.append, 0)
            _report(rows, as_json)
            return
        planned = plan(asked, found, catalogue_of(chosen))
    if dry_run:
        rows += [
            asdict(each) for each in foreseen(planned, formats, chosen.data_dir / FOLDER, chosen.ods_url, again=again)
        ]
        _report(rows, as_json)
        return
    due = [each for each in planned if again or not each.held]
    rows += [asdict(held_row(each)) for each in planned if each not in due]
    if due:
        from assistant.keeping import fetch as fetched

        def work(hand: Hand) -> None:
            folder = chosen.data_dir / FOLDER
            fetched(hand, due, formats, chosen, folder, lambda: _opened(chosen), again=again)

        with plain_errors():
            done_here("Fetching", work, rows.append, len(due))
    places = {(each.symbol.text, each.language): n for n, each in enumerate(planned)}
    _report(sorted(rows, key=lambda row: places[row["symbol"], row["language"]]), as_json)


@contextmanager
def _opened(chosen: Settings) -> Iterator[Keeper]:
    with open_library(chosen, "rapporteur fetch") as library:
        yield make_keeper(library, chosen)


def _report(rows: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """Outcomes on stdout (what went wrong on stderr, unless as JSON), the count of each on stderr."""
    if as_json:
        bare = [{name: value for name, value in row.items() if name not in ("line", "notes")} for row in rows]
        typer.echo(json.dumps(bare, ensure_ascii=False))
    for row in () if as_json else rows:
        result = row["result"]
        (talk if result in _BAD else data).print(Text(told(row)["line"], style=_STYLES.get(result, "")))
    results = [row["result"] for row in rows]
    counts = [f"{results.count(each)} {each}" for each in dict.fromkeys(results)]
    talk.print(", ".join(counts) or "nothing to fetch", markup=False)
    if any(each in _BAD for each in results):
        raise typer.Exit(1)
