"""Validates the reply of a worker, which the file that it read may have taken over."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from corpus.documents import Document
from corpus.meetings import Meeting
from corpus.serialization import SerializationError
from corpus.symbols import document_url, same_document
from ingest.document_reading import READER_VERSION, Input
from ingest.identify import LONGEST_TITLE
from ingest.readers import visible

_LONGEST = {
    "title": LONGEST_TITLE,
    "slug": 200,
    "short": 1_000,
    "part": 1_000,
    "date": 100,
    "kind": 100,
    "proof": 1_000,
}
_SENTENCES, _SENTENCE = 100, 1_000


@dataclass(frozen=True)
class Reply:
    """A parsed reply of `size` bytes: the document and meeting, why the file is refused, or what ended the worker."""

    document: Document | None = None
    meeting: Meeting | None = None
    size: int = 0
    refused: str = ""
    fault: str = ""
    memory: bool = False


class BadReply(Exception):
    """The reply is invalid; the message says why."""


def parse(message: bytes, number: str, source: Input, sha256: str) -> Reply:
    """The reply about one file. Raises `BadReply` for anything that is not a reply about this file."""
    try:
        data = json.loads(message)
    except (ValueError, RecursionError):
        raise BadReply("no JSON") from None
    if not isinstance(data, dict):
        raise BadReply("no object")
    if data.get("memory") is True:
        return Reply(memory=True)
    if isinstance(data.get("fault"), str):
        return Reply(fault=_sentence(data["fault"]))
    if data.get("number") != number:
        raise BadReply("an answer about another file")
    if isinstance(data.get("refused"), str):
        return Reply(refused=_sentence(data["refused"]))
    try:
        document = _document(data.get("document"), source, sha256)
        return Reply(document, _meeting(data.get("meeting"), document), len(message))
    except ValueError as error:
        raise BadReply(_sentence(str(error))) from None


def _sentence(text: str) -> str:
    return visible(text)[:2_000]


def _document(data: Any, source: Input, sha256: str) -> Document:
    """The document of a reply; fields that others rely on are checked, or set here instead of by the worker."""
    parsed = Document.from_json(data)
    for name, most in _LONGEST.items():
        if len(getattr(parsed, name) or "") > most:
            raise SerializationError(f"the document's {name} is too long.")
    given = source.symbol if source.symbol_given else None
    if given is not None and (parsed.symbol is None or not same_document(parsed.symbol, given)):
        raise SerializationError("the document bears another symbol than was asked for.")
    if source.language not in (None, parsed.language):
        raise SerializationError("the document is in another language than was asked for.")
    for block in parsed.blocks:
        parent = -1 if block.parent is None else block.parent
        if parent >= block.ordinal or (block.parent is not None and parent < 0):
            raise SerializationError(f"block {block.ordinal} of the document stands under a later one.")
        spans = [cell for cell in block.cells if cell is not None]
        if any(not block.start <= start <= end <= block.end for start, end in spans):
            raise SerializationError(f"a cell of block {block.ordinal} of the document lies outside it.")
    if parsed.reissue < 0 or any(count < 0 for count in parsed.pages):
        raise SerializationError("the document counts below nothing.")
    return replace(
        parsed,
        source=source.name,
        origin=source.file_id,
        sha256=sha256,
        reader=READER_VERSION,
        verified=source.symbol_given and parsed.edition == "official",
        url=document_url(parsed.symbol, parsed.language) if parsed.symbol else None,
        warnings=tuple(visible(warning)[:_SENTENCE] for warning in parsed.warnings[:_SENTENCES]),
    )


def _meeting(data: Any, document: Document) -> Meeting | None:
    if data is None:
        return None
    parsed = Meeting.from_json(data)
    if parsed.document_id != document.id:
        raise SerializationError("the meeting is that of another document.")
    rows: list[int | None] = [parsed.masthead]
    for item in parsed.items:
        rows += [item.listed, item.heading, *item.annotations, *item.without_symbol]
        rows += (block for _, block in item.documentation)
    for sitting in parsed.timetable:
        rows += [sitting.day_row, sitting.time_row, sitting.last, *(each.row for each in sitting.items)]
    if any(row is not None and not 0 <= row < len(document.blocks) for row in rows):
        raise SerializationError("the meeting points at blocks that the document does not have.")
    parsed.announced_symbols()  # each announced symbol must be one
    return parsed
