"""What planning and training share about a target and its columns."""

from __future__ import annotations

from app.learning.matrix import NUMBERS
from app.learning.nearly import NEARLY_DATES, NEARLY_NUMBERS, check_amounts
from app.learning.records import PlannedColumn
from app.learning.source import Source, read_table
from app.learning.target import Target, read_target
from app.text.message import Text, amount


def examine_target(source: Source, name: str, *, task: str, positive: str) -> Target:
    """The target of a request."""
    column = source.column(name)
    values = read_table(source, (name,)).column(0)
    if task != "classification":
        check_amounts(column, values)
    return read_target(values, name, column.type, task=task, positive=positive)


def notes_on(
    source: Source, target: Target, columns: tuple[PlannedColumn, ...], *, directed: bool = False
) -> tuple[Text, ...]:
    """What the analyst should know about rows and columns before training."""
    notes = []
    if target.dropped:
        notes.append(Text("learning.note.dropped", {"n": target.dropped}))
    rare = [label for label, count in target.counts() if count < 10]
    if rare:
        notes.append(Text("learning.note.rare_classes", {"labels": ", ".join(rare[:10])}))
    unread = [c.name for c in columns if not c.used and c.reason and c.reason.id == "learning.column.text"]
    if unread:
        notes.append(Text("learning.note.text", {"columns": ", ".join(unread[:10])}))
    nearly = [c.name for c in columns if c.reason and c.reason.id in {NEARLY_NUMBERS, NEARLY_DATES}]
    if nearly:
        notes.append(Text("learning.note.nearly", {"columns": ", ".join(nearly[:10]), "n": len(nearly)}))
    notes += _far_off(source, columns)
    if directed:
        notes.append(Text("learning.note.directed"))
    return tuple(notes)


def _far_off(source: Source, columns: tuple[PlannedColumn, ...]) -> list[Text]:
    """Columns with an end that lies absurdly far from where nine in ten values lie: models of sums are spoilt by it."""
    found = []
    for column in source.profiles({c.name for c in columns if c.used and c.type in NUMBERS}):
        if len(column.quantiles) != _QUANTILES:
            continue
        first, low, *_, high, last = column.quantiles
        end, usual = max((first, last), key=abs), max(abs(low), abs(high))
        if usual and abs(end) > _ABSURD * usual:
            ends = {"low": amount(low), "high": amount(high), "end": amount(end)}
            found.append(Text("learning.note.far_off", {"column": column.name, **ends}))
    return found[:_MOST]


_QUANTILES, _ABSURD, _MOST = 7, 1e6, 5
