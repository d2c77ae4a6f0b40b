"""Builds the locator of each piece of a text as a person would cite it, from the headings and numbers read so far.

Four kinds of text are distinguished: agendas (annotations by item, an annex with the organization of work), treaties
(articles, paragraphs, sub-paragraphs), resolutions (preambular and operative paragraphs) and numbered texts such as
reports and digests. Citation forms follow the United Nations Editorial Manual: paragraphs, never pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from corpus.dates import is_day_label
from corpus.places import find_place, format_annex_mark, join_locator, normalise_place_text, parse_locator
from corpus.roman import ordinal_word
from ingest.agenda_form import AgendaForm
from ingest.nested_texts import OPENING
from ingest.readers.lines import BOX_WORDS, CAPTION_NUMBER, FIGURE_WORDS, MAP_WORDS, TABLE_WORDS
from ingest.readers.masthead_lines import ANNEX, CHAPTER, SUMMARY, part_of
from ingest.structure import PREAMBULAR, Piece
from ingest.time_ranges import find_day_and_times, find_times, is_explicit_time_span, is_half_of_day
from ingest.timetable_grid import has_day_headings

TextKind = Literal["agenda", "treaty", "resolution", "numbered"]
_ONE_ARTICLE = re.compile(r"art\. \d{1,3}(?: (?:bis|ter|quater))?")
_PART = re.compile(r"^\s*(?:(?i:part|chapter|section|title)\s+)?([IVXLC]{1,6})\b\.?(?:\s|$)")
_ANNEX_WORDS = {
    "appendix": "appendix", "appendice": "appendix", "apéndice": "appendix", "добавление": "appendix",
    "التذييل": "appendix", "附录": "appendix",
    "enclosure": "enclosure", "pièce jointe": "enclosure", "ضميمة": "enclosure", "附文": "enclosure",
}  # fmt: skip
_CAPTION = re.compile(
    rf"^\s*(?P<word>{TABLE_WORDS}|{FIGURE_WORDS}|{MAP_WORDS}|{BOX_WORDS})\s*(?P<number>{CAPTION_NUMBER})", re.IGNORECASE
)
_PART_OF_TABLE = re.compile(r"\((?:\d{1,2}|[a-z])\)")
_CLAUSE_ENDS = (",", "،", "，", ";", "؛", "；")  # how the paragraphs of a preamble end
_PREAMBLE = re.compile(r"^\s*(?:pr[eé]amb(?:le|ule)|preámbulo|преамбула|الديباجة|序言)(?!\w)", re.IGNORECASE)
_TESTIMONIUM = re.compile(r"^\s*in (?:witness|faith) where?of\b", re.IGNORECASE)
_DASHES = re.compile(r"\s*[‐-―−]\s*")


def parse_article(heading: str) -> str:
    """The article with which a heading begins, as a locator; empty where it begins with none."""
    naming = find_place(normalise_place_text(heading))
    if naming is None or naming.start or len(naming.places) != 1 or not _ONE_ARTICLE.fullmatch(naming.places[0]):
        return ""
    return naming.places[0]


def find_opening(pieces: Sequence[Piece]) -> int | None:
    """The index of the piece that opens a resolution: a body with a comma, before preambular paragraphs."""
    for n, piece in enumerate(pieces[:60]):
        if piece.kind != "heading" and not piece.number and OPENING.match(piece.text):
            rest = [piece for piece in pieces[n + 1 : n + 8] if piece.kind == "paragraph" and not piece.number]
            if any(piece.text.rstrip().endswith(_CLAUSE_ENDS) for piece in rest[:2]):
                return n
    return None


@dataclass
class ReadingPosition:
    """The state of reading a text; changed by each heading and number."""

    form: AgendaForm = field(default_factory=AgendaForm)
    section: str = "masthead"
    item: str = ""
    sub: str = ""
    documentation: bool = False
    article: str = ""
    act: str = ""  # the current decision of a report that has several, with the annex that has them
    outer: str = ""  # that annex
    annex: str = ""
    part: str = ""
    preamble: int = -1
    preamble_opened: bool = (
        False  # whether the words that open it, such as "The Parties to this Convention,", stand above
    )
    day: str = ""
    time: str = ""
    time_column: int = -1
    speaker: str = ""
    unnumbered: int = 0
    heading: str = ""
    own_heading: str = ""
    table: int = 0
    table_row: int = 0
    table_name: str = ""
    captioned: str = ""
    unnamed: dict[str, int] = field(default_factory=dict)
    named: str = ""  # the name of the last table
    caption: str = ""
    headed: bool = False
    opened: bool = False
    preambular: int = 0
    summary: bool = False
    labels: dict[int, str] = field(default_factory=dict)

    @property
    def within(self) -> str:
        """The beginning of locators: the current decision and annex."""
        return join_locator(self.act, self.annex)


def heading_rank(piece: Piece, ordinal: int, kind: TextKind, position: ReadingPosition, inside: bool) -> int:
    """The level of a heading, 1 outermost; in real files its words are a better sign than its markup."""
    text = piece.text
    if kind == "agenda":
        if ordinal in position.form.sections or ANNEX.match(text):
            return 3 if ordinal in position.form.items else 2
        if ordinal in position.form.items:
            return 4 if position.form.items[ordinal][1] else 3
        if ordinal in position.form.ends or position.section in ("provisional agenda", "annex", "timetable"):
            return 3
        return 5 if position.section == "annotations" else 1
    if kind == "treaty":
        if parse_article(text):
            return 3
        if _PART.match(text) or _PREAMBLE.match(text) or ANNEX.match(text):
            return 2
        return 4 if inside else 1
    return piece.depth


def is_one_of_parts(heading: Piece, pieces: Sequence[Piece]) -> bool:
    """Whether a heading is that of a part, and the document has more parts with the same word: it is no title."""
    own = part_of(heading.text)
    parts = (part_of(piece.text) for piece in pieces if own and piece.kind == "heading")
    return own is not None and any(part and part[0] == own[0] and part[1] != own[1] for part in parts)


def enter_heading(
    piece: Piece, ordinal: int, kind: TextKind, position: ReadingPosition, first: bool, above: str
) -> str:
    """Updates the position for a heading and returns the heading's own locator; `above` is the parent heading of one
    whose text occurs several times."""
    text = " ".join(piece.text.split())
    position.unnumbered = 0
    position.own_heading = text
    position.heading = f"{shorten(' '.join(above.split()), 50)}: {text}" if above else text
    position.summary = bool(SUMMARY.match(text))
    if kind == "agenda":
        return _enter_agenda_heading(ordinal, text, position)
    if annex := ANNEX.match(text):
        _enter_annex(annex, position)
        position.article, position.part, position.preamble = "", "", -1
        return position.within
    if kind == "treaty":
        if article := parse_article(text):
            position.article, position.preamble = article, -1
            return join_locator(position.within, position.article)
        if _PREAMBLE.match(text):
            position.preamble, position.article, position.preamble_opened = 0, "", False
            return join_locator(position.within, "preamble")
        if part := _PART.match(text):
            position.part, position.article, position.preamble = f"part {part.group(1)}", "", -1
            return join_locator(position.within, position.part)
        return join_locator(position.within, position.article or "title")
    if position.summary:
        return join_locator(position.within, "summary")
    title = first and not CHAPTER.match(text)
    return join_locator(position.within, "title" if title else f"section “{shorten(position.heading)}”")


def enter_act(label: str, text: str, position: ReadingPosition) -> str:
    """Updates the position for the heading of a decision in a report, which begins with its number, and returns the
    heading's own locator."""
    if not position.act:
        position.outer = position.annex
    position.act, position.annex, position.article, position.unnumbered = join_locator(position.outer, label), "", "", 0
    position.own_heading = position.heading = " ".join(text.split()).removeprefix(label).strip(" .:：。–—")
    position.opened = position.summary = False
    return position.within


