"""The locator of each piece of a text as a person would cite it, told from the headings and numbers that were passed.

Four kinds of text are told apart: agendas (annotations by item, an annex with the organization of work),
treaties (articles, paragraphs, sub-paragraphs), resolutions (preambular and operative paragraphs) and numbered
texts such as reports and digests. Citation forms follow the United Nations Editorial Manual: paragraphs, never pages.
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
from ingest.readers.masthead_lines import ANNEX, CHAPTER, SUMMARY
from ingest.structure import PREAMBULAR, Piece
from ingest.time_ranges import dated_times, find_times, is_clocked, names_half
from ingest.timetable_grid import heads_days

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
_GOES_ON = (",", "،", "，", ";", "؛", "；")
"""How the paragraphs of a preamble end."""
_PREAMBLE = re.compile(r"^\s*(?:pr[eé]amb(?:le|ule)|preámbulo|преамбула|الديباجة|序言)(?!\w)", re.IGNORECASE)
_TESTIMONIUM = re.compile(r"^\s*in (?:witness|faith) where?of\b", re.IGNORECASE)
_DASHES = re.compile(r"\s*[‐-―−]\s*")


def article_of(heading: str) -> str:
    """The article that a heading begins, as a locator; empty where it begins none."""
    naming = find_place(normalise_place_text(heading))
    if naming is None or naming.start or len(naming.places) != 1 or not _ONE_ARTICLE.fullmatch(naming.places[0]):
        return ""
    return naming.places[0]


def opening(found: Sequence[Piece]) -> int | None:
    """Where a resolution begins: a body alone on a line with a comma, preambular paragraphs behind it."""
    for n, piece in enumerate(found[:60]):
        if piece.kind != "heading" and not piece.number and OPENING.match(piece.text):
            rest = [each for each in found[n + 1 : n + 8] if each.kind == "paragraph" and not each.number]
            if any(each.text.rstrip().endswith(_GOES_ON) for each in rest[:2]):
                return n
    return None


@dataclass
class Place:
    """Where reading stands; changes as headings and numbers go by."""

    form: AgendaForm = field(default_factory=AgendaForm)
    section: str = "masthead"
    item: str = ""
    sub: str = ""
    documentation: bool = False
    article: str = ""
    act: str = ""  # the decision of a report that has several, with the annex that holds them
    outer: str = ""  # that annex
    annex: str = ""
    part: str = ""
    preamble: int = -1
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
    named: str = ""  # the last table that took its name
    caption: str = ""
    headed: bool = False
    opened: bool = False
    preambular: int = 0
    summary: bool = False
    labels: dict[int, str] = field(default_factory=dict)

    @property
    def within(self) -> str:
        """The decision and the annex that it stands in, as locators begin."""
        return join_locator(self.act, self.annex)


def rank_of(piece: Piece, ordinal: int, kind: TextKind, place: Place, inside: bool) -> int:
    """How far out a heading is. The marks of real files are unreliable; the words of a heading tell more."""
    text = piece.text
    if kind == "agenda":
        if ordinal in place.form.sections or ANNEX.match(text):
            return 3 if ordinal in place.form.items else 2
        if ordinal in place.form.items:
            return 4 if place.form.items[ordinal][1] else 3
        if ordinal in place.form.ends or place.section in ("provisional agenda", "annex", "timetable"):
            return 3
        return 5 if place.section == "annotations" else 1
    if kind == "treaty":
        if article_of(text):
            return 3
        if _PART.match(text) or _PREAMBLE.match(text) or ANNEX.match(text):
            return 2
        return 4 if inside else 1
    return piece.depth


def enter(piece: Piece, ordinal: int, kind: TextKind, place: Place, first: bool, above: str) -> str:
    """Moves the place to a heading and gives the heading's own locator; `above` is the heading over one that the
    document repeats."""
    text = " ".join(piece.text.split())
    place.unnumbered = 0
    place.own_heading = text
    place.heading = f"{short(' '.join(above.split()), 50)}: {text}" if above else text
    place.summary = bool(SUMMARY.match(text))
    if kind == "agenda":
        return _enter_agenda(ordinal, text, place)
    if annex := ANNEX.match(text):
        _enter_annex(annex, place)
        place.article, place.part, place.preamble = "", "", -1
        return place.within
    if kind == "treaty":
        if article := article_of(text):
            place.article, place.preamble = article, -1
            return join_locator(place.within, place.article)
        if _PREAMBLE.match(text):
            place.preamble, place.article = 0, ""
            return join_locator(place.within, "preamble")
        if part := _PART.match(text):
            place.part, place.article, place.preamble = f"part {part.group(1)}", "", -1
            return join_locator(place.within, place.part)
        return join_locator(place.within, place.article or "title")
    if place.summary:
        return join_locator(place.within, "summary")
    title = first and not CHAPTER.match(text)
    return join_locator(place.within, "title" if title else f"section “{short(place.heading)}”")


def enter_act(label: str, text: str, place: Place) -> str:
    """Moves the place to a decision of a report, whose heading begins with its number, and gives the heading's own locator."""
    if not place.act:
        place.outer = place.annex
    place.act, place.annex, place.article, place.unnumbered = join_locator(place.outer, label), "", "", 0
    place.own_heading = place.heading = " ".join(text.split()).removeprefix(label).strip(" .:：。–—")
    place.opened = place.summary = False
    return place.within


