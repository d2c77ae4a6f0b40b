"""What became of files that were ingested, in words and as records: for terminal, page and API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corpus.documents import Document
from corpus.store import Header
from ingest.memory import LEAST_CHARACTERS, thin_pages
from ingest.outcomes import Outcome
from ingest.readers import visible


def line(outcome: Outcome) -> str:
    """An outcome on one line."""
    said = outcome.reason
    if outcome.before:
        said = f"{said} (as before; --again reads it anew)"
    elif outcome.header is not None and outcome.result in ("added", "replaced", "unchanged"):
        header = outcome.header
        said = f"{_named(header)}, "
        said += f"{outcome.passages} passages" if outcome.passages else "held already"
        if outcome.document is not None and outcome.document.pages:
            said += f", {coverage(outcome.document)}"
    elif outcome.header is not None and outcome.result == "removed":
        said = f"{_named(outcome.header)}, whose file is gone"
    named = said if said.startswith((f"{outcome.name} ", f"{outcome.name}: ")) else f"{outcome.name}: {said}"
    return " ".join(f"{outcome.result:<10} {named}".splitlines())


def _named(header: Header) -> str:
    edition = f"{header.edition} (unverified)" if header.unverified else header.edition
    return f"{header.label} ({header.language}, {edition})"


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


def outcome_record(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON, with the line about it for people, and what they should know."""
    return {
        **record(outcome),
        "line": line(outcome),
        "notes": [{"result": word, "text": sentence} for word, sentence in worth_knowing(outcome)],
    }


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


def worth_knowing(outcome: Outcome) -> list[tuple[str, str]]:
    """What of an outcome belongs in the table at the end: why a file is not held, what was not found in one that is."""
    if outcome.result in ("skipped", "refused"):
        return [(outcome.result, outcome.reason)]
    document = outcome.document
    if document is None:
        return []
    pages = [coverage(document)] if thin_pages(document) else []
    return [(outcome.result, sentence) for sentence in [*pages, *document.warnings]]
