"""Comparisons: a document and its revision word by word, what several documents say on one topic, where words come from."""

from assistant.compare.named import CompareError, named
from assistant.compare.origins import Origins, origins_of, place_in
from assistant.compare.texts import Change, Comparison, Versions, compare_texts, compare_versions
from assistant.compare.topic import Side, TopicComparison, compare_topic
from assistant.compare.words import Piece

__all__ = [
    "Change",
    "CompareError",
    "Comparison",
    "Origins",
    "Piece",
    "Side",
    "TopicComparison",
    "Versions",
    "compare_texts",
    "compare_topic",
    "compare_versions",
    "named",
    "origins_of",
    "place_in",
]
