"""Names of themes: the terms of the catalogue's vocabulary that set a cluster apart, and where it has none, its own words.

A term is weighed by what it tells of a cluster: its share of the cluster's passages times the logarithm of how much
more often it stands there than elsewhere (the term's part of the Kullback-Leibler divergence).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from assistant.slices import Slices
from assistant.vocabulary import Vocabulary
from corpus.analysis import analyse, words

NAMES, PAIRS_UNTIL = 3, 2
"""How many terms make a name, and up to how many pairs of words help out."""
LONGEST = 45
"""Longest term of a name, in characters."""
COMMON = 0.35
"""Share of all passages from which on a term says nothing of a theme."""
TERM_BONUS = 1.6
"""What a term of the vocabulary counts more than a pair of words."""
SHARE_LEAST = 0.12
"""Share of a cluster's passages that must have a term."""
_FURNITURE = frozenset(
    """
    article, States Parties, State, obligations, may, conduct, establish, statement of purpose, provide,
    request, paragraph, annex, section, documentation, language, text, title, chapter, days, month, years,
    hours, date, example, persons, respond, receive, conditions, exception, difference, effective, agree,
    facilitate, encourage, responsibility, documents, document, symbol, page, number, protocols, Convention,
    Protocol, meeting, Vienna, United Nations, problems, causes, programme, society, compliance, issued, combat,
    implementation, may be refused, transfer, results, availability, analysis, information, national, resources,
    thematically clustered, substantive topics
    """.replace("\n    ", " ")
    .strip()
    .split(", ")
)
"""Terms (by their English name) that stand in documents of any theme."""


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
        self._texts = tuple(texts)
        self._languages = tuple(languages)
        self._telling: dict[tuple[str, str], bool] = {}
        self._held = [self._terms(text, spoken) for text, spoken in slices(zip(texts, languages, strict=True))]
        self._total = Counter(term for held in self._held for term in held)

    def terms(self, rows: Sequence[int]) -> list[tuple[str, float]]:
        """The terms of a cluster with their weights, the most telling first."""
        inside = Counter(term for row in rows for term in self._held[row])
        everywhere = max(1, len(self._held))
        weighed = []
        for term, count in inside.items():
            share, overall = count / len(rows), self._total[term] / everywhere
            if overall > COMMON or share < SHARE_LEAST or (count < 2 and len(rows) > 3):
                continue
            weight = share * math.log(share / overall) * (TERM_BONUS if term.startswith("#") else 1.0)
            if weight > 0:
                weighed.append((term, weight))
        return sorted(weighed, key=lambda pair: (-pair[1], pair[0]))

    def name(self, rows: Sequence[int], taken: set[str]) -> tuple[str, ...]:
        """The words of a name: up to three terms that do not repeat each other; the first is no other theme's first."""
        weighed = [term for term, _ in self.terms(rows)]
        known = [term for term in weighed if term.startswith("#") and self._literal(term, rows)]
        pairs = [term for term in weighed if term.startswith(f"{self._language}:")]
        abroad = [term for term in weighed if not term.startswith("#") and term not in pairs]
        chosen: list[str] = []
        tokens: set[str] = set()
        # Pairs of words only where the vocabulary has too few terms, and those of another language at the last.
        for term in (*known, *pairs, *abroad):
            said = self._said(term)
            own = set(analyse(said, self._language))
            if not own or (own & tokens) or len(said) > LONGEST or (not chosen and said.casefold() in taken):
                continue
            if not term.startswith("#") and len(chosen) >= PAIRS_UNTIL:
                break
            chosen.append(said)
            tokens |= own
            if len(chosen) == NAMES:
                break
        return tuple(chosen)

    def _literal(self, term: str, rows: Sequence[int]) -> bool:
        """Whether the words that name a term in their language stand in at least half of the passages of a cluster that
        mention it: a term is also found by looser words."""
        own = [row for row in rows if term in self._held[row]]
        there = 0
        for row in own:
            spoken = self._languages[row]
            name = self._vocabulary.names(int(term[1:]), spoken)[0]
            there += set(analyse(name, spoken)) <= set(analyse(self._texts[row], spoken))
        return 2 * there >= len(own)

    def _said(self, term: str) -> str:
        if term.startswith("#"):
            return self._vocabulary.names(int(term[1:]), self._language)[0]
        return term.partition(":")[2]

    def _terms(self, text: str, language: str) -> frozenset[str]:
        concepts = {
            f"#{mention.concept}"
            for mention in self._vocabulary.mentions(text, language)
            if self._vocabulary.names(mention.concept, "en")[0] not in _FURNITURE
        }
        return frozenset(concepts | self._pairs(text, language))

    def _pairs(self, text: str, language: str) -> set[str]:
        """Neighbouring content words of a text, behind the code of its language, where words stand apart."""
        if language == "zh":
            return set()
        found = set()
        before = ""
        for word, _, _ in words(text):
            here = word.casefold() if word.isalpha() and len(word) > 3 and self._tells(word, language) else ""
            if before and here:
                found.add(f"{language}:{before} {here}")
            before = here
        return found

    def _tells(self, word: str, language: str) -> bool:
        """Whether a word is no function word."""
        key = (word, language)
        if key not in self._telling:
            self._telling[key] = bool(self._vocabulary.content(analyse(word, language), language))
        return self._telling[key]
