"""Tables and boxes of a page, found by the rules that are drawn on it or by the way in which words align.

United Nations documents draw tables with horizontal rules only, or with a grid; Word draws each rule in
pieces, one for each cell, so that the ends of the pieces tell the columns.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.readers.lines import YEARS, heads_numbers
from ingest.readers.pdf.contents import LEADERS
from ingest.readers.pdf.glyphs import PageGlyphs, Rule
from ingest.readers.pdf.prints import Print, Row, TableCell
from ingest.readers.pdf.slots import slotted

_NEAR = 4.0
"""Ends of rules within so many points are one edge."""
_BELOW = 6.0
"""No underline is drawn further below the baseline, points."""
_INSET = 10.0
"""Words of a cell begin less than so many points behind its border."""
_SAME_CELL = 1.5
"""Lines of one cell are less than so many font sizes apart."""
_RECENT = 40
"""Whether a line goes on with a table is told by so many lines above it."""
_LABEL = re.compile(r"(?:\(?(?:\d{1,3}|[a-z]{1,5}|[IVXLC]{1,6}|[A-Z])[.)]|[-–—•●*]|)")
_FIGURE = re.compile(r"(?:figure|figura|gráfico|рисунок|диаграмма|الشكل|图|map|carte|mapa|карта)\s", re.IGNORECASE)
_CAPTION = re.compile(rf"{_FIGURE.pattern}|(?:table|tableau|cuadro|таблица|الجدول|表)\s", re.IGNORECASE)
_VALUE = re.compile(r"[($€£+–—-]{0,2}[\d .,]*\d[%)*a-z]{0,3}|[–—-]|\.\.\.?|n/?a", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """A table of one page: rows of one cell for each column. The first `headers` rows head the columns.

    `edges` are the x positions of the column borders; `ids` the printed lines that went into it. An `open` table runs to the end
    of the page below its last rule, so that it may go on, without any rule, on the next.
    """

    page: int
    top: float
    bottom: float
    edges: tuple[float, ...]
    rows: tuple[Row, ...]
    headers: int
    ids: frozenset[int]
    open: bool = False


@dataclass(frozen=True)
class Box:
    """A frame drawn around text."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True)
class _Level:
    """Horizontal rules at one height: their ends."""

    height: float
    left: float
    right: float
    ends: tuple[float, ...]


def ruled_tables(page: PageGlyphs, prints: Sequence[Print], from_top: float) -> tuple[list[Table], list[Box]]:
    """Tables with rules, and boxes, among the lines of a page that lie below `from_top` (points from the top)."""
    tables: list[Table] = []
    boxes: list[Box] = []
    upright = [rule for rule in page.rules if not rule.horizontal]
    level = _levels(_without_underlines(page.rules, prints), from_top)
    for levels in _framed(level, upright, prints):
        top, bottom = levels[0].height, levels[-1].height
        left, right = min(level.left for level in levels), max(level.right for level in levels)
        sides = [rule for rule in upright if left - 3 <= rule.left <= right + 3]
        if any(rule.top < top - 6 and rule.bottom > top - 3 for rule in sides):
            top = min(rule.top for rule in sides if rule.bottom > top - 3)  # a row that began on the page before
        inside = [
            line for line in prints
            if top - 1 < line.base - 0.3 * line.size < bottom + 1 and left - 6 <= line.left and line.right <= right + 6
        ]  # fmt: skip
        if not inside:
            continue
        grid = [rule for rule in sides if top - 3 <= rule.top and rule.bottom <= bottom + 3]
        walls = [rule.left for rule in grid]
        pieced = [level for level in levels if len(_merged(level.ends)) > 2]
        edges = _merged([end for level in (pieced or levels) for end in level.ends] + walls)
        if not walls and not pieced and len(levels) > 2:
            edges = _aligned_edges(inside)
        if len(edges) <= 2 or not any(len(line.stretches) > 1 for line in inside):
            if walls and bottom - top > 20 and len(edges) == 2:
                boxes.append(Box(left, right, top, bottom))
            continue
        below = [] if walls else _below(prints, bottom, edges, inside)
        inside += below
        parted = any(left + 10 < wall < right - 10 for wall in walls)
        last = not any(line.base > bottom + 1 for line in prints)
        table = _table(page.number, inside, edges, levels, grid, alone=last, parted=parted)
        if table and _fits(table):
            tables.append(replace(table, open=bool(below) and below[-1].base == max(line.base for line in prints)))
    return tables, boxes


