"""What every import hands over at its end, and how it says where it stands."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from app.data.records import Column, Profile, Rejected
from app.errors import CicloError, worded
from app.jobs.contract import Context, Progress
from app.project.durable import stage_bytes, stage_file
from app.project.record import StagedFile, encode
from app.text.message import Text, plain

TABLE, REJECTED = "table.parquet", "rejected.jsonl"
"""The names of the files in the folder of a job."""
_REPORT_S = 0.1


class Meter:
    """Progress out of ``total``, with the time that remains at the speed so far; at most ten reports a second."""

    def __init__(self, context: Context, total: float) -> None:
        self._context = context
        self._total = total
        self._begun = time.monotonic()
        self._last = 0.0

    def at(self, step: str, done: float) -> None:
        """So much is done; below 0 where that can't be told."""
        self._context.check_cancelled()
        now = time.monotonic()
        if now - self._last < _REPORT_S:
            return
        self._last = now
        elapsed = now - self._begun
        remaining = elapsed * (self._total - done) / done if done > 0 and elapsed > 1 else None
        total = self._total if done >= 0 else 0.0
        self._context.report(Progress(step=Text(step), done=max(0.0, done), total=total, remaining_s=remaining))


def stored_columns(profile: Profile, levels: Sequence[tuple[str, ...]]) -> tuple[Column, ...]:
    """The columns of a version, by their profile and the words of its categories."""
    return tuple(
        Column(name=c.name, type=c.type, missing=c.missing, distinct=c.distinct, levels=words)
        for c, words in zip(profile.columns, levels, strict=True)
    )


def staged_objects(staging: Path, profile: Profile, *, rejected: bool) -> dict[str, StagedFile]:
    """The objects of a version: table, profile and, where there are any, its rejected records."""
    objects = {
        "table": stage_file(staging / TABLE, media="application/vnd.apache.parquet"),
        "profile": stage_bytes(staging, "profile.json", encode(profile), media="application/json"),
    }
    if rejected:
        objects["rejected"] = stage_file(staging / REJECTED, media="application/jsonlines")
    return objects


def none_good(first: Rejected, path: str) -> CicloError:
    """Nothing fits: the first record says why, as an example of what is likely the same in all."""
    params = {name: plain(value) for name, value in first.reason.params.items()}
    return CicloError("data.no_good_records", **params, path=path, line=first.line, reason=worded(first.reason.id))
