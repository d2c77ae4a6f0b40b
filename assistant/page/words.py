"""The labels of the page, in the six official languages."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import yaml

LANGUAGE_NAMES = {"en": "English", "fr": "Français", "es": "Español", "ru": "Русский", "ar": "العربية", "zh": "中文"}
"""What each language calls itself."""


@lru_cache(maxsize=1)
def _data() -> dict[str, dict[str, str]]:
    text = (files("assistant") / "page" / "words.yaml").read_text(encoding="utf-8")
    data: dict[str, dict[str, str]] = yaml.safe_load(text)
    return data


def word(name: str, language: str, **values: object) -> str:
    """A label in a language, its places filled."""
    return _data()[language][name].format(**values)


def words_of(language: str) -> dict[str, str]:
    """All labels of a language."""
    return _data()[language]


def direction(language: str) -> str:
    """In which direction a language is written, as HTML says it."""
    return "rtl" if language == "ar" else "ltr"
