"""Hybrid retrieval: dense and lexical search, fused by their scores.

The fusion is a convex combination of scores with a minimum of 0; cosines are divided by the best of their list and lexical scores by the
highest possible score, after Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 42 (2023), who find it
better than reciprocal rank fusion; so it is here (`docs/quality.md`).
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from assistant.qa.abstention import (
    BM25_SATURATION,
    CERTAIN_ODDS,
    DOCUMENT_WEIGHT,
    FUSED_FIRST,
    LIKENESS_TO_ODDS,
    NEAREST_INCLUDED,
    OTHER_LANGUAGE_WEIGHT,
    OWN_LANGUAGE_ODDS,
    UNRELATED_FALL,
    UNRELATED_SIMILARITY,
    chance,
)
from assistant.question import Question
from corpus.acronyms import DISTINCT_LETTERS, find_acronyms, most_common_expansion
from corpus.corpus_errors import DocumentNotFound
from corpus.documents import Document, Passage, SearchScope
from corpus.library import Library
from corpus.symbols import Symbol

POOL = 200
"""Hits that each index contributes; twice as many where other language versions of the searched documents are among them."""
MAX_SPELLED_OUT = 3
"""Most acronyms of a question that are spelled out."""

Translate = Callable[[str, str], Sequence[str]]
"""Translates a text in a language into English words."""


@dataclass(frozen=True)
class Evidence:
    """A passage that retrieval returned for a question.

    `score` is the fused score, relative to the best in the question's language or in the others where there are both; `dense` is the cosine, None where the vector
    index did not find the passage. `behind` is how much less likely, in log-odds (0 or less), an answer is in its language than in the
    likelier group. `source` is its document or a function that loads a document by id, since most documents are never read.
    """

    passage: Passage
    source: Document | Callable[[str], Document]
    score: float = 0.0
    dense: float | None = None
    behind: float = 0.0

    @classmethod
    def at(cls, library: Library, document: Document, position: int, score: float = 0.0) -> Evidence | None:
        """The passage that contains a character of a document; None where there is none."""
        found = library.passage_id_at(document.id, position)
        passage = library.passages_by_id([found]).get(found) if found else None
        return None if passage is None else cls(passage, document, score)

    @classmethod
    def held(cls, library: Library, ids: Iterable[str], score: float = 0.0) -> list[Evidence]:
        """The passages with these ids that are in the library."""
        passages = library.passages_by_id([*ids]).values()
        return [cls(hit, library.document(hit.document_id), score) for hit in passages]

    @cached_property
    def document(self) -> Document:
        """The document of the passage. Raises `NotHeld` where it was removed or changed meanwhile."""
        if not callable(self.source):
            return self.source
        document = self.source(self.passage.document_id)
        if document.quote(self.passage.start, self.passage.end) != self.passage.text:
            raise DocumentNotFound(f"{document.id} was replaced a moment ago. Ask again.")
        return document

    @property
    def id(self) -> str:
        return self.passage.id

    def admitted(self, question: Question, *, whole: bool = False) -> bool:
        """Whether a question may be answered from any of its blocks, or with `whole` from all of them."""
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
    """Finds passages in a library. Superseded documents are left out, and of the language versions of a symbol one is searched: that in the
    question's language, else English, else any. `english` translates words for the search in English texts."""

    def __init__(self, library: Library, english: Translate = lambda text, language: ()) -> None:
        self._library = library
        self._english = english

    def gather(self, question: Question, limit: int, language: str | None = None) -> list[Evidence]:
        """The passages that a question may be answered from, best first: those that search finds within its scope, in the versions of its
        language or of `language`, followed by those that answered the previous turn."""
        key = Retriever.gather, limit, language, question.carried
        return question.once(key, lambda: self._gather(question, limit, language))

    def _gather(self, question: Question, limit: int, language: str | None) -> list[Evidence]:
        library, scope = self._library, restricted_ids(question, self._library)
        documents = None
        if scope is not None or language is not None:
            documents = sorted(library.versions().quotable_documents(language or question.language, scope))
        hits = self.retrieve(question, limit, documents)
        spelt = spelled_out(question, hits, lambda: self.retrieve(question, POOL, documents))
        if spelt is not question:
            hits = self.retrieve(spelt, limit, documents)
        ids = {each.id for each in hits}
        carried = Evidence.held(library, (each for each in question.carried if each not in ids))
        carried = [each for each in carried if documents is None or each.passage.document_id in documents]
        return [*hits, *(each for each in carried if each.admitted(question))]

    def retrieve(self, question: Question, limit: int, documents: Sequence[str] | None = None) -> list[Evidence]:
        """The best passages, best first. `documents` are the ids of the documents to search, whatever their version, to the full depth; by
        default all that are current for the question's language. Of a document that the scope restricts to one agenda item only the
        passages about it are searched.

        Texts in the question's language are searched by meaning and words, others mostly by meaning, so that the scores of both groups can't be
        compared. Each group is ranked by itself, and the two rankings are interleaved by shares.
        """
        own = [language for language in self._library.passage_languages() if language == question.language]
        others = [language for language in self._library.passage_languages() if language not in own]
        ranked = [self._ranked(question, limit, documents, each) if each else [] for each in (own, others)]
        return _interleave(*ranked)[:limit]

    def likely_documents(self, question: Question, limit: int) -> list[Document]:
        """The documents that the words of a question may name, likeliest first, without those that are surely less likely than the first: by
        their passages most like the question."""
        odds: dict[str, float] = {}
        for hit in self.gather(question, limit):
            own = OWN_LANGUAGE_ODDS if hit.document.language == question.language else 0.0
            hit_odds = LIKENESS_TO_ODDS * (hit.dense or 0.0) + own
            odds[hit.document.id] = max(hit_odds, odds.get(hit.document.id, hit_odds))
        ranked = sorted(odds, key=lambda each: -odds[each])
        return [self._library.document(each) for each in ranked if odds[each] > odds[ranked[0]] - CERTAIN_ODDS]

    def _ranked(
        self, question: Question, limit: int, documents: Sequence[str] | None, languages: Sequence[str]
    ) -> list[Evidence]:
        """The best passages in some languages, best first; beyond the first `FUSED_FIRST` the most similar in meaning are always included."""
        library, versions = self._library, self._library.versions()
        searched = versions.quotable_documents(question.language) if documents is None else frozenset(documents)
        within = None if documents is None and not question.parts else self._search_scope(question, searched)
        all_current = within is not None or searched == versions.quotable_documents(None)
        pool = POOL if all_current else 2 * POOL
        # Some hits may be superseded or lose to a passage of the same document; beyond this margin the tail can't enter the result.
        pool_limit = 2 * limit + 10 if all_current else None
        scores, dense = self._search_indexes(question, languages, pool, within, pool_limit)
        named, unnamed = self._named_documents(question, documents), dict[str, float]()
        if within is not None and named:
            unnamed, more_dense = self._search_indexes(
                question.unnamed, languages, pool, replace(within, document_ids=named), pool_limit
            )
            dense |= {key: max(dense.get(key, score), score) for key, score in more_dense.items()}
        left_out = within.excluded_passage_ids if within is not None else frozenset()
        passages = library.passages_by_id([*(scores | unnamed)]).values()
        searchable = [each for each in passages if each.document_id in searched and each.id not in left_out]
        best_by_document: dict[str, float] = {}
        for each in searchable:
            scores.setdefault(each.id, 0.0)
            if each.document_id in named:
                scores[each.id] = (scores[each.id] + unnamed.get(each.id, 0.0)) / 2
            best_by_document[each.document_id] = max(best_by_document.get(each.document_id, 0.0), scores[each.id])
        fused = ((scores[each.id] + DOCUMENT_WEIGHT * best_by_document[each.document_id], each) for each in searchable)
        found = [(score / (1 + DOCUMENT_WEIGHT), each) for score, each in fused]
        found.sort(key=lambda pair: (-pair[0], pair[1].document_id, pair[1].ordinal))
        by_similarity = sorted((each.id for _, each in found if each.id in dense), key=lambda each: -dense[each])
        most_similar = set(by_similarity[: max(0, min(NEAREST_INCLUDED, limit - FUSED_FIRST))])
        others = [each.id for _, each in found if each.id not in most_similar][: limit - len(most_similar)]
        best = [pair for pair in found if pair[1].id in most_similar.union(others)]
        return [Evidence(each, library.document, score, dense.get(each.id)) for score, each in best]

    def _search_indexes(
        self, question: Question, languages: Sequence[str], pool: int, within: SearchScope | None, most: int | None
    ) -> tuple[dict[str, float], dict[str, float]]:
        """The fused scores of the passages that both indexes find for a question, by id, at most `most` of them; and the cosines of those that the
        vector index finds."""
        library = self._library
        scores, dense = dict[str, float](), dict[str, float]()
        no_model = not library.models.models_for(question.language)
        text, readers = question.for_models(library.models)
        searchable = not no_model or any(letter.isalpha() for letter in text)  # numbers alone are similar to anything
        if text and searchable and readers:
            dense_hits = library.dense_search(text, pool, within, languages)
            dense = dict(dense_hits)
            _fuse(scores, [(key, _positive(similarity)) for key, similarity in dense_hits])
        for language in languages:
            same_language = language == question.language
            tokens = search_tokens(question, language, self._english)
            if not same_language and not any(letter.isalpha() for token in tokens for letter in token):
                continue
            # Where no model reads the question, its own words are all that can be searched for.
            weight = 1.0 if no_model or same_language else OTHER_LANGUAGE_WEIGHT
            hits = [(hit.passage_id, hit.score) for hit in library.lexical_search(tokens, language, pool, within)]
            _fuse(scores, hits, weight, self._highest_score(tokens, language) if same_language else 0.0)
        best = sorted(scores, key=lambda passage_id: (-scores[passage_id], passage_id))[:most]
        return {passage_id: scores[passage_id] for passage_id in best}, dense

    def _highest_score(self, tokens: Sequence[str], language: str) -> float:
        """The highest possible BM25 score for some words, that of a passage that repeats each without limit: dividing by it gives lexical scores
        less weight where the best passage has few of the words."""
        passage_count = self._library.passage_counts().get(language, 0)
        frequencies = self._library.document_frequency(tokens, language).values()
        return BM25_SATURATION * sum(math.log1p((passage_count - each + 0.5) / (each + 0.5)) for each in frequencies)

    def _named_documents(self, question: Question, documents: Sequence[str] | None) -> frozenset[str]:
        """The searched documents that the question names. In these the names in the question distract from what it asks, except on first pages:
        their passages get the mean of the scores with and without the names."""
        if documents is None or question.unnamed is question:
            return frozenset()
        keys, called = self._library.versions().keys, {entry.key for entry in question.named}
        # Texts without a symbol are searched beside a named treaty; there its name helps to find what they say of it.
        return frozenset(document for document in documents if "/" in keys[document] or keys[document] in called)

    def words(self, question: Question, language: str) -> list[str]:
        """The index tokens of the words of a question for documents in a language."""
        return question.words(language, self._english(question.text, question.language) if language == "en" else ())

    def _search_scope(self, question: Question, searched: Collection[str]) -> SearchScope:
        """The scope of a search, without the passages of documents in `parts` that are not about the agenda item."""
        passages = (each for key in sorted(question.parts) if key in searched for each in self._library.passages(key))
        left_out = (each.id for each in passages if not question.admits(each.document_id, each.first, each.last))
        return SearchScope(frozenset(searched), frozenset(left_out))


