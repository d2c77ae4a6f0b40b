"""Builds the canonical text of a document and its blocks, each with its locator, from pieces."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, zip_longest

from corpus.documents import Block, Span
from corpus.places import join_locator
from corpus.roman import ordinal_word
from ingest.agenda_form import AgendaForm, find_agenda_form
from ingest.locators import (
    ReadingPosition,
    TextKind,
    build_locator,
    enter_act,
    enter_agenda_piece,
    enter_heading,
    find_opening,
    heading_rank,
    is_one_of_parts,
    leave_act,
    parse_article,
    shorten,
)
from ingest.nested_texts import Acts, find_acts
from ingest.speakers import find_speeches, role_of
from ingest.structure import Piece
from ingest.timetable_grid import has_day_headings

_COUNT = re.compile(r"(\d+)([A-Z]?)")


def detect_text_kind(pieces: Sequence[Piece], body: str = "") -> TextKind:
    """The kind of a text, from its headings. `body` is the name of the body in its masthead."""
    headings = [piece.text for piece in pieces if piece.kind == "heading"]
    resolved = find_opening(pieces) is not None
    if not resolved and find_agenda_form(pieces, body) is not None:
        return "agenda"
    if sum(bool(parse_article(text)) for text in headings) >= 3:
        return "treaty"
    return "resolution" if resolved else "numbered"


def build_blocks(
    pieces: Sequence[Piece], kind: TextKind, digest: bool = False, headed: bool = False, body: str = ""
) -> tuple[str, tuple[Block, ...]]:
    """The canonical text, blocks separated by blank lines, and the blocks that point into it. `headed` says that the
    reader knows which rows are table headers; else the first row of a table is its header. `body` is the name of the body in the masthead."""
    form = find_agenda_form(pieces, body) if kind == "agenda" else None
    layout = _Layout(pieces, kind, digest, headed, form or AgendaForm())
    for ordinal in range(len(pieces)):
        layout.add(ordinal)
    return "".join(layout.text), _with_unique_locators(layout.blocks, pieces)


class _Layout:
    """Lays out pieces one after the other: has the text and blocks so far, and the open headings, lists and table."""

    def __init__(self, pieces: Sequence[Piece], kind: TextKind, digest: bool, headed: bool, form: AgendaForm) -> None:
        self._pieces, self._kind, self._digest, self._headed = pieces, kind, digest, headed
        self._position = ReadingPosition(headed=headed, form=form)
        self._acts = find_acts(pieces) if kind in ("resolution", "numbered") else Acts()
        opening = find_opening(pieces) if kind == "resolution" else None
        self._openings = self._acts.openings or ({opening} if opening is not None else set())
        has_speeches = kind in ("resolution", "numbered")
        lines = [(role_of(piece.kind, piece.number, piece.part), piece.body) for piece in pieces if has_speeches]
        self._speeches = find_speeches(lines)
        self._act_rank = 0  # rank of the heading of the open decision
        titles = Counter(" ".join(piece.text.split()) for piece in pieces if piece.kind == "heading")
        self._repeated = {title for title, count in titles.items() if count > 1}
        self.text: list[str] = []
        self.blocks: list[Block] = []
        self._offset = 0
        self._used_locators: set[str] = set()
        self._headings: list[tuple[int, int]] = []  # (rank, ordinal), outermost first
        self._open: dict[int, int] = {}  # depth -> ordinal
        # Items and labels that an unnumbered paragraph interrupted; they may continue after it.
        self._interrupted: tuple[dict[int, int], dict[int, str]] = ({}, {})
        self._annex_by_mark: dict[str, str] = {}  # footnote mark -> annex in which it was last used
        self._header: tuple[str, ...] = ()
        self._row_above: tuple[str, ...] = ()  # the row above, with its blank cells filled

    def add(self, ordinal: int) -> None:
        """Adds the next piece."""
        piece = self._pieces[ordinal]
        if ordinal:
            self._write("\n" if piece.kind == "row" and self._pieces[ordinal - 1].kind == "row" else "\n\n")
        place = self._place_heading if piece.kind == "heading" else self._place_in_text
        parent, locator = place(piece, ordinal)
        if piece.kind == "footnote" and locator in self._used_locators and piece.page:
            locator = f"{locator} (p. {piece.page})"
        self._used_locators.add(locator)
        self._annex_by_mark |= dict.fromkeys(piece.marks, self._position.annex)
        row = piece.kind == "row"
        self.blocks.append(
            Block(
                ordinal=ordinal,
                kind=piece.kind,
                start=self._offset,
                end=self._offset + len(piece.text),
                locator=locator,
                number=piece.number,
                body_start=self._offset + min(piece.body_start, len(piece.text)),
                level=self._headings[-1][0] if piece.kind == "heading" else piece.depth,
                parent=parent,
                page=piece.page,
                cells=_cell_spans(piece, self._offset) if row else (),
                context=self._row_context(piece, ordinal) if row else "",
                marks=piece.marks,
            )
        )
        self._write(piece.text)

    def _write(self, words: str) -> None:
        self.text.append(words)
        self._offset += len(words)

    def _place_heading(self, piece: Piece, ordinal: int) -> tuple[int | None, str]:
        """The parent and the locator of a heading; it ends open lists and headings of the same or a deeper level."""
        rank = heading_rank(piece, ordinal, self._kind, self._position, bool(self.blocks))
        label = self._acts.labels.get(ordinal, "")
        if ordinal in self._acts.ends:
            leave_act(self._position)
        if ordinal in self._acts.annex_ends:
            self._position.annex = self._position.outer = ""
        if label:
            self._act_rank = rank
        elif self._position.act:
            rank = max(rank, self._act_rank + 1)
        while self._headings and self._headings[-1][0] >= rank:
            self._headings.pop()
        parent = self._headings[-1][1] if self._headings else None
        self._headings.append((rank, ordinal))
        self._open, self._position.labels, self._interrupted = {}, {}, ({}, {})
        repeated = parent is not None and " ".join(piece.text.split()) in self._repeated
        above = self._pieces[parent].text if parent is not None and repeated else ""
        first = not any(block.kind == "heading" for block in self.blocks) and not is_one_of_parts(piece, self._pieces)
        if label:
            return parent, enter_act(label, piece.text, self._position)
        return parent, enter_heading(piece, ordinal, self._kind, self._position, first, above)

    def _place_in_text(self, piece: Piece, ordinal: int) -> tuple[int | None, str]:
        """The item or heading that a piece belongs to, and its locator."""
        position = self._position
        speech = self._speeches[ordinal] if self._speeches else None
        position.speaker = speech.speaker if speech else ""
        if piece.continues_list and 1 not in position.labels and piece.depth in self._interrupted[1]:
            self._open, position.labels = self._interrupted
        outer = [depth for depth in self._open if piece.depth and depth < piece.depth]
        parent = self._open[max(outer)] if outer else self._headings[-1][1] if self._headings else None
        if piece.depth:
            self._open = {d: o for d, o in self._open.items() if d < piece.depth} | {piece.depth: ordinal}
            position.labels = {d: n for d, n in position.labels.items() if d < piece.depth}
            position.labels[piece.depth] = piece.number or ""
        elif piece.kind == "paragraph":
            self._interrupted = (self._open, position.labels) if position.labels else self._interrupted
            # A list may be introduced by a paragraph without a number.
            self._open = {1: ordinal} if piece.text.rstrip().endswith((":", "：")) else {}
            position.labels = {}
        if ordinal in self._openings:
            position.opened, position.preambular = True, 0
        if self._kind == "agenda":
            enter_agenda_piece(ordinal, position)
            position.labels = {} if ordinal in position.form.items else position.labels
            if (number := position.form.listed.get(ordinal)) and not piece.number:
                position.labels = {1: number}  # "Item 3: Harbour lamps"
        is_below_table = _is_below_table(self._pieces, ordinal)
        is_table_caption = _is_table_caption(self._pieces, ordinal)
        if piece.kind == "footnote":  # its text may stand at the end of the file, outside the annex
            position = replace(position, annex=self._annex_by_mark.get(piece.number or "", position.annex))
        return parent, build_locator(piece, self._kind, position, self._digest, is_below_table, is_table_caption)

    def _row_context(self, piece: Piece, ordinal: int) -> str:
        """The table header of a row and what its blank cells inherit; `header` for a header row itself."""
        first = not self.blocks or self.blocks[-1].kind != "row" or self._pieces[ordinal - 1].table != piece.table
        heads = piece.header if self._headed else first
        if heads:
            self._header = piece.cells if first else _merge_headers(self._header, piece.cells)
        elif first:
            self._header = ()
        self._row_above = piece.cells if first else fill_from_above(self._row_above, piece.cells)
        if piece.part == "contents":
            return ""
        blanks = self._row_above if self._row_above != piece.cells else ()
        return "header" if heads else _format_context(self._header, blanks, self._position, self._kind)


def _with_unique_locators(blocks: Sequence[Block], pieces: Sequence[Piece]) -> tuple[Block, ...]:
    """The blocks, each with a unique locator. Texts within a text, such as drafts in a report, count their
    paragraphs anew: the longest count keeps its locators, the others get the heading above them in addition, or else
    their page."""
    runs: list[int] = []  # for each block the ordinal of the paragraph with which its count begins
    length: Counter[int] = Counter()
    last: tuple[tuple[int, str], ...] = ()
    run = 0
    for block in blocks:
        if block.kind == "paragraph" and block.number:
            # "29D.3" after "29D.2"
            value = tuple((int(digits), letter) for digits, letter in _COUNT.findall(block.number))
            run = block.ordinal if value <= last else run
            last = value
            length[run] += 1
        runs.append(run)
    by_locator: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        if block.number and block.kind in ("paragraph", "item"):
            by_locator[block.locator].append(block)
    new_locators: dict[int, str] = {}
    for locator, blocks_there in by_locator.items():
        main = max(blocks_there, key=lambda block: (length[runs[block.ordinal]], -block.ordinal))
        outer, _, inner = locator.rpartition(", ")
        taken = Counter({locator: 1})
        for block in blocks_there:
            if block is main:
                continue
            heading = _find_heading(blocks, block)
            section = f"section “{shorten(' '.join(pieces[heading].text.split()))}”" if heading is not None else ""
            new = join_locator(outer, section, inner)
            if taken[new] and block.page:
                new = f"{new} (p. {block.page})"
            taken[new] += 1
            new_locators[block.ordinal] = new if taken[new] == 1 else f"{new}, {ordinal_word(taken[new])} of these"
    return tuple(replace(block, locator=new_locators.get(block.ordinal, block.locator)) for block in blocks)


def _find_heading(blocks: Sequence[Block], block: Block) -> int | None:
    above = block.parent
    while above is not None and blocks[above].kind != "heading":
        above = blocks[above].parent
    return above


def _cell_spans(piece: Piece, offset: int) -> tuple[Span | None, ...]:
    """The spans of the cells of a row in the canonical text; None for blank ones. `offset` is that of the row."""
    spans: list[Span | None] = []
    at = 0
    for cell in piece.cells:
        if not cell:
            spans.append(None)
            continue
        at = piece.text.index(cell, at)
        spans.append((offset + at, offset + at + len(cell)))
        at += len(cell)
    return tuple(spans)


def fill_from_above(above: tuple[str, ...], cells: tuple[str, ...]) -> tuple[str, ...]:
    """The cells of a row, where blank ones before the first filled one take the text of the row above."""
    taken = above[: next((n for n, cell in enumerate(cells) if cell), len(cells))]
    return (*taken, *cells[len(taken) :])


def _format_context(header: tuple[str, ...], cells: tuple[str, ...], position: ReadingPosition, kind: TextKind) -> str:
    """The header of a row and what its blank cells inherit; in an organization of work, the day and time."""
    if kind == "agenda" and (position.day or position.time) and not has_day_headings(header):
        return ", ".join(part for part in (position.day, position.time) if part)
    rows = (" | ".join(cell for cell in row if cell) for row in (header, cells))
    return "; ".join(part for part in (position.caption, *rows) if part)


def _merge_headers(header: tuple[str, ...], cells: tuple[str, ...]) -> tuple[str, ...]:
    """Two header rows as one."""
    return tuple(" ".join(part for part in column if part) for column in zip_longest(header, cells, fillvalue=""))


def _is_below_table(pieces: Sequence[Piece], ordinal: int) -> bool:
    """Whether a footnote stands below a table; the table's source and other notes may stand between."""
    above = (piece for piece in reversed(pieces[max(0, ordinal - 30) : ordinal]) if piece.kind != "footnote")
    for piece in islice(above, 8):
        if piece.kind == "row":
            return piece.part != "contents"
        if piece.kind == "heading" or piece.number or len(piece.text) > 200:
            return False
    return False


def _is_table_caption(pieces: Sequence[Piece], ordinal: int) -> bool:
    """Whether a piece that stands alone above a table is its caption."""
    before, behind = pieces[max(0, ordinal - 1) : ordinal], pieces[ordinal + 1 : ordinal + 2]
    alone = not any(piece.part == "caption" for piece in before)
    return alone and pieces[ordinal].part == "caption" and any(piece.kind == "row" for piece in behind)
