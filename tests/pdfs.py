"""Draws PDF files that are set like documents of the United Nations, in the project's own words.

Places are points from the top left corner of a letter page. In running text `^1^` raises what stands between the
carets (a footnote mark, or the letters of an ordinal) and `_The Assembly_` is set in italics.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from corpus.catalogue import Catalogue
from corpus.documents import Document
from ingest.document_reading import Input, read_document
from ingest.readers.lines import Line, ParsedFile
from ingest.readers.pdf import read_pdf

WIDTH, HEIGHT = 612.0, 792.0
LEFT, INDENT, RIGHT = 123.4, 147.1, 488.0
TOP, BOTTOM = 84.0, 720.0
LEADING = 12.0
FONTS = {"": "Times-Roman", "b": "Times-Bold", "i": "Times-Italic"}
_PARTS = re.compile(r"(\^[^^]+\^|_[^_]+_)")


@dataclass(frozen=True)
class Word:
    """A word of running text: stretches of (words, style), a raised one styled `^`."""

    parts: tuple[tuple[str, str], ...]

    def width(self, size: float) -> float:
        sizes = [
            (text, FONTS[""], 0.65 * size) if style == "^" else (text, FONTS[style], size) for text, style in self.parts
        ]
        return float(sum(stringWidth(*each) for each in sizes))

    @property
    def marks(self) -> list[str]:
        return [text for text, style in self.parts if style == "^"]


def words_of(text: str, style: str = "") -> list[Word]:
    """The words of a text with its markup; a word may change its style within."""
    found: list[Word] = []
    parts: list[tuple[str, str]] = []
    for stretch in _PARTS.split(text):
        kind = style
        if stretch[:1] == "^" and len(stretch) > 1:
            parts.append((stretch[1:-1], "^"))
            continue
        if stretch[:1] == "_" and len(stretch) > 1:
            stretch, kind = stretch[1:-1], "i"
        for n, piece in enumerate(stretch.split(" ")):
            if n and parts:
                found.append(Word(tuple(parts)))
                parts = []
            if piece:
                parts.append((piece, kind))
    return [*found, Word(tuple(parts))] if parts else found


def wrapped(
    text: str, width: float, size: float = 10.0, *, first: float | None = None, style: str = ""
) -> list[list[Word]]:
    """A text broken into lines of a width in points, the first of which may have a width of its own."""
    lines: list[list[Word]] = [[]]
    space = stringWidth(" ", FONTS[""], size)
    used = 0.0
    for word in words_of(text, style):
        room = width if len(lines) > 1 or first is None else first
        wide = word.width(size)
        if lines[-1] and used + space + wide > room:
            lines.append([])
            used = 0.0
        used += (space if lines[-1] else 0.0) + wide
        lines[-1].append(word)
    return lines


class Sheet:
    """A file being drawn, page by page; `by_word` draws each word on its own, as some programs do."""

    def __init__(self, *, rotate: int = 0, by_word: bool = False, **options: Any) -> None:
        self.stream = io.BytesIO()
        self.canvas = Canvas(self.stream, pagesize=(WIDTH, HEIGHT), invariant=1, **options)
        self.page = 1
        self.rotate = rotate
        self.by_word = by_word
        self._begin()

    def _begin(self) -> None:
        if self.rotate == 90:  # drawn lying, so that it stands when it is shown
            self.canvas.setPageSize((HEIGHT, WIDTH))
            self.canvas.setPageRotation(90)
            self.canvas.transform(0, 1, -1, 0, HEIGHT, 0)
        elif self.rotate:
            self.canvas.setPageRotation(180)
            self.canvas.transform(-1, 0, 0, -1, WIDTH, HEIGHT)

    def next(self) -> None:
        """A new page."""
        self.canvas.showPage()
        self.page += 1
        self._begin()

    def text(self, left: float, top: float, words: str, size: float = 10.0, style: str = "", font: str = "") -> float:
        """Words on the baseline `top`; returns where they end."""
        name = font or FONTS[style]
        self.canvas.setFont(name, size)
        self.canvas.drawString(left, HEIGHT - top, words)
        return left + float(stringWidth(words, name, size))

    def line(self, left: float, top: float, words: Sequence[Word], size: float = 10.0, right: float = 0.0) -> None:
        """Words on one line, spread out up to `right` where given; words of one style are drawn in one go."""
        space = stringWidth(" ", FONTS[""], size)
        wider = 0.0
        if right and len(words) > 1:
            wider = (right - left - sum(word.width(size) for word in words)) / (len(words) - 1) - space
        waiting, kind = "", ""
        for n, word in enumerate(words):
            for m, (text, style) in enumerate(word.parts):
                between = " " if n and not m else ""
                if waiting and style == kind and not self.by_word:
                    waiting += between + text
                    continue
                left = self._stretch(left, top, waiting, kind, size, wider)
                left += (space + wider) if between else 0.0
                waiting, kind = text, style
        self._stretch(left, top, waiting, kind, size, wider)

    def _stretch(self, left: float, top: float, text: str, style: str, size: float, wider: float) -> float:
        if style == "^":
            return self.text(left, top - 0.35 * size, text, 0.65 * size)
        self.canvas.setFont(FONTS[style], size)
        self.canvas.drawString(left, HEIGHT - top, text, wordSpace=wider)
        return left + float(stringWidth(text, FONTS[style], size)) + wider * text.count(" ")

    def lines(self, left: float, top: float, texts: Sequence[str], size: float = 10.0, style: str = "") -> float:
        """Lines broken by hand, markup allowed; returns where the next one would stand."""
        for text in texts:
            self.line(left, top, words_of(text, style), size)
            top += 1.2 * size
        return top

    def upward(self, left: float, bottom: float, words: str, size: float = 8.5) -> None:
        """Words that run up the page from `bottom` points below its top."""
        self.canvas.saveState()
        self.canvas.translate(left, HEIGHT - bottom)
        self.canvas.rotate(90)
        self.canvas.setFont(FONTS["b"], size)
        self.canvas.drawString(0, 0, words)
        self.canvas.restoreState()

    def rule(self, left: float, right: float, top: float) -> None:
        """A horizontal rule."""
        self.canvas.setLineWidth(0.5)
        self.canvas.line(left, HEIGHT - top, right, HEIGHT - top)

    def rules(self, columns: Sequence[float], *tops: float) -> None:
        """Horizontal rules in pieces, one for each column between these borders."""
        for top in tops:
            for left, right in pairwise(columns):
                self.rule(left, right, top)

    def row(
        self, columns: Sequence[float], top: float, words: Sequence[str], size: float = 8.5, style: str = ""
    ) -> None:
        """Words behind the left border of each column; a cell may have several lines, and markup."""
        for left, cell in zip(columns, words, strict=False):
            for n, text in enumerate(cell.split("\n")):
                self.line(left + 3, top + 10 * n, words_of(text, style), size)

    def wall(self, left: float, top: float, bottom: float) -> None:
        """A vertical rule."""
        self.canvas.setLineWidth(0.5)
        self.canvas.line(left, HEIGHT - top, left, HEIGHT - bottom)

    def grid(self, columns: Sequence[float], tops: Sequence[float]) -> None:
        """All borders of a table."""
        self.rules(columns, *tops)
        for left in columns:
            self.wall(left, tops[0], tops[-1])

    def bytes(self) -> bytes:
        """The finished file."""
        self.canvas.showPage()
        self.canvas.save()
        return self.stream.getvalue()


def masthead(
    sheet: Sheet,
    symbol: str,
    body: str = "General Assembly",
    *,
    organization: str = "United Nations",
    right: Sequence[str] = ("Distr.: General", "3 March 2031", "Original: English"),
    job: str = "31-04567 (E)    040331",
    rules: bool = True,
) -> None:
    """The head and the foot of the first page."""
    head, tail = symbol.split("/", 1)
    wide = stringWidth(head, FONTS[""], 20) + stringWidth("/" + tail, FONTS[""], 10)
    start = sheet.text(552 - wide, 56.5, head, 20)
    sheet.text(start, 56.5, "/" + tail, 10)
    sheet.text(LEFT, 57.8, organization, 14)
    sheet.lines(LEFT, 86.4, body.split("\n"), 20 if "\n" not in body else 16, "b")
    for n, words in enumerate(right):
        sheet.text(397, 86.7 + 12 * n, words)
    if rules:
        sheet.rule(60, 552, 65)
        sheet.rule(60, 552, 209)
    if job:
        sheet.text(65.4, 747.6, job)
        sheet.text(65.4, 762.2, f"*{job[:2]}{job[3:8]}*", 12)


@dataclass
class Flow:
    """Running text over as many pages as it takes: paragraphs, their footnotes, running headers and footers."""

    symbol: str = "A/87/901"
    title: str = ""
    sheet: Sheet = field(default_factory=Sheet)
    top: float = TOP
    pages: int = 0
    bottom: float = BOTTOM
    notes: list[tuple[str, list[list[Word]]]] = field(default_factory=list)
    apart: float = 18.0
    separator: str = "underscores"

    def start(self, **head: Any) -> Flow:
        """The masthead on the first page."""
        masthead(self.sheet, self.symbol, **head)
        self.top = 232.0
        return self

    def told(self, *lines: str) -> Flow:
        """Lines below the masthead, session, place and item; in bold where an asterisk stands before them."""
        for line in lines:
            self.sheet.text(60, self.top - 10, line.removeprefix("*"), style="b" if line.startswith("*") else "")
            self.top += 12
        self.top += 24
        return self

    def entries(self, *entries: tuple[str, str, str]) -> Flow:
        """Entries of the contents: label, title, dots and page."""
        for label, title, page in entries:
            self.sheet.text(LEFT, self.top, label)
            end = self.sheet.text(INDENT, self.top, title)
            self.sheet.text(end + 4, self.top, ". " * int((460 - end) / 5))
            self.sheet.text(480, self.top, page)
            self.top += 16
        return self

    def _foot_height(self) -> float:
        return sum(10.5 * len(lines) for _, lines in self.notes) + 24 if self.notes else 0.0

    def turn(self) -> None:
        """Ends the page: its notes are printed, the next page gets its running header."""
        self._print_notes()
        self.sheet.next()
        self.furniture()
        self.top = TOP

    def furniture(self) -> None:
        """The running header above its rule and the footer of a page after the first."""
        number = self.sheet.page
        even = number % 2 == 0
        wide = stringWidth(self.symbol, FONTS["b"], 8.5)
        self.sheet.text(60 if even else 552 - wide, 59, self.symbol, 8.5, "b")
        if self.title:
            self.sheet.text(300 if even else 60, 59, self.title, 8.5)
        self.sheet.rule(60, 552, 65)
        label = f"{number}/{self.pages}" if self.pages else str(number)
        self.sheet.text(60 if even else 540, 755.3, label, 8.5, "b")
        self.sheet.text(524.5 if even else 60, 753.8, "31-04567", 7)

    def _print_notes(self) -> None:
        if not self.notes:
            return
        top = self.bottom - self._foot_height() + 20
        if self.separator == "underscores":
            self.sheet.text(99.6, top, "_" * 18, 8)
        else:
            self.sheet.rule(LEFT, LEFT + 144, top)
        top += 13
        for mark, lines in self.notes:
            self.sheet.text(117, top - 3, mark, 5.5)
            for words in lines:
                self.sheet.line(LEFT, top, words, 8.5)
                top += 10.5
        self.notes = []

    def add(
        self,
        text: str,
        number: str = "",
        *,
        label_at: float = LEFT,
        text_at: float = INDENT,
        left: float = LEFT,
        notes: Mapping[str, str] | None = None,
        right: float = RIGHT,
        style: str = "",
        size: float = 10.0,
        justified: bool = True,
    ) -> Flow:
        """A paragraph; its first line has the number at `label_at` and begins at `text_at`, the others at `left`."""
        lines = wrapped(text, right - left, size, first=right - text_at, style=style)
        for n, words in enumerate(lines):
            called = [(mark, wrapped(notes[mark], right - LEFT, 8.5))
                      for word in words for mark in word.marks if notes and mark in notes]  # fmt: skip
            held, self.notes = self.notes, [*self.notes, *called]
            if self.top > self.bottom - self._foot_height():
                self.notes = held
                self.turn()
                self.notes = called
            if n == 0 and number:
                self.sheet.text(label_at, self.top, number, size, style)
            last = n == len(lines) - 1
            self.sheet.line(left if n else text_at, self.top, words, size, 0.0 if last or not justified else right)
            self.top += 1.2 * size
        self.top += self.apart - LEADING
        return self

    def heading(self, text: str, label: str = "", size: float = 12.0, style: str = "b") -> Flow:
        """A heading, which stays together with the next lines."""
        if self.top > self.bottom - self._foot_height() - 48:
            self.turn()
        self.top += 6
        if label:
            self.sheet.text(102.9 if size > 10 else 111, self.top, label, size, style)
        self.sheet.lines(LEFT, self.top, text.split("\n"), size, style)
        self.top += 1.2 * size * len(text.split("\n")) + 8
        return self

    def bytes(self) -> bytes:
        """The finished file."""
        self._print_notes()
        return self.sheet.bytes()

    def read(self) -> ParsedFile:
        """The file as the reader sees it."""
        return read_pdf(self.bytes(), "made.pdf")

    def document(self) -> Document:
        """The document that the file is."""
        return read_document(Input("made.pdf", self.bytes()), Catalogue.packaged())[0]


def filled(source: ParsedFile) -> list[Line]:
    """The lines that have text."""
    return [line for line in source.lines if not line.blank]


def texts(source: ParsedFile) -> list[str]:
    """The text of each line that has any."""
    return [line.text for line in filled(source)]


def plain(text: str) -> str:
    """A text without its markup."""
    return re.sub(r"_([^_]+)_", r"\1", re.sub(r"\^[^^]+\^", "", text))


def long_text(words: int, start: int = 0) -> str:
    """So many words of sense-free but whole sentences, different for each `start`."""
    stock = (
        "the secretariat will send every delegation a list of open questions before the meeting starts so that answers "
        "may be prepared in good time and the chair has asked all groups to name one speaker for each topic while "
        "written comments remain welcome until the end of the month because the report must be translated early"
    ).split()
    made = [stock[(n * 7 + start * 5 + n // 11) % len(stock)] for n in range(words)]
    return " ".join(made).capitalize() + "."
