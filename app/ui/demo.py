"""``ciclo demo``: the whole main job on the sample, through the real window, by real clicks.

Each step waits until the widget it needs is there and can be used, then clicks or types as a person would. So the demo
is also the test that the window can be used from the first page to a scored bundle.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from app.errors import CicloError
from app.jobs.contract import Ended, Event
from app.text.words import Words, choose_locale
from app.ui.application import Application

_POLL_MS = 40
_STEP_LIMIT_S = 600.0
_SETTLE_MS = 350


@dataclass(frozen=True)
class Step:
    """One thing a person does: wait for ``widget`` (by object name), take a picture, click it or type into it."""

    widget: str
    text: str | None = None
    picture: str = ""
    click: bool = True


class DemoAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo leaves behind."""

    project: str
    bundle: str
    report: str
    scored: str
    screenshots: tuple[str, ...]
    seconds: float


def main_job(sample: str, scored: str) -> tuple[Step, ...]:
    """The main job, click by click."""
    return (
        Step("sample", picture="welcome"),
        Step("datasets.import_confirm", picture="import"),
        Step("datasets.train", picture="datasets"),
        Step("training.start"),
        Step("training.to_report", picture="training"),
        Step("verification.verify"),
        Step("verification.by", text="Ciclo demo"),
        Step("verification.comment", text="Better than the baseline on rows it has never seen."),
        Step("verification.approve", picture="verification"),
        Step("verification.to_deployment"),
        Step("deployment.export.bundle"),
        Step("deployment.folder", click=False),
        Step("deployment.source", text=sample),
        Step("deployment.out", text=scored),
        Step("deployment.score"),
        Step("deployment.predictions", picture="deployment", click=False),
        Step("tab-results"),
        Step("results.open", picture="results", click=False),
    )


class Demo(QObject):
    """Plays steps in a window. ``ended(error or None)`` comes once."""

    ended = Signal(object)

    def __init__(self, window: QWidget, steps: Sequence[Step], pictures: Path) -> None:
        super().__init__()
        self._window, self._steps, self._pictures = window, list(steps), pictures
        self.screenshots: list[str] = []
        self._since = time.monotonic()
        self._settled_for = ""
        self._failure: CicloError | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._on_tick)

    def start(self) -> None:
        """Begin with the first step."""
        self._since = time.monotonic()
        self._timer.start()

    @Slot(object)
    def fail(self, error: CicloError) -> None:
        """The window said that something went wrong."""
        self._failure = error

    @Slot(object)
    def on_job_event(self, event: Event) -> None:
        """A job that fails is the end: the page says why, and waits for a person."""
        if isinstance(event, Ended) and event.failure is not None:
            self.fail(CicloError(event.failure.code, **event.failure.params))

    @Slot()
    def _on_tick(self) -> None:
        if self._failure is not None:
            self._end(self._failure)
            return
        if not self._steps:
            self._end(None)
            return
        step = self._steps[0]
        widget = self._ready(step)
        if widget is None:
            if time.monotonic() - self._since > _STEP_LIMIT_S:
                self._end(CicloError("ui.demo.stuck", widget=step.widget, seconds=round(_STEP_LIMIT_S)))
            return
        if step.picture and self._settled_for != step.widget:
            self._settled_for = step.widget
            self._timer.start(_SETTLE_MS)
            return
        self._timer.start(_POLL_MS)
        self._steps.pop(0)
        self._since = time.monotonic()
        self._play(step, widget)

    def _ready(self, step: Step) -> QWidget | None:
        found = self._window.findChildren(QWidget, step.widget)
        return next((w for w in found if w.isVisible() and w.isEnabled()), None)

    def _play(self, step: Step, widget: QWidget) -> None:
        if step.picture:
            path = self._pictures / f"{step.picture}.png"
            self._window.grab().save(str(path))
            self.screenshots.append(str(path))
        if step.text is not None:
            _type(widget, step.text)
        elif step.click:
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def _end(self, error: CicloError | None) -> None:
        self._timer.stop()
        self.ended.emit(error)


