"""The heartbeat of an event loop with nothing to do, beside the bare libraries at the same work.

``python -m tests.bench.bare_loop SECONDS BIG TRAINING TARGET`` prints the stalls in ms, as JSON. pandas turns the file
BIG into Parquet, scikit-learn learns from TRAINING, again and again, each in a process as patient as Ciclo's jobs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from PySide6.QtCore import QCoreApplication, Qt, QTimer

from tests.bench.watched_window import BEAT_MS

_IMPORT = """
import os, sys, pandas
os.nice(10)
while True:
    for part in pandas.read_csv(sys.argv[1], chunksize=200_000):
        part.to_parquet(sys.argv[1] + ".bare")
"""
_TRAIN = """
import os, sys, pandas
from sklearn.ensemble import RandomForestClassifier
os.nice(10)
table = pandas.read_csv(sys.argv[1])
target = table.pop(sys.argv[2])
table = table.select_dtypes("number").fillna(0)
while True:
    RandomForestClassifier(50).fit(table, target)
"""


def main() -> int:
    """Beat for so many seconds."""
    qt = QCoreApplication([])
    stalls: list[float] = []
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        stalls.append(max(0.0, (now - last) * 1000 - BEAT_MS))
        last = now

    timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=BEAT_MS)
    timer.timeout.connect(beat)
    seconds, big, training, target = sys.argv[1:]
    busy = [
        subprocess.Popen([sys.executable, "-c", _IMPORT, big]),
        subprocess.Popen([sys.executable, "-c", _TRAIN, training, target]),
    ]
    try:
        timer.start()
        QTimer.singleShot(int(float(seconds) * 1000), qt.quit)
        qt.exec()
    finally:
        for process in busy:
            process.kill()
            process.wait()
    print(json.dumps(stalls))
    return 0


if __name__ == "__main__":
    sys.exit(main())
