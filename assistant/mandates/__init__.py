"""Mandates: who is asked to do what, by when, in the resolutions that are held; each cell exact words with their place."""

from assistant.mandates.listing import Mandates, MandatesError, Wanted, list_mandates
from assistant.mandates.reading import Mandate, mandates_of
from assistant.mandates.rows import Row, rows_of

__all__ = ["Mandate", "Mandates", "MandatesError", "Row", "Wanted", "list_mandates", "mandates_of", "rows_of"]
