"""Selects the reader for each question and passage by language, and reads the passages that search has found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Protocol

from assistant.qa.abstention import (
    DOUBT,
    FROM_ENGLISH,
    NEITHER_ENGLISH,
    OTHER_WORDS_WEIGHT,
    SAME,
    SEARCH_WEIGHT,
    SHARED_WORDS,
    Caution,
    Thresholds,
    load_thresholds,
)
from assistant.qa.reader import KINDS, Name, Reader, Reading
from assistant.qa.reader_weights import available, ships
from assistant.qa.retriever import Evidence
from assistant.qa.units import reader_heading
from assistant.question import Question


class PassageReader(Protocol):
    """A reader model: returns a reading of each passage (heading, text) for a question, in the order given."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]: ...

    def translate(self, text: str) -> list[str]: ...


@dataclass(frozen=True)
class PassageReading:
    """What a reader found in one passage, and the thresholds for it.

    `reader` is the name of the reader, `words` is what it read: heading and text. `found` is the retrieval bonus that is added to the logit, `opinion`
    what the second reader adds. `begin` is the character of the document at which the passage begins, None where its text is not in the document
    as it is read.
    """

    reading: Reading
    thresholds: Thresholds
    reader: str
    words: tuple[str, str]
    found: float = 0.0
    begin: int | None = None
    opinion: float = 0.0

    @property
    def whole(self) -> float:
        """How far the passage as a whole is above the threshold for an answer, in log-odds, whichever of its words answer."""
        return self.thresholds.margin(self.reading.logit + self.found + self.opinion)

    def score(self, begin: int, stop: int) -> float:
        """How far the words between two characters of the passage are above the threshold for an answer, in log-odds."""
        best, own = self.reading.best_of_all, self.reading.best(begin, stop)
        if best is None or own is None:
            return self.thresholds.tentative_margin - FAR
        return self.whole - self.thresholds.slope * OTHER_WORDS_WEIGHT * max(0.0, best[2] - own[2])


FAR = 20.0
"""How far below the threshold for tentative answers words are placed that the reader did not see, because the passage was cut before them."""


@dataclass(frozen=True)
class SearchScores:
    """Summary of the retrieval scores for a question: the best fused score, and the highest embedding similarity of a passage to the question
    (None where nothing was searched for; 0 where only the lexical index found anything)."""

    question: Question
    best: float
    likeness: float | None

    @classmethod
    def of(cls, evidence: Sequence[Evidence], question: Question) -> SearchScores:
        best = max((hit.score for hit in evidence), default=0.0)
        likenesses = [max(hit.dense, 0.0) for hit in evidence if hit.dense is not None]
        return cls(question, best, max(likenesses, default=0.0 if best > 0.0 else None))

    def likeness_of(self, passage: Evidence) -> float | None:
        """The similarity of a passage to the question; the highest of any where that of this one is not known. None where it has enough of the
        question's words (`SHARED_WORDS`), since the similarity of a few rare words tells nothing; likewise where a turn goes on from passages that
        answered before, since what it is about is known."""
        share = self.question.share_of_words(passage.passage.text, passage.document.language)
        if self.question.carried or share >= SHARED_WORDS:
            return None
        return self.likeness if passage.dense is None else max(passage.dense, 0.0)


def search_bonus(score: float, best: float) -> float:
    """The retrieval bonus on the logit of a passage, by its score relative to the `best`; passages that were not searched for, since the question
    names them, get the full bonus."""
    return SEARCH_WEIGHT * (max(score, 0.0) / best if best > 0.0 else 1.0)


def second_opinion(reader: PassageReader, question: str, words: tuple[str, str], logit: float, found: float) -> float:
    """What a second reader adds to the logit of a passage (heading and text) where the first is in doubt (`DOUBT`), so that the mean of both logits
    decides; otherwise 0. `found` is the retrieval bonus."""
    if not DOUBT[0] <= logit + found <= DOUBT[1]:
        return 0.0
    (second,) = reader.read(question, [words])
    return (second.logit - logit) / 2


