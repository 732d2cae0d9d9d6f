"""The Verification tab of the real window: opening a stored report, and dragging the threshold.

``python -m tests.bench.bench_report``. Each step is followed by painting what it changed; processor time stands beside
the clock's, since only that tells the program from its neighbours.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.learning.records import MODEL
from app.resources import resource
from app.ui.application import Application, make_application
from app.ui.verification.page import Page
from app.ui.verification.report import ReportView
from app.ui.verification.threshold_chart import ThresholdChart
from app.ui.widgets.page import ScrollPage
from tests.bench.figures import Figures, ciclo, scratch

_OPENINGS, _STEPS = 5, 300
_OPEN_MS, _FRAME_MS = 500.0, 16.0
_PATIENCE_S = 300.0


def main() -> int:
    """Print the figures."""
    figures = Figures()
    with scratch() as folder:
        project = _project(folder)
        os.environ["CICLO_HOME"] = str(folder / "home")
        qt = make_application("ciclo")
        application = Application(qt)
        application.start()
        _until(lambda: application.workspace is not None)
        session = application.session
        session.open_project(str(project))
        _until(lambda: session.project is not None)
        record = session.records(MODEL)[0]
        opened = [_opening(qt, application, record.id) for _ in range(_OPENINGS)]
        wall, own = np.median(opened, axis=0)
        told = f"{wall:.0f} ms ({own:.0f} ms of the processor)"
        figures.say("opening a stored report, to its first page", told, f"<= {_OPEN_MS:.0f} ms", bool(wall <= _OPEN_MS))
        frames = np.array(_drags(qt, application))
        late = float(np.percentile(frames[:, 0], 95))
        told = f"{np.median(frames[:, 0]):.1f} ms, 95 % within {late:.1f} ms ({np.median(frames[:, 1]):.1f} ms own)"
        figures.say("a frame while the threshold is dragged", told, f"<= {_FRAME_MS:.0f} ms", late <= _FRAME_MS)
        application.close()
    return figures.status


def _project(folder: Path) -> Path:
    """The sample with a model, its report, and prices."""
    project, home = folder / "project", folder / "home"
    ciclo(home, "new", str(project))
    ciclo(home, "import", str(project), str(resource("samples", "telco_churn.csv")), "--name", "telco", "--json")
    train = ("train", str(project), "telco", "--target", "Churn", "--model", "churn", "--preset", "quick", "--json")
    ciclo(home, *train)
    prices = ("--price", "Yes:Yes=60", "No:Yes=-10", "--rows", "1000", "--currency", "EUR", "--threshold", "best")
    ciclo(home, "value", str(project), "churn", *prices, "--json")
    ciclo(home, "verify", str(project), "churn", "--json")
    return project


def _opening(qt: QApplication, application: Application, record: str) -> tuple[float, float]:
    """Milliseconds of the clock and of the processor, as if another report had been shown before."""
    workspace = application.workspace
    assert workspace is not None
    workspace.show_tab("datasets")
    QTest.qWait(2_000)
    page = application.window.findChild(Page)
    shown = page.findChild(ReportView) if page is not None else None
    if shown is not None:
        shown._drawn = ""
    return _timed(lambda: application.session.show("verification", record), qt, application)


def _drags(qt: QApplication, application: Application) -> list[tuple[float, float]]:
    def chart() -> ThresholdChart | None:
        found = application.window.findChildren(ThresholdChart, "verification.worth.chart")
        return next((one for one in found if one.isVisible() and one._line is not None), None)

    _until(lambda: chart() is not None)
    shown = chart()
    assert shown is not None
    QTest.qWait(3_000)
    for area in application.window.findChildren(ScrollPage):
        if area.isVisible():
            area.ensureWidgetVisible(shown)
    QTest.qWait(1_000)
    line = shown._line
    assert line is not None
    return [_timed(lambda at=at: line.setValue(at), qt, None) for at in np.linspace(0.05, 0.95, _STEPS)]  # type: ignore[misc]


def _timed(work: Callable[[], object], qt: QApplication, whole: Application | None) -> tuple[float, float]:
    wall, own = time.perf_counter(), time.process_time()
    work()
    qt.processEvents()
    if whole is not None:
        whole.window.grab()
    return 1_000 * (time.perf_counter() - wall), 1_000 * (time.process_time() - own)


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + _PATIENCE_S
    while not holds():
        if time.monotonic() > ends:
            raise TimeoutError
        QTest.qWait(50)


if __name__ == "__main__":
    sys.exit(main())