def carried_table(page: PageGlyphs, prints: Sequence[Print], before: Table, from_top: float) -> Table | None:
    """The rest of a table that is open at the end of the page before: lines that keep to its columns, from the first of the page."""
    rules = [
        level.height
        for level in _levels(_without_underlines(page.rules, prints), from_top)
        if level.right - level.left > 60
    ]
    end = min(rules, default=page.height)
    found: list[Print] = []
    for line in sorted(prints, key=lambda line: line.base):
        far = bool(found) and line.base - found[-1].base > 3.2 * line.size
        if line.base <= from_top or line.base > end or far or not _keeps(line, before.edges):
            break
        found.append(line)
    if not any(len(line.stretches) > 1 for line in found):
        return None
    table = _table(page.number, found, before.edges)
    return replace(table, headers=0) if table else None


def _keeps(line: Print, edges: Sequence[float]) -> bool:
    """Whether a line lies within columns and crosses none of their borders."""
    return line.left > edges[0] - 6 and line.right < edges[-1] + 6 and not any(
        part.left < edge - 4 and part.right > edge + 4 for part in line.stretches for edge in edges
    )  # fmt: skip


def _levels(rules: Sequence[Rule], from_top: float) -> list[_Level]:
    rows: list[list[Rule]] = []
    for rule in sorted((rule for rule in rules if rule.top > from_top), key=lambda rule: rule.top):
        if rows and rule.top - rows[-1][0].top <= 2.0:
            rows[-1].append(rule)
        else:
            rows.append([rule])
    return [
        _Level(
            row[0].top,
            min(rule.left for rule in row),
            max(rule.right for rule in row),
            tuple(end for rule in row for end in (rule.left, rule.right)),
        )
        for row in rows
    ]


def _without_underlines(rules: Sequence[Rule], prints: Sequence[Print]) -> list[Rule]:
    """The horizontal rules that are not drawn right below words and no further than they go, as below an address."""
    rules = [rule for rule in rules if rule.horizontal]
    if not rules:
        return rules
    words = sorted(
        (
            (run.base, part.left, part.right, run.size)
            for line in prints
            for part in line.stretches
            for run in part.runs
        ),
        key=lambda each: each[0],
    )
    bases = [base for base, *_ in words]
    kept = []
    for rule in rules:
        near = words[bisect_left(bases, rule.top - _BELOW) : bisect_right(bases, rule.top + 0.5)]
        below = any(
            rule.top - base <= 0.25 * size and left - 2 <= rule.left and rule.right <= right + 2
            for base, left, right, size in near
        )
        if not below:
            kept.append(rule)
    return kept


def _framed(levels: Sequence[_Level], upright: Sequence[Rule], prints: Sequence[Print]) -> list[list[_Level]]:
    """Runs of at least two levels of much the same extent: what may be the rules of one table."""
    groups: list[list[_Level]] = []
    for level in levels:
        if groups and _within(groups[-1][0], level) and level.height - groups[-1][-1].height < 60:
            groups[-1].append(level)  # a rule below a heading that spans some columns
        elif groups and (
            _parts_grid(groups[-1], level, upright)
            or (
                _alike(groups[-1][0], level)
                and _connected(replace(groups[-1][0], height=groups[-1][-1].height), level, upright, prints)
            )
        ):
            groups[-1].append(level)
        else:
            groups.append([level])
    return [group for group in groups if len(group) >= 2 and group[0].right - group[0].left > 60]