def spelled_out(
    question: Question, hits: Sequence[Evidence], further: Callable[[], Iterable[Evidence]] | None = None
) -> Question:
    """The question with acronyms spelled out as passages found for it in its language do, where none found has the acronym itself; longer
    acronyms, which few names share, also as `further` passages in any language do."""
    acronyms = [each for each in find_acronyms(question.rest) if not any(each in hit.passage.text for hit in hits)]
    near = [hit.passage.text for hit in hits if acronyms and hit.document.language == question.language]
    text, far = question.text, list[str]()
    for acronym in acronyms[:MAX_SPELLED_OUT]:
        name = most_common_expansion(acronym, near)
        if not name and further is not None and len(acronym) >= DISTINCT_LETTERS:
            far = far or [hit.passage.text for hit in further()]
            name = most_common_expansion(acronym, far)
        if name and name.casefold() not in text.casefold():
            spelt = f"{name} ({acronym})".replace("\\", "\\\\")
            text = re.sub(rf"(?<!\w){acronym}(?!\w)", spelt, text, count=1)
    return question if text == question.text else replace(question, text=text)


def _interleave(own: Sequence[Evidence], others: Sequence[Evidence]) -> list[Evidence]:
    """Passages in the question's language and in others, each best first, interleaved: the share of each group follows from the highest
    similarities of both. Scores become relative to the best of their group."""
    if not own or not others:
        return [*own, *others]
    own_similarity, other_similarity = (
        max((hit.dense for hit in group if hit.dense is not None), default=0.0) for group in (own, others)
    )
    odds = LIKENESS_TO_ODDS * (own_similarity - other_similarity) + OWN_LANGUAGE_ODDS
    placed: list[tuple[float, Evidence]] = []
    for group, group_odds in ((own, odds), (others, -odds)):
        best, behind, share = max(group[0].score, sys.float_info.min), min(group_odds, 0.0), chance(group_odds)
        hits = (replace(hit, score=hit.score / best, behind=behind) for hit in group)
        placed += [((n + 0.5) / share, hit) for n, hit in enumerate(hits)]
    return [hit for _, hit in sorted(placed, key=lambda pair: pair[0])]


