"""Which reader reads what, and the readings of the passages that search has found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from statistics import fmean
from typing import Protocol

from assistant.qa.abstention import (
    BOTH,
    FROM_ENGLISH,
    NEITHER_ENGLISH,
    OTHER_WORDS_WEIGHT,
    SAME,
    SEARCH_WEIGHT,
    Caution,
    Thresholds,
    load_thresholds,
)
from assistant.qa.reader import KINDS, Name, Reader, Reading
from assistant.qa.reader_weights import available, ships
from assistant.qa.retriever import Evidence
from assistant.qa.units import heading_of
from assistant.question import Question


class PassageReader(Protocol):
    """PassageReader passages (heading, text) with a question in mind; a reading of each, in the order given."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]: ...

    def translated(self, text: str) -> list[str]: ...


@dataclass(frozen=True)
class PassageReading:
    """The readings of a passage, by one reader or by each, which count alike, with the bars that they are held against, and what search
    adds to their logit; `reader` is the name of the one, or `BOTH`. `name` is that of what was read; it begins at a character of the document,
    None where it stands so in none."""

    readings: tuple[Reading, ...]
    thresholds: Thresholds
    reader: str
    name: str = ""
    found: float = 0.0
    begin: int | None = None

    @property
    def whole(self) -> float:
        """How far the passage as a whole is above the bar for an answer, in log-odds, whichever of its words answer."""
        return self.thresholds.margin(fmean(reading.logit for reading in self.readings) + self.found)

    def score(self, begin: int, stop: int) -> float:
        """How far what stands between two characters of the passage is above the bar for an answer, in log-odds."""
        aside: list[float] = []
        for reading in self.readings:
            best, own = reading.best(), reading.best(begin, stop)
            if best is None or own is None:
                return self.thresholds.tentative_margin - FAR
            aside.append(max(0.0, best[2] - own[2]))
        return self.whole - self.thresholds.slope * OTHER_WORDS_WEIGHT * fmean(aside)


FAR = 20.0
"""How far below the bar for what comes closest words are that the reader did not see, since the passage was cut before them:
nothing is known of these."""


@dataclass(frozen=True)
class SearchScores:
    """What search thinks of all that it found for a question: the score of the passage that it ranks first, and the likeness in meaning
    of the one most like the question (None where nothing was searched for; 0 where only words found anything)."""

    best: float
    likeness: float | None

    @classmethod
    def of(cls, evidence: Sequence[Evidence], question: Question) -> SearchScores:
        """Of the passages found for a question. Where one has all its words it is not about something else, however little it is like it: the
        likeness of a few rare words tells nothing. (Of English texts no likeness is asked for.)"""
        best = max((hit.score for hit in evidence), default=0.0)
        told = ((hit.passage.text, hit.document.language) for hit in evidence)
        if question.language != "en" and any(question.all_said(*each) for each in told):
            return cls(best, None)
        likenesses = [hit.dense for hit in evidence if hit.dense is not None]
        return cls(best, max(likenesses, default=0.0 if best > 0.0 else None))


def search_bonus(score: float, best: float) -> float:
    """What search adds to the logit of a passage with a score, where the first one's is `best`; all that is named and not
    searched for counts as the first."""
    return SEARCH_WEIGHT * (score / best if best > 0.0 else 1.0)


