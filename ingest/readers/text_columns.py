"""Columns in plain text that are separated by blank space: the rows of a table, and the two sides of a masthead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from ingest.readers.lines import LEADERS
from ingest.readers.masthead_lines import is_distribution_line, is_masthead_line

_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
_SIDES = re.compile(r"(?<=\S) {4,}(?=\S)")
_RULE = re.compile(r"[\s\-=_+]+")
_MARK = re.compile(r"\(?(?:\d{1,3}|[a-z]{1,4})[.)]{0,2}|[-*•–]")
"""The number or bullet of a paragraph, separated from its words."""
_LONGEST = 400  # most characters of a row; in a longer line words are aligned with others by chance
_HEAD_LINES = 40
_SHORT = 60
_PROSE = 40  # most characters that the cells of a table with two columns have on average; text in two columns has more


def find_table_rows(raws: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """The cells of each line that is a table row: consecutive lines with gaps at the same places."""
    found: dict[int, tuple[str, ...]] = {}
    for run in _runs(raws):
        for parted, group in groupby(run, lambda n: len(raws[n]) <= _LONGEST and _GAP.search(raws[n]) is not None):
            lines = [*group]
            rows = _split_columns([raws[n].expandtabs() for n in lines]) if parted else []
            found |= dict(zip(lines, rows, strict=True)) if rows else {}
    return found


def find_masthead_lines(raws: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """The consecutive lines of a masthead, recognised by the symbol, the distribution, or place and dates of the
    meeting; each in one part, or in two where it has two sides."""
    found: dict[int, tuple[str, ...]] = {}
    for run in _runs(raws[:_HEAD_LINES]):
        lines = {n: tuple(part.strip() for part in _SIDES.split(raws[n].strip())) for n in run}
        parts = [part for each in lines.values() for part in each]
        sided = any(map(is_distribution_line, parts)) and all(len(each) <= 2 for each in lines.values())
        short = all(len(each) <= _SHORT and not each[0].islower() for each in parts)
        if sided or (short and any(map(is_masthead_line, parts))):
            found |= lines
    return found


def _runs(raws: Sequence[str]) -> Iterator[list[int]]:
    """Groups of lines without a blank one between them; rules, marked headings, tables with markup and lines with
    leader dots end a group or are left out."""

    def ends(n: int) -> bool:
        bare = raws[n].strip()
        return not bare or bare.startswith(("#", "|")) or "\t" in raws[n].lstrip() or LEADERS.search(bare) is not None

    for ended, group in groupby(range(len(raws)), ends):
        run = [n for n in group if not ended and not _RULE.fullmatch(raws[n].strip())]
        if run:
            yield run


def _split_columns(lines: Sequence[str]) -> list[tuple[str, ...]]:
    """The cells of lines with gaps at the same places; none without such gaps, or for numbered paragraphs."""
    width = max(map(len, lines))
    blank = [all(line[n : n + 1] in ("", " ") for line in lines) for n in range(width)]
    columns: list[tuple[int, int]] = []  # start and end of each column
    for empty, group in groupby(range(width), blank.__getitem__):
        span = [*group]
        if not empty and columns and span[0] - columns[-1][1] < 2:
            columns[-1] = columns[-1][0], span[-1] + 1
        elif not empty:
            columns.append((span[0], span[-1] + 1))
    rows = [tuple(line[first:last].strip() for first, last in columns) for line in lines]
    filled = [sum(map(bool, row)) for row in rows]
    if len(columns) < 2 or len(rows) + len(columns) < 5 or min(filled) < 2:
        return []
    if len(columns) == 2:
        numbered = all(_MARK.fullmatch(row[0]) for row in rows[1:])
        prose = sum(len(cell) for row in rows for cell in row) > _PROSE * 2 * len(rows)
        return [] if numbered or prose else rows
    return rows
