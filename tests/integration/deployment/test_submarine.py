"""A registration in Submarine, against a replica of its server that refuses as the real one does."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.deployment.made import Source
from app.deployment.targets.submarine.target import SubmarineTarget
from app.errors import CicloError
from tests.integration.deployment.replicas import Registry, running, storage, submarine
from tests.unit.deployment.targets.sources import NAME, Here, defaults, made, make_source

TARGET = SubmarineTarget()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return make_source(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def folder(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(TARGET, source, tmp_path_factory.mktemp("made") / "folder")


def deliver(
    source: Source, folder: Path, registry: Registry, tmp_path: Path, *, trouble: dict[str, object], **given: str
) -> str:
    with running(submarine(registry, **trouble)) as url, running(storage(registry)) as s3:
        settings = defaults(TARGET, url=url, s3=s3, access_key="me", secret_key="secret") | given
        assert trouble or TARGET.check(settings) == "Apache Submarine"
        return TARGET.deliver(Here(tmp_path / "staging"), source, folder, settings).place


def test_that_a_version_is_registered_with_stage_tags_and_dataset(source: Source, folder: Path, tmp_path: Path) -> None:
    registry = Registry()
    url = deliver(source, folder, registry, tmp_path, trouble={})
    assert url.endswith(f"/api/v1/model-version/{NAME}/1")
    (version,) = registry.versions(NAME)
    assert (version["currentStage"], version["userId"]) == ("Production", "Ana")
    assert version["dataset"].startswith("people@1 cdcd")
    assert "ciclo.approver/Ana" in version["tags"]
    assert all(len(tag) <= 256 for tag in version["tags"])
    assert "can't serve it" in version["description"]
    kept = f"registry/{NAME}-1-{version['id']}/{NAME}/1/{NAME}-1.ciclo.zip"
    assert registry.files[kept] == (folder / f"{NAME}-1.ciclo.zip").read_bytes()
    deliver(source, folder, registry, tmp_path, trouble={}, stage="Archived")
    (version,) = registry.versions(NAME)
    assert version["currentStage"] == "Archived"


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ({"stage": True}, "deployment.server_refuses"),
        ({"copy": True}, "deployment.server_failed"),
        ({"other_bytes": True}, "deployment.other_bytes"),
    ],
)
def test_that_nothing_stays_half_registered(
    trouble: dict[str, object], code: str, source: Source, folder: Path, tmp_path: Path
) -> None:
    registry = Registry()
    with pytest.raises(CicloError) as caught:
        deliver(source, folder, registry, tmp_path, trouble=trouble)
    assert caught.value.code == code
    assert (registry.names, registry.files) == ({}, {})


def test_that_what_can_not_be_used_is_told_apart(source: Source, folder: Path, tmp_path: Path) -> None:
    def refused(registry: Registry, **given: str) -> str:
        with pytest.raises(CicloError) as caught:
            deliver(source, folder, registry, tmp_path, trouble={}, **given)
        return caught.value.code

    theirs = Registry()
    theirs.add_model({"name": NAME, "tags": ["image"]})
    assert refused(theirs) == "deployment.name_taken"
    assert refused(Registry(), bucket="other") == "deployment.no_bucket"
    assert refused(Registry(), access_key="you") == "deployment.server_forbids"
    assert refused(Registry(), name="señal") == "deployment.submarine.bad_name"
    assert refused(Registry(), s3="") == "deployment.missing_setting"
    with running(submarine(no_rest=True)) as url, pytest.raises(CicloError) as caught:
        TARGET.check(defaults(TARGET, url=url, s3=url))
    assert caught.value.code == "deployment.submarine.no_rest"
