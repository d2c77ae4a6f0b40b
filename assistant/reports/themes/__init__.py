"""The living compendium: what the documents held are about, by theme."""
