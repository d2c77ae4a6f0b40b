"""Drawings of themes as SVG, as wide as a phone: a map with the names on it, and a timeline. Each theme links to `#theme-N`;
words have the colour of the text around them, so that they can be read on light and dark."""

from __future__ import annotations

import math
import textwrap
import unicodedata
from collections.abc import Sequence
from html import escape

from assistant.answer_phrases import say
from assistant.reports.themes.theme_model import Themes

WIDTH, MARGIN, LINE_HEIGHT = 400, 6, 16
MAX_MAP_LETTERS, MAX_TIMELINE_LETTERS = 20, 52
"""Letters of one line of a name on the map, and of a name on the timeline; wide ones count twice."""
LETTER_WIDTH = 7.2
"""Width of a letter."""
MAX_ROUNDS = 300
"""How often names that overlap are moved apart, at most."""
YEAR_WIDTH = 34
"""Width of a year."""
_DOT = 'fill="#4a7fb5" fill-opacity="0.45" stroke="#4a7fb5"'


def draw_map(themes: Themes) -> str:
    """A map of themes: near to each other where their documents are alike, the larger the more documents."""
    most = max((len(theme.documents) for theme in themes.themes), default=1)
    names = [
        textwrap.wrap(f"{each.number}. {each.name}", _letters_per_line(each.name, MAX_MAP_LETTERS))
        for each in themes.themes
    ]
    radii = [8 + 14 * math.sqrt(len(theme.documents) / most) for theme in themes.themes]
    wide = [
        LETTER_WIDTH * max(len(line) * MAX_MAP_LETTERS / _letters_per_line(line, MAX_MAP_LETTERS) for line in lines)
        for lines in names
    ]
    boxes = zip(radii, wide, names, strict=True)
    sizes = [(max(2 * radius, width) + 8, 2 * radius + LINE_HEIGHT * len(lines) + 8) for radius, width, lines in boxes]
    parts = []
    middles, height = _separate_boxes([(theme.x, theme.y) for theme in themes.themes], sizes)
    for theme, lines, radius, (_, tall), (x, y) in zip(themes.themes, names, radii, sizes, middles, strict=True):
        top = y - tall / 2 + radius
        told = "".join(
            f'<text x="{x:.1f}" y="{top + radius + LINE_HEIGHT * n:.1f}" text-anchor="middle">{escape(line)}</text>'
            for n, line in enumerate(lines, 1)
        )
        circle = (
            f'<circle cx="{x:.1f}" cy="{top:.1f}" r="{radius:.1f}" {_DOT}><title>{escape(theme.name)}</title></circle>'
        )
        parts.append(f'<a href="#theme-{theme.number}">{circle}{told}</a>')
    return _svg(height, say("themes_contents", themes.language), parts)


def draw_timeline(themes: Themes) -> str:
    """A timeline: how many documents of each theme are of each year that there is."""
    years = themes.years
    column = (WIDTH - 2 * MARGIN) / max(1, len(years))
    most = max((count for theme in themes.themes for count in theme.years.values()), default=1)
    told = [say("no_year", themes.language) if year is None else str(year) for year in years]
    step = math.ceil(YEAR_WIDTH / column)
    heads = [
        f'<text x="{MARGIN + column * (n + 0.5):.1f}" y="{LINE_HEIGHT}" text-anchor="middle">{escape(word)}</text>'
        for n, word in enumerate(told)
        if n % step == 0 or n == len(told) - 1
    ]
    parts, row = heads, 3.4 * LINE_HEIGHT
    for place, theme in enumerate(themes.themes):
        y = 1.5 * LINE_HEIGHT + row * place
        name, most_letters = f"{theme.number}. {theme.name}", _letters_per_line(theme.name, MAX_TIMELINE_LETTERS)
        name = name if len(name) <= most_letters else name[: most_letters - 1].rstrip() + "…"
        dots = "".join(
            _draw_dot(MARGIN + column * (years.index(year) + 0.5), y + 2 * LINE_HEIGHT, count, most, column)
            for year, count in theme.years.items()
        )
        rule = f'<line x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" stroke-opacity="0.25"/>'
        parts.append(
            f'{rule}<a href="#theme-{theme.number}"><text x="{MARGIN}" y="{y + LINE_HEIGHT:.1f}">{escape(name)}</text></a>{dots}'
        )
    return _svg(1.5 * LINE_HEIGHT + row * len(themes.themes), say("column_years", themes.language), parts)


def _draw_dot(x: float, y: float, count: int, most: int, column: float) -> str:
    radius = min(column / 2, 7 + 5 * math.sqrt(count / most))
    number = f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="11">{count}</text>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" {_DOT}/>{number}'


def _separate_boxes(
    wanted: Sequence[tuple[float, float]], sizes: Sequence[tuple[float, float]]
) -> tuple[list[list[float]], float]:
    """Middles of boxes (width, height) near where they are wanted (-1..1), moved apart until none overlaps, and the height
    that they take."""
    room = sum(width * tall for width, tall in sizes) / WIDTH
    made = [[WIDTH / 2 + x * (WIDTH - w) / 2, -y * room] for (x, y), (w, _) in zip(wanted, sizes, strict=True)]
    for _ in range(MAX_ROUNDS):
        over = False
        for i in range(len(made)):
            for j in range(i):
                shared = [(sizes[i][axis] + sizes[j][axis]) / 2 - abs(made[i][axis] - made[j][axis]) for axis in (0, 1)]
                if min(shared) > 1:
                    over = True
                    axis = 0 if shared[0] < shared[1] else 1
                    way = 1 if made[i][axis] >= made[j][axis] else -1
                    made[i][axis] += way * shared[axis] / 2
                    made[j][axis] -= way * shared[axis] / 2
        for middle, (w, _) in zip(made, sizes, strict=True):
            middle[0] = min(max(middle[0], w / 2), WIDTH - w / 2)
        if not over:
            break
    top = min((middle[1] - h / 2 for middle, (_, h) in zip(made, sizes, strict=True)), default=0.0)
    for middle in made:
        middle[1] -= top
    return made, max((middle[1] + h / 2 for middle, (_, h) in zip(made, sizes, strict=True)), default=1.0)


def _letters_per_line(name: str, most: int) -> int:
    """How many letters of a name are as wide as `most` Latin ones."""
    return most // 2 if any(unicodedata.east_asian_width(letter) in "WF" for letter in name) else most


def _svg(height: float, label: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{1.3 * WIDTH:.0f}" role="group" '
        f'direction="ltr" aria-label="{escape(label)}" font-family="Times New Roman, Liberation Serif, serif" '
        f'font-size="14" fill="currentColor">{"".join(parts)}</svg>'
    )
