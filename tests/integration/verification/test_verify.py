"""A trained version is judged: on its hold-out, on other data, twice, and with names that would break a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from app.data.records import ColumnType
from app.errors import CicloError
from app.learning.records import MODEL, Task
from app.text import Words
from app.verification import policy, state
from app.verification.catalogue import METRICS
from app.verification.records import BarChart, Report
from app.verification.value.stored import set_threshold
from tests.integration.learning.datasets import store
from tests.integration.verification.conftest import EMOJI, HOSTILE, LONG, Open, columns, judge, told


class Tags(HTMLParser):
    """Collects the tags and the resources of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]


def texts(report: Report) -> list[str]:
    return [finding.id for _severity, finding in report.findings]


@pytest.mark.parametrize("task", list(Task))
def test_that_a_report_says_everything_in_both_languages(judged: Open, task: Task) -> None:
    report, english, spanish = told(judged(task))
    assert (report.model, report.task, report.openings, report.on_test_file) == ("model@1", task, 1, False)
    assert 80 <= report.rows <= 120
    assert [row.code for row in report.metrics] == list(METRICS[task])
    assert {gate.code for gate in report.gates} == {"beats_baseline", "no_leakage"}
    assert all(gate.passed for gate in report.gates), report.gates
    assert report.verdict == "reservations"
    assert any(isinstance(chart, BarChart) for chart in report.charts)
    for page, words in ((english, Words("en")), (spanish, Words("es"))):
        assert words.text(report.headline) in page
        assert "verification." not in page
        for row in report.metrics:
            assert str(words(f"verification.metric.{row.code}.help")).split(":")[0].replace("'", "&#39;") in page


@pytest.mark.parametrize("task", list(Task))
def test_that_charts_stay_small_and_importance_finds_the_columns_that_matter(judged: Open, task: Task) -> None:
    report, _english, _spanish = told(judged(task))
    for chart in report.charts:
        if isinstance(chart, BarChart):
            assert set(chart.names[:2]) == {HOSTILE, EMOJI}
            assert chart.values[0] > chart.values[-1]
        else:
            assert sum(len(curve.x) for curve in chart.curves) <= 500


@pytest.mark.parametrize("task", list(Task))
def test_that_hostile_names_are_escaped_and_nothing_is_fetched(judged: Open, task: Task) -> None:
    for page in told(judged(task))[1:]:
        found = Tags(page)
        assert found.tags.isdisjoint({"script", "i>yes", "u", "iframe", "img", "link"})
        assert found.links == []
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert LONG not in page
        assert len(page.encode()) < 500_000


def test_that_the_spanish_page_has_spanish_numbers(judged: Open) -> None:
    report, english, spanish = told(judged(Task.BINARY))
    auc = report.metrics[0].estimate.value
    assert f"{auc:.3f}" in english
    assert f"{auc:.3f}".replace(".", ",") in spanish
    assert 'lang="es"' in spanish
    assert not re.search(r">0\.\d{3}<", spanish)


def test_that_every_verification_opens_the_hold_out_once_more(judged: Open) -> None:
    project = judged(Task.BINARY)
    first, second = told(project)[0], judge(project)[0]
    assert (first.openings, second.openings) == (1, 2)
    assert "verification.finding.reopened" in texts(second)
    assert first.metrics == second.metrics, "the same version once more tells nothing new"
    set_threshold(project, project.version(MODEL, "model"), 0.4)
    third, english, _ = judge(project)
    assert (first.level, second.level, third.level) == (0.95, 0.95, 0.975)
    assert (third.openings, third.looks) == (3, 2)
    assert _width(third) > _width(first)
    assert "97.5%" in english
    assert state.models(project)[0].openings == 3


def _width(report: Report) -> float:
    """Of the first interval."""
    estimate = report.metrics[0].estimate
    return (estimate.high or 0.0) - (estimate.low or 0.0)


def test_that_a_verified_version_can_be_approved(judged: Open) -> None:
    project = judged(Task.BINARY)
    state.decide(project, model="model", approved=True, by="Ana", comment="Read.")
    assert state.models(project)[0].state is state.VersionState.APPROVED


def test_that_a_limit_that_isnt_reached_makes_the_verdict_bad(opened: Open) -> None:
    project = opened(Task.BINARY)
    policy.set_gate_limit(project, model="model", metric="roc_auc", limit=0.99)
    report, _english, spanish = judge(project)
    assert report.verdict == "bad"
    assert [gate.code for gate in report.gates if not gate.passed] == ["metric_limit"]
    assert "0,990" in spanish
    with pytest.raises(CicloError) as caught:
        state.decide(project, model="model", approved=True, by="Ana", comment="")
    assert caught.value.code == state.GATE_FAILED


def test_that_other_data_are_judged_whole_and_counted_apart(opened: Open) -> None:
    project = opened(Task.BINARY)
    store(project, "fresh", columns(Task.BINARY, n=300, seed=9))
    report = judge(project, test="fresh")[0]
    assert (report.rows, report.on_test_file, report.openings, report.dataset) == (300, True, 1, "fresh@1")
    assert judge(project)[0].openings == 1
    assert judge(project, test="fresh")[0].openings == 2


