"""The footnotes of a page: where they begin, their marks and texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.readers.lines import SUPERSCRIPTS
from ingest.readers.pdf.glyphs import PageGlyphs, Rule
from ingest.readers.pdf.printed_lines import PrintedLine

_SEPARATOR = re.compile(r"[_‗—–\-]{6,}")
_LABEL = re.compile(r"(\d{1,3}|[a-z]{1,2}|\*{1,4}|[†‡§]{1,2})\s*(?=\S|$)")
_SUPERSCRIPT = re.compile(r"([⁰¹²³⁴-⁹]{1,3})\s*(?=\S)")
MARKS = re.compile(r"\d{1,3}|[a-z]{1,2}|\*{1,4}|[†‡§]{1,2}")
_STARS = re.compile(r"(\*{1,4}|[†‡§]{1,2})\s*(?=[^\s*])")


@dataclass
class Note:
    """A footnote: its mark as printed, its page, its printed lines without the mark."""

    label: str
    page: int
    lines: list[str] = field(default_factory=list)


def split_notes(
    page: PageGlyphs, printed_lines: Sequence[PrintedLine], size: float, after_notes: bool
) -> tuple[list[PrintedLine], list[Note], list[str]]:
    """Splits the lines of a page into its text, its footnotes, and the lines above the first mark, which continue the
    last footnote of the page before. `size` is the font size of the text, points; `after_notes` says that there is a
    footnote which may continue."""
    start = _notes_start(page, printed_lines, size, after_notes)
    plain = any(parse_note_mark(line) is None and _plain_number(line) for line in printed_lines[start : start + 1])
    notes: list[Note] = []
    carried: list[str] = []
    for line in printed_lines[start:]:
        if _SEPARATOR.fullmatch(line.text.replace(" ", "")):
            continue
        found = parse_note_mark(line)
        if plain and not found and (number := _plain_number(line)):
            found = number, line.text[len(number) :].strip()
        if found:
            notes.append(Note(found[0], line.page, [found[1]] if found[1] else []))
        elif notes:
            notes[-1].lines.append(line.text)
        else:
            carried.append(line.text)
    return list(printed_lines[:start]), notes, carried


def parse_note_mark(line: PrintedLine) -> tuple[str, str] | None:
    """The mark with which a footnote begins, and the rest of the line; None where the line begins otherwise."""
    parts = line.marked
    if parts[0][1]:
        return parts[0][0].strip(), "".join(text for text, _ in parts[1:]).strip()
    if written := _SUPERSCRIPT.match(line.text):
        return written.group(1).translate(SUPERSCRIPTS), line.text[written.end() :]
    if stars := _STARS.match(line.text):
        return stars.group(1), line.text[stars.end() :]
    first = line.runs[0]
    if len(line.runs) > 1 and first.size <= 0.8 * line.size and (label := _LABEL.fullmatch(first.text.strip())):
        return label.group(1), line.text[len(first.text.strip()) :].strip()
    return None


def _notes_start(page: PageGlyphs, printed_lines: Sequence[PrintedLine], size: float, after_notes: bool) -> int:
    """The index of the first line of the footnotes."""
    for n in range(len(printed_lines) - 1, -1, -1):
        if _SEPARATOR.fullmatch(printed_lines[n].text.replace(" ", "")):
            below = printed_lines[n + 1 :]
            if below and printed_lines[n].base > 0.2 * page.height and any(parse_note_mark(line) for line in below[:3]):
                return n
            if below and all(line.size < 0.95 * size for line in below):
                return n
    for rule in sorted(page.rules, key=lambda rule: -rule.top):
        short = rule.horizontal and 40 <= rule.right - rule.left <= 0.45 * page.width
        if short and rule.top > 0.2 * page.height:
            first = next((n for n, line in enumerate(printed_lines) if line.base > rule.top + 2), None)
            if first is None:
                continue
            line = printed_lines[first]
            number = _raised_number(line) or _plain_number(line)
            if number and _is_referred_to(printed_lines[:first], number):
                return first
            small = all(line.size < 0.97 * size for line in printed_lines[first:])
            if small and (parse_note_mark(line) or (after_notes and _separates(page, rule, printed_lines, first))):
                return first
    return min(_small_print_start(printed_lines, size), _full_size_notes_start(page, printed_lines))


def _separates(page: PageGlyphs, rule: Rule, printed_lines: Sequence[PrintedLine], first: int) -> bool:
    """Whether a rule is alone between the text and the rest of a footnote, and not the end of a table."""
    alone = not any(other is not rule and abs(other.top - rule.top) < 60 for other in page.rules)
    below = printed_lines[first:]
    close = below[0].top - rule.top < 20 and all(len(line.segments) == 1 for line in below)
    return alone and close and abs(rule.left - min(line.left for line in below)) < 40


def _full_size_notes_start(page: PageGlyphs, printed_lines: Sequence[PrintedLine]) -> int:
    """Where footnotes in the font size of the text begin, with or without a rule above them."""
    found = len(printed_lines)
    below: PrintedLine | None = None
    for n, line in reversed(list(enumerate(printed_lines))):
        if line.base < 0.3 * page.height or line.bold:
            break
        if below and below.base - line.base > 2.5 * line.size:
            break  # footnotes follow each other closely
        below = line
        if (number := _raised_number(line)) and _is_referred_to(printed_lines[:n], number):
            found = n
    numbers = [number for line in printed_lines[found:] if (number := _raised_number(line))]
    return found if all(_is_referred_to(printed_lines[:found], number) for number in numbers) else len(printed_lines)


def _raised_number(line: PrintedLine) -> str:
    """The number with which a footnote begins, if it is raised as in the text."""
    text, mark = line.marked[0]
    return text.strip() if mark and text.strip().isdigit() else ""


def _plain_number(line: PrintedLine) -> str:
    """The number with which a footnote begins if it is not raised but a run of its own: "1All submissions"."""
    first = line.runs[0].text.strip()
    alone = first.isdigit() and len(line.runs) > 1 and len(line.segments) == 1
    return first if alone and line.text[len(first) : len(first) + 1].isalpha() else ""


def _is_referred_to(printed_lines: Sequence[PrintedLine], label: str) -> bool:
    """Whether a mark in the text refers to a footnote."""
    return any(mark and label in MARKS.findall(words) for line in printed_lines for words, mark in line.marked)


def _small_print_start(printed_lines: Sequence[PrintedLine], size: float) -> int:
    """Where the small print at the end of the page begins, if a footnote begins in it."""
    start = len(printed_lines)
    while start and printed_lines[start - 1].size < 0.94 * size:
        start -= 1
    ahead = next((n for n in range(start, len(printed_lines)) if parse_note_mark(printed_lines[n])), len(printed_lines))
    # A few lines of small print above the first mark are the rest of a note; more are those of a table.
    return start if ahead < len(printed_lines) and ahead - start <= 6 else ahead
