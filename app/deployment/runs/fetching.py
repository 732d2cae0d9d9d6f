"""Fetch runs from an MLflow server by its REST interface: read only, and nothing of it is run or opened."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from app.deployment.connecting import checked_settings
from app.deployment.declared import Settings
from app.deployment.runs.records import (
    EXPERIMENT,
    MOST_RUNS,
    RUNS,
    SOURCE,
    Experiment,
    FetchAnswer,
    FetchRequest,
    Run,
    newest,
)
from app.deployment.secrets import with_secrets
from app.deployment.targets.mlflow.server import NAME, Server, Tag, connected
from app.errors import CicloError
from app.jobs.contract import Context, Outcome, Progress
from app.project import Project, StagedFile, draft, encode
from app.project.durable import stage_bytes
from app.text import Text

_PAGE = 1_000
_CLIP = 500
"""Of a text from the server; a parameter may hold a whole document."""
_SHOWN = 10
_LONGEST = 100
_MOST_PAGES = 1_000
"""A server that goes on for ever isn't followed."""


class _Pages(msgspec.Struct, frozen=True):
    next_page_token: str = ""


class _Named(msgspec.Struct, frozen=True):
    experiment_id: str
    name: str


class _Experiments(_Pages, frozen=True):
    experiments: list[_Named] = []


class _Info(msgspec.Struct, frozen=True):
    run_id: str
    run_name: str = ""
    status: str = ""
    start_time: int | str | None = None
    end_time: int | str | None = None
    user_id: str = ""


class _Metric(msgspec.Struct, frozen=True):
    key: str
    value: float | str | None = None


class _Data(msgspec.Struct, frozen=True):
    metrics: list[_Metric] = []
    params: list[Tag] = []
    tags: list[Tag] = []


class _Dataset(msgspec.Struct, frozen=True):
    name: str = ""
    digest: str = ""


class _Input(msgspec.Struct, frozen=True):
    dataset: _Dataset = _Dataset()


class _Inputs(msgspec.Struct, frozen=True):
    dataset_inputs: list[_Input] = []


class _Run(msgspec.Struct, frozen=True):
    info: _Info
    data: _Data = _Data()
    inputs: _Inputs = _Inputs()


class _Runs(_Pages, frozen=True):
    runs: list[_Run] = []


Page = TypeVar("Page", bound=_Pages)


class _Found(msgspec.Struct, frozen=True):
    experiment: _Named


def fetch_runs(context: Context, request: FetchRequest) -> Outcome:
    """Fetch the runs of one experiment or of all; those that are as they were are not stored again.

    Raises
    ------
    CicloError
        Where the server is away, refuses or is another one; ``deployment.runs.no_experiment`` or
        ``deployment.runs.none``.
    """
    stored = checked_settings(SOURCE, request.settings)
    project = Project.open(Path(request.project))
    try:
        known = {
            (body.key, body.name): record.objects[RUNS].sha256 for record, body in newest(project.live(EXPERIMENT))
        }
    finally:
        project.close()
    found = list(_experiments(context, stored))
    fresh = [(body, file) for body, file in found if known.get((body.key, body.name)) != file.sha256]
    answer = FetchAnswer(
        experiments=len(found),
        runs=sum(body.runs for body, _ in found),
        unchanged=len(found) - len(fresh),
        first=found[0][0].key,
    )
    drafts = tuple(draft(EXPERIMENT, body, objects={RUNS: file}, name=_series(body.name)) for body, file in fresh)
    return Outcome(drafts=drafts, answer=msgspec.Raw(msgspec.json.encode(answer)))


