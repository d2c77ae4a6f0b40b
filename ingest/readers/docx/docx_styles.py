"""Styles: the properties that a paragraph or a run inherits, and the heading level of a style.

Source: ECMA-376 part 1, 17.7 (styles; 17.7.3 for properties that toggle).
"""

from __future__ import annotations

import re
from collections import ChainMap
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ingest.readers.docx.wordprocessing import Element, W, child, first_set, on, points, value, whole

RunProperties = dict[str, Any]
"""Character properties that one element sets, by name; properties that it does not set are absent."""

_CHAIN = 50  # styles that a style may be based on; Word allows 11
_TOGGLES = ("b", "i", "bCs", "iCs", "vanish", "rtl")
_UN_HEADING = re.compile(
    r"(?:^|[\s_])H[\s_]*(M|Ch|1|2/3|23|2|3|4|5/6|56|5|6)(?:[\s_]*G)?(?:[\s_]Margin)?\s*$", re.IGNORECASE
)
_UN_LEVEL = {"m": 1, "ch": 2, "1": 3, "2/3": 4, "23": 4, "2": 4, "3": 4, "4": 5, "5/6": 6, "56": 6, "5": 6, "6": 6}
_UN_SERIES = re.compile(r"^_*\s*S[\s_]*[SML](?:[\s_]*G)?$|^S_Title_[SML]$", re.IGNORECASE)
_UN_BODY = re.compile(r"(?:Single|Dual)[\s_]*(?:Txt|Text)", re.IGNORECASE)
_UN_OUTLINE = (3, 4, 4, 5, 6, 6)
_HEADING = re.compile(r"^heading\s?([1-9])$", re.IGNORECASE)
_TITLES = {"title": 1, "subtitle": 2}


@dataclass(frozen=True)
class RunFormat:
    """The formatting of a run of text; `size` in points."""

    bold: bool = False
    italic: bool = False
    hidden: bool = False
    raised: bool = False
    size: float = 10.0
    font: str = ""


@dataclass(frozen=True)
class Style:
    """A style with all that it inherits. `level` is its heading level, 0 for body text. `left` is its indent in points;
    `number` is its numbering: list, level in the list, and the style that defines it. `first_bold` says that a table
    style makes the first row bold."""

    name: str = ""
    run_properties: RunProperties = field(default_factory=dict)
    level: int = 0
    outline: int | None = None
    left: float | None = None
    number: tuple[int | None, int | None, str] | None = None
    first_bold: bool = False