class Readers:
    """The readers at hand: an English one for English questions to English texts, a multilingual one for the rest, and for what the
    English one likes best."""

    def __init__(self, readers: Mapping[Name, PassageReader], thresholds: Mapping[str, Thresholds]) -> None:
        self._readers, self._thresholds = readers, thresholds

    @classmethod
    def shipped(cls, cache_dir: Path, caution: Caution = "normal") -> Readers:
        """Those that ship and whose bases are installed, with the bars of a caution. Loads nothing."""
        thresholds = load_thresholds(caution)
        names = [name for name in KINDS if name in thresholds and ships(name) and available(KINDS[name])]
        return cls({name: Reader(name, cache_dir) for name in names}, thresholds)

    @property
    def names(self) -> tuple[Name, ...]:
        return tuple(self._readers)

    def name_for(self, question_language: str, text_language: str) -> Name | None:
        """The reader for a question and a text in two languages; None where none reads both."""
        if question_language == text_language == "en" and "en" in self._readers:
            return "en"
        return "multilingual" if "multilingual" in self._readers else None

    def two_for(self, language: str) -> bool:
        """Whether two readers read texts in the language that a question is in."""
        return language == "en" and len(self._readers) > 1 and BOTH in self._thresholds

    def _thresholds_for(
        self, name: Name, question_language: str, text_language: str, likeness: float | None
    ) -> Thresholds:
        """The bars of a reader for a question and a text in two languages, or in one, where search found what is so like the question."""
        kind: str = name
        if name == "multilingual" and text_language != "en":
            kind = (
                SAME
                if question_language == text_language
                else FROM_ENGLISH
                if question_language == "en"
                else NEITHER_ENGLISH
            )
        return self._thresholds[kind if kind in self._thresholds else name].for_likeness(likeness)

    def english(self, text: str, language: str) -> list[str]:
        """English words for those of a text in another language; none where no reader knows any."""
        reader = None if language == "en" else self._readers.get("multilingual")
        return reader.translated(text) if reader else []

    def told(
        self,
        question: str,
        asked: str,
        read: str,
        passages: Sequence[tuple[str, Sequence[str]]],
        found: Sequence[float],
        likeness: float | None,
    ) -> list[tuple[list[float], Thresholds]] | None:
        """How far above the bar for an answer each sentence of some passages (heading, sentences) is, with that bar; None where
        no reader reads both languages. `found` is what search adds to the logit of each passage, `likeness` that of the one most like the question."""
        name = self.name_for(asked, read)
        if name is None:
            return None
        readings = self._readers[name].read(question, [(heading, " ".join(texts)) for heading, texts in passages])
        told, held = [], self._thresholds_for(name, asked, read, likeness)
        for (_, texts), reading, added in zip(passages, readings, found, strict=True):
            known = PassageReading((reading,), held, name, found=added)
            ends = accumulate(len(text) + 1 for text in texts)
            scores = [known.score(end - len(text) - 1, end - 1) for text, end in zip(texts, ends, strict=True)]
            told.append((scores, held))
        return told

    def read(
        self, question: str, language: str, reads: Mapping[str, Evidence], searched: SearchScores
    ) -> dict[str, PassageReading]:
        """The readings of passages by their names in `reads`, where they stand as they are read; those are left out that no reader reads.
        They are among what was `searched`."""
        found: dict[str, PassageReading] = {}
        for name, reader in self._readers.items():
            mine = {of: each for of, each in reads.items() if self.name_for(language, each.document.language) == name}
            for (of, each), reading in zip(mine.items(), _read(reader, question, mine), strict=True):
                held = self._thresholds_for(name, language, each.document.language, searched.likeness)
                found[of] = PassageReading(
                    (reading,), held, name, of, search_bonus(each.score, searched.best), each.passage.start
                )
        return found

    def read_again(
        self, question: str, known: Mapping[str, PassageReading], reads: Mapping[str, Evidence], searched: SearchScores
    ) -> dict[str, PassageReading]:
        """What both readers say of English passages that the English one has read, where there are two (`two_for`)."""
        passages = {key: each for key, each in reads.items() if known[key].reader == "en"}
        readings = _read(self._readers["multilingual"], question, passages)
        thresholds = self._thresholds[BOTH].for_likeness(searched.likeness)
        return {
            key: replace(known[key], readings=(*known[key].readings, reading), thresholds=thresholds, reader=BOTH)
            for key, reading in zip(passages, readings, strict=True)
        }


def _read(reader: PassageReader, question: str, reads: Mapping[str, Evidence]) -> list[Reading]:
    return reader.read(question, [(heading_of(each), each.passage.text) for each in reads.values()])
