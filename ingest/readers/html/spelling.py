"""The words of a paragraph as a browser shows them: white space, line breaks, list numbers, footnote marks taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.readers.html.html_blocks import BREAK, Paragraph
from ingest.readers.text import clean_characters

_MARK = "\x00"  # where a footnote mark was; decoding leaves no such character
_WIDE = "\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60"
_WRAPPED = re.compile(rf"(?<=[{_WIDE}])[ \t]*\r?\n\s*(?=[{_WIDE}])")
_BULLET = re.compile(r"[•·▪◦‣●○■□§Ø]\s+(?=\S)")
_BULLETS = frozenset("•·▪◦‣●○■□§Øoüvàè-–—*")
_NUMBERED = re.compile(r"(?:\d{1,3}\.|\(?(?:\d{1,3}|[a-z]{1,2}|[ivxlc]{1,6})\)|[•·–—-]\s)\s*\S", re.IGNORECASE)
_SHORT = 70


@dataclass(slots=True)
class Spelled:
    """One line of a paragraph: its words, the footnote marks within, whether it is bold or italic as a whole."""

    text: str = ""
    marks: tuple[str, ...] = ()
    strong: bool = False
    emphasis: bool = False
    bullet: bool = False
    broken: bool = False


@dataclass(slots=True)
class _Part:
    texts: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    bold: set[bool] = field(default_factory=set)
    italic: set[bool] = field(default_factory=set)


def spell(paragraph: Paragraph) -> list[Spelled]:
    """The lines of a paragraph that hold words; one, unless the page breaks it where a person would see lines.

    A `<br>` is a space within running text. It parts lines where each is short and none but the last ends a
    sentence, as in an address or the head of a document, and before a number or a dash; two in a row part
    paragraphs.
    """
    label = clean_characters("".join(run.text for run in paragraph.runs if run.label))
    bullet = label in _BULLETS if label else False
    prefix = "" if bullet or not label else f"{label} "
    listed = [item for item in paragraph.items if item.label]
    numbers = " ".join(item.label for item in listed)
    bullet = bullet or (not listed and any(item.bullet for item in paragraph.items[-1:]))
    found = [_spelled(part) for part in _parts(paragraph)]
    found = [line for line in found if line.text]
    if not found:
        return []
    first = found[0]
    if not bullet and (match := _BULLET.match(first.text)):
        bullet, first.text = True, first.text[match.end() :]
    first.bullet = bullet
    if numbers and not first.text.startswith(numbers):
        prefix = f"{numbers} {prefix}"
    first.text = prefix + first.text
    return found if _stand_apart(found, paragraph) else [_joined(found)]


def _parts(paragraph: Paragraph) -> list[_Part]:
    """The characters between the line breaks."""
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


def _spelled(part: _Part) -> Spelled:
    strong = part.bold == {True}
    return Spelled(squeeze("".join(part.texts)), tuple(part.marks), strong, not strong and part.italic == {True})


def squeeze(text: str) -> str:
    """Characters with white space as shown; a line of the file that ends within Chinese words is no space."""
    text = " ".join(_WRAPPED.sub("", text.replace("\xad", "")).split())
    if _MARK in text:
        text = re.sub(rf"[\[(] ?(?:{_MARK} ?)+[\])]", _MARK, text)
        text = re.sub(rf"{_MARK}(?:[,;] ?{_MARK})+", _MARK, text)
        text = re.sub(rf" {_MARK}+(?=[.,;:!?)\]])", "", text).replace(_MARK, "")
    return clean_characters(text)


def _stand_apart(found: list[Spelled], paragraph: Paragraph) -> bool:
    if len(found) < 2 or paragraph.heading:
        return False
    if paragraph.part == "masthead":
        return True
    others = found[:-1]
    numbered = all(_NUMBERED.match(line.text) for line in found[1:])
    short = all(len(line.text) <= _SHORT for line in found) and not any(
        line.text.endswith((".", ";", ",", "-", ":")) and not _NUMBERED.match(line.text) for line in others
    )
    for line in others:
        line.broken = True
    return numbered or short


def _joined(found: list[Spelled]) -> Spelled:
    return Spelled(
        clean_characters(" ".join(line.text for line in found)),
        tuple(mark for line in found for mark in line.marks),
        all(line.strong for line in found),
        all(line.emphasis for line in found),
        found[0].bullet,
    )
