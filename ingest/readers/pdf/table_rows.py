"""Arranges the lines of a table in rows of cells, and finds the header rows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.readers.lines import YEARS, group_consecutive, heads_number_columns
from ingest.readers.pdf.glyphs import Rule, Run
from ingest.readers.pdf.printed_lines import PrintedLine, Row, TableCell
from ingest.readers.pdf.table_rules import NEAR, Level, lies_within, merge_ends
from ingest.readers.pdf.timetable_rows import split_timetable_rows

SAME_CELL = 1.5  # lines of one cell are less than this many font sizes apart
VALUE = re.compile(r"[($€£+–—-]{0,2}[\d .,]*\d[%)*a-z]{0,3}|[–—-]|\.\.\.?|n/?a", re.IGNORECASE)
_Part = tuple[int, int, PrintedLine]  # column, columns spanned, words


@dataclass(frozen=True)
class Table:
    """A table of one page: rows of one cell for each column. The first `headers` rows are the header. `edges` are the x
    positions of the column borders; `ids` the printed lines of the table. An `open` table runs to the end of the page
    below its last rule, so that it may continue, without any rule, on the next."""

    page: int
    top: float
    bottom: float
    edges: tuple[float, ...]
    rows: tuple[Row, ...]
    headers: int
    ids: frozenset[int]
    open: bool = False

    @classmethod
    def of(cls, lines: Sequence[PrintedLine], edges: Sequence[float], rows: Sequence[Row], headers: int) -> Table:
        """The table of some printed lines."""
        top, bottom = min(line.top for line in lines), max(line.base for line in lines)
        return cls(lines[0].page, top, bottom, tuple(edges), tuple(rows), headers, frozenset(map(id, lines)))


def build_table(
    printed_lines: Sequence[PrintedLine],
    edges: Sequence[float],
    levels: Sequence[Level] = (),
    grid: Sequence[Rule] = (),
    *,
    alone: bool = False,
    parted: bool = False,
) -> Table | None:
    """The table of some lines: rows are found by the rules where each row has one, else by their first column and
    distances. A single row is enough where it is `alone` on the rest of its page and a header, or where walls inside
    its grid separate its cells (`parted`)."""
    gridded = bool(grid)
    bands: list[list[PrintedLine]] = [[] for _ in range(len(levels) + 1)]
    heading = _heading_levels(levels, edges, grid)
    spanned = gridded and any(level.left > edges[0] + 20 or level.right < edges[-1] - 20 for level in levels)
    for line in printed_lines:
        for part in _split_at(line, edges) if spanned else (line,):
            bands[_band(part, levels, heading, spanned=spanned)].append(part)
    filled = [(above, band) for above, band in zip((None, *levels), bands, strict=True) if band]
    ruled = gridded or len(filled) >= 4
    rows: list[Row] = []
    headers = 0
    for n, (above, band) in enumerate(filled):
        heads = above is not None and above.height < heading
        parts = _columns(band, edges, _wide_cells(above, edges) if above and heads else [], grid)
        whole = gridded or (ruled and _is_one_row(parts))
        made = [_row(parts)] if whole else [_row(group) for group in _group_lines(parts)]
        headed = bool(headers and _figures(parts)) and all(cell.printed_lines for cell in rows[-1])
        styled = _is_emphasized(band) and not headed
        several = len({column for column, _, _ in parts}) > 1
        first = n == headers and n + 1 < len(filled)
        if first and (heads or (n == 0 and not ruled) or (styled and not heading and several)):
            made, headers = [_row(parts)], headers + 1
        rows += made
    rows = [*rows[:headers], *split_timetable_rows(rows[headers:], ruled=gridded)]
    if len(rows) == 1 and alone and count_filled(rows[0]) > 1 and _is_emphasized(printed_lines):
        headers = 1  # the header of a table whose rows are on the next page
    elif len(rows) < 2 and not (parted and _side_by_side(rows[0])):
        return None
    if not headers:
        rows, headers = _find_headers(rows)
    if not headers and not levels and all(words.bold for cell in rows[0] for words in cell.printed_lines):
        headers = 1
    return Table.of(printed_lines, edges, rows, headers)


def with_header(table: Table, below: Sequence[Row]) -> Table:
    """A table with the header that it has if some rows are `below` its own. Several rows are no header without one of its own
    rows below them: then some may be data in words above the first figure."""
    rows, headers = _find_headers([*table.rows, *below])
    begins = headers + len(table.rows) + len(below) - len(rows)  # joined rows included
    if begins > 1 and begins >= len(table.rows):
        return table
    return replace(table, rows=tuple(rows[: len(rows) - len(below)]), headers=headers)


def _find_headers(rows: list[Row]) -> tuple[list[Row], int]:
    """The rows and the number of header rows, which name columns of numbers; lines of one cell are joined."""
    texts = [[_cell_text(cell) for cell in row] for row in rows]
    figures = ([VALUE.fullmatch(text) and not YEARS.fullmatch(text) for text in row[1:]] for row in texts)
    begins = next((n for n, found in enumerate(figures) if any(found)), 0)
    while begins and not any(texts[begins - 1][1:]):
        begins -= 1  # a heading of the first rows
    begins = next((n for n in (begins, 1) if n and _heads_others(rows, n)), 0)
    if not begins:
        return rows, 0
    parts = [
        (n, cell.col_span, words) for row in rows[:begins] for n, cell in enumerate(row) for words in cell.printed_lines
    ]
    lines = sorted((words for _, _, words in parts), key=lambda words: words.base)
    if all(after.base - before.base < SAME_CELL * after.size for before, after in itertools.pairwise(lines)):
        return [_row(parts), *rows[begins:]], 1
    return rows, begins


def _heads_others(rows: Sequence[Row], begins: int) -> bool:
    """Whether the rows before one are the header of columns of numbers."""
    filled = [(n, cell) for row in rows[:begins] for n, cell in enumerate(row) if cell.printed_lines]
    below = [[_cell_text(cell) for cell in row] for row in rows[begins:]]
    heads = ((n, cell.col_span, _cell_text(cell)) for n, cell in filled)
    return heads_number_columns(heads, below, max(map(len, rows)))


def _cell_text(cell: TableCell) -> str:
    """The text of a cell without footnote marks."""
    return " ".join("".join(text for text, mark in words.marked if not mark).strip() for words in cell.printed_lines)


def count_filled(row: Row) -> int:
    """The number of cells of a row that are not blank."""
    return sum(bool(cell.printed_lines) for cell in row)


def _is_emphasized(printed_lines: Sequence[PrintedLine]) -> bool:
    return all(line.bold or line.italic for line in printed_lines)


def _heading_levels(levels: Sequence[Level], edges: Sequence[float], grid: Sequence[Rule]) -> float:
    """The height down to which rules separate headings of groups from those of columns: they begin at the top and leave
    out the first column. 0 where there are none: where the walls of a grid separate all columns at its top, its first
    cell spans several rows."""
    if len(levels) < 2:
        return 0.0
    middle = (levels[0].height + levels[1].height) / 2
    passing = [wall.left for wall in grid if wall.top < middle < wall.bottom]
    if grid and all(any(abs(wall - edge) < NEAR for wall in passing) for edge in edges[1:-1]):
        return 0.0
    groups = 0
    while groups + 1 < len(levels) and lies_within(levels[0], levels[groups + 1]):
        groups += 1
    return levels[groups + 1].height if groups and groups + 1 < len(levels) else 0.0


def _wide_cells(level: Level, edges: Sequence[float]) -> list[tuple[float, float, int, int]]:
    """The pieces of a rule that are the border of a cell over columns: left, right, first column, columns."""
    found = []
    for left, right in zip(level.ends[::2], level.ends[1::2], strict=True):
        inner = [n for n, edge in enumerate(edges) if left - NEAR <= edge <= right + NEAR]
        if 2 < len(inner) < len(edges):
            found.append((left, right, inner[0], len(inner) - 1))
    return found


def _band(line: PrintedLine, levels: Sequence[Level], heading: float, *, spanned: bool) -> int:
    """The number of rules above a line; where cells span rows, those of the `heading` and of its own cell."""
    middle = line.base - 0.3 * line.size
    above = [
        n for n, level in enumerate(levels, 1)
        if level.height <= middle and (not spanned or level.height < heading or level.left - 3 <= line.left <= level.right)
    ]  # fmt: skip
    return max(above, default=0)


def _columns(
    printed_lines: Sequence[PrintedLine],
    edges: Sequence[float],
    wide: Sequence[tuple[float, float, int, int]],
    grid: Sequence[Rule],
) -> list[_Part]:
    """The words of some lines by column; `wide` are cells over several, where no walls of a `grid` show them."""
    parts: list[_Part] = []
    for line in printed_lines:
        for segment in _split_at(line, edges):
            place = _cell_by_walls(segment, printed_lines, edges, grid) or next(
                (each[2:] for each in wide if each[0] - 3 <= segment.left and segment.right <= each[1] + 3), None
            )
            if place is None:
                first = max(0, sum(edge <= segment.left + 3 for edge in edges) - 1)
                last = max(first, sum(edge < segment.right - 3 for edge in edges) - 1)
                first = min(first, len(edges) - 2)
                place = first, min(last, len(edges) - 2) - first + 1
            parts.append((*place, segment))
    return parts


def _cell_by_walls(
    words: PrintedLine, printed_lines: Sequence[PrintedLine], edges: Sequence[float], grid: Sequence[Rule]
) -> tuple[int, int] | None:
    """The first column and the number of columns of the cell whose walls surround words. A cell over several columns
    has no other words beside them, and other rows have walls between its columns; None where that is not so."""
    middle = words.base - 0.3 * words.size
    walls = merge_ends([rule.left for rule in grid if rule.top - 2 <= middle <= rule.bottom + 2])
    left = max((wall for wall in walls if wall <= words.left + 3), default=None)
    right = min((wall for wall in walls if wall >= words.right - 3), default=None)
    if left is None or right is None or any(left < wall < right for wall in walls):
        return None
    inner = [n for n, edge in enumerate(edges) if left - NEAR <= edge <= right + NEAR]
    level = [part for line in printed_lines if abs(line.base - words.base) < 2 for part in line.segments]
    beside = sum(left - 3 <= part.left and part.right <= right + 3 for part in level)
    walled = all(any(abs(rule.left - edges[n]) <= NEAR for rule in grid) for n in inner[1:-1])
    return (inner[0], len(inner) - 1) if len(inner) == 2 or (len(inner) > 2 and walled and beside == 1) else None


def _split_at(line: PrintedLine, edges: Sequence[float]) -> list[PrintedLine]:
    """The segments of a line, split also where words are on either side of a border without crossing it."""

    def continues(group: list[Run], run: Run) -> bool:
        right = group[-1].right
        return run.left - right <= 1 or not any(right - 1 <= edge <= run.left + 1 for edge in edges)

    parts = (part for segment in line.segments for part in group_consecutive(segment.runs, continues))
    return [PrintedLine(line.page, tuple(part)) for part in parts]


def _is_one_row(parts: Sequence[_Part]) -> bool:
    """Whether the lines between two rules are one row: not several lines with numbers of their own, nor a column of
    numbers only, each with a label beside it."""
    numbers: dict[float, int] = {}
    for column, _, words in parts:
        numbers[round(words.base)] = numbers.get(round(words.base), 0) + (column > 0 and is_value(words))
    labels = {round(words.base) for column, _, words in parts if column == 0}
    listed = any(
        len(cell) > 1 and all(is_value(words) and round(words.base) in labels for words in cell)
        for cell in ([words for n, _, words in parts if n == column] for column in {n for n, _, _ in parts if n})
    )
    return not listed and sum(count >= 2 for count in numbers.values()) <= 1


def is_value(words: PrintedLine) -> bool:
    return VALUE.fullmatch(words.text) is not None


def _row(parts: Sequence[_Part]) -> Row:
    width = max(column + col_span for column, col_span, _ in parts)
    cells = [TableCell() for _ in range(width)]
    for column, col_span, words in sorted(parts, key=lambda part: (part[2].base, part[2].left)):
        cell = cells[column]
        cells[column] = replace(cell, printed_lines=(*cell.printed_lines, words), col_span=max(cell.col_span, col_span))
    return tuple(cells)


def _side_by_side(row: Row) -> bool:
    """Whether two cells have lines at one height, as in a real row that fills its page."""
    return any(
        abs(one.base - other.base) <= 0.45 * one.size
        for first, second in itertools.combinations(row, 2) for one in first.printed_lines for other in second.printed_lines
    )  # fmt: skip


def _group_lines(parts: Sequence[_Part]) -> list[list[_Part]]:
    """Lines grouped to rows: a row begins where its first column does, or where figures are below others."""
    ordered = sorted(parts, key=lambda part: part[2].base)
    lines = group_consecutive(ordered, lambda line, part: part[2].base - line[0][2].base <= 0.45 * part[2].size)
    bases = [max(words.base for _, _, words in line) for line in lines]
    gaps = [after - before for before, after in itertools.pairwise(bases)]
    columns = [{column for column, _, _ in line} for line in lines]
    tight = min(
        (gap for gap, two in zip(gaps, itertools.pairwise(columns), strict=True) if two[0] & two[1]), default=0.0
    )
    rest = _rest_of_cells(lines, columns, [n for n, gap in enumerate(gaps, 1) if gap <= 1.08 * tight])
    rows: list[list[_Part]] = []
    waiting = False  # whether the last row is the start of a label whose numbers are on its last line
    for n, line in enumerate(lines):
        near = n > 0 and gaps[n - 1] <= 1.2 * tight
        if n in rest:
            rows[-1] += line
            continue
        starts = 0 in columns[n] or not rows
        below = bool(rows) and len(_figures(line) & _figures(rows[-1])) >= 2
        lower = next((words.text[:1].islower() for column, _, words in line if column == 0), False)
        if rows and near and lower:
            labelled = next((row for row in reversed(rows) if any(column == 0 for column, _, _ in row)), rows[-1])
            if columns[n] == {0}:
                labelled += line  # the rest of a label whose figures stand on its first line
                continue
            if below and any(column == 1 and not is_value(words) for column, _, words in line):
                # One label is beside several rows that have labels of their own.
                labelled += [part for part in line if part[0] == 0]
                line = [part for part in line if part[0]]
            elif _figures(line) and not _figures(rows[-1]):
                starts = False
        if rows and not below and (not starts or (waiting and near and _continues_row(rows[-1], line))):
            rows[-1] += line
        else:
            rows.append(list(line))
        waiting = columns[n] == {0} and not line[0][2].bold
    return rows


def _figures(parts: Sequence[_Part]) -> set[int]:
    """The columns, except the first, in which a line or a row has figures without words beside them."""
    cells: dict[tuple[int, int], bool] = {}
    for column, _, words in parts:
        place = column, round(words.base)
        cells[place] = cells.get(place, True) and is_value(words)
    return {column for (column, _), figure in cells.items() if column and figure}


def _rest_of_cells(
    lines: Sequence[Sequence[_Part]], columns: Sequence[set[int]], close: Sequence[int]
) -> Sequence[int]:
    """Those of the lines directly below others (`close`) that continue the row above, where blank space separates rows:
    all, where none of them fills all columns, or where they are text, broken where the next word would not have fitted;
    none where they have figures."""
    if len(lines) - len(close) < 2 or any(_figures(lines[n]) for n in close):
        return ()
    if all(len(columns[n]) < max(map(len, columns)) for n in close):
        return close
    labels = [
        next((words for column, col_span, words in line if column == 0 and col_span == 1), None) for line in lines
    ]
    width = max((words.right - words.left for words in labels if words), default=0.0)
    broken: list[bool] = []
    last: PrintedLine | None = None
    for n, words in enumerate(labels):
        last = last if n in close else None
        if words and last:
            needed = (words.right - words.left) * (len(words.text.partition(" ")[0]) + 1) / max(1, len(words.text))
            broken.append(width - (last.right - last.left) < needed)
        last = words or last
    return close if len(broken) >= 3 and sum(broken) >= 0.8 * len(broken) else ()


def _continues_row(row: Sequence[_Part], line: Sequence[_Part]) -> bool:
    first, start = min(line, key=lambda part: part[2].left)[2], row[0][2]
    return first.text.lstrip("(")[:1].islower() or first.left > start.left + 3
