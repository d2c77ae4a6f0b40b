"""Comparisons: a document and its revision word by word, what several documents say on one topic, where paragraphs
come from."""
