"""The style declarations that matter for the text: hidden, bold, italic, raised, bordered, list markers.

Only simple selectors (a tag, a class, an id, a tag with a class) and rules outside @-blocks are used: these are what
word processors write, and what a person sees by default.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

MAX_SHEET = 1_000_000

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_AT_RULE = re.compile(r"@[^@{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_SELECTOR = re.compile(r"([a-z][\w-]*)?(?:([.#])([\w-]+))?")
_NOTHING = re.compile(r"0(?:\.0+)?(?:px|pt|em|rem|%)?")
_BOLD = {"bold": True, "bolder": True, "normal": False, "lighter": False}


class Style(NamedTuple):
    """Declared properties; None and empty where nothing is declared. `marker` is a list-style-type, `element` Word's
    mso-element (such as `footnote`); `label` says that Word wrote the number of a list item as text."""

    hidden: bool | None = None
    bold: bool | None = None
    italic: bool | None = None
    raised: bool | None = None
    bordered: bool | None = None
    marker: str = ""
    element: str = ""
    label: bool | None = None

    def overridden_by(self, later: Style) -> Style:
        """This style, overridden by a later declaration."""
        return self._replace(**{key: value for key, value in later._asdict().items() if value not in (None, "")})


PLAIN = Style()


@lru_cache(maxsize=4096)
def parse_declarations(text: str) -> Style:
    """The style of a list of declarations (`font-weight: bold; display: none`)."""
    found: dict[str, str] = {}
    for declaration in text[:20_000].lower().split(";"):
        key, colon, value = declaration.partition(":")
        if colon:
            found[key.strip()] = value.replace("!important", "").strip()
    weight = found.get("font-weight", "")
    shown = [found[key] for key in ("display", "visibility") if key in found]
    hides = "none" in shown or "hidden" in shown or "collapse" in shown or found.get("mso-hide") in ("all", "screen")
    hides = hides or any(_NOTHING.fullmatch(found.get(key, "x")) for key in ("font-size", "opacity"))
    borders = [value for key, value in found.items() if re.fullmatch(r"border(-(top|bottom|left|right|style))?", key)]
    marker = found.get("list-style-type") or found.get("list-style", "").partition(" ")[0]
    return Style(
        hidden=True if hides else False if shown else None,
        bold=int(weight) >= 600 if re.fullmatch(r"\d{1,4}", weight) else _BOLD.get(weight),
        italic={"italic": True, "oblique": True, "normal": False}.get(found.get("font-style", "")),
        raised={"super": True, "baseline": False, "sub": False}.get(found.get("vertical-align", "")),
        bordered=any(not re.match(r"none\b|0\b|hidden\b|medium none", value) for value in borders) if borders else None,
        marker=marker,
        element=found.get("mso-element", ""),
        label=True if found.get("mso-list") == "ignore" else None,
    )


class StyleSheet:
    """The style sheets of a page, as far as they matter for its text."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, str], Style] = {}
        self._length = 0

    def add(self, text: str) -> None:
        """Adds a style sheet; the part over `MAX_SHEET` characters in total is ignored."""
        text = text[: MAX_SHEET - self._length]
        self._length += len(text)
        for rule in _AT_RULE.sub("", _COMMENT.sub(" ", text)).split("}"):
            selectors, _, body = rule.partition("{")
            style = parse_declarations(body)
            if style == PLAIN:
                continue
            for selector in selectors.lower().split(","):
                if (match := _SELECTOR.fullmatch(selector.strip())) and match.group():
                    key = (match.group(1) or "", (match.group(2) or "") + (match.group(3) or ""))
                    self._rules[key] = self._rules.get(key, PLAIN).overridden_by(style)

    def of(self, tag: str, classes: str, name: str) -> Style:
        """The style of an element by its tag, its classes and its id."""
        style = PLAIN
        if not self._rules:
            return style
        keys = [(tag, "")]
        for word in classes.lower().split()[:20]:
            keys += [("", f".{word}"), (tag, f".{word}")]
        if name:
            keys += [("", f"#{name.lower()}"), (tag, f"#{name.lower()}")]
        for key in keys:
            if key in self._rules:
                style = style.overridden_by(self._rules[key])
        return style
