"""Charts as inline SVG: columns over time, and bars with their names above them.

Drawn by hand so that they are the same bytes for the same data, take their colours from the page (light and dark), and
carry no style attribute, which the page's Content-Security-Policy would refuse. Widths suit a telephone and a desk.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from crm360.orchestration.report.text import plain, short

WIDTH = 440
LEFT, RIGHT, TOP, BOTTOM = 46, 6, 10, 24
ROW = 42  # of a bar with its name


@dataclass(frozen=True)
class Point:
    """One value of a chart: its full name, the value (None where there is none), and the words to show for it.

    `is_running`: of a month that is not over, so the value still grows.
    """

    name: str
    value: float | None
    shown: str
    tick: str = ""
    is_running: bool = False


def columns(
    points: Sequence[Point], title: str, summary: str, height: int = 210, unit: Callable[[float], str] = short
) -> Markup:
    """Draw one column a point, over a scale with a few round steps; values below nought hang down."""
    values = [point.value for point in points if point.value is not None]
    step = _step(max([0.0, *values]) - min([0.0, *values]))
    low, high = math.floor(min([0.0, *values]) / step), max(1, math.ceil(max([0.0, *values]) / step))
    scale = (height - TOP - BOTTOM) / ((high - low) * step)
    zero = TOP + high * step * scale
    pitch = (WIDTH - LEFT - RIGHT) / max(len(points), 1)
    parts = []
    for line in range(low, high + 1):
        y = zero - line * step * scale
        parts.append(
            Markup('<line class="{}" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
                "zero" if line == 0 else "grid", LEFT, WIDTH - RIGHT, y, y
            )
        )
        parts.append(Markup('<text class="end" x="{}" y="{:.1f}">{}</text>').format(LEFT - 6, y + 4, unit(line * step)))
    for index, point in enumerate(points):
        x, width = LEFT + (index + 0.14) * pitch, min(0.72 * pitch, 60)
        if point.value is not None:
            size = abs(point.value) * scale
            top = zero - size if point.value >= 0 else zero
            kind = "mark running" if point.is_running else "mark"
            parts.append(
                Markup(
                    '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="1.5">'
                    "<title>{}: {}</title></rect>"
                ).format(kind, x, top, width, max(size, 0.8), plain(point.name), plain(point.shown))
            )
        if point.tick:
            parts.append(
                Markup('<text class="middle" x="{:.1f}" y="{}">{}</text>').format(
                    x + width / 2, height - 6, plain(point.tick, 12)
                )
            )
    return _frame(parts, title, summary, height)


def height_of_bars(points: Sequence[Point]) -> int:
    """How high `bars` draws these points at least."""
    return ROW * len(points)


def bars(points: Sequence[Point], title: str, summary: str, height: int = 0) -> Markup:
    """Draw one bar a point, longest scale first to last, its name and its words above it; over the height, if given."""
    row = max(ROW, height // max(len(points), 1))
    most = max((point.value or 0 for point in points), default=0) or 1
    parts = []
    for index, point in enumerate(points):
        y = index * row
        length = max(0.0, (point.value or 0) / most) * WIDTH
        parts.append(Markup('<text class="name" x="0" y="{}">{}</text>').format(y + 15, plain(point.name, 40)))
        parts.append(
            Markup('<text class="end strong" x="{}" y="{}">{}</text>').format(WIDTH, y + 15, plain(point.shown, 40))
        )
        parts.append(Markup('<rect class="track" x="0" y="{}" width="{}" height="11" rx="2"/>').format(y + 22, WIDTH))
        parts.append(
            Markup('<rect class="mark" x="0" y="{}" width="{:.1f}" height="11" rx="2"/>').format(y + 22, length)
        )
    return _frame(parts, title, summary, row * len(points))


def _frame(parts: Sequence[Markup], title: str, summary: str, height: int) -> Markup:
    return Markup('<svg role="img" viewBox="0 0 {} {}" aria-label="{}">{}</svg>').format(
        WIDTH, height, f"{plain(title)}. {plain(summary, 400)}", Markup("").join(parts)
    )


def _step(span: float) -> float:
    """Return a round step (1, 2 or 5 times a power of ten) that cuts the span into three to six."""
    if span <= 0 or not math.isfinite(span):
        return 1.0
    power = 10.0 ** math.floor(math.log10(span / 4))
    return next(power * nice for nice in (1, 2, 5, 10) if span / (power * nice) <= 5)
