"""Evaluation of the check of written sentences, on faithful paraphrases and generated corruptions.

The sentences and their corruptions are independent of the check: they share no word list with it.
"""
