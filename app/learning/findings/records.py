"""The light half: what is asked about a table and its target, and what is answered."""

from __future__ import annotations

import msgspec

from app.data.records import Finding
from app.jobs.contract import JobKind
from app.learning.records import Task

FIND = JobKind("learning.findings", "app.learning.findings.work:find")


class FindRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Look at a dataset version (``name@3``) with this target. ``scores``: measure what suspects are worth, too."""

    project: str
    dataset: str
    target: str
    task: str = "auto"
    scores: bool = True


class Without(msgspec.Struct, frozen=True, kw_only=True):
    """The score of a quick model on rows that it hadn't seen, with every column and without ``columns``."""

    columns: tuple[str, ...]
    metric: str
    every: float
    without: float


class FindAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, most serious first.

    ``suspects``: columns that may hold the answer, of which somebody should say when they are known, most suspicious
    first. ``scores`` say what a quick model is without each of them, and without all. ``looked`` of ``rows`` rows were
    looked at.
    """

    target: str
    task: Task
    rows: int
    looked: int
    findings: tuple[Finding, ...]
    suspects: tuple[str, ...] = ()
    scores: tuple[Without, ...] = ()
