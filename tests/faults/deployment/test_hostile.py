"""Bundles from somebody who means harm are refused in a sentence, and nothing else comes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.deployment.hostile.verdict import campaign, flips, taken


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (place := tmp_path / "watched").mkdir()
    return place


def test_that_every_hostile_bundle_is_refused_and_does_nothing(folder: Path) -> None:
    verdict = campaign(folder, seeds=2)
    assert not verdict.wrong
    assert verdict.refused == verdict.bundles


def test_that_every_changed_byte_is_noticed(folder: Path) -> None:
    verdict = flips(folder, count=1_500)
    assert not verdict.wrong
    assert verdict.refused == verdict.bundles


def test_that_good_bundles_are_taken(folder: Path) -> None:
    assert taken(folder, count=10) == 0
