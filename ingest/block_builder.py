"""From pieces to a document's canonical text and its blocks, each with the locator a person would cite."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, zip_longest

from corpus.documents import Block, Span
from corpus.places import join_locator
from corpus.roman import ordinal_word
from ingest.agenda_form import AgendaForm, agenda_form
from ingest.locators import (
    Place,
    TextKind,
    article_of,
    enter,
    enter_act,
    leave_act,
    locate,
    move_agenda,
    opening,
    rank_of,
    short,
)
from ingest.nested_texts import Acts, parted
from ingest.speakers import role_of, speeches
from ingest.structure import Piece
from ingest.timetable_grid import heads_days

_COUNT = re.compile(r"(\d+)([A-Z]?)")


def kind_of(found: Sequence[Piece]) -> TextKind:
    """Which kind of text the headings show."""
    headings = [piece.text for piece in found if piece.kind == "heading"]
    resolved = opening(found) is not None
    if not resolved and agenda_form(found) is not None:
        return "agenda"
    if sum(bool(article_of(text)) for text in headings) >= 3:
        return "treaty"
    return "resolution" if resolved else "numbered"


def lay_out(
    found: Sequence[Piece], kind: TextKind, digest: bool = False, headed: bool = False
) -> tuple[str, tuple[Block, ...]]:
    """The canonical text, blocks separated by blank lines, and the blocks that point into it.

    `headed` says that the reader knows which rows head a table; else the first row of a table does.
    """
    layout = _Layout(found, kind, digest, headed)
    for ordinal in range(len(found)):
        layout.add(ordinal)
    return "".join(layout.text), _told_apart(layout.blocks, found)


class _Layout:
    """Pieces laid out one after the other: the text and the blocks so far, and what is open, headings, lists and a table."""

    def __init__(self, found: Sequence[Piece], kind: TextKind, digest: bool, headed: bool) -> None:
        self._found, self._kind, self._digest, self._headed = found, kind, digest, headed
        form = agenda_form(found) if kind == "agenda" else None
        self._place = Place(headed=headed, form=form or AgendaForm())
        self._acts = parted(found) if kind in ("resolution", "numbered") else Acts()
        begun = opening(found) if kind == "resolution" else None
        self._begun = self._acts.openings or ({begun} if begun is not None else set())
        plain = kind in ("resolution", "numbered")
        lines = [(role_of(each.kind, each.number, each.part), each.text[each.body :]) for each in found if plain]
        self._speeches = speeches(lines)
        self._act_rank = 0  # that of the heading of the decision that is open
        titles = Counter(" ".join(piece.text.split()) for piece in found if piece.kind == "heading")
        self._repeated = {title for title, count in titles.items() if count > 1}
        self.text: list[str] = []
        self.blocks: list[Block] = []
        self._position = 0
        self._taken: set[str] = set()
        self._headings: list[tuple[int, int]] = []  # (rank, ordinal), outermost first
        self._open: dict[int, int] = {}  # depth -> ordinal
        # Items and labels that a paragraph without a number ended.
        self._broken: tuple[dict[int, int], dict[int, str]] = ({}, {})
        self._marked: dict[str, str] = {}  # the annex in which each mark of a footnote stood last
        self._header: tuple[str, ...] = ()
        self._above: tuple[str, ...] = ()  # the row above, its own blank cells filled

    def add(self, ordinal: int) -> None:
        """Lays out the next piece."""
        piece = self._found[ordinal]
        if ordinal:
            self._write("\n" if piece.kind == "row" and self._found[ordinal - 1].kind == "row" else "\n\n")
        parent, locator = self._headed_by(piece, ordinal) if piece.kind == "heading" else self._within(piece, ordinal)
        if piece.kind == "footnote" and locator in self._taken and piece.page:
            locator = f"{locator} (p. {piece.page})"
        self._taken.add(locator)
        self._marked |= dict.fromkeys(piece.marks, self._place.annex)
        row = piece.kind == "row"
        self.blocks.append(
            Block(
                ordinal=ordinal,
                kind=piece.kind,
                start=self._position,
                end=self._position + len(piece.text),
                locator=locator,
                number=piece.number,
                body_start=self._position + min(piece.body, len(piece.text)),
                level=self._headings[-1][0] if piece.kind == "heading" else piece.depth,
                parent=parent,
                page=piece.page,
                cells=_cell_spans(piece, self._position) if row else (),
                context=self._row_context(piece, ordinal) if row else "",
                marks=piece.marks,
            )
        )
        self._write(piece.text)

    def _write(self, words: str) -> None:
        self.text.append(words)
        self._position += len(words)

    def _headed_by(self, piece: Piece, ordinal: int) -> tuple[int | None, str]:
        """The heading above a heading, and the locator of the latter, which ends what was open."""
        rank = rank_of(piece, ordinal, self._kind, self._place, bool(self.blocks))
        label = self._acts.labels.get(ordinal, "")
        if ordinal in self._acts.ends:
            leave_act(self._place)
        if ordinal in self._acts.annex_ends:
            self._place.annex = self._place.outer = ""
        if label:
            self._act_rank = rank
        elif self._place.act:
            rank = max(rank, self._act_rank + 1)
        while self._headings and self._headings[-1][0] >= rank:
            self._headings.pop()
        parent = self._headings[-1][1] if self._headings else None
        self._headings.append((rank, ordinal))
        self._open, self._place.labels, self._broken = {}, {}, ({}, {})
        repeated = parent is not None and " ".join(piece.text.split()) in self._repeated
        above = self._found[parent].text if parent is not None and repeated else ""
        first = not any(block.kind == "heading" for block in self.blocks)
        if label:
            return parent, enter_act(label, piece.text, self._place)
        return parent, enter(piece, ordinal, self._kind, self._place, first, above)

    def _within(self, piece: Piece, ordinal: int) -> tuple[int | None, str]:
        """The item or heading that a piece stands under, and its locator."""
        place = self._place
        speech = self._speeches[ordinal] if self._speeches else None
        place.speaker = speech.speaker if speech else ""
        if piece.follows and 1 not in place.labels and piece.depth in self._broken[1]:
            self._open, place.labels = self._broken
        outer = [depth for depth in self._open if piece.depth and depth < piece.depth]
        parent = self._open[max(outer)] if outer else self._headings[-1][1] if self._headings else None
        if piece.depth:
            self._open = {d: o for d, o in self._open.items() if d < piece.depth} | {piece.depth: ordinal}
            place.labels = {d: n for d, n in place.labels.items() if d < piece.depth}
            place.labels[piece.depth] = piece.number or ""
        elif piece.kind == "paragraph":
            self._broken = (self._open, place.labels) if place.labels else self._broken
            # A list may be introduced by a paragraph without a number.
            self._open = {1: ordinal} if piece.text.rstrip().endswith((":", "：")) else {}
            place.labels = {}
        if ordinal in self._begun:
            place.opened, place.preambular = True, 0
        if self._kind == "agenda":
            move_agenda(ordinal, place)
            place.labels = {} if ordinal in place.form.items else place.labels
            if (number := place.form.listed.get(ordinal)) and not piece.number:
                place.labels = {1: number}  # "Item 3: Harbour lamps"
        after_row, heads_rows = _follows_row(self._found, ordinal), _heads_rows(self._found, ordinal)
        if piece.kind == "footnote":  # it may stand at the end of the file
            place = replace(place, annex=self._marked.get(piece.number or "", place.annex))
        return parent, locate(piece, self._kind, place, self._digest, after_row, heads_rows)

    def _row_context(self, piece: Piece, ordinal: int) -> str:
        """What a row is to be read with: the header and what its blank cells inherit; `header` where it heads the table itself."""
        first = not self.blocks or self.blocks[-1].kind != "row" or self._found[ordinal - 1].table != piece.table
        heads = piece.header if self._headed else first
        if heads:
            self._header = piece.cells if first else _under(self._header, piece.cells)
        elif first:
            self._header = ()
        self._above = piece.cells if first else inherited(self._above, piece.cells)
        if piece.part == "contents":
            return ""
        blanks = self._above if self._above != piece.cells else ()
        return "header" if heads else _context(self._header, blanks, self._place, self._kind)


def _told_apart(blocks: Sequence[Block], found: Sequence[Piece]) -> tuple[Block, ...]:
    """The blocks, each with a place of its own. Texts within a text, as drafts in a report, count their paragraphs anew: those of
    the longest count keep their places, others are told with the heading that they stand under, or else with their page."""
    runs: list[int] = []  # for each block the paragraph that its count begins with
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
    held: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        if block.number and block.kind in ("paragraph", "item"):
            held[block.locator].append(block)
    told: dict[int, str] = {}
    for locator, same in held.items():
        main = max(same, key=lambda each: (length[runs[each.ordinal]], -each.ordinal))
        outer, _, inner = locator.rpartition(", ")
        taken = Counter({locator: 1})
        for block in same:
            if block is main:
                continue
            heading = _heading_over(blocks, block)
            where = f"section “{short(' '.join(found[heading].text.split()))}”" if heading is not None else ""
            named = join_locator(outer, where, inner)
            if taken[named] and block.page:
                named = f"{named} (p. {block.page})"
            taken[named] += 1
            told[block.ordinal] = named if taken[named] == 1 else f"{named}, {ordinal_word(taken[named])} of these"
    return tuple(replace(block, locator=told.get(block.ordinal, block.locator)) for block in blocks)


def _heading_over(blocks: Sequence[Block], block: Block) -> int | None:
    above = block.parent
    while above is not None and blocks[above].kind != "heading":
        above = blocks[above].parent
    return above


def _cell_spans(piece: Piece, position: int) -> tuple[Span | None, ...]:
    spans: list[Span | None] = []
    at = 0
    for cell in piece.cells:
        if not cell:
            spans.append(None)
            continue
        at = piece.text.index(cell, at)
        spans.append((position + at, position + at + len(cell)))
        at += len(cell)
    return tuple(spans)


def inherited(above: tuple[str, ...], cells: tuple[str, ...]) -> tuple[str, ...]:
    """A row's cells, the blank ones before its first filled one taken from the row above."""
    taken = above[: next((n for n, cell in enumerate(cells) if cell), len(cells))]
    return (*taken, *cells[len(taken) :])