def _type(widget: QWidget, text: str) -> None:
    widget.setFocus()
    if isinstance(widget, QLineEdit | QPlainTextEdit):
        widget.selectAll()
    for letter in text:  # QTest.keyClicks ends the program at the first letter that ASCII lacks
        QTest.sendKeyEvent(QTest.KeyAction.Click, widget, Qt.Key.Key_unknown, letter, Qt.KeyboardModifier.NoModifier)


# Running it


def run_demo(argv: list[str]) -> int:
    """Play the main job in ``--out`` (a new folder); prints where its results lie."""
    words = Words(choose_locale())
    parser = argparse.ArgumentParser(prog="ciclo demo", description=words("ui.demo.help"))
    parser.add_argument("--out", default="ciclo-demo")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="ciclo-demo-", ignore_cleanup_errors=True) as home:
        os.environ["CICLO_HOME"] = home  # the user's own settings and list of projects stay as they are
        try:
            answer = play(_fresh(Path(options.out).resolve()))
        except CicloError as error:
            return _refuse(error, words, as_json=options.json)
    if options.json:
        print(msgspec.json.encode(answer).decode())
    else:
        print(words("ui.demo.done", seconds=round(answer.seconds)))
        for line in (answer.project, answer.report, answer.bundle, answer.scored, *answer.screenshots):
            print(f"  {line}")
    return 0


def _refuse(error: CicloError, words: Words, *, as_json: bool) -> int:
    message, hint = words.error(error)
    if as_json:
        print(msgspec.json.encode({"error": {"code": error.code, "message": message, "hint": hint}}).decode())
    else:
        print(" ".join(part for part in (message, hint) if part), file=sys.stderr)
    return 2


def _fresh(out: Path) -> Path:
    """``out``, or the first free folder beside it: a demo never touches an earlier one."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return out
    return next(p for n in range(2, 10_000) if not (p := out.with_name(f"{out.name}-{n}")).exists())


def play(out: Path) -> DemoAnswer:
    """Play the main job with every result below ``out``.

    Raises
    ------
    CicloError
        What the window said, or ``ui.demo.stuck`` where a step never became possible.
    """
    from app.project.durable import make_folder, writing
    from app.resources import resource
    from app.ui.settings import Settings, save_settings

    pictures = out / "screenshots"
    with writing(out):
        make_folder(pictures)
    started = time.monotonic()
    qt = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(qt, QApplication)
    save_settings(Settings(projects_folder=str(out), mode="light"))
    application = Application(qt)
    steps = main_job(str(resource("samples", "telco_churn.csv")), str(out / "scored.csv"))
    demo = Demo(application.window, steps, pictures)
    ending = _Ending(qt.exit)  # not quit(): it asks the window, which asks about running jobs
    demo.ended.connect(ending.take)
    application.session.failed.connect(demo.fail)
    application.session.job_event.connect(demo.on_job_event)
    application.start()
    QTimer.singleShot(0, demo, demo.start)
    qt.exec()
    try:
        if ending.error is not None:
            raise ending.error
        return _answer(application, out, demo.screenshots, time.monotonic() - started)
    finally:
        application.close()


class _Ending(QObject):
    def __init__(self, quit_loop: Callable[[], None]) -> None:
        super().__init__()
        self._quit = quit_loop
        self.error: CicloError | None = None

    @Slot(object)
    def take(self, error: CicloError | None) -> None:
        """Remember how it ended, and leave the event loop."""
        self.error = error
        self._quit()


def _answer(application: Application, out: Path, screenshots: Sequence[str], seconds: float) -> DemoAnswer:
    from app.verification.records import REPORT

    project = application.session.project
    if project is None:
        raise CicloError("ui.no_project")
    report = project.records(REPORT)[-1]
    html = report.objects.get(f"html_{application.session.words.language}") or report.objects["html_en"]
    target = out / "report.html"
    target.write_bytes(project.object_bytes(html.sha256))
    bundles = sorted((project.folder / "exports").glob("*.zip"))
    return DemoAnswer(
        project=str(project.folder),
        bundle=str(bundles[-1]),
        report=str(target),
        scored=str(out / "scored.csv"),
        screenshots=tuple(screenshots),
        seconds=round(seconds, 1),
    )
