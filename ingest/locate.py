"""From pieces to a document's canonical text and its blocks, each with the locator a person would cite.

Four kinds of text are told apart: agendas (annotations by item, an annex with the organization of work),
treaties (articles, paragraphs, sub-paragraphs), resolutions (preambular and operative paragraphs) and numbered
texts such as reports and digests. Citation forms follow the United Nations Editorial Manual: paragraphs, never pages.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Literal

from corpus.dates import is_day_label
from corpus.documents import Block, Span
from corpus.places import folded, joined, name_place, parts_of
from corpus.roman import ordinal_word
from ingest.agenda_form import AgendaForm, agenda_form
from ingest.clock import find_times, is_clocked, names_half
from ingest.structure import CAPTION_NUMBER, PREAMBULAR, TABLE_WORDS, Piece
from ingest.timetable_grid import heads_days

TextKind = Literal["agenda", "treaty", "resolution", "numbered"]

_ONE_ARTICLE = re.compile(r"art\. \d{1,3}(?: (?:bis|ter|quater))?")
_PART = re.compile(r"^\s*(?:(?i:part|chapter|section|title)\s+)?([IVXLC]{1,6})\b\.?(?:\s|$)")
_ANNEX = re.compile(
    r"^\s*(?P<word>annexe?|anexo|appendi(?:x|ce)|apéndice|enclosure|pièce jointe|приложение|добавление|المرفق|مرفق|ضميمة|التذييل|附件|附录|附文)"
    r"(?:\s*(?P<number>[IVXLC]{1,6}|\d{1,2}|[一二三四五六七八九十]{1,3}))?(?!\w)",
    re.IGNORECASE,
)
_ANNEX_WORDS = {
    "appendix": "appendix", "appendice": "appendix", "apéndice": "appendix", "добавление": "appendix",
    "التذييل": "appendix", "附录": "appendix",
    "enclosure": "enclosure", "pièce jointe": "enclosure", "ضميمة": "enclosure", "附文": "enclosure",
}  # fmt: skip
_SUMMARY = re.compile(r"^\s*(?:summary|résumé|resumen|резюме|موجز|ملخص|摘\s*要)\s*$", re.IGNORECASE)
_OPENING = re.compile(
    r"^(?:(?:the|la|le|el|los|les) |l['’])[^.;:]{4,150},$|^(?:Генеральная|Совет|Экономический|Конференция|Комиссия)[^.;:]{0,120},$"
    r"|^(?:إن )[^.؛:]{4,100}،$|^(?:大会|安全理事会|经济及社会理事会|人权理事会|缔约方会议)，$",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    rf"^\s*(?P<word>{TABLE_WORDS}|figure|figura|gráfico|рисунок|диаграмма|الشكل|图|map|carte|mapa|карта|box|encadré|recuadro)"
    rf"\s*(?P<number>{CAPTION_NUMBER})",
    re.IGNORECASE,
)
_PART_OF_TABLE = re.compile(r"\((?:\d{1,2}|[a-z])\)")
_FIGURES = "figure figura gráfico рисунок диаграмма الشكل 图"
_MAPS, _BOXES = "map carte mapa карта", "box encadré recuadro"
_PREAMBLE = re.compile(r"^\s*(?:pr[eé]amb(?:le|ule)|preámbulo|преамбула|الديباجة|序言)(?!\w)", re.IGNORECASE)
_TESTIMONIUM = re.compile(r"^\s*in (?:witness|faith) where?of\b", re.IGNORECASE)
_COUNT = re.compile(r"(\d+)([A-Z]?)")
_DASHES = re.compile(r"\s*[‐-―−]\s*")


def kind_of(found: Sequence[Piece]) -> TextKind:
    """Which kind of text the headings show."""
    headings = [piece.text for piece in found if piece.kind == "heading"]
    resolved = opening(found) is not None
    if not resolved and agenda_form(found) is not None:
        return "agenda"
    if sum(bool(article_of(text)) for text in headings) >= 3:
        return "treaty"
    return "resolution" if resolved else "numbered"


def begins_annex(heading: str) -> bool:
    """Whether a heading is that of an annex, an appendix or an enclosure."""
    return _ANNEX.match(heading) is not None


def article_of(heading: str) -> str:
    """The article that a heading begins, as a locator; empty where it begins none."""
    naming = name_place(folded(heading))
    if naming is None or naming.start or len(naming.places) != 1 or not _ONE_ARTICLE.fullmatch(naming.places[0]):
        return ""
    return naming.places[0]


def opening(found: Sequence[Piece]) -> int | None:
    """Where a resolution begins: a body alone on a line with a comma, preambular paragraphs behind it."""
    for n, piece in enumerate(found[:60]):
        if piece.kind != "heading" and not piece.number and _OPENING.match(piece.text):
            rest = [each for each in found[n + 1 : n + 8] if each.kind == "paragraph" and not each.number]
            if any(each.text.rstrip().endswith((",", "،", "，")) for each in rest[:2]):
                return n
    return None


@dataclass
class _Place:
    """Where reading stands; changes as headings and numbers go by."""

    form: AgendaForm = field(default_factory=AgendaForm)
    section: str = "masthead"
    item: str = ""
    sub: str = ""
    documentation: bool = False
    article: str = ""
    annex: str = ""
    part: str = ""
    preamble: int = -1
    day: str = ""
    time: str = ""
    time_column: int = -1
    unnumbered: int = 0
    heading: str = ""
    own_heading: str = ""
    table: int = 0
    table_row: int = 0
    table_name: str = ""
    captioned: str = ""
    unnamed: dict[str, int] = field(default_factory=dict)
    named: str = ""  # the last table that took its name
    caption: str = ""
    headed: bool = False
    opened: bool = False
    preambular: int = 0
    summary: bool = False
    labels: dict[int, str] = field(default_factory=dict)


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
        self._place = _Place(headed=headed, form=form or AgendaForm())
        self._begun = opening(found) if kind == "resolution" else None
        titles = Counter(" ".join(piece.text.split()) for piece in found if piece.kind == "heading")
        self._repeated = {title for title, count in titles.items() if count > 1}
        self.text: list[str] = []
        self.blocks: list[Block] = []
        self._position = 0
        self._taken: set[str] = set()
        self._headings: list[tuple[int, int]] = []  # (rank, ordinal), outermost first
        self._open: dict[int, int] = {}  # depth -> ordinal
        self._broken: tuple[dict[int, int], dict[int, str]] = (
            {},
            {},
        )  # items and labels that a paragraph without a number ended
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
        rank = _rank(piece, ordinal, self._kind, self._place, bool(self.blocks))
        while self._headings and self._headings[-1][0] >= rank:
            self._headings.pop()
        parent = self._headings[-1][1] if self._headings else None
        self._headings.append((rank, ordinal))
        self._open, self._place.labels, self._broken = {}, {}, ({}, {})
        repeated = parent is not None and " ".join(piece.text.split()) in self._repeated
        above = self._found[parent].text if parent is not None and repeated else ""
        first = not any(block.kind == "heading" for block in self.blocks)
        return parent, _enter(piece, ordinal, self._kind, self._place, first, above)

    def _within(self, piece: Piece, ordinal: int) -> tuple[int | None, str]:
        """The item or heading that a piece stands under, and its locator."""
        place = self._place
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
        if ordinal == self._begun:
            place.opened, place.preambular = True, 0
        if self._kind == "agenda":
            _move_agenda(ordinal, place)
            place.labels = {} if ordinal in place.form.items else place.labels
            if (number := place.form.listed.get(ordinal)) and not piece.number:
                place.labels = {1: number}  # "Item 3: Harbour lamps"
        after_row, heads_rows = _follows_row(self._found, ordinal), _heads_rows(self._found, ordinal)
        return parent, _locate(piece, self._kind, place, self._digest, after_row, heads_rows)

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
            value = tuple(
                (int(digits), letter) for digits, letter in _COUNT.findall(block.number)
            )  # "29D.3" after "29D.2"
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
            where = f"section “{_short(' '.join(found[heading].text.split()))}”" if heading is not None else ""
            named = joined(outer, where, inner)
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
    filled = list(cells)
    for n, cell in enumerate(cells):
        if cell:
            break
        if n < len(above):
            filled[n] = above[n]
    return tuple(filled)


def _context(header: tuple[str, ...], cells: tuple[str, ...], place: _Place, kind: TextKind) -> str:
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
    for piece in reversed(found[max(0, ordinal - 8) : ordinal]):
        if piece.kind == "row":
            return piece.part != "contents"
        if piece.kind != "footnote" and len(piece.text) > 200:
            return False
        if piece.kind == "heading" or piece.number:
            return piece.kind == "footnote"
    return False


def _heads_rows(found: Sequence[Piece], ordinal: int) -> bool:
    """Whether a piece that stands alone above a table is its caption."""
    before, behind = found[max(0, ordinal - 1) : ordinal], found[ordinal + 1 : ordinal + 2]
    alone = not any(each.part == "caption" for each in before)
    return alone and found[ordinal].part == "caption" and any(each.kind == "row" for each in behind)


def _rank(piece: Piece, ordinal: int, kind: TextKind, place: _Place, inside: bool) -> int:
    """How far out a heading is. The marks of real files are unreliable; the words of a heading tell more."""
    text = piece.text
    if kind == "agenda":
        if ordinal in place.form.sections or _ANNEX.match(text):
            return 3 if ordinal in place.form.items else 2
        if ordinal in place.form.items:
            return 4 if place.form.items[ordinal][1] else 3
        if ordinal in place.form.ends or place.section in ("provisional agenda", "annex", "timetable"):
            return 3
        return 5 if place.section == "annotations" else 1
    if kind == "treaty":
        if article_of(text):
            return 3
        if _PART.match(text) or _PREAMBLE.match(text) or _ANNEX.match(text):
            return 2
        return 4 if inside else 1
    return piece.depth


def _enter(piece: Piece, ordinal: int, kind: TextKind, place: _Place, first: bool, above: str) -> str:
    """Moves the place to a heading and gives the heading's own locator; `above` is the heading over one that the
    document repeats."""
    text = " ".join(piece.text.split())
    place.unnumbered = 0
    place.own_heading = text
    place.heading = f"{_short(' '.join(above.split()), 50)}: {text}" if above else text
    place.summary = bool(_SUMMARY.match(text))
    if kind == "agenda":
        return _enter_agenda(ordinal, text, place)
    if annex := _ANNEX.match(text):
        _enter_annex(annex, place)
        place.article, place.part, place.preamble = "", "", -1
        return place.annex
    if kind == "treaty":
        if article := article_of(text):
            place.article, place.preamble = article, -1
            return joined(place.annex, place.article)
        if _PREAMBLE.match(text):
            place.preamble, place.article = 0, ""
            return joined(place.annex, "preamble")
        if part := _PART.match(text):
            place.part, place.article, place.preamble = f"part {part.group(1)}", "", -1
            return joined(place.annex, place.part)
        return joined(place.annex, place.article or "title")
    if place.summary:
        return joined(place.annex, "summary")
    return joined(place.annex, "title" if first else f"section “{_short(place.heading)}”")


def _enter_annex(annex: re.Match[str], place: _Place) -> None:
    word = _ANNEX_WORDS.get(annex.group("word").casefold(), "annex")
    name = f"{word} {annex.group('number')}" if annex.group("number") else word
    outer = place.annex.partition(",")[0]
    place.annex = f"{outer}, {name}" if word != "annex" and outer.startswith("annex") else name
    place.opened = False


def _enter_agenda(ordinal: int, text: str, place: _Place) -> str:
    if annex := _ANNEX.match(text):
        place.section = f"annex {annex.group('number')}" if annex.group("number") else "annex"
        place.item = place.sub = ""
    place.documentation = False
    _move_agenda(ordinal, place)
    if place.section == "provisional agenda" and ordinal not in place.form.sections:
        return joined(place.section, f"section “{_short(place.heading)}”")
    return _agenda_locator(place)


def _move_agenda(ordinal: int, place: _Place) -> None:
    """Moves the place to a piece with which a part of an agenda begins."""
    form = place.form
    section = form.sections.get(ordinal)
    if section and not (section == "annex" and place.section.startswith("annex")):
        place.section, place.item, place.sub, place.documentation = section, "", "", False
        place.day = place.time = ""
    if ordinal in form.items:
        (place.item, place.sub), place.documentation = form.items[ordinal], False
    elif ordinal in form.ends:
        place.item = place.sub = ""
    elif ordinal in form.documentation:
        place.documentation = True


def _agenda_locator(place: _Place) -> str:
    item = f"item {place.item} {place.sub}".strip() if place.item else ""
    return joined(place.section, item, "documentation" if place.documentation and item else "")


def _locate(
    piece: Piece, kind: TextKind, place: _Place, digest: bool, after_row: bool = False, heads_rows: bool = False
) -> str:
    if piece.part == "masthead":
        return "masthead"
    if piece.part == "contents":
        return "contents"
    if piece.kind == "footnote":
        if after_row and piece.number and not piece.number.isdigit():
            return joined(place.annex, place.table_name, f"note {piece.number}")
        return joined(place.annex if kind != "agenda" else "", f"footnote {piece.number}")
    if piece.part == "caption":
        place.caption = (
            piece.text if not place.caption or _CAPTION.match(piece.text) else f"{place.caption} {piece.text}"
        )
        if match := _CAPTION.match(piece.text):
            place.table_name = place.captioned = _caption_name(match)
        elif heads_rows:
            place.table_name, place.caption = _unnumbered_table(piece, place), piece.text
        return joined(place.annex, place.table_name or "caption")
    if kind == "agenda":
        if piece.kind == "row":
            return _agenda_row(piece, place)
        if place.section == "provisional agenda" and 1 in place.labels and (piece.depth or piece.kind == "paragraph"):
            return joined(place.section, " ".join(["item", *(place.labels[d] for d in sorted(place.labels))]))
        if place.section == "annotations" and place.item and 1 in place.labels and piece.depth:
            return joined(_agenda_locator(place), _labelled("para. ", place.labels))
        return _agenda_locator(place)
    if piece.kind == "row":
        return joined(place.annex, _table_row(piece, place))
    labels = place.labels
    if kind == "treaty" and not digest:
        if place.preamble >= 0:
            if not PREAMBULAR.match(piece.text):  # the opening and closing words are no paragraphs
                return joined(place.annex, "preamble")
            place.preamble += 1
            return joined(place.annex, f"preamble, para. {place.preamble}")
        if _TESTIMONIUM.match(piece.text):
            return joined(place.annex, "testimonium")
        number = _labelled("para. ", labels)
        if place.article and number.startswith("("):
            return f"{joined(place.annex, place.article)} {number}"
        return joined(place.annex, place.article or place.part or ("" if place.annex else "title"), number)
    if kind == "treaty" and labels.get(1):
        return joined(
            place.article or ("preamble" if place.preamble >= 0 else place.part), _labelled("digest para. ", labels)
        )
    if labels and 1 not in labels and place.opened and place.preambular:
        numbered = f"{ordinal_word(place.preambular)} preambular para."
        return joined(place.annex, f"{numbered} {_labelled('', labels)}")
    if labels:
        place.opened = place.opened and 1 not in labels
        number = _labelled("para. ", labels)
        return joined(place.annex, number if 1 in labels else f"{_unnumbered(place)} {number}".strip())
    if place.opened and not _OPENING.match(piece.text) and piece.text.rstrip().endswith((",", "،", "，", ":", "：")):
        place.preambular += 1
        return joined(place.annex, f"{ordinal_word(place.preambular)} preambular para.")
    if place.opened and _OPENING.match(piece.text) and not place.preambular:
        return joined(place.annex, "preamble")
    place.unnumbered += 1
    return joined(place.annex, _unnumbered(place))


def _unnumbered(place: _Place) -> str:
    """The last paragraph without a number under a heading, or the heading where none stood yet."""
    where = "summary" if place.summary else f"section “{_short(place.heading)}”" if place.heading else ""
    return joined(where, f"{ordinal_word(place.unnumbered)} paragraph" if place.unnumbered else "")


def _caption_name(match: re.Match[str]) -> str:
    word, number = match.group("word").casefold(), match.group("number")
    kind = "figure" if word in _FIGURES.split() else "map" if word in _MAPS.split() else "table"
    return f"{'box' if word in _BOXES.split() else kind} {number}"


def _table_row(piece: Piece, place: _Place) -> str:
    """A row by the number that the table's caption prints; without one by the table's page or section, since a
    number that no page shows can't be looked up."""
    if piece.table != place.table:
        if "table" not in parts_of(place.table_name) or place.table_name == place.named:
            place.table_name = _unnumbered_table(piece, place)
        place.table, place.named = piece.table, place.table_name
        place.table_row = 0 if piece.header or not place.headed else 1
    elif not (piece.header and place.headed):
        place.table_row += 1
    return f"{place.table_name}, {f'row {place.table_row}' if place.table_row else 'header'}"


