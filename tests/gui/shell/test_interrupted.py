"""Work that was cut off when the program ended is offered again, quietly."""

from __future__ import annotations

from hands import Shell

from app.data.records import IMPORT, ImportRequest
from app.jobs.ledger import interrupted
from app.text.message import Text


def cut_off_an_import(shell: Shell) -> None:
    """Submit an import, and end the queue as a closing window does."""
    project = shell.session.project
    assert project is not None
    request = ImportRequest(project=str(project.folder), source="/nowhere/sales.csv", name="sales")
    shell.session.submit(IMPORT, request, Text("ui.sample_name"))
    shell.session._door.close()
    assert [job.kind for job in interrupted(project)] == [IMPORT.name]


def test_that_work_that_was_cut_off_is_offered_and_can_be_dismissed(shell: Shell) -> None:
    shell.open_new_project("Churn")
    project = shell.session.project
    assert project is not None
    cut_off_an_import(shell)
    shell.session.open_project(str(project.folder))
    shell.until(lambda: shell.is_shown("interrupted"))
    assert "Customer churn" in shell.find("interrupted").accessibleName()
    shell.workspace.interrupted.dismiss()
    shell.until(lambda: interrupted(project) == [])
    assert not shell.is_shown("interrupted")


def test_that_work_that_was_cut_off_starts_again_with_one_click(shell: Shell) -> None:
    shell.open_new_project("Churn")
    project = shell.session.project
    assert project is not None
    cut_off_an_import(shell)
    shell.session.attach(shell.application._launcher)
    shell.session.open_project(str(project.folder))
    shell.click("again")
    shell.until(lambda: shell.window.foot.queue.text() == "1 failed")  # the file is nowhere
    shell.until(lambda: interrupted(project) == [])
