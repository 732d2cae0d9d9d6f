"""Tips that hold words of data or of other systems: shown as they are, whatever they look like."""

from __future__ import annotations

from html import escape


def plain_tip(text: str) -> str:
    """A tip that Qt doesn't take for HTML, and so fetches and draws nothing that a cell asks for."""
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>" if "<" in text else text
