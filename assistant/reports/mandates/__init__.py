"""Mandates: who is requested to do what, by when, in the resolutions of the library; each cell quotes a document."""
