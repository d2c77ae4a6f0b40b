"""The command that fetches official documents by symbol. Nothing is contacted unless it runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from assistant.cli.bars import drawn, progress_bar
from assistant.cli.desk import library_or_server
from assistant.cli.session import EXIT_USAGE, data, fail, plain_errors, settings, talk
from assistant.fetching import FOLDER, Asked, Row, foreseen, held_row, languages_of, plan, row_of
from assistant.opening import catalogue_of, open_library
from assistant.settings import Settings
from corpus.library import Library
from ingest.readers import visible

if TYPE_CHECKING:
    from assistant.cli.server_desk import ServerDesk
    from ingest.fetch import Download, Downloads, Service, Wanted

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
        asked = Asked(symbols or [], languages_of(language or []), form, meeting, cited_by, everything, again)
        formats = asked.formats
    with library_or_server("fetch") as (found, chosen):
        if not isinstance(found, Library):
            body = asdict(asked)
            rows = [Row(**each) for each in found.foresee(body)] if dry_run else _by_server(found, body)
            _report(rows, as_json)
            return
        planned = plan(asked, found, catalogue_of(chosen))
    if dry_run:
        _report(foreseen(planned, formats, chosen.data_dir / FOLDER, chosen.ods_url, again=again), as_json)
        return
    due = [each for each in planned if again or not each.held]
    rows = [held_row(each) for each in planned if each not in due]
    if due:
        rows += _fetched(due, formats, chosen, again)
    places = {(each.symbol.text, each.language): n for n, each in enumerate(planned)}
    _report(sorted(rows, key=lambda row: places[row.symbol, row.language]), as_json)


def _by_server(server: ServerDesk, body: dict[str, Any]) -> list[Row]:
    """Has the server that owns the library fetch."""
    job = server.begin("/fetch", body)
    with progress_bar("Fetching", 0) as bar:
        return [Row(**each) for each in server.outcomes(job, lambda at: bar(at["done"], at["total"], at["detail"]))]


def _fetched(due: Sequence[Wanted], formats: Sequence[str], chosen: Settings, again: bool) -> list[Row]:
    """Downloads first, so that the library is not kept from others meanwhile; then reads what has come."""
    from ingest.fetch import Downloads, Patience, Service

    patience = Patience(delay=chosen.fetch_delay, timeout=chosen.fetch_timeout, max_wait=chosen.fetch_max_wait)
    with plain_errors(), Downloads(chosen.data_dir / FOLDER) as downloads:
        with Service(downloads, chosen.ods_url, private=chosen.fetch_private, patience=patience, told=_told) as service:
            done = _downloaded(due, formats, service, again)
        rows = [row_of(each, each.result, reason=each.reason) for each in done if each.stored is None]
        come = [each for each in done if each.stored is not None]
        return rows + (_added(come, downloads) if come else [])


def _told(words: str) -> None:
    talk.print(Text(visible(words), style="yellow"))


def _downloaded(due: Sequence[Wanted], formats: Sequence[str], service: Service, again: bool) -> list[Download]:
    from ingest.fetch import At, download

    done = []
    with drawn() as bar:
        task = bar.add_task("Fetching", total=len(due), detail="")

        def show(at: At) -> None:
            of = f" of {at.total / 1e6:.1f}" if at.total else ""
            size = f": {at.size / 1e6:.1f}{of} MB" if at.size else ""
            bar.update(task, detail=f"{at.wanted.symbol} ({at.wanted.language}){size}")

        for each in download(due, service, formats, again=again, progress=show):
            done.append(each)
            bar.update(task, advance=1)
    return done


def _added(come: Sequence[Download], downloads: Downloads) -> list[Row]:
    """Reads the files into the library; notes which it did not take."""
    from ingest.fetch import FetchedInput
    from ingest.run import ingest
    from ingest.workers.pool import Workers, processors
    from ingest.workers.process import WorkerError

    rows = []
    with plain_errors(), open_library(chosen := settings(), "rapporteur fetch") as library, drawn() as bar:
        task = bar.add_task("Reading", total=len(come), detail="")
        catalogue = catalogue_of(chosen)
        sources = [FetchedInput(each.stored, downloads) for each in come if each.stored]
        try:
            with Workers(catalogue, min(len(sources), processors())) as readers:
                outcomes = ingest(sources, library, catalogue, readers=readers)
                for each, source, outcome in zip(come, sources, outcomes, strict=True):
                    downloads.refuse(source.stored, outcome.result == "refused")
                    rows.append(row_of(each, outcome.result, outcome, outcome.reason or each.reason))
                    bar.update(task, advance=1, detail=outcome.name)
        except WorkerError as error:
            raise fail(str(error)) from None
    return rows


def _report(rows: Sequence[Row], as_json: bool) -> None:
    """Outcomes on stdout (what went wrong on stderr, unless as JSON), the count of each on stderr."""
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
    for row in () if as_json else rows:
        parts = [row.document or "", row.reason or ""]
        if row.format and row.bytes:
            parts.insert(1, f"{row.format}, {max(1, row.bytes // 1000):,} kB")
        elif row.result.startswith("would"):
            parts.insert(1, row.url or "")
        said = "; ".join(visible(part) for part in parts if part)
        line = f"{row.result:<13} {row.symbol} ({row.language}){f': {said}' if said else ''}"
        (talk if row.result in _BAD else data).print(Text(line, style=_STYLES.get(row.result, "")))
    results = dict.fromkeys(row.result for row in rows)
    counts = [f"{sum(row.result == result for row in rows)} {result}" for result in results]
    talk.print(", ".join(counts) or "nothing to fetch", markup=False)
    if any(row.result in _BAD for row in rows):
        raise typer.Exit(1)
