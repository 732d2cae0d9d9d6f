"""Two models on the same rows: differences with intervals, an outcome, and the rows that flipped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as reference

from app.learning.records import Estimate, Task
from app.text.words import Words
from app.verification.beside import difference, flipped, grounds, our_value
from app.verification.catalogue import METRICS
from app.verification.compared import compare, differences, flips, spent_level, spent_over
from app.verification.measures import BY_LABEL
from app.verification.metrics import measure
from app.verification.observed import Classified, Measured, Observed
from app.verification.records import Comparison

ROWS = 600


def classified(classes: int, *, skill: float, seed: int = 0, rows: int = ROWS) -> Classified:
    """Probabilities with some skill; the same ``rows`` have the same answers whatever the skill."""
    actual = np.random.default_rng(7).integers(0, classes, size=rows)
    raw = np.random.default_rng(seed).random((rows, classes)) + skill * np.eye(classes)[actual]
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    return Classified(
        labels=tuple("abcdef"[:classes]),
        positive=1 if classes == 2 else -1,
        actual=actual,
        predicted=probabilities.argmax(axis=1),
        probabilities=probabilities,
        prior=np.full(classes, 1 / classes),
        threshold=0.5 if classes == 2 else None,
    )


def measured(*, error: float, seed: int = 0, rows: int = ROWS) -> Measured:
    actual = np.random.default_rng(7).normal(100, 20, size=rows)
    return Measured(
        actual=actual, predicted=actual + np.random.default_rng(seed).normal(0, error, size=rows), centre=100.0
    )


PAIRS: dict[Task, tuple[Observed, Observed]] = {
    Task.BINARY: (classified(2, skill=0.5, seed=1), classified(2, skill=0.2, seed=2)),
    Task.MULTICLASS: (classified(4, skill=0.5, seed=1), classified(4, skill=0.2, seed=2)),
    Task.REGRESSION: (measured(error=5, seed=1), measured(error=8, seed=2)),
}


def compared(task: Task, ours: Observed, theirs: Observed, **options: object) -> Comparison:
    rows = np.arange(ours.rows) + 1_000
    wanted = {"kind": "champion", "label": "m@1", "metric": METRICS[task][0], "rows": rows, **options}
    return compare(task, ours, theirs, **wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("task", list(Task))
def test_that_each_difference_is_that_of_the_metrics_and_lies_in_its_interval(task: Task) -> None:
    ours, theirs = PAIRS[task]
    own, other = ({row.code: row.estimate for row in measure(task, side, repeats=200)} for side in (ours, theirs))
    found = differences(ours, theirs, METRICS[task], repeats=400)
    for code in METRICS[task]:
        told = found[code]
        first, second = own[code].value, other[code].value
        assert first is not None
        assert second is not None
        assert told.value == pytest.approx(first - second, abs=1e-12), code
        assert told.low is not None
        assert told.high is not None
        assert told.low <= told.value <= told.high, code
        assert our_value(other[code], told) == pytest.approx(first, abs=1e-12)


def test_that_the_mean_auc_of_several_classes_is_compared_as_scikit_learn_measures_it() -> None:
    ours, theirs = PAIRS[Task.MULTICLASS]
    assert isinstance(ours, Classified)
    assert isinstance(theirs, Classified)
    expected = [reference.roc_auc_score(s.actual, s.probabilities, multi_class="ovr") for s in (ours, theirs)]
    found = differences(ours, theirs, ["roc_auc_ovr"])["roc_auc_ovr"]
    assert found.value == pytest.approx(expected[0] - expected[1], abs=1e-12)
    none = differences(ours, ours, ["roc_auc_ovr"])["roc_auc_ovr"]
    assert (none.value, none.low, none.high) == (0, 0, 0)


@pytest.mark.parametrize("task", list(Task))
def test_that_what_is_clearly_better_is_told_from_what_is_clearly_worse_and_from_luck(task: Task) -> None:
    ours, theirs = PAIRS[task]
    assert compared(task, ours, theirs).verdict == "better"
    assert compared(task, theirs, ours).verdict == "worse"
    assert compared(task, ours, ours).verdict == "no_difference"
    assert compared(task, ours, theirs, least=dict.fromkeys(METRICS[task], 1e6)).verdict == "no_difference"


def test_that_challengers_share_out_a_twentieth_however_many_come() -> None:
    spent = [1 - spent_level(earlier) for earlier in range(10_000)]
    assert sum(spent) < 0.05
    assert spent == sorted(spent, reverse=True)
    assert spent[0] == pytest.approx(0.025)
    assert (spent_over(1), spent_over(5)) == (0.95, pytest.approx(0.99))


def test_that_a_later_challenger_is_asked_for_more() -> None:
    ours, theirs = classified(2, skill=0.30, seed=1), classified(2, skill=0.22, seed=2)
    found = [compared(Task.BINARY, ours, theirs, earlier=earlier) for earlier in (0, 9, 40)]
    widths = [(c.decisive.high or 0) - (c.decisive.low or 0) for c in found if c.decisive is not None]
    assert widths == sorted(widths)
    assert len(set(widths)) == 3
    assert len(grounds(found[0])) == 1
    assert "9 versions were compared" in Words("en").text(grounds(found[1])[1])


def test_that_flipped_rows_are_counted_and_the_most_certain_are_listed() -> None:
    ours, theirs = PAIRS[Task.BINARY]
    assert isinstance(ours, Classified)
    assert isinstance(theirs, Classified)
    found = flips(ours, theirs, np.arange(ROWS) + 1_000)
    assert found is not None
    assert found.mended + found.broken + found.right + found.wrong == ROWS
    right = int((ours.predicted == ours.actual).sum())
    assert found.mended + found.right == right
    assert len(found.listed) == min(100, found.mended) + min(100, found.broken)
    first = found.listed[0]
    row = first.row - 1_000
    assert first.before == first.actual == "ab"[ours.actual[row]] != first.now
    assert f"{found.mended} rows are right now" in Words("en").text(flipped(found))
    assert flips(measured(error=1), measured(error=2), np.arange(ROWS)) is None


def test_that_one_model_at_two_thresholds_differs_by_what_it_decides() -> None:
    ours = classified(2, skill=0.3)
    stricter = replace(ours, predicted=(ours.scores >= 0.7).astype(np.intp), threshold=0.7)
    found = differences(ours, stricter, ("roc_auc", "recall", "neg_log_loss"))
    assert found["roc_auc"].value == 0
    assert (found["recall"].low or 0) > 0
    assert found["neg_log_loss"].value == 0


def test_that_a_rule_is_judged_by_what_it_decides_and_not_by_probabilities() -> None:
    ours, theirs = PAIRS[Task.BINARY]
    found = compared(Task.BINARY, ours, theirs, kind="rule")
    assert {row.code for row in found.metrics} == set(METRICS[Task.BINARY]) & BY_LABEL
    assert found.decides in BY_LABEL


def test_that_few_rows_and_one_class_leave_a_reason_and_no_outcome() -> None:
    few = classified(2, skill=0.5, rows=5)
    found = compared(Task.BINARY, few, few)
    assert found.verdict == "unknown"
    assert found.reason is not None
    nobody = np.zeros(ROWS, dtype=np.intp)
    alone, other = (replace(classified(2, skill=0.5, seed=seed), actual=nobody) for seed in (1, 2))
    one = compared(Task.BINARY, alone, other)
    assert one.verdict == "unknown"
    assert one.decisive is None


@pytest.mark.parametrize(
    ("code", "estimate", "said"),
    [
        ("roc_auc", Estimate(value=0.02, low=-0.01, high=0.05), "+0.020 (-0.010 to 0.050)"),
        ("neg_log_loss", Estimate(value=0.02, low=0.01, high=0.03), "-0.020 (-0.030 to -0.010)"),
        ("roc_auc", Estimate(value=-0.0001), "0.000"),
        ("roc_auc", Estimate(value=None), "—"),
    ],
)
def test_that_a_difference_is_written_with_its_sign(code: str, estimate: Estimate, said: str) -> None:
    assert Words("en").text(difference(code, estimate)) == said
