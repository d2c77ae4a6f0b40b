"""Turns paragraphs, tables and footnotes of a PDF file into lines; words hyphenated at a line end are joined."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.readers.lines import (
    BLANK_LINE,
    SENTENCE_END,
    SUPERSCRIPTS,
    Cell,
    Line,
    group_consecutive,
    number_rows,
    row_text,
    splits_range,
)
from ingest.readers.pdf.arabic_text import normalize_script
from ingest.readers.pdf.contents import split_entry
from ingest.readers.pdf.glyphs import Run
from ingest.readers.pdf.pdf_notes import MARKS, Note, parse_note_mark
from ingest.readers.pdf.pdf_paragraphs import Item, Paragraph, is_labelled
from ingest.readers.pdf.printed_lines import PrintedLine, Row, is_wide
from ingest.readers.pdf.table_rows import Table, with_header
from ingest.readers.text import clean_characters

HYPHENS = "-\u00ad\u2010\ufffe\x02"
"""Characters at the end of a line that breaks a word; pdfium also returns U+FFFE and U+0002 for them."""

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


_SHORT_END = 2  # most letters of the end of a cut word that is known only by standing alone


class Hyphens:
    """Decides whether a hyphen at a line end belongs to its word, from the other words of the file. English documents
    of the United Nations are not hyphenated: a hyphen at a line end belongs to its word. Files in other languages often
    are. A file counts as hyphenated where more of its broken words occur elsewhere as one word than with a hyphen."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: set[str] = set()
        self._counts: Counter[str] = Counter()
        cuts: list[tuple[str, str]] = []
        cut = ""
        for line in lines:
            words = [word.casefold() for word in _WORD.findall(line)]
            self._counts.update(words)
            if not words:
                continue
            if cut:
                cuts.append((cut, words[0]))
                words = words[1:]
            cut = words[-1] if words and line.rstrip()[-1:] in HYPHENS else ""
            self._words.update(words[:-1] if cut else words)
        joined = sum(self._without_hyphen(head, tail) in self._words for head, tail in cuts)
        hyphened = sum(f"{head}-{tail}" in self._words for head, tail in cuts)
        self._hyphenated = joined >= 2 and joined > hyphened

    @staticmethod
    def _without_hyphen(head: str, tail: str) -> str:
        return head.split("-")[-1] + tail

    def join(self, text: str, words: str) -> str:
        """Joins a text that ends with a hyphen and the line that follows."""
        before, after = _WORD.findall(text[:-1]), _WORD.match(words)
        head, tail = (before[-1] if before else "").casefold(), (after.group(0) if after else "").casefold()
        keep = text[-1] != "\u00ad" and self._keeps(head, tail, words[0].islower())
        return text[:-1] + ("-" if keep else "") + words

    def cuts(self, head: str, tail: str) -> bool:
        """Whether the end of a line and the line below it are one word that was cut without a hyphen: the file has it as one word,
        or an end of a letter or two stands alone below a beginning that is no word of the file."""
        after = _WORD.match(tail)
        if not after:
            return False
        head, end = head.casefold(), after.group(0).casefold()
        alone = end == tail.casefold() and len(end) <= _SHORT_END
        return head + end in self._words or (alone and self._counts[head] <= 1)

    def _keeps(self, head: str, tail: str, lower: bool) -> bool:
        if not lower or f"{head}-{tail}" in self._words:
            return True
        if self._without_hyphen(head, tail) in self._words:
            return False
        if not self._hyphenated:
            return True
        return head.split("-")[-1] in self._words and tail.split("-")[0] in self._words


_LETTER = 0.9  # most font sizes that the width of a letter takes
_STAR = re.compile(r"(?<=[^\s*])(?:\*{1,4}|[†‡§]{1,2})(?=[\s,.;:)”»]|$)")
_REISSUE = re.compile(r"/\S*?(\*{1,3})$")
_CONTINUED = re.compile(r"\((?:continued|suite|continuación|продолжение|تابع|续)\)", re.IGNORECASE)
_CONJUNCTION = re.compile(r"(?:and|or|to|et|ou|y|e|o|u|и|или)\b")
_ADDRESS = re.compile(r"(?:https?:|www\.|@)\S*$|/\S*/\S*$")
_SUPERSCRIPT = re.compile(r"(?<=[^\s\d])[⁰¹²³⁴-⁹]{1,3}")
_BULLET = re.compile(r"[•●▪■◦\uf000-\uf0ff–—-]\s*(?=\S)(?<![–—-])|[–—-]\s+(?=\S)")


