"""The rules drawn on a page, grouped to those of one table.

United Nations documents have tables with horizontal rules only, or with a grid; Word draws each rule in pieces, one for
each cell, so that the ends of the pieces show the columns.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.readers.lines import FIGURE_WORDS, MAP_WORDS, TABLE_WORDS, group_consecutive
from ingest.readers.pdf.glyphs import Rule
from ingest.readers.pdf.printed_lines import PrintedLine

NEAR = 4.0  # ends of rules within this many points are one edge
_BELOW = 6.0  # no underline is further below the baseline than this, in points
CAPTION = re.compile(rf"(?:{FIGURE_WORDS}|{MAP_WORDS}|{TABLE_WORDS})\s", re.IGNORECASE)


@dataclass(frozen=True)
class Level:
    """Horizontal rules at one height: their ends."""

    height: float
    left: float
    right: float
    ends: tuple[float, ...]


def group_by_height(rules: Sequence[Rule], from_top: float) -> list[Level]:
    """The horizontal rules below `from_top` by height, from the top."""
    below = sorted((rule for rule in rules if rule.top > from_top), key=lambda rule: rule.top)
    rows = group_consecutive(below, lambda row, rule: rule.top - row[0].top <= 2.0)
    return [
        Level(
            row[0].top,
            min(rule.left for rule in row),
            max(rule.right for rule in row),
            tuple(end for rule in row for end in (rule.left, rule.right)),
        )
        for row in rows
    ]


def without_underlines(rules: Sequence[Rule], printed_lines: Sequence[PrintedLine]) -> list[Rule]:
    """The horizontal rules except those right below words and not longer, as below an address."""
    rules = [rule for rule in rules if rule.horizontal]
    if not rules:
        return rules
    parts = [part for line in printed_lines for part in line.segments]
    words = sorted((run.base, part.left, part.right, run.size) for part in parts for run in part.runs)
    bases = [base for base, *_ in words]

    def underlines(rule: Rule) -> bool:
        near = words[bisect_left(bases, rule.top - _BELOW) : bisect_right(bases, rule.top + 0.5)]
        return any(
            rule.top - base <= 0.25 * size and left - 2 <= rule.left and rule.right <= right + 2
            for base, left, right, size in near
        )

    return [rule for rule in rules if not underlines(rule)]


def group_levels(
    levels: Sequence[Level], upright: Sequence[Rule], printed_lines: Sequence[PrintedLine]
) -> list[list[Level]]:
    """Groups of at least two levels of about the same extent, which may be the rules of one table."""

    def continues(group: list[Level], level: Level) -> bool:
        if lies_within(group[0], level) and level.height - group[-1].height < 60:
            return True  # a rule below a heading that spans some columns
        last = replace(group[0], height=group[-1].height)
        connected = _alike(group[0], level) and _connected(last, level, upright, printed_lines)
        return connected or _divides_grid(group, level, upright)

    groups = group_consecutive(levels, continues)
    return [group for group in groups if len(group) >= 2 and group[0].right - group[0].left > 60]


def lies_within(whole: Level, part: Level) -> bool:
    """Whether rules are within others and leave out at least the first column, which has no group heading."""
    return whole.left + 20 < part.left and part.right < whole.right + NEAR


def _divides_grid(group: Sequence[Level], part: Level, upright: Sequence[Rule]) -> bool:
    """Whether a rule separates only some columns of a grid, whose other cells continue beside it: walls run from the
    rule above to it at both of its ends and at the far side of the cells that continue."""
    whole = group[0]
    if part.left < whole.left - 3 or part.right > whole.right + 3 or part.right - part.left < 60:
        return False
    middle = (group[-1].height + part.height) / 2
    walls = [rule.left for rule in upright if rule.top - 2 <= middle <= rule.bottom + 2]
    return all(any(abs(wall - end) < 4 for wall in walls) for end in (part.left, part.right, whole.left, whole.right))


def _alike(above: Level, below: Level) -> bool:
    shared = min(above.right, below.right) - max(above.left, below.left)
    return abs(above.left - below.left) < 60 and abs(above.right - below.right) < 60 and (
        shared > 0.5 * (above.right - above.left)
    )  # fmt: skip


def _connected(above: Level, below: Level, upright: Sequence[Rule], printed_lines: Sequence[PrintedLine]) -> bool:
    """Whether two levels belong to one table: walls connect them, or there is no running text between them."""
    middle = (above.height + below.height) / 2
    walls = [rule for rule in upright if rule.right >= above.left - 5 and rule.left <= above.right + 5]
    if any(rule.top - 2 <= middle <= rule.bottom + 2 for rule in walls):
        return True
    if any(abs(rule.bottom - above.height) < 3 or abs(rule.top - below.height) < 3 for rule in walls):
        return False  # a grid that ends here
    between = [line for line in printed_lines if above.height < line.base - 0.3 * line.size < below.height]
    if between and all(len(line.segments) == 1 for line in between) and len(above.ends) != len(below.ends):
        return False  # a title between two tables
    if any(CAPTION.match(line.text) for line in between):
        return False
    width = above.right - above.left
    running = [line for line in between if len(line.unlabelled_segments) == 1 and line.right - line.left > 0.7 * width]
    return len(between) < 40 and len(running) <= 0.34 * len(between) and not any(
        line.left < above.left - 8 or line.right > above.right + 8 for line in between
    )  # fmt: skip


def merge_ends(ends: Sequence[float]) -> list[float]:
    """Positions that are near each other, replaced by their mean."""
    groups = group_consecutive(sorted(ends), lambda group, end: end - group[-1] <= NEAR)
    return [sum(group) / len(group) for group in groups]
