"""Formats answers and meetings for a terminal. Text from documents is printed as it is, never as markup."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from assistant.answer_phrases import doubt, place_text, say
from assistant.markdown import format_place, remark
from assistant.qa.answer import Answer, Event, Finished, Statement, StatementEvent, answer_events
from assistant.row_tables import Find, grid_of, without_bars
from corpus.corpus_errors import DocumentNotFound
from corpus.documents import Document
from corpus.meetings import Meeting
from corpus.symbols import Symbol, document_url

_STATUS_STYLES = {
    "answered": "green",
    "partial": "yellow",
    "tentative": "yellow",
    "not_found": "yellow",
    "refused": "red",
}


def _unknown(document_id: str) -> Document:
    raise DocumentNotFound(document_id)


def print_answer(console: Console, answer: Answer, find: Find = _unknown) -> None:
    """Prints statements with citation numbers, quoted rows as a table where `find` returns their document, then each citation
    with its exact words."""
    print_events(console, [*answer_events(answer), Finished(answer)], find)


def print_events(console: Console, events: Iterable[Event], find: Find = _unknown) -> None:
    """Prints an answer event by event; the output is the same as that of `print_answer`."""
    for event in events:
        if isinstance(event, StatementEvent):
            if event.doubt and event.index == 0:
                console.print(Text(event.doubt, style=f"italic {_STATUS_STYLES['tentative']}"))
            _print_statement(console, event.statement, event.numbers, find)
        elif isinstance(event, Finished):
            _print_citations(console, event.answer)


def _print_statement(console: Console, statement: Statement, numbers: Sequence[int], find: Find) -> None:
    marks, grid = "".join(f"[{n}]" for n in numbers), grid_of(find, statement)
    if grid is None:
        bars = " | " in statement.text
        pieces = [(without_bars(statement.text), False)] if bars else statement.pieces
        spans = [(words, "bold" if answers else "") for words, answers in pieces]
        console.print(Text.assemble(*spans, " ", (marks, "cyan")))
        return
    if grid.lead:
        console.print(Text(grid.lead))
    width = len(grid.rows[0] if grid.rows else grid.head[0])
    heads = [Column(Text("\n".join(filter(None, (row[n] for row in grid.head))))) for n in range(width)]
    table = Table(*heads, box=SIMPLE_HEAD if grid.head else None)
    for n, row in enumerate(grid.rows):
        table.add_row(*(Text(cell, style="bold" if (n, m) in grid.answers else "") for m, cell in enumerate(row)))
    console.print(table)
    console.print(Text(marks, style="cyan"))


def _print_citations(console: Console, answer: Answer) -> None:
    reason = answer.reason.removeprefix(doubt(answer.status, answer.language)).strip()
    console.print(Text(reason, style=f"italic {_STATUS_STYLES[answer.status]}"))
    for note in answer.notes:
        console.print(Text(note, style="italic yellow"))
    if answer.absent:
        symbol = shlex.quote(answer.absent)
        fetched = "" if document_url(Symbol.parse_any(answer.absent)) is None else f"rapporteur fetch {symbol}, or "
        console.print(Text(f"To add it: {fetched}rapporteur ingest FILE --symbol {symbol}"))
    elif reason == say("empty_library", answer.language):
        console.print(Text("To add documents: rapporteur ingest FILE..., or rapporteur ingest --starter"))
    if answer.citations:
        console.print()
    for n, citation in enumerate(answer.citations, 1):
        place = format_place(citation, answer.language)
        console.print(Text.assemble((f"[{n}] ", "cyan"), (place, "bold"), remark(citation, answer.language)))
        quote = [without_bars(line) if " | " in line else line for line in citation.quote.split("\n") if line]
        console.print(Text("    “" + "\n     ".join(quote) + "”"))
        if citation.url and citation.url not in (each.url for each in answer.citations[: n - 1]):
            console.print(Text(f"    {citation.url}", style="dim"))
    if answer.see_also:
        console.print(Text(say("see_also", answer.language)))
        for pointer in answer.see_also:
            address = f"  {pointer.url}" if pointer.url else ""
            console.print(Text(f"  - {place_text(pointer.locator, answer.language)}{address}"))


def print_meeting(console: Console, meeting: Meeting, agenda: str) -> None:
    """Prints the timetable of a meeting, and its items with the documents announced for them; `agenda`: label of its agenda."""
    dates = ", ".join(day.isoformat() for day in meeting.dates)
    where = ", ".join(part for part in (meeting.place, dates) if part)
    console.print(Text(f"{meeting.body}{': ' if where else ''}{where} ({agenda})", style="bold"))
    table = Table("Day", "Time", "Item", "Title")
    for sitting in meeting.timetable:
        if not sitting.items:
            table.add_row(Text(sitting.day_label), Text(sitting.time_label), "", Text(sitting.words))
        for n, row in enumerate(sitting.items):
            title = row.title + (" (continued)" if row.continued else "")
            day, times = (sitting.day_label, sitting.time_label) if n == 0 else ("", "")
            table.add_row(Text(day), Text(times), Text(row.number), Text(title))
    console.print(table)
    table = Table("Item", "Title", "Documentation")
    for item in meeting.items:
        table.add_row(Text(item.number), Text(item.title), Text(", ".join(symbol for symbol, _ in item.documentation)))
    console.print(table)