class StyleSheet:
    """The styles of a file; a file without any has the defaults of the standard."""

    def __init__(self, root: Element | None) -> None:
        self._raw: dict[str, Element] = {}
        self._resolved = cache(self._resolve)
        self._default = ""
        for style in root.iter(W + "style") if root is not None else ():
            key = value(style, "styleId") or ""
            self._raw.setdefault(key, style)
            if value(style, "type") == "paragraph" and style.get(W + "default") in ("1", "true", "on"):
                self._default = self._default or key
        self._base = run_properties(child(root, "docDefaults", "rPrDefault", "rPr"))
        self._left = indent_of(child(root, "docDefaults", "pPrDefault", "pPr"))
        names = [value(child(style, "name")) or "" for style in self._raw.values()]
        self.un = any(_UN_BODY.search(name) for name in names) and any(_UN_HEADING.search(name) for name in names)

    def style(self, key: str | None) -> Style:
        """A style by its id; the default paragraph style where none is given, an empty one where it is unknown."""
        return self._resolved(self._default if key is None else key)

    def run_format(self, paragraph: Style, run: Element | None) -> RunFormat:
        """The formatting of a run with these properties (`w:rPr`) in a paragraph of this style."""
        own = run_properties(run)
        character_properties = self.style(own["style"]).run_properties if own.get("style") in self._raw else {}
        nearest = ChainMap(own, character_properties, paragraph.run_properties, self._base)

        def toggled(name: str) -> bool:
            if name in own:
                return bool(own[name])
            return bool(self._base.get(name)) or bool(paragraph.run_properties.get(name)) != bool(
                character_properties.get(name)
            )

        complex_script = toggled("rtl")
        return RunFormat(
            bold=toggled("bCs" if complex_script else "b"),
            italic=toggled("iCs" if complex_script else "i"),
            hidden=toggled("vanish"),
            raised=nearest.get("up", False),
            size=nearest.get("szCs" if complex_script else "sz", 10.0),
            font=nearest.get("font", ""),
        )

    def heading(self, style: Style, outline: int | None) -> int:
        """The heading level (1 to 6) of a paragraph with this outline level of its own (0 outermost)."""
        if outline is None or outline == style.outline:
            return style.level
        return self._outline_level(outline)

    def _outline_level(self, outline: int) -> int:
        if not 0 <= outline <= 8:
            return 0
        return _UN_OUTLINE[min(outline, 5)] if self.un else min(outline + 1, 6)

    def _resolve(self, key: str) -> Style:
        chain: list[Element] = []
        seen: set[str] = set()
        at: str | None = key
        while at and at in self._raw and at not in seen and len(chain) < _CHAIN:
            seen.add(at)
            chain.append(self._raw[at])
            at = value(child(self._raw[at], "basedOn"))
        inherited: RunProperties = {}
        outline = left = None
        number: tuple[int | None, int | None, str] | None = None
        first_bold = False
        for style in reversed(chain):
            inherited |= run_properties(child(style, "rPr"))
            properties = child(style, "pPr")
            outline = first_set(whole(value(child(properties, "outlineLvl"))), outline)
            left = first_set(indent_of(properties), left)
            listed = child(properties, "numPr")
            if listed is not None:
                inherited_list, depth, _ = number or (None, None, "")
                own_list = first_set(whole(value(child(listed, "numId"))), inherited_list)
                level = first_set(whole(value(child(listed, "ilvl"))), depth)
                number = own_list, level, value(style, "styleId") or ""
            for part in style.iterfind(W + "tblStylePr"):
                if value(part, "type") == "firstRow":
                    first_bold = on(child(part, "rPr", "b")) or False
        name = value(child(chain[0], "name")) or "" if chain else ""
        level = self._named_level(chain)
        return Style(name, inherited, level, outline, first_set(left, self._left), number, first_bold)

    def _named_level(self, chain: list[Element]) -> int:
        """The heading level of the nearest style of a chain that has one, from its name or else its outline level."""
        for style in chain:
            name = (value(child(style, "name")) or "").strip()
            if _UN_BODY.search(name):
                return 0
            if match := _UN_HEADING.search(name):
                return _UN_LEVEL[match.group(1).casefold()]
            if match := _HEADING.match(name):
                return min(int(match.group(1)), 6)
            if name.casefold() in _TITLES:
                return _TITLES[name.casefold()]
            if _UN_SERIES.match(name):
                return 1
            outline = whole(value(child(style, "pPr", "outlineLvl")))
            if outline is not None:
                return self._outline_level(outline)
        return 0


def run_properties(run: Element | None) -> RunProperties:
    """The character properties that a `w:rPr` sets."""
    found: RunProperties = {}
    for element in run if run is not None else ():
        tag = element.tag
        if not isinstance(tag, str) or not tag.startswith(W):
            continue
        name = tag[len(W) :]
        if name in _TOGGLES:
            found[name] = on(element)
        elif name in ("sz", "szCs"):
            size = points(value(element), 2)
            if size is not None:
                found[name] = size
        elif name == "vertAlign":
            found["up"] = value(element) == "superscript"
        elif name == "rStyle":
            found["style"] = value(element)
        elif name == "rFonts":
            found["font"] = value(element, "ascii") or value(element, "hAnsi") or ""
    return found


def indent_of(properties: Element | None) -> float | None:
    """The indent in points that a `w:pPr` sets, None where it sets none."""
    indent = child(properties, "ind")
    return points(first_set(value(indent, "left"), value(indent, "start")), 20)
