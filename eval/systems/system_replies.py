"""Reading what a server sent, nothing in it trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


class UnreadableAnswer(ValueError):
    """An answer that does not have the form that its protocol says."""


def text_of(raw: Mapping[str, Any], *names: str) -> str:
    """The first of the named fields that holds text, else nothing."""
    return next((raw[name] for name in names if isinstance(raw.get(name), str) and raw[name]), "")


def number(raw: Any, name: str) -> float | None:
    """A field that holds a finite number, else None."""
    value = raw.get(name) if isinstance(raw, Mapping) else None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value)
