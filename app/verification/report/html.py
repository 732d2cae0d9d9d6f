"""The report as one self-contained HTML page: every name and cell is hostile, and is escaped."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from app.resources import resource
from app.text import Words
from app.verification.records import BarChart
from app.verification.report import svg
from app.verification.report.blocks import Document, Drawing


def render_html(document: Document, words: Words) -> str:
    """The whole page; ``words`` write the numbers on the axes."""
    return _template().render(
        document=document,
        light=Markup(svg.variables(svg.LIGHT)),
        dark=Markup(svg.variables(svg.DARK)),
        draw=lambda drawing: Markup(_drawn(drawing, words)),
        strip=lambda strip: Markup(svg.strip_svg(strip)) if strip else "",
        colour=svg.colour,
        to_write=words("papers.to_write"),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(resource("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def _drawn(drawing: Drawing, words: Words) -> str:
    chart = drawing.chart
    return svg.bars_svg(chart, words) if isinstance(chart, BarChart) else svg.chart_svg(chart, words)
