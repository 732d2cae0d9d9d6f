"""A real MLflow loads the folder, serves it, and has the version that was registered by REST."""

from __future__ import annotations

import csv
import hashlib
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.conftest import Approved
from tests.peers.places import free_port, peer, run, served, surroundings

FILES = {
    "MLmodel",
    "certificate.json",
    "code/ciclo_pyfunc.py",
    "conda.yaml",
    "input_example.json",
    "model.onnx",
    "python_env.yaml",
    "requirements.txt",
    "serving_input_example.json",
}
"""Text and ONNX: there is no pickle among them."""
LOAD = """
import json, sys, warnings
import mlflow, pandas as pd
warnings.simplefilter("ignore")
uri, rows = sys.argv[1:]
found = mlflow.pyfunc.load_model(uri).predict(pd.read_csv(rows, parse_dates=["since"]).drop(columns="leaves"))
print(json.dumps(found.to_dict("list")))
"""
AS_ONNX = """
import json, sys
import mlflow.onnx, pandas as pd
folder, rows = sys.argv[1:]
whole = pd.read_csv(rows, parse_dates=["since"]).dropna().drop(columns="leaves")
whole["since"] = (whole["since"] - pd.Timestamp("1970-01-01")).dt.days
whole = whole.astype({"age": float, "since": float, "city": object})
whole["member"] = whole["member"].astype(str).str.lower().astype(object)
mlflow.onnx.load_model(folder)
asked = mlflow.onnx._load_pyfunc(folder + "/model.onnx").predict(whole)
print(json.dumps({"index": whole.index.tolist(), **asked.to_dict("list")}))
"""
LOOK = """
import json, sys
from mlflow import MlflowClient
client = MlflowClient()
name = sys.argv[1]
one = client.get_model_version_by_alias(name, "champion")
run = client.get_run(one.run_id)
inputs = [(i.dataset.name, i.dataset.digest, {t.key: t.value for t in i.tags}) for i in run.inputs.dataset_inputs]
files = [f.path for f in client.list_artifacts(one.run_id, "model")]
print(json.dumps({
    "version": one.version, "status": one.status, "tags": one.tags, "run": run.info.status,
    "metrics": run.data.metrics, "params": run.data.params, "inputs": inputs, "files": files,
    "versions": len(client.search_model_versions(f"name='{name}'")),
}))
"""


@pytest.fixture(scope="module")
def programs() -> Path:
    return peer("peers-mlflow")


