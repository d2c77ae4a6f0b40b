"""Reads Word files (.docx, .docm, .dotx): paragraphs, cells, text boxes and footnotes as lines, in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingest.readers.docx.docx_blocks import Walker
from ingest.readers.docx.docx_layout import find_masthead, flatten, mark_captions, mark_contents, mark_masthead
from ingest.readers.docx.docx_notes import KINDS, NoteNumbering, note_texts
from ingest.readers.docx.docx_styles import StyleSheet
from ingest.readers.docx.entries import Entry, Paragraph, Reference, Row, Table, paragraphs
from ingest.readers.docx.inline import Findings
from ingest.readers.docx.manual_notes import match_manual_notes
from ingest.readers.docx.numbering import Numbering
from ingest.readers.docx.package import Package
from ingest.readers.docx.wordprocessing import Element, R, W, child, on, value
from ingest.readers.lines import (
    BLANK_LINE,
    Cell,
    Line,
    ParsedFile,
    ReadError,
    heads_number_columns,
    number_rows,
    row_text,
)
from ingest.readers.text import check_length, mark_headings

__all__ = ["read_docx"]

MAX_CELLS = 3_000_000
_HEADING = 500  # a paragraph with more characters is not a heading, whatever its style
_BLANK = Cell("")


def read_docx(data: bytes, name: str) -> ParsedFile:
    """A Word file as lines: a `Line` for each paragraph, followed by a blank one; a `Line` for each table row.

    Every paragraph, table cell, text box, footnote and endnote is included, in reading order; footnotes follow the
    paragraph or table that refers to them. Headers and footers are left out, except for the masthead on a first page.
    Automatic numbers are printed before the text. A merged cell is in its first column; the other columns and rows that
    it spans have blank cells, so that a cell's index is its column. `name` is only used in messages. Raises `ReadError`
    for files that are not Word files, are protected, damaged, or larger than any document."""
    try:
        return _read(Package(data, name), name)
    except RecursionError:
        raise ReadError(
            f"{name} nests tables or other elements too deeply to be a real document. Save it again in Word."
        ) from None
    except MemoryError:
        raise ReadError(f"{name} is too large to be read with the memory of this machine. Split it.") from None


def _read(package: Package, name: str) -> ParsedFile:
    document = package.document()
    body = child(document, "body")
    sections = list(body.iter(W + "sectPr")) if body is not None else []
    style_sheet = StyleSheet(package.related(package.main, "styles"))
    numbering = Numbering(package.related(package.main, "numbering"), style_sheet)
    note_numbering = NoteNumbering(package.related(package.main, "settings"), sections)
    findings = Findings()
    walker = Walker(style_sheet, numbering, note_numbering, findings)
    entries = walker.story(body) if body is not None else []
    flow = mark_masthead(flatten(entries))
    pictures = findings.pictures
    flow = [*_header(package, sections, walker), *flow]
    findings.pictures = pictures  # the emblem in a header needs no warning
    flow = match_manual_notes(flow)
    mark_contents(flow)
    flow = mark_captions(flow)
    notes: dict[tuple[str, str], str] = {}
    for kind in KINDS:
        notes |= note_texts(package.related(package.main, f"{kind}s"), kind, walker.story)
    printer = _Printer(name, notes)
    for entry in flow:
        printer.entry(entry)
    left = [key for key in notes if key not in note_numbering.used and key not in findings.dropped and notes[key]]
    for n, key in enumerate(left, 1):
        printer.note(f"{key[0]} {n}" if len(left) > 1 else key[0], notes[key])
    if all(line.blank for line in printer.lines):
        raise ReadError(
            f"{name} contains no text. If its pages are pictures, recognize their text first and add the PDF."
        )
    lines = number_rows(printer.lines)
    if sum(line.heading > 0 for line in lines) <= 1:  # nothing but a title is in a style of headings
        lines = tuple(mark_headings(lines))
    warnings = tuple(_warnings(findings, note_numbering, len(left), printer.missing))
    return ParsedFile(lines, format="docx", warnings=warnings)


def _header(package: Package, sections: list[Element], walker: Walker) -> list[Entry]:
    """The masthead in the header of the first page, where it has one."""
    if not sections:
        return []
    relations = package.relations(package.main)
    kinds = ("first", "default") if on(child(sections[0], "titlePg")) else ("default",)
    for kind in kinds:
        for reference in sections[0].iterfind(W + "headerReference"):
            part, _ = relations.get(reference.get(R + "id") or "", ("", ""))
            if value(reference, "type") == kind and package.has(part):
                found = find_masthead(walker.story(package.xml(part)), running=kind == "default")
                if found:
                    return found
    return []


class _Printer:
    """Makes lines of entries, and numbers them."""

    def __init__(self, name: str, notes: dict[tuple[str, str], str]) -> None:
        self._name = name
        self._notes = notes
        self._cells = 0
        self.lines: list[Line] = []
        self.missing = 0

    def entry(self, entry: Entry) -> None:
        """Adds the lines of a paragraph or table, a blank one after it, then its notes."""
        if isinstance(entry, Table):
            self._table(entry)
        else:
            self._paragraph(entry)
        for paragraph in paragraphs([entry]):
            for run in paragraph.runs:
                if run.note is not None:
                    text = self._notes.get((run.note.kind, run.note.id))
                    if text:
                        self.note(run.note.label, _unmarked(text, run.note) if run.note.custom else text)

    def note(self, label: str, text: str) -> None:
        """Adds a footnote with the mark that refers to it."""
        self.lines += [Line(check_length(text, self._name), note=label), BLANK_LINE]

    def _marks(self, found: list[Paragraph]) -> tuple[str, ...]:
        marks: list[str] = []
        for paragraph in found:
            for run in paragraph.runs:
                if run.note is not None and not self._notes.get((run.note.kind, run.note.id)):
                    self.missing += 1
                elif run.note is not None:
                    marks.append(run.note.label)
                marks += run.marks
        return tuple(marks)

    def _paragraph(self, paragraph: Paragraph) -> None:
        texts, bullet = paragraph.lines()
        marks = self._marks([paragraph])
        if not texts or (not paragraph.raw.strip() and not marks):
            return  # Word prints a number before an empty paragraph, but there is no text
        if paragraph.note is not None:
            self.note(paragraph.note, " ".join(texts))
            return
        apart = paragraph.parted or paragraph.part in ("masthead", "caption")
        text = check_length(" ".join(texts), self._name)
        heading = paragraph.level if not apart and not bullet and len(text) <= _HEADING else 0
        whole = Line(
            text,
            heading=heading,
            strong=paragraph.is_all("bold"),
            emphasis=paragraph.is_all("italic"),
            bullet=bullet,
            marks=marks,
            left=round(paragraph.left, 2),
            size=paragraph.size(),
            part=paragraph.part,
        )
        for n, line in enumerate(texts if apart else [text]):
            self.lines += [replace(whole, text=line, marks=marks if n == 0 else ()), BLANK_LINE]

    def _table(self, table: Table) -> None:
        self._cells += len(table.rows) * table.columns
        if self._cells > MAX_CELLS:
            raise ReadError(f"{self._name} has tables of more than {MAX_CELLS:,} cells. Split it.")
        headers = _headers(table)
        for n, row in enumerate(table.rows):
            cells = _cells(row, table.columns)
            found = [paragraph for cell in row.cells for paragraph in cell.paragraphs()]
            self.lines.append(
                Line(
                    check_length(row_text(cells), self._name),
                    strong=_bold(row),
                    cells=cells,
                    header=n < headers,
                    marks=self._marks(found),
                    size=max((paragraph.size() for paragraph in found), default=0.0),
                    part=table.part,
                )
            )
        self.lines.append(BLANK_LINE)


def _unmarked(text: str, mark: Reference) -> str:
    """The text of a note without the mark typed before it."""
    rest = text.removeprefix(mark.label)
    return rest.lstrip() if rest.strip() and not (mark.label[-1:].isalnum() and rest[:1].isalnum()) else text


def _cells(row: Row, columns: int) -> tuple[Cell, ...]:
    cells = [_BLANK] * columns
    for cell in row.cells:
        text = cell.text()
        cells[cell.column] = Cell(text, cell.col_span, 1 if cell.continues else cell.row_span)
    return tuple(cells)


def _headers(table: Table) -> int:
    """The number of header rows of a table: the first rows that are marked so, else a first row (with the rows that its
    cells span) that is bold throughout, or has words and years where all rows below have numbers."""
    marked = next((n for n, row in enumerate(table.rows) if not row.header), len(table.rows))
    if marked or len(table.rows) < 2:
        return marked
    reach = max((cell.row_span for cell in table.rows[0].cells), default=1)
    heads = reach if reach < len(table.rows) else 1
    bold = all(map(_bold, table.rows[:heads])) and not _bold(table.rows[heads])
    return heads if table.first_bold or bold or _names_numbers(table, heads) else 0


def _names_numbers(table: Table, heads: int) -> bool:
    """Whether the first rows are the header of columns of numbers."""
    filled = [(cell, text) for row in table.rows[:heads] for cell in row.cells if (text := cell.text().strip())]
    rest = [[cell.text.strip() for cell in _cells(row, table.columns)] for row in table.rows[heads:]]
    return heads_number_columns(((cell.column, cell.col_span, text) for cell, text in filled), rest, table.columns)


def _bold(row: Row) -> bool:
    words = [one for cell in row.cells for one in cell.paragraphs() if not one.blank]
    return bool(words) and all(one.is_all("bold") for one in words)


def _warnings(findings: Findings, note_numbering: NoteNumbering, left: int, missing: int) -> Iterator[str]:
    for count, sentence in (
        (findings.hidden, "Hidden text is left out ({:,} characters); show it in Word if it belongs to the document."),
        (findings.tracked, "The file has tracked changes; it is read as if all were accepted."),
        (left, "Footnotes or endnotes without a mark in the text are placed at the end ({:,})."),
        (missing, "Footnote marks have no footnote in the file ({:,}); they are left out."),
        (
            note_numbering.by_page,
            "Footnotes are numbered anew on each page of the file; here they are numbered throughout.",
        ),
        (findings.charts, "Charts are left out, with the numbers in them ({:,}); look at them in the file."),
        (findings.diagrams, "Diagrams (SmartArt) are left out ({:,}); look at them in the file."),
        (findings.pictures, "Pictures are left out, with the text in them ({:,}); look at them in the file."),
        (findings.imported, "Embedded documents are left out ({:,}); insert their text in Word."),
        (findings.symbols, "Characters of symbol fonts are unknown and shown as □ ({:,})."),
        (findings.numberless, "Numbers made by fields (AUTONUM, LISTNUM) are not in the file and are missing ({:,})."),
    ):
        if count:
            yield sentence.format(int(count))
