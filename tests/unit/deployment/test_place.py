"""Under which names exports can be put."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.deployment.own import OWN
from app.deployment.place import check_ending
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
