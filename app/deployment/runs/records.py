"""The light half: what is asked of a server, and what is kept of its runs."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.deployment.declared import Declared, Setting, SettingKind, Settings
from app.deployment.own import MLFLOW
from app.jobs.contract import JobKind
from app.project import Project, Record

EXPERIMENT = "experiment"
FETCH = JobKind("deployment.runs", "app.deployment.runs.fetching:fetch_runs")
RUNS = "runs"
"""The object of a record that holds them."""

MOST_RUNS = 20_000
"""Of an experiment, the newest; a chart of more says no more."""

_SHARED = ("user", "password", "token")
SOURCE = Declared(
    name=MLFLOW.name,
    texts="mlflow_runs",
    address=MLFLOW.address,
    settings=(
        Setting(name="url", kind=SettingKind.URL, required=True),
        Setting(name="experiment"),
        *(setting for setting in MLFLOW.settings if setting.name in _SHARED),
    ),
)
"""What the form asks: of the target of the same name, what reading needs, so that a password is kept for both."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run as its server tells it.

    Attributes
    ----------
    status
        FINISHED, RUNNING, FAILED, ... in the server's words.
    started
        ISO 8601, UTC; empty where the server doesn't know.
    seconds
        From its start to its end; None while it goes on.
    metrics
        The last value of each; those that aren't numbers are left out.
    datasets
        Name and digest of what it says that it used.
    """

    id: str
    name: str
    status: str
    started: str = ""
    seconds: float | None = None
    user: str = ""
    metrics: dict[str, float] = {}
    params: dict[str, str] = {}
    datasets: tuple[str, ...] = ()


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a record: an experiment as it was when somebody fetched it. Its runs, oldest first, are an object, since
    there may be thousands; not ``complete`` where older ones were left."""

    server: str
    software: str
    experiment_id: str
    name: str
    runs: int
    settings: Settings = {}
    complete: bool = True

    @property
    def key(self) -> str:
        """What it is the same experiment by."""
        return f"{self.server} {self.experiment_id}"


class FetchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Fetch the runs of the experiment that the settings name, or of all where they name none."""

    project: str
    settings: Settings


class FetchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many were found; ``unchanged`` experiments are as they were when they were fetched last. ``first`` is the key
    of the one to be shown."""

    experiments: int
    runs: int
    unchanged: int = 0
    first: str = ""


def newest(records: Iterable[Record]) -> list[tuple[Record, Experiment]]:
    """Of each experiment the record that was stored last; the experiment that was fetched last comes first."""
    found: dict[str, tuple[Record, Experiment]] = {}
    for record in sorted(records, key=lambda one: one.order):
        body = record.read(Experiment)
        found.pop(body.key, None)
        found[body.key] = (record, body)
    return list(reversed(found.values()))


def stored_runs(project: Project, record: Record) -> tuple[Run, ...]:
    """The runs of a record, oldest first.

    Raises
    ------
    CicloError
        Where the object is missing or damaged.
    """
    return msgspec.json.decode(project.object_bytes(record.objects[RUNS].sha256), type=tuple[Run, ...])
