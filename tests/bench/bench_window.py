"""From exec to the first painted window, against a bare PySide6 window with a list and a table; the median of seven
alternating starts. Prints both and their ratio; exits with 1 where the ratio is above the limit."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def main() -> int:
    """Print the figures; 1 where the limit is missed."""
    found = measure()
    print(json.dumps({"first_painted_window": found, "limit": LIMIT}))
    return 0 if float(found["ratio"]) <= LIMIT and not found["heavy"] else 1


if __name__ == "__main__":
    sys.exit(main())
