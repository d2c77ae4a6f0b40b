"""Joins printed lines to paragraphs, also across page breaks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.readers.lines import (
    BOX_WORDS,
    FIGURE_WORDS,
    MAP_WORDS,
    SENTENCE_END,
    TABLE_WORDS,
    YEARS,
    LinePart,
    has_leader_dots,
)
from ingest.readers.masthead_lines import is_item_line, is_masthead_line, names_session
from ingest.readers.pdf.pdf_notes import parse_note_mark
from ingest.readers.pdf.pdf_tables import Box
from ingest.readers.pdf.printed_lines import PrintedLine
from ingest.readers.pdf.table_rows import Table

_LABEL = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3}){0,3}\.|\d{1,3}[A-Z]?\.\d{1,3}|\d{1,3}\)|\(\d{1,3}\)|\(?[a-zа-я]{1,2}\)|\(?[ivxl]{1,6}\)|[IVXLC]{1,6}\.|[A-Z]\.|"
    r"[-–—•●▪*]|[\uf000-\uf0ff]|\([ء-ي]{1,3}\)|[ء-ي]\s?[-)]|[（(][一二三四五六七八九十]{1,3}[)）]|"
    r"[一二三四五六七八九十]{1,3}、|\d{1,3}[．、])(?=\s|$|[^\x00-\x7f])"
)
_ROMAN, _CAPITAL = re.compile(r"[IVXLC]{1,6}\.\s"), re.compile(r"[A-Z]\.\s")
_CASED = re.compile(r"[^\W\d_\u0590-\uffff]")
_COUNT = re.compile(r"(\d{1,3})(?:[.．、](?!\d)| ?[-–](?=\s*[\u0600-\u06ff]))")
_NUMBER, _LETTER = re.compile(r"(\d{1,3})\.\s"), re.compile(r"\(?[a-z]{1,3}\)\s")
_LEVELS = ((_ROMAN, 2), (_CAPITAL, 3), (_NUMBER, 4), (_LETTER, 5))
_DECIMAL = re.compile(r"\d{1,3}\.\d{1,3} +[^\W\d_A-Z]")
_WORD = re.compile(r"[^\W\d_]{2}|[\u3040-\u9fff]")
"""The beginning of a word, unlike a letter that stands for a unit."""
_RIGHT_HALF = 320.0
"""Lines that begin further to the right, in points, are closing lines and signatures rather than headings."""
_FIGURE = re.compile(rf"(?:{FIGURE_WORDS})\s*[0-9IVXLC]{{1,5}}", re.IGNORECASE)
_MOST_LABELS = 60
_DATE = re.compile(r"\d{1,2}(?:er)?(?: de)? [^\W\d]{3,12}(?: de)? \d{4}(?: г\.| года)?")
_STOPS = (".", ";", ":", "。", "؟")  # how a text ends; labels of a chart do not
_SOURCE = re.compile(
    r"(?:data )?(?:sources?|notes?|fuentes?|источники?|примечани[ея]|المصدر|资料来源|来源|注)\s*[:：]", re.IGNORECASE
)
_CAPTION = re.compile(
    rf"(?![a-zа-я])(?i:{TABLE_WORDS}|{FIGURE_WORDS}|{MAP_WORDS}|{BOX_WORDS}|chart)\s*(?:[0-9IVXLC]{{1,5}}\b|[0-9]{{1,3}}[A-Z]\.[0-9])"
)


@dataclass
class Paragraph:
    """Printed lines that are one paragraph, heading or caption; `level` is that of a heading, else 0."""

    printed_lines: list[PrintedLine]
    level: int = 0
    part: LinePart = ""

    @property
    def first(self) -> PrintedLine:
        """Its first line."""
        return self.printed_lines[0]

    @property
    def last(self) -> PrintedLine:
        """Its last line."""
        return self.printed_lines[-1]


@dataclass
class PageText:
    """A page without furniture and footnotes, in reading order. `gap` is the position of the gap between its columns,
    None for one column; `entries` are the ids of the lines that end entries of the table of contents."""

    number: int
    width: float
    printed_lines: list[PrintedLine]
    tables: list[Table]
    boxes: list[Box]
    masthead: list[PrintedLine]
    gap: float | None
    entries: frozenset[int]


Item = Paragraph | Table


@dataclass(frozen=True)
class _Measure:
    """The layout of a page: the line distance by font size, and the edges of the text."""

    leading: dict[float, float]
    left: float
    right: float


def build_items(pages: Sequence[PageText], size: float) -> list[Item]:
    """Paragraphs and tables of all pages in order, with paragraphs that a page break splits joined. `size` is the font
    size of the text, points."""
    result: list[Item] = []
    general = _line_distances(line for page in pages for line in page.printed_lines)
    last_measure: _Measure | None = None
    for page in pages:
        measure = _measure(page, general)
        items = _page_items(page, measure)
        last, rest = result[-1] if result else None, items[0] if items else None
        if (
            isinstance(last, Paragraph)
            and isinstance(rest, Paragraph)
            and last_measure
            and last.last.page == page.number - 1
            and _continues_paragraph(last, rest, last_measure, measure)
        ):
            last.printed_lines += rest.printed_lines
            items = items[1:]
        result += items
        if items:
            last_measure = measure
    _mark_masthead(result, size)
    _set_levels(result, size)
    return result


def _set_levels(items: Sequence[Item], size: float) -> None:
    """Distinguishes headings and captions from text."""
    number = 0  # of the last numbered paragraph
    letter = ""  # of the last heading that is numbered with a capital
    figure = 0  # how many labels of a chart may still follow its caption
    caption = False  # whether the last paragraph is only "Figure 2", so that its title follows
    captioned: Paragraph | None = None  # the caption of a table, after which its unit may follow
    for n, item in enumerate(items):
        if not isinstance(item, Paragraph) or item.part not in ("", "box"):
            caption = isinstance(item, Paragraph) and bool(_CAPTION.fullmatch(item.first.text.strip(" .:")))
            figure = _MOST_LABELS if isinstance(item, Paragraph) and _FIGURE.match(item.first.text) else 0
            captioned = item if isinstance(item, Paragraph) and item.part == "caption" else None
            continue
        labelled, figure = figure, _remaining_chart_labels(item, figure)
        if figure:
            item.part = "caption"
            continue
        if labelled:
            _restore_heading(items[n - 1], size)
        item.level = _heading_level(item, size)
        if numbered := _NUMBER.match(item.first.text):
            value = int(numbered.group(1))
            following = value == number + 1
            if item.level == 4 and following and number:
                item.level = 0  # concluding observations have whole paragraphs in bold
            number = number if item.level else value
        if (caption and item.level and len(item.printed_lines) <= 3) or (
            n and _is_unit(item) and items[n - 1] is captioned
        ):
            item.level, item.part = 0, "caption"
        captioned = item if item.part == "caption" else None
        caption = False
        if item.level in (2, 3) and (label := item.first.text.partition(".")[0]) and len(label) == 1:
            # "C." follows "B." as a letter, or "XCIX." as a number.
            if item.level == 2 and letter and ord(label) == ord(letter) + 1:
                item.level = 3
            letter = label if item.level == 3 else ""
        elif item.level in (1, 2):
            letter = ""


def _line_distances(printed_lines: Iterable[PrintedLine]) -> dict[float, float]:
    gaps: dict[float, Counter[float]] = defaultdict(Counter)
    before: PrintedLine | None = None
    for line in printed_lines:
        if before is not None and before.page == line.page and abs(before.size - line.size) < 0.6:
            gap = line.base - before.base
            if 0.8 * line.size < gap < 3 * line.size:
                gaps[round(line.size)][round(gap * 2) / 2] += 1
        before = line
    # The most common distance; of two that are nearly as common the smaller, since the other parts paragraphs.
    return {
        size: min(gap for gap, count in found.items() if count >= 0.5 * max(found.values()))
        for size, found in gaps.items()
        if max(found.values()) >= 3
    }


def _measure(page: PageText, general: dict[float, float]) -> _Measure:
    own = _line_distances(page.printed_lines)
    counts: Counter[float] = Counter(round(line.size) for line in page.printed_lines)
    leading = {**general, **{size: gap for size, gap in own.items() if counts[size] >= 10}}
    lefts = Counter(round(line.left) for line in page.printed_lines)
    rights = sorted(line.right for line in page.printed_lines)
    return _Measure(
        leading,
        max(lefts.items(), key=lambda entry: (entry[1], -entry[0]))[0] if lefts else 0.0,
        rights[int(0.9 * (len(rights) - 1))] if rights else page.width,
    )


def _page_items(page: PageText, measure: _Measure) -> list[Item]:
    items: list[Item] = []
    tables = sorted(page.tables, key=lambda table: table.top)
    paragraph: Paragraph | None = None
    for line in page.printed_lines:
        while tables and tables[0].top < line.base - 0.5 * line.size:
            items.append(tables.pop(0))
            paragraph = None
        part: LinePart = "box" if any(_is_inside(line, box) for box in page.boxes) else ""
        if id(line) in page.entries:
            part = "contents"
            if paragraph is not None and _ends_entry(items, paragraph, line, measure):
                paragraph.printed_lines.append(line)
                paragraph.part = "contents"
                continue
        if paragraph is not None and not _begins_paragraph(paragraph, line, measure, part):
            paragraph.printed_lines.append(line)
        else:
            caption = not part and bool(_CAPTION.match(line.text)) and (line.bold or line.italic or len(line.text) < 40)
            paragraph = Paragraph([line], part="caption" if caption else part)
            items.append(paragraph)
    return [*items, *tables]


def _ends_entry(items: Sequence[Item], paragraph: Paragraph, line: PrintedLine, measure: _Measure) -> bool:
    """Whether a line with leader dots ends an entry of the contents that began on the line before."""
    if paragraph.part or len(paragraph.printed_lines) > 3 or paragraph.last.bold or _LABEL.match(line.text):
        return False
    leading = measure.leading.get(round(line.size), 1.2 * line.size)
    listed = any(isinstance(item, Paragraph) and item.part == "contents" for item in items)
    return listed and 0 < line.base - paragraph.last.base <= 1.3 * leading and line.left >= paragraph.last.left - 2


def _is_inside(line: PrintedLine, box: Box) -> bool:
    return box.left - 2 <= line.left and line.right <= box.right + 2 and box.top < line.base <= box.bottom + 2


def _begins_paragraph(paragraph: Paragraph, line: PrintedLine, measure: _Measure, part: LinePart) -> bool:
    """Whether a line begins a new paragraph."""
    before = paragraph.last
    if part != paragraph.part and not (paragraph.part == "caption" and not part):
        return True
    if part == "contents":
        return True
    if has_leader_dots(before.text) or has_leader_dots(line.text):
        return not paragraph.part  # each line that names who presides, or who represents a State
    gap = line.base - before.base
    leading = max(measure.leading.get(round(line.size), 1.2 * line.size), 1.05 * line.size)
    if gap <= 0 or gap > 1.2 * leading + 0.6:
        return gap > 0 or not _continues_in_next_column(before, line)
    if abs(line.size - before.size) > 0.1 * before.size + 0.3 or (
        line.bold != before.bold and not _continues_in_other_weight(paragraph, line, measure)
    ):
        return True
    if _DATE.fullmatch(line.text) and before.left > measure.left + 0.3 * (measure.right - measure.left):
        return True  # the close of a resolution: the meeting, and below it the day
    ended = bool(SENTENCE_END.search(before.text))
    width = measure.right - measure.left
    open_end = before.right < measure.right - 0.2 * width
    if line.page == 1 and open_end and (is_masthead_line(line.text) or is_masthead_line(before.text)):
        return True
    if parse_note_mark(line):  # a note below a table
        return True
    first, count = _COUNT.match(paragraph.first.text), _COUNT.match(line.text)
    if ended and first and count and int(count[1]) == int(first[1]) + 1 and not _CASED.search(before.text[-9:]):
        return True  # "2." after a sentence of paragraph 1; where letters have case, "No." does not end one
    if _LABEL.match(line.text):
        if _DECIMAL.match(line.text) and not ended and _is_full(before, measure):
            return False  # "resolution / 76.16 of 30 May"
        short = ended and before.right < measure.right - 0.15 * width
        return short or len(line.segments) > 1 or abs(line.left - before.left) > 3
    if _has_bare_number(line, measure) and (ended or abs(line.left - before.left) > 3):
        return True
    if ended and before.right < measure.right - 0.3 * width and line.left <= paragraph.first.left + 2:
        return True
    body = paragraph.printed_lines[1].left if len(paragraph.printed_lines) > 1 else None
    return ended and body is not None and 8 < line.left - body < 60 and not _LABEL.match(paragraph.first.text)


def _has_bare_number(line: PrintedLine, measure: _Measure) -> bool:
    """Whether a full line begins with a paragraph number that is set apart but has no dot."""
    first, *rest = line.segments
    text = rest[0].text if rest else ""
    number = first.text.isdecimal() and len(first.text) <= 3
    return number and text[:1].isupper() and len(text) > 50 and _is_full(line, measure)


def _continues_in_other_weight(paragraph: Paragraph, line: PrintedLine, measure: _Measure) -> bool:
    """Whether a line in another weight, but with the same slant, continues a paragraph: bold words at its beginning may
    fill its first line, and bold words within it another. Then the line before is full, and ends within a sentence or
    belongs to a numbered paragraph."""
    within = paragraph.last.italic == line.italic and (
        not SENTENCE_END.search(paragraph.last.text) or bool(_LABEL.match(paragraph.first.text))
    )
    return _is_full(paragraph.last, measure) and within and not _LABEL.match(line.text)


def _is_full(line: PrintedLine, measure: _Measure) -> bool:
    """Whether a line reaches the right margin, or nearly."""
    return line.right >= measure.right - 0.1 * (measure.right - measure.left)


def _continues_in_next_column(before: PrintedLine, line: PrintedLine) -> bool:
    """Whether a paragraph continues at the top of the next column."""
    return line.left > before.right and not SENTENCE_END.search(before.text) and line.text[:1].islower()


def _continues_paragraph(paragraph: Paragraph, rest: Paragraph, last: _Measure, measure: _Measure) -> bool:
    """Whether the first paragraph of a page continues the last one of the page before, which has the measure `last`."""
    before, line = paragraph.last, rest.first
    if paragraph.part != rest.part or paragraph.part in ("contents", "caption"):
        return False
    if before.bold != line.bold and not _continues_in_other_weight(paragraph, line, last):
        return False
    if before.bold and line.bold and not line.text[:1].islower():
        return False  # headings
    if abs(before.size - line.size) > 0.1 * before.size + 0.3:
        return False
    if _LABEL.match(line.text) or _has_bare_number(line, measure):
        return False
    full = before.right >= last.right - 0.15 * (last.right - last.left)
    body = paragraph.printed_lines[1].left if len(paragraph.printed_lines) > 1 else paragraph.first.left
    margin = rest.printed_lines[1].left if len(rest.printed_lines) > 1 else measure.left + body - last.left
    if 8 < line.left - margin < 60:
        return False
    if not SENTENCE_END.search(before.text):
        return line.text[:1].islower() or full or before.text.endswith((",", "-", "–", "(", "￾"))
    if not full or before.bold:
        return False
    # The first line of a paragraph has a number or an indent; a line without either continues the last paragraph.
    apart = len(paragraph.printed_lines) > 1 and (
        bool(_LABEL.match(paragraph.first.text)) or paragraph.first.left > body + 8
    )
    return apart and abs((line.left - measure.left) - (body - last.left)) < 3


def _is_unit(item: Paragraph) -> bool:
    """Whether a paragraph is the text in brackets between the title of a table and its rows."""
    text = " ".join(line.text for line in item.printed_lines)
    return text[:1] in "(（" and text[-1:] in ")）" and len(text) <= 120 and len(item.printed_lines) <= 2


def _heading_level(paragraph: Paragraph, size: float) -> int:
    """The level of a heading, from its number or its size; 0 for text."""
    lines = paragraph.printed_lines
    text = " ".join(line.text for line in lines)
    # Figures with their unit, “$60.5 M”, are labels of a chart.
    is_worded = _WORD.search(text) if any(map(str.isdigit, text)) else any(map(str.isalpha, text))
    if len(lines) > 10 or len(text) > 600 or not is_worded:
        return 0
    bold, italic = all(line.bold for line in lines), all(line.italic for line in lines)
    large = lines[0].size > 1.12 * size
    if not (bold or italic or large) or (len(text) > 60 and text.rstrip().endswith((".", ";", ","))):
        return 0
    if _NUMBER.match(text) and (len(text) > 240 or text.rstrip().endswith((":", "."))):
        return 0
    if text.rstrip().endswith((",", ";")) or _SOURCE.match(text):
        return 0
    if bold or large:
        return next((level for label, level in _LEVELS if label.match(text)), 1 if large else 4)
    # A sentence of a record, "The meeting rose at noon.", is text.
    return 0 if lines[0].left > _RIGHT_HALF or text.rstrip().endswith(".") else 6


def _remaining_chart_labels(item: Paragraph, left: int) -> int:
    """How many more paragraphs may be labels of the chart whose caption came before; 0 where the text continues."""
    text = " ".join(line.text for line in item.printed_lines)
    prose = (len(text) > 200 and text.rstrip().endswith(_STOPS)) or any(label.match(text) for label, _ in _LEVELS[:3])
    return 0 if not left or prose or _SOURCE.match(text) else left - 1


def _restore_heading(item: Item, size: float) -> None:
    """Makes the last label of a chart a heading where it looks like one and text follows."""
    if isinstance(item, Paragraph) and item.part == "caption" and not _CAPTION.match(item.first.text):
        level = _heading_level(item, size)
        if level and not any(character.isdigit() for line in item.printed_lines for character in line.text):
            item.part, item.level = "", level


def is_labelled(text: str) -> bool:
    """Whether a paragraph begins with a number, letter or bullet."""
    return bool(_LABEL.match(text))


def _mark_masthead(items: Sequence[Item], size: float) -> None:
    """Marks the lines between the masthead and the title: session, dates, agenda item and the title of the item."""
    top: list[Paragraph] = []
    for item in items[:14]:
        if not isinstance(item, Paragraph) or item.first.page > 1 or item.part or _text_length(item) > 220:
            break
        if item.last.text.endswith((".", "。", "؟", ";")) or is_labelled(item.first.text):
            break
        top.append(item)
    short = (n for n, item in enumerate(top) if _text_length(item) <= 90 and item.first.size <= 1.12 * size)
    last = max((n for n in short if is_masthead_line(top[n].first.text)), default=-1)
    if last >= 0 and last + 1 < len(top) and is_item_line(top[last].first.text):
        following = top[last + 1]
        last += following.first.size <= top[last].first.size + 0.6 and len(top) > last + 2
        while len(top) > last + 2 and top[last].last.text.endswith(":") and top[last + 1].first.text[:1].islower():
            last += 1  # "Economic questions: / statistics"
    first = int(last > 0 and _is_title_above_dates(items, top[: last + 1], size))
    title = _title_in_masthead(top[: last + 1], size)
    for n, item in enumerate(top[first : last + 1], first):
        if title is None or n < title or is_masthead_line(item.first.text):
            item.part = "masthead"


def _title_in_masthead(top: Sequence[Paragraph], size: float) -> int | None:
    """The index of the title among the lines of a masthead, below which its date stands: the only line that is larger than the
    text, neither the first nor the last; the name of a body above may be as large, but stands first."""
    large = [n for n, item in enumerate(top) if item.first.size > 1.12 * size]
    titled = len(large) == 1 and 0 < large[0] < len(top) - 1 and all(map(_is_dated, top[-1:]))
    return large[0] if titled and not is_masthead_line(top[large[0]].first.text) else None


def _is_title_above_dates(items: Sequence[Item], top: Sequence[Paragraph], size: float) -> bool:
    """Whether the first line of a document is its title, above the place and dates: it is the largest of all, and what
    stands below the dates is no title, but text or a heading of a size that occurs again."""
    title, *below = top
    paragraphs = [item for item in items if isinstance(item, Paragraph)]
    others = [item for item in paragraphs if item is not title]
    behind = others[len(below) :]
    largest = all(item.first.size < title.first.size - 0.6 for item in others)
    if title.first.size <= 1.12 * size or not largest or not behind or not all(map(_is_dated, below)):
        return False
    headings = [item for item in behind if _heading_level(item, size)]
    return behind[0] not in headings or any(
        abs(item.first.size - behind[0].first.size) <= 0.6 for item in headings if item is not behind[0]
    )


def _is_dated(item: Paragraph) -> bool:
    """Whether a paragraph is a line of a masthead that has a year, and names no session or agenda item."""
    text = item.first.text
    return is_masthead_line(text) and YEARS.search(text) is not None and not (names_session(text) or is_item_line(text))


def _text_length(item: Paragraph) -> int:
    return sum(len(line.text) for line in item.printed_lines)
