"""The order in which several workers take the files of tests."""

from __future__ import annotations

import pytest

from tests.conftest import LONGEST, ROOT


@pytest.mark.parametrize("name", LONGEST)
def test_that_what_is_begun_first_is_there(name: str) -> None:
    assert (ROOT / "tests" / name).is_file()
