"""Charts as inline SVG, from the same data as the window's; colours are CSS variables, which follow the theme."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import escape

from app.text import Words
from app.verification.records import BarChart, Chart, Curve
from app.verification.report.blocks import Strip
from app.verification.report.plane import (
    BOTTOM,
    FEW_DOTS,
    HEIGHT,
    RIGHT,
    ROW,
    STRIP_ENDS,
    TOP,
    WIDE,
    WIDTH,
    BarScale,
    Plane,
    bar_words,
    shortened,
    solid,
    spaced,
    strip_x,
)

LIGHT = {
    "window": "#F6F7F9", "card": "#FFFFFF", "line": "#E2E6EC", "text": "#1B2330", "muted": "#5F6B7C",
    "accent": "#0B63C5", "accent-soft": "#E8F1FC", "good": "#0B7A54", "good-soft": "#E5F5EE", "warning": "#9A5B00",
    "warning-soft": "#FDF3E1", "bad": "#B3261E", "bad-soft": "#FCEBEA", "series1": "#0072B2", "series2": "#E69F00",
    "series3": "#009E73", "series4": "#CC79A7",
}  # fmt: skip
DARK = {
    "window": "#14181F", "card": "#1C222B", "line": "#2C3440", "text": "#E6EAF0", "muted": "#9AA6B6",
    "accent": "#5AA9F8", "accent-soft": "#1D2F45", "good": "#4CC596", "good-soft": "#17342A", "warning": "#F0B55A",
    "warning-soft": "#3A2E19", "bad": "#F28B82", "bad-soft": "#40211F", "series1": "#56B4E9", "series2": "#E69F00",
    "series3": "#2CC295", "series4": "#DDA0C4",
}  # fmt: skip


def variables(palette: dict[str, str]) -> str:
    """The palette as CSS declarations."""
    return "".join(f"--{name}:{colour};" for name, colour in palette.items())


def colour(position: int) -> str:
    """The colour of a curve by its place."""
    return f"var(--series{position % 4 + 1})"


def chart_svg(chart: Chart, words: Words) -> str:
    """A chart as an ``<svg>`` element; every text is escaped."""
    plane = Plane(chart, words)
    parts = [_grid(plane), _axis_names(chart, plane, words)]
    bands = [_band(curve, plane, colour(i)) for i, curve in enumerate(solid(chart))]
    lines = [_line(curve, plane, colour(i)) for i, curve in enumerate(solid(chart))]
    dashed = [_dashed(curve, plane) for curve in chart.curves if curve.dashed]
    clip = f"clip-{escape(chart.code)}"
    width, height = WIDTH - RIGHT + 4 - plane.left, HEIGHT - BOTTOM - TOP + 12
    area = f'<rect x="{plane.left:.1f}" y="{TOP - 6}" width="{width:.1f}" height="{height}"/>'
    drawn = (
        f'<clipPath id="{clip}">{area}</clipPath><g clip-path="url(#{clip})">{"".join([*bands, *dashed, *lines])}</g>'
    )
    title = escape(words(f"verification.chart.{chart.code}"))
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">{"".join(parts)}{drawn}</svg>'


def _grid(plane: Plane) -> str:
    parts, bottom = [], HEIGHT - BOTTOM
    for value, text in plane.y_ticks:
        y = plane.y(value)
        parts.append(f'<line x1="{plane.left:.1f}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{plane.left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{escape(text)}</text>')
    for value, text in spaced(plane):
        x = plane.x(value)
        anchor = "end" if x > WIDTH - RIGHT - 8 else "middle"
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="{anchor}">{escape(text)}</text>')
    return "".join(parts)


def _axis_names(chart: Chart, plane: Plane, words: Words) -> str:
    middle = (plane.left + WIDTH - RIGHT) / 2
    x_name, y_name = (escape(shortened(words.text(text), 70)) for text in (chart.x_label, chart.y_label))
    return (
        f'<text x="2" y="12" class="axis">{y_name}</text>'
        f'<text x="{middle:.1f}" y="{HEIGHT - 8}" text-anchor="middle" class="axis">{x_name}</text>'
    )


def _points(xs: Sequence[float], ys: Sequence[float], plane: Plane) -> list[str]:
    return [f"{plane.x(x):.1f},{plane.y(y):.1f}" for x, y in zip(xs, ys, strict=True)]


def _band(curve: Curve, plane: Plane, paint: str) -> str:
    if not curve.low or not curve.high or curve.points:
        return ""
    outline = _points(curve.x, curve.high, plane) + _points(curve.x, curve.low, plane)[::-1]
    return f'<polygon points="{" ".join(outline)}" style="fill:{paint}" class="band"/>'


def _line(curve: Curve, plane: Plane, paint: str) -> str:
    if curve.points:
        return _dots(curve, plane, paint)
    return f'<polyline points="{" ".join(_points(curve.x, curve.y, plane))}" style="stroke:{paint}" class="curve"/>'


def _dashed(curve: Curve, plane: Plane) -> str:
    return f'<polyline points="{" ".join(_points(curve.x, curve.y, plane))}" class="dashed"/>'


def _dots(curve: Curve, plane: Plane, paint: str) -> str:
    """Dots: a few with their intervals, or many without, half transparent."""
    few = len(curve.x) <= FEW_DOTS
    size, kind = (3.5, "dot") if few else (2.2, "dots")
    parts = [
        f'<circle cx="{plane.x(x):.1f}" cy="{plane.y(y):.1f}" r="{size}" style="fill:{paint}" class="{kind}"/>'
        for x, y in zip(curve.x, curve.y, strict=True)
    ]
    whiskers = [
        f'<line x1="{plane.x(x):.1f}" x2="{plane.x(x):.1f}" y1="{plane.y(low):.1f}" y2="{plane.y(high):.1f}" '
        f'style="stroke:{paint}" class="whisker"/>'
        for x, low, high in zip(curve.x, curve.low, curve.high, strict=False)
    ]
    return "".join(whiskers + parts)


def bars_svg(bars: BarChart, words: Words) -> str:
    """Bars with intervals as an ``<svg>`` element, names at the left."""
    scale = BarScale(bars)
    height = ROW * len(bars.names) + 48
    rows = "".join(_bar(i, bars, scale, words) for i in range(len(bars.names)))
    zero = f'<line x1="{scale.x(0):.1f}" x2="{scale.x(0):.1f}" y1="4" y2="{height - 44}" class="zero"/>'
    name = f'<text x="{scale.left:.1f}" y="{height - 14}" class="axis">{escape(words.text(bars.x_label))}</text>'
    title = escape(words(f"verification.chart.{bars.code}"))
    return f'<svg viewBox="0 0 {WIDE} {height}" role="img" aria-label="{title}">{zero}{rows}{name}</svg>'


def _bar(position: int, bars: BarChart, scale: BarScale, words: Words) -> str:
    name, value, top = bars.names[position], bars.values[position], position * ROW + 4
    start, end = sorted((scale.x(0), scale.x(value)))
    middle, reach, whisker = top + ROW / 2 - 1, end, ""
    if bars.low and bars.high:
        low, high = scale.x(bars.low[position]), scale.x(bars.high[position])
        reach = max(end, high)
        whisker = f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{middle:.1f}" y2="{middle:.1f}" class="over"/>'
    return (
        f'<text x="{scale.left - 10:.1f}" y="{middle + 4:.1f}" text-anchor="end" class="name">'
        f"<title>{escape(shortened(name, 200))}</title>{escape(shortened(name))}</text>"
        f'<rect x="{start:.1f}" y="{top + 4}" width="{max(end - start, 0.5):.1f}" height="14" rx="2" class="bar"/>'
        f'{whisker}<text x="{reach + 8:.1f}" y="{middle + 4:.1f}">{escape(bar_words(value, bars, words))}</text>'
    )


def strip_svg(strip: Strip) -> str:
    """A value with its interval on an axis, the baseline as a tick."""
    first, last = STRIP_ENDS
    parts = [f'<line x1="{first}" x2="{last}" y1="10" y2="10" class="grid"/>']
    if strip.baseline is not None:
        x = strip_x(strip.baseline, strip.axis)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="3" y2="17" class="tick"/>')
    if strip.low is not None and strip.high is not None:
        low, high = strip_x(strip.low, strip.axis), strip_x(strip.high, strip.axis)
        parts.append(f'<line x1="{low:.1f}" x2="{high:.1f}" y1="10" y2="10" class="interval"/>')
    parts.append(f'<circle cx="{strip_x(strip.value, strip.axis):.1f}" cy="10" r="4" class="value"/>')
    return f'<svg viewBox="0 0 200 20" class="strip" aria-hidden="true">{"".join(parts)}</svg>'
