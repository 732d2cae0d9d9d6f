"""The fonts of the PDF, embedded as far as they are used; and what they can't write."""

from __future__ import annotations

from functools import cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from app.resources import resource

BODY, STRONG = "Inter", "Inter-SemiBold"
_UNKNOWN = "\u25a1"


@cache
def fonts() -> TTFont:
    """Register the fonts once; returns that of the body."""
    body = TTFont(BODY, str(resource("fonts") / "Inter-Regular.ttf"))
    pdfmetrics.registerFont(body)
    pdfmetrics.registerFont(TTFont(STRONG, str(resource("fonts") / "Inter-SemiBold.ttf")))
    pdfmetrics.registerFontFamily(BODY, normal=BODY, bold=STRONG, italic=BODY, boldItalic=STRONG)
    return body


def printable(text: str) -> str:
    """The text with a box in place of each character that the font doesn't have."""
    known = fonts().face.charToGlyph
    return "".join(
        sign if ord(sign) in known else " " if sign.isspace() else _UNKNOWN
        for sign in text
        if sign not in "\u200b\u200e"
    )
