"""Drawings of themes as SVG: a map, and a plot of theme by year. Each theme links to `#theme-N`."""

from __future__ import annotations

import math
from html import escape

from assistant.frames import say
from assistant.themes.model import Themes

WIDTH, ROW, COLUMN, NARROW, NAME = 760, 26, 54, 34, 300
LONGEST = 44
_FONT = 'font-family="Times New Roman, Liberation Serif, serif"'


def map_of(themes: Themes) -> str:
    """A map of themes: near to each other where their passages are alike, the larger the more passages."""
    height, margin = 460, 70
    most = max((len(theme.passages) for theme in themes.themes), default=1)
    parts = []
    for theme in themes.themes:
        x = WIDTH / 2 + theme.x * (WIDTH / 2 - margin)
        y = height / 2 - theme.y * (height / 2 - margin)
        radius = 8 + 26 * math.sqrt(len(theme.passages) / most)
        parts.append(
            f'<a href="#theme-{theme.number}"><circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#4a7fb5" '
            f'fill-opacity="0.55" stroke="#1f4e79"/><title>{escape(theme.name)}: {len(theme.passages)}</title>'
            f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="13">{theme.number}</text></a>'
        )
    return _svg(WIDTH, height, say("themes_contents", themes.language), parts)


def years_of(themes: Themes) -> str:
    """A plot of theme by year: how many passages of each theme are in documents of each year; a ring where a year is known
    and nothing of the theme is held."""
    years = themes.years
    column = min(COLUMN, max(NARROW, (WIDTH - NAME - 20) / max(1, len(years))))
    width = NAME + column * max(1, len(years)) + 20
    height = ROW * (len(themes.themes) + 1) + 14
    most = max((count for theme in themes.themes for count in theme.years.values()), default=1)
    parts = []
    for n, year in enumerate(years):
        told = say("no_year", themes.language) if year is None else str(year)
        parts.append(
            f'<text x="{NAME + column * (n + 0.5):.1f}" y="18" text-anchor="middle" font-size="12">{escape(told)}</text>'
        )
    for row, theme in enumerate(themes.themes, 1):
        y = ROW * row + 18
        name = f"{theme.number}. {theme.name}"
        name = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
        parts.append(f'<a href="#theme-{theme.number}"><text x="4" y="{y}" font-size="12">{escape(name)}</text></a>')
        parts.append(f'<line x1="0" x2="{width}" y1="{y + 8}" y2="{y + 8}" stroke="#ddd"/>')
        for n, year in enumerate(years):
            count = theme.years.get(year, 0)
            if count:
                radius = 3 + 8 * math.sqrt(count / most)
                parts.append(
                    f'<circle cx="{NAME + column * (n + 0.5):.1f}" cy="{y - 4}" r="{radius:.1f}" fill="#4a7fb5">'
                    f"<title>{count}</title></circle>"
                )
            elif year in theme.missing_years:
                parts.append(
                    f'<circle cx="{NAME + column * (n + 0.5):.1f}" cy="{y - 4}" r="3" fill="none" stroke="#999"/>'
                )
    return _svg(width, height, say("column_years", themes.language), parts)


def _svg(width: float, height: float, label: str, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="group" direction="ltr" aria-label="{escape(label)}" {_FONT}>{"".join(parts)}</svg>'
    )
