"""Extracts comparable content from a text in six languages: symbols, dates, times, numbers, names, negations, words. It does not judge: the check
of written sentences (`assistant.grounding`) and that of the evaluation (`eval.metrics.support`) have rules of their own."""
