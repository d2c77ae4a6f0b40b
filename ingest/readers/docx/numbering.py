"""Automatic numbers: what Word would print before a paragraph, counted as Word counts.

Lists (`w:num`) of one definition (`w:abstractNum`) share their counters; a list that overrides a start begins anew
at its first paragraph; a level begins anew after a higher level, unless the definition says otherwise.
Source: ECMA-376 part 1, 17.9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.readers.docx.docx_styles import Sheet, Style, left_of
from ingest.readers.docx.formats import number, plain
from ingest.readers.docx.wordprocessing import Element, W, child, on, value, whole

_PLACE = re.compile(r"%([1-9])")
_MOST = 200  # characters of a printed number
_SUFFIX = {"nothing": "", "space": " ", "tab": " "}


@dataclass(frozen=True)
class Label:
    """What is printed before a paragraph (`text`, with the space after it), whether it is a bullet, and the indent."""

    text: str = ""
    bullet: bool = False
    left: float | None = None


@dataclass(frozen=True)
class _Level:
    start: int = 1
    style: str = "decimal"
    text: str = ""
    suffix: str = " "
    legal: bool = False
    restart: int | None = None
    left: float | None = None
    linked: str = ""
    picture: bool = False


class Numbering:
    """The lists of a file and how far each has counted. Paragraphs are to be given in the order of the document."""

    def __init__(self, root: Element | None, sheet: Sheet) -> None:
        self._sheet = sheet
        self._definitions: dict[str, Element] = {}
        self._lists: dict[int, Element] = {}
        self._levels: dict[tuple[int, int], _Level] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[int, int]] = set()
        self._basis: dict[int, str] = {}
        for definition in root.iterfind(W + "abstractNum") if root is not None else ():
            self._definitions[value(definition, "abstractNumId") or ""] = definition
        for item in root.iterfind(W + "num") if root is not None else ():
            if (key := whole(value(item, "numId"))) is not None:
                self._lists[key] = item

    def label(self, style: Style, properties: Element | None) -> Label | None:
        """Counts a paragraph and gives what is printed before it; None where it belongs to no list."""
        own = child(properties, "numPr")
        list_, depth = whole(value(child(own, "numId"))), whole(value(child(own, "ilvl")))
        inherited, at, where = style.number or (None, None, "")
        by_style = list_ is None
        list_ = inherited if by_style else list_
        if list_ is None or list_ not in self._lists:
            return None
        if by_style and depth is None:
            linked = (n for n in range(9) if where and self._level(list_, n).linked == where)
            depth = next(linked, at)
        depth = min(max(depth or 0, 0), 8)
        level = self._level(list_, depth)
        text = self._count(list_, depth)
        if level.style == "bullet" or level.picture:
            return Label("", True, level.left)
        return Label(text + level.suffix if text else "", False, level.left)

    def _count(self, list_: int, depth: int) -> str:
        counts = self._counts.setdefault(self._definition(list_), {})
        level = self._level(list_, depth)
        fresh = (list_, depth) not in self._begun and self._override(list_, depth) is not None
        self._begun.add((list_, depth))
        counts[depth] = level.start if fresh or depth not in counts else counts[depth] + 1
        for lower in [at for at in counts if at > depth]:
            limit = self._level(list_, lower).restart
            if limit is None or depth < limit:
                del counts[lower]

        def printed(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            if at > depth:
                return ""
            shown = self._level(list_, at)
            count = counts.get(at, shown.start)
            return number(count, "decimal" if level.legal and shown.style != "none" else shown.style)

        return _PLACE.sub(printed, level.text)[:_MOST]

    def _definition(self, list_: int) -> str:
        """The id of the definition that a list counts by; one that only links to a style is followed there."""
        if list_ in self._basis:
            return self._basis[list_]
        key, seen, at = "", {list_}, list_
        while True:
            key = value(child(self._lists[at], "abstractNumId")) or ""
            link = value(child(self._definitions.get(key), "numStyleLink"))
            target = self._sheet.style(link).number if link else None
            if target is None or target[0] is None or target[0] in seen or target[0] not in self._lists:
                break
            at = target[0]
            seen.add(at)
        self._basis[list_] = key
        return key

    def _override(self, list_: int, depth: int) -> int | None:
        for override in self._lists[list_].iterfind(W + "lvlOverride"):
            if whole(value(override, "ilvl")) == depth:
                return whole(value(child(override, "startOverride")))
        return None

    def _level(self, list_: int, depth: int) -> _Level:
        if (list_, depth) not in self._levels:
            self._levels[list_, depth] = self._read(list_, depth)
        return self._levels[list_, depth]

    def _read(self, list_: int, depth: int) -> _Level:
        found: Element | None = None
        definition = self._definitions.get(self._definition(list_))
        for element in definition.iterfind(W + "lvl") if definition is not None else ():
            if whole(value(element, "ilvl")) == depth:
                found = element
        for override in self._lists[list_].iterfind(W + "lvlOverride"):
            if whole(value(override, "ilvl")) == depth and child(override, "lvl") is not None:
                found = child(override, "lvl")
        start = self._override(list_, depth)
        if found is None:
            return _Level(start=start if start is not None else 1, style="none")
        given = whole(value(child(found, "start")))
        style = child(found, "numFmt")
        if style is None:  # newer formats stand behind a choice
            style = next(iter(found.iter(W + "numFmt")), None)
        return _Level(
            start=start if start is not None else given if given is not None else 0,
            style=value(style) or "decimal",
            text=plain(
                (value(child(found, "lvlText")) or "")[:_MOST], value(child(found, "rPr", "rFonts"), "ascii") or ""
            ),
            suffix=_SUFFIX.get(value(child(found, "suff")) or "tab", " "),
            legal=on(child(found, "isLgl")) or False,
            restart=whole(value(child(found, "lvlRestart"))),
            left=left_of(child(found, "pPr")),
            linked=value(child(found, "pStyle")) or "",
            picture=child(found, "lvlPicBulletId") is not None,
        )
