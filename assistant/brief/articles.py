"""The articles of treaties that documents name, and which of their words to quote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.qa.engine import Engine
from assistant.qa.places import article_units
from assistant.qa.units import Unit
from corpus.documents import Document
from corpus.sentences import sentence_spans

WHOLE = 700
"""Longest paragraph of an article, in characters, that is quoted whole."""


@dataclass(frozen=True)
class Place:
    """An article of a held treaty, and the paragraph of it that is named."""

    document: str
    article: str
    paragraph: str = ""


class ArticleFinder:
    """Finds the articles that texts name, among the treaties of these ids."""

    def __init__(self, engine: Engine, treaties: Sequence[str]) -> None:
        self._engine = engine
        self._treaties = {document.key: document for document in map(engine.library.document, treaties)}

    def named(self, text: str, language: str) -> list[Place]:
        """The articles that a text names, each once in order; of a treaty that the same sentence or one before it names."""
        found: dict[Place, None] = {}
        treaty: Document | None = None
        for start, end in sentence_spans(text, language):
            question = self._engine.question(text[start:end], language)
            entries = (*question.named, *question.called)
            called = [self._treaties[entry.key] for entry in entries if entry.key in self._treaties]
            # Two treaties in one sentence: which article is of which, its words alone don't tell.
            treaty = called[0] if len(called) == 1 else None if called else treaty
            if treaty is None:
                continue
            for article in question.articles:
                paragraph = question.paragraph or "" if len(question.articles) == 1 else ""
                found.setdefault(Place(treaty.id, article, paragraph), None)
        return [place for place in found if self._units(place)]

    def provisions(self, named: Sequence[Place], spoken: Sequence[Unit], subject: str, most: int) -> list[Unit]:
        """What to quote: of each article one paragraph, the one that speaks to the subject or is nearest to it; at most
        so many articles, those first that are named and speak, in the order of the treaties."""
        best: dict[tuple[str, str], Unit] = {}
        for unit in spoken:
            article = article_of(unit.locator)
            if article:
                best.setdefault((unit.document.id, article), unit)
        order: list[tuple[str, str]] = [
            *(key for key in best if any((place.document, place.article) == key for place in named)),
            *((place.document, place.article) for place in named),
            *best,
        ]
        chosen: list[Unit] = []
        for key in list(dict.fromkeys(order))[:most]:
            precise = next((p for p in named if (p.document, p.article) == key and p.paragraph), None)
            found = best.get(key) if precise is None else None
            if found is not None and len(found.leads) > 1:
                found = self._shallower(found)
            found = found or self._nearest(self._units(precise or Place(*key)), subject)
            if found is not None:
                chosen.append(found)
        return sorted(chosen, key=lambda unit: (unit.document.id, unit.start))

    def _units(self, place: Place) -> list[Unit]:
        document = next(each for each in self._treaties.values() if each.id == place.document)
        return article_units(self._engine.library, document, place.article, place.paragraph or None)

    def _shallower(self, deep: Unit) -> Unit:
        """The first part of the same paragraph that stands higher than a part of a part, whose words say little."""
        article = article_of(deep.locator)
        within = deep.leads[0][1]
        same = [unit for unit in self._units(Place(deep.document.id, article)) if unit.locator.startswith(f"{within} ")]
        return next((unit for unit in same if 0 < len(unit.leads) < len(deep.leads)), deep)

    def _nearest(self, units: Sequence[Unit], subject: str) -> Unit | None:
        # Whole paragraphs rather than parts of them, and those that are not too long for a note.
        whole = [unit for unit in units if not unit.leads] or list(units)
        short = [unit for unit in whole if unit.end - unit.start <= WHOLE] or whole[:1]
        if len(short) < 2:
            return short[0] if short else None
        embedder = self._engine.library.embedder
        if embedder.languages is not None and short[0].document.language not in embedder.languages:
            return short[0]
        cosines = embedder.embed_passages([unit.text for unit in short]) @ embedder.embed_query(subject)
        return short[int(np.argmax(cosines))]


def article_of(locator: str) -> str:
    """The number of the article that a locator names, or nothing."""
    match = re.match(r"art\. (\d+(?: bis| ter)?)", locator)
    return match.group(1) if match else ""
