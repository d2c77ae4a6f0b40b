"""Mandates: who is asked to do what, by when, in the resolutions that are held; each cell exact words with their place."""
