"""The bin: what is put away is hidden, still there, and can be taken out again."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.errors import CicloError
from app.project import Project, Record, check, draft
from app.project.bin import bin_entry


class Body(msgspec.Struct, frozen=True):
    text: str


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "p")


def add(project: Project, text: str, name: str = "customers") -> Record:
    return project.commit([draft("dataset-version", Body(text), name=name)])[0]


def test_that_the_newest_version_is_the_newest_outside_the_bin(project: Project) -> None:
    first, second = add(project, "a"), add(project, "b")
    project.commit([bin_entry(second, binned=True)])
    assert project.version("dataset-version", "customers") == first
    assert project.version("dataset-version", "customers@2") == second
    assert project.live("dataset-version") == [first]
    assert check(project).damaged == ()


def test_that_what_is_taken_out_of_the_bin_is_as_before(project: Project) -> None:
    record = add(project, "a")
    project.commit([bin_entry(record, binned=True, reason="old")])
    assert project.binned().keys() == {record.id}
    project.commit([bin_entry(record, binned=False)])
    assert project.live("dataset-version") == [record]


def test_that_a_dataset_whose_versions_are_all_in_the_bin_is_said_to_be_there(project: Project) -> None:
    project.commit([bin_entry(add(project, "a"), binned=True)])
    with pytest.raises(CicloError, match="all_in_bin"):
        project.version("dataset-version", "customers")


def test_that_a_number_in_the_bin_is_not_given_again(project: Project) -> None:
    project.commit([bin_entry(add(project, "a"), binned=True)])
    assert add(project, "b").number == 2
