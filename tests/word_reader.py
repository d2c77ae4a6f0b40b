"""A reader for tests: a passage answers as far as it has the words of the question, and the sentence with most of them does."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from assistant.qa.abstention import SEARCH_WEIGHT, Thresholds
from assistant.qa.reader import Reading
from assistant.qa.readers import Name, Readers
from assistant.vocabulary import Vocabulary
from corpus.analysis import analyse
from corpus.language import detect_language
from corpus.sentences import sentence_spans

THRESHOLDS = Thresholds(slope=1.0, offset=-SEARCH_WEIGHT, answered=0.0, tentative=-2.0)
ALL, ENOUGH = 4.0, 0.6
"""The logit of a passage that has all words of a question, and the share of them that is enough for an answer."""
FIRM = 0.1
"""By how much rather an answer is a whole sentence than a part of it."""
_GLOSSARY = {"passeurs": "smugglers", "gagné": "earned", "point": "item", "examiné": "taken", "tema": "item", "examina": "taken",
             "пункт": "item", "рассматривается": "taken", "البند": "item", "ينظر": "taken", "项目": "item", "审议": "taken",
             "الوثائق": "document", "文件": "document", "يعتمد": "adoption", "تقرير": "report", "утверждается": "adoption",
             "доклад": "report", "recommandations": "recommendations"}  # fmt: skip
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")


class WordReader:
    """Reads by words; terms of the vocabulary are also known by their English names."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        language = detect_language(question)
        return [self._reading(_asked(question, language), *passage) for passage in passages]

    def translate(self, text: str) -> list[str]:
        """Knows a few words."""
        return [_GLOSSARY[word] for word in _WORD.findall(text.casefold()) if word in _GLOSSARY]

    def _reading(self, asked: list[set[frozenset[str]]], heading: str, text: str) -> Reading:
        language = detect_language(text)
        held = set(analyse(f"{heading} {text}", language))
        share = _count(asked, held) / max(1, len(asked))
        offsets = [match.span() for match in _WORD.finditer(text)]
        start, end = (np.full(len(offsets), -1.0, np.float32) for _ in range(2))
        for begin, stop in sentence_spans(text):
            inside = [n for n, (first, last) in enumerate(offsets) if begin <= first and last <= stop]
            said = set(analyse(text[begin:stop], language))
            start[inside] = end[inside] = _count(asked, said)
            start[inside[:1]] += FIRM
            end[inside[-1:]] += FIRM
        return Reading(ALL * (share - ENOUGH) / (1 - ENOUGH), offsets, start, end)


class FlatReader:
    """A reader that reads each passage by itself: all have the same logit, and all of its text is the answer. It knows no other language."""

    def __init__(self, logit: float = 1.5) -> None:
        self._logit = logit

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        return [self.reading(question, text) for _, text in passages]

    def translate(self, text: str) -> list[str]:
        return []

    def reading(self, question: str, text: str) -> Reading:
        """What it makes of one passage."""
        told = np.ones(1, np.float32)
        return Reading(self.logit_of(question, text), [(0, len(text))], told, told)

    def logit_of(self, question: str, text: str) -> float:
        """The logit of one passage."""
        return self._logit


def readers_of(reader: WordReader | FlatReader, *names: Name) -> Readers:
    """A reader as those of some names, by default of both."""
    own = names or ("en", "multilingual")
    return Readers(dict.fromkeys(own, reader), dict.fromkeys(own, THRESHOLDS))


def word_readers() -> Readers:
    """The reader by words for all languages."""
    return readers_of(WordReader())


def _count(asked: list[set[frozenset[str]]], held: set[str]) -> int:
    """How many of the words asked for are held, by one of their names."""
    return sum(any(name <= held for name in names) for names in asked)


def _asked(question: str, language: str) -> list[set[frozenset[str]]]:
    """The content words of a question, each with the English names of the term that it is part of."""
    vocabulary = Vocabulary.shipped()
    words = dict.fromkeys(vocabulary.content(analyse(question, language), language))
    found = {word: {frozenset([word])} for word in words}
    for word, english in _GLOSSARY.items() if language != "en" else ():
        if (tokens := analyse(word, language)) and tokens[0] in found:
            found[tokens[0]] |= {frozenset(analyse(english, "en"))}
    for mention in vocabulary.mentions(question, language):
        english = {frozenset(analyse(name, "en")) for name in vocabulary.names(mention.concept, "en")}
        for word in analyse(question[mention.start : mention.end], language):
            if word in found:
                found[word] |= english
    return list(found.values())
