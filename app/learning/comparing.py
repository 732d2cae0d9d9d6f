"""The champion of a training: read, and found fit to be compared with."""

from __future__ import annotations

from pathlib import Path

from app.learning.preparing import Prepared
from app.learning.records import MODEL, ModelVersion, Preset, TrainRequest
from app.learning.search.champion import Champion, champion_of
from app.learning.search.data import LearningData
from app.learning.search.strategy import WORK_S, first_proposals, with_champion, work_of
from app.project import Project
from app.text.message import Text

_SHARE_OF_WORK = 0.15
"""Of what a preset may use, that fitting the champion again may cost: beyond that the hold-out must tell."""


def find_champion(request: TrainRequest, prepared: Prepared) -> tuple[Champion | None, Text | None]:
    """What the request names as champion, or None and what there is to say.

    Raises
    ------
    CicloError
        Where there is no such version.
    """
    if not request.champion:
        return None, None
    project = Project.open(Path(request.project))
    try:
        record = project.version(MODEL, request.champion)
        body = record.read(ModelVersion)
    finally:
        project.close()
    if (body.target, body.task) != (request.target, prepared.data.task):
        return None, Text("learning.note.champion_other", {"model": record.label, "target": body.target})
    if body.request.balance != request.balance:
        return None, Text("learning.note.champion_balance", {"model": record.label})
    champion = champion_of(record.label, body)
    if champion is None:
        return None, Text("learning.note.champion_unknown", {"model": record.label})
    if _added_work(champion, prepared.data, request.preset) > _SHARE_OF_WORK * WORK_S[request.preset]:
        return None, Text("learning.note.champion_costly", {"model": record.label})
    return champion, None


def _added_work(champion: Champion, data: LearningData, preset: Preset) -> float:
    """Seconds of a processor beyond the portfolio, to which most of its parts may belong."""
    size, folds = data.fold_size, len(data.folds)
    first = first_proposals(data.task, preset, size, folds=folds, traits=data.traits)
    both = with_champion(first, champion, preset, size, folds=folds)
    return work_of(both, size, folds=folds) - work_of(first, size, folds=folds)