def _positive(similarity: float) -> float:
    """A similarity for the fusion of scores, whose minimum is 0: unchanged, but small where texts are unrelated, in the same order."""
    if similarity > UNRELATED_SIMILARITY:
        return similarity
    return UNRELATED_SIMILARITY * math.exp((similarity - UNRELATED_SIMILARITY) / UNRELATED_FALL)


def _fuse(
    scores: dict[str, float], hits: Sequence[tuple[str, float]], weight: float = 1.0, highest: float = 0.0
) -> None:
    """Adds the scores of a list of hits to those of their passages, divided by the best score or by the highest possible one (`most`); of two
    hits in one passage the better counts."""
    best = max((score for _, score in hits), default=0.0)
    best = max(best, highest) if best > 0 else 0.0
    best_scores: dict[str, float] = {}
    for passage_id, score in hits:
        best_scores[passage_id] = max(best_scores.get(passage_id, 0.0), score)
    for passage_id, score in best_scores.items():
        scores[passage_id] = scores.get(passage_id, 0.0) + (weight * score / best if best > 0 else 0.0)


def search_tokens(question: Question, language: str, english: Translate) -> list[str]:
    """The search tokens of a question for documents in a language; `english` translates words."""

    def find() -> list[str]:
        return question.tokens(language, english(question.text, question.language) if language == "en" else ())

    return question.once((search_tokens, language), find)


