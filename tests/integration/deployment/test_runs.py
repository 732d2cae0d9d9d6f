"""Runs fetched from a server that speaks as MLflow does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.deployment.runs import fetching
from app.deployment.runs.records import EXPERIMENT, Experiment, FetchAnswer, FetchRequest, Run, newest, stored_runs
from app.errors import CicloError
from app.jobs.contract import Cancelled
from app.project import Project
from tests.integration.deployment.replicas import logged, logged_run, running
from tests.unit.deployment.targets.sources import Here

PRICES = [logged_run(place, rmse=200.0 - place) for place in range(5)]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project.create(tmp_path / "p", name="p")
    yield made
    made.close()


def fetch(project: Project, url: str, *, cancelled: bool = False, **settings: str) -> FetchAnswer:
    staging, lock = project.new_staging()
    try:
        request = FetchRequest(project=str(project.folder), settings={"url": url, **settings})
        outcome = fetching.fetch_runs(Here(staging, cancelled=cancelled), request)
        project.commit(outcome.drafts)
    finally:
        lock.release()
    return msgspec.json.decode(outcome.answer, type=FetchAnswer)


def stored(project: Project) -> dict[str, tuple[Run, ...]]:
    return {body.name: stored_runs(project, record) for record, body in newest(project.live(EXPERIMENT))}


def test_that_all_runs_of_all_experiments_come_in_oldest_first(project: Project) -> None:
    with running(logged(prices=PRICES, empty=[], churn=[logged_run(9, auc=0.8, loss=0.3)])) as url:
        assert fetch(project, url) == FetchAnswer(experiments=2, runs=6, first=f"{url} PRICES")
    found = stored(project)
    assert [run.id for run in found["prices"]] == ["r0", "r1", "r2", "r3", "r4"]
    assert found["churn"] == (
        Run(
            id="r9",
            name="try 9",
            status="FINISHED",
            started="2026-09-21T14:22:20+00:00",
            seconds=1.5,
            user="Ana",
            metrics={"auc": 0.8, "loss": 0.3},
            params={"depth": "9"},
            datasets=("customers ab12",),
        ),
    )


def test_that_what_has_not_changed_is_not_stored_again(project: Project) -> None:
    server = logged(prices=PRICES[:3])
    with running(server) as url:
        fetch(project, url)
        assert fetch(project, url, experiment="prices").unchanged == 1
        server.runs["prices"] = PRICES
        assert fetch(project, url, experiment="prices").unchanged == 0
    assert len(stored(project)["prices"]) == 5
    assert [record.label for record in project.live(EXPERIMENT)] == ["prices@1", "prices@2"]
    assert project.live(EXPERIMENT)[-1].read(Experiment).settings == {"url": url, "experiment": "prices"}


def test_that_only_so_many_runs_are_taken_and_that_is_said(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_RUNS", 3)
    with running(logged(prices=PRICES)) as url:
        fetch(project, url)
    (record,) = project.live(EXPERIMENT)
    assert not record.read(Experiment).complete
    assert [run.id for run in stored_runs(project, record)] == ["r2", "r3", "r4"]


def test_that_what_is_no_number_is_left_out_and_odd_texts_are_tamed(project: Project) -> None:
    odd = logged_run(1, nan="NaN", infinite=1.7976931348623157e308, none=None, whole=3, good=0.5)
    odd["info"] |= {"run_name": "a\n<b>\u202e" + "x" * 5000, "start_time": 10**30, "end_time": "later"}
    odd["data"]["params"] = [{"key": "p" * 9000, "value": "v" * 9000}]
    with running(logged(**{"a@b/c~d": [odd]})) as url:
        fetch(project, url)
    (run,) = stored(project)["a@b/c~d"]
    assert run.metrics == {"good": 0.5, "whole": 3.0}
    assert (run.started, run.seconds) == ("", None)
    assert run.name.startswith("a <b> xxx")
    assert max(len(run.name), *(len(name + value) for name, value in run.params.items())) <= 1000
    assert project.live(EXPERIMENT)[0].name == "a-b-c-d"


def test_that_a_server_without_runs_or_without_that_experiment_is_said(project: Project) -> None:
    with running(logged(empty=[])) as url:
        with pytest.raises(CicloError, match=r"deployment\.runs\.none"):
            fetch(project, url)
        with pytest.raises(CicloError, match=r"deployment\.runs\.no_experiment") as caught:
            fetch(project, url, experiment="prices")
    assert caught.value.params["known"] == "empty"
    assert not project.records(EXPERIMENT)


def test_that_fetching_stops_when_it_is_asked_to(project: Project) -> None:
    with running(logged(prices=PRICES)) as url, pytest.raises(Cancelled):
        fetch(project, url, cancelled=True)
    assert not project.records(EXPERIMENT)
