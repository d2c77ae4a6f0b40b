"""HTML by construction: text becomes part of a page only escaped."""

from __future__ import annotations

import html
import re

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no HTML page may hold."""
_VOID = frozenset({"meta", "br", "line", "circle", "rect", "path", "polyline"})


class Html(str):
    """Markup that is safe as it stands; made only in this module."""

    __slots__ = ()

    def __html__(self) -> str:
        """Itself, which templates take as it is."""
        return self


Part = str | Html | None


def escaped(text: str) -> Html:
    """Text as markup: nothing in it is obeyed, characters that a page may not hold are shown as a replacement."""
    return Html(html.escape(seen(text), quote=True))


def seen(text: str) -> str:
    """Text without characters that a page may not hold; they are shown as a replacement."""
    return _UNSEEN.sub("\ufffd", text)


def tag(name: str, /, *parts: Part, **attributes: str | float | None) -> Html:
    """An element. Parts that are not markup are escaped, as are the values of attributes; of those that are None the
    attribute is left out. `class_` stands for `class`, other underscores for hyphens."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{given}>" if name in ("meta", "br") else f"<{name}{given}/>")
    return Html(f"<{name}{given}>{joined(*parts)}</{name}>")


def joined(*parts: Part) -> Html:
    """Parts one after the other."""
    return Html("".join(part if isinstance(part, Html) else escaped(part) for part in parts if part is not None))


def style(sheet: str) -> Html:
    """A style sheet of the project's own; it may not close its element."""
    if "</" in sheet:
        raise ValueError("a style sheet must not hold a closing tag")
    return Html(f"<style>{sheet}</style>")


def document(language: str, head: Html, body: Html) -> Html:
    """A whole page."""
    return Html(f"<!DOCTYPE html>\n{tag('html', tag('head', head), tag('body', body), lang=language)}\n")


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
