"""A registration by REST, against a replica of MLflow's server that can fail at every step."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from app.deployment.made import Source
from app.deployment.targets import web
from app.deployment.targets.mlflow.target import MlflowTarget
from app.errors import CicloError
from app.jobs.contract import Cancelled
from tests.integration.deployment.replicas import Mlflow, mlflow, running
from tests.unit.deployment.targets.sources import NAME, Here, defaults, made, make_source

TARGET = MlflowTarget()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return make_source(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def folder(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(TARGET, source, tmp_path_factory.mktemp("made") / "folder")


def deliver(source: Source, folder: Path, url: str, tmp_path: Path, *, cancelled: bool = False, **given: str) -> str:
    context = Here(tmp_path / "staging", cancelled=cancelled)
    return TARGET.deliver(context, source, folder, defaults(TARGET, url=url, **given)).place


def refused(source: Source, folder: Path, server: type[Mlflow], tmp_path: Path, **given: str) -> CicloError:
    with running(server) as url, pytest.raises(CicloError) as caught:
        deliver(source, folder, url, tmp_path, **given)
    return caught.value


def test_that_a_version_is_registered_and_its_files_read_back(source: Source, folder: Path, tmp_path: Path) -> None:
    server = mlflow()
    with running(server) as url:
        assert TARGET.check(defaults(TARGET, url=url)) == "MLflow 3.17.2"
        assert deliver(source, folder, url, tmp_path) == f"{url}/#/models/{NAME}/versions/1"
        assert deliver(source, folder, url, tmp_path) == f"{url}/#/models/{NAME}/versions/1"
    assert server.state["models"][NAME]["aliases"] == {"champion": "1"}
    assert server.state["files"]["1/r1/artifacts/model/model.onnx"] == (folder / "model.onnx").read_bytes()
    assert server.state["files"]["1/r1/artifacts/report/report.es.html"] == b"<p>informe</p>"
    (batch,) = server.state["asked"]["runs/log-batch"]
    assert {one["key"]: one["value"] for one in batch["metrics"]}["roc_auc"] == 0.8
    assert {one["key"]: one["value"] for one in batch["params"]}["estimator.C"] == "1.0"
    (inputs,) = server.state["asked"]["runs/log-inputs"]
    assert inputs["datasets"][0]["dataset"]["digest"] == ("cd" * 32)[:36]
    assert server.state["asked"]["runs/update"][0]["status"] == "FINISHED"


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ({"refuse": "registered-models/alias"}, "deployment.server_refuses"),
        ({"refuse": "model-versions/create"}, "deployment.server_refuses"),
        ({"refuse": "runs/log-inputs"}, "deployment.server_refuses"),
        ({"bucket": True}, "deployment.server_failed"),
        ({"other_bytes": True}, "deployment.other_bytes"),
        ({"store": "s3://bucket/1/r1/artifacts"}, "deployment.mlflow.other_store"),
    ],
)
def test_that_nothing_stays_half_registered(
    trouble: dict[str, object], code: str, source: Source, folder: Path, tmp_path: Path
) -> None:
    server = mlflow(**trouble)
    assert refused(source, folder, server, tmp_path).code == code
    assert (server.state["models"], server.state["files"], server.state["runs"]) == ({}, {}, {})


def test_that_the_alias_stays_where_it_was(source: Source, folder: Path, tmp_path: Path) -> None:
    server = mlflow(refuse="registered-models/alias")
    mine = [{"key": "ciclo.project", "value": source.version.project.identity.id}]
    server.state["models"][NAME] = {"tags": mine, "versions": [{"version": "1"}], "aliases": {"champion": "1"}}
    refused(source, folder, server, tmp_path)
    assert server.state["models"][NAME] == {
        "tags": mine,
        "versions": [{"version": "1"}],
        "aliases": {"champion": "1"},
    }


def test_that_a_cancelled_registration_leaves_nothing(source: Source, folder: Path, tmp_path: Path) -> None:
    server = mlflow()
    with running(server) as url, pytest.raises(Cancelled):
        deliver(source, folder, url, tmp_path, cancelled=True)
    assert (server.state["models"], server.state["files"], server.state["runs"]) == ({}, {}, {})


def test_that_somebody_elses_model_is_left_alone(source: Source, folder: Path, tmp_path: Path) -> None:
    server = mlflow()
    server.state["models"]["theirs"] = {"tags": [], "versions": [], "aliases": {}}
    error = refused(source, folder, server, tmp_path, name="theirs")
    assert error.code == "deployment.name_taken"
    with running(server) as url, pytest.raises(CicloError) as caught:
        TARGET.write(Here(tmp_path / "job"), source, tmp_path / "made", defaults(TARGET, url=url, name="theirs"))
    assert caught.value.code == "deployment.name_taken"
    assert not (tmp_path / "made").exists()
    assert server.state["asked"] == {}


def test_that_a_server_that_is_away_slow_or_another_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(url: str) -> str:
        with pytest.raises(CicloError) as caught:
            TARGET.check(defaults(TARGET, url=url))
        return caught.value.code

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert asked(f"http://127.0.0.1:{free.getsockname()[1]}") == "deployment.server_away"
    with running(mlflow(version="<html>hello")) as url:
        assert asked(url) == "deployment.other_server"
    with running(mlflow(status=503)) as url:
        assert asked(url) == "deployment.server_failed"
    with running(mlflow(version="1.30.1")) as url:
        assert asked(url) == "deployment.mlflow.too_old"
    monkeypatch.setattr(web, "PATIENCE_S", 0.2)
    with running(mlflow(silent=True)) as url:
        assert asked(url) == "deployment.server_slow"
    assert asked("ftp://somewhere") == "deployment.bad_address"
    assert asked("http://ana:secret@127.0.0.1:1") == "deployment.address_secret"
