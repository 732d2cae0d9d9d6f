"""A training with balanced classes: marked wherever it is spoken of, the same again, and refused where it can't be."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.data.records import ColumnType as T
from app.errors import CicloError
from app.learning.planning import plan
from app.learning.records import MODEL, Balance, ModelVersion, PlanRequest, Reproduced, ReproduceRequest, TrainRequest
from app.learning.reproducing import reproduce
from app.learning.training import train
from app.project import Project
from app.verification.state import models
from tests.integration.learning.datasets import Columns, Here, store

ROWS = 400


def customers(*, share: float = 0.15) -> Columns:
    g = np.random.default_rng(3)
    x, plan_ = g.normal(size=ROWS), g.choice(["basic", "plus", "pro"], ROWS)
    drive = x + (plan_ == "basic") + g.normal(size=ROWS)
    left = drive > np.quantile(drive, 1 - share)
    x[::9] = np.nan
    return {
        "x": (T.NUMBER, x.tolist()),
        "plan": (T.CATEGORY, [None if n % 13 == 0 else str(word) for n, word in enumerate(plan_)]),
        "left": (T.BOOLEAN, ["Yes" if one else "No" for one in left]),
    }


def test_that_a_balanced_training_is_marked_and_can_be_reproduced(
    project: Project, tmp_path: Path, brief: None
) -> None:
    store(project, "customers", customers())
    staging, lock = project.new_staging()
    told = {"project": str(project.folder), "dataset": "customers", "target": "left"}
    request = TrainRequest(**told, model="m", balance=Balance.SMOTE)
    project.commit(train(Here(staging), request).drafts)
    lock.release()
    version = project.version(MODEL, "m").read(ModelVersion)
    assert version.request.balance is Balance.SMOTE
    assert "learning.note.balance.smote" in {note.id for note in version.notes}
    assert "imbalanced-learn" in version.versions
    assert [row.balance for row in models(project)] == [Balance.SMOTE]
    folder, lock = project.new_staging()
    again = reproduce(Here(folder), ReproduceRequest(project=str(project.folder), model="m"))
    lock.release()
    assert msgspec.json.decode(again.answer, type=Reproduced).identical


@pytest.mark.parametrize(
    ("target", "how", "share", "code"),
    [("x", Balance.OVER, 0.15, "amounts"), ("left", Balance.SMOTE, 0.015, "few_rows")],
)
def test_that_what_cannot_be_balanced_is_refused_before_the_click(
    project: Project, tmp_path: Path, target: str, how: Balance, share: float, code: str
) -> None:
    store(project, "customers", customers(share=share))
    request = PlanRequest(project=str(project.folder), dataset="customers", target=target, balance=how)
    with pytest.raises(CicloError) as caught:
        plan(Here(tmp_path), request)
    assert caught.value.code == f"learning.balance.{code}"
