"""What a worker says, checked: it may have been taken over by the file that it read."""

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
    """An answer, taken apart: the document with its meeting; or why the file is refused; or what the worker died of.
    `size` is that of the answer in bytes."""

    document: Document | None = None
    meeting: Meeting | None = None
    size: int = 0
    refused: str = ""
    fault: str = ""
    memory: bool = False


class BadReply(Exception):
    """The answer is none; the message says what is wrong with it."""


def parse(message: bytes, number: str, source: Input, sha256: str) -> Reply:
    """The answer about one file. Raises `BadReply` for anything that is no answer about this file."""
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
    """A document of which nothing that others rely on is the worker's word alone."""
    made = Document.from_json(data)
    for name, most in _LONGEST.items():
        if len(getattr(made, name) or "") > most:
            raise SerializationError(f"the document's {name} is too long.")
    if source.symbol is not None and (made.symbol is None or not same_document(made.symbol, source.symbol)):
        raise SerializationError("the document bears another symbol than was asked for.")
    if source.language not in (None, made.language):
        raise SerializationError("the document is in another language than was asked for.")
    for block in made.blocks:
        parent = -1 if block.parent is None else block.parent
        if parent >= block.ordinal or (block.parent is not None and parent < 0):
            raise SerializationError(f"block {block.ordinal} of the document stands under a later one.")
        spans = [cell for cell in block.cells if cell is not None]
        if any(not block.start <= start <= end <= block.end for start, end in spans):
            raise SerializationError(f"a cell of block {block.ordinal} of the document lies outside it.")
    if made.reissue < 0 or any(count < 0 for count in made.pages):
        raise SerializationError("the document counts below nothing.")
    return replace(
        made,
        source=source.name,
        origin=source.place,
        sha256=sha256,
        reader=READER_VERSION,
        url=document_url(made.symbol, made.language) if made.symbol else None,
        warnings=tuple(visible(warning)[:_SENTENCE] for warning in made.warnings[:_SENTENCES]),
    )


def _meeting(data: Any, document: Document) -> Meeting | None:
    if data is None:
        return None
    made = Meeting.from_json(data)
    if made.document_id != document.id:
        raise SerializationError("the meeting is that of another document.")
    rows: list[int | None] = [made.masthead, *made.mandate]
    for item in made.items:
        rows += [item.listed, item.heading, *item.annotations, *(block for _, block in item.documentation)]
    for sitting in made.timetable:
        rows += [sitting.day_row, sitting.time_row, sitting.last, *(each.row for each in sitting.items)]
    if any(row is not None and not 0 <= row < len(document.blocks) for row in rows):
        raise SerializationError("the meeting points at blocks that the document does not have.")
    made.announced_symbols()  # each announced symbol must be one
    return made