@pytest.fixture(scope="module")
def env(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = str(tmp_path_factory.mktemp("mlflow-home"))
    return surroundings(programs, HOME=home, MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")


@pytest.fixture(scope="module")
def server(programs: Path, env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    command = [str(programs / "mlflow"), "server", "--backend-store-uri", f"sqlite:///{folder}/m.db"]
    command += ["--artifacts-destination", str(folder / "art"), "--serve-artifacts", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1"]
    url = f"http://127.0.0.1:{port}"
    with served(command, url=f"{url}/health", env=env, cwd=folder):
        yield url


@pytest.fixture(scope="module")
def folder(approved: Approved, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("folder") / "leaves"
    said = approved.export("mlflow", "--out", str(place))
    assert said["certificate"]["label_flips"] == 0
    files = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    assert files == FILES
    return place


@pytest.fixture(scope="module")
def expected(approved: Approved, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """What the bundle says of the same rows."""
    folder = tmp_path_factory.mktemp("bundle")
    bundle = approved.export("bundle", "--out", str(folder / "b.ciclo.zip"))["path"]
    said = approved.program("score", str(bundle), str(approved.file), "--out", str(folder / "out.csv"))
    assert said.status == 0
    with (folder / "out.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def same(found: dict[str, list], expected: list[dict[str, str]]) -> None:
    assert found["prediction"] == [row["prediction"] for row in expected]
    for name in ("probability_No", "probability_Sí"):
        assert found[name] == pytest.approx([float(row[name]) for row in expected], abs=1e-12)


def test_that_mlflow_loads_the_folder_and_answers_as_the_bundle_does(
    folder: Path,
    approved: Approved,
    expected: list[dict[str, str]],
    programs: Path,
    env: dict[str, str],
    tmp_path: Path,
) -> None:
    out = run([str(programs / "python"), "-c", LOAD, str(folder), str(approved.file)], env=env, cwd=tmp_path)
    same(json.loads(out.splitlines()[-1]), expected)


def test_that_mlflow_asks_the_onnx_file_without_any_code_of_ours(
    folder: Path,
    approved: Approved,
    expected: list[dict[str, str]],
    programs: Path,
    env: dict[str, str],
    tmp_path: Path,
) -> None:
    out = run([str(programs / "python"), "-c", AS_ONNX, str(folder), str(approved.file)], env=env, cwd=tmp_path)
    found = json.loads(out.splitlines()[-1])
    same(found, [expected[place] for place in found["index"]])


def test_that_mlflow_serves_the_folder(
    folder: Path,
    approved: Approved,
    expected: list[dict[str, str]],
    programs: Path,
    env: dict[str, str],
    tmp_path: Path,
) -> None:
    port = free_port()
    command = [str(programs / "mlflow"), "models", "serve", "-m", str(folder), "--env-manager", "local"]
    with served([*command, "-p", str(port)], url=f"http://127.0.0.1:{port}/ping", env=env, cwd=tmp_path):
        url = f"http://127.0.0.1:{port}/invocations"
        example = (folder / "serving_input_example.json").read_bytes()
        assert len(ask(url, example)) == 1
        with approved.file.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        data = [
            [
                int(r["age"]),
                float(r["spent"]) if r["spent"] else None,
                r["city"] or None,
                r["since"],
                r["member"] == "true",
            ]
            for r in rows
        ]
        body = {"dataframe_split": {"columns": ["age", "spent", "city", "since", "member"], "data": data}}
        found = ask(url, json.dumps(body).encode())
        same({name: [row[name] for row in found] for name in found[0]}, expected)


def ask(url: str, body: bytes) -> list[dict[str, object]]:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        return json.loads(answer.read())["predictions"]


def test_that_a_version_is_registered_with_everything_about_it(
    server: str, approved: Approved, expected: list[dict[str, str]], programs: Path, env: dict[str, str], tmp_path: Path
) -> None:
    said = approved.export("mlflow", "--url", server)
    assert said["url"] == f"{server}/#/models/leaves/versions/1"
    here = {**env, "MLFLOW_TRACKING_URI": server}
    found = json.loads(run([str(programs / "python"), "-c", LOOK, "leaves"], env=here, cwd=tmp_path).splitlines()[-1])
    assert (found["status"], found["run"]) == ("READY", "FINISHED")
    assert found["tags"]["ciclo.approver"] == "Ana"
    assert found["tags"]["ciclo.gate.no_leakage"].startswith("passed")
    assert found["metrics"]["roc_auc_low"] < found["metrics"]["roc_auc"]
    assert found["params"]["target"] == "leaves"
    digest = hashlib.sha256(approved.file.read_bytes()).hexdigest()
    assert found["inputs"] == [["customers@1", digest[:36], {"mlflow.data.context": "training"}]]
    assert {"model/MLmodel", "model/model.onnx", "model/certificate.json"} <= set(found["files"])
    load = [str(programs / "python"), "-c", LOAD, "models:/leaves@champion", str(approved.file)]
    same(json.loads(run(load, env=here, cwd=tmp_path).splitlines()[-1]), expected)


def test_that_the_same_version_is_not_registered_twice(
    server: str, approved: Approved, programs: Path, env: dict[str, str], tmp_path: Path
) -> None:
    first = approved.export("mlflow", "--url", server)
    again = approved.export("mlflow", "--url", server)
    assert first["url"] == again["url"]
    here = {**env, "MLFLOW_TRACKING_URI": server}
    found = json.loads(run([str(programs / "python"), "-c", LOOK, "leaves"], env=here, cwd=tmp_path).splitlines()[-1])
    assert found["versions"] == 1


def test_that_the_runs_of_a_server_come_into_the_project(server: str, approved: Approved) -> None:
    approved.export("mlflow", "--url", server)
    found = approved.program("runs", str(approved.project), "--url", server, "--experiment", "ciclo").document
    (experiment,) = found["experiments"]
    run = experiment["runs"][-1]
    assert (run["name"], run["status"], run["user"]) == ("leaves@2", "FINISHED", "Ana")
    assert run["metrics"]["roc_auc_low"] < run["metrics"]["roc_auc"]
    assert run["params"]["target"] == "leaves"
    assert run["datasets"][0].startswith("customers@1 ")


def test_that_the_name_of_somebody_elses_model_is_refused(server: str, approved: Approved) -> None:
    body = json.dumps({"name": "theirs"}).encode()
    request = urllib.request.Request(
        f"{server}/api/2.0/mlflow/registered-models/create", data=body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60):
        pass
    said = approved.program(
        "export", str(approved.project), "leaves", "--to", "mlflow", "--url", server, "--set", "name=theirs"
    )
    assert said.status == 2
    assert said.document["error"]["code"] == "deployment.name_taken"
