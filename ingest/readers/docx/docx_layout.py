"""Finds the parts of a document by position and formatting: masthead, contents, captions and boxes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.readers.docx.entries import Entry, Paragraph, Table, normalize_text, paragraphs
from ingest.readers.masthead_lines import CONTENTS, ORGANIZATION, is_masthead_line

_MASTHEAD_STYLE = re.compile(r"^(?:Session|Agenda_(?:Item|Title).*|Distribution|Original|Release ?Date|Publication)$")
_NATIONS = re.compile(ORGANIZATION, re.IGNORECASE)
_DISTRIBUTION = re.compile(r"\bDistr\.|Original\s*:", re.IGNORECASE)
_SYMBOL = re.compile(r"(?<![\w/])(?:[A-Z]{1,8}|ST)(?:/[A-Z0-9][A-Za-z0-9.()\-]*)+")
_HEAD = 12  # entries before which the masthead's table stands
_HEAD_LINE = 120
_NUMBER = r"(?:[A-Z]{1,3}\.)?(?:\d+|[IVXLC]+)(?:[.\-–](?:\d+|[IVXLC]+))*[a-zA-Z]?"
_KIND = (
    "Annex table|Table|Figure|Chart|Map|Box|Tableau|Graphique|Carte|Encadré|Cuadro|Tabla|Gráfico|Figura|Mapa|Recuadro|"
    "Таблица|Диаграмма|Рисунок|График|Карта|Вставка|الجدول|جدول|الشكل|شكل|الإطار|表|图|圖"
)
_CAPTION = re.compile(
    rf"^(?i:{_KIND})\s*{_NUMBER}(?:\s*\([^()]{{1,30}}\))?(?:(?P<alone>\s*[.:]?$)|\s*[.:–—]\s*\S.*|\s[^a-z.;].*)"
)
_CAPTION_STYLE = re.compile(
    r"^(?:caption|rep_table_(?:number|title)|.*(?:table|figure)[ _]?(?:title|number|caption).*)$", re.IGNORECASE
)
_UNITS = re.compile(r"^[(（\[].{1,150}[)）\]]$")
_PAGE = re.compile(r"(?:\t|\.{3,}|…)\s*(?:\d{1,4}|[ivxlc]{1,7})\s*$")
_LONGEST = 400
_TITLES = 5
_REACH = 40  # entries that a caption may take, blank ones included


def flatten(entries: Sequence[Entry], part: str = "") -> list[Entry]:
    """The entries of a story in one sequence: a text box or a table of one cell is replaced by its content."""
    result: list[Entry] = []
    for entry in entries:
        if part == "box" and not entry.part:
            entry.part = "box"
        if isinstance(entry, Table):
            if len(entry.rows) == 1 and len(entry.rows[0].cells) == 1:
                result += flatten(entry.rows[0].cells[0].entries, "box")
            else:
                result.append(entry)
        else:
            boxes, entry.boxes = entry.boxes, []
            result += [entry, *flatten(boxes, "box")]
    return result


def find_masthead(entries: list[Entry], *, running: bool) -> list[Entry]:
    """The paragraphs of a header that has a masthead; none where it has none. A `running` header, which is on every
    page, often has the symbol: only its distribution makes it a masthead."""
    found = list(paragraphs(entries))
    text = " ".join(normalize_text(paragraph.raw) for paragraph in found)
    if not (_DISTRIBUTION.search(text) or (not running and _SYMBOL.search(text))):
        return []
    return _as_masthead(found)


def mark_masthead(flow: list[Entry]) -> list[Entry]:
    """Marks the masthead at the beginning of a body: a layout table that has it, and paragraphs in its styles."""
    result: list[Entry] = []
    seen = 0
    table = in_masthead = True
    for entry in flow:
        seen += isinstance(entry, Table) or not entry.blank
        if isinstance(entry, Table):
            if table and seen <= _HEAD and _is_masthead(entry):
                result += _as_masthead(list(entry.paragraphs()))
            else:
                in_masthead = False
                result.append(entry)
            table = False
            continue
        if seen <= _HEAD and not entry.level and not entry.number:
            entry.parted = _is_masthead_lines(entry.lines()[0])
        if in_masthead and _MASTHEAD_STYLE.match(entry.style.name):
            entry.part = "masthead"
        elif not entry.blank and not entry.frame:
            in_masthead = False
        result.append(entry)
    return result


def _is_masthead_lines(lines: Sequence[str]) -> bool:
    """Whether the lines of a paragraph with deliberate line breaks are lines of a masthead: body, session, place."""
    short = all(len(line) <= _HEAD_LINE for line in lines) and not any(
        line.endswith((".", ";", ",", ":")) for line in lines[:-1]
    )
    upright = not any(line[:1].islower() for line in lines)
    return len(lines) > 1 and short and upright and any(map(is_masthead_line, lines))


def _is_masthead(table: Table) -> bool:
    text = " ".join(normalize_text(paragraph.raw) for paragraph in table.paragraphs())
    signs = (_NATIONS, _DISTRIBUTION, _SYMBOL) if len(text) <= 1_000 else ()
    return sum(bool(pattern.search(text)) for pattern in signs) >= 2


def _as_masthead(found: list[Paragraph]) -> list[Entry]:
    for paragraph in found:
        paragraph.part, paragraph.boxes = "masthead", []
    return [*found]


def mark_contents(flow: Sequence[Entry]) -> None:
    """Marks a table of contents that was typed: the entries under its heading that end with a page number."""
    in_contents = False
    for at, entry in enumerate(flow):
        paragraph = entry if isinstance(entry, Paragraph) else None
        if paragraph and CONTENTS.fullmatch(normalize_text(paragraph.raw)):
            in_contents = any(_is_contents(later) for later in flow[at + 1 : at + 6])
        elif paragraph and (paragraph.blank or paragraph.frame or paragraph.note is not None):
            continue
        elif in_contents and not _is_contents(entry):
            soon = paragraph and len(paragraph.raw) < _LONGEST
            in_contents = bool(soon) and any(_is_contents(later) for later in flow[at + 1 : at + 4])
        if in_contents:
            entry.part = "contents"


def _is_contents(entry: Entry) -> bool:
    if isinstance(entry, Paragraph):
        return entry.part == "contents" or (len(entry.raw) < _LONGEST and bool(_PAGE.search(entry.raw)))
    ends = [row.cells[-1].text() for row in entry.rows if row.cells]
    return bool(ends) and 2 * sum(bool(re.fullmatch(r"\d{1,4}|[ivxlc]{1,7}", end)) for end in ends) > len(ends)


def mark_captions(flow: list[Entry]) -> list[Entry]:
    """Marks captions: `Table 1` with the title lines above the table or figure, and units in parentheses above a table.
    Entries at the foot of the page that come between them are moved behind the table."""
    result: list[Entry] = []
    at = 0
    while at < len(flow):
        entry = flow[at]
        if isinstance(entry, Table):
            result.append(entry)
            at += 1
        elif _is_caption(flow, at):
            end, aside = _mark_caption(flow, at)
            table = [one for one in flow[end : end + 1] if isinstance(one, Table)]
            result += [*(one for one in flow[at:end] if one not in aside), *table, *aside]
            at = end + len(table)
        else:
            if _is_unassigned(entry) and _UNITS.match(normalize_text(entry.raw)) and _table_next(flow, at):
                entry.part = "caption"
            result.append(entry)
            at += 1
    return result


def _is_unassigned(entry: Paragraph) -> bool:
    return not entry.part and entry.note is None and not entry.frame and not entry.number and not entry.bullet


def _is_caption(flow: Sequence[Entry], at: int) -> bool:
    entry = flow[at]
    if not isinstance(entry, Paragraph) or len(entry.raw) > _LONGEST or entry.blank:
        return False
    if _CAPTION_STYLE.match(entry.style.name):
        return bool(_is_unassigned(entry) or entry.number)
    match = _CAPTION.match(normalize_text(entry.raw.strip().split("\n")[0])) if _is_unassigned(entry) else None
    if match is None:
        return False
    looks = entry.level or entry.is_all("bold") or entry.is_all("italic")
    return match.group("alone") is not None or bool(looks) or _table_next(flow, at)


def _table_next(flow: Sequence[Entry], at: int) -> bool:
    for entry in flow[at + 1 : at + _REACH]:
        if isinstance(entry, Table):
            return entry.part == ""
        if not (entry.blank or entry.frame or _UNITS.match(normalize_text(entry.raw))):
            return False
    return False


def _mark_caption(flow: Sequence[Entry], at: int) -> tuple[int, list[Entry]]:
    """Marks the caption that begins at an index; returns where it ends and the entries within it that are not part of
    it. The caption of a table ends at the table, that of a figure after its title."""
    label = flow[at]
    label.part = "caption"
    level = label.level if isinstance(label, Paragraph) else 0
    asides: list[tuple[int, Entry]] = []
    titles: list[tuple[int, Paragraph]] = []
    table = -1
    for n, entry in enumerate(flow[at + 1 : at + _REACH], at + 1):
        if isinstance(entry, Table):
            table = n
        if isinstance(entry, Table) or (entry.pictured and entry.blank):
            break
        if entry.frame and not entry.blank:
            asides.append((n, entry))
        elif not entry.blank:
            fits = _is_unassigned(entry) and entry.level in (0, level) and len(entry.raw) <= _LONGEST
            if not fits or len(titles) == _TITLES or _is_caption(flow, n):
                break
            titles.append((n, entry))
    end = at + 1
    for n, title in titles:
        units = _UNITS.match(normalize_text(title.raw))
        looks = title.level or title.is_all("bold") or title.is_all("italic")
        if table < 0 and not units and (end > at + 1 or not looks):
            break
        title.part = "caption"
        end = n + 1
    end = max(end, table)
    return end, [entry for n, entry in asides if n < end]
