"""From exec to the first painted window, against a bare PySide6 window with a list and a table; the median of seven
alternating starts. Prints their ratio; exits with 1 where it is above the limit."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figures import Figures

LIMIT = 1.5
RUNS = 7
ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("numpy", "pandas", "pyarrow", "sklearn", "joblib", "scipy", "babel", "pyqtgraph")

_BARE = """
import sys, time
from PySide6.QtCore import QEvent, QObject, QTimer, QStringListModel
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QApplication, QHBoxLayout, QListView, QMainWindow, QTableView, QWidget

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self.painted)
        return False

    def painted(self):
        print(time.time(), flush=True)
        app.quit()

app = QApplication([])
window = QMainWindow()
inside = QWidget()
layout = QHBoxLayout(inside)
names = QListView()
names.setModel(QStringListModel([str(i) for i in range(20)]))
table = QTableView()
table.setModel(QStandardItemModel(30, 8))
layout.addWidget(names)
layout.addWidget(table)
window.setCentralWidget(inside)
window.resize(1280, 800)
watch = Watch()
window.installEventFilter(watch)
window.show()
app.exec()
"""

_OURS = """
import sys, time
from app.ui import application as module

class Watched(module.Application):
    def _after_first_paint(self):
        print(time.time(), ",".join(m for m in HEAVY if m in sys.modules), flush=True)
        qt.quit()

qt = module.make_application("ciclo")
watched = Watched(qt)
watched.start("")
qt.exec()
watched.close()
"""


def first_paint_ms(source: str, home: str) -> tuple[float, str]:
    """Milliseconds from the start of the process to the first paint, and what of the heavy was imported by then."""
    platform = os.environ.get("QT_QPA_PLATFORM", "offscreen")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"QT_QPA_PLATFORM": platform, "CICLO_HOME": home, "PYTHONPATH": str(ROOT)}
    environment["PYTHONPYCACHEPREFIX"] = str(Path(home) / "bytecode")  # current for both, filled by the first start
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    painted, _, heavy = done.stdout.strip().partition(" ")
    return (float(painted) - began) * 1000, heavy


def measure(runs: int = RUNS) -> dict[str, float | str]:
    """Medians of ``runs`` alternating starts, after one of each that isn't counted."""
    ours = f"HEAVY = {HEAVY!r}\n{_OURS}"
    times: dict[str, list[float]] = {"bare": [], "ciclo": []}
    heavy = ""
    with tempfile.TemporaryDirectory() as home:
        for run in range(runs + 1):
            for name, source in (("bare", _BARE), ("ciclo", ours)):
                took, imported = first_paint_ms(source, home)
                heavy = heavy or imported
                if run:
                    times[name].append(took)
    bare, ciclo = (statistics.median(times[name]) for name in ("bare", "ciclo"))
    return {"bare_ms": round(bare, 1), "ciclo_ms": round(ciclo, 1), "ratio": round(ciclo / bare, 3), "heavy": heavy}


@contextmanager
def display() -> Iterator[None]:
    """An X server of its own."""
    reads, writes = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=(writes,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writes)
    with os.fdopen(reads) as named:
        os.environ.update(DISPLAY=f":{named.readline().strip()}", QT_QPA_PLATFORM="xcb")
    try:
        yield
    finally:
        server.terminate()
        server.wait()


def say(figures: Figures, where: str) -> None:
    """Measure, and print the figures."""
    found = measure()
    figures.say(
        f"first painted window / bare window, {where}",
        f"{found['ratio']}",
        f"<= {LIMIT}",
        float(found["ratio"]) <= LIMIT,
    )
    figures.note(f"bare {found['bare_ms']} ms, Ciclo {found['ciclo_ms']} ms, medians of {RUNS} alternating starts")
    figures.say("heavy libraries imported before", str(found["heavy"]) or "none", "none", not found["heavy"])


def main() -> int:
    """Offscreen, and on an X server where there is one to start."""
    figures = Figures()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    say(figures, "offscreen")
    if shutil.which("Xvfb"):
        with display():
            say(figures, "Xvfb")
    return figures.status


if __name__ == "__main__":
    sys.exit(main())
