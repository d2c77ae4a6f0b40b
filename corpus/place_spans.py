"""Resolves places named by a corrigendum or a person to spans of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.corrections import Correction
from corpus.decision_numbers import find_full_numbers
from corpus.documents import Block, Document, Span
from corpus.places import find_place, normalise_place_text, parse_annex_number, parse_locator, parse_mark
from corpus.tables import find_tables

_ITEM = re.compile(r"(?:^|, )item \d")
"""Locators in agendas, where a block's number is that of an item, not of a paragraph."""
_DOTTED = re.compile(r"(\d{1,2}[A-Z]?\.\d{1,3})\.?\s")


def find_place_spans(document: Document, target: str) -> tuple[Span, ...]:
    """The spans of a document at a place, given as a locator; empty where the document has no such place."""
    requested = parse_locator(target)
    if (own := _own_annex(document)) is not None:
        if parse_annex_number(requested.pop("annex", "-")) != own:
            return ()
        if not requested:
            return ((0, len(document.text)),)
    for strict in (True, False):
        blocks = list(_blocks_at(document, requested, strict))
        if blocks or document.part:
            return tuple((block.start, block.end) for block in blocks)
    return ()


@dataclass(frozen=True)
class PlacedCorrection:
    """A correction with the spans of its targets in the corrected document. `is_found`: at least one target is a
    place in the document, or in another part of the same symbol."""

    correction: Correction
    spans: tuple[tuple[str, tuple[Span, ...]], ...]
    is_found: bool

    def touched_target(self, start: int, end: int) -> str | None:
        """The first target that shares characters with `text[start:end]` of the corrected document, or None."""
        for target, spans in self.spans:
            if any(first < end and start < last for first, last in spans):
                return target
        return None


def place_correction(document: Document, correction: Correction) -> PlacedCorrection:
    """Finds the targets of a correction in the document that it corrects."""
    spans = tuple((target, find_place_spans(document, target)) for target in correction.targets)
    own = _own_annex(document)
    annexes = [parse_locator(target).get("annex") for target in correction.targets]
    elsewhere = own is not None and any(annex is not None and parse_annex_number(annex) != own for annex in annexes)
    return PlacedCorrection(correction, spans, elsewhere or any(found for _, found in spans))


def _own_annex(document: Document) -> int | str | None:
    """The number of the annex where a document is one, None otherwise."""
    part = (document.part or "").casefold()
    return parse_annex_number((document.part or "")[len("annex") :].split(",")[0]) if part.startswith("annex") else None


def _blocks_at(document: Document, requested: dict[str, str], strict: bool) -> Iterator[Block]:
    """The blocks at a place. `strict`: where no annex or article is named, blocks in annexes and articles do not match."""
    if requested.get("table") == "":
        yield from _table_of(document, requested, strict)
    elif "table" in requested:
        yield from _numbered_table(document, requested, strict)
    elif "note" in requested:
        for block in document.blocks:
            same = block.kind == "footnote" and block.number == requested["note"]
            if same and (block.page is None or requested.get("page") in (None, str(block.page))):
                yield block
    elif "para" in requested:
        yield from _paragraph(document, requested, strict)
    elif requested.keys() & {"art", "annex"}:
        yield from (block for block in document.blocks if _is_inside(block, requested, strict=False))
    elif "page" in requested:
        yield from (block for block in document.blocks if str(block.page) == requested["page"])


def _is_inside(block: Block, requested: dict[str, str], strict: bool) -> bool:
    """Whether a block is in the requested annex and article; paragraphs of the preamble match only where that is named."""
    parts = parse_locator(block.locator)
    if "para" in requested and ("preamble" in parts) != ("preamble" in requested):
        return False
    for kind in ("annex", "art"):
        if kind not in requested:
            if strict and kind in parts:
                return False
        elif kind not in parts:
            return False
        elif kind == "annex":
            one, two = parse_annex_number(parts[kind]), parse_annex_number(requested[kind])
            if one != two and one != 0 and two != 0:
                return False
        elif parse_mark(parts[kind])[0] != parse_mark(requested[kind])[0]:
            return False
    return True


def _paragraph(document: Document, requested: dict[str, str], strict: bool) -> Iterator[Block]:
    number, subs = parse_mark(requested["para"])
    found: list[tuple[Block, tuple[str, ...]]] = []
    for block in document.blocks:
        if block.kind not in ("paragraph", "item") or not _is_inside(block, requested, strict):
            continue
        numbers = block.kind == "paragraph" and not _ITEM.search(block.locator)
        mark = parse_locator(block.locator).get("para") or (block.number if numbers else "") or ""
        own, below = parse_mark(mark or _dotted(document, block))
        if own == number:
            found.append((block, below))
    exact = [block for block, below in found if below[: len(subs)] == subs]
    yield from exact or (block for block, _ in found)


def _dotted(document: Document, block: Block) -> str:
    """The number of chapter and paragraph (`24.11`) at the beginning of an unnumbered block; empty where there is none."""
    match = _DOTTED.match(document.block_text(block))
    return match.group(1) if match and block.kind == "paragraph" else ""


def _table_of(document: Document, requested: dict[str, str], strict: bool) -> Iterator[Block]:
    """The rows of the tables that belong to a place: those in it, and those between a paragraph and the next."""
    place = {kind: number for kind, number in requested.items() if kind != "table"}
    home = list(_blocks_at(document, place, strict)) if place else []
    if not home:
        return
    yield from (block for block in home if block.kind == "row")
    if "para" in place:
        for block in document.blocks[home[-1].ordinal + 1 :]:
            if block.kind == "paragraph" and (block.number or _dotted(document, block)):
                return
            if block.kind == "row":
                yield block


def _numbered_table(document: Document, requested: dict[str, str], strict: bool) -> Iterator[Block]:
    """The blocks of the table with this number in its caption, or else in its locators."""
    tables = find_tables(document)
    numbers = [table.caption_number(document) for table in tables]
    for table, number in zip(tables, numbers, strict=True):
        located = parse_locator(table.locator).get("table", "")
        part = not number and located.startswith(f"{requested['table']} (")  # "(2) Extrabudgetary" below the caption
        if part or requested["table"] == (number if any(numbers) else located):
            yield from (block for block in table.blocks if _is_inside(block, requested, strict))


def resolve_locator(document: Document, text: str) -> str | None:
    """The locator for a place as a user writes it: `annex, para. 12` for "paragraph 12", "12" or "para. 12"
    where the document has such a paragraph only there; None where it has no such place."""
    requested = text.strip()
    plain = requested.casefold()
    for block in document.blocks:
        if block.locator.casefold() == plain or block.locator.casefold().startswith((f"{plain},", f"{plain} ")):
            return block.locator[: len(requested)]
    acts = find_full_numbers(requested)
    naming = find_place(normalise_place_text(requested if not requested[:1].isdigit() else f"para. {requested}"))
    for place in naming.places if naming else ():
        for start, _ in find_place_spans(document, place):
            found = document.block_at(start)
            if found is not None and all(act in find_full_numbers(found.locator) for act in acts):
                table = found.locator.rpartition(", ")[0] if found.kind == "row" else ""
                return table or found.locator
    return None
