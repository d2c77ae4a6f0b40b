"""The command that fetches official documents by symbol. Nothing is contacted unless it runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from assistant.cli.session import (
    EXIT_USAGE,
    catalogue_of,
    data,
    fail,
    known_language,
    open_library,
    plain_errors,
    talk,
)
from assistant.settings import Settings
from corpus.catalogue import Catalogue
from corpus.documents import LANGUAGES, Document
from corpus.library import Library
from corpus.symbols import Symbol, SymbolError
from ingest.readers import visible

if TYPE_CHECKING:
    from ingest.fetch import Download, Downloads, Service, Wanted
    from ingest.run import Outcome

FOLDER = "downloads"
"""Folder of the fetched files, in that of the library."""

_BAD = ("not published", "refused", "failed")
_STYLES = {"not published": "yellow", "refused": "red", "failed": "red"}


@dataclass(frozen=True)
class Row:
    """What became of one symbol in one language."""

    symbol: str
    language: str
    result: str
    document: str | None = None
    format: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    url: str | None = None
    reason: str = ""


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
    from ingest.fetch import FORMATS

    languages = _languages(language or [])
    if form is not None and form not in FORMATS:
        raise fail(f"--format {form!r} is none of {', '.join(FORMATS)}.", EXIT_USAGE)
    if not (symbols or meeting or cited_by or everything):
        raise fail("Name at least one symbol, or --meeting, --cited-by SYMBOL or --catalogue.", EXIT_USAGE)
    with open_library("fetch") as (library, chosen):
        plan = _plan(symbols or [], languages, meeting, cited_by, everything, library, catalogue_of(chosen))
    due = [each for each in plan if again or not each.held]
    rows = [
        Row(each.symbol.text, each.language, "held", each.held[0], reason="--again asks for it nevertheless")
        for each in plan
        if each not in due
    ]
    formats = FORMATS if form is None else (form,)
    if dry_run:
        rows += _foreseen(due, formats, chosen, again)
    elif due:
        rows += _fetched(due, formats, chosen, again)
    places = {(each.symbol.text, each.language): n for n, each in enumerate(plan)}
    _report(sorted(rows, key=lambda row: places[row.symbol, row.language]), as_json)


def _languages(given: Sequence[str]) -> list[str]:
    codes = [code.strip().lower() for text in given for code in text.split(",") if code.strip()]
    if "all" in codes:
        return list(LANGUAGES)
    return list(dict.fromkeys(known_language(code) or "" for code in codes))


def _plan(
    names: Sequence[str],
    languages: Sequence[str],
    meeting: bool,
    cited_by: str | None,
    everything: bool,
    library: Library,
    catalogue: Catalogue,
) -> list[Wanted]:
    """What the command line asks for. Exits with a sentence where that is not clear."""
    from ingest import fetch as fetching

    ids = fetching.meeting_ids(catalogue)
    meetings = [name for name in names if name in ids] if meeting else []
    found: list[Symbol] = []
    for name in names:
        if name not in meetings:
            try:
                found += fetching.named(name)
            except SymbolError as error:
                hint = f" Meetings of the catalogue: {', '.join(ids)}." if meeting else ""
                raise fail(f"{error}.{hint}" if hint else str(error), EXIT_USAGE) from None
    if meeting:
        found += fetching.listed(catalogue, meetings or [_one_meeting(ids, library, catalogue)])
    if everything:
        found += fetching.listed(catalogue)
    if cited_by is not None:
        texts = _texts(library, cited_by)
        spoken = sorted({text.language for text in texts})
        languages = languages or (spoken if len(spoken) == 1 else [])
        cited = fetching.wanted(fetching.cited_by(texts), languages or ["en"], library)
        found += dict.fromkeys(each.symbol for each in cited if not each.held)
    return fetching.wanted(found, languages or ["en"], library)


def _one_meeting(ids: Sequence[str], library: Library, catalogue: Catalogue) -> str:
    from ingest.fetch import held_meetings

    held = held_meetings(library, catalogue)
    for choice in (held, ids):
        if len(choice) == 1:
            return choice[0]
    why = "agendas of several meetings are held" if held else "no agenda of a meeting of the catalogue is held"
    raise fail(f"Which meeting? ({why}.) Name one: rapporteur fetch --meeting {' | '.join(ids)}", EXIT_USAGE)


def _texts(library: Library, name: str) -> list[Document]:
    """The held texts of a document: the official ones, or where there is none what is held."""
    found = library.find(name)
    if not found:
        raise fail(f"The library holds no document {name!r}. 'rapporteur list' shows what it holds.")
    return [document for document in found if document.edition == "official"] or found


def _foreseen(due: Sequence[Wanted], formats: Sequence[str], chosen: Settings, again: bool) -> Iterator[Row]:
    from ingest.fetch import Downloads, request_address

    downloads = Downloads(chosen.data_dir / FOLDER)
    for each in due:
        kept = downloads.kept(chosen.ods_url, each.symbol, each.language, formats)
        address = str(request_address(chosen.ods_url, each.symbol, each.language, formats[0]))
        if kept and not kept.refused and not again:
            yield Row(each.symbol.text, each.language, "would read", url=kept.url, reason="fetched before")
        else:
            yield Row(each.symbol.text, each.language, "would fetch", url=address)


def _fetched(due: Sequence[Wanted], formats: Sequence[str], chosen: Settings, again: bool) -> list[Row]:
    """Downloads first, so that the library is not kept from others meanwhile; then reads what has come."""
    from ingest.fetch import Downloads, Patience, Service

    patience = Patience(delay=chosen.fetch_delay, timeout=chosen.fetch_timeout, max_wait=chosen.fetch_max_wait)
    with plain_errors(), Downloads(chosen.data_dir / FOLDER) as downloads:
        with Service(downloads, chosen.ods_url, patience=patience, told=_told) as service:
            done = _downloaded(due, formats, service, again)
        rows = [_row(each, each.result, reason=each.reason) for each in done if each.stored is None]
        come = [each for each in done if each.stored is not None]
        return rows + (_added(come, downloads) if come else [])


def _told(words: str) -> None:
    talk.print(Text(visible(words), style="yellow"))


def _downloaded(due: Sequence[Wanted], formats: Sequence[str], service: Service, again: bool) -> list[Download]:
    from ingest.fetch import At, download

    done = []
    with _bar() as bar:
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
    with open_library("fetch") as (library, chosen), _bar() as bar:
        task = bar.add_task("Reading", total=len(come), detail="")
        catalogue = catalogue_of(chosen)
        sources = [FetchedInput(each.stored, downloads) for each in come if each.stored]
        try:
            with Workers(catalogue, min(len(sources), processors())) as readers:
                outcomes = ingest(sources, library, catalogue, readers=readers)
                for each, source, outcome in zip(come, sources, outcomes, strict=True):
                    downloads.refuse(source.stored, outcome.result == "refused")
                    rows.append(_row(each, outcome.result, outcome, outcome.reason or each.reason))
                    bar.update(task, advance=1, detail=outcome.name)
        except WorkerError as error:
            raise fail(str(error)) from None
    return rows


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
        TimeElapsedColumn(),
        console=talk,
        transient=True,
    )


def _row(each: Download, result: str, outcome: Outcome | None = None, reason: str = "") -> Row:
    stored = each.stored
    row = Row(each.wanted.symbol.text, each.wanted.language, result, reason=reason)
    if stored is None:
        return row
    document = outcome.header.id if outcome and outcome.header else None
    return Row(row.symbol, row.language, result, document, stored.kind, stored.bytes, stored.sha256, stored.url, reason)


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
