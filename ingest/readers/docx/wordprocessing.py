"""Names and values of WordprocessingML (ECMA-376 part 1)."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

Element: TypeAlias = Any  # an lxml element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"

RELATION = {
    f"http://purl.oclc.org/ooxml/{strict}".encode(): f"http://schemas.openxmlformats.org/{usual}".encode()
    for strict, usual in (
        ("wordprocessingml/main", "wordprocessingml/2006/main"),
        ("officeDocument/relationships", "officeDocument/2006/relationships"),
        ("officeDocument/math", "officeDocument/2006/math"),
        ("drawingml/main", "drawingml/2006/main"),
        ("drawingml/chart", "drawingml/2006/chart"),
        ("drawingml/diagram", "drawingml/2006/diagram"),
    )
}
"""Namespaces of the strict variant and their transitional names: both are read alike."""
STRICT = re.compile(b"|".join(re.escape(name) for name in RELATION))

_MEASURE = re.compile(r"\s*(-?\d{1,9}(?:\.\d{1,6})?)\s*(pt|in|cm|mm|pc)?\s*$")
_POINTS = {"pt": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pc": 12.0}


def child(element: Element | None, *names: str) -> Element | None:
    """The element at the end of a path of `w:` names, or None."""
    for name in names:
        if element is None:
            return None
        element = element.find(W + name)
    return element


def version(choice: Element, holding: str = "t") -> list[Element]:
    """The alternative of an `mc:AlternateContent` element that is read: the first that has such an element, else the
    first; empty where there is none."""
    versions = [one for one in choice if one.tag in (MC + "Choice", MC + "Fallback")]
    fit = [one for one in versions if next(one.iter(W + holding), None) is not None]
    return (fit or versions)[:1]


def value(element: Element | None, name: str = "val") -> str | None:
    """An attribute of an element; None where the element is missing."""
    return None if element is None else element.get(W + name)


def on(element: Element | None) -> bool | None:
    """The value of an on/off property, or None where it is not set."""
    return None if element is None else element.get(W + "val", "true") not in ("0", "false", "off")


def first_set(*values: Any) -> Any:
    """The first of several values that is set (not None); None where none is."""
    return next((each for each in values if each is not None), None)


def whole(text: str | None) -> int | None:
    """A whole number, or None for other texts."""
    match = _MEASURE.match(text or "")
    return int(float(match.group(1))) if match and not match.group(2) else None


def points(text: str | None, per_point: int) -> float | None:
    """A length in points; a bare number counts in fractions of a point (20 for indents, 2 for sizes)."""
    match = _MEASURE.match(text or "")
    if not match:
        return None
    return float(match.group(1)) * (_POINTS[match.group(2)] if match.group(2) else 1 / per_point)
