"""What is registered is found by Submarine's own SDK, in its tables and its bucket. Its Java server isn't run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.conftest import Approved
from tests.peers.places import ROOT, free_port, peer, run, served, surroundings

LOOK = """
import json, os, sys
from submarine.store.model_registry.sqlalchemy_store import SqlAlchemyStore
from submarine.artifacts.repository import Repository
store = SqlAlchemyStore(sys.argv[1])
one = store.get_model_version("leaves", 1)
repository = Repository()
place = f"registry/leaves-1-{one.id}/leaves/1/"
files = [o["Key"][len(place):] for o in repository.client.list_objects(Bucket="submarine", Prefix=place)["Contents"]]
print(json.dumps({
    "stage": one.current_stage, "type": one.model_type, "user": one.user_id, "experiment": one.experiment_id,
    "tags": list(one.tags), "files": files, "versions": len(store.list_model_versions("leaves")),
}))
"""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, dict[str, str], str]]:
    folder, programs = tmp_path_factory.mktemp("submarine"), peer("peers-submarine")
    s3_port, port = free_port(), free_port()
    s3, url, database = f"http://127.0.0.1:{s3_port}", f"http://127.0.0.1:{port}", f"sqlite:///{folder}/s.db"
    env = surroundings(
        programs,
        HOME=str(folder),
        PYTHONPATH=str(ROOT),
        AWS_ACCESS_KEY_ID="me",
        AWS_SECRET_ACCESS_KEY="secret",
        AWS_DEFAULT_REGION="us-east-1",
        MLFLOW_S3_ENDPOINT_URL=s3,
    )
    moto = [str(programs / "moto_server"), "-H", "127.0.0.1", "-p", str(s3_port)]
    ours = [str(programs / "python"), "-m", "tests.peers.submarine_server", str(port), database, s3]
    with (
        served(moto, url=f"{s3}/moto-api", env=env, cwd=folder),
        served(ours, url=f"{url}/api/v1/registered-model/ping", env=env, cwd=folder),
    ):
        yield url, s3, env, database


def test_that_submarines_own_sdk_finds_what_was_registered(
    servers: tuple[str, str, dict[str, str], str], approved: Approved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, s3, env, database = servers
    monkeypatch.setitem(approved.program.environment, "AWS_SECRET_ACCESS_KEY", "secret")
    given = ["--url", url, "--set", f"s3={s3}", "--set", "access_key=me"]
    said = approved.export("submarine", *given)
    assert said["url"] == f"{url}/api/v1/model-version/leaves/1"
    assert said["certificate"]["label_flips"] == 0
    assert approved.export("submarine", *given)["url"] == said["url"]
    look = [str(peer("peers-submarine") / "python"), "-c", LOOK, database]
    found = json.loads(run(look, env=env, cwd=tmp_path).splitlines()[-1])
    assert (found["stage"], found["type"], found["user"]) == ("Production", "ciclo", "Ana")
    assert found["versions"] == 1
    assert "ciclo.approver/Ana" in found["tags"]
    assert sorted(found["files"]) == ["certificate.json", "description.json", "leaves-2.ciclo.zip"]
    said = approved.program(
        "export", str(approved.project), "leaves", "--to", "submarine", *given, "--set", "bucket=no"
    )
    assert (said.status, said.document["error"]["code"]) == (2, "deployment.no_bucket")
