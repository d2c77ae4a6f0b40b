"""The living compendium: what the documents held are about, by theme."""

from assistant.reports.themes.theme_maker import themes_of
from assistant.reports.themes.theme_model import Theme, ThemeDocument, ThemePassage, Themes

__all__ = ["Theme", "ThemeDocument", "ThemePassage", "Themes", "themes_of"]
