"""Tips that hold words of data."""

from __future__ import annotations

from app.ui.models.tips import plain_tip


def test_that_a_tip_is_never_taken_for_html() -> None:
    assert plain_tip("a < b\n<img src=x>") == "<qt>a &lt; b<br>&lt;img src=x&gt;</qt>"
    assert plain_tip("depth=3, R&D") == "depth=3, R&D"
