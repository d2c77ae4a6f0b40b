"""Joins the runs of a page to printed lines; their segments between wide gaps, and the cells of tables."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.readers.pdf.glyphs import PageGlyphs, Run

WIDE_GAP = 0.87  # a gap of more than this many font sizes separates the segments of a line
_RAISED_SIZE, _RAISED_BASE = 0.8, 0.12
_SAME_LINE, _RAISED, _MARK_SIZE = 0.45, 0.6, 0.75
"""Runs of one line have baselines within this many font sizes; a raised one, of at most this share of the size, within
more."""
_MARK = re.compile(r"(?:\d{1,3}|[a-z]{1,2}|\*{1,4}|[†‡§]{1,2})(?:\s*,\s*(?:\d{1,3}|[a-z]))*\s*,?|,")
_LABEL = re.compile(r"(?:\(?(?:\d{1,3}|[a-z]{1,5}|[IVXLC]{1,6}|[A-Z])[.)]|[-–—•●*]|)")
_OVERHANG = 0.1
"""The box of an f overlaps what follows by about this many font sizes; that of an italic f also what precedes."""
_DASHES = "-\u2010\u2011\u2013\u2014"
_UNIT = re.compile(r"(?<![^\W\d_])(?:[kcdm]?m|M)$")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True)
class PrintedLine:
    """One printed line, or one segment of it: runs from left to right on one baseline."""

    page: int
    runs: tuple[Run, ...]

    @cached_property
    def left(self) -> float:
        """Left end, points."""
        return min(run.left for run in self.runs)

    @cached_property
    def right(self) -> float:
        """Right end, points."""
        return max(run.right for run in self.runs)

    @cached_property
    def size(self) -> float:
        """The font size of most of its characters, points."""
        sizes = dict.fromkeys((run.size for run in self.runs), 0)
        for run in self.runs:
            sizes[run.size] += len(run.text)
        return max(sizes.items(), key=lambda entry: (entry[1], entry[0]))[0]

    @cached_property
    def base(self) -> float:
        """The baseline of the runs of that size."""
        size = self.size
        return max(run.base for run in self.runs if run.size >= 0.85 * size)

    @cached_property
    def top(self) -> float:
        """The top of the runs of that size."""
        return self.base - self.size

    @cached_property
    def bold(self) -> bool:
        """Whether nearly all its letters are bold."""
        return self._share("bold")

    @cached_property
    def italic(self) -> bool:
        """Whether nearly all its letters are italic."""
        return self._share("italic")

    def _share(self, style: str) -> bool:
        letters = [(sum(map(str.isalnum, run.text)), getattr(run, style)) for run in self.runs if not self.raised(run)]
        count = sum(each for each, _ in letters)
        return count > 0 and sum(each for each, styled in letters if styled) >= 0.9 * count

    def raised(self, run: Run) -> bool:
        """Whether a run is smaller than the line and higher, as footnote marks are."""
        return run.size <= _RAISED_SIZE * self.size and run.base <= self.base - _RAISED_BASE * self.size

    @cached_property
    def marked(self) -> tuple[tuple[str, bool], ...]:
        """The text of the line in order, in parts, each with whether it looks like a footnote mark."""
        parts: list[tuple[str, bool]] = []
        last: Run | None = None
        for run in self._in_logical_order():
            mark = self.raised(run) and bool(_MARK.fullmatch(run.text.strip()))
            if mark and run.text.strip() in ("2", "3") and parts and _UNIT.search(parts[-1][0]):
                mark = False  # square and cubic metres
            space = last is not None and self._has_space(last, run)
            if parts and parts[-1][1] == mark:
                parts[-1] = (parts[-1][0] + (" " if space else "") + run.text, mark)
            else:
                parts.append(((" " if space and not mark else "") + run.text, mark))
            last = run
        return tuple(parts)

    @cached_property
    def text(self) -> str:
        """The text of the line, including marks."""
        return "".join(text for text, _ in self.marked).strip()

    @cached_property
    def is_right_to_left(self) -> bool:
        """Whether it has words that are read from right to left."""
        return any(_RIGHT_TO_LEFT.search(run.text) for run in self.runs if not run.text.isascii())

    def _in_logical_order(self) -> Sequence[Run]:
        if not self.is_right_to_left:
            return self.runs
        ordered: list[Run] = []
        left_to_right: list[Run] = []  # Latin words and numbers keep their own order
        for run in reversed(self.runs):
            if _RIGHT_TO_LEFT.search(run.text):
                ordered += [*_reorder_left_to_right(left_to_right), run]
                left_to_right = []
            else:
                left_to_right.append(run)
        return [*ordered, *_reorder_left_to_right(left_to_right)]

    def _has_space(self, last: Run, run: Run) -> bool:
        # A combining mark belongs to the word before it; a run with one may have its position from the mark alone.
        if unicodedata.combining(run.text[0]) or (run.guessed and any(map(unicodedata.combining, run.text))):
            return False
        gap = max(run.left - last.right, last.left - run.right)
        wide = is_wide(last.text[-1]), is_wide(run.text[0])
        if all(wide) or (any(wide) and gap < 0.4 * self.size):  # Chinese type sets Latin words off by a little
            return False
        if (run.spaced or run.guessed) and (last.text[-1] == "f" or (run.italic and run.text[0] == "f")):
            gap += _OVERHANG * self.size
        return gap > _min_gap(last.text[-1], run) * self.size

    @cached_property
    def segments(self) -> tuple[PrintedLine, ...]:
        """The line split at its wide gaps; the line itself where it has none."""
        groups: list[list[Run]] = []
        right = 0.0
        for run in self.runs:
            if groups and run.left - right <= WIDE_GAP * self.size:
                groups[-1].append(run)
            else:
                groups.append([run])
            right = max(right, run.right) if groups[-1][0] is not run else run.right
        if len(groups) == 1:
            return (self,)
        return tuple(PrintedLine(self.page, tuple(group)) for group in groups)

    @cached_property
    def unlabelled_segments(self) -> tuple[PrintedLine, ...]:
        """Its segments without the number or bullet with which it may begin."""
        first, *rest = self.segments
        return tuple(rest) if rest and _LABEL.fullmatch(first.text) else self.segments


def _min_gap(before: str, run: Run) -> float:
    """The gap, in font sizes, from which on there is a space between a character and a run: a narrow one where the
    content has a space; where pdfium only infers one, more than justified lines have within a word."""
    if run.spaced:
        return 0.07
    if not run.guessed:
        return 0.2
    first = run.text[0]
    if first in _DASHES:
        return 0.18
    figure = first.isalnum() and (before.isdigit() or first.isdigit())
    return 0.1 if figure else 0.15


def _reorder_left_to_right(runs: Sequence[Run]) -> list[Run]:
    """Runs between Arabic words, given from right to left: words and numbers among them are put in the opposite order,
    punctuation around them is not."""
    first = next((n for n, run in enumerate(runs) if _word(run)), len(runs))
    last = next((n for n in range(len(runs) - 1, -1, -1) if _word(runs[n])), -1)
    before = [run._replace(text=run.text[::-1]) for run in runs[:first]]
    after = [run._replace(text=run.text[::-1]) for run in runs[max(last + 1, first) :]]
    return [*before, *reversed(runs[first : last + 1]), *after]


def _word(run: Run) -> bool:
    return any(character.isalnum() for character in run.text)


def is_wide(character: str) -> bool:
    """Whether a character is of a script without spaces between words."""
    return unicodedata.east_asian_width(character) in "WF"


def build_printed_lines(page: PageGlyphs) -> list[PrintedLine]:
    """The printed lines of a page from top to bottom. Text that is not painted only counts where it is the text of a
    scan; a reader of the document does not see a few hidden words."""
    lines: list[list[Run]] = []
    base = size = 0.0
    for run in sorted(page.runs, key=lambda run: run.base):
        if not run.text.strip() or (run.hidden and not page.scanned):
            continue
        # A footnote mark, which is raised, comes before the line that it belongs to.
        raised = bool(lines) and size <= _MARK_SIZE * run.size and all(map(_is_mark, lines[-1]))
        if lines and run.base - base <= (_RAISED if raised else _SAME_LINE) * max(size, run.size):
            lines[-1].append(run)
            if run.size >= 0.85 * size:
                base, size = max(base, run.base), max(size, run.size)
        else:
            lines.append([run])
            base, size = run.base, run.size
    return [PrintedLine(page.number, tuple(sorted(line, key=lambda run: run.left))) for line in lines]


def _is_mark(run: Run) -> bool:
    return bool(_MARK.fullmatch(run.text.strip()))


def common_size(printed_lines: Iterable[PrintedLine]) -> float:
    """The font size of most characters, points; 10 where there are none."""
    sizes: Counter[float] = Counter()
    for line in printed_lines:
        for run in line.runs:
            sizes[round(run.size * 2) / 2] += len(run.text)
    return max(sizes.items(), key=lambda entry: (entry[1], entry[0]))[0] if sizes else 10.0


@dataclass(frozen=True)
class TableCell:
    """A cell: its printed lines (including footnote marks), and the number of columns that it spans."""

    printed_lines: tuple[PrintedLine, ...] = ()
    col_span: int = 1


Row = tuple[TableCell, ...]  # one cell for each column
