"""HTML built from elements: text becomes part of a page only escaped."""

from __future__ import annotations

import re
from importlib.resources import files

from markupsafe import Markup, escape

_NOT_ALLOWED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that are not allowed in an HTML page."""
Part = str | Markup | None


def replace_not_allowed(text: str) -> str:
    """Replaces characters that are not allowed in a page."""
    return _NOT_ALLOWED.sub("\ufffd", text)


def tag(name: str, /, *parts: Part, **attributes: str | float | None) -> Markup:
    """Builds an element. Parts that are not markup are escaped, as are the values of attributes; attributes with None
    are left out. `class_` becomes `class`, other underscores become hyphens."""
    formatted = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{join_parts(value if isinstance(value, str) else _format_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{formatted}>{join_parts(*parts)}</{name}>")  # noqa: S704  (all of it is escaped)


def join_parts(*parts: Part) -> Markup:
    """Concatenates parts, escaping text."""
    return Markup("").join(
        part if isinstance(part, Markup) else escape(replace_not_allowed(part)) for part in parts if part is not None
    )


def style_sheet() -> Markup:
    """The style sheet of the project's pages, as an element."""
    return Markup(f"<style>{(files('eval') / 'report' / 'style.css').read_text(encoding='utf-8')}</style>")  # noqa: S704  (its own)


def _format_number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