def leave_act(place: Place) -> None:
    """Moves the place behind a decision, into the annex that holds it, if one does."""
    place.act, place.annex, place.outer, place.opened = "", place.outer, "", False


def _enter_annex(annex: re.Match[str], place: Place) -> None:
    word = _ANNEX_WORDS.get(annex.group("word").casefold(), "annex")
    name = f"{word} {format_annex_mark(annex['number'])}" if annex["number"] else word
    outer = place.annex.partition(",")[0]
    place.annex = f"{outer}, {name}" if word != "annex" and outer.startswith("annex") else name
    place.opened = False


def _enter_agenda(ordinal: int, text: str, place: Place) -> str:
    if annex := ANNEX.match(text):
        place.section = f"annex {format_annex_mark(annex['number'])}" if annex["number"] else "annex"
        place.item = place.sub = place.day = place.time = ""
    place.documentation = False
    move_agenda(ordinal, place)
    if place.section == "provisional agenda" and ordinal not in place.form.sections:
        return join_locator(place.section, f"section “{short(place.heading)}”")
    return _agenda_locator(place)


def move_agenda(ordinal: int, place: Place) -> None:
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


def _agenda_locator(place: Place) -> str:
    item = f"item {place.item} {place.sub}".strip() if place.item else ""
    return join_locator(place.section, item, "documentation" if place.documentation and item else "")