def _within(whole: _Level, part: _Level) -> bool:
    """Whether rules lie within others and leave out what is headed by no group: at least the first column."""
    return whole.left + 20 < part.left and part.right < whole.right + _NEAR


def _parts_grid(group: Sequence[_Level], part: _Level, upright: Sequence[Rule]) -> bool:
    """Whether a rule parts only some columns of a grid, whose other cells go on beside it: walls run from the rule above to it
    at both of its ends and at the far side of the cells that go on."""
    whole = group[0]
    if part.left < whole.left - 3 or part.right > whole.right + 3 or part.right - part.left < 60:
        return False
    middle = (group[-1].height + part.height) / 2
    walls = [rule.left for rule in upright if rule.top - 2 <= middle <= rule.bottom + 2]
    return all(any(abs(wall - end) < 4 for wall in walls) for end in (part.left, part.right, whole.left, whole.right))


def _alike(above: _Level, below: _Level) -> bool:
    shared = min(above.right, below.right) - max(above.left, below.left)
    return abs(above.left - below.left) < 60 and abs(above.right - below.right) < 60 and (
        shared > 0.5 * (above.right - above.left)
    )  # fmt: skip


def _connected(above: _Level, below: _Level, upright: Sequence[Rule], prints: Sequence[Print]) -> bool:
    """Whether two levels belong to one table: walls join them, or no running text stands between them."""
    middle = (above.height + below.height) / 2
    walls = [rule for rule in upright if rule.right >= above.left - 5 and rule.left <= above.right + 5]
    if any(rule.top - 2 <= middle <= rule.bottom + 2 for rule in walls):
        return True
    if any(abs(rule.bottom - above.height) < 3 or abs(rule.top - below.height) < 3 for rule in walls):
        return False  # a grid that ends here
    between = [line for line in prints if above.height < line.base - 0.3 * line.size < below.height]
    if between and all(len(line.stretches) == 1 for line in between) and len(above.ends) != len(below.ends):
        return False  # a title between two tables
    if any(_CAPTION.match(line.text) for line in between):
        return False
    width = above.right - above.left
    running = [line for line in between if len(_parts(line)) == 1 and line.right - line.left > 0.7 * width]
    return len(between) < 40 and len(running) <= 0.34 * len(between) and not any(
        line.left < above.left - 8 or line.right > above.right + 8 for line in between
    )  # fmt: skip


def _below(prints: Sequence[Print], bottom: float, edges: Sequence[float], inside: Sequence[Print]) -> list[Print]:
    """Rows below the last rule of a table that goes on, without a closing rule, to the end of the page. Where the words of all columns
    begin equally far from their borders, lines over several columns may stand between rows."""
    found: list[Print] = []
    last = max(line.base for line in inside)
    lines = [line for line in prints if line.base - 0.3 * line.size > bottom]
    inset = [
        all(_inset(part, edges) for part in line.stretches) for line in lines if len(line.stretches) == len(edges) - 1
    ]
    even = len(inset) >= 6 and sum(inset) >= 0.8 * len(inset)
    for line in lines:
        alone = len(line.stretches) == 1 and not found and line.left < edges[1] - 4
        keeps = _keeps(line, edges) and not alone
        wide = even and len(line.stretches) == 1 and line.left - edges[0] < _INSET and line.right < edges[-1] + 6
        if not (keeps or wide) or line.base - last > (4.2 if even else 3.2) * line.size:
            break
        found.append(line)
        last = line.base
    while found and len(found[-1].stretches) == 1 and found[-1].left < edges[1]:
        gap = found[-1].base - (found[-2].base if len(found) > 1 else bottom)
        if even and _keeps(found[-1], edges) and gap < _SAME_CELL * found[-1].size:
            break  # the rest of a cell
        found.pop()
    return found if sum(len(line.stretches) > 1 for line in found) >= 2 else []


def _inset(words: Print, edges: Sequence[float]) -> bool:
    """Whether words begin a little behind a border of columns."""
    return any(0 < words.left - edge < _INSET for edge in edges)


