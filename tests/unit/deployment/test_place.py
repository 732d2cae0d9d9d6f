"""Under which names exports can be put."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from app.deployment import place
from app.deployment.own import OWN
from app.deployment.place import check_ending, put_new
from app.errors import CicloError


@pytest.mark.parametrize("ending", [declared.ending for declared in OWN])
def test_that_an_export_can_be_called_as_its_kind_is(ending: str) -> None:
    check_ending(Path(f"churn-4{ending}"), ending)
    check_ending(Path(f"churn{ending[ending.rfind('.') :]}"), ending)


def test_that_another_ending_is_refused_and_the_right_one_named() -> None:
    with pytest.raises(CicloError) as caught:
        check_ending(Path("churn.pmml"), ".onnx")
    assert caught.value.code == "deployment.bad_ending"
    assert caught.value.params["ending"] == ".onnx"


def test_that_a_folder_that_finds_no_room_on_another_disk_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "made"
    (made / "empty").mkdir(parents=True)
    (made / "a").write_text("a")
    monkeypatch.setattr(place, "_same_disk", lambda *_: False)
    put_new(made, tmp_path / "put")
    assert (tmp_path / "put" / "empty").is_dir()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(CicloError) as caught:
        put_new(made, tmp_path / "other")
    assert caught.value.code == "project.disk_full"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "put"]
