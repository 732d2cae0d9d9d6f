"""Reproducing: a model version trained again from its records, and compared bit by bit.

What is replayed is the executed plan, not the clock: the same candidates on the same folds, the same choice, the same
fits at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from threadpoolctl import threadpool_limits

from app.errors import CicloError
from app.jobs.contract import Context, Outcome, Progress
from app.jobs.system import usable_processors
from app.learning.choosing import Winner, choose, refit
from app.learning.preparing import Prepared, prepare
from app.learning.records import MODEL, ModelVersion, Reproduced, ReproduceRequest
from app.learning.search.engine import Search
from app.learning.search.records import ExecutedPlan
from app.learning.search.replaying import Replayed
from app.learning.search.work import local_pool
from app.learning.training import library_versions
from app.project import Project, Record
from app.project.durable import hash_file
from app.project.record import encode
from app.text.message import Text


def reproduce(context: Context, request: ReproduceRequest) -> Outcome:
    """Train a version again and compare; the answer is a :class:`~app.learning.records.Reproduced`.

    Raises
    ------
    CicloError
        ``learning.no_plan`` where the version was made before plans were kept; what makes its data unreadable.
    """
    record, body = _version(request)
    plan = body.plan
    if plan is None:
        raise CicloError("learning.no_plan", model=record.label)
    context.report(Progress(step=Text("learning.step.reading")))
    differences = list(_other_libraries(body))
    processors = request.processors or context.processors or usable_processors()
    with threadpool_limits(1):
        late = body.request.afterwards or ()  # a version from before such answers was made without them
        prepared = prepare(msgspec.structs.replace(body.request, project=request.project, afterwards=late))
        differences += _other_rows(body, prepared)
        search = _replay(context, prepared, plan, processors)
        differences += _other_scores(body, search)
        winner, planned = _winners(search, plan, body, prepared)
        if _shape(winner) != _shape(planned):
            differences.append(Text("learning.differs.choice"))
        path = context.staging / "model.skops"
        pool = local_pool(context, prepared.data, processors)
        refit(context, planned, prepared.data, path, preset=body.request.preset, pool=pool)
    identical = hash_file(path)[0] == record.objects["model"].sha256
    if not identical and not differences:
        differences.append(Text("learning.differs.bytes"))
    answer = Reproduced(model=record.label, identical=identical, differences=tuple(differences))
    return Outcome(answer=msgspec.Raw(encode(answer)))


def _version(request: ReproduceRequest) -> tuple[Record, ModelVersion]:
    opened = Project.open(Path(request.project))
    try:
        record = opened.version(MODEL, request.model)
        return record, record.read(ModelVersion)
    finally:
        opened.close()


def _other_libraries(body: ModelVersion) -> Iterator[Text]:
    now = library_versions()
    for name, then in body.versions.items():
        if now.get(name, "") != then:
            yield Text("learning.differs.library", {"library": name, "then": then, "now": now.get(name, "—")})


def _other_rows(body: ModelVersion, prepared: Prepared) -> Iterator[Text]:
    if prepared.asked.source.record.id != body.dataset_id:
        yield Text("learning.differs.dataset", {"dataset": body.dataset})
    train, holdout = prepared.asked.divided.rows.hashes()
    if (train, holdout) != (body.split.train_sha256, body.split.holdout_sha256):
        yield Text("learning.differs.split")


def _replay(context: Context, prepared: Prepared, plan: ExecutedPlan, processors: int) -> Search:
    search = Search(
        context,
        prepared.data,
        metric=prepared.metric,
        strategy=Replayed(plan),
        pool=local_pool(context, prepared.data, processors),
    )
    search.run()
    return search


def _other_scores(body: ModelVersion, search: Search) -> Iterator[Text]:
    """The first candidate whose folds gave other scores."""
    then = {_named(c.estimator, c.params): c.folds for c in body.candidates}
    for trial in search.trials:
        now = tuple(trial.scores[f] for f in sorted(trial.scores))
        before = then.get(_named(trial.kind.id, trial.params))
        if before is not None and before != now:
            fold = next((n for n, pair in enumerate(zip(before, now, strict=False)) if pair[0] != pair[1]), len(now))
            name = Text(f"learning.estimator.{trial.kind.id}")
            yield Text("learning.differs.score", {"estimator": name, "fold": fold + 1})
            return


def _named(estimator: str, params: object) -> str:
    return f"{estimator} {params}"


def _winners(search: Search, plan: ExecutedPlan, body: ModelVersion, prepared: Prepared) -> tuple[Winner, Winner]:
    """What would be chosen now, and what was chosen then."""
    complete = [n for n, tried in enumerate(plan.tried) if len(tried.folds) == plan.folds and not tried.left]
    trials = dict(zip(complete, search.trials, strict=True))
    members = tuple((trials[member.candidate], member.weight) for member in plan.members)
    request = body.request
    now = choose(search.trials, prepared.data, prepared.metric, preset=request.preset, taken=request.taken)
    return now, Winner(trial=members[0][0], members=members)


def _shape(winner: Winner) -> list[tuple[int, int]]:
    return sorted((id(trial), weight) for trial, weight in winner.members)
