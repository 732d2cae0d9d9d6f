"""The champion of a training: read, and found fit to be compared with."""

from __future__ import annotations

from pathlib import Path

from app.learning.preparing import Prepared
from app.learning.records import MODEL, ModelVersion, TrainRequest
from app.learning.search.champion import Champion, champion_of
from app.learning.search.strategy import WORK_S, fit_cost
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
    champion = champion_of(record.label, body)
    if champion is None:
        return None, Text("learning.note.champion_unknown", {"model": record.label})
    data = prepared.data
    work = len(data.folds) * sum(fit_cost(part.kind, part.params, data.fold_size) for part in champion.parts)
    if work > _SHARE_OF_WORK * WORK_S[request.preset]:
        return None, Text("learning.note.champion_costly", {"model": record.label})
    return champion, None
