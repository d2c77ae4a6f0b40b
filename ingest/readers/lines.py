"""What every reader returns: lines of text with their position and layout."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

YEARS = re.compile(r"\b(?:1[89]|20)\d\d(?:[-–/]\d{2,4})?\b")
"""A year or a range of years, which may head a column of figures."""
SENTENCE_END = re.compile(r"[.!?:;。！？：；؟؛]['\"”’»)\]*]*$")
"""The end of a line that ends a sentence or introduces what follows."""
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")  # raised figures to plain ones, for `str.translate`
LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|_{6,}")
"""Leader dots, from words on the left to what stands at the right."""
LEADER_BETWEEN_WORDS = re.compile(r"(?<=[^\s.…])\s*(?:(?:\.\s?){6,}|…{3,}|\s\.\.\s)\s*(?=[^\s.…])")
"""Leader dots between two words, such as between a chairperson and the State."""
TABLE_WORDS = "table|tableau|cuadro|tabla|таблица|(?:ال)?جدول|表"
FIGURE_WORDS = "figure|figura|gráfico|рисунок|диаграмма|الشكل|图"
MAP_WORDS = "map|carte|mapa|карта"
BOX_WORDS = "box|encadré|recuadro"
"""First words of captions, in the six languages."""
CAPTION_NUMBER = r"(?:[0-9]{1,3}(?:[A-Z]?\.(?:[0-9]{1,3}|[IVXLC]{1,7}))?|[IVXLC]{1,7})\b"
_FIGURE = re.compile(r"\d")
_NUMBER = re.compile(r"[^\w\s]{0,3}\d[\d.,’'\s]*[^\w\s]{0,3}|[-–—]")


_Item = TypeVar("_Item")


def group_consecutive(items: Iterable[_Item], continues: Callable[[list[_Item], _Item], bool]) -> list[list[_Item]]:
    """Groups consecutive items: an item that does not continue the current group begins a new one."""
    groups: list[list[_Item]] = []
    for item in items:
        if groups and continues(groups[-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def has_leader_dots(text: str) -> bool:
    """Whether leader dots connect words on a line."""
    return (text.count(".") > 1 or "…" in text) and LEADER_BETWEEN_WORDS.search(text) is not None


def splits_range(line: str, below: str) -> bool:
    """Whether a line break splits a range of numbers behind its dash: `2026–`, then `2027`."""
    return line[-1:] in ("-", "–") and line[-2:-1].isdecimal() and below[:1].isdecimal()


class ReadError(Exception):
    """A file can't be read; the message says which and what to do. Permanent: reading it again fails again."""


class NoTextLayer(ReadError):
    """A paged file without text, such as a scan: recognise its text (`--ocr`), then read it again."""


@dataclass(frozen=True)
class Cell:
    """One cell of a table row; its text is empty where the source leaves it blank. `col_span` and `row_span` are the
    numbers of columns and rows that the cell spans (1 for an ordinary one)."""

    text: str
    col_span: int = 1
    row_span: int = 1


def row_text(cells: Sequence[Cell]) -> str:
    """The text of a table row, cells separated by ` | `; blank cells count, columns under a wide cell do not."""
    texts: list[str] = []
    columns_covered = 0  # columns that the cell before spans
    for cell in cells:
        if columns_covered and not cell.text:
            columns_covered -= 1
            continue
        texts.append(cell.text)
        columns_covered = cell.col_span - 1
    while texts and not texts[-1]:
        texts.pop()
    return " | ".join(texts) if any(texts) else ""


def heads_number_columns(heads: Iterable[tuple[int, int, str]], rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether cells (`heads`: column, columns spanned, text) are the header of the `rows` below them, of `width` columns of numbers:
    each column but the first has words or years above, and some column, without a number above, has only numbers below, two at
    least, not all of them years. Where nothing above has a figure, texts with figures are enough, such as dates."""
    above: list[list[str]] = [[] for _ in range(width)]
    for first, span, text in heads:
        for column in above[first : first + span]:
            column.append(text)
    below = [[row[n] for row in rows if row[n:] and row[n]] for n in range(width)]
    plain = len(above) > 1 and not any(map(_FIGURE.search, itertools.chain(*above)))
    named = _FIGURE.search if plain else _NUMBER.fullmatch
    headed = [all(map(_is_column_heading, column)) for column in above]
    return (
        all(headed[1:])
        and all(above[1:])
        and any(
            is_headed and len(column) > 1 and all(map(named, column)) and not all(map(YEARS.fullmatch, column))
            for is_headed, column in zip(headed, below, strict=True)
        )
    )


def _is_column_heading(text: str) -> bool:
    """Whether a cell may be a column heading: it has years, or more letters than digits."""
    rest = YEARS.sub("", text)
    return rest != text or sum(map(str.isalpha, rest)) > sum(map(str.isdigit, rest))


LinePart = Literal["", "masthead", "contents", "caption", "box"]


@dataclass(frozen=True)
class Line:
    """One line of a source, without markup; readers that know paragraphs return one line for each paragraph.

    `heading` is the heading level of the markup (1 to 6), 0 for body text; `strong` and `emphasis` say that the whole
    line is bold or italic, which often marks a heading. `bullet` marks a list item, `cells` a table row, `header` a
    header row of its table; `broken` says that the source breaks the line on purpose. `note` is the mark of the
    footnote whose text this line is, `marks` are the footnote marks within it. `blank` lines separate paragraphs. `row`
    is the line's number in the source, from 1; `page` its page, from 1. `left` and `top` are its position on the page
    in points, `size` its font size in points, all 0 where the source has none. `part` names the part of the document
    that it belongs to, where the reader knows."""

    text: str
    row: int = 0
    page: int | None = None
    heading: int = 0
    strong: bool = False
    emphasis: bool = False
    bullet: bool = False
    broken: bool = False
    cells: tuple[Cell, ...] = ()
    header: bool = False
    note: str | None = None
    marks: tuple[str, ...] = ()
    left: float = 0.0
    top: float = 0.0
    size: float = 0.0
    part: LinePart = ""

    @property
    def blank(self) -> bool:
        """Whether the line has no text."""
        return not self.text


BLANK_LINE = Line("")


def number_rows(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines numbered in order, for a format whose files have no lines of their own."""
    return tuple(replace(line, row=n) for n, line in enumerate(lines, 1))


@dataclass(frozen=True)
class ParsedFile:
    """A file as read: its lines, and what it says about itself outside its text.

    `front_matter` has the fields of the front matter, `format` is the kind of file (`text`, `html`, `docx`, `pdf`),
    `pages` the number of characters of text on each page of a paged format. `ocr` says that the text was recognised
    from images, `unquotable` lists pages whose text is too damaged to be quoted; `warnings` are sentences about what a
    person should check."""

    lines: tuple[Line, ...]
    front_matter: Mapping[str, Any] = field(default_factory=dict)
    format: str = "text"
    pages: tuple[int, ...] = ()
    ocr: bool = False
    unquotable: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
