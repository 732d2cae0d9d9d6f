"""How the data that a version learned from keeps to the contract of its dataset."""

from __future__ import annotations

from datetime import datetime

from app.data.expectations.checking import Watch, check
from app.data.expectations.contracts import contract_of
from app.data.expectations.records import Checked, summed
from app.data.records import DatasetVersion
from app.learning.records import ModelVersion
from app.project import Project


def training_data(project: Project, version: ModelVersion, *, watch: Watch) -> Checked | None:
    """What the contract that holds today says of the training data; None where nothing is expected of it.

    Raises
    ------
    CicloError
        Where the record or the table isn't what was stored.
    """
    record = project.get(version.dataset_id)
    held = contract_of(project, record.name)
    if held is None:
        return None
    body = record.read(DatasetVersion)
    if body.expected is not None and body.expected.contract == held.id:
        return body.expected  # told when it was stored
    results = check(
        held.contract.expectations,
        project.whole_object(record.objects["table"].sha256),
        types={column.name: column.type for column in body.columns},
        moment=datetime.fromisoformat(record.time),
        watch=watch,
    )
    return summed(held.id, results)
