"""Answers: what a passage says to a question, and how sure that is."""
