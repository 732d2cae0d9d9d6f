"""What is new in a watched folder: files that have kept their size and time from one look to the next. Light: listing
a folder and comparing; what a file holds is looked at in a job process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.data.records import DATASET, DatasetVersion, InspectRequest
from app.data.rules.matching import known_rules, newest_version
from app.data.rules.records import LookRequest
from app.data.watched.records import (
    WATCHED_FILE,
    Candidate,
    DeclinedFile,
    Examined,
    ExamineRequest,
    Stamp,
    Watch,
)
from app.data.watched.settings import add_known, listed, watches
from app.errors import CicloError
from app.project.record import Draft, draft
from app.project.store import Project

SETTLED_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One look at a folder: what is settled and new, how much isn't settled yet, and why it can't be reached."""

    candidates: tuple[Candidate, ...] = ()
    present: frozenset[str] = frozenset()
    unsettled: int = 0
    error: CicloError | None = None


class FolderWatcher:
    """Looks at one folder again and again. A file counts once it was the same for ``settled_s`` seconds.

    The clock of the folder's machine doesn't matter: only that nothing changes between two looks.
    """

    def __init__(
        self, watch: Watch, *, settled_s: float = SETTLED_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.watch = watch
        self._settled_s, self._clock = settled_s, clock
        self._since: dict[str, tuple[Stamp, float]] = {}

    def look(self) -> Seen:
        """What there is now."""
        try:
            found = listed(self.watch)
        except CicloError as error:
            self._since.clear()  # it may be another folder when it comes back
            return Seen(error=error)
        now, since = self._clock(), {}
        for name, stamp in found.items():
            if self.watch.known.get(name) != stamp:
                before = self._since.get(name)
                since[name] = before if before is not None and before[0] == stamp else (stamp, now)
        self._since = since
        settled = [n for n, (stamp, first) in since.items() if stamp.size and now - first >= self._settled_s]
        folder = Path(self.watch.folder)
        made = (
            Candidate(dataset=self.watch.dataset, path=str(folder / name), stamp=since[name][0])
            for name in sorted(settled, key=lambda name: (since[name][0].modified_ns, name))
        )
        present = frozenset(str(folder / name) for name in found)
        return Seen(candidates=tuple(made), present=present, unsettled=len(since) - len(settled))


def examination(project: Project, candidate: Candidate) -> ExamineRequest:
    """What to ask about a candidate."""
    look = LookRequest(
        request=InspectRequest(source=candidate.path, preview_rows=1),
        dataset=candidate.dataset,
        rules=known_rules(project),
        against=newest_version(project, candidate.dataset),
    )
    return ExamineRequest(candidate=candidate, look=look, known=known_bytes(project, candidate.dataset))


def known_bytes(project: Project, dataset: str) -> dict[str, str]:
    """The hashes of files that need no decision any more: those of a dataset's versions, each with its label, and those
    that were declined for it."""
    known: dict[str, str] = {}
    for record in project.records(WATCHED_FILE):
        try:
            body = record.read(DeclinedFile)
        except CicloError:
            continue
        if body.dataset == dataset:
            known[body.sha256] = ""
    for record in project.records(DATASET, dataset):
        try:
            known[record.read(DatasetVersion).source_sha256] = record.label
        except CicloError:
            continue
    return known


def settle(project: Project, examined: Examined) -> bool:
    """Remember on this machine that a file needs no decision any more; whether that is so."""
    done = examined.declined or bool(examined.same_as)
    if done:
        candidate = examined.candidate
        add_known(project, candidate.dataset, Path(candidate.path).name, candidate.stamp)
    return done


def is_imported(project: Project, examined: Examined) -> bool:
    """Whether a file is the very one that a version was made from, which is no news."""
    name = Path(examined.candidate.path).name
    for record in project.records(DATASET, examined.candidate.dataset):
        try:
            body = record.read(DatasetVersion)
        except CicloError:
            continue
        if record.label == examined.same_as:
            return body.source_name == name
    return False


def declining(examined: Examined) -> Draft:
    """The draft of the decision not to import these bytes."""
    candidate = examined.candidate
    body = DeclinedFile(dataset=candidate.dataset, file=Path(candidate.path).name, sha256=examined.sha256)
    return draft(WATCHED_FILE, body)


def waiting(
    project: Project, examine: Callable[[ExamineRequest], Examined], *, dataset: str = "", settled_s: float = SETTLED_S
) -> tuple[list[Examined], list[CicloError]]:
    """Everything that waits in the watched folders of a project, looked at twice with a pause between.

    Parameters
    ----------
    examine
        Does the work of :data:`~app.data.watched.records.EXAMINE`, wherever the caller does its work.

    Returns
    -------
    tuple
        The files that wait for a decision, oldest first, and why folders couldn't be looked into.
    """
    watchers = [FolderWatcher(w, settled_s=settled_s) for w in watches(project) if dataset in ("", w.dataset)]
    if any(seen.unsettled for seen in [watcher.look() for watcher in watchers]):
        time.sleep(settled_s)
    found: list[Examined] = []
    errors: list[CicloError] = []
    for watcher in watchers:
        seen = watcher.look()
        if seen.error is not None:
            errors.append(seen.error)
        for candidate in seen.candidates:
            examined = examine(examination(project, candidate))
            if not (examined.busy or examined.gone or settle(project, examined)):
                found.append(examined)
    return found, errors
