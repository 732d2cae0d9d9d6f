"""A paper as the bytes of its file."""

from __future__ import annotations

from app.text import Words
from app.verification.papers.gathered import Gathered

ENDINGS = {"card": (".md",), "annex": (".pdf", ".html")}
"""Papers, and in which forms each can be written, the usual one first."""


def written(paper: str, gathered: Gathered, words: Words, ending: str) -> bytes:
    """The card or the annex, in the form that ``ending`` names."""
    if paper == "card":
        from app.verification.papers.card import card

        return card(gathered, words).encode()
    from app.verification.papers.annex import annex

    document = annex(gathered, words)
    if ending == ".html":
        from app.verification.report.html import render_html

        return render_html(document, words).encode()
    from app.verification.report.pdf import render_pdf

    return render_pdf(document, words)
