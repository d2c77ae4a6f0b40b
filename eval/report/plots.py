"""Plots as inline SVG. Narrow by design, so that they can be read on a phone; colours come from the style sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup

from eval.metrics.statistics import Figure
from eval.report.html_markup import tag

WIDTH = 360.0
"""Width of a plot in units; one is about a pixel on a phone."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 16.0, 10.0, 32.0
_HEIGHT = 230.0
_SHARE_TICKS = [(n / 5, f"{n / 5:.0%}") for n in range(6)]
"""Ticks of an axis from 0 to 1: position and label."""
Curve = tuple[Sequence[tuple[float, float]], int]
"""The points of a line in data units, and the number of its colour (0..5)."""
_EDGES = (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""Bin edges of the latency histogram, in milliseconds."""


def legend(names: Sequence[str], colours: Sequence[int] | None = None) -> Markup:
    """Names with their colours, by default those of runs; empty for a single name."""
    if len(names) < 2:
        return Markup()
    keys = zip(names, range(len(names)) if colours is None else colours, strict=True)
    spans = (tag("span", tag("i", class_=f"swatch c{n % 6}"), name, class_="key") for name, n in keys)
    return tag("p", *spans, class_="legend")


def risk_coverage(curves: Sequence[Curve]) -> Markup:
    """Risk (lower is better) against coverage, both 0..1."""
    highest = max((risk for points, _ in curves for _, risk in points), default=0.0)
    top = next((limit for limit in (0.1, 0.2, 0.3, 0.5, 0.75) if highest <= limit), 1.0)
    parts = _frame("questions answered (coverage)", _SHARE_TICKS, [(at, f"{top * at:.0%}") for at, _ in _SHARE_TICKS])
    for points, colour in curves:
        scaled = [(coverage, risk / top) for coverage, risk in points]
        parts += [_line(scaled, colour), *_dots(scaled[-1:], colour)]
    return _svg(_HEIGHT, "Share of wrong answers against share of questions answered", parts)


def reliability(curves: Sequence[Curve]) -> Markup:
    """Observed shares against predicted probabilities, both 0..1; on the diagonal where they are calibrated."""
    parts = _frame("predicted probability", _SHARE_TICKS, _SHARE_TICKS)
    parts.append(tag("line", x1=_x(0), x2=_x(1), y1=_y(0), y2=_y(1), class_="axis"))
    for points, colour in curves:
        parts += [_line(points, colour), *_dots(points, colour)]
    return _svg(_HEIGHT, "Share of cases that have an answer against the predicted probability", parts)


def growth_plot(curves: Sequence[Curve], across: str, label: str) -> Markup:
    """Milliseconds against a size, both on logarithmic scales with a tick at each power of ten."""
    positive = [point for points, _ in curves for point in points if min(point) > 0]
    sizes, times = (_LogScale([point[n] for point in positive]) for n in (0, 1))
    parts = _frame(across, sizes.ticks(lambda size: f"{size:,.0f}"), times.ticks(lambda ms: f"{ms:g} ms"))
    for points, colour in curves:
        scaled = [(sizes.share(size), times.share(ms)) for size, ms in points if min(size, ms) > 0]
        parts += [_line(scaled, colour), *_dots(scaled, colour)]
    return _svg(_HEIGHT, label, parts)


def figure_by_latency(runs: Sequence[tuple[str, Figure, float, float]], label: str) -> Markup:
    """A figure of each run (higher is better) with its interval, against latency: a line from the median, where the
    dot is, to the 95th percentile, in milliseconds on a logarithmic scale. Runs are (name, figure, median, 95th
    percentile)."""
    times = _LogScale([ms for _, _, *both in runs for ms in both if ms > 0])
    parts = _frame("time to an answer, median to 95th percentile", times.ticks(_format_time), _SHARE_TICKS)
    for n, (name, figure, median, late) in enumerate(runs):
        if figure.value is None or median <= 0:
            continue
        x, y = times.share(median), figure.value
        parts.append(_whisker(n, _x(x), _x(times.share(late)), _y(y), _y(y)))
        if figure.low is not None and figure.high is not None:
            parts.append(_whisker(n, _x(x), _x(x), _y(figure.low), _y(figure.high)))
        title = tag("title", f"{name}: {y:.3f}, {_format_time(median)}, 95th percentile {_format_time(late)}")
        parts.append(tag("g", title, *_dots([(x, y)], n)))
    return _svg(_HEIGHT, label, parts)


def stacked_bars(rows: Sequence[tuple[str, int, Sequence[tuple[str, float, int]]]], label: str) -> Markup:
    """Stacked bars, one a group, divided into shares: rows are (name, number of cases, [(what, share, colour)])."""
    left, step, right = 130.0, 24.0, WIDTH - 48
    parts: list[Markup] = []
    for n, (name, count, shares) in enumerate(rows):
        y, at = 4 + n * step, left
        parts.append(tag("text", name, x=left - 8, y=y + 13, text_anchor="end"))
        parts.append(tag("text", f"n={count}", x=right + 8, y=y + 13, class_="faint"))
        for part, share, colour in shares:
            bar_width = share * (right - left)
            title = tag("title", f"{name}, {part}: {share:.3f}")
            bar = tag("rect", x=at, y=y, width=max(0.0, bar_width), height=step - 6, class_=f"c{colour % 6}")
            percentage = tag("text", f"{share:.0%}", x=at + bar_width / 2, y=y + 13, text_anchor="middle", class_="on")
            parts.append(tag("g", title, bar, percentage if bar_width > 26 else None))
            at += bar_width
    return _svg(len(rows) * step + 4, label, parts)


def interval_plot(rows: Sequence[tuple[str, Sequence[Figure]]], label: str) -> Markup:
    """One row a group: its name, and for each run a dot with its interval from 0 to 1."""
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


def histogram(values: Sequence[float], colour: int, name: str, marks: Sequence[tuple[str, float | None]]) -> Markup:
    """How many answers took how long, in bins of growing width; `marks`, in milliseconds, are printed below."""
    height, bottom = 130.0, 44.0
    counts = [0] * (len(_EDGES) + 1)
    for value in values:
        counts[sum(value >= edge for edge in _EDGES)] += 1
    most = max(counts) or 1
    step = (WIDTH - 20) / len(counts)
    parts: list[Markup] = []
    for n, count in enumerate(counts):
        bar_height = count / most * (height - bottom - 18)
        x, base = 10 + n * step, height - bottom
        if count:
            bar = tag(
                "rect", x=x + 1, y=base - bar_height, width=step - 2, height=bar_height, rx=2.0, class_=f"c{colour % 6}"
            )
            parts += [bar, tag("text", str(count), x=x + step / 2, y=base - bar_height - 4, text_anchor="middle")]
        if n:
            parts.append(
                tag("text", _format_edge(_EDGES[n - 1]), x=x, y=base + 13, text_anchor="middle", class_="faint")
            )
    parts.append(tag("line", x1=10.0, x2=WIDTH - 10, y1=height - bottom, y2=height - bottom, class_="axis"))
    caption = ", ".join(f"{mark} {_format_time(value)}" for mark, value in marks if value is not None)
    parts.append(tag("text", caption, x=WIDTH / 2, y=height - 12, text_anchor="middle"))
    return _svg(height, f"How long {name} took to answer", parts)


def _whisker(colour: int, x1: float, x2: float, y1: float, y2: float) -> Markup:
    return tag("line", x1=x1, x2=x2, y1=y1, y2=y2, class_=f"whisker s{colour % 6}")


class _LogScale:
    """A logarithmic scale from the power of ten below some values to that above them."""

    def __init__(self, values: Sequence[float]) -> None:
        logs = [math.log10(value) for value in values] or [0.0]
        self._low = math.floor(min(logs))
        self._high = max(math.ceil(max(logs)), self._low + 1)

    def share(self, value: float) -> float:
        """The position of a value on the scale, 0..1."""
        return (math.log10(value) - self._low) / (self._high - self._low)

    def ticks(self, format_value: Callable[[float], str]) -> list[tuple[float, str]]:
        """The positions of the powers of ten, and their labels."""
        powers = [10.0**power for power in range(self._low, self._high + 1)]
        return [(self.share(power), format_value(power)) for power in powers]


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _frame(across: str, x_marks: Sequence[tuple[float, str]], y_marks: Sequence[tuple[float, str]]) -> list[Markup]:
    """The axes, grid and labels of a plot whose points lie in 0..1 by `_x` and `_y`."""
    parts: list[Markup] = []
    for n, (at, tick) in enumerate(y_marks):
        parts.append(tag("line", x1=_x(0), x2=_x(1), y1=_y(at), y2=_y(at), class_="grid" if n else "axis"))
        parts.append(tag("text", tick, x=_LEFT - 4, y=_y(at) + 3.5, text_anchor="end"))
    for at, tick in x_marks:
        parts.append(tag("text", tick, x=_x(at), y=_HEIGHT - _BOTTOM + 13, text_anchor="middle"))
    parts.append(tag("text", across, x=_x(0.5), y=_HEIGHT - 4, text_anchor="middle"))
    return parts


def _line(points: Sequence[tuple[float, float]], colour: int) -> Markup:
    coordinates = " ".join(f"{_x(across):.1f},{_y(up):.1f}" for across, up in points)
    return tag("polyline", points=coordinates, class_=f"curve s{colour % 6}")


def _dots(points: Sequence[tuple[float, float]], colour: int) -> list[Markup]:
    return [tag("circle", cx=_x(across), cy=_y(up), r=3.5, class_=f"c{colour % 6}") for across, up in points]


def _svg(height: float, label: str, parts: Sequence[Markup]) -> Markup:
    box = f"0 0 {WIDTH:.0f} {math.ceil(height)}"
    return tag("svg", tag("title", label), *parts, viewBox=box, role="img", class_="plot")


def _format_edge(ms: float) -> str:
    return f"{ms:g}" if ms < 1_000 else f"{ms / 1_000:g} s"


def _format_time(ms: float) -> str:
    return f"{ms:.3g} ms" if ms < 1_000 else f"{ms / 1_000:.3g} s"