def _merged(ends: Sequence[float]) -> list[float]:
    found: list[list[float]] = []
    for end in sorted(ends):
        if found and end - found[-1][-1] <= _NEAR:
            found[-1].append(end)
        else:
            found.append([end])
    return [sum(group) / len(group) for group in found]


def _aligned_edges(prints: Sequence[Print]) -> list[float]:
    """Column borders where nearly all lines leave a gap."""
    lines = [[(part.left, part.right) for part in _parts(line)] for line in prints if len(line.stretches) > 1]
    if not lines:
        return []
    left = min(start for line in lines for start, _ in line)
    right = max(end for line in lines for _, end in line)
    changes = [0] * (int(right - left) + 2)
    for line in lines:
        for start, end in line:
            changes[int(start - left)] += 1
            changes[int(end - left) + 1] -= 1
    few = max(1, int(0.12 * len(lines)))
    counts = list(itertools.accumulate(changes))
    edges = [left - 2]
    begin = 0
    for between, run in itertools.groupby(counts, key=lambda count: count <= few):
        end = begin + len(list(run))
        if between and begin > 0 and end - begin >= 4 and end < len(counts):
            edges.append(left + _clearest(counts, begin, end))
        begin = end
    return [*edges, right + 2]


def _clearest(counts: Sequence[int], begin: int, end: int) -> float:
    """The middle of the widest part of a gap that the fewest lines cross."""
    fewest = min(counts[begin:end])
    clear = [x for x in range(begin, end) if counts[x] == fewest]
    parts = [
        [x for _, x in part] for _, part in itertools.groupby(enumerate(clear), key=lambda each: each[1] - each[0])
    ]
    widest = max(parts, key=len)
    return (widest[0] + widest[-1] + 1) / 2


def _table(
    page: int,
    prints: Sequence[Print],
    edges: Sequence[float],
    levels: Sequence[_Level] = (),
    grid: Sequence[Rule] = (),
    *,
    alone: bool = False,
    parted: bool = False,
) -> Table | None:
    """The lines put into rows: by the rules where each row has one, else by their first column and distances. One row will do
    where it is `alone` on the rest of its page and a header, or where walls inside its grid have `parted` it."""
    gridded = bool(grid)
    bands: list[list[Print]] = [[] for _ in range(len(levels) + 1)]
    heading = _heading_levels(levels, edges, grid)
    spanned = gridded and any(level.left > edges[0] + 20 or level.right < edges[-1] - 20 for level in levels)
    for line in prints:
        for part in _split_at(line, edges) if spanned else (line,):
            bands[_band(part, levels, heading, spanned=spanned)].append(part)
    filled = [(above, band) for above, band in zip((None, *levels), bands, strict=True) if band]
    ruled = gridded or len(filled) >= 4
    rows: list[Row] = []
    headers = 0
    for n, (above, band) in enumerate(filled):
        heads = above is not None and above.height < heading
        parts = _columns(band, edges, _wide_cells(above, edges) if above and heads else [], grid)
        whole = gridded or (ruled and _one_row(parts))
        made = [_row(parts)] if whole else [_row(group) for group in _by_lines(parts)]
        headed = bool(headers and _figures(parts)) and all(cell.prints for cell in rows[-1])
        styled = _styled(band) and not headed
        if (
            (n == 0 and len(filled) > 1 and not ruled)
            or (heads and n == headers and n + 1 < len(filled))
            or (
                styled
                and not heading
                and n == headers
                and n + 1 < len(filled)
                and len({column for column, _, _ in parts}) > 1
            )
        ):
            made, headers = [_row(parts)], headers + 1
        rows += made
    rows = [row for row in rows if any(cell.prints for cell in row)]
    rows = [*rows[:headers], *slotted(rows[headers:], ruled=gridded)]
    if len(rows) == 1 and alone and sum(bool(cell.prints) for cell in rows[0]) > 1 and _styled(prints):
        headers = 1  # the header of a table that begins on the next page
    elif not rows or (len(rows) < 2 and not (parted and _side_by_side(rows[0]))):
        return None
    if not headers:
        rows, headers = _headed(rows)
    if not headers and not levels and all(words.bold for cell in rows[0] for words in cell.prints):
        headers = 1
    top, bottom = min(line.top for line in prints), max(line.base for line in prints)
    return Table(page, top, bottom, tuple(edges), tuple(rows), headers, frozenset(id(line) for line in prints))


