"""Which words of a document the places are that a corrigendum or a person names."""

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
"""Of an agenda the number is that of an item, not of a paragraph."""
_DOTTED = re.compile(r"(\d{1,2}[A-Z]?\.\d{1,3})\.?\s")


def find_place_spans(document: Document, target: str) -> tuple[Span, ...]:
    """The spans of a document that lie at a place that a corrigendum names; empty where it has no such place."""
    wanted = parse_locator(target)
    if (own := _own_annex(document)) is not None:
        if parse_annex_number(wanted.pop("annex", "-")) != own:
            return ()
        if not wanted:
            return ((0, len(document.text)),)
    for strict in (True, False):
        blocks = list(_at(document, wanted, strict))
        if blocks or document.part:
            return tuple((block.start, block.end) for block in blocks)
    return ()


@dataclass(frozen=True)
class PlacedCorrection:
    """A correction with the spans of the corrected document that its targets are. `known`: at least one target is a
    place in the document, or in another part of what the document is a part of."""

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
    """The number of the annex that a document is, None where it is none."""
    part = (document.part or "").casefold()
    return parse_annex_number((document.part or "")[len("annex") :].split(",")[0]) if part.startswith("annex") else None


def _at(document: Document, wanted: dict[str, str], strict: bool) -> Iterator[Block]:
    """Blocks at a place. `strict`: a place outside the annexes and articles is meant where none is named."""
    if wanted.get("table") == "":
        yield from _table_of(document, wanted, strict)
    elif "table" in wanted:
        yield from _numbered_table(document, wanted, strict)
    elif "note" in wanted:
        for block in document.blocks:
            same = block.kind == "footnote" and block.number == wanted["note"]
            if same and (block.page is None or wanted.get("page") in (None, str(block.page))):
                yield block
    elif "para" in wanted:
        yield from _paragraph(document, wanted, strict)
    elif wanted.keys() & {"art", "annex"}:
        yield from (block for block in document.blocks if _outer(block, wanted, strict=False))
    elif "page" in wanted:
        yield from (block for block in document.blocks if str(block.page) == wanted["page"])


def _outer(block: Block, wanted: dict[str, str], strict: bool) -> bool:
    """Whether a block lies in the annex and article that are wanted; a paragraph of the preamble only where that is named."""
    parts = parse_locator(block.locator)
    if "para" in wanted and ("preamble" in parts) != ("preamble" in wanted):
        return False
    for kind in ("annex", "art"):
        if kind not in wanted:
            if strict and kind in parts:
                return False
        elif kind not in parts:
            return False
        elif kind == "annex":
            one, two = parse_annex_number(parts[kind]), parse_annex_number(wanted[kind])
            if one != two and one != 0 and two != 0:
                return False
        elif parse_mark(parts[kind])[0] != parse_mark(wanted[kind])[0]:
            return False
    return True


def _paragraph(document: Document, wanted: dict[str, str], strict: bool) -> Iterator[Block]:
    number, subs = parse_mark(wanted["para"])
    found: list[tuple[Block, tuple[str, ...]]] = []
    for block in document.blocks:
        if block.kind not in ("paragraph", "item") or not _outer(block, wanted, strict):
            continue
        numbers = block.kind == "paragraph" and not _ITEM.search(block.locator)
        mark = parse_locator(block.locator).get("para") or (block.number if numbers else "") or ""
        own, below = parse_mark(mark or _dotted(document, block))
        if own == number:
            found.append((block, below))
    exact = [block for block, below in found if below[: len(subs)] == subs]
    yield from exact or (block for block, _ in found)


def _dotted(document: Document, block: Block) -> str:
    """The chapter's number and the paragraph's that an unnumbered block begins with: `24.11`."""
    match = _DOTTED.match(document.block_text(block))
    return match.group(1) if match and block.kind == "paragraph" else ""


def _table_of(document: Document, wanted: dict[str, str], strict: bool) -> Iterator[Block]:
    """The rows of the tables that go with a place: those in it, and those behind a paragraph before the next."""
    place = {kind: number for kind, number in wanted.items() if kind != "table"}
    home = list(_at(document, place, strict)) if place else []
    if not home:
        return
    yield from (block for block in home if block.kind == "row")
    if "para" in place:
        for block in document.blocks[home[-1].ordinal + 1 :]:
            if block.kind == "paragraph" and (block.number or _dotted(document, block)):
                return
            if block.kind == "row":
                yield block


def _numbered_table(document: Document, wanted: dict[str, str], strict: bool) -> Iterator[Block]:
    """The blocks of a table: the one whose caption bears the number, else the one so numbered in its locators."""
    tables = find_tables(document)
    numbers = [table.caption_number(document) for table in tables]
    for table, number in zip(tables, numbers, strict=True):
        located = parse_locator(table.locator).get("table", "")
        part = not number and located.startswith(f"{wanted['table']} (")  # "(2) Extrabudgetary" below the caption
        if part or wanted["table"] == (number if any(numbers) else located):
            yield from (block for block in table.blocks if _outer(block, wanted, strict))


def resolve_locator(document: Document, text: str) -> str | None:
    """The locator that a person means who writes a place: `annex, para. 12` for "paragraph 12", "12" or "para. 12"
    where the document has it there only; None where it has no such place."""
    wanted = text.strip()
    plain = wanted.casefold()
    for block in document.blocks:
        if block.locator.casefold() == plain or block.locator.casefold().startswith((f"{plain},", f"{plain} ")):
            return block.locator[: len(wanted)]
    acts = find_full_numbers(wanted)
    naming = find_place(normalise_place_text(wanted if not wanted[:1].isdigit() else f"para. {wanted}"))
    for place in naming.places if naming else ():
        for start, _ in find_place_spans(document, place):
            found = document.block_at(start)
            if found is not None and all(act in find_full_numbers(found.locator) for act in acts):
                table = found.locator.rpartition(", ")[0] if found.kind == "row" else ""
                return table or found.locator
    return None
