"""The main job on any file, through the real window by real clicks, correcting nothing but the target; then the bundle
alone scores the same file as a program of its own, and must give the window's bytes.

    python -m tests.bench.main_job FILE --target COLUMN [--out FOLDER]

Prints one line a figure; the project, the report, the bundle and a picture of every tab stay in FOLDER.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from app.errors import CicloError
from app.learning.records import MODEL, ModelVersion
from app.project.record import Record
from app.ui.application import Application, make_application
from app.ui.demo import Demo, Step
from app.ui.settings import Settings, save_settings
from app.verification.records import REPORT, Report
from tests.bench.figures import Figures


def steps(target: str, source: str, scored: str) -> tuple[Step, ...]:
    """What a person does after letting go of the file over the window."""
    return (
        Step("create-project"),
        Step("datasets.import_confirm", picture="1-import"),
        Step("datasets.train", picture="2-dataset"),
        Step("training.target", text=target),
        Step("training.start", picture="3-plan"),
        Step("training.to_report", picture="4-training"),
        Step("verification.verify"),
        Step("verification.by", text="Ana"),
        Step("verification.comment", text="Tried on a file of ours."),
        Step("verification.approve", picture="5-report"),
        Step("verification.to_deployment"),
        Step("deployment.export.bundle"),
        Step("deployment.folder", click=False),
        Step("deployment.source", text=source),
        Step("deployment.out", text=scored),
        Step("deployment.score"),
        Step("deployment.predictions", picture="6-deployment", click=False),
        Step("tab-results"),
        Step("results.open", picture="7-results", click=False),
    )


class Person(QObject):
    """Drops the file as soon as the window can take it, then plays the steps."""

    def __init__(self, application: Application, source: Path, demo: Demo) -> None:
        super().__init__()
        self._application, self._source, self._demo = application, source, demo
        self.error: CicloError | None = None
        self._timer = QTimer(self, interval=50)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()
        demo.ended.connect(self._on_ended)

    @Slot()
    def _on_tick(self) -> None:
        if self._application.workspace is None:
            return
        self._timer.stop()
        self._application.session.failed.connect(self._demo.fail)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(self._source))])
        copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        self._application.window.dropEvent(QDropEvent(QPoint(300, 300), copy, data, left, none))
        self._demo.start()

    @Slot(object)
    def _on_ended(self, error: CicloError | None) -> None:
        self.error = error
        qt = QApplication.instance()
        assert qt is not None
        qt.exit()


def main() -> int:
    """Play the job and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--target", required=True)
    parser.add_argument("--out", type=Path, default=Path("main-job"))
    options = parser.parse_args()
    source, out = options.file.resolve(), options.out.resolve()
    (out / "pictures").mkdir(parents=True)
    os.environ["CICLO_HOME"] = str(out / "home")
    save_settings(Settings(projects_folder=str(out), mode="light", language=os.environ.get("CICLO_LANG", "en")))
    began = time.monotonic()
    application = Application(make_application("ciclo"))
    scored = out / "scored.csv"
    demo = Demo(application.window, steps(options.target, str(source), str(scored)), out / "pictures")
    person = Person(application, source, demo)
    application.start()
    QApplication.exec()
    seconds = time.monotonic() - began
    if person.error is not None:
        application.close()
        raise SystemExit(f"{person.error.code} {person.error.params}")
    assert application.session.project is not None
    project = application.session.project
    records = {kind: project.records(kind)[-1] for kind in (MODEL, REPORT)}
    bundle = next((project.folder / "exports").iterdir())
    application.close()
    return say(records, bundle, source, scored, seconds)


def say(records: dict[str, Record], bundle: Path, source: Path, scored: Path, seconds: float) -> int:
    """The figures of one job."""
    figures = Figures()
    model, report = records[MODEL].read(ModelVersion), records[REPORT].read(Report)
    figures.note(f"{source.name}: {model.task}, {model.estimator}, verdict {report.verdict}")
    for metric, cv in list(model.cv.items())[:2]:
        figures.note(f"{metric}: cross-validation {cv.value} [{cv.low}, {cv.high}]")
    figures.note("alarms: " + (", ".join(f"{alarm.id} {alarm.params}" for alarm in model.alarms) or "none"))
    figures.note(
        f"training {model.seconds:.1f} s; bundle {bundle.stat().st_size / 1e6:.1f} MB; whole job {seconds:.0f} s"
    )
    again = scored.with_name("again.csv")
    command = [sys.executable, "-m", "app", "score", str(bundle), str(source), "--out", str(again)]
    subprocess.run(command, check=True, capture_output=True)
    same = scored.read_bytes() == again.read_bytes()
    figures.say("ciclo score gives the window's bytes", str(same), "True", same)
    print(msgspec.json.encode([(c.estimator, dict(c.params), c.seconds) for c in model.candidates]).decode())
    return figures.status


if __name__ == "__main__":
    sys.exit(main())