@dataclass
class _Marks:
    """The footnote marks in a text, and the indices of their notes; those in `below_table` have notes below a table."""

    below_table: Collection[str] = ()
    labels: list[str] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)


class Assembly:
    """The lines of a file, each footnote after the paragraph that refers to it."""

    def __init__(self, items: Sequence[Item], notes: Sequence[Note]) -> None:
        self._items = _with_headers(items)
        self._notes = notes
        self._written_notes: set[int] = set()
        self._referred: set[int] = set()
        self._lines: list[Line] = []
        texts = [line.text for item in items for line in _prints(item)]
        self._hyphens = Hyphens([*texts, *(line for note in notes for line in note.lines)])

    def run(self, masthead: Sequence[PrintedLine], masthead_facts: Sequence[str]) -> tuple[tuple[Line, ...], list[str]]:
        """All lines in reading order, and warnings. `masthead_facts` are further lines of the masthead."""
        for line in _masthead_lines(masthead):
            self._add(line)
            if match := _REISSUE.search(line.text):  # the asterisk stays: it says that the document is a reissue
                marks = _Marks()
                self._resolve_marks(match.group(1), 1, marks)
                self._write_notes(*marks.notes)
        for text in masthead_facts:
            self._add(Line(text, page=1, part="masthead"))
        table: Table | None = None
        table_marks: set[str] = set()  # the marks of the notes below the last table
        page = 1
        for n, item in enumerate(self._items):
            first = _first_page(item)
            if first > page:
                self._write_unreferred(first)
                page = first
            if isinstance(item, Table):
                again = table is not None and _continues_table(self._items, n, table)
                table_marks = set(self._table_marks(n))
                self._table(item, table_marks, table if again else None)
                table = item
                continue
            if table is not None and _repeats_caption(self._items, n, table):
                continue
            if table_marks and (notes_below := _table_notes(item, table_marks)):
                for label, printed_lines in notes_below:
                    marks = _Marks()
                    text = self._text(printed_lines, marks, skip=label) or label
                    self._add(Line(text, page=printed_lines[0].page, note=label, marks=tuple(marks.labels)))
                continue
            if item.part != "caption" and item.level:
                table_marks = set()
            self._paragraph(item)
        self._write_unreferred(None)
        warnings = []
        if lost := [note for n, note in enumerate(self._notes) if n not in self._referred]:
            named = ", ".join(f"{note.label} (page {note.page})" for note in lost[:12])
            warnings.append(f"no mark in the text refers to footnote {named}")
        return number_rows(self._lines), warnings

    # Footnotes

    def _resolve(self, label: str, page: int) -> int | None:
        """The index of the footnote that a mark on a page refers to."""
        near = [
            (abs(note.page - page), note.page < page, n)
            for n, note in enumerate(self._notes)
            if note.label == label and abs(note.page - page) <= 1
        ]
        return min(near)[2] if near else None

    def _write_unreferred(self, before: int | None) -> None:
        """Adds footnotes of the pages before `before` that no mark refers to: they still are part of the text."""
        for n, note in enumerate(self._notes):
            if before is None or note.page < before - 1:
                self._write_notes(n)

    def _write_notes(self, *note_indices: int) -> None:
        """Adds footnotes, each once."""
        for n in note_indices:
            if n not in self._written_notes:
                self._written_notes.add(n)
                note = self._notes[n]
                text = _normalize(self._join_lines(note.lines)) or note.label
                self._add(Line(text, page=note.page, note=note.label))

    # Words

    def _paragraph(self, item: Paragraph) -> None:
        marks = _Marks()
        text = self._text(item.printed_lines, marks)
        if not text:
            return
        first = item.first
        bullet = _BULLET.match(text)
        if item.part == "contents":
            self._add(_contents_line(text, first))
            return
        plain = bool(item.level) or item.part == "caption"
        self._add(
            Line(
                text[bullet.end() :] if bullet and not plain else text,
                page=first.page,
                heading=item.level,
                strong=not plain and len(item.printed_lines) == 1 and first.bold and not is_labelled(text),
                emphasis=not plain and len(item.printed_lines) == 1 and first.italic,
                bullet=bool(bullet) and not plain,
                marks=tuple(marks.labels),
                left=round(first.left, 1),
                top=round(first.top, 1),
                size=round(first.size, 1),
                part=item.part,
            )
        )
        self._write_notes(*marks.notes)

    def _text(
        self,
        printed_lines: Sequence[PrintedLine],
        marks: _Marks,
        skip: str = "",
        within: tuple[float, float] | None = None,
    ) -> str:
        """The text of some lines, without the marks of footnotes, which are added to `marks`. `within` are the borders of the
        cell that they are in, which may cut a word that is wider."""
        lines: list[str] = []
        for n, line in enumerate(printed_lines):
            parts: Sequence[tuple[str, bool]] = line.marked
            if skip and n == 0 and (labelled := parse_note_mark(line)):
                parts = [(labelled[1], False)]
            words = "".join(text for text, mark in parts if not (mark and self._resolve_marks(text, line.page, marks)))
            words = self._without_asterisks(words, line.page, marks)
            if within and n and lines[-1] and self._is_cut(printed_lines[n - 1], line, within):
                lines[-1] = lines[-1].rstrip() + words.lstrip()
            else:
                lines.append(words)
        return _normalize(self._join_lines(lines))

    def _is_cut(self, line: PrintedLine, below: PrintedLine, within: tuple[float, float]) -> bool:
        """Whether the border of a cell cuts a word: its beginning fills a line of the cell alone, and small letters are below."""
        head, tail = line.text.strip(), below.text.strip()
        left, right = within
        blank = (right - line.right) - max(0.0, line.left - left)  # beside the same inset as on the left
        fills = blank < _LETTER * line.size
        return fills and head.isalpha() and tail[:1].islower() and self._hyphens.cuts(head, tail)

    def _resolve_marks(self, text: str, page: int, marks: _Marks) -> bool:
        """Adds the marks of which a text consists to `marks`; False where one of them refers to no note."""
        found = {label: self._resolve(label, page) for label in MARKS.findall(text)}
        if not found or any(n is None and label not in marks.below_table for label, n in found.items()):
            return False
        for label in MARKS.findall(text):
            marks.labels.append(label)
            if label not in marks.below_table and (n := found[label]) is not None:
                marks.notes.append(n)
                self._referred.add(n)
        return True

    def _without_asterisks(self, words: str, page: int, marks: _Marks) -> str:
        def remove(match: re.Match[str]) -> str:
            return "" if self._resolve_marks(match.group().translate(SUPERSCRIPTS), page, marks) else match.group()

        if words.isascii() and "*" not in words:
            return words
        return _SUPERSCRIPT.sub(remove, _STAR.sub(remove, words))

    def _join_lines(self, lines: Sequence[str]) -> str:
        text, *others = [*filter(None, map(str.strip, lines))] or [""]
        for words in others:
            text = self._join_line(text, words)
        return text

    def _join_line(self, text: str, words: str) -> str:
        """A text joined with the next line."""
        last, first = text[-1], words[0]
        if last in HYPHENS and len(text) > 1 and text[-2].isalnum():
            if _CONJUNCTION.match(words):
                return f"{text[:-1]}- {words}"
            if _ADDRESS.search(text) or not (text[-2].isalpha() and first.isalpha()):
                return f"{text[:-1]}-{words}" if first.isalnum() else f"{text} {words}"
            return self._hyphens.join(text, words)
        if last == "/" and first.isalnum():  # a symbol or an address
            return text + words
        if (is_wide(last) and is_wide(first)) or splits_range(text, words):
            return text + words
        return f"{text} {words}"

    # Tables

    def _table_marks(self, n: int) -> list[str]:
        """The marks of the notes below a table."""
        found = []
        for item in self._items[n + 1 : n + 8]:
            if isinstance(item, Table) or item.level in (1, 2, 3):
                break
            for line in item.printed_lines:
                if (label := parse_note_mark(line)) and not label[0].isdigit():
                    found.append(label[0])
        return found

    def _table(self, table: Table, table_marks: Collection[str], continued: Table | None) -> None:
        headers = table.headers
        rows = table.rows
        width = len(table.edges) - 1
        last = next((line for line in reversed(self._lines) if not line.blank), None)
        if continued is not None and last is not None and last.cells:  # no note is between the two parts
            self._lines.pop()  # the blank line behind it
            if headers == 0 and continued.headers and _row_text(rows[0]) == _row_text(continued.rows[0]):
                headers = 1
            rows = rows[headers:] if _row_text(rows[0]) == _row_text(continued.rows[0]) else rows
            headers = 0
        note_indices: list[int] = []
        for n, row in enumerate(rows):
            marks = _Marks(table_marks)
            borders = [(table.edges[k], table.edges[min(k + cell.col_span, width)]) for k, cell in enumerate(row)]
            inside = zip(row, borders, strict=True)
            cells = [
                Cell(self._text(cell.printed_lines, marks, within=within), cell.col_span) for cell, within in inside
            ]
            cells += [Cell("")] * (width - len(cells))
            page, top = table.page, table.top
            above = self._lines[-1] if n == 0 and continued is not None else None
            broken = continued is not None and _breaks_cell(continued.rows[-1], row, continued.edges)
            alike = above is not None and len(above.cells) == len(cells) and not above.header
            if above and alike and (_continues_row(above.cells, cells) or broken):
                self._lines.pop()
                cells, marks.labels[:0] = self._join_rows(above.cells, cells), above.marks
                page, top = above.page or page, above.top
            note_indices += marks.notes
            if text := row_text(cells):
                self._lines.append(
                    Line(
                        text,
                        page=page,
                        cells=tuple(cells),
                        header=n < headers,
                        marks=tuple(marks.labels),
                        left=round(table.edges[0], 1),
                        top=round(top, 1),
                    )
                )
        self._lines.append(BLANK_LINE)
        self._write_notes(*note_indices)

    def _join_rows(self, above: Sequence[Cell], cells: Sequence[Cell]) -> list[Cell]:
        """The cells of a row that a page break splits."""
        pairs = zip(above, cells, strict=True)
        return [replace(cell, text=self._join_lines([cell.text, rest.text])) for cell, rest in pairs]

    def _add(self, line: Line) -> None:
        self._lines += [line, BLANK_LINE]