def _headed(rows: list[Row]) -> tuple[list[Row], int]:
    """The rows, and how many of the first head the table: those that name columns of numbers below, lines of one cell as one row."""
    width = max(map(len, rows))
    texts = [[_words(cell) for cell in row] for row in rows]
    begins = next((n for n, row in enumerate(texts) if any(map(_is_figure, row[1:]))), 0)
    while begins and not any(texts[begins - 1][1:]):
        begins -= 1  # the heading of the first rows
    above: list[list[str]] = [[] for _ in range(width)]
    for row in rows[:begins]:
        for n, cell in enumerate(row):
            for column in above[n : n + cell.over] if cell.prints else ():
                column.append(_words(cell))
    below = [[row[n] for row in texts[begins:] if row[n:] and row[n]] for n in range(width)]
    if not begins or not heads_numbers(above, below):
        return rows, 0
    parts = [(n, cell.over, words) for row in rows[:begins] for n, cell in enumerate(row) for words in cell.prints]
    lines = sorted((words for _, _, words in parts), key=lambda words: words.base)
    if all(after.base - before.base < _SAME_CELL * after.size for before, after in itertools.pairwise(lines)):
        return [_row(parts), *rows[begins:]], 1
    return rows, begins


def _words(cell: TableCell) -> str:
    """The words of a cell without the marks of notes."""
    return " ".join("".join(text for text, mark in words.marked if not mark).strip() for words in cell.prints)


def _is_figure(text: str) -> bool:
    return bool(_VALUE.fullmatch(text)) and not YEARS.fullmatch(text)


def _styled(prints: Sequence[Print]) -> bool:
    return all(line.bold or line.italic for line in prints)


def _heading_levels(levels: Sequence[_Level], edges: Sequence[float], grid: Sequence[Rule]) -> float:
    """The height down to which rules part headings of groups from those of columns: they begin at the top and leave out
    the first column. 0 where there are none: where the walls of a grid part all columns at its top, its first cell goes on
    over several rows."""
    if len(levels) < 2:
        return 0.0
    middle = (levels[0].height + levels[1].height) / 2
    passing = [wall.left for wall in grid if wall.top < middle < wall.bottom]
    if grid and all(any(abs(wall - edge) < _NEAR for wall in passing) for edge in edges[1:-1]):
        return 0.0
    groups = 0
    while groups + 1 < len(levels) and _within(levels[0], levels[groups + 1]):
        groups += 1
    return levels[groups + 1].height if groups and groups + 1 < len(levels) else 0.0


def _wide_cells(level: _Level, edges: Sequence[float]) -> list[tuple[float, float, int, int]]:
    """The pieces of a rule that lie over several columns, each of which is the upper border of one cell: left, right, first
    column, columns."""
    found = []
    for left, right in zip(level.ends[::2], level.ends[1::2], strict=True):
        inner = [n for n, edge in enumerate(edges) if left - _NEAR <= edge <= right + _NEAR]
        if 2 < len(inner) < len(edges):
            found.append((left, right, inner[0], len(inner) - 1))
    return found


def _band(line: Print, levels: Sequence[_Level], heading: float, *, spanned: bool) -> int:
    """How many rules stand above a line; where cells span rows, below those of the `heading`, above the cell in which it
    stands."""
    middle = line.base - 0.3 * line.size
    above = [
        n for n, level in enumerate(levels, 1)
        if level.height <= middle and (not spanned or level.height < heading or level.left - 3 <= line.left <= level.right)
    ]  # fmt: skip
    return max(above, default=0)


