"""A project that isn't as it was stored is said to be so when it is opened, and checked closely when asked."""

from __future__ import annotations

import msgspec
from hands import Shell

from app.project import Project, draft
from app.project.durable import stage_bytes
from app.ui.integrity import Integrity


class Body(msgspec.Struct, frozen=True):
    text: str


def store_dataset(project: Project) -> str:
    folder, lock = project.new_staging()
    table = stage_bytes(folder, "t", b"rows", media="x")
    (record,) = project.commit([draft("other", Body("d"), objects={"table": table}, name="customers")])
    lock.release()
    return record.objects["table"].sha256


def bar(shell: Shell) -> Integrity:
    return shell.workspace.integrity


def test_that_a_damaged_project_is_said_when_it_is_opened_and_what_rests_on_it(shell: Shell) -> None:
    shell.open_new_project("Churn")
    project = shell.session.project
    assert project is not None
    path = project.object_path(store_dataset(project))
    path.unlink()
    shell.session.open_project(str(project.folder))
    shell.until(lambda: shell.is_shown("integrity"))
    said = bar(shell).accessibleName()
    assert said.startswith("1 thing in this project isn't as it was stored.")
    assert "customers@1" in said
    shell.click("integrity-check")
    shell.until(lambda: shell.is_shown("integrity"))
    assert "customers@1" in bar(shell).accessibleName()
    assert not shell.is_shown("integrity-check")


def test_that_a_check_by_the_menu_finds_what_only_the_hash_tells(shell: Shell) -> None:
    shell.open_new_project("Churn")
    project = shell.session.project
    assert project is not None
    path = project.object_path(store_dataset(project))
    shell.workspace.actions.actions["check"].trigger()
    shell.until(lambda: shell.is_shown("integrity"))
    assert bar(shell).accessibleName().startswith("Everything is as it was stored.")
    path.chmod(0o644)
    path.write_bytes(b"r0ws")
    bar(shell).look()
    shell.workspace.actions.actions["check"].trigger()
    shell.until(lambda: bar(shell).accessibleName().startswith("1 thing"))


def test_that_a_project_that_takes_no_file_can_still_be_checked(shell: Shell) -> None:
    shell.open_new_project("Churn")
    project = shell.session.project
    assert project is not None
    store_dataset(project)
    before = sorted(project.folder.rglob("*"))
    shell.workspace.actions.actions["check"].trigger()
    shell.until(lambda: shell.is_shown("integrity"))
    assert sorted(project.folder.rglob("*")) == before