def leave_act(position: ReadingPosition) -> None:
    """Updates the position for the end of a decision: back into the annex that has it, if one does."""
    position.act, position.annex, position.outer, position.opened = "", position.outer, "", False


def _enter_annex(annex: re.Match[str], position: ReadingPosition) -> None:
    word = _ANNEX_WORDS.get(annex.group("word").casefold(), "annex")
    name = f"{word} {format_annex_mark(annex['number'])}" if annex["number"] else word
    outer = position.annex.partition(",")[0]
    position.annex = f"{outer}, {name}" if word != "annex" and outer.startswith("annex") else name
    position.opened = False


def _enter_agenda_heading(ordinal: int, text: str, position: ReadingPosition) -> str:
    if annex := ANNEX.match(text):
        position.section = f"annex {format_annex_mark(annex['number'])}" if annex["number"] else "annex"
        position.item = position.sub = position.day = position.time = ""
    position.documentation = False
    enter_agenda_piece(ordinal, position)
    if position.section == "provisional agenda" and ordinal not in position.form.sections:
        return join_locator(position.section, f"section “{shorten(position.heading)}”")
    return _agenda_locator(position)


def enter_agenda_piece(ordinal: int, position: ReadingPosition) -> None:
    """Updates the position for a piece with which a part of an agenda begins."""
    form = position.form
    section = form.sections.get(ordinal)
    if section and not (section == "annex" and position.section.startswith("annex")):
        position.section, position.item, position.sub, position.documentation = section, "", "", False
        position.day = position.time = ""
    if ordinal in form.items:
        (position.item, position.sub), position.documentation = form.items[ordinal], False
    elif ordinal in form.ends:
        position.item = position.sub = ""
    elif ordinal in form.documentation:
        position.documentation = True


