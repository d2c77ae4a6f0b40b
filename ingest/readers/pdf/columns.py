"""The reading order of a page with two columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ingest.readers.pdf.printed_lines import PrintedLine, common_size

_MIN_LINES = 6  # number of lines that must be on either side of the gap between columns
_MAX_LINE_DISTANCE = 2.6
"""Most font sizes between two lines of a column where no other line spans the page between them."""


def in_reading_order(printed_lines: Sequence[PrintedLine], gap: float | None) -> list[PrintedLine]:
    """The lines of a page, those on both sides of `gap` one column after the other; others stay in place."""
    if gap is None:
        return list(printed_lines)
    size = common_size(printed_lines)
    bases = [line.base for line in printed_lines if _half(line, gap, 1)]
    made: list[PrintedLine] = []
    left: list[PrintedLine] = []
    right: list[PrintedLine] = []
    for line in printed_lines:
        parts = [_half(line, gap, -1), _half(line, gap, 1)]
        heading = parts[1] is None and (line.bold or line.italic or line.size > size + 0.6)
        before = max((base for base in bases if base < line.base), default=line.base)
        behind = min((base for base in bases if base > line.base), default=line.base)
        # The other column continues beside it.
        beside = before < line.base < behind < before + _MAX_LINE_DISTANCE * size
        if (heading and not beside) or any(part.left < gap < part.right for part in line.segments):
            made += [*left, *right, line]
            left, right = [], []
            continue
        left += filter(None, parts[:1])
        right += filter(None, parts[1:])
    return [*made, *left, *right]


def _half(line: PrintedLine, gap: float, side: int) -> PrintedLine | None:
    if line.right <= gap if side < 0 else line.left >= gap:
        return line
    runs = tuple(run for run in line.runs if (run.right <= gap if side < 0 else run.left >= gap))
    return PrintedLine(line.page, runs) if runs else None


def _fills(half: PrintedLine, left: float, right: float) -> bool:
    """Whether half a line fills its column with text, with at most a number before it, and not with several cells."""
    first, *rest = half.segments
    text = not rest or (len(rest) == 1 and len(first.text) <= 5 and len(rest[0].text) > 12)
    width = right - left
    return text and half.right > left + 0.6 * width and half.right - half.left > 0.35 * width


def find_column_gap(printed_lines: Sequence[PrintedLine], before: float | None = None) -> float | None:
    """The position of the gap between two columns, in points from the left; None where the page has one column.

    A page has two columns where most lines leave the same gap near the middle and the words on both sides fill their
    half, as running text does and the cells of a table do not. Where the page before had such a gap (`before`) a few
    lines suffice."""
    least = _MIN_LINES if before is None else 2
    if len(printed_lines) < 2 * least and (before is None or len(printed_lines) < 2):
        return None
    left, right = min(line.left for line in printed_lines), max(line.right for line in printed_lines)
    middle = (left + right) / 2
    width = right - left
    near, reach = (middle, 0.15 * width) if before is None else (before, 6.0)
    lefts = (segment.left for line in printed_lines for segment in line.segments)
    starts = sorted({round(start, 1) for start in lefts if abs(start - near) < reach})
    found: list[tuple[int, float]] = []  # how well an edge separates the lines, and the edge
    for start in starts:
        edge = start - 3.0
        crossing = sum(any(part.left < edge < part.right for part in line.segments) for line in printed_lines)
        if crossing > 0.4 * len(printed_lines):
            continue
        halves = [[half for line in printed_lines if (half := _half(line, edge, side))] for side in (-1, 1)]
        filling = [
            sum(_fills(half, *limits) for half in group)
            for group, limits in zip(halves, ((left, edge), (edge, right)), strict=True)
        ]
        # Lines begin at the edge of the column, or at the hanging indent of its entries.
        indents = Counter(round(half.left / 4) for half in halves[1])
        even = sum(count for _, count in indents.most_common(2))
        full = all(count >= 0.5 * len(half) for count, half in zip(filling, halves, strict=True))
        if min(filling) >= least and full and even >= 0.6 * len(halves[1]):
            found.append((min(filling) - crossing, edge))
    return max(found, key=lambda each: each[0])[1] if found else None
