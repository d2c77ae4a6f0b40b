"""Comparisons: a document and its revision word by word, what several documents say on one topic, where words come from."""

from assistant.reports.comparison.provenance import Origins, origins_of, place_in
from assistant.reports.comparison.text_diff import Change, Comparison, Versions, compare_texts, compare_versions
from assistant.reports.comparison.topic_comparison import Side, TopicComparison, compare_topic
from assistant.reports.comparison.word_diff import Piece
from assistant.reports.lookup import named

__all__ = [
    "Change",
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
