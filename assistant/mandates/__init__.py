"""Mandates: who is asked to do what, by when, in the resolutions that are held; each cell exact words with their place."""

from assistant.mandates.reading import Mandate, mandates_of

__all__ = ["Mandate", "mandates_of"]