_Part = tuple[int, int, Print]  # column, columns spanned, words


def _columns(
    prints: Sequence[Print], edges: Sequence[float], wide: Sequence[tuple[float, float, int, int]], grid: Sequence[Rule]
) -> list[_Part]:
    """The words of some lines by column; `wide` are cells over several of them, where no walls of a `grid` tell."""
    parts: list[_Part] = []
    for line in prints:
        for stretch in _split_at(line, edges):
            if walled := _walled(stretch, prints, edges, grid):
                parts.append((*walled, stretch))
                continue
            cell = next((each for each in wide if each[0] - 3 <= stretch.left and stretch.right <= each[1] + 3), None)
            if cell:
                parts.append((cell[2], cell[3], stretch))
                continue
            first = max(0, sum(edge <= stretch.left + 3 for edge in edges) - 1)
            last = max(first, sum(edge < stretch.right - 3 for edge in edges) - 1)
            first = min(first, len(edges) - 2)
            parts.append((first, min(last, len(edges) - 2) - first + 1, stretch))
    return parts


def _walled(
    words: Print, prints: Sequence[Print], edges: Sequence[float], grid: Sequence[Rule]
) -> tuple[int, int] | None:
    """The first column and the columns of the cell in whose walls words stand. A cell over several columns has no other words
    beside them, and other rows have walls between its columns; None where that is not so."""
    middle = words.base - 0.3 * words.size
    walls = _merged([rule.left for rule in grid if rule.top - 2 <= middle <= rule.bottom + 2])
    left = max((wall for wall in walls if wall <= words.left + 3), default=None)
    right = min((wall for wall in walls if wall >= words.right - 3), default=None)
    if left is None or right is None or any(left < wall < right for wall in walls):
        return None
    inner = [n for n, edge in enumerate(edges) if left - _NEAR <= edge <= right + _NEAR]
    level = [part for line in prints if abs(line.base - words.base) < 2 for part in line.stretches]
    beside = sum(left - 3 <= part.left and part.right <= right + 3 for part in level)
    walled = all(any(abs(rule.left - edges[n]) <= _NEAR for rule in grid) for n in inner[1:-1])
    return (inner[0], len(inner) - 1) if len(inner) == 2 or (len(inner) > 2 and walled and beside == 1) else None


def _split_at(line: Print, edges: Sequence[float]) -> list[Print]:
    """The stretches of a line, those parted as well that stand on either side of a border without crossing it."""
    found: list[Print] = []
    for stretch in line.stretches:
        groups = [[stretch.runs[0]]]
        for last, run in zip(stretch.runs, stretch.runs[1:], strict=False):
            between = any(last.right - 1 <= edge <= run.left + 1 for edge in edges) and run.left - last.right > 1
            if between:
                groups.append([run])
            else:
                groups[-1].append(run)
        found += [Print(line.page, tuple(group)) for group in groups]
    return found


def _one_row(parts: Sequence[_Part]) -> bool:
    """Whether a band between two rules is one row: not several lines that each have numbers of their own, or a column of nothing
    but numbers, each with a label beside it."""
    numbers: dict[float, int] = {}
    for column, _, words in parts:
        numbers[round(words.base)] = numbers.get(round(words.base), 0) + (column > 0 and _is_value(words))
    labels = {round(words.base) for column, _, words in parts if column == 0}
    listed = any(
        len(cell) > 1 and all(_is_value(words) and round(words.base) in labels for words in cell)
        for cell in ([words for n, _, words in parts if n == column] for column in {n for n, _, _ in parts if n})
    )
    return not listed and sum(count >= 2 for count in numbers.values()) <= 1


def _is_value(words: Print) -> bool:
    return bool(_VALUE.fullmatch(words.text))


def _row(parts: Sequence[_Part]) -> Row:
    if not parts:
        return ()
    width = max(column + over for column, over, _ in parts)
    cells = [TableCell() for _ in range(width)]
    for column, over, words in sorted(parts, key=lambda part: (part[2].base, part[2].left)):
        cell = cells[column]
        cells[column] = replace(cell, prints=(*cell.prints, words), over=max(cell.over, over))
    return tuple(cells)


