"""Plots as inline SVG. Narrow by design, so that they can be read on a phone; colours come from the style sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.report.html_markup import Html, joined, tag

WIDTH = 360.0
"""Units of a plot's width; one is about a pixel on a phone."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 16.0, 10.0, 32.0
_EDGES = (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""Borders of the classes of the latency histogram, in milliseconds."""


@dataclass(frozen=True)
class Curve:
    """A line with its name, points in data units, and the number of its colour (0..5)."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: int = 0


@dataclass(frozen=True)
class Mark:
    """A figure with its interval, 0..1, and how many cases it is of; `value` None where it is undefined."""

    colour: int
    value: float | None
    low: float | None = None
    high: float | None = None
    count: int = 0


_Scale = Callable[[float], float]


def legend(names: Sequence[str]) -> Html:
    """Names with their colours; nothing for one alone."""
    if len(names) < 2:
        return Html()
    return tag(
        "p",
        *(tag("span", tag("i", class_=f"swatch c{n % 6}"), name, class_="key") for n, name in enumerate(names)),
        class_="legend",
    )


def risk_coverage(curves: Sequence[Curve]) -> Html:
    """Risk (down is better) against coverage, both 0..1."""
    height = 230.0
    highest = max((risk for curve in curves for _, risk in curve.points), default=0.0)
    top = next((limit for limit in (0.1, 0.2, 0.3, 0.5, 0.75) if highest <= limit), 1.0)

    def x(value: float) -> float:
        return _LEFT + value * (WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return height - _BOTTOM - value / top * (height - _TOP - _BOTTOM)

    parts: list[Html] = []
    for n in range(6):
        parts += [
            tag("line", x1=x(0), x2=x(1), y1=y(top * n / 5), y2=y(top * n / 5), class_="grid" if n else "axis"),
            tag("text", f"{top * n / 5:.0%}", x=_LEFT - 4, y=y(top * n / 5) + 3.5, text_anchor="end"),
            tag("text", f"{n / 5:.0%}", x=x(n / 5), y=height - _BOTTOM + 13, text_anchor="middle"),
        ]
    parts.append(tag("text", "questions answered (coverage)", x=x(0.5), y=height - 4, text_anchor="middle"))
    for curve in curves:
        drawn = " ".join(f"{x(coverage):.1f},{y(risk):.1f}" for coverage, risk in curve.points)
        parts.append(tag("polyline", points=drawn, class_=f"curve s{curve.colour % 6}"))
        if curve.points:
            coverage, risk = curve.points[-1]
            parts.append(tag("circle", cx=x(coverage), cy=y(risk), r=3.5, class_=f"c{curve.colour % 6}"))
    return _svg(height, "Share of wrong answers against share of questions answered", parts)


def reliability(curves: Sequence[Curve]) -> Html:
    """Shares that have an answer against the chances told, both 0..1; where chances are what they say, on the diagonal."""
    height = 230.0

    def x(value: float) -> float:
        return _LEFT + value * (WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return height - _BOTTOM - value * (height - _TOP - _BOTTOM)

    parts: list[Html] = []
    for n in range(6):
        at = n / 5
        parts += [
            tag("line", x1=x(0), x2=x(1), y1=y(at), y2=y(at), class_="grid" if n else "axis"),
            tag("text", f"{at:.0%}", x=_LEFT - 4, y=y(at) + 3.5, text_anchor="end"),
            tag("text", f"{at:.0%}", x=x(at), y=height - _BOTTOM + 13, text_anchor="middle"),
        ]
    parts.append(tag("line", x1=x(0), x2=x(1), y1=y(0), y2=y(1), class_="axis"))
    parts.append(tag("text", "chance told", x=x(0.5), y=height - 4, text_anchor="middle"))
    for curve in curves:
        drawn = " ".join(f"{x(told):.1f},{y(seen):.1f}" for told, seen in curve.points)
        parts.append(tag("polyline", points=drawn, class_=f"curve s{curve.colour % 6}"))
        parts += [
            tag("circle", cx=x(told), cy=y(seen), r=3.5, class_=f"c{curve.colour % 6}") for told, seen in curve.points
        ]
    return _svg(height, "Share of cases that have an answer against the chance told", parts)


def growth(curves: Sequence[Curve], across: str, label: str) -> Html:
    """How milliseconds grow with a size, both on logarithmic scales, a line for each power of ten."""
    height = 230.0
    told = [point for curve in curves for point in curve.points if min(point) > 0]
    sides = [[math.log10(point[n]) for point in told] or [0.0] for n in (0, 1)]
    (left, right), (low, high) = (
        (math.floor(min(each)), max(math.ceil(max(each)), math.floor(min(each)) + 1)) for each in sides
    )

    def x(value: float) -> float:
        return _LEFT + (math.log10(value) - left) / (right - left) * (WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return height - _BOTTOM - (math.log10(value) - low) / (high - low) * (height - _TOP - _BOTTOM)

    parts: list[Html] = []
    for power in range(low, high + 1):
        at, kind = 10.0**power, "axis" if power == low else "grid"
        parts.append(tag("line", x1=x(10.0**left), x2=x(10.0**right), y1=y(at), y2=y(at), class_=kind))
        parts.append(tag("text", f"{at:g} ms", x=_LEFT - 4, y=y(at) + 3.5, text_anchor="end"))
    for power in range(left, right + 1):
        at = 10.0**power
        parts.append(tag("text", f"{at:,.0f}", x=x(at), y=height - _BOTTOM + 13, text_anchor="middle"))
    parts.append(tag("text", across, x=WIDTH / 2, y=height - 4, text_anchor="middle"))
    for curve in curves:
        points = [point for point in curve.points if min(point) > 0]
        drawn = " ".join(f"{x(size):.1f},{y(spent):.1f}" for size, spent in points)
        parts.append(tag("polyline", points=drawn, class_=f"curve s{curve.colour % 6}"))
        parts += [
            tag("circle", cx=x(size), cy=y(spent), r=3.5, class_=f"c{curve.colour % 6}") for size, spent in points
        ]
    return _svg(height, label, parts)


def whiskers(rows: Sequence[tuple[str, Sequence[Mark]]], label: str) -> Html:
    """A row a group: its name, and for each run a dot with its interval from 0 to 1."""
    left, step = 118.0, 13.0
    right = WIDTH - 48

    def x(value: float) -> float:
        return left + value * (right - left)

    parts: list[Html] = []
    y = 8.0
    for name, marks in rows:
        height = max(1, len(marks)) * step + 5
        middle = y + height / 2
        parts.append(tag("text", name, x=left - 8, y=middle + 3.5, text_anchor="end"))
        count = max((mark.count for mark in marks), default=0)
        parts.append(tag("text", f"n={count}", x=right + 8, y=middle + 3.5, class_="faint"))
        for n, mark in enumerate(marks):
            at = y + n * step + (step + 5) / 2
            parts += _whisker(mark, at, x, name)
        y += height
        parts.append(tag("line", x1=0.0, x2=WIDTH, y1=y, y2=y, class_="grid"))
    for n in range(5):
        parts.insert(0, tag("line", x1=x(n / 4), x2=x(n / 4), y1=4.0, y2=y, class_="grid"))
        parts.append(tag("text", f"{n / 4:.0%}", x=x(n / 4), y=y + 13, text_anchor="middle"))
    return _svg(y + 18, label, parts)


def histogram(values: Sequence[float], colour: int, name: str, marks: Sequence[tuple[str, float | None]]) -> Html:
    """How many answers took how long, in classes that grow; `marks` are figures in milliseconds that are shown."""
    height, bottom = 130.0, 44.0
    counts = [0] * (len(_EDGES) + 1)
    for value in values:
        counts[sum(value >= edge for edge in _EDGES)] += 1
    most = max(counts) or 1
    step = (WIDTH - 20) / len(counts)
    parts: list[Html] = []
    for n, count in enumerate(counts):
        tall = count / most * (height - bottom - 18)
        x, base = 10 + n * step, height - bottom
        if count:
            bar = tag("rect", x=x + 1, y=base - tall, width=step - 2, height=tall, rx=2.0, class_=f"c{colour % 6}")
            parts += [bar, tag("text", str(count), x=x + step / 2, y=base - tall - 4, text_anchor="middle")]
        if n:
            parts.append(tag("text", _short(_EDGES[n - 1]), x=x, y=base + 13, text_anchor="middle", class_="faint"))
    parts.append(tag("line", x1=10.0, x2=WIDTH - 10, y1=height - bottom, y2=height - bottom, class_="axis"))
    told = ", ".join(f"{mark} {_time(value)}" for mark, value in marks if value is not None)
    parts.append(tag("text", told, x=WIDTH / 2, y=height - 12, text_anchor="middle"))
    return _svg(height, f"How long {name} took to answer", parts)


def _whisker(mark: Mark, y: float, x: _Scale, name: str) -> list[Html]:
    if mark.value is None:
        return [tag("text", "–", x=x(0), y=y + 3.5, class_="faint")]
    parts: list[Html] = []
    if mark.low is not None and mark.high is not None:
        parts.append(tag("line", x1=x(mark.low), x2=x(mark.high), y1=y, y2=y, class_=f"whisker s{mark.colour % 6}"))
    interval = "" if mark.low is None or mark.high is None else f" ({mark.low:.3f} to {mark.high:.3f})"
    title = tag("title", f"{name}: {mark.value:.3f}{interval}, {mark.count} cases")
    parts.append(tag("g", title, tag("circle", cx=x(mark.value), cy=y, r=4.0, class_=f"c{mark.colour % 6}")))
    return parts


def _svg(height: float, label: str, parts: Sequence[Html]) -> Html:
    return tag(
        "svg",
        tag("title", label),
        joined(*parts),
        viewBox=f"0 0 {WIDTH:.0f} {math.ceil(height)}",
        role="img",
        class_="plot",
    )


def _short(ms: float) -> str:
    return f"{ms:g}" if ms < 1_000 else f"{ms / 1_000:g} s"


def _time(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 1_000 else f"{ms / 1_000:.2f} s"
