"""Plots as inline SVG. Narrow by design, so that they can be read on a phone; colours come from the style sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from eval.metrics.statistics import Figure
from eval.report.html_markup import tag

WIDTH = 360.0
"""Units of a plot's width; one is about a pixel on a phone."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 16.0, 10.0, 32.0
_HEIGHT = 230.0
_SHARES = [(n / 5, f"{n / 5:.0%}") for n in range(6)]
"""Marks of an axis from 0 to 1: where they are and what stands there."""
Curve = tuple[Sequence[tuple[float, float]], int]
"""The points of a line in data units, and the number of its colour (0..5)."""


def legend(names: Sequence[str], colours: Sequence[int] | None = None) -> Markup:
    """Names with their colours, those of runs unless others are given; nothing for one alone."""
    if len(names) < 2:
        return Markup()
    keys = zip(names, range(len(names)) if colours is None else colours, strict=True)
    spans = (tag("span", tag("i", class_=f"swatch c{n % 6}"), name, class_="key") for name, n in keys)
    return tag("p", *spans, class_="legend")


def risk_coverage(curves: Sequence[Curve]) -> Markup:
    """Risk (down is better) against coverage, both 0..1."""
    highest = max((risk for points, _ in curves for _, risk in points), default=0.0)
    top = next((limit for limit in (0.1, 0.2, 0.3, 0.5, 0.75) if highest <= limit), 1.0)
    parts = _frame("questions answered (coverage)", _SHARES, [(at, f"{top * at:.0%}") for at, _ in _SHARES])
    for points, colour in curves:
        scaled = [(coverage, risk / top) for coverage, risk in points]
        parts += [_line(scaled, colour), *_dots(scaled[-1:], colour)]
    return _svg(_HEIGHT, "Share of wrong answers against share of questions answered", parts)


def reliability(curves: Sequence[Curve]) -> Markup:
    """Shares that have an answer against the chances told, both 0..1; where chances are what they say, on the diagonal."""
    parts = _frame("chance told", _SHARES, _SHARES)
    parts.append(tag("line", x1=_x(0), x2=_x(1), y1=_y(0), y2=_y(1), class_="axis"))
    for points, colour in curves:
        parts += [_line(points, colour), *_dots(points, colour)]
    return _svg(_HEIGHT, "Share of cases that have an answer against the chance told", parts)


def stacked(rows: Sequence[tuple[str, int, Sequence[tuple[str, float, int]]]], label: str) -> Markup:
    """A bar a group, as long as all its cases, cut into shares: rows are (name, number of cases, [(what, share, colour)])."""
    left, step, right = 130.0, 24.0, WIDTH - 48
    parts: list[Markup] = []
    for n, (name, count, shares) in enumerate(rows):
        y, at = 4 + n * step, left
        parts.append(tag("text", name, x=left - 8, y=y + 13, text_anchor="end"))
        parts.append(tag("text", f"n={count}", x=right + 8, y=y + 13, class_="faint"))
        for what, share, colour in shares:
            wide = share * (right - left)
            title = tag("title", f"{name}, {what}: {share:.3f}")
            bar = tag("rect", x=at, y=y, width=max(0.0, wide), height=step - 6, class_=f"c{colour % 6}")
            told = tag("text", f"{share:.0%}", x=at + wide / 2, y=y + 13, text_anchor="middle", class_="on")
            parts.append(tag("g", title, bar, told if wide > 26 else None))
            at += wide
    return _svg(len(rows) * step + 4, label, parts)


def whiskers(rows: Sequence[tuple[str, Sequence[Figure]]], label: str) -> Markup:
    """A row a group: its name, and for each run a dot with its interval from 0 to 1."""
    left, step, right = 118.0, 13.0, WIDTH - 48

    def x(value: float) -> float:
        return left + value * (right - left)

    parts: list[Markup] = []
    y = 8.0
    for name, figures in rows:
        height = max(1, len(figures)) * step + 5
        middle = y + height / 2
        parts.append(tag("text", name, x=left - 8, y=middle + 3.5, text_anchor="end"))
        count = max((each.cases for each in figures), default=0)
        parts.append(tag("text", f"n={count}", x=right + 8, y=middle + 3.5, class_="faint"))
        for n, each in enumerate(figures):
            at = y + n * step + (step + 5) / 2
            if each.value is None:
                parts.append(tag("text", "–", x=x(0), y=at + 3.5, class_="faint"))
                continue
            interval = ""
            if each.low is not None and each.high is not None:
                parts.append(_whisker(n, x(each.low), x(each.high), at, at))
                interval = f" ({each.low:.3f} to {each.high:.3f})"
            title = tag("title", f"{name}: {each.value:.3f}{interval}, {each.cases} cases")
            parts.append(tag("g", title, tag("circle", cx=x(each.value), cy=at, r=4.0, class_=f"c{n % 6}")))
        y += height
        parts.append(tag("line", x1=0.0, x2=WIDTH, y1=y, y2=y, class_="grid"))
    for n in range(5):
        parts.insert(0, tag("line", x1=x(n / 4), x2=x(n / 4), y1=4.0, y2=y, class_="grid"))
        parts.append(tag("text", f"{n / 4:.0%}", x=x(n / 4), y=y + 13, text_anchor="middle"))
    return _svg(y + 18, label, parts)


def _whisker(colour: int, x1: float, x2: float, y1: float, y2: float) -> Markup:
    return tag("line", x1=x1, x2=x2, y1=y1, y2=y2, class_=f"whisker s{colour % 6}")


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _frame(across: str, x_marks: Sequence[tuple[float, str]], y_marks: Sequence[tuple[float, str]]) -> list[Markup]:
    """The lines and words around a plot whose points lie in 0..1 by `_x` and `_y`."""
    parts: list[Markup] = []
    for n, (at, told) in enumerate(y_marks):
        parts.append(tag("line", x1=_x(0), x2=_x(1), y1=_y(at), y2=_y(at), class_="grid" if n else "axis"))
        parts.append(tag("text", told, x=_LEFT - 4, y=_y(at) + 3.5, text_anchor="end"))
    for at, told in x_marks:
        parts.append(tag("text", told, x=_x(at), y=_HEIGHT - _BOTTOM + 13, text_anchor="middle"))
    parts.append(tag("text", across, x=_x(0.5), y=_HEIGHT - 4, text_anchor="middle"))
    return parts


def _line(points: Sequence[tuple[float, float]], colour: int) -> Markup:
    drawn = " ".join(f"{_x(across):.1f},{_y(up):.1f}" for across, up in points)
    return tag("polyline", points=drawn, class_=f"curve s{colour % 6}")


def _dots(points: Sequence[tuple[float, float]], colour: int) -> list[Markup]:
    return [tag("circle", cx=_x(across), cy=_y(up), r=3.5, class_=f"c{colour % 6}") for across, up in points]


def _svg(height: float, label: str, parts: Sequence[Markup]) -> Markup:
    box = f"0 0 {WIDTH:.0f} {math.ceil(height)}"
    return tag("svg", tag("title", label), *parts, viewBox=box, role="img", class_="plot")