def _side_by_side(row: Row) -> bool:
    """Whether two cells have lines at one height, as those of a row have that fills its page."""
    return any(
        abs(one.base - other.base) <= 0.45 * one.size
        for first, second in itertools.combinations(row, 2) for one in first.prints for other in second.prints
    )  # fmt: skip


def _by_lines(parts: Sequence[_Part]) -> list[list[_Part]]:
    """Lines without rules between them grouped as rows: a row begins where its first column does, or where figures stand below
    others."""
    lines: list[list[_Part]] = []
    for part in sorted(parts, key=lambda part: part[2].base):
        if lines and part[2].base - lines[-1][0][2].base <= 0.45 * part[2].size:
            lines[-1].append(part)
        else:
            lines.append([part])
    bases = [max(words.base for _, _, words in line) for line in lines]
    gaps = [after - before for before, after in itertools.pairwise(bases)]
    columns = [{column for column, _, _ in line} for line in lines]
    tight = min(
        (gap for gap, two in zip(gaps, itertools.pairwise(columns), strict=True) if two[0] & two[1]), default=0.0
    )
    rest = _rest_of_cells(lines, columns, [n for n, gap in enumerate(gaps, 1) if gap <= 1.08 * tight])
    rows: list[list[_Part]] = []
    waiting = False  # the last row is the start of a label whose numbers stand on its last line
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
            if below and any(column == 1 and not _is_value(words) for column, _, words in line):
                # One label stands beside several rows that have labels of their own.
                labelled += [part for part in line if part[0] == 0]
                line = [part for part in line if part[0]]
            elif _figures(line) and not _figures(rows[-1]):
                starts = False
        if rows and not below and (not starts or (waiting and near and _goes_on(rows[-1], line))):
            rows[-1] += line
        else:
            rows.append(list(line))
        waiting = columns[n] == {0} and not line[0][2].bold
    return rows


def _figures(parts: Sequence[_Part]) -> set[int]:
    """The columns, but for the first, in which a line or a row has figures without words beside them."""
    cells: dict[tuple[int, int], bool] = {}
    for column, _, words in parts:
        place = column, round(words.base)
        cells[place] = cells.get(place, True) and _is_value(words)
    return {column for (column, _), figure in cells.items() if column and figure}


def _rest_of_cells(
    lines: Sequence[Sequence[_Part]], columns: Sequence[set[int]], close: Sequence[int]
) -> Sequence[int]:
    """Those of the lines that follow `close` on others which go on with their row, where blank space parts rows: all, where none
    of them fills all columns, or where they are text, broken where the next word would not have fitted; none where they have figures."""
    if len(lines) - len(close) < 2 or any(_figures(lines[n]) for n in close):
        return ()
    if all(len(columns[n]) < max(map(len, columns)) for n in close):
        return close
    labels = [next((words for column, over, words in line if column == 0 and over == 1), None) for line in lines]
    width = max((words.right - words.left for words in labels if words), default=0.0)
    broken: list[bool] = []
    last: Print | None = None
    for n, words in enumerate(labels):
        last = last if n in close else None
        if words and last:
            needed = (words.right - words.left) * (len(words.text.partition(" ")[0]) + 1) / max(1, len(words.text))
            broken.append(width - (last.right - last.left) < needed)
        last = words or last
    return close if len(broken) >= 3 and sum(broken) >= 0.8 * len(broken) else ()


def _goes_on(row: Sequence[_Part], line: Sequence[_Part]) -> bool:
    first, begun = min(line, key=lambda part: part[2].left)[2], row[0][2]
    return first.text.lstrip("(")[:1].islower() or first.left > begun.left + 3


def _fits(table: Table) -> bool:
    """Whether the rows look like those of a table: at least two filled cells in most."""
    several = sum(sum(bool(cell.prints) for cell in row) >= 2 for row in table.rows)
    return several >= 0.4 * len(table.rows)


