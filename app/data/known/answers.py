"""What was answered about columns: the newest record. Light."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import attrgetter

from app.data.known.records import KNOWN, Known, When
from app.errors import CicloError
from app.project.record import Draft, Record, draft
from app.project.store import Project


def known_of(project: Project, dataset: str, target: str) -> Known:
    """What holds for a target of a dataset; without columns where nothing was answered."""
    held = (one for one in _newest_first(project, dataset) if one.target == target)
    return next(held, Known(dataset=dataset, target=target))


def target_of(project: Project, dataset: str) -> str:
    """The target that was named last; empty where none was."""
    named = next(_newest_first(project, dataset), None)
    return named.target if named is not None else ""


def answering(held: Known, answers: Mapping[str, When]) -> Draft:
    """The draft of a record in which these answers stand beside those that hold. One without new answers names the
    target."""
    return draft(KNOWN, Known(dataset=held.dataset, target=held.target, columns={**held.columns, **answers}))


def _newest_first(project: Project, dataset: str) -> Iterator[Known]:
    """One that can't be read is left to ``check``."""
    records: list[Record] = sorted(project.records(KNOWN), key=attrgetter("order"), reverse=True)
    for record in records:
        try:
            body = record.read(Known)
        except CicloError:
            continue
        if body.dataset == dataset:
            yield body
