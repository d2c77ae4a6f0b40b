"""Extracts comparable content from a text in six languages: symbols, dates, times, numbers, names, negations, words.

This package only extracts and does not judge: the grounding check of written sentences (`assistant.grounding`) and that of the evaluation
(`eval.metrics.support`) share it and apply rules of their own.
"""
