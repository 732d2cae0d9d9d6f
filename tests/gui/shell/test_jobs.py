"""Jobs as the window shows them: real processes."""

from __future__ import annotations

from hands import Shell
from PySide6.QtCore import QThread
from shell_work import ASK, WORK, AskAnswer, AskRequest, WorkRequest

from app.jobs.contract import Ended, Event, JobState
from app.text.message import Text

TITLE = Text("ui.sample_name")


class Listener:
    """Keeps what comes, and in which thread."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.threads: set[bool] = set()
        self.words: list[str] = []

    def take(self, event: Event) -> None:
        self.events.append(event)
        self.threads.add(QThread.isMainThread())

    def take_answer(self, answer: AskAnswer) -> None:
        self.words.append(answer.word)
        self.threads.add(QThread.isMainThread())


def test_that_a_job_is_shown_while_it_runs_and_everything_is_saved_after(shell: Shell) -> None:
    shell.open_new_project("Churn")
    listener = Listener()
    shell.session.job_event.connect(listener.take)
    foot = shell.window.foot
    assert foot.title.text() == "Everything is saved"
    shell.session.submit(WORK, WorkRequest(seconds=1.0), TITLE)
    shell.until(lambda: "about 01:30 left" in foot.step.text() and foot.bar.value() == 250)
    assert foot.title.text() == "Customer churn"
    assert foot.stop.isVisible()
    shell.until(lambda: foot.title.text() == "Everything is saved")
    assert foot.queue.text() == "1 done"
    assert [type(e) for e in listener.events].count(Ended) == 1
    assert listener.threads == {True}


def test_that_stop_ends_a_job_at_once(shell: Shell) -> None:
    shell.open_new_project("Churn")
    job = shell.session.submit(WORK, WorkRequest(seconds=60.0), TITLE)
    shell.until(lambda: bool(shell.session.jobs.running()))
    shell.click("stop")
    shell.until(lambda: shell.session.jobs.get(job).state is JobState.CANCELLED)
    assert shell.window.foot.title.text() == "Everything is saved"


def test_that_a_tab_says_how_many_of_its_jobs_are_at_work(shell: Shell) -> None:
    shell.open_new_project("Churn")
    shell.session.submit(WORK, WorkRequest(seconds=60.0), TITLE)
    shell.session.submit(WORK, WorkRequest(seconds=60.0), TITLE)
    shell.until(lambda: "2 jobs at work" in shell.find("tab-datasets").accessibleName())
    for job in shell.session.jobs.open():
        shell.session.jobs.stop(job.id)
    shell.until(lambda: "at work" not in shell.find("tab-datasets").accessibleName())


def test_that_the_list_of_jobs_says_why_one_failed(shell: Shell) -> None:
    shell.open_new_project("Churn")
    shell.session.submit(WORK, WorkRequest(fail=True), TITLE)
    shell.until(lambda: shell.window.foot.queue.text() == "1 failed")
    shell.click("queue")
    shell.until(lambda: shell.is_shown("job-list"))
    said = [w.property("text") for w in shell.find("job-list").findChildren(type(shell.window.foot.title))]
    assert any("The disk is full" in text for text in said if text)
    shell.find("job-list").close()


def test_that_a_job_that_waits_can_be_the_next_from_the_list(shell: Shell) -> None:
    shell.open_new_project("Churn")
    ids = [shell.session.submit(WORK, WorkRequest(seconds=60.0), TITLE) for _ in range(4)]
    jobs = shell.session.jobs
    shell.until(lambda: len(jobs.running()) == 2)
    shell.click("queue")
    shell.until(lambda: shell.is_shown("job-run-next"))  # the one beside the last: the first to wait is the next anyway
    shell.click("job-run-next")
    assert [job.id for job in jobs.waiting()] == [ids[3], ids[2]]
    shell.find("job-list").close()
    shell.session.jobs.stop(ids[0])
    shell.until(lambda: jobs.get(ids[3]).state is JobState.RUNNING)
    assert jobs.get(ids[2]).state is JobState.QUEUED
    for id in ids[1:]:
        shell.session.jobs.stop(id)
    shell.until(lambda: not jobs.open())


def test_that_the_newest_question_wins(shell: Shell) -> None:
    listener = Listener()
    for word, seconds in (("first", 0.5), ("second", 0.3), ("third", 0.0)):
        shell.session.quick(ASK, AskRequest(word=word, seconds=seconds), AskAnswer, listener.take_answer)
    shell.until(lambda: bool(listener.words))
    shell.qtbot.wait(700)
    assert listener.words == ["third"]
    assert listener.threads == {True}


def test_that_an_asker_that_is_gone_gets_no_answer_and_is_not_kept(shell: Shell) -> None:
    import gc
    import weakref

    listener = Listener()
    gone = weakref.ref(listener)
    shell.session.quick(ASK, AskRequest(word="late", seconds=0.2), AskAnswer, listener.take_answer)
    del listener
    gc.collect()
    assert gone() is None
    shell.qtbot.wait(500)


def test_that_closing_with_a_job_asks_and_keeping_on_loses_nothing(shell: Shell) -> None:
    shell.open_new_project("Churn")
    job = shell.session.submit(WORK, WorkRequest(seconds=60.0), TITLE)
    shell.until(lambda: bool(shell.session.jobs.running()))
    assert not shell.window.close()
    shell.click("closing-keep")
    assert shell.window.isVisible()
    assert shell.session.jobs.get(job).state is JobState.RUNNING


def test_that_closing_can_finish_in_the_background(shell: Shell) -> None:
    shell.open_new_project("Churn")
    job = shell.session.submit(WORK, WorkRequest(seconds=1.0), TITLE)
    shell.until(lambda: bool(shell.session.jobs.running()))
    shell.window.close()
    shell.click("closing-finish")
    assert not shell.window.isVisible()
    shell.until(lambda: shell.session.jobs.get(job).state is JobState.DONE)


def test_that_closing_can_stop_what_runs(shell: Shell) -> None:
    shell.open_new_project("Churn")
    shell.session.submit(WORK, WorkRequest(seconds=60.0), TITLE)
    shell.until(lambda: bool(shell.session.jobs.running()))
    shell.window.close()
    shell.click("closing-stop")
    assert not shell.window.isVisible()
