"""Prices and thresholds of a project: stored, reported, decided on and exported."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from app.deployment.approved import approved_version
from app.errors import CicloError
from app.learning.records import MODEL, ModelVersion, Task
from app.project import Project
from app.text import Words
from app.verification import state
from app.verification.records import REPORT
from app.verification.value.counting import count, counts_of, out_of_fold
from app.verification.value.curve import WorthCurve
from app.verification.value.records import Counts, CountsRequest, ValueTable
from app.verification.value.stored import in_force, set_threshold, set_value_table, value_table
from app.verification.value.words import approval_words
from tests.integration.learning.datasets import Here
from tests.integration.verification.conftest import Open, judge, told

CELLS = {
    Task.BINARY: ((0.0, -2.0), (0.0, 10.0)),
    Task.MULTICLASS: ((1.0, 0.0, -4.0), (0.0, 1.0, 0.0), (-2.0, 0.0, 1.0)),
}


def price(project: Project, task: Task, **wishes: object) -> ValueTable:
    version = project.version(MODEL, "model").read(ModelVersion)
    asked = {"model": "model", "labels": version.labels, "cells": CELLS.get(task, ()), **wishes}
    if task is Task.REGRESSION:
        asked |= {"over": 1.0, "under": 2.0}
    table = ValueTable(**asked)  # type: ignore[arg-type]
    set_value_table(project, table)
    return table


@pytest.mark.parametrize("task", list(Task))
def test_that_a_report_says_what_a_version_is_worth(judged: Open, task: Task) -> None:
    project = judged(task)
    assert told(project)[0].worth is None
    table = price(project, task)
    assert value_table(project, "model") == table
    report, english, spanish = judge(project)
    assert report.worth is not None
    assert report.worth.table == table
    assert (report.worth.counts is not None) == (task is Task.BINARY)
    assert "worth" in [gate.code for gate in report.gates]
    assert "What it is worth" in english
    assert "Cuánto vale" in spanish
    assert "verification." not in english
    gain = report.worth.policies[report.worth.today].gain
    assert gain is not None
    assert gain.low is not None


def test_that_a_report_says_how_many_rows_the_capacity_leaves_out(opened: Open) -> None:
    project = opened(Task.BINARY)
    price(project, Task.BINARY, rows=1_000, capacity=5)
    report, english, spanish = judge(project)
    assert report.worth is not None
    assert report.worth.wanted is not None
    assert report.worth.wanted > 5
    assert "5 can be acted on" in english
    assert "se quedan fuera" in spanish


def test_that_the_threshold_is_chosen_out_of_fold_and_judged_on_new_rows(opened: Open, tmp_path: object) -> None:
    project = opened(Task.BINARY)
    price(project, Task.BINARY)
    record = project.version(MODEL, "model")
    version = record.read(ModelVersion)
    scores, positive = out_of_fold(project, record, version)
    assert len(scores) == version.split.train_rows
    counts = counts_of(project, record, version)
    assert (counts.positives, counts.rows) == (int(positive.sum()), len(scores))
    staging, lock = project.new_staging()
    asked = count(Here(staging), CountsRequest(project=str(project.folder), model="model"))
    lock.release()
    assert msgspec.json.decode(asked.answer, type=Counts) == counts
    before = judge(project)[0]
    table = ValueTable(model="model", labels=version.labels, cells=CELLS[Task.BINARY])
    best = WorthCurve(counts, table, version.labels.index(version.positive)).best()
    set_threshold(project, record, best.threshold, best=True)
    assert in_force(project, record).threshold == best.threshold != version.threshold
    assert "verification.finding.other_threshold" in [text.id for _, text in before.findings]
    after = judge(project)[0]
    assert "verification.finding.other_threshold" not in [text.id for _, text in after.findings]
    assert after.threshold == best.threshold
    recall = [next(r for r in report.metrics if r.code == "recall").estimate.value for report in (before, after)]
    assert recall[0] != recall[1]


def test_that_a_decision_is_about_the_threshold_that_was_judged(judged: Open) -> None:
    project = judged(Task.BINARY)
    record = project.version(MODEL, "model")
    set_threshold(project, record, 0.3)
    with pytest.raises(CicloError) as caught:
        state.decide(project, model="model", approved=True, by="Ana", comment="Read.")
    assert caught.value.code == "verification.threshold_changed"
    judge(project)
    state.decide(project, model="model", approved=True, by="Ana", comment="Read.", override="test")
    set_threshold(project, record, 0.9)
    assert state.approved_threshold(project, record) == 0.3
    said = approval_words(0.3, in_force(project, record).threshold)
    assert said is not None
    assert "approved with the threshold 30%" in Words("en").text(said)
    assert approval_words(0.3, 0.3) is None
    assert approval_words(None, 0.9) is None
    assert approved_version(project, "model").model.threshold == 0.3, "what was approved goes out"
    assert state.as_approved(project, record).threshold == 0.3, "and challengers are compared with it"


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"cells": ((np.inf, 0.0), (0.0, 0.0))}, "not_finite"),
        ({"over": -1.0}, "not_finite"),
        ({"fixed": -1.0}, "not_finite"),
        ({"rows": 0}, "no_rows"),
        ({"capacity": 0}, "bad_capacity"),
        ({"period": "moon"}, "bad_period"),
        ({"currency": "euro"}, "bad_currency"),
    ],
)
def test_that_prices_that_make_no_sense_are_refused(opened: Open, wishes: dict[str, object], code: str) -> None:
    project = opened(Task.BINARY)
    with pytest.raises(CicloError) as caught:
        price(project, Task.BINARY, **wishes)
    assert caught.value.code == f"verification.value.{code}"
    assert value_table(project, "model") is None


def test_that_only_two_classes_have_a_threshold(opened: Open) -> None:
    for task, threshold, code in ((Task.BINARY, 1.5, "bad_threshold"), (Task.REGRESSION, 0.5, "no_threshold")):
        project = opened(task)
        with pytest.raises(CicloError) as caught:
            set_threshold(project, project.version(MODEL, "model"), threshold)
        assert caught.value.code == f"verification.value.{code}"


def test_that_prices_without_any_price_take_them_away(opened: Open) -> None:
    project = opened(Task.BINARY)
    price(project, Task.BINARY)
    price(project, Task.BINARY, cells=((0.0, 0.0), (0.0, 0.0)))
    assert value_table(project, "model") is None
    assert judge(project)[0].worth is None
    assert len(project.records(REPORT)) == 1