def _prints(item: Item) -> Sequence[PrintedLine]:
    if isinstance(item, Paragraph):
        return item.printed_lines
    return [line for row in item.rows for cell in row for line in cell.printed_lines]


def _contents_line(text: str, first: PrintedLine) -> Line:
    """An entry of the table of contents: title and page as cells, without leader dots."""
    cells = tuple(Cell(part.strip()) for part in split_entry(text) if part.strip(" ."))
    return Line(" | ".join(cell.text for cell in cells), page=first.page, cells=cells, part="contents")


def _first_page(item: Item) -> int:
    return item.first.page if isinstance(item, Paragraph) else item.page


def _row_text(row: Row) -> str:
    return "|".join(" ".join(line.text for line in cell.printed_lines) for cell in row)


def _with_headers(items: Sequence[Item]) -> Sequence[Item]:
    """The items; a table whose header is told only by the rows on its next page has it."""
    found = [*items]
    first: int | None = None  # where the table begins that may go on
    for n, item in enumerate(items):
        if not isinstance(item, Table):
            continue
        before = None if first is None else items[first]
        if first is None or not isinstance(before, Table) or not _continues_table(items, n, before):
            first = n
            continue
        if not before.headers and not item.headers:
            found[first] = with_header(before, item.rows)
        first = None
    return found