def locate(
    piece: Piece, kind: TextKind, place: Place, digest: bool, after_row: bool = False, heads_rows: bool = False
) -> str:
    if piece.part == "masthead":
        return "masthead"
    if piece.part == "contents":
        return "contents"
    if piece.kind == "footnote":
        if after_row and piece.number and not piece.number.isdigit():
            return join_locator(place.within, place.table_name, f"note {piece.number}")
        return join_locator(place.outer or place.annex if kind != "agenda" else "", f"footnote {piece.number}")
    if piece.part == "caption":
        place.caption = (
            piece.text if not place.caption or _CAPTION.match(piece.text) else f"{place.caption} {piece.text}"
        )
        if match := _CAPTION.match(piece.text):
            place.table_name = place.captioned = _caption_name(match)
            place.named = ""  # the table below has the number that it prints, whatever others were called
        elif heads_rows:
            place.table_name, place.caption = _unnumbered_table(piece, place), piece.text
        return join_locator(place.within, place.table_name or "caption")
    if kind == "agenda":
        if piece.kind == "row":
            return _agenda_row(piece, place)
        if place.section == "provisional agenda" and 1 in place.labels and (piece.depth or piece.kind == "paragraph"):
            return join_locator(place.section, " ".join(["item", *(place.labels[d] for d in sorted(place.labels))]))
        if 1 in place.labels and piece.depth:
            number = _labelled("para. ", place.labels)
            if place.section == "annotations" and place.item:
                return join_locator(_agenda_locator(place), number)
            if place.section == "masthead":  # an introduction, before what an agenda is made of
                return join_locator(f"section “{short(place.heading)}”", number)
            if place.section == "timetable":  # what is said behind it counts on from the annotations
                return number
        return _agenda_locator(place)
    if piece.kind == "row":
        return join_locator(place.within, _table_row(piece, place))
    labels = place.labels
    if kind == "treaty" and not digest:
        if place.preamble >= 0:
            if not PREAMBULAR.match(piece.text):  # the opening and closing words are no paragraphs
                return join_locator(place.within, "preamble")
            place.preamble += 1
            return join_locator(place.within, f"preamble, para. {place.preamble}")
        if _TESTIMONIUM.match(piece.text):
            return join_locator(place.within, "testimonium")
        number = _labelled("para. ", labels)
        if place.article and number.startswith("("):
            return f"{join_locator(place.within, place.article)} {number}"
        return join_locator(place.within, place.article or place.part or ("" if place.within else "title"), number)
    if kind == "treaty" and labels.get(1):
        return join_locator(
            place.article or ("preamble" if place.preamble >= 0 else place.part), _labelled("digest para. ", labels)
        )
    if labels and 1 not in labels and place.opened and place.preambular:
        numbered = f"{ordinal_word(place.preambular)} preambular para."
        return join_locator(place.within, f"{numbered} {_labelled('', labels)}")
    if labels:
        place.opened = place.opened and 1 not in labels
        number = _labelled("para. ", labels)
        return join_locator(place.within, number if 1 in labels else f"{_unnumbered(place)} {number}".strip())
    if place.opened and not OPENING.match(piece.text) and piece.text.rstrip().endswith((*_GOES_ON, ":", "：")):
        place.preambular += 1
        return join_locator(place.within, f"{ordinal_word(place.preambular)} preambular para.")
    if place.opened and OPENING.match(piece.text) and not place.preambular:
        return join_locator(place.within, "preamble")
    place.unnumbered += 1
    return join_locator(place.within, _unnumbered(place))


def _unnumbered(place: Place) -> str:
    """The last paragraph without a number under a heading, or the heading where none stood yet."""
    where = "summary" if place.summary else f"section “{short(place.heading)}”" if place.heading else ""
    return join_locator(where, place.speaker, f"{ordinal_word(place.unnumbered)} paragraph" if place.unnumbered else "")


def _caption_name(match: re.Match[str]) -> str:
    word, number = match.group("word").casefold(), match.group("number")
    kinds = {"figure": FIGURE_WORDS, "map": MAP_WORDS, "box": BOX_WORDS}
    return f"{next((kind for kind, words in kinds.items() if word in words.split('|')), 'table')} {number}"


def _table_row(piece: Piece, place: Place) -> str:
    """A row by the number that the table's caption prints; without one by the table's page or section, since a
    number that no page shows can't be looked up."""
    if piece.table != place.table:
        if "table" not in parse_locator(place.table_name) or place.table_name == place.named:
            place.table_name = _unnumbered_table(piece, place)
        place.table, place.named = piece.table, place.table_name
        place.table_row = 0 if piece.header or not place.headed else 1
    elif not (piece.header and place.headed):
        place.table_row += 1
    return f"{place.table_name}, {f'row {place.table_row}' if place.table_row else 'header'}"


def _unnumbered_table(piece: Piece, place: Place) -> str:
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
        name = f"section “{short(place.heading)}”, table" if place.heading else "table"
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


def _agenda_row(piece: Piece, place: Place) -> str:
    """The organization of work: a row may name the day, the time, both or neither."""
    if place.section in ("annotations", "provisional agenda") and place.item:
        return _agenda_locator(place)
    if piece.table not in place.form.slots:
        place.day = place.time = ""
        return join_locator(place.section, _table_row(piece, place))
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
        place.day = (dated_times(filled[0]) or [place.day])[0]
    elif first and not day and len(filled) > 1 and any(letter.isdigit() for letter in first):
        place.time = first
    elif place.time_column > 0 and (told := piece.cells[place.time_column : place.time_column + 1]) and told[0]:
        place.time = told[0]  # "Lunchtime", "After the meeting"
    place.time = _DASHES.sub("-", place.time)
    return join_locator(place.section, place.day, place.time)


def short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else text[: most - 3].rsplit(" ", 1)[0] + "..."
