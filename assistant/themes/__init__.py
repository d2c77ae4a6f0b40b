"""The living compendium: what the documents held are about, by theme."""

from assistant.themes.model import Theme, ThemeDocument, ThemePassage, Themes, ThemesError
from assistant.themes.run import themes_of

__all__ = ["Theme", "ThemeDocument", "ThemePassage", "Themes", "ThemesError", "themes_of"]
