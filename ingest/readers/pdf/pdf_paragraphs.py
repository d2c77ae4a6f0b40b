"""From printed lines to paragraphs: what belongs together, over page breaks too."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingest.readers.lines import (
    BOX_WORDS,
    FIGURE_WORDS,
    MAP_WORDS,
    SENTENCE_END,
    TABLE_WORDS,
    LinePart,
    has_leader_dots,
)
from ingest.readers.masthead_lines import is_item_line, is_masthead_line
from ingest.readers.pdf.pdf_notes import label_of
from ingest.readers.pdf.pdf_tables import Box
from ingest.readers.pdf.printed_lines import Print
from ingest.readers.pdf.table_rows import Table

_LABEL = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,3}){0,3}\.|\d{1,3}[A-Z]?\.\d{1,3}|\d{1,3}\)|\(\d{1,3}\)|\(?[a-zа-я]{1,2}\)|\(?[ivxl]{1,6}\)|[IVXLC]{1,6}\.|[A-Z]\.|"
    r"[-–—•●▪*]|[\uf000-\uf0ff]|\([ء-ي]{1,3}\)|[ء-ي]\s?[-)]|[（(][一二三四五六七八九十]{1,3}[)）]|"
    r"[一二三四五六七八九十]{1,3}、|\d{1,3}[．、])(?=\s|$|[^\x00-\x7f])"
)
_ROMAN, _CAPITAL = re.compile(r"[IVXLC]{1,6}\.\s"), re.compile(r"[A-Z]\.\s")
_NUMBER, _LETTER = re.compile(r"(\d{1,3})\.\s"), re.compile(r"\(?[a-z]{1,3}\)\s")
_LEVELS = ((_ROMAN, 2), (_CAPITAL, 3), (_NUMBER, 4), (_LETTER, 5))
_DECIMAL = re.compile(r"\d{1,3}\.\d{1,3} +[^\W\d_A-Z]")
_RIGHT_HALF = 320.0
"""Lines that begin further to the right, in points, are closing lines and signatures rather than headings."""
_FIGURE = re.compile(rf"(?:{FIGURE_WORDS})\s*[0-9IVXLC]{{1,5}}", re.IGNORECASE)
_MOST_LABELS = 60
_DATE = re.compile(r"\d{1,2}(?:er)?(?: de)? [^\W\d]{3,12}(?: de)? \d{4}(?: г\.| года)?")
_STOPS = (".", ";", ":", "。", "؟")
"""How text ends, and labels of a chart do not."""
_SOURCE = re.compile(
    r"(?:data )?(?:sources?|notes?|fuentes?|источники?|примечани[ея]|المصدر|资料来源|来源|注)\s*[:：]", re.IGNORECASE
)
_CAPTION = re.compile(
    rf"(?![a-zа-я])(?i:{TABLE_WORDS}|{FIGURE_WORDS}|{MAP_WORDS}|{BOX_WORDS}|chart)\s*(?:[0-9IVXLC]{{1,5}}\b|[0-9]{{1,3}}[A-Z]\.[0-9])"
)


@dataclass
class Paragraph:
    """Printed lines that are one paragraph, heading or caption; `level` is that of a heading, else 0."""

    prints: list[Print]
    level: int = 0
    part: LinePart = ""

    @property
    def first(self) -> Print:
        """Its first line."""
        return self.prints[0]

    @property
    def last(self) -> Print:
        """Its last line."""
        return self.prints[-1]


@dataclass
class PageText:
    """What is left of a page when furniture and footnotes are gone, in reading order. `gap` is where the gap
    between its columns lies, None for one column; `entries` are the ids of the lines that end entries of the contents."""

    number: int
    width: float
    height: float
    prints: list[Print]
    tables: list[Table]
    boxes: list[Box]
    masthead: list[Print] = field(default_factory=list)
    gap: float | None = None
    entries: frozenset[int] = frozenset()


Item = Paragraph | Table


@dataclass(frozen=True)
class _Measure:
    """How a page is set: the distance of lines by font size, and the edges of the text."""

    leading: dict[float, float]
    left: float
    right: float


def flowing(pages: Sequence[PageText], size: float) -> list[Item]:
    """Paragraphs and tables of all pages in order, paragraphs that a page break cuts made whole.

    `size` is the font size of the text, points.
    """
    made: list[Item] = []
    general = _leading(line for page in pages for line in page.prints)
    last_measure: _Measure | None = None
    for page in pages:
        measure = _measure(page, general)
        items = _page_items(page, measure)
        if made and items and last_measure and _goes_on(made, items[0], last_measure, measure, page.number):
            whole, rest = made[-1], items[0]
            assert isinstance(whole, Paragraph)
            assert isinstance(rest, Paragraph)
            whole.prints += rest.prints
            items = items[1:]
        made += items
        if items:
            last_measure = measure
    _mark_masthead(made, size)
    _set_levels(made, size)
    return made


def _set_levels(items: Sequence[Item], size: float) -> None:
    """Tells headings and captions from text."""
    number = 0  # of the last numbered paragraph
    letter = ""  # the last heading that is numbered with a capital
    figure = 0  # how many labels of a chart may still follow its caption
    caption = False  # the last paragraph is a bare "Figure 2", its title follows
    captioned: Paragraph | None = None  # the caption of a table, its unit may follow
    for n, item in enumerate(items):
        if not isinstance(item, Paragraph) or item.part not in ("", "box"):
            caption = isinstance(item, Paragraph) and bool(_CAPTION.fullmatch(item.first.text.strip(" .:")))
            figure = _MOST_LABELS if isinstance(item, Paragraph) and _FIGURE.match(item.first.text) else 0
            captioned = item if isinstance(item, Paragraph) and item.part == "caption" else None
            continue
        labelled, figure = figure, _figure_left(item, figure)
        if figure:
            item.part = "caption"
            continue
        if labelled and n:
            _restore_heading(items[n - 1], size)
        item.level = _level(item, size)
        if numbered := _NUMBER.match(item.first.text):
            value = int(numbered.group(1))
            following = value == number + 1
            if item.level == 4 and following and number:
                item.level = 0  # concluding observations set whole paragraphs in bold
            number = number if item.level else value
        if (caption and item.level and len(item.prints) <= 3) or (n and _is_unit(item) and items[n - 1] is captioned):
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


def _leading(prints: Iterable[Print]) -> dict[float, float]:
    gaps: dict[float, Counter[float]] = defaultdict(Counter)
    before: Print | None = None
    for line in prints:
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
    own = _leading(page.prints)
    counts: Counter[float] = Counter(round(line.size) for line in page.prints)
    leading = {**general, **{size: gap for size, gap in own.items() if counts[size] >= 10}}
    lefts = Counter(round(line.left) for line in page.prints)
    rights = sorted(line.right for line in page.prints)
    return _Measure(
        leading,
        max(lefts.items(), key=lambda entry: (entry[1], -entry[0]))[0] if lefts else 0.0,
        rights[int(0.9 * (len(rights) - 1))] if rights else page.width,
    )


def _page_items(page: PageText, measure: _Measure) -> list[Item]:
    items: list[Item] = []
    tables = sorted(page.tables, key=lambda table: table.top)
    paragraph: Paragraph | None = None
    for line in page.prints:
        while tables and tables[0].top < line.base - 0.5 * line.size:
            items.append(tables.pop(0))
            paragraph = None
        part: LinePart = "box" if any(_inside(line, box) for box in page.boxes) else ""
        if id(line) in page.entries:
            part = "contents"
            if _entry_goes_on(items, paragraph, line, measure):
                assert paragraph is not None
                paragraph.prints.append(line)
                paragraph.part = "contents"
                continue
        if paragraph is not None and not _new(paragraph, line, measure, part):
            paragraph.prints.append(line)
        else:
            caption = not part and bool(_CAPTION.match(line.text)) and (line.bold or line.italic or len(line.text) < 40)
            paragraph = Paragraph([line], part="caption" if caption else part)
            items.append(paragraph)
    return [*items, *tables]


def _entry_goes_on(items: Sequence[Item], paragraph: Paragraph | None, line: Print, measure: _Measure) -> bool:
    """Whether a line with dots ends an entry of the contents that began on the line before."""
    if (
        paragraph is None
        or paragraph.part
        or len(paragraph.prints) > 3
        or paragraph.last.bold
        or _LABEL.match(line.text)
    ):
        return False
    leading = measure.leading.get(round(line.size), 1.2 * line.size)
    listed = any(isinstance(item, Paragraph) and item.part == "contents" for item in items)
    return listed and 0 < line.base - paragraph.last.base <= 1.3 * leading and line.left >= paragraph.last.left - 2


def _inside(line: Print, box: Box) -> bool:
    return box.left - 2 <= line.left and line.right <= box.right + 2 and box.top < line.base <= box.bottom + 2


def _new(paragraph: Paragraph, line: Print, measure: _Measure, part: LinePart) -> bool:
    """Whether a line begins a new paragraph rather than going on with the one before it."""
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
        return gap > 0 or not _next_column(before, line)
    if abs(line.size - before.size) > 0.1 * before.size + 0.3 or (
        line.bold != before.bold and not _unfinished(paragraph, line, measure)
    ):
        return True
    if _DATE.fullmatch(line.text) and before.left > measure.left + 0.3 * (measure.right - measure.left):
        return True  # the close of a resolution: the meeting, and below it the day
    ended = bool(SENTENCE_END.search(before.text))
    width = measure.right - measure.left
    open_end = before.right < measure.right - 0.2 * width
    if line.page == 1 and open_end and (is_masthead_line(line.text) or is_masthead_line(before.text)):
        return True
    if label_of(line):  # a note below a table
        return True
    if _LABEL.match(line.text):
        if _DECIMAL.match(line.text) and not ended and _full(before, measure):
            return False  # "resolution / 76.16 of 30 May"
        short = ended and before.right < measure.right - 0.15 * width
        return short or len(line.stretches) > 1 or abs(line.left - before.left) > 3
    if _bare_number(line, measure) and (ended or abs(line.left - before.left) > 3):
        return True
    if ended and before.right < measure.right - 0.3 * width and line.left <= paragraph.first.left + 2:
        return True
    body = paragraph.prints[1].left if len(paragraph.prints) > 1 else None
    return ended and body is not None and 8 < line.left - body < 60 and not _LABEL.match(paragraph.first.text)


def _bare_number(line: Print, measure: _Measure) -> bool:
    """Whether a full line begins with a number that is set apart as that of a paragraph, and lacks its dot."""
    first, *rest = line.stretches
    text = rest[0].text if rest else ""
    return (
        first.text.isdecimal()
        and len(first.text) <= 3
        and text[:1].isupper()
        and len(text) > 50
        and _full(line, measure)
    )


def _unfinished(paragraph: Paragraph, line: Print, measure: _Measure) -> bool:
    """Whether a line in another weight, and of the same slant, goes on with a paragraph: words in bold that open it may fill its first
    line, as those within it may fill another. Then the line before is full, and ends within a sentence or is one of a paragraph with
    a number."""
    within = paragraph.last.italic == line.italic and (
        not SENTENCE_END.search(paragraph.last.text) or bool(_LABEL.match(paragraph.first.text))
    )
    return _full(paragraph.last, measure) and within and not _LABEL.match(line.text)


def _full(line: Print, measure: _Measure) -> bool:
    """Whether a line reaches the right margin, or nearly."""
    return line.right >= measure.right - 0.1 * (measure.right - measure.left)


def _next_column(before: Print, line: Print) -> bool:
    """Whether a paragraph goes on at the head of the next column."""
    return line.left > before.right and not SENTENCE_END.search(before.text) and line.text[:1].islower()


def _goes_on(made: Sequence[Item], rest: Item, last: _Measure, measure: _Measure, page: int) -> bool:
    """Whether the first paragraph of a page goes on with the last one of the page before."""
    whole = made[-1]
    if not isinstance(whole, Paragraph) or not isinstance(rest, Paragraph) or whole.last.page != page - 1:
        return False
    before, line = whole.last, rest.first
    if whole.part != rest.part or whole.part in ("contents", "caption"):
        return False
    if before.bold != line.bold and not _unfinished(whole, line, last):
        return False
    if before.bold and line.bold and not line.text[:1].islower():
        return False  # headings
    if abs(before.size - line.size) > 0.1 * before.size + 0.3 or _LABEL.match(line.text) or _bare_number(line, measure):
        return False
    full = before.right >= last.right - 0.15 * (last.right - last.left)
    body = whole.prints[1].left if len(whole.prints) > 1 else whole.first.left
    indent = line.left - (rest.prints[1].left if len(rest.prints) > 1 else measure.left + body - last.left)
    if 8 < indent < 60:
        return False
    if not SENTENCE_END.search(before.text):
        return line.text[:1].islower() or full or before.text.endswith((",", "-", "–", "(", "￾"))
    if not full or before.bold:
        return False
    # The first line of a paragraph is set apart by a number or an indent; one that is not goes on with the last.
    apart = len(whole.prints) > 1 and (bool(_LABEL.match(whole.first.text)) or whole.first.left > body + 8)
    return apart and abs((line.left - measure.left) - (body - last.left)) < 3


def _is_unit(item: Paragraph) -> bool:
    """Whether a paragraph is what stands in brackets between the title of a table and its rows."""
    text = " ".join(line.text for line in item.prints)
    return text[:1] in "(（" and text[-1:] in ")）" and len(text) <= 120 and len(item.prints) <= 2


def _level(paragraph: Paragraph, size: float) -> int:
    """The level of a heading, from its number or its size; 0 for text."""
    lines = paragraph.prints
    text = " ".join(line.text for line in lines)
    if len(lines) > 10 or len(text) > 600 or not any(character.isalpha() for character in text):
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


def _figure_left(item: Paragraph, left: int) -> int:
    """How many more paragraphs may be labels of the chart whose caption came before; 0 where its text goes on."""
    text = " ".join(line.text for line in item.prints)
    prose = (len(text) > 200 and text.rstrip().endswith(_STOPS)) or any(label.match(text) for label, _ in _LEVELS[:3])
    return 0 if not left or prose or _SOURCE.match(text) else left - 1


def _restore_heading(item: Item, size: float) -> None:
    """The last of the labels of a chart is a heading where it looks like one and text follows."""
    if isinstance(item, Paragraph) and item.part == "caption" and not _CAPTION.match(item.first.text):
        level = _level(item, size)
        if level and not any(character.isdigit() for line in item.prints for character in line.text):
            item.part, item.level = "", level


def is_labelled(text: str) -> bool:
    """Whether a paragraph begins with a number, letter or bullet."""
    return bool(_LABEL.match(text))


def _mark_masthead(items: Sequence[Item], size: float) -> None:
    """Session, dates and agenda item stand between the masthead and the title; so does the title of the item."""
    top: list[Paragraph] = []
    for item in items[:14]:
        if not isinstance(item, Paragraph) or item.first.page > 1 or item.part or _length(item) > 220:
            break
        if item.last.text.endswith((".", "。", "؟", ";")) or is_labelled(item.first.text):
            break
        top.append(item)
    last = max(
        (
            n
            for n, item in enumerate(top)
            if _length(item) <= 90 and item.first.size <= 1.12 * size and is_masthead_line(item.first.text)
        ),
        default=-1,
    )
    if last >= 0 and last + 1 < len(top) and is_item_line(top[last].first.text):
        following = top[last + 1]
        last += following.first.size <= top[last].first.size + 0.6 and len(top) > last + 2
        while len(top) > last + 2 and top[last].last.text.endswith(":") and top[last + 1].first.text[:1].islower():
            last += 1  # "Economic questions: / statistics"
    for item in top[: last + 1]:
        item.part = "masthead"


def _length(item: Paragraph) -> int:
    return sum(len(line.text) for line in item.prints)
