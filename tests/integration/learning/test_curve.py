"""What a training foretells and finds out beside its model: whether more rows would help, and room for its fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.jobs.contract import Cancelled
from app.learning.curve_words import sentence
from app.learning.estimators import catalogue
from app.learning.records import Task
from app.project import Project
from app.text import Words
from tests.integration.learning.datasets import store
from tests.integration.learning.test_training import Trained, here, with_target

_FEW = {"baseline", "logistic", "ridge", "tree"}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quick kinds only."""
    kinds = tuple(kind for kind in catalogue.builtin() if kind.id in _FEW)
    monkeypatch.setattr(catalogue, "builtin", lambda: kinds)


@pytest.mark.parametrize("task", list(Task))
def test_that_a_version_says_what_twice_the_rows_would_bring(project: Project, tmp_path: Path, task: Task) -> None:
    store(project, "people", with_target(task, 600))
    version = Trained(project, here(tmp_path)).version
    curve = version.curve
    assert curve is not None
    assert curve.gain is not None, curve.reason
    assert len(curve.rows) == 4
    assert list(curve.rows) == sorted(curve.rows)
    assert curve.gain.rows == version.split.train_rows
    assert curve.fitted_rows[-1] == pytest.approx(2 * version.split.train_rows)
    assert curve.gain.low <= curve.gain.value <= curve.gain.high
    for language, word in (("en", "twice the rows"), ("es", "doble de filas")):
        assert word in Words(language).text(sentence(curve))


def test_that_the_curve_is_the_same_with_more_processors_and_after_a_stop(project: Project, tmp_path: Path) -> None:
    store(project, "people", with_target(Task.BINARY, 600))
    whole = Trained(project, here(tmp_path))
    context = here(tmp_path)
    context.cancel_after = 15
    with pytest.raises(Cancelled):
        Trained(project, context)
    again = Trained(project, here(tmp_path, processors=2))
    assert again.version.plan is not None
    assert again.version.plan.resumed
    assert again.version.curve == whole.version.curve
    assert again.record.objects["model"].sha256 == whole.record.objects["model"].sha256


def test_that_a_curve_that_would_cost_too_much_is_left_out_and_said(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(project, "people", with_target(Task.BINARY, 600))
    monkeypatch.setattr("app.learning.training._SHARE_OF_WORK", 1e-6)
    curve = Trained(project, here(tmp_path)).version.curve
    assert curve is not None
    assert curve.gain is None
    assert sentence(curve).id == "learning.curve.costly"


def test_that_little_memory_gives_the_same_model_with_fewer_fits_at_a_time(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(project, "people", with_target(Task.BINARY, 600))
    roomy = Trained(project, here(tmp_path, processors=3))
    monkeypatch.setattr("app.learning.search.work.available_memory_mb", lambda: 50.0)
    tight = Trained(project, here(tmp_path, processors=3))
    assert tight.record.objects["model"].sha256 == roomy.record.objects["model"].sha256
    assert tight.version.curve == roomy.version.curve
