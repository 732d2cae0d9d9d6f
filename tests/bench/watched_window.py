"""The real window as a process of its own, with a heartbeat from its first paint on; a script tells it what to do.

``python -m tests.bench.watched_window SCRIPT`` (JSON, see :class:`Script`) prints one line of JSON (:class:`Seen`).
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator

import msgspec
import psutil
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QTableView

from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobKind, JobState
from app.text.message import Text
from app.ui import application as module

BEAT_MS = 5
_PAINT_EVERY_MS = 60
_LIMIT_S = 1800.0


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What the window is to do with the project, whose first dataset is shown.

    ``source`` is imported and ``target`` trained on at the same time; after ``work_s`` seconds of heartbeat (0: until
    the jobs have ended) they are stopped. ``paints`` full repaints of the rows are timed idle, and again under load.
    ``clicks`` jobs are started one after the other. ``watch_ms`` prints where the event loop stood for longer.
    """

    project: str
    source: str = ""
    target: str = ""
    work_s: float = 0.0
    paints: int = 0
    clicks: int = 0
    tabs: bool = False
    watch_ms: float = 0.0


class Seen(msgspec.Struct, kw_only=True):
    """What was measured; stalls are gaps between heartbeats beyond their interval, in ms, by phase.

    ``robbed`` are those, and ``robbed_paints`` the paints under load, during which a virtual machine's host gave the
    processors to somebody else.
    """

    stalls: dict[str, list[float]] = {}
    robbed: list[float] = []
    idle_paints: list[float] = []
    busy_paints: list[float] = []
    robbed_paints: list[float] = []
    clicks_ms: list[float] = []
    stop_ms: float = -1.0
    lingering: list[str] = []
    ends: dict[str, str] = {}
    seconds: dict[str, float] = {}
    modules: list[str] = []
    early: list[str] = []


class Watched(module.Application):
    """The window that says when it has painted, and what was imported by then."""

    watch: Watch

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.watch.on_first_paint()
        return super().eventFilter(watched, event)


