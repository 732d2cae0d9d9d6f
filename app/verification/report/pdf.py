"""The report as a PDF to print and to sign, made without Qt from the document that the HTML is made from."""

from __future__ import annotations

import io
from functools import singledispatch
from itertools import zip_longest
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, white
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from app.text import Words
from app.verification.report.blocks import (
    Block,
    Cell,
    Crosstab,
    Crosstabs,
    Document,
    Drawing,
    Drawings,
    Facts,
    Grid,
    Line,
    Lines,
    MetricLine,
    MetricTable,
    Passage,
    Proofs,
    Section,
    Sentence,
    Statement,
)
from app.verification.report.pdf_charts import chart_picture, paint, series, strip_picture
from app.verification.report.pdf_fonts import BODY, STRONG, fonts, printable

_MARGIN = 18 * mm
_ROOM = A4[0] - 2 * _MARGIN
_GAP = 10
_Row = list[list[Flowable] | Flowable]
_SIGNS = {"good": "\u2713", "bad": "\u00d7", "warning": "!", "note": "i"}
_ALL = (0, 0), (-1, -1)
_TONES = {"good": "good", "reservations": "warning", "bad": "bad"}


def render_pdf(document: Document, words: Words) -> bytes:
    """The whole document; the same document gives the same bytes.

    Parameters
    ----------
    words
        Write the numbers on the axes and of the pages.
    """
    fonts()
    _, pages = _written(document, words, pages=1)
    data, _ = _written(document, words, pages=pages)  # how many there are is known only when all are written
    return data


def _written(document: Document, words: Words, *, pages: int) -> tuple[bytes, int]:
    """The file, and how many pages it has."""
    story: list[Flowable] = [_text(document.title, "title"), _text(document.lead, "muted"), Spacer(0, _GAP)]
    for section in document.sections:
        story += _section(section, words)
    story.append(_text(document.footer, "small"))
    name = printable(f"{document.title} · {document.kind_of}")
    place = io.BytesIO()
    made = BaseDocTemplate(
        place,
        pagesize=A4,
        title=name,
        author="Ciclo",
        lang=document.language,
        invariant=1,
    )

    def foot(canvas: Canvas, _document: BaseDocTemplate) -> None:
        canvas.setFont(BODY, 8)
        canvas.setFillColor(paint("muted"))
        canvas.drawString(_MARGIN, 10 * mm, name)
        said = words("verification.report.page", number=canvas.getPageNumber(), total=pages)
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, said)

    frame = Frame(_MARGIN, _MARGIN, _ROOM, A4[1] - 2 * _MARGIN, 0, 0, 0, 0)
    made.addPageTemplates(PageTemplate(frames=[frame], onPageEnd=foot))
    made.build(story)
    return place.getvalue(), made.page


# Text


def _style(
    name: str, size: float, colour: str = "text", *, font: str = BODY, right: bool = False, after: float = 0.0
) -> ParagraphStyle:
    return ParagraphStyle(
        name,
        fontName=font,
        fontSize=size,
        leading=size * 1.35,
        textColor=paint(colour),
        alignment=TA_RIGHT if right else TA_LEFT,
        spaceAfter=after,
    )


_STYLES = {
    style.name: style
    for style in (
        _style("title", 18, font=STRONG, after=4),
        _style("heading", 11.5, font=STRONG, after=2),
        _style("headline", 13, font=STRONG, after=3),
        _style("body", 9),
        _style("said", 9, after=4),
        _style("open", 9, "muted", after=4),
        _style("strong", 9, font=STRONG),
        _style("muted", 9, "muted"),
        _style("small", 7.5, "muted", after=3),
        _style("small-number", 7.5, "muted", right=True, after=3),
        _style("reason", 7.5, "warning"),
        _style("number", 9, right=True),
        _style("number-muted", 9, "muted", right=True),
        _style("cell", 9, right=True),
        _style("head", 7.5, "muted", font=STRONG),
        _style("head-number", 7.5, "muted", font=STRONG, right=True),
    )
}


def _text(text: str, style: str) -> Paragraph:
    """A paragraph; what comes from the data is escaped, for ReportLab reads markup."""
    return Paragraph(escape(printable(text)), _STYLES[style])


def _coloured(text: str, tone: str, style: str = "strong") -> Paragraph:
    return Paragraph(f'<font color="{paint(tone).hexval()}">{escape(printable(text))}</font>', _STYLES[style])


# Sections


def _section(section: Section, words: Words) -> list[Flowable]:
    head = [_text(section.title, "heading")] if section.title else []
    if section.help:
        head.append(_text(section.help, "small"))
    body = [flowable for block in section.blocks for flowable in _drawn(block, words)]
    # a heading never stands alone at the foot of a page
    return [CondPageBreak(90), *head, *body, Spacer(0, _GAP * 1.4)]


