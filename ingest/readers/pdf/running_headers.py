"""Removes page furniture: running headers, page and job numbers, bar codes."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.readers.masthead_lines import is_distribution_line, symbol_of
from ingest.readers.pdf.glyphs import PageGlyphs
from ingest.readers.pdf.printed_lines import PrintedLine

_HEAD, _FOOT = 0.16, 0.84  # furniture is above or below these shares of the page's height
_PAGE_NUMBER = re.compile(r"[-–—]?\s*\d{1,4}\s*[-–—]?|page \d{1,4}", re.IGNORECASE)
_PAGE_OF = re.compile(r"(?:page )?(\d{1,4})\s*(?:/|of)\s*(\d{1,4})", re.IGNORECASE)
_ROMAN = re.compile(r"[ivxl]{1,6}")
_JOB = re.compile(r"(?:[A-Z]{1,3}\.)?\d{2}-\d{5,6}[A-Z]?\*?(?:\s*\([A-Z]\))?(?:\s+\d{6}){0,4}", re.IGNORECASE)
_JOB_DATES = re.compile(r"(?:\d{6}\s*){1,4}")
_BAR_CODE = re.compile(r"\*[0-9A-Z]{5,12}\*")
_RECYCLE = re.compile(r"please recycle\b.{0,20}", re.IGNORECASE)
_ALWAYS = (_JOB, _JOB_DATES, _BAR_CODE, _RECYCLE)
_DIGITS = re.compile(r"\d+")
_NEAR = 6.0  # distance in points, at most, between a running header beside the text and the rule that separates them


@dataclass(frozen=True)
class PageBody:
    """A page without its furniture. `masthead_facts` has facts for the masthead that the furniture of the page states: a job
    number, and the symbol that some bodies print at the foot of the first page. `edge` is the height of the rule below
    the running header, 0 where there is none."""

    page: PageGlyphs
    printed_lines: tuple[PrintedLine, ...]
    masthead_facts: tuple[str, ...]
    edge: float


def without_sideways(page: PageGlyphs) -> PageGlyphs:
    """A page without text that runs up or down beside all other text: landscape pages have their running header, page
    number and the rule between these and the text there."""
    upright = [run for run in page.runs if not run.sideways and run.text.strip()]
    if sum(len(run.text) for run in upright) <= 0.5 * sum(len(run.text) for run in page.runs):
        return page  # a page that is displayed with the wrong rotation
    left, right = min(run.left for run in upright), max(run.right for run in upright)
    removed = [run for run in page.runs if run.sideways and (run.right <= left or run.left >= right)]
    beside = set(map(id, removed))
    inner = max((run.right for run in removed if run.right <= left), default=-math.inf) + _NEAR
    outer = min((run.left for run in removed if run.left >= right), default=math.inf) - _NEAR
    return replace(
        page,
        runs=tuple(run for run in page.runs if id(run) not in beside),
        rules=tuple(rule for rule in page.rules if rule.horizontal or inner < rule.left < outer),
    )


def without_furniture(pages: Sequence[tuple[PageGlyphs, list[PrintedLine]]]) -> list[PageBody]:
    """Removes text that recurs at the same position on several pages, and page numbers, job numbers and bar codes.

    Only lines in the margins are removed, from the edge of the page inwards. A line that recurs is only removed
    together with a page number, a symbol or a rule on its inner side, or when most pages have it: the header of a table
    over several pages stays."""
    counts = _Counts(pages)
    made = []
    for page, printed_lines in pages:
        removed: set[int] = set()
        texts: list[str] = []
        for zone in (-1, 1):
            inside = [line for line in printed_lines if _zone(line, page) == zone]
            furniture = _find_furniture(inside, zone, page, counts)
            removed |= {id(line) for line in furniture}
            texts += [text for line in furniture for text in _texts(line)]
        job = next((text for text in texts if _JOB.fullmatch(text)), "")
        symbol = next((text for text in texts if symbol_of(text)), "") if page.number == 1 else ""
        edge = (_edge_rule(page, -1) or 0.0) if page.number > 1 else 0.0
        if not any(id(line) in removed and line.base < edge for line in printed_lines):
            edge = 0.0  # a rule without a header above it is the first of a table
        left = tuple(line for line in printed_lines if id(line) not in removed)
        masthead_facts = tuple(text for text in (symbol, job) if text)
        made.append(PageBody(page, left, masthead_facts, 0.0 if any(line.base < edge for line in left) else edge))
    return made


class _Counts:
    """How often texts occur in the margins of the pages, and the offset of page numbers."""

    def __init__(self, pages: Sequence[tuple[PageGlyphs, list[PrintedLine]]]) -> None:
        self.pages = len(pages)
        steps: Counter[int] = Counter()
        for page, printed_lines in pages:
            edges = {
                id(line): line for zone in (printed_lines[:2], printed_lines[-2:]) for line in zone if _zone(line, page)
            }
            texts = [text for line in edges.values() for text in _texts(line)]
            steps.update({int(text) - page.number for text in texts if text.isdecimal() and len(text) <= 4})
        step, count = steps.most_common(1)[0] if steps else (0, 0)
        self.step = step if count >= max(2, 0.5 * self.pages) else 0
        """What a printed page number exceeds the page's place in the file by."""
        self._seen: dict[tuple[str, int], set[int]] = defaultdict(set)
        for page, printed_lines in pages:
            for line in printed_lines:
                if zone := _zone(line, page):
                    for shape in self._texts_to_compare(line, zone):
                        self._seen[shape, round(line.base / 4)].add(page.number)

    def pages_with(self, line: PrintedLine, zone: int) -> set[int]:
        """The pages with the same text at the same height, apart from the page number."""
        height = round(line.base / 4)
        shapes = self._texts_to_compare(line, zone)
        near = [self._seen.get((shape, height + step), set()) for shape in shapes for step in (-1, 0, 1)]
        return set[int]().union(*near)

    def numbers(self, text: str, page: int) -> bool:
        """Whether a text is a page number: the page's own, or with the total number of pages."""
        if match := _PAGE_OF.fullmatch(text):
            return int(match.group(2)) >= int(match.group(1))
        match = _PAGE_NUMBER.fullmatch(text)
        return bool(match) and int(_DIGITS.findall(text)[0]) == page + self.step

    def _texts_to_compare(self, line: PrintedLine, zone: int) -> set[str]:
        """The text of a line as it is (a symbol may include the page's number), and without that number."""
        texts, number = _texts(line), str(line.page + self.step)
        bare = ["#" if self.numbers(text, line.page) else text.replace(number, "#") for text in texts]
        return {f"{zone}:" + "\0".join(each) for each in (texts, bare)}


