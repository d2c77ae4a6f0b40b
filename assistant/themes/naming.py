"""Names of themes: the phrases of its own passages that set a cluster apart.

A phrase is weighed by what it tells of a cluster: its share of the cluster's passages times the logarithm of how much
more often it stands there than elsewhere (the phrase's part of the Kullback-Leibler divergence).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from assistant.slices import Slices
from assistant.vocabulary import Vocabulary
from assistant.wording.lexicon import HAN_FUNCTION
from corpus.analysis import analyse, words

NAMES = 2
"""How many phrases make a name."""
LONGEST = 45
"""Longest phrase of a name, in characters."""
COMMON = 0.35
"""Share of all passages from which on a phrase says nothing of a theme."""
SHARE_LEAST = 0.12
"""Share of a cluster's passages that must have a phrase."""
HAN_LENGTHS = (6, 5, 4)
"""Characters of Chinese phrases, which no spaces set apart."""
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+")
_HAN_CUT = re.compile(f"[{HAN_FUNCTION}]")


class Namer:
    """Names clusters of passages in one language. `texts` are the passages' words, `languages` theirs; they are read in
    slices that `slices` ends, so that others have their turn in between."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        texts: Sequence[str],
        languages: Sequence[str],
        language: str,
        slices: Slices = Slices(),  # noqa: B008  (it holds nothing)
    ) -> None:
        self._vocabulary = vocabulary
        self._language = language
        self._telling: dict[tuple[str, str], bool] = {}
        self._held = [self._phrases(text, spoken) for text, spoken in slices(zip(texts, languages, strict=True))]
        self._total = Counter(term for held in self._held for term in held)

    def terms(self, rows: Sequence[int]) -> list[tuple[str, float]]:
        """The phrases of a cluster with their weights, the most telling first; each behind the code of its language."""
        inside = Counter(term for row in rows for term in self._held[row])
        everywhere = max(1, len(self._held))
        weighed = []
        for term, count in inside.items():
            share, overall = count / len(rows), self._total[term] / everywhere
            if overall > COMMON or share < SHARE_LEAST or (count < 2 and len(rows) > 3):
                continue
            weight = share * math.log(share / overall)
            if weight > 0:
                weighed.append((term, weight))
        return sorted(weighed, key=lambda pair: (-pair[1], -len(pair[0]), pair[0]))

    def name(self, rows: Sequence[int], taken: set[str]) -> tuple[str, ...]:
        """The words of a name: phrases that do not repeat each other; the first is no other theme's first."""
        weighed = [term.partition(":") for term, _ in self.terms(rows)]
        chosen: list[str] = []
        tokens: set[str] = set()
        # Those of another language only where there are none of its own.
        for _, _, said in sorted(weighed, key=lambda each: each[0] != self._language):
            own = set(analyse(said, self._language))
            if not own or (own & tokens) or len(said) > LONGEST or (not chosen and said.casefold() in taken):
                continue
            chosen.append(said)
            tokens |= own
            if len(chosen) == NAMES:
                break
        return tuple(chosen)

    def _phrases(self, text: str, language: str) -> frozenset[str]:
        """Neighbouring content words of a text, in Chinese its runs of characters, behind the code of its language."""
        if language == "zh":
            runs = (run for part in _HAN_RUN.findall(text) for run in _HAN_CUT.split(part))
            return frozenset(
                f"zh:{run[n : n + size]}" for run in runs for size in HAN_LENGTHS for n in range(len(run) - size + 1)
            )
        found = set()
        before = ""
        for word, _, _ in words(text):
            here = word.casefold() if word.isalpha() and len(word) > 3 and self._tells(word, language) else ""
            if before and here:
                found.add(f"{language}:{before} {here}")
            before = here
        return frozenset(found)

    def _tells(self, word: str, language: str) -> bool:
        """Whether a word is no function word."""
        key = (word, language)
        if key not in self._telling:
            self._telling[key] = bool(self._vocabulary.content(analyse(word, language), language))
        return self._telling[key]
