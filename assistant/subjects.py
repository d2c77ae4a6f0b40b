"""The subject index at work: which places of the documents answer questions like this one.

The index holds questions in everyday words, so that comparing them with a delegate's question compares like
with like; the answer is then quoted from the place itself.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.question import Question
from corpus.analysis import analyse
from corpus.library import Library
from corpus.store import Subject

POOL = 60
HITS = 12


@dataclass(frozen=True)
class SubjectHit:
    """A span of a document and how like the question its best phrase is: `cosine` in meaning, `shared` in words.

    Both are between 0 and 1; `phrase` is that of the higher one.
    """

    document_id: str
    start: int
    end: int
    cosine: float
    shared: float
    phrase: str

    @property
    def score(self) -> float:
        """The better of the two likenesses, and a little for both."""
        return max(self.cosine, self.shared) + 0.15 * min(self.cosine, self.shared)


def subject_hits(question: Question, library: Library, documents: Sequence[str] | None = None) -> list[SubjectHit]:
    """The places whose subjects are most like the question, best first; superseded documents left out."""
    behind = library.superseded()
    cosines: dict[tuple[str, int, int], tuple[float, str]] = {}
    shares: dict[tuple[str, int, int], tuple[float, str]] = {}
    languages = library.embedder.languages
    text = question.text if languages is None else question.english
    if text:
        for document_id, subject, cosine in library.subject_dense(text, POOL):
            _keep(cosines, document_id, subject, cosine)
    for language in dict.fromkeys((question.language, "en")):
        own = question.language == language
        tokens = question.content if own else question.tokens(language)
        found = library.subject_lexical(tokens, language, POOL)
        phrases = [question.vocabulary.content(analyse(subject.phrase, language), language) for _, subject in found]
        counts, total = library.subject_frequency([*tokens, *(t for phrase in phrases for t in phrase)], language)
        rarity = {token: math.log(1 + (total + 1) / (1 + n)) for token, n in counts.items()}
        for (document_id, subject), phrase in zip(found, phrases, strict=True):
            share = _likeness(tokens, phrase, rarity) * (1.0 if own else 0.8)
            _keep(shares, document_id, subject, share)
    places = [
        place for place in {**cosines, **shares}
        if place[0] not in behind and (documents is None or place[0] in documents)
    ]  # fmt: skip
    hits = []
    for place in places:
        cosine, near = cosines.get(place, (0.0, ""))
        share, same = shares.get(place, (0.0, ""))
        hits.append(SubjectHit(*place, cosine, share, near if cosine >= share else same))
    return sorted(hits, key=lambda hit: (-hit.score, hit.document_id, hit.start))[:HITS]


def _keep(
    best: dict[tuple[str, int, int], tuple[float, str]], document_id: str, subject: Subject, score: float
) -> None:
    place = (document_id, subject.start, subject.end)
    if score > best.get(place, (0.0, ""))[0]:
        best[place] = (score, subject.phrase)


def _likeness(one: Sequence[str], other: Sequence[str], rarity: dict[str, float]) -> float:
    """Cosine of two bags of words weighted by rarity (tf-idf; Salton and Buckley 1988)."""
    first, second = Counter(one), Counter(other)

    def weight(token: str) -> float:
        return rarity.get(token, 1.0)

    dot = sum(first[token] * second[token] * weight(token) ** 2 for token in first if token in second)
    norms = [math.sqrt(sum((n * weight(token)) ** 2 for token, n in bag.items())) for bag in (first, second)]
    return dot / (norms[0] * norms[1]) if all(norms) else 0.0
