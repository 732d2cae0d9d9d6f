"""A comparison in a few sentences, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.data.versions.records import Difference, Size
from app.text.message import Text, Value, amount

_NAMED = 5


def sentences(found: Difference) -> tuple[Text, ...]:
    """What a comparison says, in words."""
    if found.identical:
        return (Text("data.diff.identical", {"n": found.after.rows}),)
    return (*_schema(found), *_rows(found), *_cells(found), *_shifts(found))


def _schema(found: Difference) -> Iterator[Text]:
    schema = found.schema
    for id, names in (("data.diff.columns_added", schema.added), ("data.diff.columns_removed", schema.removed)):
        if names:
            yield Text(id, {"n": len(names), "names": _listed(names)})
    for one in schema.renamed:
        yield Text(
            "data.diff.renamed", {"before": one.before, "after": one.after, "share": amount(one.share, "percent")}
        )
    for change in schema.retyped:
        types = {"before": Text(f"data.type.{change.before}"), "after": Text(f"data.type.{change.after}")}
        yield Text("data.diff.retyped", {"column": change.column, **types})
    if schema.reordered:
        yield Text("data.diff.reordered")


def _rows(found: Difference) -> Iterator[Text]:
    rows = found.rows
    counts: dict[str, Value | Text | str | int | float] = {
        "added": rows.added,
        "removed": rows.removed,
        "unchanged": rows.unchanged,
    }
    if not rows.key:
        yield Text("data.diff.whole_rows", counts)
    else:
        yield Text("data.diff.rows", {**counts, "changed": rows.changed, "key": ", ".join(rows.key)})
    if rows.repeated:
        yield Text("data.diff.repeated", {"n": rows.repeated, "key": ", ".join(rows.key)})
    if rows.moved:
        yield Text("data.diff.moved")


def _cells(found: Difference) -> Iterator[Text]:
    changed = sorted((c for c in found.columns if c.cells), key=lambda c: -(c.cells or 0))
    if changed:
        yield Text("data.diff.cells", {"n": len(changed), "names": _listed([c.name for c in changed])})


def _shifts(found: Difference) -> Iterator[Text]:
    moved = [c for c in found.columns if c.shift is not None]
    moved.sort(key=lambda c: -c.shift.effect if c.shift is not None else 0.0)
    some = False
    for size in (Size.LARGE, Size.MODERATE, Size.SMALL):
        names = [c.name for c in moved if c.shift is not None and c.shift.size is size]
        if names:
            some = True
            yield Text(f"data.diff.shift_{size}", {"n": len(names), "names": _listed(names)})
    if moved and not some:
        yield Text("data.diff.no_shift")


def _listed(names: Sequence[str]) -> str:
    """The first few names."""
    return ", ".join([*names[:_NAMED], *(["…"] if len(names) > _NAMED else [])])