def _context(header: tuple[str, ...], cells: tuple[str, ...], place: Place, kind: TextKind) -> str:
    """The header of a row and what its blank cells inherit; in an organization of work, the day and time."""
    if kind == "agenda" and (place.day or place.time) and not heads_days(header):
        return ", ".join(part for part in (place.day, place.time) if part)
    rows = (" | ".join(cell for cell in row if cell) for row in (header, cells))
    return "; ".join(part for part in (place.caption, *rows) if part)


def _under(header: tuple[str, ...], cells: tuple[str, ...]) -> tuple[str, ...]:
    """Two rows that head a table, as one."""
    return tuple(" ".join(part for part in column if part) for column in zip_longest(header, cells, fillvalue=""))


def _follows_row(found: Sequence[Piece], ordinal: int) -> bool:
    """Whether a footnote stands below a table, the source of the table and other notes aside."""
    above = (piece for piece in reversed(found[max(0, ordinal - 30) : ordinal]) if piece.kind != "footnote")
    for piece in islice(above, 8):
        if piece.kind == "row":
            return piece.part != "contents"
        if piece.kind == "heading" or piece.number or len(piece.text) > 200:
            return False
    return False


def _heads_rows(found: Sequence[Piece], ordinal: int) -> bool:
    """Whether a piece that stands alone above a table is its caption."""
    before, behind = found[max(0, ordinal - 1) : ordinal], found[ordinal + 1 : ordinal + 2]
    alone = not any(each.part == "caption" for each in before)
    return alone and found[ordinal].part == "caption" and any(each.kind == "row" for each in behind)
