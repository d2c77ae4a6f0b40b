"""Mandates: who is asked to do what, by when, in the resolutions that are held; each cell exact words with their place."""

from assistant.reports.mandates.mandate_list import Mandates, Row, Wanted, list_mandates, rows_of
from assistant.reports.mandates.mandate_reader import Mandate, mandates_of

__all__ = ["Mandate", "Mandates", "Row", "Wanted", "list_mandates", "mandates_of", "rows_of"]