def _continues_table(items: Sequence[Item], n: int, before: Table) -> bool:
    """Whether the table at `n` continues the one before it, across a page break and a repeated caption."""
    table = items[n]
    assert isinstance(table, Table)
    between = [item for item in items[:n] if _first_page(item) >= before.page]
    after = between[between.index(before) + 1 :]
    alike = len(table.edges) == len(before.edges) and all(
        abs(left - right) < 6 for left, right in zip(table.edges, before.edges, strict=True)
    )
    return alike and table.page == before.page + 1 and all(_is_repeated_caption(item) for item in after)


def _continues_row(above: Sequence[Cell], cells: Sequence[Cell]) -> bool:
    """Whether the first row of a page continues the last row of the page before: some of its cells are blank, and the
    others go on within a phrase."""
    goes_on = [
        cell.text[:1].islower() and bool(before.text) and not SENTENCE_END.search(before.text)
        for before, cell in zip(above, cells, strict=False)
        if cell.text
    ]
    return len(cells) > len(goes_on) > 0 and all(goes_on)


def _breaks_cell(above: Row, row: Row, edges: Sequence[float]) -> bool:
    """Whether the first row of a page is the rest of one cell of the row above, behind blank ones: its first word would not
    have fitted into the last line of that cell."""
    filled = [n for n, cell in enumerate(row) if cell.printed_lines]
    if len(filled) != 1 or not filled[0] or filled[0] >= len(above) or not above[filled[0]].printed_lines:
        return False
    n = filled[0]
    last, first = above[n].printed_lines[-1], row[n].printed_lines[0]
    right = edges[min(n + above[n].col_span, len(edges) - 1)]
    needed = (first.right - first.left) * (len(first.text.partition(" ")[0]) + 1) / max(1, len(first.text))
    blank = right - last.right - max(0.0, last.left - edges[n])
    return not SENTENCE_END.search(last.text) and blank < needed


