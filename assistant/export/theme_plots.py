"""Drawings of themes as SVG, as wide as a phone: a map with names, and a timeline. Each theme links to `#theme-N`;
text has the colour of the text around the drawing, so that it is readable on light and dark."""

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
"""How often overlapping names are moved apart, at most."""
YEAR_WIDTH = 34
"""Width of a year."""
_DOT = 'fill="#4a7fb5" fill-opacity="0.45" stroke="#4a7fb5"'


def draw_map(themes: Themes) -> str:
    """A map of themes: close to each other where their documents are similar, larger with more documents."""
    max_documents = max((len(theme.documents) for theme in themes.themes), default=1)
    names = [
        textwrap.wrap(f"{each.number}. {each.name}", _letters_per_line(each.name, MAX_MAP_LETTERS))
        for each in themes.themes
    ]
    radii = [8 + 14 * math.sqrt(len(theme.documents) / max_documents) for theme in themes.themes]
    sizes = []
    for radius, lines in zip(radii, names, strict=True):
        latin = max(len(line) * MAX_MAP_LETTERS / _letters_per_line(line, MAX_MAP_LETTERS) for line in lines)
        sizes.append((max(2 * radius, LETTER_WIDTH * latin) + 8, 2 * radius + LINE_HEIGHT * len(lines) + 8))
    parts = []
    centers, height = _separate_boxes([(theme.x, theme.y) for theme in themes.themes], sizes)
    drawn = zip(themes.themes, names, radii, sizes, centers, strict=True)
    for theme, lines, radius, (_, height_of_box), (x, y) in drawn:
        top = y - height_of_box / 2 + radius
        label_text = "".join(
            f'<text x="{x:.1f}" y="{top + radius + LINE_HEIGHT * n:.1f}" text-anchor="middle">{escape(line)}</text>'
            for n, line in enumerate(lines, 1)
        )
        circle = (
            f'<circle cx="{x:.1f}" cy="{top:.1f}" r="{radius:.1f}" {_DOT}><title>{escape(theme.name)}</title></circle>'
        )
        parts.append(f'<a href="#theme-{theme.number}">{circle}{label_text}</a>')
    return _svg(height, say("themes_contents", themes.language), parts)


def draw_timeline(themes: Themes) -> str:
    """A timeline: the number of documents of each theme by year."""
    years = themes.years
    column = (WIDTH - 2 * MARGIN) / max(1, len(years))
    max_count = max((count for theme in themes.themes for count in theme.years.values()), default=1)
    year_labels = [say("no_year", themes.language) if year is None else str(year) for year in years]
    step = math.ceil(YEAR_WIDTH / column)
    year_texts = [
        f'<text x="{MARGIN + column * (n + 0.5):.1f}" y="{LINE_HEIGHT}" text-anchor="middle">{escape(word)}</text>'
        for n, word in enumerate(year_labels)
        if n % step == 0 or n == len(year_labels) - 1
    ]
    parts, row = year_texts, 3.4 * LINE_HEIGHT
    for place, theme in enumerate(themes.themes):
        y = 1.5 * LINE_HEIGHT + row * place
        name, most_letters = f"{theme.number}. {theme.name}", _letters_per_line(theme.name, MAX_TIMELINE_LETTERS)
        name = name if len(name) <= most_letters else name[: most_letters - 1].rstrip() + "…"
        dots = "".join(
            _draw_dot(MARGIN + column * (years.index(year) + 0.5), y + 2 * LINE_HEIGHT, count, max_count, column)
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
    targets: Sequence[tuple[float, float]], sizes: Sequence[tuple[float, float]]
) -> tuple[list[list[float]], float]:
    """Centers of boxes (width, height) near their targets (-1..1), without overlaps, and the total height."""
    area = sum(width * box_height for width, box_height in sizes) / WIDTH
    placed = zip(targets, sizes, strict=True)
    boxes = [[WIDTH / 2 + x * (WIDTH - width) / 2, -y * area] for (x, y), (width, _) in placed]
    pairs = [(i, j) for i in range(len(boxes)) for j in range(i)]
    for _ in range(MAX_ROUNDS):
        overlapping = False
        for i, j in pairs:
            overlaps = [(sizes[i][axis] + sizes[j][axis]) / 2 - abs(boxes[i][axis] - boxes[j][axis]) for axis in (0, 1)]
            if min(overlaps) > 1:
                overlapping = True
                axis = 0 if overlaps[0] < overlaps[1] else 1
                direction = 1 if boxes[i][axis] >= boxes[j][axis] else -1
                boxes[i][axis] += direction * overlaps[axis] / 2
                boxes[j][axis] -= direction * overlaps[axis] / 2
        for middle, (box_width, _) in zip(boxes, sizes, strict=True):
            middle[0] = min(max(middle[0], box_width / 2), WIDTH - box_width / 2)
        if not overlapping:
            break
    heights = [height for _, height in sizes]
    top = min((y - height / 2 for (_, y), height in zip(boxes, heights, strict=True)), default=0.0)
    for middle in boxes:
        middle[1] -= top
    return boxes, max((y + height / 2 for (_, y), height in zip(boxes, heights, strict=True)), default=1.0)


def _letters_per_line(name: str, most: int) -> int:
    """How many letters of a name are as wide as `most` Latin ones."""
    return most // 2 if any(unicodedata.east_asian_width(letter) in "WF" for letter in name) else most


def _svg(height: float, label: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{1.3 * WIDTH:.0f}" role="group" '
        f'direction="ltr" aria-label="{escape(label)}" font-family="Times New Roman, Liberation Serif, serif" '
        f'font-size="14" fill="currentColor">{"".join(parts)}</svg>'
    )