def _zone(line: PrintedLine, page: PageGlyphs) -> int:
    if line.base < _HEAD * page.height:
        return -1
    return 1 if line.base > _FOOT * page.height else 0


def _find_furniture(lines: Sequence[PrintedLine], zone: int, page: PageGlyphs, counts: _Counts) -> list[PrintedLine]:
    ordered = list(lines) if zone < 0 else list(reversed(lines))  # from the edge of the page inwards
    rule = _edge_rule(page, zone) if page.number > 1 else None
    marks = [n for n, line in enumerate(ordered[:6]) if _is_furniture(line, zone, page.number, counts)]
    last = max(marks, default=-1)
    highest = min(wide_rules(page), default=math.inf)
    furniture: list[PrintedLine] = []
    for n, line in enumerate(ordered):
        near = set() if page.number == 1 and zone < 0 else counts.pages_with(line, zone)
        recurs = len(near) >= max(2, min(3, counts.pages // 3))
        beyond = rule is not None and (line.base < rule if zone < 0 else line.top > rule)
        inside = zone < 0 and highest < line.top  # the header of a table
        most = len(near) >= 3 and len(near) > 0.5 * counts.pages and len(line.segments) <= 2 and not inside
        if not (n in marks or ((n < last or beyond) and recurs) or most or (beyond and last >= 0)):
            break
        furniture.append(line)
    return furniture


def _texts(line: PrintedLine) -> list[str]:
    return [segment.text for segment in line.segments]


def _is_furniture(line: PrintedLine, zone: int, number: int, counts: _Counts) -> bool:
    """Whether every segment of a line is a page number, a symbol, a job number or the like."""
    texts = _texts(line)
    if len(texts) > 4:
        return False
    numbers = [text for text in texts if counts.numbers(text, number) or (len(texts) > 1 and _ROMAN.fullmatch(text))]
    rest = [text for text in texts if text not in numbers and not any(each.fullmatch(text) for each in _ALWAYS)]
    if not rest:
        return len(numbers) <= 1 and (zone > 0 or number > 1 or not numbers)
    if number == 1:
        return zone > 0 and len(rest) == len(texts) == 1 and symbol_of(rest[0]) is not None
    return any(is_distribution_line(text) for text in rest) and (len(rest) == 1 or zone < 0)


def _edge_rule(page: PageGlyphs, zone: int) -> float | None:
    """The height of a rule across most of the page in its margin, in points from the top."""
    head, foot = 0.13 * page.height, 0.9 * page.height
    return min((rule for rule in wide_rules(page) if (rule < head if zone < 0 else rule > foot)), default=None)


def wide_rules(page: PageGlyphs, share: float = 0.6) -> list[int]:
    """The heights at which rules run across this share of the page, in points from the top."""
    heights: dict[int, float] = defaultdict(float)
    for rule in page.rules:
        if rule.horizontal:
            heights[round(rule.top)] += rule.right - rule.left
    return [height for height, length in heights.items() if length > share * page.width]
