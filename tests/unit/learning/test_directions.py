"""A column in whose direction the prediction may never fall, or never rise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from app.data.records import ColumnType
from app.errors import CicloError
from app.learning import canonical
from app.learning.columns import check_directions
from app.learning.estimators.catalogue import builtin, portfolio
from app.learning.estimators.kind import Choice, EstimatorKind, Traits
from app.learning.matrix import FrameColumn
from app.learning.model import open_pipeline, raw_predictions
from app.learning.records import PlannedColumn, Preset, Task
from app.learning.search.data import LearningData, fit
from app.learning.search.proposals import open_space
from app.learning.splits.splitting import Sealed

ROWS = 400
DIRECTED = [kind for kind in builtin() if kind.directions]


def bent(task: Task) -> LearningData:
    """``x`` rises at first and falls later; ``z`` has missing values; words and luck beside them."""
    random = np.random.default_rng(0)
    x, z = random.uniform(-2, 2, ROWS), random.normal(size=ROWS)
    strength = x - 0.6 * x**2 - 0.5 * z + random.normal(0, 0.3, ROWS)
    z[::10] = np.nan
    words = random.choice(["a", "b", "c"], ROWS).astype(object)
    amounts = task is Task.REGRESSION
    rows = np.arange(ROWS)
    return LearningData(
        task=task,
        classes=0 if amounts else 2,
        frame=pd.DataFrame({"word": words, "z": z, "x": x}),
        columns=tuple(FrameColumn(name=n, feature=n, numeric=n != "word") for n in ("word", "z", "x")),
        values=strength if amounts else (strength > 0).astype(np.float64),
        rows=rows,
        units=rows.astype(np.uint64),
        folds=((rows, rows),),
        sealed=Sealed(np.empty(0, dtype=np.int64)),
        seed=0,
        directions=(0, -1, 1),
    )


def along(data: LearningData, kind: EstimatorKind, params: dict[str, object], column: str) -> NDArray[np.float64]:
    """What the stored model answers for ten rows while one column goes from end to end, shape (10, 60)."""
    model = open_pipeline(canonical.dump(fit(kind, params, data, data.rows)))  # type: ignore[arg-type]
    answers = []
    for row in range(1, 11):
        frame = data.frame.iloc[[row] * 60].reset_index(drop=True)
        frame[column] = np.linspace(-3, 3, 60)
        answers.append(raw_predictions(model, frame, classes=data.classes)[:, -1])
    return np.array(answers)


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
@pytest.mark.parametrize("kind", DIRECTED, ids=lambda kind: kind.id)
@pytest.mark.parametrize("words", ["codes", "columns", "target"])
def test_that_the_prediction_keeps_the_direction(kind: EstimatorKind, task: Task, words: str) -> None:
    ways = kind.space.get("words")
    if task not in kind.tasks or (words != "codes" and not (isinstance(ways, Choice) and words in ways.values)):
        pytest.skip("not of this kind")
    params = {**(kind.quick or kind.more or kind.all)[0], **({"words": words} if "words" in kind.space else {})}
    params |= {name: 20 for name in ("n_estimators", "max_iter") if name in {**params, **kind.space}}
    data = bent(task)
    assert (np.diff(along(data, kind, params, "x")) >= -1e-12).all()
    assert (np.diff(along(data, kind, params, "z")) <= 1e-12).all()


def test_that_kinds_that_cannot_keep_a_direction_are_left_out() -> None:
    tried = {kind.id for kind, _ in portfolio(Task.BINARY, Preset.THOROUGH, Traits(directed=True))}
    assert tried == {"baseline", *(kind.id for kind in DIRECTED)}
    assert open_space(next(kind for kind in DIRECTED if kind.id == "boosting"), Traits(directed=True))


@pytest.mark.parametrize(
    ("code", "task", "increasing", "decreasing"),
    [
        ("direction_classes", Task.MULTICLASS, ("n",), ()),
        ("direction_both", Task.BINARY, ("n",), ("n",)),
        ("direction_unused", Task.BINARY, ("out",), ()),
        ("direction_words", Task.BINARY, (), ("w",)),
        ("unknown_column", Task.BINARY, (), ("m",)),
    ],
)
def test_that_a_direction_that_cannot_be_kept_is_refused(
    code: str, task: Task, increasing: tuple[str, ...], decreasing: tuple[str, ...]
) -> None:
    columns = (
        PlannedColumn(name="n", type=ColumnType.NUMBER, used=True),
        PlannedColumn(name="out", type=ColumnType.NUMBER, used=False),
        PlannedColumn(name="w", type=ColumnType.CATEGORY, used=True),
    )
    with pytest.raises(CicloError) as caught:
        check_directions(columns, task, increasing=increasing, decreasing=decreasing)
    assert caught.value.code == f"learning.{code}"