@singledispatch
def _drawn(block: Block, words: Words) -> list[Flowable]:
    raise TypeError(block)


@_drawn.register
def _statement(block: Statement, words: Words) -> list[Flowable]:
    cell = [_text(block.lead, "muted"), _text(block.headline, "headline"), _text(block.text, "body")]
    style = _padded(left=10, right=10, top=7, bottom=8)
    style.add("BACKGROUND", *_ALL, paint("window"))
    style.add("LINEBEFORE", (0, 0), (0, -1), 3, paint(_TONES.get(block.tone, "muted")))
    return [Table([[cell]], colWidths=[_ROOM], style=style)]


@_drawn.register
def _lines(block: Lines, words: Words) -> list[Flowable]:
    rows = [[_badge(line), _line(line)] for line in block.lines]
    return [Table(rows, colWidths=[16, _ROOM - 16], style=_ruled(sides=0))] if rows else []


def _badge(line: Line) -> Paragraph:
    tone = "accent" if line.tone == "note" else line.tone
    return _coloured(_SIGNS.get(line.tone, "i"), tone)


def _line(line: Line) -> list[Flowable]:
    return [_text(line.title, "strong"), _text(line.text, "muted")] if line.title else [_text(line.text, "body")]


@_drawn.register
def _metrics(block: MetricTable, words: Words) -> list[Flowable]:
    widths = [0.40 * _ROOM, 0.10 * _ROOM, 0.24 * _ROOM, 0.11 * _ROOM, 0.15 * _ROOM]
    head = [_text(name, "head-number" if n in (1, 3) else "head") for n, name in enumerate(block.head)]
    rows: list[_Row] = [[*head], *(_metric(line, widths[2] - 8) for line in block.lines)]
    return [Table(rows, colWidths=widths, repeatRows=1, style=_ruled())]


def _padded(*, left: float, right: float, top: float, bottom: float) -> TableStyle:
    style = TableStyle()
    for side, room in (("LEFT", left), ("RIGHT", right), ("TOP", top), ("BOTTOM", bottom)):
        style.add(f"{side}PADDING", *_ALL, room)
    style.add("VALIGN", *_ALL, "TOP")
    return style


def _ruled(*, sides: float = 4) -> TableStyle:
    """A line above each row but the first."""
    style = _padded(left=sides, right=sides, top=3, bottom=4)
    style.add("LEFTPADDING", (0, 0), (0, -1), 0)
    style.add("LINEABOVE", (0, 1), (-1, -1), 0.5, paint("line"))
    return style


def _metric(line: MetricLine, room: float) -> _Row:
    interval: list[Flowable] = [strip_picture(line.strip, room)] if line.strip else []
    if line.interval:
        interval.append(_text(line.interval, "small"))
    if line.reason:
        interval.append(_text(line.reason, "reason"))
    chip: Flowable = _text("—", "muted")
    if line.chip:
        chip = _coloured(line.chip, line.chip_tone if line.chip_tone in ("good", "bad") else "muted")
    name: list[Flowable] = [_text(line.name, "strong"), _text(line.help, "small")]
    return [name, _text(line.value, "number"), interval, _text(line.baseline, "number-muted"), chip]


@_drawn.register
def _crosstabs(block: Crosstabs, words: Words) -> list[Flowable]:
    if block.narrow and len(block.tables) > 1:
        half = (_ROOM - _GAP) / 2
        cells = [[_text(table.heading, "strong"), _crosstab(table, half)] for table in block.tables]
        return [_beside(cells)]
    found: list[Flowable] = []
    for table in block.tables:
        found += [_text(table.heading, "strong"), _crosstab(table, _ROOM)]
    return found


def _crosstab(table: Crosstab, room: float) -> Table:
    many = len(table.columns)
    first = room * (0.34 if many <= 3 else 0.2)
    widths = [first, *([(room - first) / many] * many)]
    rows: list[list[object]] = [["", *(_text(name, "head-number") for name in table.columns)]]
    style = _padded(left=3, right=3, top=3, bottom=3)
    style.add("INNERGRID", (1, 1), (-1, -1), 2, white)
    style.add("VALIGN", *_ALL, "MIDDLE")
    for i, (name, counts) in enumerate(table.rows, start=1):
        rows.append([_text(name, "head-number"), *([_text(c.count, "cell"), _text(c.share, "cell")] for c in counts)])
        for j, cell in enumerate(counts, start=1):
            shade = _mixed(paint("good" if cell.right else "bad"), cell.strength * 0.0032)
            style.add("BACKGROUND", (j, i), (j, i), shade)
    return Table(rows, colWidths=widths, style=style)


