"""How the outcomes of an ingestion are printed: each as a line of data, what a person should know at the end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import typer
from rich.table import Column, Table
from rich.text import Text

from assistant.cli.session import data, talk
from corpus.documents import Document
from ingest.memory import LEAST_CHARACTERS, thin_pages
from ingest.outcomes import Outcome
from ingest.readers import visible

MOST_ROWS = 50
"""Rows of one kind in the table at the end; each outcome has had a line of its own."""

_RESULTS = ("added", "replaced", "skipped", "unchanged", "refused", "removed")
_STYLES = {"refused": "red", "skipped": "yellow"}


@dataclass
class Report:
    """Prints outcomes on stdout as they come, and keeps what the table at the end needs."""

    as_json: bool = False
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_RESULTS, 0))
    notes: list[str] = field(default_factory=list)
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    _left_out: int = 0

    @property
    def failed(self) -> bool:
        """Whether something that was named could not be read."""
        return bool(self.counts["refused"]) or (bool(self.notes) and not any(self.counts.values()))

    def note(self, sentence: str) -> None:
        """A sentence for the end."""
        self.notes.append(sentence)

    def add(self, outcome: Outcome) -> None:
        """Prints an outcome."""
        self.counts[outcome.result] += 1
        if self.as_json:
            typer.echo(json.dumps(record(outcome), ensure_ascii=False))
        else:
            # Where both are one terminal, the console of the progress bar must know of every line.
            console = talk if talk.is_terminal and data.is_terminal else data
            console.print(Text(visible(line(outcome)), style=_STYLES.get(outcome.result, "")))
        for word, sentence in _worth_knowing(outcome):
            if sum(row[0] == word for row in self.rows) < MOST_ROWS:
                self.rows.append((word, outcome.name, sentence))
            else:
                self._left_out += 1

    def summary(self) -> None:
        """Prints, on stderr, what a person should know of what has been added so far, and forgets it."""
        for note in self.notes:
            talk.print(Text(visible(note), style="yellow"))
        alone = sum(self.counts.values()) == 1
        if any(not alone or row[0] not in ("skipped", "refused") for row in self.rows):
            table = Table("Result", Column("File", overflow="fold", ratio=1), Column("What to know", ratio=2))
            for word, name, sentence in sorted(self.rows, key=lambda row: row[0]):
                table.add_row(Text(word), Text(visible(name).rpartition("/")[2]), Text(visible(sentence)))
            talk.print(table)
            if self._left_out:
                talk.print(f"{self._left_out} more rows of this kind; each file has a line above.")
        counted = ", ".join(f"{n} {result}" for result, n in self.counts.items() if n)
        talk.print(counted or "nothing to do", markup=False)
        self.rows, self._left_out = [], 0


def line(outcome: Outcome) -> str:
    """An outcome on one line."""
    said = outcome.reason
    if outcome.before:
        said = f"{said} (as before; --again reads it anew)"
    elif outcome.header is not None and outcome.result in ("added", "replaced", "unchanged"):
        header = outcome.header
        said = f"{header.label} ({header.language}, {header.edition}), "
        said += f"{outcome.passages} passages" if outcome.passages else "held already"
        if outcome.document is not None and outcome.document.pages:
            said += f", {coverage(outcome.document)}"
    elif outcome.header is not None and outcome.result == "removed":
        said = f"{outcome.header.label} ({outcome.header.language}, {outcome.header.edition}), whose file is gone"
    named = said if said.startswith((f"{outcome.name} ", f"{outcome.name}: ")) else f"{outcome.name}: {said}"
    return " ".join(f"{outcome.result:<10} {named}".splitlines())


def record(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON."""
    header, document = outcome.header, outcome.document
    made: dict[str, Any] = {
        "file": visible(outcome.name),
        "result": outcome.result,
        "document": header.id if header else None,
        "symbol": header.symbol if header else None,
        "language": header.language if header else None,
        "edition": header.edition if header else None,
        "format": header.format if header else None,
        "passages": outcome.passages,
        "reason": visible(outcome.reason),
        "before": outcome.before,
    }
    if document is not None:
        thin = thin_pages(document)
        made |= {"pages": len(document.pages), "thin_pages": list(thin), "warnings": list(document.warnings)}
    return made


def coverage(document: Document) -> str:
    """On how many pages of a paged document there is text, and on which there is next to none."""
    thin = thin_pages(document)
    said = f"text on {len(document.pages) - len(thin)} of {len(document.pages)} pages"
    return f"{said} (under {LEAST_CHARACTERS} characters on {ranges(thin)})" if thin else said


def ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers with runs drawn together: `1, 4-6`; at most twelve runs."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    parts = [f"{first}-{last}" if last > first else str(first) for first, last in runs]
    return ", ".join(parts[:12] + ["..."] * (len(parts) > 12))


def _worth_knowing(outcome: Outcome) -> list[tuple[str, str]]:
    """What of an outcome belongs in the table at the end: why a file is not held, what was not found in one that is."""
    if outcome.result in ("skipped", "refused"):
        return [(outcome.result, outcome.reason)]
    document = outcome.document
    if document is None:
        return []
    pages = [coverage(document)] if thin_pages(document) else []
    return [(outcome.result, sentence) for sentence in [*pages, *document.warnings]]
