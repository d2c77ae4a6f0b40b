"""Comparisons: revisions word by word, what several documents say on one topic, where paragraphs come from."""
