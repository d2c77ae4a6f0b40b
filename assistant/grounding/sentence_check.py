"""The grounding check of a sentence: exact values, sense, content; the strict checks come first, so that a rejection names what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding.content_overlap import Content, Vectors, compare
from assistant.grounding.exact_values import Source, find_missing
from assistant.grounding.rejection_reasons import Reason
from assistant.grounding.sense import find_reversals
from assistant.wording.claims import read
from corpus.embedding import Embedder
from corpus.language import detect_language

FOREIGN = 0.5
"""Share of supported content words below which the language of a sentence is checked."""
WORDS = 0.7
"""Least share of supported content words where no embedding model reads the language."""
LEAST, BOTH = 0.5, 1.3
"""Least share of supported content words, and least sum of share and cosine, where the embedding model reads the language."""


@dataclass(frozen=True)
class Support:
    """The result of the check: `lacks` are the reasons for rejection; `score` is higher where more of the sentence is in its sources."""

    lacks: tuple[Reason, ...]
    score: float
    content: Content

    @property
    def whole(self) -> bool:
        """Whether the sources support the sentence."""
        return not self.lacks


class SupportCheck:
    """Checks sentences against sources. Without an embedder, or in a language that it does not read, only words are compared."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._vectors = None if embedder is None else Vectors(embedder)

    def __call__(self, claim: str, sources: Sequence[Source]) -> Support:
        """Checks whether sources together support a sentence."""
        language = sources[0].language if sources else "en"
        source = "\n".join(each.text for each in sources)
        heading = ". ".join(part for each in sources for part in (each.document, each.heading) if part)
        reading = read(claim, language)
        content = compare(claim, source, heading, language, self._vectors)
        lacks = []
        if reading.empty or not sources:
            lacks.append(Reason("anything"))
        if content.share < FOREIGN and detect_language(claim, language) != language:
            lacks.append(Reason("language"))
        lacks += find_missing(claim, reading, sources, language)
        lacks += find_reversals(claim, source, heading, language)
        if content.subject:
            lacks.append(Reason("subject", ", ".join(content.subject)))
        if content.lone:
            lacks.append(Reason("clause", content.lone))
        score = content.share + (content.cosine or 0.0)
        if not _enough(content):
            lacks.append(Reason("content", ", ".join(content.strange[:8])))
        return Support(tuple(lacks), score, content)


def _enough(content: Content) -> bool:
    """Whether enough content of a sentence is in its source. (A cross-encoder was tried in addition and accepted more corrupted sentences.)"""
    if content.cosine is None:
        return content.share >= WORDS
    return content.share >= LEAST and content.share + content.cosine >= BOTH
