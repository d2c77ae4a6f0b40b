"""HTML by construction: text becomes part of a page only escaped."""

from __future__ import annotations

import re
from importlib.resources import files

from markupsafe import Markup, escape

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no HTML page may hold."""
Part = str | Markup | None


def seen(text: str) -> str:
    """Text without characters that a page may not hold; they are shown as a replacement."""
    return _UNSEEN.sub("\ufffd", text)


def tag(name: str, /, *parts: Part, **attributes: str | float | None) -> Markup:
    """An element. Parts that are not markup are escaped, as are the values of attributes; of those that are None the
    attribute is left out. `class_` stands for `class`, other underscores for hyphens."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{joined(value if isinstance(value, str) else _short(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{given}>{joined(*parts)}</{name}>")  # noqa: S704  (all of it is escaped)


def joined(*parts: Part) -> Markup:
    """Parts one after the other."""
    return Markup("").join(
        part if isinstance(part, Markup) else escape(seen(part)) for part in parts if part is not None
    )


def style() -> Markup:
    """The style sheet of the project's pages, as an element."""
    return Markup(f"<style>{(files('eval') / 'report' / 'style.css').read_text(encoding='utf-8')}</style>")  # noqa: S704  (its own)


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
