"""The check itself: exact values, sense, content; strict first, so that a refusal says what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding.content_overlap import Content, Vectors, compare
from assistant.grounding.exact_values import Source, lacking
from assistant.grounding.rejection_reasons import Reason
from assistant.grounding.sense import turned
from assistant.wording.claims import read
from corpus.embedding import Embedder
from corpus.language import detect_language

FOREIGN = 0.5
"""Share of the words below which a sentence is asked for its language."""
WORDS = 0.7
"""Least share of the content words where no model reads the language."""
LEAST, BOTH = 0.5, 1.3
"""Least share of the content words, and least sum of share and cosine, where the embedding model reads it."""


@dataclass(frozen=True)
class Support:
    """Whether a sentence stands. `lacks` says what its sources do not give;
    `score` compares what stands: more of it is in the source."""

    lacks: tuple[Reason, ...]
    score: float
    content: Content

    @property
    def whole(self) -> bool:
        """Whether the sources bear the sentence out."""
        return not self.lacks


class SupportCheck:
    """Checks sentences. Without an embedder, or in a language that it does not read, words decide alone."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._vectors = None if embedder is None else Vectors(embedder)

    def __call__(self, claim: str, sources: Sequence[Source]) -> Support:
        """Whether sources together bear a sentence out."""
        language = sources[0].language if sources else "en"
        source = "\n".join(each.text for each in sources)
        heading = ". ".join(part for each in sources for part in (each.document, each.heading) if part)
        given = read(claim, language)
        content = compare(claim, source, heading, language, self._vectors)
        lacks = []
        if given.empty or not sources:
            lacks.append(Reason("anything"))
        if content.share < FOREIGN and detect_language(claim, language) != language:
            lacks.append(Reason("language"))
        lacks += lacking(claim, given, sources, language)
        lacks += turned(claim, source, heading, language)
        if content.subject:
            lacks.append(Reason("subject", ", ".join(content.subject)))
        if content.lone:
            lacks.append(Reason("clause", content.lone))
        score = content.share + (content.cosine or 0.0)
        if not _enough(content):
            lacks.append(Reason("content", ", ".join(content.strange[:8])))
        return Support(tuple(lacks), score, content)


def _enough(content: Content) -> bool:
    """Whether a source says enough of a sentence. (The cross-encoder was tried beside and let more corruptions stand.)"""
    if content.cosine is None:
        return content.share >= WORDS
    return content.share >= LEAST and content.share + content.cosine >= BOTH
