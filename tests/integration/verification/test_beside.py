"""A version is judged beside the champion, beside the rule of today, and beside another version."""

from __future__ import annotations

import msgspec
import pytest

from app.errors import CicloError
from app.learning.estimators import catalogue
from app.learning.records import MODEL, ModelVersion, Task, TrainRequest
from app.learning.training import train
from app.project import Project
from app.verification import state
from app.verification.policy import set_least_difference
from app.verification.records import Comparison, Report, SideBySide, SidesRequest
from app.verification.sides import side_by_side
from tests.integration.learning.datasets import Here, store
from tests.integration.verification.conftest import EMOJI, HOSTILE, LONG, Open, columns, judge, told


def learn(project: Project, **wishes: object) -> str:
    """Train the next version from a few quick kinds of model; its label."""
    staging, lock = project.new_staging()
    asked = {"dataset": "data", "target": "target", "model": "model", "time_limit_s": 6, "include": (LONG,), **wishes}
    few = tuple(kind for kind in catalogue.builtin() if kind.id in {"baseline", "logistic", "ridge", "boosting"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "builtin", lambda: few)
        try:
            request = TrainRequest(project=str(project.folder), **asked)  # type: ignore[arg-type]
            return project.commit(train(Here(staging), request).drafts)[0].label
        finally:
            lock.release()


def approve(project: Project, model: str) -> None:
    state.decide(project, model=model, approved=True, by="Ana", comment="Read.", override="a test")


def beside(report: Report, kind: str) -> Comparison:
    (found,) = (one for one in report.compared if one.kind == kind)
    return found


def sides(project: Project, first: str, second: str) -> SideBySide:
    staging, lock = project.new_staging()
    try:
        request = SidesRequest(project=str(project.folder), first=first, second=second)
        return msgspec.json.decode(side_by_side(Here(staging), request).answer, type=SideBySide)
    finally:
        lock.release()


@pytest.mark.parametrize("task", list(Task))
def test_that_a_version_is_judged_beside_the_one_in_use_on_the_same_rows(judged: Open, task: Task) -> None:
    project = judged(task)
    first = told(project)[0]
    assert first.compared == ()
    approve(project, "model@1")
    label = learn(project, exclude=(HOSTILE,), include=(LONG,))
    report, english, spanish = judge(project, model=label)
    found = beside(report, "champion")
    assert (found.label, found.rows, found.left_out, found.earlier) == ("model@1", report.rows, 0, 0)
    assert found.verdict == "worse", found.decisive
    gate = next(gate for gate in report.gates if gate.code == "champion")
    assert not gate.passed
    assert report.verdict == "bad"
    assert "the version in use" in english
    assert "la versión en uso" in spanish
    for row in found.metrics:
        old = next(r for r in first.metrics if r.code == row.code)
        assert row.other.value == pytest.approx(old.estimate.value, abs=1e-12)
    assert (found.flips is None) == (task is Task.REGRESSION)


def test_that_the_version_in_use_is_not_compared_with_itself(judged: Open) -> None:
    project = judged(Task.BINARY)
    approve(project, "model@1")
    assert judge(project)[0].compared == ()


def test_that_the_report_states_the_smallest_difference_that_matters(judged: Open) -> None:
    project = judged(Task.BINARY)
    approve(project, "model@1")
    set_least_difference(project, model="model", metric="roc_auc", least=0.02)
    report, english, spanish = judge(project, model=learn(project, exclude=(HOSTILE,), include=(LONG,)))
    assert beside(report, "champion").least == 0.02
    assert "A difference matters from 0.020 on." in english
    assert "Una diferencia importa a partir de 0,020." in spanish


def test_that_each_further_challenger_is_counted_once(judged: Open) -> None:
    project = judged(Task.REGRESSION)
    approve(project, "model@1")
    labels = [learn(project, time_limit_s=limit) for limit in (5, 6)]
    counts = [beside(judge(project, model=label)[0], "champion").earlier for label in (*labels, labels[0])]
    assert counts == [0, 1, 0]


def test_that_rows_the_champion_learned_from_are_left_out(judged: Open) -> None:
    project = judged(Task.BINARY)
    approve(project, "model@1")
    label = learn(project, seed=1)
    report = judge(project, model=label)[0]
    found = beside(report, "champion")
    assert found.rows + found.left_out == report.rows
    assert 0.6 < found.left_out / report.rows < 0.95, "four fifths of these rows were learned from"
    longer = {name: (kind, [*values, values[0]]) for name, (kind, values) in columns(Task.BINARY).items()}
    store(project, "copy", longer)
    again = beside(judge(project, model=learn(project, dataset="copy", seed=1))[0], "champion")
    assert 0.6 < again.left_out / (again.rows + again.left_out) < 0.95, "they are told by what stands in them"
    store(project, "other", columns(Task.BINARY, seed=5))
    label = learn(project, dataset="other")
    assert beside(judge(project, model=label)[0], "champion").left_out == 0


def test_that_a_champion_that_answers_something_else_is_not_compared(judged: Open) -> None:
    project = judged(Task.BINARY)
    approve(project, "model@1")
    label = learn(project, target=EMOJI, include=())
    found = beside(judge(project, model=label)[0], "champion")
    assert found.reason is not None
    assert found.metrics == ()


def test_that_the_rule_of_today_is_a_gate(opened: Open) -> None:
    project = opened(Task.BINARY)
    names = ("x", "w", "z", "target")
    store(project, "plain", dict(zip(names, columns(Task.BINARY).values(), strict=True)))
    for rule, passed in (("x > 5", True), ("x > 0.2 and w = 'a'", None)):
        label = learn(project, dataset="plain", include=(), rule=rule, locale="en")
        report, english, _ = judge(project, model=label)
        found = beside(report, "rule")
        assert found.label == rule
        gate = next(gate for gate in report.gates if gate.code == "beats_rule")
        assert gate.passed == (found.verdict == "better")
        assert passed is None or gate.passed == passed
        assert "Today’s rule" in english


def test_that_two_versions_are_set_side_by_side_without_opening_anything(judged: Open) -> None:
    project = judged(Task.BINARY)
    label = learn(project, exclude=(EMOJI,), seed=0)
    blank = sides(project, label, "model@1")
    assert blank.comparison.reason is not None
    assert blank.comparison.reason.id == "verification.compared.not_judged"
    judge(project, model=label)
    before = state.openings(project, project.version(MODEL, label).read(ModelVersion).split.key)
    found = sides(project, label, "model@1")
    assert found.comparison.level == 0.95
    assert found.comparison.flips is not None
    assert {"columns", "left_out"} <= {one.code for one in found.settings}
    assert "dataset" not in {one.code for one in found.settings}
    assert state.openings(project, project.version(MODEL, label).read(ModelVersion).split.key) == before
    with pytest.raises(CicloError) as caught:
        sides(project, label, label)
    assert caught.value.code == "verification.compared.same"
    swapped = sides(project, "model@1", label)
    assert swapped.comparison.flips is not None
    assert swapped.comparison.flips.mended == found.comparison.flips.broken
