"""Whether a training fits into memory, and what it will cost: foretold from the laws of the catalogue, before the click
and before the first fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.errors import CicloError
from app.learning.columns import holds_prose
from app.learning.estimators.cost import Size
from app.learning.estimators.footprint import Footprint
from app.learning.estimators.kind import Traits
from app.learning.estimators.preparation import levels_after_encoding, width_after_encoding
from app.learning.matrix import WORDS, frame_columns
from app.learning.records import Feature, Forecast, PlannedColumn, Preset, Task
from app.learning.search.rationed import SHARE, WRITTEN
from app.learning.search.strategy import LIKELY_MEMBERS, Proposal, first_proposals, likely_tried, refit_proposals
from app.learning.source import Source
from app.learning.splits.division import usual_folds
from app.learning.target import Target

PROCESS_MB = 300.0
"""A job with its libraries, and one that supervises it."""
_NUMBER_BYTES, _WORD_BYTES = 20, 30
"""A cell of the frame, and once more while the frame is put together; equal words are one object."""


def size_of(source: Source, target: Target, columns: Sequence[PlannedColumn], rows: int) -> Size:
    """What a fit on so many rows of a dataset version reads, from what is known without reading them."""
    used = [column for column in columns if column.used]
    frame = frame_columns([Feature(name=c.name, type=c.type, prose=holds_prose(c)) for c in used])
    distinct = {column.name: column.distinct for column in source.version.columns}
    return Size(
        rows=rows,
        scored=0,
        width=width_after_encoding(frame),
        words=sum(not column.numeric for column in frame),
        levels=levels_after_encoding(distinct, frame),
        classes=len(target.labels),
    )


def most_words(source: Source, columns: Sequence[PlannedColumn]) -> int:
    """The most different words that a column has which is learned from; sentences don't count."""
    used = {column.name for column in columns if column.used and column.type in WORDS and not holds_prose(column)}
    return max((column.distinct for column in source.version.columns if column.name in used), default=0)


def part_of(whole: Size) -> Size:
    """What a fit of one fold reads."""
    folds = usual_folds(whole.rows)
    return replace(whole, rows=whole.rows * (folds - 1) // folds, scored=whole.rows // folds)


def forecast(
    task: Task, preset: Preset, whole: Size, *, seconds: float, processors: int, traits: Traits, available_mb: float
) -> Forecast:
    """What a training of a preset takes, and what its model will be like.

    Parameters
    ----------
    processors
        Fits at the same time, where they fit into ``available_mb``; otherwise fewer. 0: they are done elsewhere.
    """
    part, folds = part_of(whole), usual_folds(whole.rows)
    first = first_proposals(task, preset, part, folds=folds, traits=traits)
    last = [_scaled(p, whole) for p in refit_proposals(first, preset, whole)]
    held = PROCESS_MB + held_mb(whole, tried=likely_tried(first, preset, part, folds=folds))
    fold_mb = max((_scaled(p, part).memory_mb for p in first), default=0.0)
    refit_mb = max((f.memory_mb + WRITTEN * f.size_mb for f in last), default=0.0)
    members = LIKELY_MEMBERS[preset]
    largest_mb = sum(sorted(f.size_mb for f in last)[-members:])
    slowest_ms = sum(sorted(f.latency_ms for f in last)[-members:])
    least = held + max(fold_mb if processors else 0.0, refit_mb if processors else 0.0, WRITTEN * largest_mb)
    most = held + max(1, processors) * max(fold_mb, refit_mb) if processors else least
    room = SHARE * available_mb
    return Forecast(
        seconds=seconds,
        memory_mb=round(max(least, min(most, room))),
        needed_mb=round(least),
        available_mb=round(room),
        size_mb=round(largest_mb, 2),
        one_row_ms=round(slowest_ms, 1),
        thousand_rows_ms=round(1.2 * slowest_ms, 1),
    )


def held_mb(whole: Size, *, tried: int) -> float:
    """What a training keeps all the time: its rows, and what each candidate said of each."""
    cells = (whole.width - whole.words) * _NUMBER_BYTES + whole.words * _WORD_BYTES + 40
    predictions = 8 * max(1, whole.classes) * tried
    return whole.rows * (1.25 * cells + predictions) / 1e6


def _scaled(proposal: Proposal, size: Size) -> Footprint:
    rows = min(proposal.rows or size.rows, size.rows, proposal.kind.most_rows)
    return proposal.kind.footprint(replace(size, rows=rows), proposal.params)


def check_room(found: Forecast) -> None:
    """Refuse what doesn't fit even with one fit at a time.

    Raises
    ------
    CicloError
        ``learning.no_room``.
    """
    if not found.fits:
        raise CicloError("learning.no_room", **found.room)
