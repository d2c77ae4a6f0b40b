"""How well the check of written sentences tells true from false: faithful paraphrases and generated corruptions.

The sentences and what is done to them know nothing of the check: they share no word list with it.
"""