def _is_repeated_caption(item: Item) -> bool:
    return isinstance(item, Paragraph) and bool(_CONTINUED.search(item.first.text)) and len(item.printed_lines) <= 3


def _repeats_caption(items: Sequence[Item], n: int, before: Table) -> bool:
    following = items[n + 1] if n + 1 < len(items) else None
    return _is_repeated_caption(items[n]) and isinstance(following, Table) and _continues_table(items, n + 1, before)


def _table_notes(item: Paragraph, table_marks: Collection[str]) -> list[tuple[str, list[PrintedLine]]]:
    """A paragraph below a table as the notes that it consists of; empty where it has none."""
    made: list[tuple[str, list[PrintedLine]]] = []
    for line in item.printed_lines:
        label = parse_note_mark(line)
        if label and label[0] in table_marks:
            made.append((label[0], [line]))
        elif made:
            made[-1][1].append(line)
        else:
            return []
    return made


def _masthead_lines(printed_lines: Sequence[PrintedLine]) -> Iterator[Line]:
    """The masthead column by column; lines of one style that follow closely on the left are one."""
    parts = [part for line in printed_lines for part in _split_sides(line)]
    if not parts:
        return
    middle = 0.55 * max(part.right for part in parts)
    parts.sort(key=lambda part: part.base)

    def continues(group: Sequence[PrintedLine], part: PrintedLine) -> bool:
        close = part.base - group[-1].base < 1.5 * part.size and abs(part.left - group[-1].left) < 6
        return close and part.bold == group[-1].bold and abs(part.size - group[-1].size) < 0.8

    yield from map(_masthead_line, group_consecutive((part for part in parts if part.left < middle), continues))
    yield from (_masthead_line([part]) for part in parts if part.left >= middle)


def _masthead_line(group: Sequence[PrintedLine]) -> Line:
    first = group[0]
    text = _normalize(" ".join(part.text for part in group))
    left, top, size = round(first.left, 1), round(first.top, 1), round(first.size, 1)
    return Line(text, page=1, strong=first.bold, part="masthead", left=left, top=top, size=size)


def _split_sides(line: PrintedLine) -> list[PrintedLine]:
    """The left and the right side of a masthead, which have different line heights."""
    groups: list[list[Run]] = []
    for run in line.runs:
        level = [group for group in groups if abs(group[-1].base - run.base) <= 0.45 * min(group[-1].size, run.size)]
        near = [group for group in level if run.left - group[-1].right <= 3 * run.size]
        if near:
            near[-1].append(run)
        else:
            groups.append([run])
    return [PrintedLine(line.page, tuple(group)) for group in groups]


def _normalize(text: str) -> str:
    return normalize_script(clean_characters(text.replace("\ufffe", "-").replace("\x02", "-")))
