"""An export that fails while it is made."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from app.deployment import exporting
from app.deployment.declared import Settings
from app.deployment.made import Source
from app.deployment.records import ExportRequest
from app.deployment.targets.onnx import OnnxTarget
from app.errors import CicloError
from app.jobs.contract import Context
from tests.unit.deployment.targets.sources import Here, make_source


class _OnFullDisk(OnnxTarget):
    def write(self, context: Context, source: Source, path: Path, settings: Settings) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_that_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = make_source(tmp_path).version
    monkeypatch.setattr(exporting, "find_target", lambda name: _OnFullDisk())
    request = ExportRequest(project=str(version.project.folder), model=version.record.label, target="onnx")
    with pytest.raises(CicloError) as caught:
        exporting.export(Here(tmp_path / "staging"), request)
    assert caught.value.code == "project.disk_full"
    assert not list((version.project.folder / "exports").iterdir())
