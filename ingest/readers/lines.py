"""What every reader yields: lines with their place and the marks of their layout."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

YEARS = re.compile(r"\b(?:1[89]|20)\d\d(?:[-–/]\d{2,4})?\b")
"""A year or a span of years, as it may head a column of figures."""
ENDS = re.compile(r"[.!?:;。！？：；؟؛]['\"”’»)\]*]*$")
"""How a line that ends a sentence, or introduces what follows, ends."""
LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|_{6,}")
"""The dots that lead from words on the left to what stands at the right."""
LED = re.compile(r"(?<=[^\s.…])\s*(?:(?:\.\s?){6,}|…{3,}|\s\.\.\s)\s*(?=[^\s.…])")
"""The same between two words, as between who presides and the State."""
TABLE_WORDS = "table|tableau|cuadro|tabla|таблица|(?:ال)?جدول|表"
FIGURE_WORDS = "figure|figura|gráfico|рисунок|диаграмма|الشكل|图"
MAP_WORDS = "map|carte|mapa|карта"
BOX_WORDS = "box|encadré|recuadro"
"""How captions begin, in the six languages."""
CAPTION_NUMBER = r"(?:[0-9]{1,3}(?:[A-Z]?\.(?:[0-9]{1,3}|[IVXLC]{1,7}))?|[IVXLC]{1,7})\b"
_NUMBER = re.compile(r"[^\w\s]{0,3}\d[\d.,’'\s]*[^\w\s]{0,3}|[-–—]")


_Item = TypeVar("_Item")


def in_groups(items: Iterable[_Item], goes_on: Callable[[list[_Item], _Item], bool]) -> list[list[_Item]]:
    """Items one after the other in groups: each that does not go on with the group before it begins one."""
    groups: list[list[_Item]] = []
    for item in items:
        if groups and goes_on(groups[-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def leads(text: str) -> bool:
    """Whether dots lead from words on a line to others."""
    return (text.count(".") > 1 or "…" in text) and LED.search(text) is not None


class ReadError(Exception):
    """A file that can't be read; the message says which and what to do. Permanent: the same file fails again."""


class NoTextLayer(ReadError):
    """A paged file without text, such as a scan: recognise its text (`--ocr`), then read it again."""


@dataclass(frozen=True)
class Cell:
    """One cell of a table row; empty text where the source leaves it blank.

    `col_span` and `row_span` are the columns and rows that the cell spans (1 for an ordinary one).
    """

    text: str
    col_span: int = 1
    row_span: int = 1


def row_text(cells: Sequence[Cell]) -> str:
    """The words of a table row, cells parted by ` | `; a blank cell keeps its place, the rest of a wide one has none."""
    shown: list[str] = []
    covered = 0  # columns that the cell before spans
    for cell in cells:
        if covered and not cell.text:
            covered -= 1
            continue
        shown.append(cell.text)
        covered = cell.col_span - 1
    while shown and not shown[-1]:
        shown.pop()
    return " | ".join(shown) if any(shown) else ""


def heads_numbers(above: Sequence[Sequence[str]], below: Sequence[Sequence[str]]) -> bool:
    """Whether words or years stand above each column but the first, and a column has nothing but numbers below, two at least, not
    all of them years. Both are the texts of each column, without blank ones."""
    return all(column and all(map(_names, column)) for column in above[1:]) and any(
        len(column) > 1 and all(map(_NUMBER.fullmatch, column)) and not all(map(YEARS.fullmatch, column))
        for column in below
    )


def _names(text: str) -> bool:
    """Whether a cell may head a column: years, or words that have fewer figures than letters."""
    rest = YEARS.sub("", text)
    return rest != text or sum(map(str.isalpha, rest)) > sum(map(str.isdigit, rest))


LinePart = Literal["", "masthead", "contents", "caption", "box"]


@dataclass(frozen=True)
class Line:
    """One line of a source, its markup taken off; readers that know paragraphs give one line for each.

    `heading` is the level that the markup gives (1 to 6), 0 for body text; `strong` and `emphasis` say that
    the whole line is set so, which often is how a heading looks. `bullet` marks a list item, `cells` a table
    row, `header` a row that heads its table; `broken` says that the source breaks the line on purpose. `note`
    is the mark of a footnote whose text this line is, `marks` those that refer to footnotes from within it.
    `blank` lines separate paragraphs. `row` is the line's number in the source, from 1; `page` its page, from 1.
    `left` and `top` are its place on the page in points, `size` its font size in points, all 0 where the
    source has none. `part` names the part of the document that it belongs to, where the reader knows.
    """

    text: str
    row: int
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
        """Whether there is nothing on the line."""
        return not self.text


@dataclass(frozen=True)
class ParsedFile:
    """A file as read: its lines, and what it says about itself outside its text.

    `front_matter` is what front matter says, `format` the kind of file (`text`, `html`, `docx`, `pdf`), `pages` the
    number of characters of text on each page of a paged format. `ocr` says that the words were recognised
    from an image, `unquotable` names pages whose words are too damaged to be quoted; `warnings` are sentences about what a person should look at.
    """

    lines: tuple[Line, ...]
    front_matter: Mapping[str, Any] = field(default_factory=dict)
    format: str = "text"
    pages: tuple[int, ...] = ()
    ocr: bool = False
    unquotable: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