def unruled_tables(page: int, prints: Sequence[Print]) -> list[Table]:
    """Tables that no rule marks: at least three lines near each other with at least three aligned columns."""
    found: list[Table] = []
    for group in _tabular_groups(prints):
        captions = [line.text for line in prints if line.base < group[0].base and _CAPTION.match(line.text)]
        if captions and _FIGURE.match(captions[-1]):
            continue  # the numbers of a chart
        edges = _aligned_edges([line for line in group if _tabular(line)])
        if len(edges) < 3:
            continue
        group = _with_rest_of_cells(group, prints, edges)
        edges[-1] = max(edges[-1], max(line.right for line in group) + 2)
        table = _table(page, group, edges)
        if table and sum(sum(bool(cell.prints) for cell in row) for row in table.rows) >= 2.0 * len(table.rows):
            found.append(table)
    return found


def _with_rest_of_cells(group: Sequence[Print], prints: Sequence[Print], edges: Sequence[float]) -> list[Print]:
    """The lines of a table with those right above and below that stand in its columns: the first lines of its heads, but for what
    stands above its first column alone, and the rest of its last cells."""
    whole = list(group)
    for line in reversed(prints[: prints.index(group[0])]):
        near = whole[0].base - line.base < _SAME_CELL * line.size
        if not near or line.right < edges[1] or not _keeps_or_widens(line, edges) or _CAPTION.match(line.text):
            break
        whole.insert(0, line)
    tight = min(after.base - before.base for before, after in itertools.pairwise(group))
    for line in prints[prints.index(group[-1]) + 1 :]:
        gap = line.base - whole[-1].base
        rest = line.left > edges[1] or line.text[:1].islower() or gap < 0.9 * tight
        if gap > _SAME_CELL * line.size or not rest or not _keeps(line, edges):
            break
        whole.append(line)
    return whole


def _lead_to(row: Print, waiting: Sequence[Print], above: Sequence[Print]) -> bool:
    """Whether the lines `waiting` between rows are lines of cells of these."""
    second = min(_parts(line)[1].left for line in above)
    figures = any(map(_is_value, _parts(row)[1:]))
    return all(
        line.right < second - 2 or (figures and _keeps_or_widens(line, _aligned_edges([*above, row])))
        for line in waiting
    )


def _keeps_or_widens(line: Print, edges: Sequence[float]) -> bool:
    """Whether a line keeps to columns, of which the last may be wider."""
    return len(edges) > 2 and _keeps(line, (*edges[:-1], line.right))


def _tabular_groups(prints: Sequence[Print]) -> list[list[Print]]:
    """Runs of lines with at least three columns; lines of the first column only may stand between them, and before a row with figures
    lines of others."""
    groups: list[list[Print]] = []
    waiting: list[Print] = []
    for line in prints:
        group = groups[-1] if groups else []
        near = bool(group) and line.base - (waiting or group)[-1].base < 2.6 * line.size
        if _tabular(line):
            if near and _lead_to(line, waiting, [*filter(_tabular, group[-_RECENT:])]):
                group += [*waiting, line]
            else:
                groups.append([line])
            waiting = []
        elif near and len(_parts(line)) == 1 and len(waiting) < 4:
            waiting.append(line)
        else:
            waiting = []
            if group:
                groups.append([])
    return [group for group in groups if sum(map(_tabular, group)) >= 3]


def _parts(line: Print) -> list[Print]:
    """The stretches of a line without the number or bullet that it may begin with."""
    first, *rest = line.stretches
    return rest if rest and _LABEL.fullmatch(first.text) else [first, *rest]


def _tabular(line: Print) -> bool:
    parts = _parts(line)
    if len(parts) == 2 and not (_VALUE.fullmatch(parts[1].text) and len(parts[0].text) < 80):
        return False
    return len(parts) >= 2 and not LEADERS.search(line.text) and len(line.text) < 200
