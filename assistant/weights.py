"""How the signals of a unit make one score, with weights that were fitted; `data/weights.yaml` holds them and says on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

NO_CROSS = -11.5
"""What the cross-encoder gives where nothing fits; stands in where it has nothing to score."""
BAR = 5.0
"""What speaks for a unit must outweigh this where only the terms of a question are compared."""


@dataclass(frozen=True)
class Crossed:
    """The signals of a unit: the cross-encoder's logits of the unit and of its
    passage, the cosines of both (None for a passage that was not found by meaning), whether it stands under headings,
    and what it loses by rule."""

    cross: float
    passage: float
    cosine: float
    passage_cosine: float | None
    headed: bool
    loss: float = 0.0


@dataclass(frozen=True)
class Near:
    """How near a unit is to a question in another language than English: its likeness and its passage's (None for a passage that was not found by meaning), whether it is in another language than the
    question, and what it loses by rule."""

    cosine: float
    passage: float | None
    abroad: bool
    loss: float = 0.0


@dataclass(frozen=True)
class Weights:
    """Fitted weights. Scores are log-odds, the same for all documents: zero and more is enough to answer."""

    cross: float
    passage: float
    cosine: float
    passage_cosine: float
    bias: float
    unheaded: float
    scale: float
    step: float
    words_slope: float
    words_bars: Mapping[str, float]
    meaning_slope: float
    meaning_bars: Mapping[str, float]
    meaning_bars_abroad: Mapping[str, float]
    meaning_least: float

    @classmethod
    @cache
    def shipped(cls) -> Weights:
        """The weights that come with Rapporteur."""
        raw: dict[str, Any] = yaml.safe_load((files("assistant") / "data" / "weights.yaml").read_text(encoding="utf-8"))
        crossed, words, meaning = raw["by_cross"], raw["by_words"], raw["by_meaning"]
        return cls(
            **{name: float(crossed[name]) for name in _CROSSED},
            words_slope=float(words["slope"]),
            words_bars={language: float(bar) for language, bar in words["bars"].items()},
            meaning_slope=float(meaning["slope"]),
            meaning_bars={language: float(bar) for language, bar in meaning["bars"].items()},
            meaning_bars_abroad={language: float(bar) for language, bar in meaning["bars_abroad"].items()},
            meaning_least=float(meaning["least"]),
        )

    def by_cross(self, units: Sequence[Crossed]) -> list[float]:
        """Scores of units that the cross-encoder reads.

        The best unit is the one that the cross-encoder prefers, by itself and in its passage; only of this one it is
        weighed whether it answers, and the others stand below it by what the cross-encoder thinks less of them.
        """
        if not units:
            return []
        ranks = [each.cross + each.passage - 2.0 * each.loss for each in units]
        top = max(range(len(units)), key=lambda n: ranks[n])
        weighed = self._weighed(units[top])
        return [weighed - self.step * (ranks[top] - rank) for rank in ranks]

    def _weighed(self, unit: Crossed) -> float:
        """Whether a unit answers. Headings, which name what the text is about, make it more like the question: its words
        must count less."""
        near = unit.cosine if unit.passage_cosine is None else unit.passage_cosine
        told = self.cross * unit.cross + self.passage * unit.passage
        told += self.cosine * unit.cosine + self.passage_cosine * near + self.bias
        return self.scale * (told if unit.headed else told + self.unheaded) - unit.loss

    def by_words(self, coverage: float, language: str) -> float:
        """For a unit in a language that no model reads: the share, weighted by rarity, of what is asked that it names."""
        return self.words_slope * (coverage - self.words_bars[language])

    def by_meaning(self, units: Sequence[Near], language: str) -> list[float]:
        """Scores of units, asked in another language than English that a model reads: how near each and its passage are to the question. The cross-encoder reads English only.

        All are ranked by that one measure, whatever language they are in; only of the nearest it is weighed, by the bar of
        its own language, whether it answers, and the others stand below it by what they are less near.
        """
        if not units:
            return []
        near = [each.cosine + (each.cosine if each.passage is None else each.passage) for each in units]
        scores = [self.meaning_slope * value - each.loss for value, each in zip(near, units, strict=True)]
        top = max(range(len(units)), key=lambda n: scores[n])
        bars = self.meaning_bars_abroad if units[top].abroad else self.meaning_bars
        return [score - self.meaning_slope * bars[language] for score in scores]

    @staticmethod
    def unfitted(cross: float | None, cosine: float, coverage: float) -> float:
        """For a unit where no fitted weights fit: without a cross-encoder (None), or with one that reads but the terms of a
        question in another language."""
        if cross is None:
            return 12.0 * (cosine - 0.62) + 3.0 * (coverage - 0.7)
        return 2.0 * cosine + 1.5 * coverage + 0.05 * (cross - NO_CROSS) - BAR


_CROSSED = tuple(field.name for field in fields(Weights) if not field.name.startswith(("words_", "meaning_")))
