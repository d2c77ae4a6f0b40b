"""Comparisons: a document and its revision word by word, and what several documents say on one topic."""

from assistant.compare.named import CompareError, named
from assistant.compare.texts import Change, Comparison, Versions, compare_texts, compare_versions
from assistant.compare.topic import Side, TopicComparison, compare_topic
from assistant.compare.words import Piece

__all__ = [
    "Change",
    "CompareError",
    "Comparison",
    "Piece",
    "Side",
    "TopicComparison",
    "Versions",
    "compare_texts",
    "compare_topic",
    "compare_versions",
    "named",
]