class Watch(QObject):
    """Beats, and plays the script between the beats."""

    def __init__(self, application: Watched, script: Script) -> None:
        super().__init__()
        self.application, self.script, self.seen = application, script, Seen()
        self._phase = "start"
        self._last = self._stolen_s = 0.0
        self._ended: dict[str, Ended] = {}
        self._play = self._steps()
        self._beat = QTimer(self, timerType=Qt.TimerType.PreciseTimer, interval=BEAT_MS)
        self._beat.timeout.connect(self._on_beat)
        self._next = QTimer(self, singleShot=True)
        self._next.timeout.connect(self._on_next)

    def on_first_paint(self) -> None:
        """From here on the event loop must never stand still."""
        if self._beat.isActive():
            return
        self.seen.early = sorted({name.partition(".")[0] for name in sys.modules})
        self._last = time.perf_counter()
        self._beat.start()
        self._next.start(0)
        if self.script.watch_ms:
            threading.Thread(target=self._look_on, args=(threading.get_ident(),), daemon=True).start()

    @Slot()
    def _on_beat(self) -> None:
        now, stolen_s = time.perf_counter(), stolen()
        late_ms = max(0.0, (now - self._last) * 1000 - BEAT_MS)
        self.seen.stalls.setdefault(self._phase, []).append(late_ms)
        if stolen_s > self._stolen_s:
            self.seen.robbed.append(late_ms)
        self._last, self._stolen_s = now, stolen_s

    def _look_on(self, watched: int) -> None:
        """Print where the window's thread stands when a beat is overdue."""
        told = 0.0
        while True:
            time.sleep(0.004)
            late_ms = (time.perf_counter() - self._last) * 1000
            if late_ms > self.script.watch_ms and told != self._last:
                told = self._last
                frame = sys._current_frames()[watched]
                lines = "".join(traceback.format_stack(frame, 60)[-5:])
                print(f"--- {self._phase}: {late_ms:.0f} ms\n{lines}", file=sys.stderr, flush=True)

    @Slot()
    def _on_next(self) -> None:
        try:
            wait_ms = next(self._play, None)
        except BaseException:  # noqa: BLE001 - the window would only show a sentence
            traceback.print_exc()
            os._exit(1)
        if wait_ms is not None:
            self._next.start(wait_ms)
            return
        self.seen.modules = sorted(sys.modules)
        self._beat.stop()
        qt = module.QApplication.instance()
        assert qt is not None
        qt.quit()

    # The script: each step yields the milliseconds until the next

    def _steps(self) -> Iterator[int]:
        script = self.script
        yield from self._until(self._is_open)
        yield 1500  # imports behind the first page
        session = self.application.session
        session.job_event.connect(self._on_event)
        self._phase = "tabs"
        if script.tabs:
            for tab in ("training", "verification", "deployment", "results", "datasets"):
                session.show(tab)
                yield 400
        yield from self._click_jobs()
        yield from self._paint(self.seen.idle_paints)
        if script.source or script.target:
            yield from self._work()

    def _is_open(self) -> bool:
        workspace = self.application.workspace
        return workspace is not None and workspace.pages.page("datasets") is not None

    def _until(self, there: object) -> Iterator[int]:
        began = time.monotonic()
        while not there():  # type: ignore[operator]
            if time.monotonic() - began > _LIMIT_S:
                raise SystemExit("the window doesn't get on")
            yield 20

    def _click_jobs(self) -> Iterator[int]:
        """Seconds from submitting a job to the first line of its function, which answers with the moment."""
        if not self.script.clicks:
            return
        from ciclo_work import Note, Request  # tests/integration/jobs, on PYTHONPATH where it is wanted

        for _turn in range(self.script.clicks + 1):
            began = time.monotonic()
            kind = JobKind("test.first_line", "ciclo_work:first_line")
            id = self.application.session.submit(kind, Request(), Text("jobs.lost"))
            yield from self._until(lambda id=id: id in self._ended)
            note = msgspec.json.decode(self._ended[id].answer, type=Note)
            self.seen.clicks_ms.append((float(note.text) - began) * 1000)
            yield 100
        self.seen.clicks_ms = self.seen.clicks_ms[1:]  # the nursery was still importing, or the work was

    def _paint(self, times: list[float]) -> Iterator[int]:
        """Full repaints of the rows on the screen."""
        if not self.script.paints:
            return
        phase, self._phase = self._phase, "painting"
        self.application.workspace.pages.page("datasets").dataset.show_part("rows")  # type: ignore[union-attr]
        page = self.application.window.findChildren(QTableView, "datasets.rows")[0]
        yield 800
        for _turn in range(self.script.paints):
            began, stolen_s = time.perf_counter(), stolen()
            page.viewport().repaint()
            times.append((time.perf_counter() - began) * 1000)
            if stolen() > stolen_s and times is self.seen.busy_paints:
                self.seen.robbed_paints.append(times[-1])
            yield _PAINT_EVERY_MS
        self._phase = phase

    def _work(self) -> Iterator[int]:
        """Both jobs at once; the rows are repainted meanwhile."""
        ids = self._submit()
        yield from self._until(lambda: len(self.application.session.jobs.running()) == len(ids))
        began = time.monotonic()
        self._phase = "working"
        yield 3000
        yield from self._paint(self.seen.busy_paints)
        while any(id not in self._ended for id in ids.values()):
            if self.script.work_s and time.monotonic() - began > self.script.work_s:
                yield from self._stop(list(ids.values()))
                break
            yield 50
        for name, id in ids.items():
            yield from self._until(lambda id=id: id in self._ended)
            ended = self._ended[id]
            self.seen.ends[name] = str(ended.state) + (f" {ended.failure.code}" if ended.failure else "")
            self.seen.seconds[name] = ended.elapsed_s

    def _submit(self) -> dict[str, str]:
        from app.data.records import DATASET, IMPORT, ImportRequest
        from app.learning.records import TRAIN, Preset, TrainRequest

        session, script = self.application.session, self.script
        ids = {}
        if script.target:
            dataset = session.records(DATASET)[0].label
            training = TrainRequest(
                project=script.project,
                dataset=dataset,
                target=script.target,
                model="bench",
                preset=Preset.BALANCED,  # it must still be at work when it is stopped
            )
            ids["training"] = session.submit(TRAIN, training, Text("jobs.lost"))
        if script.source:
            importing = ImportRequest(project=script.project, source=script.source, name="big")
            ids["import"] = session.submit(IMPORT, importing, Text("jobs.lost"))
        return ids

    def _stop(self, ids: list[str]) -> Iterator[int]:
        """Milliseconds from Stop until every process of the jobs is gone."""
        self._phase = "stopping"
        nursery = self.application._launcher.process_id  # type: ignore[union-attr]
        jobs = psutil.Process(nursery).children(recursive=True)
        began = time.monotonic()
        for id in ids:
            self.application.session.jobs.stop(id)
        while left := [job for job in jobs if _works(job)]:
            if time.monotonic() - began > 1 and not self.seen.lingering:
                self.seen.lingering = [_described(job) for job in left]
            yield 5
        self.seen.stop_ms = (time.monotonic() - began) * 1000

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        if isinstance(event, Ended):
            self._ended[event.job] = event
            if event.state is JobState.FAILED:
                print(event.failure, file=sys.stderr)

    @Slot(object)
    def on_failed(self, error: CicloError) -> None:
        """What the window would have said in its bar."""
        print(error, file=sys.stderr)


def stolen() -> float:
    """Seconds for which the host of a virtual machine has kept its processors from it; elsewhere 0."""
    return float(getattr(psutil.cpu_times(), "steal", 0.0))


def _works(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _described(process: psutil.Process) -> str:
    """What is known of a process that should be gone."""
    try:
        with process.oneshot():
            files = [file.path.rpartition("/")[2] for file in process.open_files()]
            state = f"{process.status()}, {time.time() - process.create_time():.0f} s old"
            return f"{state}, {process.num_threads()} threads, {process.memory_info().rss >> 20} MB, {files}"
    except psutil.Error as error:
        return str(error)


def main() -> int:
    """Play the script and print what was seen."""
    script = msgspec.json.decode(sys.argv[1], type=Script)
    qt = module.make_application("ciclo")
    application = Watched(qt)
    watch = application.watch = Watch(application, script)
    application.start(script.project)
    qt.exec()
    application.close()
    print(msgspec.json.encode(watch.seen).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
