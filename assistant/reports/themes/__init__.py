"""Themes: what the documents in the library are about, as a compendium."""
