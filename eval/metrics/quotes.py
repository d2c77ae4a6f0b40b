"""Whether quotes are the exact words of the documents."""

from __future__ import annotations

from collections.abc import Callable

from eval.runs.records import Cited, Record


def is_exact(cited: Cited, text_of: Callable[[str], str]) -> bool:
    """Whether `text[start:end] == quote`; without offsets, whether the quote stands in the text, character by character.

    `text_of` gives the canonical text of `cited.source` (else of the document key) and raises `KeyError` for a document
    that it does not know: a quote of an unknown document is not exact. Nor is an empty one.
    """
    try:
        text = text_of(cited.source or cited.document)
    except KeyError:
        return False
    if not cited.quote.strip():
        return False
    if cited.start is None or cited.end is None:
        return cited.quote in text
    return 0 <= cited.start < cited.end and text[cited.start : cited.end] == cited.quote


def quote_exact(record: Record, text_of: Callable[[str], str]) -> float | None:
    """The share of a record's citations whose quotes are exact, 0..1; None where nothing is cited.

    The promise that it checks is the project's own (`document.text[start:end] == quote`, always): no published metric.
    """
    if not record.citations:
        return None
    return sum(is_exact(cited, text_of) for cited in record.citations) / len(record.citations)
