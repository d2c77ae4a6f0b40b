"""Loads the word lists in `assistant/data` by which texts and questions are understood."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml


@lru_cache(maxsize=16)
def shipped(name: str) -> dict[str, Any]:
    """Loads a file of `assistant/data`, once."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (files("assistant") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  (a safe loader, in C where it is built)
    return data