def test_that_the_data_it_learned_from_are_no_test(opened: Open) -> None:
    with pytest.raises(CicloError) as caught:
        judge(opened(Task.BINARY), test="data@1")
    assert caught.value.code == "verification.learned_from"


def test_that_missing_columns_unknown_words_and_labels_are_said_and_the_rest_is_shown(opened: Open) -> None:
    project = opened(Task.BINARY)
    other = columns(Task.BINARY, n=200, seed=5)
    del other[LONG]
    other[EMOJI] = (ColumnType.CATEGORY, ["zebra", *other[EMOJI][1][1:]])
    other["target"] = (ColumnType.CATEGORY, ["perhaps", None, *other["target"][1][2:]])
    store(project, "odd", other)
    report = judge(project, test="odd")[0]
    assert report.rows == 198
    expected = {"missing_column", "unseen", "unknown_labels", "target_missing"}
    assert {f"verification.finding.{name}" for name in expected} <= set(texts(report))
    assert report.metrics[0].estimate.value is not None


def test_that_a_number_column_of_words_counts_as_missing_where_it_cant_be_read(opened: Open) -> None:
    project = opened(Task.REGRESSION)
    other = columns(Task.REGRESSION, n=60, seed=5)
    other[HOSTILE] = (ColumnType.TEXT, ["n/a", *(str(v) for v in other[HOSTILE][1][1:])])
    store(project, "odd", other)
    report = judge(project, test="odd")[0]
    wrong = next(text for _severity, text in report.findings if text.id == "verification.finding.wrong_type")
    assert wrong.params["n"] == 1


@pytest.mark.parametrize("task", list(Task))
def test_that_without_a_target_what_can_be_shown_is_shown(opened: Open, task: Task) -> None:
    project = opened(task)
    other = columns(task, n=50)
    del other["target"]
    store(project, "blind", other)
    report, english, _spanish = judge(project, test="blind")
    assert report.verdict == "bad"
    assert report.rows == 0
    assert "verification.finding.no_target" in texts(report)
    assert len(report.charts) == (1 if task is Task.BINARY else 0)
    assert "<svg" in english or task is not Task.BINARY


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("n", [0, 1, 3])
def test_that_hardly_any_rows_still_give_a_report(opened: Open, task: Task, n: int) -> None:
    project = opened(task)
    store(project, "tiny", columns(task, n=n, seed=1))
    report = judge(project, test="tiny")[0]
    assert (report.rows, report.verdict) == (n, "bad")
    assert all(row.estimate.low is None for row in report.metrics)


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS])
def test_that_one_class_alone_gets_a_sentence(opened: Open, task: Task) -> None:
    project = opened(task)
    other = columns(task, n=80, seed=2)
    label = other["target"][1][0]
    other["target"] = (ColumnType.CATEGORY, [label] * 80)
    store(project, "same", other)
    report, english, spanish = judge(project, test="same")
    assert "verification.finding.one_class" in texts(report)
    assert report.confusion is not None
    assert "so few rows" not in english
    if task is Task.BINARY:
        assert report.headline.id == "verification.headline.bad.one_class"
        (gate,) = (gate for gate in report.gates if gate.code == "beats_baseline")
        assert "of one class" in Words("en").text(gate.sentence)
        assert "too few" not in english
        assert "muy pocas" not in spanish


def test_that_data_without_any_of_the_columns_is_refused_in_words(opened: Open) -> None:
    project = opened(Task.BINARY)
    store(project, "alien", {"x": (ColumnType.INTEGER, [1, 2, 3]), "target": (ColumnType.CATEGORY, ["No"] * 3)})
    with pytest.raises(CicloError) as caught:
        judge(project, test="alien")
    assert caught.value.code == "verification.no_common_column"


def test_that_a_column_that_gives_the_answer_away_raises_the_alarm(opened: Open) -> None:
    project = opened(Task.BINARY)
    other = columns(Task.BINARY, n=300, seed=4)
    answers = np.array(other["target"][1]) == "No"
    other[LONG] = (ColumnType.NUMBER, np.where(answers, 0.0, 1.0).tolist())
    store(project, "leaky", other)
    report, english, _spanish = judge(project, test="leaky")
    gate = next(gate for gate in report.gates if gate.code == "no_leakage")
    assert (gate.passed, report.verdict) == (False, "bad")
    assert "verification.suspicion.single_column" in texts(report)
    assert LONG not in english


def test_that_rows_that_were_learned_from_do_not_judge_again_in_a_test_file(opened: Open) -> None:
    project = opened(Task.BINARY)
    half = {name: (kind, values[:250]) for name, (kind, values) in columns(Task.BINARY).items()}
    store(project, "half", half)
    report = judge(project, test="half")[0]
    assert 30 <= report.rows <= 80, "about a fifth of these were kept aside"
    assert "verification.finding.learned_from" in texts(report)
    assert report.verdict == "bad"
    plain = judge(project)[0]
    figures = {row.code: row.estimate for row in plain.metrics}
    mixed = {row.code: row.estimate for row in report.metrics}
    low, high = figures["accuracy"].low, figures["accuracy"].high
    assert low is not None
    assert high is not None
    assert low - 0.1 <= (mixed["accuracy"].value or 0) <= high + 0.1