def restricted_ids(question: Question, library: Library) -> list[str] | None:
    """Ids of the documents that a question is restricted to by its scope or by the symbols and names in it; None for all."""
    keys, superseded = {entry.key for entry in question.named}, library.superseded()
    ids = [each for each, key in library.versions().keys.items() if key in keys and each not in superseded]
    for symbol in question.documents:
        ids += documents_for_symbol(symbol, library, question.within) or documents_for_symbol(symbol, library)
    if ids and not question.symbols and not question.articles:
        # Texts without a symbol may be about the named treaty.
        ids += [document_id for document_id, key in library.versions().keys.items() if "/" not in key]
    named = list(dict.fromkeys(ids)) or None
    if question.within is None:
        return named
    return [each for each in named or sorted(question.within) if each in question.within]


def named_documents(question: Question, library: Library) -> list[Document] | None:
    """The documents that a question names, in the versions for its language; None where it names none."""
    return restricted_documents(question, library) if question.symbols or question.named else None


def restricted_documents(question: Question, library: Library) -> list[Document] | None:
    """The documents that a question is restricted to, in the versions for its language; None for all."""
    scope = restricted_ids(question, library)
    if scope is None:
        return None
    return [library.document(each) for each in sorted(library.versions().quotable_documents(question.language, scope))]


def documents_for_symbol(symbol: Symbol, library: Library, among: frozenset[str] | None = None) -> list[str]:
    """Ids of the documents that a symbol stands for: its current versions (`among` some documents or all) and its addenda."""
    versions = library.versions()
    return [version.id for version in (*versions.current_versions(symbol, among), *versions.addenda(symbol))]
