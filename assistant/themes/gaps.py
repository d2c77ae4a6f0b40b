"""What a theme lacks: years of which nothing of it is held, documents that are known and not held."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.frames import say
from assistant.qa.absent import INSTRUMENT
from assistant.qa.engine import Engine
from assistant.question import YEAR
from assistant.slices import Slices
from assistant.themes.model import ThemeDocument
from corpus.catalogue import Catalogue, Entry
from corpus.documents import Passage
from corpus.embedding import Embedder

BATCH = 8
"""Texts that are embedded in one slice."""


def known_years(engine: Engine) -> tuple[int, ...]:
    """The years of meetings and documents that are known: those of the catalogue, without the treaties that documents
    only refer to, and those held."""
    catalogue, library = engine.catalogue, engine.library
    found = {day.year for meeting in library.meetings() for day in meeting.dates}
    for meeting in catalogue.meetings:
        named = {int(year) for year in YEAR.findall(meeting.when or "")}
        found |= {day.year for day in meeting.dates} or (named if len(named) == 1 else set())
    found |= {year for entry in catalogue.entries if (year := _year(entry, catalogue)) is not None}
    for header in library.each_header():
        if header.edition != "digest" and (header.date or "")[:4].isdigit():
            found.add(int((header.date or "")[:4]))
    return tuple(sorted(found))


def missing_years(documents: Sequence[ThemeDocument], known: Sequence[int]) -> tuple[int, ...]:
    """The known years of which no document of a theme is held."""
    held = {document.year for document in documents}
    return tuple(year for year in known if year not in held)


def _year(entry: Entry, catalogue: Catalogue) -> int | None:
    if entry.kind == INSTRUMENT:
        return None
    if entry.date and entry.date[:4].isdigit():
        return int(entry.date[:4])
    if entry.symbol is not None and entry.symbol.year is not None:
        return entry.symbol.year
    days = [day for meeting in catalogue.meetings if meeting.id == entry.meeting for day in meeting.dates]
    return days[0].year if days else None


def embedded(embedder: Embedder, texts: Sequence[str], slices: Slices) -> np.ndarray:
    """The vectors of texts (n x d), some at a time."""
    found = [embedder.embed_passages(texts[n : n + BATCH]) for n in slices(range(0, len(texts), BATCH))]
    return np.concatenate(found)


def not_held(
    engine: Engine, groups: Sequence[Sequence[int]], passages: Sequence[Passage], language: str, slices: Slices
) -> dict[int, tuple[str, ...]]:
    """By theme, what the catalogue knows of and the library does not hold, each with the theme nearest to its title."""
    library, embedder = engine.library, engine.library.models.searching
    versions = library.versions()
    missing = [
        entry
        for entry in engine.catalogue.entries
        if entry.symbol is not None and entry.part is None and not versions.current(entry.symbol)
    ]
    if not missing or (embedder.languages is not None and "en" not in embedder.languages):
        return {}
    held = library.passage_vectors([passage.id for passage in passages])
    if len(held) < len(passages):
        return {}
    raw = np.stack([held[passage.id] for passage in passages])
    centres = np.stack([raw[rows].mean(axis=0) for rows in groups])
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    nearest = np.argmax(embedded(embedder, [entry.title for entry in missing], slices) @ centres.T, axis=1)
    told: dict[int, tuple[str, ...]] = {}
    for entry, n in zip(missing, nearest, strict=True):
        assert entry.symbol is not None
        sentence = say("gap_paper", language, symbol=entry.symbol.text, title=entry.title)
        told[int(n)] = (*told.get(int(n), ()), sentence)
    return told