def _agenda_locator(position: ReadingPosition) -> str:
    item = f"item {position.item} {position.sub}".strip() if position.item else ""
    return join_locator(position.section, item, "documentation" if position.documentation and item else "")


def build_locator(
    piece: Piece,
    kind: TextKind,
    position: ReadingPosition,
    digest: bool,
    is_below_table: bool = False,
    is_table_caption: bool = False,
) -> str:
    """The locator of a piece that is not a heading. `digest` says that the text is a digest, `is_below_table` that a footnote
    stands below a table, `is_table_caption` that a caption is alone above one."""
    if piece.part == "masthead":
        return "masthead"
    if piece.part == "contents":
        return "contents"
    if piece.kind == "footnote":
        if is_below_table and piece.number and not piece.number.isdigit():
            return join_locator(position.within, position.table_name, f"note {piece.number}")
        return join_locator(position.outer or position.annex if kind != "agenda" else "", f"footnote {piece.number}")
    if piece.part == "caption":
        return _caption_locator(piece, position, is_table_caption)
    if kind == "agenda":
        return _agenda_row(piece, position) if piece.kind == "row" else _agenda_text_locator(piece, position)
    if piece.kind == "row":
        return join_locator(position.within, _table_row(piece, position))
    if kind == "treaty" and not digest:
        return _treaty_locator(piece, position)
    if kind == "treaty" and position.labels.get(1):
        where = position.article or ("preamble" if position.preamble >= 0 else position.part)
        return join_locator(where, _labelled("digest para. ", position.labels))
    return _paragraph_locator(piece, position)


def _caption_locator(piece: Piece, position: ReadingPosition, is_table_caption: bool) -> str:
    """The locator of a line of a caption: the name of its table or figure."""
    match = _CAPTION.match(piece.text)
    position.caption = piece.text if not position.caption or match else f"{position.caption} {piece.text}"
    if match:
        position.table_name = position.captioned = _caption_name(match)
        position.named = ""  # the table below has its printed number, whatever the names before it
    elif is_table_caption:
        position.table_name, position.caption = _unnumbered_table(piece, position), piece.text
    return join_locator(position.within, position.table_name or "caption")


def _agenda_text_locator(piece: Piece, position: ReadingPosition) -> str:
    """The locator of a paragraph or item of an agenda."""
    labels = position.labels
    if position.section == "provisional agenda" and 1 in labels and (piece.depth or piece.kind == "paragraph"):
        return join_locator(position.section, " ".join(["item", *(labels[depth] for depth in sorted(labels))]))
    if 1 in labels and piece.depth:
        number = _labelled("para. ", labels)
        if position.section == "annotations" and position.item:
            return join_locator(_agenda_locator(position), number)
        if position.section == "masthead":  # an introduction, before the parts of an agenda
            return join_locator(f"section “{shorten(position.heading)}”", number)
        if position.section == "timetable":  # paragraphs after it continue the count of the annotations
            return number
    return _agenda_locator(position)


def _treaty_locator(piece: Piece, position: ReadingPosition) -> str:
    """The locator of a paragraph or item of a treaty."""
    if position.preamble >= 0:
        paragraph = position.preamble_opened and not piece.number and piece.text.rstrip().endswith(_CLAUSE_ENDS)
        position.preamble_opened = True
        if not (paragraph or PREAMBULAR.match(piece.text)):  # the opening and closing words are not paragraphs
            return join_locator(position.within, "preamble")
        position.preamble += 1
        return join_locator(position.within, f"preamble, para. {position.preamble}")
    if _TESTIMONIUM.match(piece.text):
        return join_locator(position.within, "testimonium")
    number = _labelled("para. ", position.labels)
    if position.article and number.startswith("("):
        return f"{join_locator(position.within, position.article)} {number}"
    where = position.article or position.part or ("" if position.within else "title")
    return join_locator(position.within, where, number)


