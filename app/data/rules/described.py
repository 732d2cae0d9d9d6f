"""Corrections in words, each as a short text. Light."""

from __future__ import annotations

from app.data.records import Corrections
from app.text.message import Text

_SIGNS = {
    "\t": Text("rules.sign.tab"),
    " ": Text("rules.sign.space"),
    ",": Text("rules.sign.comma"),
    ";": Text("rules.sign.semicolon"),
    "|": Text("rules.sign.pipe"),
    ".": Text("rules.sign.point"),
    "": Text("rules.sign.none"),
}


def sign(mark: str) -> Text | str:
    """A separator or decimal mark in words, where it has a name."""
    return _SIGNS.get(mark, mark)


def described(corrections: Corrections) -> tuple[Text, ...]:
    """What was corrected, one text each; types by column at the end."""
    found = []
    if corrections.delimiter is not None:
        found.append(Text("rules.correction.delimiter", {"value": sign(corrections.delimiter)}))
    if corrections.encoding is not None:
        found.append(Text("rules.correction.encoding", {"value": corrections.encoding}))
    if corrections.decimal is not None:
        found.append(Text("rules.correction.decimal", {"value": sign(corrections.decimal)}))
    if corrections.header is not None:
        found.append(Text(f"rules.correction.header_{'yes' if corrections.header else 'no'}"))
    if corrections.day_first is not None:
        found.append(Text(f"rules.correction.{'day' if corrections.day_first else 'month'}_first"))
    if corrections.missing_words:
        found.append(Text("rules.correction.missing", {"words": ", ".join(corrections.missing_words)}))
    elif corrections.missing_words is not None:
        found.append(Text("rules.correction.no_missing"))
    if corrections.all_text:
        found.append(Text("rules.correction.all_text"))
    for column, type in corrections.types.items():
        found.append(Text("rules.correction.type", {"column": column.strip(), "type": Text(f"data.type.{type}")}))
    return tuple(found)