def _experiments(context: Context, stored: Settings) -> Iterator[tuple[Experiment, StagedFile]]:
    """Each experiment that has runs, with the file of them."""
    settings = with_secrets(SOURCE, stored)
    server = connected(settings["url"], user=settings["user"], password=settings["password"], token=settings["token"])
    software, wanted = f"{NAME} {server.version()}", _wanted(server, settings["experiment"])
    total = 0
    for done, one in enumerate(wanted):
        step = Text("deployment.runs.step", {"name": _clipped(one.name)})
        context.report(Progress(step=step, done=done, total=len(wanted)))
        runs, complete = _runs(context, server, one.experiment_id)
        total += len(runs)
        if not runs:
            continue
        body = Experiment(
            server=server.web.address,
            software=software,
            experiment_id=one.experiment_id,
            name=_clipped(one.name),
            runs=len(runs),
            settings={**stored, "experiment": one.name},
            complete=complete,
        )
        yield body, stage_bytes(context.staging, f"{RUNS}-{done}.json", encode(runs), media="application/json")
    if not total:
        raise CicloError("deployment.runs.none", url=server.web.address)


def _wanted(server: Server, name: str) -> list[_Named]:
    """The experiment of that name, or all of them."""
    if name:
        found = server.find("experiments/get-by-name", {"experiment_name": name}, _Found)
        if found is not None:
            return [found.experiment]
    listed = [one for page in _pages(server, "experiments/search", {}, _Experiments) for one in page.experiments]
    if name:
        known = ", ".join(_clipped(one.name) for one in listed[:_SHOWN]) or "-"
        raise CicloError("deployment.runs.no_experiment", name=name, url=server.web.address, known=known)
    return listed


def _runs(context: Context, server: Server, experiment: str) -> tuple[tuple[Run, ...], bool]:
    """The newest runs, oldest first, and whether that is all of them."""
    found: list[Run] = []
    asked = {"experiment_ids": [experiment], "order_by": ["attributes.start_time DESC"]}
    for page in _pages(server, "runs/search", asked, _Runs):
        context.check_cancelled()
        found += map(_run, page.runs)
        if len(found) > MOST_RUNS:
            break
    return tuple(reversed(found[:MOST_RUNS])), len(found) <= MOST_RUNS


def _pages(server: Server, path: str, asked: Mapping[str, object], kind: type[Page]) -> Iterator[Page]:
    token = ""
    for _ in range(_MOST_PAGES):
        body = {**asked, "max_results": _PAGE, **({"page_token": token} if token else {})}
        page = server.post(path, body, kind)
        yield page
        token = page.next_page_token
        if not token:
            return


def _run(told: _Run) -> Run:
    began, ended = _ms(told.info.start_time), _ms(told.info.end_time)
    tags = {tag.key: tag.value for tag in told.data.tags}
    return Run(
        id=told.info.run_id,
        name=_clipped(told.info.run_name or tags.get("mlflow.runName", "") or told.info.run_id[:8]),
        status=_clipped(told.info.status),
        started=_moment(began),
        seconds=max(0.0, (ended - began) / 1000) if began and ended else None,
        user=_clipped(told.info.user_id or tags.get("mlflow.user", "")),
        metrics=dict(sorted(_metrics(told.data.metrics))),
        params={_clipped(one.key): _clipped(one.value) for one in sorted(told.data.params, key=_key)},
        datasets=tuple(
            _clipped(f"{one.dataset.name} {one.dataset.digest}".strip()) for one in told.inputs.dataset_inputs
        ),
    )


def _metrics(told: Iterable[_Metric]) -> Iterator[tuple[str, float]]:
    """Those that are numbers: a server writes others as words, and the infinite as the largest that there is."""
    for one in told:
        if isinstance(one.value, float) and abs(one.value) < sys.float_info.max:
            yield _clipped(one.key), one.value


def _key(tag: Tag) -> str:
    return tag.key


def _clipped(text: str) -> str:
    """Without line breaks and signs that can't be seen, and not longer than anybody would read."""
    return "".join(sign if sign.isprintable() else " " for sign in text[:_CLIP]).strip()


def _series(name: str) -> str:
    """What the records of an experiment are called here, where some signs mean something else."""
    return re.sub(r"[@~/\\\\]+", "-", name)[:_LONGEST].strip(" .-") or EXPERIMENT


def _ms(told: int | str | None) -> int:
    """Milliseconds since 1970; older servers write them as words."""
    try:
        return max(0, int(told or 0))
    except ValueError:
        return 0


def _moment(ms: int) -> str:
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds") if ms else ""
    except (OverflowError, OSError, ValueError):
        return ""
