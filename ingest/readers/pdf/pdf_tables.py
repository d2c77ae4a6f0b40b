"""Finds tables and boxes of a page, by the rules that are drawn on it or by the alignment of words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.readers.lines import FIGURE_WORDS, LEADERS, MAP_WORDS
from ingest.readers.pdf.glyphs import PageGlyphs
from ingest.readers.pdf.printed_lines import PrintedLine, TableCell
from ingest.readers.pdf.table_rows import SAME_CELL, VALUE, Table, build_table, count_filled, is_value
from ingest.readers.pdf.table_rules import CAPTION, group_by_height, group_levels, merge_ends, without_underlines

_INSET = 10.0  # words of a cell begin less than this many points behind its border
_RECENT = 40  # number of lines above a line by which it is decided whether it continues a table
_EVEN = 3.0  # words that begin within this many points of each other are aligned
_FIGURE = re.compile(rf"(?:{FIGURE_WORDS}|{MAP_WORDS})\s", re.IGNORECASE)


@dataclass(frozen=True)
class Box:
    """A frame drawn around text."""

    left: float
    right: float
    top: float
    bottom: float


def ruled_tables(
    page: PageGlyphs, printed_lines: Sequence[PrintedLine], from_top: float
) -> tuple[list[Table], list[Box]]:
    """Tables with rules, and boxes, among the lines of a page below `from_top` (points from the top)."""
    tables: list[Table] = []
    boxes: list[Box] = []
    upright = [rule for rule in page.rules if not rule.horizontal]
    level = group_by_height(without_underlines(page.rules, printed_lines), from_top)
    for levels in group_levels(level, upright, printed_lines):
        top, bottom = levels[0].height, levels[-1].height
        left, right = min(level.left for level in levels), max(level.right for level in levels)
        sides = [rule for rule in upright if left - 3 <= rule.left <= right + 3]
        if any(rule.top < top - 6 and rule.bottom > top - 3 for rule in sides):
            top = min(rule.top for rule in sides if rule.bottom > top - 3)  # a row from the page before
        inside = [
            line for line in printed_lines
            if top - 1 < line.base - 0.3 * line.size < bottom + 1 and left - 6 <= line.left and line.right <= right + 6
        ]  # fmt: skip
        if not inside:
            continue
        grid = [rule for rule in sides if top - 3 <= rule.top and rule.bottom <= bottom + 3]
        walls = [rule.left for rule in grid]
        pieced = [level for level in levels if len(merge_ends(level.ends)) > 2]
        edges = merge_ends([end for level in (pieced or levels) for end in level.ends] + walls)
        if not walls and not pieced and len(levels) > 2:
            edges = _aligned_edges(inside)
        if len(edges) <= 2 or not any(len(line.segments) > 1 for line in inside):
            if walls and bottom - top > 20 and len(edges) == 2:
                boxes.append(Box(left, right, top, bottom))
            continue
        below = [] if walls else _rows_below(printed_lines, bottom, edges, inside)
        inside += below
        parted = any(left + 10 < wall < right - 10 for wall in walls)
        last = not any(line.base > bottom + 1 for line in printed_lines)
        table = build_table(inside, edges, levels, grid, alone=last, parted=parted)
        if table and sum(count_filled(row) >= 2 for row in table.rows) >= 0.4 * len(table.rows):
            to_end = bool(below) and below[-1].base == max(line.base for line in printed_lines)
            tables.append(replace(table, open=to_end))
    return tables, boxes


def continued_table(
    page: PageGlyphs, printed_lines: Sequence[PrintedLine], before: Table, from_top: float
) -> Table | None:
    """The rest of a table that is open on the page before: the first lines of a page that fit its columns."""
    levels = group_by_height(without_underlines(page.rules, printed_lines), from_top)
    end = min((level.height for level in levels if level.right - level.left > 60), default=page.height)
    found: list[PrintedLine] = []
    for line in sorted(printed_lines, key=lambda line: line.base):
        far = bool(found) and line.base - found[-1].base > 3.2 * line.size
        if line.base <= from_top or line.base > end or far or not _fits_columns(line, before.edges):
            break
        found.append(line)
    if not any(len(line.segments) > 1 for line in found):
        return None
    table = build_table(found, before.edges)
    return replace(table, headers=0) if table else None


def _fits_columns(line: PrintedLine, edges: Sequence[float]) -> bool:
    """Whether a line is within columns and crosses none of their borders."""
    return line.left > edges[0] - 6 and line.right < edges[-1] + 6 and not any(
        part.left < edge - 4 and part.right > edge + 4 for part in line.segments for edge in edges
    )  # fmt: skip


def _rows_below(
    printed_lines: Sequence[PrintedLine], bottom: float, edges: Sequence[float], inside: Sequence[PrintedLine]
) -> list[PrintedLine]:
    """Rows below the last rule of a table that continues, without a closing rule, to the end of the page. Where the
    words of all columns begin equally far from their borders, lines over several columns may be between rows."""
    found: list[PrintedLine] = []
    last = max(line.base for line in inside)
    lines = [line for line in printed_lines if line.base - 0.3 * line.size > bottom]
    whole = [line.segments for line in lines if len(line.segments) == len(edges) - 1]
    inset = [all(any(0 < part.left - edge < _INSET for edge in edges) for part in parts) for parts in whole]
    even = len(inset) >= 6 and sum(inset) >= 0.8 * len(inset)
    for line in lines:
        alone = len(line.segments) == 1 and not found and line.left < edges[1] - 4
        keeps = _fits_columns(line, edges) and not alone
        wide = even and len(line.segments) == 1 and line.left - edges[0] < _INSET and line.right < edges[-1] + 6
        if not (keeps or wide) or line.base - last > (4.2 if even else 3.2) * line.size:
            break
        found.append(line)
        last = line.base
    while found and len(found[-1].segments) == 1 and found[-1].left < edges[1]:
        gap = found[-1].base - (found[-2].base if len(found) > 1 else bottom)
        if even and _fits_columns(found[-1], edges) and gap < SAME_CELL * found[-1].size:
            break  # the rest of a cell
        found.pop()
    return found if sum(len(line.segments) > 1 for line in found) >= 2 else []


def _aligned_edges(printed_lines: Sequence[PrintedLine]) -> list[float]:
    """Column borders where nearly all lines have a gap."""
    lines = [line.unlabelled_segments for line in printed_lines if len(line.segments) > 1]
    if not lines:
        return []
    parts = [part for line in lines for part in line]
    left, right = min(part.left for part in parts), max(part.right for part in parts)
    changes = [0] * (int(right - left) + 2)
    for part in parts:
        changes[int(part.left - left)] += 1
        changes[int(part.right - left) + 1] -= 1
    few = max(1, int(0.12 * len(lines)))
    counts = list(itertools.accumulate(changes))
    edges = [left - 2]
    begin = 0
    for between, run in itertools.groupby(counts, key=lambda count: count <= few):
        end = begin + len(list(run))
        if between and begin > 0 and end - begin >= 4 and end < len(counts):
            edges.append(left + _clearest_edge(counts, begin, end))
        begin = end
    return [*edges, right + 2]


def _clearest_edge(counts: Sequence[int], begin: int, end: int) -> float:
    """The middle of the widest part of a gap that the fewest lines cross."""
    fewest = min(counts[begin:end])
    clear = [x for x in range(begin, end) if counts[x] == fewest]
    parts = [
        [x for _, x in part] for _, part in itertools.groupby(enumerate(clear), key=lambda each: each[1] - each[0])
    ]
    widest = max(parts, key=len)
    return (widest[0] + widest[-1] + 1) / 2


def unruled_tables(printed_lines: Sequence[PrintedLine]) -> list[Table]:
    """Tables without rules: at least three lines near each other with at least three aligned columns."""
    found: list[Table] = []
    for group in _tabular_groups(printed_lines):
        captions = [line.text for line in printed_lines if line.base < group[0].base and CAPTION.match(line.text)]
        if captions and _FIGURE.match(captions[-1]):
            continue  # the numbers of a chart
        edges = _aligned_edges([line for line in group if _is_tabular(line)])
        if len(edges) < 3:
            continue
        group = _with_rest_of_cells(group, printed_lines, edges)
        edges[-1] = max(edges[-1], max(line.right for line in group) + 2)
        table = build_table(group, edges)
        if table and sum(map(count_filled, table.rows)) >= 2.0 * len(table.rows):
            found.append(table)
    return found


def labelled_tables(printed_lines: Sequence[PrintedLine]) -> list[Table]:
    """Tables without rules of labels, each with a colon, and text beside them: at least three labels near each other.
    The labels are on the side where reading begins."""
    found = []
    onward = -1 if 2 * sum(line.is_right_to_left for line in printed_lines) > len(printed_lines) else 1
    for rows in _group_labelled_rows(printed_lines, onward):
        label, value = (_begin(part, onward) for part in rows[0][0].segments[::onward])
        lines = [line for row in rows for line in row]
        cells = []
        for row in rows:
            sides: tuple[list[PrintedLine], list[PrintedLine]] = ([], [])  # the label, and what is beside it
            for part in (part for line in row for part in line.segments):
                sides[_begin(part, onward) > label + _EVEN].append(part)
            cells.append(tuple(TableCell(tuple(side)) for side in sides))
        edges = (label - 2, value - 4, max(_end(line, onward) for line in lines) + 2)
        found.append(Table.of(lines, sorted(onward * edge for edge in edges), cells, 0))
    return found


def _begin(part: PrintedLine, onward: int) -> float:
    """Where reading of a part of a line begins, in points along its direction."""
    return part.left if onward > 0 else -part.right


def _end(part: PrintedLine, onward: int) -> float:
    return part.right if onward > 0 else -part.left


def _group_labelled_rows(printed_lines: Sequence[PrintedLine], onward: int) -> list[list[list[PrintedLine]]]:
    """The lines of such tables by their rows; a label and the text beside it may continue over lines."""
    groups: list[list[list[PrintedLine]]] = []
    rows: list[list[PrintedLine]] = []
    waiting: list[PrintedLine] = []  # the beginning of a label whose colon is on a later line
    for line in printed_lines:
        first, *beside = line.segments[::onward]
        begin = _begin(first, onward)
        ends = first.text.endswith((":", "："))
        near = bool(rows) and line.base - (waiting or rows[-1])[-1].base < 2.6 * line.size
        label, value = (_begin(part, onward) for part in rows[0][0].segments[::onward]) if near else (begin, begin)
        starts = abs(begin - label) < _EVEN and _end(first, onward) < value
        goes_on = not beside and abs(begin - value) < _EVEN
        aligned = len(beside) <= 1 and all(abs(_begin(part, onward) - value) < _EVEN for part in beside)
        if near and aligned and (goes_on or (starts and (ends or len(waiting) < 2))):
            if goes_on:
                (waiting or rows[-1]).append(line)
            elif ends:
                rows.append([*waiting, line])
                waiting = []
            else:
                waiting.append(line)
            continue
        rows, waiting = ([[line]] if ends and len(beside) == 1 else []), []
        if rows:
            groups.append(rows)
    return [group for group in groups if len(group) >= 3]


def _with_rest_of_cells(
    group: Sequence[PrintedLine], printed_lines: Sequence[PrintedLine], edges: Sequence[float]
) -> list[PrintedLine]:
    """The lines of a table with those right above and below that are in its columns: the first lines of its header,
    except those above its first column only, and the rest of its last cells."""
    whole = list(group)
    for line in reversed(printed_lines[: printed_lines.index(group[0])]):
        near = whole[0].base - line.base < SAME_CELL * line.size
        if not near or line.right < edges[1] or not _fits_columns_or_widens(line, edges) or CAPTION.match(line.text):
            break
        whole.insert(0, line)
    tight = min(after.base - before.base for before, after in itertools.pairwise(group))
    for line in printed_lines[printed_lines.index(group[-1]) + 1 :]:
        gap = line.base - whole[-1].base
        rest = line.left > edges[1] or line.text[:1].islower() or gap < 0.9 * tight
        if gap > SAME_CELL * line.size or not rest or not _fits_columns(line, edges):
            break
        whole.append(line)
    return whole


def _belong_to_rows(row: PrintedLine, waiting: Sequence[PrintedLine], above: Sequence[PrintedLine]) -> bool:
    """Whether the lines `waiting` between rows are lines of cells of these."""
    second = min(line.unlabelled_segments[1].left for line in above)
    figures = any(map(is_value, row.unlabelled_segments[1:]))
    return all(
        line.right < second - 2 or (figures and _fits_columns_or_widens(line, _aligned_edges([*above, row])))
        for line in waiting
    )


def _fits_columns_or_widens(line: PrintedLine, edges: Sequence[float]) -> bool:
    """Whether a line fits columns, of which the last may be wider."""
    return len(edges) > 2 and _fits_columns(line, (*edges[:-1], line.right))


def _tabular_groups(printed_lines: Sequence[PrintedLine]) -> list[list[PrintedLine]]:
    """Groups of lines with at least three columns; lines of the first column only may be between them, and before a row
    with figures lines of others."""
    groups: list[list[PrintedLine]] = []
    waiting: list[PrintedLine] = []
    for line in printed_lines:
        group = groups[-1] if groups else []
        near = bool(group) and line.base - (waiting or group)[-1].base < 2.6 * line.size
        if _is_tabular(line):
            if near and _belong_to_rows(line, waiting, [*filter(_is_tabular, group[-_RECENT:])]):
                group += [*waiting, line]
            else:
                groups.append([line])
            waiting = []
        elif near and len(line.unlabelled_segments) == 1 and len(waiting) < 4:
            waiting.append(line)
        else:
            waiting = []
            if group:
                groups.append([])
    return [group for group in groups if sum(map(_is_tabular, group)) >= 3]


def _is_tabular(line: PrintedLine) -> bool:
    parts = line.unlabelled_segments
    if len(parts) == 2 and not (VALUE.fullmatch(parts[1].text) and len(parts[0].text) < 80):
        return False
    return len(parts) >= 2 and not LEADERS.search(line.text) and len(line.text) < 200