def _paragraph_locator(piece: Piece, position: ReadingPosition) -> str:
    """The locator of a paragraph or item of a resolution, report or other text."""
    labels = position.labels
    if labels and 1 not in labels and position.opened and position.preambular:
        numbered = f"{ordinal_word(position.preambular)} preambular para."
        return join_locator(position.within, f"{numbered} {_labelled('', labels)}")
    if labels:
        position.opened = position.opened and 1 not in labels
        number = _labelled("para. ", labels)
        return join_locator(position.within, number if 1 in labels else f"{_unnumbered(position)} {number}".strip())
    opening = OPENING.match(piece.text) is not None and not position.preambular
    if position.opened and not opening and piece.text.rstrip().endswith((*_CLAUSE_ENDS, ":", "：")):
        position.preambular += 1
        return join_locator(position.within, f"{ordinal_word(position.preambular)} preambular para.")
    if position.opened and opening:
        return join_locator(position.within, "preamble")
    position.unnumbered += 1
    return join_locator(position.within, _unnumbered(position))


def _unnumbered(position: ReadingPosition) -> str:
    """The locator of the last unnumbered paragraph under a heading, or of the heading where there was none yet."""
    where = "summary" if position.summary else f"section “{shorten(position.heading)}”" if position.heading else ""
    count = f"{ordinal_word(position.unnumbered)} paragraph" if position.unnumbered else ""
    return join_locator(where, position.speaker, count)


def _caption_name(match: re.Match[str]) -> str:
    word, number = match.group("word").casefold(), match.group("number")
    kinds = {"figure": FIGURE_WORDS, "map": MAP_WORDS, "box": BOX_WORDS}
    return f"{next((kind for kind, words in kinds.items() if word in words.split('|')), 'table')} {number}"


def _table_row(piece: Piece, position: ReadingPosition) -> str:
    """The locator of a row: by the number in the table's caption, else by the table's page or section, since a number
    that is not printed can't be looked up."""
    if piece.table != position.table:
        if "table" not in parse_locator(position.table_name) or position.table_name == position.named:
            position.table_name = _unnumbered_table(piece, position)
        position.table, position.named = piece.table, position.table_name
        position.table_row = 0 if piece.header or not position.headed else 1
    elif not (piece.header and position.headed):
        position.table_row += 1
    return f"{position.table_name}, {f'row {position.table_row}' if position.table_row else 'header'}"


def _unnumbered_table(piece: Piece, position: ReadingPosition) -> str:
    if not position.headed:  # a text file, in which the tables are counted
        position.caption = ""
        return f"table {piece.table}"
    part = _PART_OF_TABLE.match(position.own_heading)
    if part and position.captioned:
        return f"{position.captioned} {part.group(0)}"  # "(2) Extrabudgetary" below the caption of table 16.23
    position.caption = position.captioned = ""
    if piece.page:
        name = f"table (p. {piece.page})"
    else:
        name = f"section “{shorten(position.heading)}”, table" if position.heading else "table"
    position.unnamed[name] = count = position.unnamed.get(name, 0) + 1
    if count == 1:
        return name
    return f"{name.removesuffix(')')}, {ordinal_word(count)})" if piece.page else f"{name} {count}"


def _labelled(word: str, labels: dict[int, str]) -> str:
    return (word if 1 in labels else "") + " ".join(labels[depth] for depth in sorted(labels))


def _agenda_row(piece: Piece, position: ReadingPosition) -> str:
    """The locator of a row in the organization of work, which may have the day, the time, both or neither."""
    if position.section in ("annotations", "provisional agenda") and position.item:
        return _agenda_locator(position)
    if piece.table not in position.form.slots:
        position.day = position.time = ""
        return join_locator(position.section, _table_row(piece, position))
    filled = [cell for cell in piece.cells if cell]
    first = piece.cells[0]
    if has_day_headings(filled):
        position.day = position.time = ""
        return position.section
    lone = len(filled) == 1 and bool(first) and not any(letter.isdigit() for letter in first[:2])
    day = first if lone else next((cell for cell in filled[:3] if is_day_label(cell)), "")
    if day:
        position.day, position.time = day, ""
    timed = next(
        (n for n, cell in enumerate(piece.cells[:3]) if is_explicit_time_span(cell) or is_half_of_day(cell)), None
    )
    if timed is not None:
        position.time, position.time_column = piece.cells[timed], timed
    elif not lone and filled and (span := find_times(filled[0])):
        position.time = filled[0][span[0] : span[1]]
        position.day = (find_day_and_times(filled[0]) or [position.day])[0]
    elif first and not day and len(filled) > 1 and any(letter.isdigit() for letter in first):
        position.time = first
    elif position.time_column > 0 and any(words := piece.cells[position.time_column : position.time_column + 1]):
        position.time = words[0]  # "Lunchtime", "After the meeting"
    position.time = _DASHES.sub("-", position.time)
    return join_locator(position.section, position.day, position.time)


def shorten(text: str, most: int = 80) -> str:
    return text if len(text) <= most else text[: most - 3].rsplit(" ", 1)[0] + "..."
