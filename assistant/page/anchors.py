"""Anchors of a document's page: `#item-3`, `#para-12`, `#art-6-para-1-b`. Made from locators, so that they can be shared."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from corpus.documents import Document

_APART = re.compile(r"[^\w]+")
_PREFERRED = "annotations, "


def anchors_of(document: Document) -> dict[int, tuple[str, ...]]:
    """The anchors of each block, by ordinal: that of its whole locator stands at the first block there, and a short one
    where the end of the locator says enough (`item 3`: the annotations of item 3). Every block has `b` and its ordinal.
    The shortest of a place, which is to be shared, comes first."""
    first: dict[str, int] = {}
    for block in document.blocks:
        first.setdefault(block.locator, block.ordinal)
    made: dict[int, list[str]] = {block.ordinal: [] for block in document.blocks}
    used = {f"b{block.ordinal}" for block in document.blocks}
    for locator, ordinal in first.items():
        name = slug(locator)
        if name and name not in used:
            used.add(name)
            made[ordinal].append(name)
    ends = Counter(end for locator in first for end in _ends(locator))
    for locator, ordinal in sorted(first.items(), key=lambda each: not each[0].startswith(_PREFERRED)):
        for end in _ends(locator):
            name = slug(end)
            alone = ends[end] == 1 or locator == f"{_PREFERRED}{end}"
            if name and alone and name not in used:
                used.add(name)
                made[ordinal].append(name)
    return {ordinal: (*sorted(names, key=len), f"b{ordinal}") for ordinal, names in made.items()}


def slug(locator: str) -> str:
    """A locator as an anchor: small letters and digits of any script, joined by hyphens."""
    return _APART.sub("-", unicodedata.normalize("NFKC", locator).casefold()).strip("-_")[:80]


def _ends(locator: str) -> list[str]:
    parts = locator.split(", ")
    return [", ".join(parts[n:]) for n in range(1, len(parts))]
