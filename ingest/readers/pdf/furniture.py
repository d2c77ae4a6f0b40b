"""What is printed around the text of every page: running headers, page and job numbers, bar codes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.readers.heads import is_distribution_line
from ingest.readers.pdf.glyphs import PageGlyphs
from ingest.readers.pdf.prints import Print

_HEAD, _FOOT = 0.16, 0.84
"""Furniture lies above or below these shares of the page's height."""
_PAGE_NUMBER = re.compile(r"[-–—]?\s*\d{1,4}\s*[-–—]?(?:\s*/\s*\d{1,4})?|page \d{1,4}(?: of \d{1,4})?", re.IGNORECASE)
_JOB = re.compile(r"(?:[A-Z]{1,3}\.)?\d{2}-\d{5,6}[A-Z]?\*?(?:\s*\([A-Z]\))?(?:\s+\d{6}){0,4}", re.IGNORECASE)
_JOB_DATES = re.compile(r"(?:\d{6}\s*){1,4}")
_BAR_CODE = re.compile(r"\*[0-9A-Z]{5,12}\*")
_RECYCLE = re.compile(r"please recycle\b.{0,20}", re.IGNORECASE)
_ALWAYS = (_PAGE_NUMBER, _JOB, _JOB_DATES, _BAR_CODE, _RECYCLE)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Framed:
    """A page without its furniture. `job` holds the job number where the furniture has one, `edge` the height
    of the rule below the running header, 0 where there is none."""

    page: PageGlyphs
    prints: tuple[Print, ...]
    job: str
    edge: float


def without_furniture(pages: Sequence[tuple[PageGlyphs, list[Print]]]) -> list[Framed]:
    """Takes off what recurs at the same place of several pages, and page numbers, job numbers and bar codes.

    Only lines in the margins count. A line that recurs goes only together with a page number, a symbol or a
    rule on its outer side of the text, or when most pages have it: the header of a table that runs over
    several pages stays.
    """
    seen: dict[tuple[str, int], set[int]] = defaultdict(set)
    for page, prints in pages:
        for line in prints:
            if zone := _zone(line, page):
                seen[_shape(line, zone), round(line.base / 4)].add(page.number)
    made = []
    for page, prints in pages:
        gone: set[int] = set()
        job = ""
        for zone in (-1, 1):
            inside = [line for line in prints if _zone(line, page) == zone]
            taken = _taken(inside, zone, page, seen, len(pages))
            gone |= {id(line) for line in taken}
            for line in taken:
                job = job or next((text for text in _texts(line) if _JOB.fullmatch(text)), "")
        edge = (_edge_rule(page, -1) or 0.0) if page.number > 1 else 0.0
        left = tuple(line for line in prints if id(line) not in gone)
        made.append(Framed(page, left, job, 0.0 if any(line.base < edge for line in left) else edge))
    return made


def _zone(line: Print, page: PageGlyphs) -> int:
    if line.base < _HEAD * page.height:
        return -1
    return 1 if line.base > _FOOT * page.height else 0


def _shape(line: Print, zone: int) -> str:
    return f"{zone}:{_DIGITS.sub('#', line.text)}"


def _taken(
    lines: Sequence[Print],
    zone: int,
    page: PageGlyphs,
    seen: dict[tuple[str, int], set[int]],
    pages: int,
) -> list[Print]:
    ordered = list(lines) if zone < 0 else list(reversed(lines))  # from the edge of the page inwards
    marked = [n for n, line in enumerate(ordered) if _always(line, zone, page.number)]
    last = max(marked, default=-1)
    rule = _edge_rule(page, zone) if page.number > 1 else None
    taken = []
    for n, line in enumerate(ordered):
        near = set() if page.number == 1 and zone < 0 else _pages_with(line, zone, seen)
        recurs = len(near) >= max(2, min(3, pages // 3))
        beyond = rule is not None and (line.base < rule if zone < 0 else line.top > rule)
        most = pages >= 4 and len(near) >= 0.5 * pages
        header = ((n <= last or beyond) and recurs) or most or (beyond and last >= 0)
        if n in marked or header:
            taken.append(line)
        elif n > last and not beyond:
            break
    return taken


def _pages_with(line: Print, zone: int, seen: dict[tuple[str, int], set[int]]) -> set[int]:
    """The pages that have the same words, other numbers aside, at the same height."""
    shape, height = _shape(line, zone), round(line.base / 4)
    return {number for step in (-1, 0, 1) for number in seen.get((shape, height + step), ())}


def _texts(line: Print) -> list[str]:
    return [stretch.text for stretch in line.stretches]


def _always(line: Print, zone: int, number: int) -> bool:
    """Whether every stretch of a line is a page number, a symbol, a job number or the like."""
    texts = _texts(line)
    plain = all(any(pattern.fullmatch(text) for pattern in _ALWAYS) for text in texts)
    if plain:
        return zone > 0 or number > 1 or not any(_PAGE_NUMBER.fullmatch(text) for text in texts)
    if number == 1:
        return False
    rest = [text for text in texts if not _PAGE_NUMBER.fullmatch(text) and not _JOB.fullmatch(text)]
    return any(is_distribution_line(text) for text in rest) and (len(rest) == 1 or zone < 0)


def _edge_rule(page: PageGlyphs, zone: int) -> float | None:
    """Where a rule runs across most of the page in its margin, points from the top."""
    heights: dict[int, float] = defaultdict(float)
    for rule in page.rules:
        if rule.horizontal:
            heights[round(rule.top)] += rule.right - rule.left
    wide = [height for height, length in heights.items() if length > 0.6 * page.width]
    if zone < 0:
        found = [height for height in wide if height < 0.13 * page.height]
        return min(found, default=None)
    found = [height for height in wide if height > 0.9 * page.height]
    return min(found, default=None)
