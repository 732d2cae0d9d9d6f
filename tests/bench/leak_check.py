"""Whether planted leaks are said, and clean data left in peace: import, plan and a short training of each."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd

from app.data.records import ImportRequest
from app.data.versions.arrival import import_source
from app.learning.planning import plan
from app.learning.records import MODEL, ModelVersion, Planned, PlanRequest, TrainRequest
from app.learning.splits.records import SplitNote
from app.learning.training import train
from app.project import Project
from tests.bench.figures import Figures
from tests.bench.leaky import LEAKS, clean
from tests.integration.learning.datasets import Here

_SECONDS = 15.0
_LEAKY = ("learning.alarm.", "learning.hint.")


def said_of(frame: pd.DataFrame, folder: Path) -> list[str]:
    """The ids of everything that is said of a leak in some data."""
    project = Project.create(folder / "p")
    file = folder / "data.csv"
    frame.to_csv(file, index=False)
    told = {"project": str(project.folder), "dataset": "data", "target": "answer"}
    try:
        _committed(project, import_source, ImportRequest(project=str(project.folder), source=str(file), name="data"))
        planned = msgspec.json.decode(_done(project, plan, PlanRequest(**told)), type=Planned)
        _committed(project, train, TrainRequest(**told, model="m", time_limit_s=_SECONDS))
        version = project.version(MODEL, "m").read(ModelVersion)
    finally:
        project.close()
    advice = planned.split.advice if planned.split is not None else ()
    found = [one.reason.id for one in advice if one.proposed and one.split.partition(":")[0] in ("group", "time")]
    found += [text.id for text in (*version.alarms, *version.notes) if text.id.startswith(_LEAKY)]
    figures = version.split.figures
    notes = figures.notes if figures is not None else ()
    return [*found, *(n.message.id for n in notes if n.message.id == _REPEATED or _is_twin_leak(n))]


_TWINS, _REPEATED = "learning.split.twins", "learning.split.repeated"


def _is_twin_leak(note: SplitNote) -> bool:
    return note.message.id == _TWINS and note.severity == "warning"


def _done(project: Project, work: object, request: msgspec.Struct) -> bytes:
    staging, lock = project.new_staging()
    try:
        return bytes(work(Here(staging), request).answer)  # type: ignore[operator]
    finally:
        lock.release()


def _committed(project: Project, work: object, request: msgspec.Struct) -> None:
    staging, lock = project.new_staging()
    try:
        project.commit(work(Here(staging), request).drafts)  # type: ignore[operator]
    finally:
        lock.release()


def check_leaks(figures: Figures, cleans: int) -> None:
    """Forty leaks that were put in, and data without any."""
    missed = [name for n, (name, build) in enumerate(LEAKS.items()) if not _flagged(build(np.random.default_rng(n)))]
    found = len(LEAKS) - len(missed)
    figures.say("planted leaks that are said", f"{found} of {len(LEAKS)}", ">= 38", found >= len(LEAKS) - 2)
    figures.note(f"missed: {', '.join(missed) or 'none'}")
    wrong = [n for n in range(cleans) if _flagged(clean(np.random.default_rng(1_000 + n), amounts=n % 3 == 0))]
    told = f"{len(wrong)} of {cleans}"
    figures.say("clean data sets that are accused", told, "<= 2 of 100", len(wrong) <= 0.02 * cleans)


def _flagged(frame: pd.DataFrame) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="ciclo-leak-"))
    os.environ["CICLO_HOME"] = str(folder / "home")
    try:
        return bool(said_of(frame, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
