"""Retrieval: passages nearest in meaning and passages that share words, fused by their scores.

A convex combination of scores with 0 as the least, cosines divided by the best of their list and scores of words by the most that words
can score, after Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 42 (2023), who find it better than
fusion by reciprocal rank; so it is here (`docs/quality.md`).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from assistant.qa.abstention import (
    BM25_SATURATION,
    DOCUMENT_WEIGHT,
    FUSED_FIRST,
    LIKENESS_TO_ODDS,
    NEAREST_INCLUDED,
    OTHER_LANGUAGE_WEIGHT,
    OWN_LANGUAGE_ODDS,
    chance,
)
from assistant.question import Question
from corpus.corpus_errors import DocumentNotFound
from corpus.documents import Document, Passage, SearchScope
from corpus.library import Library
from corpus.symbols import Symbol

POOL = 200
"""Hits that each index contributes; twice as many where language versions of what is searched take places."""

Translate = Callable[[str, str], Sequence[str]]
"""English words for those of a text in a language."""


@dataclass(frozen=True)
class Evidence:
    """A passage that retrieval returned for a question. `score` is the fused score, against the best in its language or in others where both are held, `dense` the cosine, None where the index of
    vectors did not find it. `behind` is by how much less likely the answer is in a text of its language than in one of the
    likelier, in log-odds (0 or less). `of` is its document, or what gives a document by id: most passages are never read, and neither are
    their documents then."""

    passage: Passage
    of: Document | Callable[[str], Document]
    score: float = 0.0
    dense: float | None = None
    behind: float = 0.0

    @classmethod
    def at(cls, library: Library, document: Document, position: int, score: float = 0.0) -> Evidence | None:
        """The passage in which a character of a document lies; None where none is held."""
        found = library.passage_id_at(document.id, position)
        passage = library.passages_by_id([found]).get(found) if found else None
        return None if passage is None else cls(passage, document, score)

    @classmethod
    def held(cls, library: Library, ids: Iterable[str], score: float = 0.0) -> list[Evidence]:
        """Those passages that are held, by their ids."""
        passages = library.passages_by_id([*ids]).values()
        return [cls(hit, library.document(hit.document_id), score) for hit in passages]

    @cached_property
    def document(self) -> Document:
        """The document of the passage. Raises `NotHeld` where it was removed or changed meanwhile."""
        if not callable(self.of):
            return self.of
        document = self.of(self.passage.document_id)
        if document.quote(self.passage.start, self.passage.end) != self.passage.text:
            raise DocumentNotFound(f"{document.id} was replaced a moment ago. Ask again.")
        return document

    @property
    def id(self) -> str:
        return self.passage.id

    def admitted(self, question: Question, *, whole: bool = False) -> bool:
        """Whether a question may be answered from some of its blocks, or from all of them."""
        passage = self.passage
        return question.admits(passage.document_id, passage.first, passage.last, whole=whole)

    def to_json(self, rank: int) -> dict[str, Any]:
        """The stable JSON form that `search --json` prints."""
        return {
            "rank": rank,
            "id": self.id,
            "document": self.document.id,
            "locator": self.document.cite(self.passage.locator),
            "score": round(self.score, 6),
            "text": self.passage.text,
        }


class Retriever:
    """Finds passages in a library. Superseded documents step behind, and of the language versions of a symbol one
    is searched: the question's own, else English, else any. `english` translates words for the search in English texts."""

    def __init__(self, library: Library, english: Translate = lambda text, language: ()) -> None:
        self._library = library
        self._english = english

    def gather(self, question: Question, limit: int, language: str | None = None) -> list[Evidence]:
        """The passages that a question may be answered from, best first: those that search finds in the versions of a language, its
        own or another, of what it is restricted to, and behind them those that answered the turn before."""
        key = Retriever.gather, limit, language, question.carried
        return question.once(key, lambda: self._gathered(question, limit, language))

    def _gathered(self, question: Question, limit: int, language: str | None) -> list[Evidence]:
        library, scope = self._library, restricted(question, self._library)
        documents = None
        if scope is not None or language is not None:
            documents = sorted(library.versions().quotable_documents(language or question.language, scope))
        found = self.retrieve(question, limit, documents)
        known = {each.id for each in found}
        carried = Evidence.held(library, (each for each in question.carried if each not in known))
        carried = [each for each in carried if documents is None or each.passage.document_id in documents]
        return [*found, *(each for each in carried if each.admitted(question))]

    def retrieve(self, question: Question, limit: int, documents: Sequence[str] | None = None) -> list[Evidence]:
        """The best passages, best first. `documents` are the ids of those that are searched, whatever their version, and to
        the full depth; without them all are that the versions leave for the question's language. Of a document that is
        asked about one agenda item only the passages that speak of it are searched.

        Texts in the question's language are searched by meaning and words, those in other languages by meaning above all: the scores
        of the two can't be compared. Each are ranked by themselves, and the passages taken in turn, by shares."""
        own = [language for language in self._library.passage_languages() if language == question.language]
        others = [language for language in self._library.passage_languages() if language not in own]
        ranked = [self._ranked(question, limit, documents, each) if each else [] for each in (own, others)]
        return _in_shares(*ranked)[:limit]

    def _ranked(
        self, question: Question, limit: int, documents: Sequence[str] | None, languages: Sequence[str]
    ) -> list[Evidence]:
        """The best passages in some languages, best first; behind the first ten those nearest in meaning are always among them."""
        library, versions = self._library, self._library.versions()
        searched = versions.quotable_documents(question.language) if documents is None else frozenset(documents)
        within = None if documents is None and not question.parts else self._within(question, searched)
        alone = within is not None or searched == versions.quotable_documents(None)
        pool = POOL if alone else 2 * POOL
        # Some may be superseded, or in the document of a better one; beyond that the tail can't come in.
        enough = 2 * limit + 10 if alone else None
        scores, dense = self._proposed(question, languages, pool, within, enough)
        named, unnamed = self._named(question, documents), dict[str, float]()
        if within is not None and named:
            unnamed, more = self._proposed(
                question.unnamed, languages, pool, replace(within, document_ids=named), enough
            )
            dense |= {key: max(dense.get(key, score), score) for key, score in more.items()}
        left_out = within.excluded_passage_ids if within is not None else frozenset()
        proposed = library.passages_by_id([*(scores | unnamed)]).values()
        held = [each for each in proposed if each.document_id in searched and each.id not in left_out]
        best_of: dict[str, float] = {}
        for each in held:
            scores.setdefault(each.id, 0.0)
            if each.document_id in named:
                scores[each.id] = (scores[each.id] + unnamed.get(each.id, 0.0)) / 2
            best_of[each.document_id] = max(best_of.get(each.document_id, 0.0), scores[each.id])
        fused = ((scores[each.id] + DOCUMENT_WEIGHT * best_of[each.document_id], each) for each in held)
        found = [(score / (1 + DOCUMENT_WEIGHT), each) for score, each in fused]
        found.sort(key=lambda pair: (-pair[0], pair[1].document_id, pair[1].ordinal))
        meant = sorted((each.id for _, each in found if each.id in dense), key=lambda each: -dense[each])
        near = set(meant[: max(0, min(NEAREST_INCLUDED, limit - FUSED_FIRST))])
        others = [each.id for _, each in found if each.id not in near][: limit - len(near)]
        best = [pair for pair in found if pair[1].id in near.union(others)]
        return [Evidence(each, library.document, score, dense.get(each.id)) for score, each in best]

    def _proposed(
        self, question: Question, languages: Sequence[str], pool: int, within: SearchScope | None, most: int | None
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Passages by id that both indexes have for a question: the best, `most` of them or all, with their fused scores; and the
        cosines of those near in meaning."""
        library = self._library
        scores, dense = dict[str, float](), dict[str, float]()
        unread = not library.models.models_for(question.language)
        text, readers = question.for_models(library.models)
        told = not unread or any(letter.isalpha() for letter in text)  # bare numbers are near to anything
        if text and told and readers:
            near = library.dense_search(text, pool, within, languages)
            dense = dict(near)
            _fuse(scores, near)
        for language in languages:
            own, tokens = language == question.language, self.tokens(question, language)
            if not own and not any(letter.isalpha() for token in tokens for letter in token):
                continue
            # Where no model reads the question its own words are all there is.
            weight = 1.0 if unread or own else OTHER_LANGUAGE_WEIGHT
            hits = [(hit.passage_id, hit.score) for hit in library.lexical_search(tokens, language, pool, within)]
            _fuse(scores, hits, weight, self._most(tokens, language) if own else 0.0)
        best = sorted(scores, key=lambda passage_id: (-scores[passage_id], passage_id))[:most]
        return {passage_id: scores[passage_id] for passage_id in best}, dense

    def _most(self, tokens: Sequence[str], language: str) -> float:
        """The most that a passage can score by some words, that of one which says each over and over: where the best one says little of a
        question, words tell less of it than meaning does."""
        held = self._library.passage_counts().get(language, 0)
        frequencies = self._library.document_frequency(tokens, language).values()
        return BM25_SATURATION * sum(math.log1p((held - each + 0.5) / (each + 0.5)) for each in frequencies)

    def _named(self, question: Question, documents: Sequence[str] | None) -> frozenset[str]:
        """Those of the documents that are searched which the question names. In these their names are in the way of what is
        asked of them, and on their first pages they are what is asked for: they count half there."""
        if documents is None or question.unnamed is question:
            return frozenset()
        keys, called = self._library.versions().keys, {entry.key for entry in question.named}
        # Texts without a symbol are searched beside a treaty that is named; what they say of it, its name finds.
        return frozenset(document for document in documents if "/" in keys[document] or keys[document] in called)

    def tokens(self, question: Question, language: str) -> list[str]:
        """The words that are searched for in documents of a language, as the index has them."""
        return tokens_in(question, language, self._english)

    def words(self, question: Question, language: str) -> list[str]:
        """The words of a question in documents of a language, as the index has them."""
        return question.words(language, self._english(question.text, question.language) if language == "en" else ())

    def _within(self, question: Question, searched: Collection[str]) -> SearchScope:
        """The scope of a search: of a document in `parts`, the passages without a word on the agenda item are left out."""
        held = (each for key in sorted(question.parts) if key in searched for each in self._library.passages(key))
        silent = (each.id for each in held if not question.admits(each.document_id, each.first, each.last))
        return SearchScope(frozenset(searched), frozenset(silent))


def _in_shares(own: Sequence[Evidence], others: Sequence[Evidence]) -> list[Evidence]:
    """Passages in the question's language and in others, each best first, in one order: of the first so many that share comes from
    either that stands for how near in meaning the nearest of both are. Scores are against the best of their list."""
    if not own or not others:
        return [*own, *others]
    near, far = (max(each.dense or 0.0 for each in found) for found in (own, others))
    odds = LIKENESS_TO_ODDS * (near - far) + OWN_LANGUAGE_ODDS
    placed: list[tuple[float, Evidence]] = []
    for found, ahead in ((own, odds), (others, -odds)):
        best, behind = max(found[0].score, sys.float_info.min), min(ahead, 0.0)
        placed += [
            ((n + 0.5) / chance(ahead), replace(each, score=each.score / best, behind=behind))
            for n, each in enumerate(found)
        ]
    return [each for _, each in sorted(placed, key=lambda pair: pair[0])]


def _fuse(scores: dict[str, float], hits: Sequence[tuple[str, float]], weight: float = 1.0, most: float = 0.0) -> None:
    """Adds what a list of hits, best first, says of its passages, as shares of the best one or of the `most` that there may be; of two hits
    in one passage the better counts."""
    best = max((score for _, score in hits), default=0.0)
    best = max(best, most) if best > 0 else 0.0
    told: dict[str, float] = {}
    for passage_id, score in hits:
        told[passage_id] = max(told.get(passage_id, 0.0), score)
    for passage_id, score in told.items():
        gain = weight * max(0.0, score) / best if best > 0 else 0.0
        scores[passage_id] = scores.get(passage_id, 0.0) + gain


def tokens_in(question: Question, language: str, english: Translate) -> list[str]:
    """The words of a question as documents in a language have them; `english` translates words."""

    def made() -> list[str]:
        return question.tokens(language, english(question.text, question.language) if language == "en" else ())

    return question.once((tokens_in, language), made)


def restricted(question: Question, library: Library) -> list[str] | None:
    """Ids of the documents that a question is restricted to by its scope, or restricts itself to by symbol or name; None for all."""
    keys, behind = {entry.key for entry in question.named}, library.superseded()
    held = [each for each, key in library.versions().keys.items() if key in keys and each not in behind]
    for symbol in question.documents:
        held += standing_for(symbol, library, question.within) or standing_for(symbol, library)
    if held and not question.symbols and not question.articles:
        # A treaty that is named is what a text without a symbol may be about.
        held += [document_id for document_id, key in library.versions().keys.items() if "/" not in key]
    named = list(dict.fromkeys(held)) or None
    if question.within is None:
        return named
    return [each for each in named or sorted(question.within) if each in question.within]


def named_texts(question: Question, library: Library) -> list[Document] | None:
    """The documents that a question names and may be answered from in its language; None where it names none."""
    return readable(question, library) if question.symbols or question.named else None


def readable(question: Question, library: Library) -> list[Document] | None:
    """The documents that a question is restricted to and may be answered from in its language; None for all."""
    scope = restricted(question, library)
    if scope is None:
        return None
    return [library.document(each) for each in sorted(library.versions().quotable_documents(question.language, scope))]


def standing_for(symbol: Symbol, library: Library, among: frozenset[str] | None = None) -> list[str]:
    """Ids of what answers for a symbol: its current versions `among` some documents or all, and its addenda."""
    versions = library.versions()
    return [version.id for version in (*versions.current_versions(symbol, among), *versions.addenda(symbol))]