class Readers:
    """The available readers: an English one for English questions about English texts, and a multilingual one for all others, and for a second
    opinion on the best English passage."""

    def __init__(self, readers: Mapping[Name, PassageReader], thresholds: Mapping[str, Thresholds]) -> None:
        self._readers, self._thresholds = readers, thresholds

    @classmethod
    def shipped(cls, cache_dir: Path, caution: Caution = "normal") -> Readers:
        """The shipped readers whose base models are installed, with the thresholds of a caution. Loads no weights."""
        thresholds = load_thresholds(caution)
        names = [name for name in KINDS if name in thresholds and ships(name) and available(KINDS[name])]
        return cls({name: Reader(name, cache_dir) for name in names}, thresholds)

    @property
    def names(self) -> tuple[Name, ...]:
        return tuple(self._readers)

    def name_for(self, question_language: str, text_language: str) -> Name | None:
        """The name of the reader for a question and a text in these languages; None where none reads both."""
        if question_language == text_language == "en" and "en" in self._readers:
            return "en"
        return "multilingual" if "multilingual" in self._readers else None

    def _thresholds_for(
        self, name: Name, question_language: str, text_language: str, likeness: float | None
    ) -> Thresholds:
        """The thresholds of a reader for the languages of question and text, given the similarity of both."""
        kind: str = name
        if name == "multilingual" and text_language != "en":
            across = FROM_ENGLISH if question_language == "en" else NEITHER_ENGLISH
            kind = SAME if question_language == text_language else across
        return self._thresholds[kind if kind in self._thresholds else name].for_likeness(likeness)

    def english(self, text: str, language: str) -> list[str]:
        """English words for a text in another language; none where no reader can translate."""
        reader = None if language == "en" else self._readers.get("multilingual")
        return reader.translate(text) if reader else []

    def score_sentences(
        self,
        question: str,
        question_language: str,
        text_language: str,
        passages: Sequence[tuple[str, Sequence[str]]],
        found: Sequence[float],
        likeness: Sequence[float | None],
    ) -> list[tuple[list[float], Thresholds]] | None:
        """For each passage (heading, sentences) how far each of its sentences is above the threshold for an answer, with the thresholds; None
        where no reader reads both languages. `found` is the retrieval bonus of each passage, `likeness` its similarity to the question."""
        name = self.name_for(question_language, text_language)
        if name is None:
            return None
        words = [(heading, " ".join(texts)) for heading, texts in passages]
        readings = zip(self._readers[name].read(question, words), words, strict=True)
        scored = []
        for (_, texts), (reading, read), bonus, own in zip(passages, readings, found, likeness, strict=True):
            thresholds = self._thresholds_for(name, question_language, text_language, own)
            score = PassageReading(reading, thresholds, name, read, bonus).score
            ends = accumulate(len(text) + 1 for text in texts)
            scores = [score(end - len(text) - 1, end - 1) for text, end in zip(texts, ends, strict=True)]
            scored.append((scores, thresholds))
        return scored

    def read(
        self, question: str, language: str, reads: Mapping[str, Evidence], searched: SearchScores
    ) -> dict[str, PassageReading]:
        """The readings of some of the `searched` passages by their keys in `reads`; passages that no reader reads are left out."""
        readings: dict[str, PassageReading] = {}
        for name, reader in self._readers.items():
            own = {key: each for key, each in reads.items() if self.name_for(language, each.document.language) == name}
            passages = [(reader_heading(each), each.passage.text) for each in own.values()]
            rows = zip(own.items(), passages, reader.read(question, passages), strict=True)
            for (key, each), words, reading in rows:
                thresholds = self._thresholds_for(name, language, each.document.language, searched.likeness_of(each))
                bonus = search_bonus(each.score, searched.best)
                readings[key] = PassageReading(reading, thresholds, name, words, bonus, each.passage.start)
        return readings

    def second_opinion(self, question: str, first: PassageReading) -> float:
        """What the multilingual reader adds to the logit of a passage that the English one has read (`second_opinion`)."""
        if first.reader != "en" or "multilingual" not in self._readers:
            return 0.0
        return second_opinion(self._readers["multilingual"], question, first.words, first.reading.logit, first.found)
