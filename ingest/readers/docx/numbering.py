"""Automatic numbers: the text that Word prints before a paragraph, counted as Word counts.

Lists (`w:num`) of one definition (`w:abstractNum`) share their counters; a list that overrides a start begins anew at
its first paragraph; a level begins anew after a higher level, unless the definition says otherwise. Source: ECMA-376
part 1, 17.9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ingest.readers.docx.docx_styles import Style, StyleSheet, indent_of
from ingest.readers.docx.formats import number, plain
from ingest.readers.docx.wordprocessing import Element, W, child, first_set, on, value, whole

_PLACE = re.compile(r"%([1-9])")
_MOST = 200  # characters of a printed number
_SUFFIX = {"nothing": "", "space": " ", "tab": " "}


@dataclass(frozen=True)
class Label:
    """The text printed before a paragraph (`text`, with the space after it), whether it is a bullet, and the indent."""

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


def _at_depth(element: Element | None, name: str, depth: int) -> list[Element]:
    """The children of an element that are about a level of a list."""
    found = element.iterfind(W + name) if element is not None else ()
    return [each for each in found if whole(value(each, "ilvl")) == depth]


class Numbering:
    """The lists of a file and their counters. Paragraphs must be passed in document order."""

    def __init__(self, root: Element | None, style_sheet: StyleSheet) -> None:
        self._style_sheet = style_sheet
        self._definitions: dict[str, Element] = {}
        self._lists: dict[int, Element] = {}
        self._level = cache(self._read_level)
        self._definition = cache(self._find_definition)
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[int, int]] = set()
        for definition in root.iterfind(W + "abstractNum") if root is not None else ():
            self._definitions[value(definition, "abstractNumId") or ""] = definition
        for item in root.iterfind(W + "num") if root is not None else ():
            if (key := whole(value(item, "numId"))) is not None:
                self._lists[key] = item

    def label(self, style: Style, properties: Element | None) -> Label | None:
        """Counts a paragraph and returns what is printed before it; None where it is in no list."""
        own = child(properties, "numPr")
        list_id, depth = whole(value(child(own, "numId"))), whole(value(child(own, "ilvl")))
        inherited, at, where = style.number or (None, None, "")
        by_style = list_id is None
        list_id = inherited if by_style else list_id
        if list_id is None or list_id not in self._lists:
            return None
        if by_style and depth is None:
            linked = (n for n in range(9) if where and self._level(list_id, n).linked == where)
            depth = next(linked, at)
        depth = min(max(depth or 0, 0), 8)
        level = self._level(list_id, depth)
        text = self._count(list_id, depth)
        if level.style == "bullet" or level.picture:
            return Label("", True, level.left)
        return Label(text + level.suffix if text else "", False, level.left)

    def _count(self, list_id: int, depth: int) -> str:
        counts = self._counts.setdefault(self._definition(list_id), {})
        level = self._level(list_id, depth)
        fresh = (list_id, depth) not in self._begun and self._override(list_id, depth) is not None
        self._begun.add((list_id, depth))
        counts[depth] = level.start if fresh or depth not in counts else counts[depth] + 1
        for lower in [at for at in counts if at > depth]:
            limit = self._level(list_id, lower).restart
            if limit is None or depth < limit:
                del counts[lower]

        def printed(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            if at > depth:
                return ""
            shown = self._level(list_id, at)
            count = counts.get(at, shown.start)
            return number(count, "decimal" if level.legal and shown.style != "none" else shown.style)

        return _PLACE.sub(printed, level.text)[:_MOST]

    def _find_definition(self, list_id: int) -> str:
        """The id of the definition by which a list counts; one that only links to a style is resolved there."""
        seen, at = {list_id}, list_id
        while True:
            key = value(child(self._lists[at], "abstractNumId")) or ""
            link = value(child(self._definitions.get(key), "numStyleLink"))
            target = self._style_sheet.style(link).number if link else None
            if target is None or target[0] is None or target[0] in seen or target[0] not in self._lists:
                return key
            at = target[0]
            seen.add(at)

    def _override(self, list_id: int, depth: int) -> int | None:
        overrides = _at_depth(self._lists[list_id], "lvlOverride", depth)
        return whole(value(child(overrides[0], "startOverride"))) if overrides else None

    def _read_level(self, list_id: int, depth: int) -> _Level:
        overrides = [child(each, "lvl") for each in _at_depth(self._lists[list_id], "lvlOverride", depth)]
        levels = _at_depth(self._definitions.get(self._definition(list_id)), "lvl", depth)
        levels += [level for level in overrides if level is not None]
        start = self._override(list_id, depth)
        if not levels:
            return _Level(start=first_set(start, 1), style="none")
        found = levels[-1]
        # Newer formats are within an AlternateContent element.
        style = first_set(child(found, "numFmt"), next(iter(found.iter(W + "numFmt")), None))
        text, font = value(child(found, "lvlText")) or "", value(child(found, "rPr", "rFonts"), "ascii") or ""
        return _Level(
            start=first_set(start, whole(value(child(found, "start"))), 0),
            style=value(style) or "decimal",
            text=plain(text[:_MOST], font),
            suffix=_SUFFIX.get(value(child(found, "suff")) or "tab", " "),
            legal=on(child(found, "isLgl")) or False,
            restart=whole(value(child(found, "lvlRestart"))),
            left=indent_of(child(found, "pPr")),
            linked=value(child(found, "pStyle")) or "",
            picture=child(found, "lvlPicBulletId") is not None,
        )
