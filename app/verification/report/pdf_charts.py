"""Charts drawn into a PDF, from the same data and places as the SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from app.text import Words
from app.verification.records import BarChart, Chart, Curve
from app.verification.report.blocks import Strip
from app.verification.report.pdf_fonts import BODY, printable
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
from app.verification.report.svg import LIGHT


def paint(name: str) -> Color:
    """A colour of the light theme."""
    return HexColor(LIGHT[name])


def series(position: int) -> Color:
    """The colour of a curve by its place."""
    return paint(f"series{position % 4 + 1}")


class Picture(Flowable):
    """A drawing in the units of the screen, y downwards, scaled to a width in points."""

    def __init__(self, draw: Callable[[Pen], None], *, size: tuple[float, float], width: float) -> None:
        super().__init__()
        self._draw, self._size = draw, size
        self.width, self.height = width, size[1] * width / size[0]

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas: Canvas = self.canv
        canvas.saveState()
        scale = self.width / self._size[0]
        canvas.scale(scale, scale)
        self._draw(Pen(canvas, self._size[1]))
        canvas.restoreState()


class Pen:
    """Draws with y downwards from the top."""

    def __init__(self, canvas: Canvas, height: float) -> None:
        self._canvas, self._height = canvas, height

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: Color, *, width: float = 1.0) -> None:
        """A straight line."""
        self._canvas.setStrokeColor(colour)
        self._canvas.setLineWidth(width)
        self._canvas.line(x1, self._height - y1, x2, self._height - y2)

    def path(self, points: Sequence[tuple[float, float]], colour: Color, *, dashed: bool = False) -> None:
        """A line through points."""
        canvas = self._canvas
        canvas.saveState()
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(1.3 if dashed else 2.0)
        canvas.setLineJoin(1)
        if dashed:
            canvas.setDash(5, 4)
        canvas.drawPath(self._path(points), stroke=1, fill=0)
        canvas.restoreState()

    def area(self, points: Sequence[tuple[float, float]], colour: Color, *, alpha: float) -> None:
        """A filled polygon."""
        canvas = self._canvas
        canvas.saveState()
        canvas.setFillColor(colour, alpha)
        canvas.drawPath(self._path(points), stroke=0, fill=1)
        canvas.restoreState()

    def _path(self, points: Sequence[tuple[float, float]]) -> object:
        made = self._canvas.beginPath()
        for n, (x, y) in enumerate(points):
            (made.lineTo if n else made.moveTo)(x, self._height - y)
        return made

    def dot(self, x: float, y: float, radius: float, colour: Color, *, alpha: float = 1.0) -> None:
        """A filled circle."""
        self._canvas.saveState()
        self._canvas.setFillColor(colour, alpha)
        self._canvas.circle(x, self._height - y, radius, stroke=0, fill=1)
        self._canvas.restoreState()

    def box(self, x: float, y: float, width: float, height: float, colour: Color) -> None:
        """A filled rectangle."""
        self._canvas.setFillColor(colour)
        self._canvas.rect(x, self._height - y - height, width, height, stroke=0, fill=1)

    def write(self, x: float, y: float, text: str, *, colour: Color, size: float = 11, align: str = "left") -> None:
        """A line of text; ``align`` is left, centre or right."""
        canvas = self._canvas
        canvas.setFillColor(colour)
        canvas.setFont(BODY, size)
        put = {"left": canvas.drawString, "centre": canvas.drawCentredString, "right": canvas.drawRightString}[align]
        put(x, self._height - y, printable(text))

    def inside(self, x: float, y: float, width: float, height: float) -> None:
        """Draw within this rectangle only from now on."""
        made = self._canvas.beginPath()
        made.rect(x, self._height - y - height, width, height)
        self._canvas.clipPath(made, stroke=0, fill=0)


def chart_picture(chart: Chart | BarChart, words: Words, width: float) -> Picture:
    """A chart, ``width`` points wide."""
    if isinstance(chart, BarChart):
        bars = chart
        size = (float(WIDE), float(ROW * len(bars.names) + 48))
        return Picture(lambda pen: _bars(pen, bars, words, size[1]), size=size, width=width)
    curves = chart
    return Picture(lambda pen: _curves(pen, curves, words), size=(float(WIDTH), float(HEIGHT)), width=width)


# Curves


def _curves(pen: Pen, chart: Chart, words: Words) -> None:
    plane = Plane(chart, words)
    _grid(pen, plane)
    middle = (plane.left + WIDTH - RIGHT) / 2
    pen.write(2, 12, shortened(words.text(chart.y_label), 70), colour=paint("muted"), size=11.5)
    pen.write(
        middle, HEIGHT - 8, shortened(words.text(chart.x_label), 70), colour=paint("muted"), size=11.5, align="centre"
    )
    pen.inside(plane.left, TOP - 6, WIDTH - RIGHT + 4 - plane.left, HEIGHT - BOTTOM - TOP + 12)
    for n, curve in enumerate(solid(chart)):
        if curve.low and curve.high and not curve.points:
            outline = _places(curve.x, curve.high, plane) + _places(curve.x, curve.low, plane)[::-1]
            pen.area(outline, series(n), alpha=0.18)
    for curve in chart.curves:
        if curve.dashed:
            pen.path(_places(curve.x, curve.y, plane), paint("muted"), dashed=True)
    for n, curve in enumerate(solid(chart)):
        if curve.points:
            _dots(pen, curve, plane, series(n))
        else:
            pen.path(_places(curve.x, curve.y, plane), series(n))


def _grid(pen: Pen, plane: Plane) -> None:
    for value, text in plane.y_ticks:
        y = plane.y(value)
        pen.line(plane.left, y, WIDTH - RIGHT, y, paint("line"))
        pen.write(plane.left - 6, y + 4, text, colour=paint("muted"), align="right")
    for value, text in spaced(plane):
        x = plane.x(value)
        align = "right" if x > WIDTH - RIGHT - 8 else "centre"
        pen.write(x, HEIGHT - BOTTOM + 16, text, colour=paint("muted"), align=align)


def _places(xs: Sequence[float], ys: Sequence[float], plane: Plane) -> list[tuple[float, float]]:
    return [(plane.x(x), plane.y(y)) for x, y in zip(xs, ys, strict=True)]


def _dots(pen: Pen, curve: Curve, plane: Plane, colour: Color) -> None:
    few = len(curve.x) <= FEW_DOTS
    for x, low, high in zip(curve.x, curve.low, curve.high, strict=False):
        pen.line(plane.x(x), plane.y(low), plane.x(x), plane.y(high), colour, width=1.5)
    for x, y in _places(curve.x, curve.y, plane):
        pen.dot(x, y, 3.5 if few else 2.2, colour, alpha=1.0 if few else 0.45)


# Bars and strips


def _bars(pen: Pen, bars: BarChart, words: Words, height: float) -> None:
    scale = BarScale(bars)
    pen.line(scale.x(0), 4, scale.x(0), height - 44, paint("muted"))
    for position, (name, value) in enumerate(zip(bars.names, bars.values, strict=True)):
        top = position * ROW + 4
        middle, (start, end) = top + ROW / 2 - 1, sorted((scale.x(0), scale.x(value)))
        pen.write(scale.left - 10, middle + 4, shortened(name), colour=paint("text"), size=12, align="right")
        pen.box(start, top + 4, max(end - start, 0.5), 14, paint("series1"))
        if bars.low and bars.high:
            low, high = scale.x(bars.low[position]), scale.x(bars.high[position])
            pen.line(low, middle, high, middle, paint("text"), width=1.5)
            end = max(end, high)
        pen.write(end + 8, middle + 4, bar_words(value, bars, words), colour=paint("muted"))
    pen.write(scale.left, height - 14, words.text(bars.x_label), colour=paint("muted"), size=11.5)


def strip_picture(strip: Strip, width: float) -> Picture:
    """A value with its interval, ``width`` points wide."""
    return Picture(lambda pen: _strip(pen, strip), size=(200.0, 20.0), width=width)


def _strip(pen: Pen, strip: Strip) -> None:
    first, last = STRIP_ENDS
    pen.line(first, 10, last, 10, paint("line"))
    if strip.baseline is not None:
        x = strip_x(strip.baseline, strip.axis)
        pen.line(x, 3, x, 17, paint("muted"), width=1.5)
    if strip.low is not None and strip.high is not None:
        low, high = strip_x(strip.low, strip.axis), strip_x(strip.high, strip.axis)
        pen.area([(low, 7.5), (high, 7.5), (high, 12.5), (low, 12.5)], series(0), alpha=0.45)
    pen.dot(strip_x(strip.value, strip.axis), 10, 4, series(0))
