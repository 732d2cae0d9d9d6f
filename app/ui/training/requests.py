"""What the form asks for, as requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.learning.records import Candidate, ModelVersion, PlanRequest, Preset, Taken, TrainRequest, model_name
from app.project.record import readable
from app.text.message import Text
from app.verification.state import champion

if TYPE_CHECKING:
    from app.project.record import Record
    from app.project.store import Project
    from app.ui.training.form import TrainingForm


def plan_request(form: TrainingForm, project: str, dataset: str) -> PlanRequest:
    """Ask what the training of the form would do."""
    return PlanRequest(
        project=project,
        dataset=dataset,
        target=form.target.value(),
        positive=form.positive.value(),
        task=form.more.task(),
        exclude=form.columns.excluded(),
        include=form.columns.included(),
        holdout=form.holdout.share(),
        split=form.split.split(),
        gap=form.split.gap(),
        keep_together=form.split.keep_together(),
        test=form.holdout.test(),
        balance=form.more.balance(),
        seed=form.more.seed(),
        increasing=form.columns.increasing(),
        decreasing=form.columns.decreasing(),
        rule=form.more.rule(),
        locale=form.more.rule_locale(),
    )


def train_request(form: TrainingForm, project: Project, dataset: str, *, binary: bool) -> TrainRequest:
    """The training of the form, compared with what is approved today."""
    asked = msgspec.structs.asdict(plan_request(form, str(project.folder), dataset))
    model = form.more.name() or model_name(form.target.value())
    return TrainRequest(
        **asked | ({} if binary else {"positive": ""}),
        model=model,
        champion=champion(project, model),
        preset=Preset(form.preset.value()),
        cluster=form.where.target(),
    )


def taking_request(project: Project, record: Record, candidate: Candidate) -> TrainRequest:
    """The training of a version once more, with one of its candidates only."""
    version = record.read(ModelVersion)
    return msgspec.structs.replace(
        version.request,
        project=str(project.folder),
        dataset=version.dataset,
        cluster="",
        time_limit_s=None,
        champion=champion(project, record.name),
        taken=Taken(version=record.label, estimator=candidate.estimator, params=candidate.params),
    )


def job_title(request: TrainRequest) -> Text:
    """What the list of jobs calls a training."""
    params = {"model": request.model, "dataset": readable(request.dataset)}
    if request.taken is not None:
        estimator = Text(f"learning.estimator.{request.taken.estimator}")
        return Text("ui_training.job.taken", {**params, "estimator": estimator})
    return Text("ui_training.job", {**params, "preset": Text(f"learning.preset.{request.preset}")})