def _unnumbered_table(piece: Piece, place: _Place) -> str:
    if not place.headed:  # a text file, whose tables a reader counts
        place.caption = ""
        return f"table {piece.table}"
    part = _PART_OF_TABLE.match(place.own_heading)
    if part and place.captioned:
        return f"{place.captioned} {part.group(0)}"  # "(2) Extrabudgetary" below the caption of table 16.23
    place.caption = place.captioned = ""
    if piece.page:
        name = f"table (p. {piece.page})"
    else:
        name = f"section “{_short(place.heading)}”, table" if place.heading else "table"
    place.unnamed[name] = place.unnamed.get(name, 0) + 1
    count = place.unnamed[name]
    return (
        name if count == 1 else f"{name.removesuffix(')')}, {ordinal_word(count)})" if piece.page else f"{name} {count}"
    )


def _labelled(word: str, labels: dict[int, str]) -> str:
    if not labels:
        return ""
    parts = [labels[depth] for depth in sorted(labels)]
    return (word if 1 in labels else "") + " ".join(parts)


def _agenda_row(piece: Piece, place: _Place) -> str:
    """The organization of work: a row may name the day, the time, both or neither."""
    if place.section in ("annotations", "provisional agenda") and place.item:
        return _agenda_locator(place)
    filled = [cell for cell in piece.cells if cell]
    first = piece.cells[0]
    if heads_days(filled):
        place.day = place.time = ""
        return place.section
    lone = len(filled) == 1 and bool(first) and not any(letter.isdigit() for letter in first[:2])
    day = first if lone else next((cell for cell in filled[:3] if is_day_label(cell)), "")
    if day:
        place.day, place.time = day, ""
    timed = next((n for n, cell in enumerate(piece.cells[:3]) if is_clocked(cell) or names_half(cell)), None)
    if timed is not None:
        place.time, place.time_column = piece.cells[timed], timed
    elif not lone and filled and (span := find_times(filled[0])):
        place.time = filled[0][span[0] : span[1]]
    elif first and not day and len(filled) > 1 and any(letter.isdigit() for letter in first):
        place.time = first
    elif place.time_column > 0 and (said := piece.cells[place.time_column : place.time_column + 1]) and said[0]:
        place.time = said[0]  # "Lunchtime", "After the meeting"
    place.time = _DASHES.sub("-", place.time)
    return joined(place.section, place.day, place.time)


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else text[: most - 3].rsplit(" ", 1)[0] + "..."
