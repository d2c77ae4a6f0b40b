"""The text of a paragraph as a browser shows it: white space, line breaks, list numbers, without footnote marks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ingest.readers.html.html_blocks import BREAK, Paragraph
from ingest.readers.lines import Line
from ingest.readers.text import clean_characters

_MARK = "\x00"  # where a footnote mark was; decoding leaves no such character
_WIDE = "\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60"
_WRAPPED = re.compile(rf"(?<=[{_WIDE}])[ \t]*\r?\n\s*(?=[{_WIDE}])")
_BULLET = re.compile(r"[•·▪◦‣●○■□§Ø]\s+(?=\S)")
_BULLETS = frozenset("•·▪◦‣●○■□§Øoüvàè-–—*")
_NUMBERED = re.compile(r"(?:\d{1,3}\.|\(?(?:\d{1,3}|[a-z]{1,2}|[ivxlc]{1,6})\)|[•·–—-]\s)\s*\S", re.IGNORECASE)
_SHORT = 70


@dataclass(slots=True)
class _Part:
    """The text between two line breaks."""

    texts: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    bold: set[bool] = field(default_factory=set)
    italic: set[bool] = field(default_factory=set)


def render_paragraph(paragraph: Paragraph) -> list[Line]:
    """The lines of a paragraph, not yet numbered; one, unless the page breaks it where a person would see separate
    lines. A `<br>` is a space within running text. It separates lines where each is short and none but the last ends a
    sentence, as in an address or a masthead, and before a number or a dash; two in a row separate paragraphs."""
    label = clean_characters("".join(run.text for run in paragraph.runs if run.label))
    bullet = label in _BULLETS if label else False
    prefix = "" if bullet or not label else f"{label} "
    listed = [item for item in paragraph.items if item.label]
    numbers = " ".join(item.label for item in listed)
    bullet = bullet or (not listed and any(item.bullet for item in paragraph.items[-1:]))
    found = [line for line in map(_render_part, _parts(paragraph)) if line.text]
    if not found:
        return []
    text = found[0].text
    if not bullet and (match := _BULLET.match(text)):
        bullet, text = True, text[match.end() :]
    if numbers and not text.startswith(numbers):
        prefix = f"{numbers} {prefix}"
    found[0] = replace(found[0], text=prefix + text, bullet=bullet)
    if not _are_separate_lines(found, paragraph):
        return [_join_lines(found)]
    return [*(replace(line, broken=paragraph.part != "masthead") for line in found[:-1]), found[-1]]


def _parts(paragraph: Paragraph) -> list[_Part]:
    parts = [_Part()]
    for n, run in enumerate(paragraph.runs):
        if n in paragraph.marks:
            parts[-1].texts.append(_MARK)
            parts[-1].marks += paragraph.marks[n]
        if n in paragraph.dropped or run.label:
            continue
        for m, text in enumerate(run.text.split(BREAK)):
            if m:
                parts.append(_Part())
            parts[-1].texts.append(text)
            if any(map(str.isalnum, text)):
                parts[-1].bold.add(run.bold)
                parts[-1].italic.add(run.italic)
    return parts


def _render_part(part: _Part) -> Line:
    strong, emphasis = part.bold == {True}, part.bold != {True} and part.italic == {True}
    return Line(_squeezed("".join(part.texts)), strong=strong, emphasis=emphasis, marks=tuple(part.marks))


def _squeezed(text: str) -> str:
    """Characters with white space as a browser shows it; a line break of the file within Chinese text is not a space."""
    text = " ".join(_WRAPPED.sub("", text.replace("\xad", "")).split())
    if _MARK in text:
        text = re.sub(rf"[\[(] ?(?:{_MARK} ?)+[\])]", _MARK, text)
        text = re.sub(rf"{_MARK}(?:[,;] ?{_MARK})+", _MARK, text)
        text = re.sub(rf" {_MARK}+(?=[.,;:!?)\]])", "", text).replace(_MARK, "")
    return clean_characters(text)


def _are_separate_lines(found: list[Line], paragraph: Paragraph) -> bool:
    if len(found) < 2 or paragraph.heading:
        return False
    if paragraph.part == "masthead":
        return True
    numbered = all(_NUMBERED.match(line.text) for line in found[1:])
    short = all(len(line.text) <= _SHORT for line in found) and not any(
        line.text.endswith((".", ";", ",", "-", ":")) and not _NUMBERED.match(line.text) for line in found[:-1]
    )
    return numbered or short


def _join_lines(found: list[Line]) -> Line:
    return replace(
        found[0],
        text=clean_characters(" ".join(line.text for line in found)),
        strong=all(line.strong for line in found),
        emphasis=all(line.emphasis for line in found),
        marks=tuple(mark for line in found for mark in line.marks),
    )