def _mixed(colour: Color, share: float) -> Color:
    """So much of a colour on white."""
    return Color(*(1 - share * (1 - part) for part in (colour.red, colour.green, colour.blue)))


@_drawn.register
def _drawings(block: Drawings, words: Words) -> list[Flowable]:
    half = (_ROOM - _GAP) / 2
    small = [drawing for drawing in block.drawings if not drawing.wide]
    found: list[Flowable] = []
    for left, right in zip_longest(small[::2], small[1::2]):
        found += [_beside([_drawing(left, words, half), _drawing(right, words, half) if right else []]), Spacer(0, 6)]
    for drawing in block.drawings:
        if drawing.wide:
            found.append(KeepTogether(_drawing(drawing, words, _ROOM)))
    return found


def _drawing(drawing: Drawing, words: Words, width: float) -> list[Flowable]:
    head = [_text(drawing.title, "heading"), _text(drawing.help, "small")]
    legend = [_legend(drawing)] if drawing.legend else []
    return [*head, chart_picture(drawing.chart, words, width), *legend]


def _legend(drawing: Drawing) -> Paragraph:
    parts = []
    for n, (name, dashed) in enumerate(drawing.legend):
        colour = paint("muted") if dashed else series(n)
        sign = "- -" if dashed else "\u2014"
        parts.append(f'<font color="{colour.hexval()}">{sign}</font> {escape(printable(name))}')
    return Paragraph("&nbsp;&nbsp; ".join(parts), _STYLES["small"])


def _beside(cells: list[list[Flowable]]) -> Table:
    half = (_ROOM - _GAP) / 2
    style = _padded(left=0, right=0, top=0, bottom=0)
    return Table([[cells[0], "", cells[1]]], colWidths=[half, _GAP, half], style=style)


@_drawn.register
def _grid(block: Grid, words: Words) -> list[Flowable]:
    if not block.rows:
        return []
    first = 0.34
    rest = (1 - first) / max(1, len(block.head) - 1)
    widths = [first * _ROOM, *([rest * _ROOM] * (len(block.head) - 1))]
    head = [_text(name, "head-number" if n in block.right else "head") for n, name in enumerate(block.head)]
    rows: list[_Row] = [[*head]]
    rows += [[_cell(cell, n, right=n in block.right) for n, cell in enumerate(cells)] for cells in block.rows]
    return [Table(rows, colWidths=widths, repeatRows=1, style=_ruled())]


def _cell(cell: Cell, column: int, *, right: bool) -> list[Flowable]:
    style = "number" if right else "body" if column else "strong"
    text = _text(cell.text, style)
    if cell.tone:
        text = _coloured(cell.text, cell.tone if cell.tone in ("good", "bad") else "muted")
    return [text, _text(cell.below, "small-number" if right else "small")] if cell.below else [text]


@_drawn.register
def _facts(block: Facts, words: Words) -> list[Flowable]:
    rows = [[_text(name, "muted"), _text(value, "body")] for name, value in block.facts]
    return [Table(rows, colWidths=[0.26 * _ROOM, 0.74 * _ROOM], style=_ruled())] if rows else []


@_drawn.register
def _passage(block: Passage, words: Words) -> list[Flowable]:
    return [Spacer(0, 4), *(_sentence(sentence, words) for sentence in block.sentences)]


def _sentence(sentence: Sentence, words: Words) -> Paragraph:
    text = escape(printable(sentence.text)).replace("\n", "<br/>")
    if sentence.missing:
        head = f'<font color="{paint("warning").hexval()}">{escape(words("papers.to_write"))}</font>'
        return Paragraph(f"{head}: {text}", _STYLES["open"])
    colour = paint("accent").hexval()
    marks = "".join(f'<a href="#proof-{n}" color="{colour}">[{n}]</a>' for n in sentence.proofs)
    proofs = f'<super size="6">&nbsp;{marks}</super>' if marks else ""
    return Paragraph(text + proofs, _STYLES["said"])


@_drawn.register
def _proofs(block: Proofs, words: Words) -> list[Flowable]:
    rows: list[_Row] = []
    for proof in block.proofs:
        number = Paragraph(f'<a name="proof-{proof.number}"/>[{proof.number}]', _STYLES["strong"])
        place = _text(f"{proof.place}  SHA-256 {proof.sha256}", "small")
        rows.append([number, [_text(proof.what, "body"), place]])
    return [Table(rows, colWidths=[26, _ROOM - 26], style=_ruled(sides=0))] if rows else []
