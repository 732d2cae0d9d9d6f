"""Where each model version stands: trained, verified, approved or rejected; and the decisions that say so. Light."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from operator import attrgetter

import msgspec

from app.errors import CicloError, worded
from app.learning.records import MODEL, Balance, Estimate, ModelVersion, Task
from app.learning.search.records import Served, Spent
from app.project import Project, Record, draft
from app.project.purge import purged
from app.project.signing_key import own_key
from app.verification.policy import gate_risk, gates_now, risks
from app.verification.records import (
    DECISION,
    REPORT,
    Decision,
    MetricRow,
    Report,
    Risk,
)
from app.verification.signing import sign
from app.verification.value.stored import in_force

NO_REPORT = "verification.no_report"
SAME_KEY = "verification.same_key"
GATE_FAILED = "verification.gate_failed"
NO_NAME = "verification.no_name"
THRESHOLD_CHANGED = "verification.threshold_changed"

_ID = re.compile(r"[0-9a-f]{64}")


class VersionState(StrEnum):
    """How far a version has come; ``half``: one of two people has approved. In a conflict the stricter decision
    stands: it can't be exported."""

    TRAINED = "trained"
    VERIFIED = "verified"
    HALF = "half"
    APPROVED = "approved"
    REJECTED = "rejected"
    CONFLICT = "conflict"


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A model version for lists and charts.

    ``metrics`` are in the scorer's sense; ``source`` says on what: ``holdout`` or ``test`` (of the newest report), or
    ``cv``; ``judged_on`` which data those were, and how many ``judged_rows`` of them. ``openings`` counts how often its
    hold-out was opened, over all versions that share it. ``data_state`` is ``binned`` or ``purged`` where the data that
    it learned from aren't simply there.
    """

    label: str
    model: str
    number: int
    id: str
    state: VersionState
    estimator: str
    balance: Balance = Balance.NONE
    task: Task
    dataset: str
    created: str
    metric: str
    metrics: dict[str, Estimate]
    source: str
    judged_on: str = ""
    judged_rows: int = 0
    seconds: float
    openings: int
    report_id: str = ""
    verdict: str = ""
    data_state: str = ""
    spent: Spent | None = None
    served: Served | None = None


class _Compared(msgspec.Struct, frozen=True, kw_only=True):
    kind: str


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """What lists need of a report; its charts are skipped."""

    model_id: str
    holdout_key: str
    dataset: str
    rows: int
    on_test_file: bool
    verdict: str
    metrics: tuple[MetricRow, ...]
    compared: tuple[_Compared, ...] = ()
    threshold: float | None = None

    @property
    def has_champion(self) -> bool:
        """Whether a champion was compared with."""
        return any(one.kind == "champion" for one in self.compared)


class _Version(msgspec.Struct, frozen=True, kw_only=True):
    """What lists need of a model version."""

    class _Split(msgspec.Struct, frozen=True):
        key: str
        train_rows: int

    class _Request(msgspec.Struct, frozen=True):
        balance: Balance = Balance.NONE

    dataset: str
    task: Task
    split: _Split
    request: _Request
    metric: str
    estimator: str
    cv: dict[str, Estimate]
    seconds: float
    spent: Spent | None = None
    served: Served | None = None


# Looking


def model_record(project: Project, model: str) -> Record:
    """The model version that ``model`` names, by label (``churn``, ``churn@3``) or by record id.

    Raises
    ------
    CicloError
        ``project.no_such_version``, ``project.twins`` or ``project.no_record``.
    """
    if not _ID.fullmatch(model):
        return project.version(MODEL, model)
    record = project.get(model)
    if record.kind != MODEL:
        raise CicloError("project.no_record", id=model[:12])
    return record


def reports(project: Project, model_id: str) -> list[Record]:
    """Reports about a version, oldest first."""
    return [r for r in project.records(REPORT) if r.read(_Head).model_id == model_id]


def latest_report(project: Project, model_id: str) -> Record | None:
    """The newest report about a version."""
    return max(reports(project, model_id), key=attrgetter("order"), default=None)


def openings(project: Project, holdout_key: str) -> int:
    """How often a hold-out was opened so far: every report that was made on it counts, whatever its model."""
    return sum(head.holdout_key == holdout_key for head in (r.read(_Head) for r in project.records(REPORT)))


def looks(project: Project, holdout_key: str, model_id: str, threshold: float | None) -> int:
    """At how many different things these rows were looked at, with this one: a version once more, as it was, tells
    nothing new."""
    heads = (r.read(_Head) for r in project.records(REPORT))
    seen = {(h.model_id, h.threshold) for h in heads if h.holdout_key == holdout_key}
    return len(seen | {(model_id, threshold)})


def decisions(project: Project, model_id: str) -> list[Record]:
    """Decisions about a version, oldest first."""
    return [r for r in project.records(DECISION) if r.read(Decision).model_id == model_id]


def standing_decisions(project: Project, model_id: str) -> list[Record]:
    """The decisions that no other replaces: one at most, or several that contradict or confirm each other."""
    return _standing(decisions(project, model_id))


def approvals(project: Project, model: Record) -> list[Record]:
    """The decisions that let a version out, the newest last; none where it isn't approved by as many people as must
    be, or where its approval is contested."""
    standing = standing_decisions(project, model.id)
    approved = _decided(standing, gate_risk(project, model.name)) is VersionState.APPROVED
    return standing if approved else []


def as_approved(project: Project, model: Record) -> ModelVersion:
    """A version with the threshold that was judged when it was approved, whatever was set since."""
    version, threshold = in_force(project, model), approved_threshold(project, model)
    return version if threshold is None else msgspec.structs.replace(version, threshold=threshold)


def approved_threshold(project: Project, model: Record) -> float | None:
    """The threshold with which a version was approved; None where it isn't, or has none."""
    approved = approvals(project, model)
    if not approved:
        return None
    return project.get(approved[-1].read(Decision).report_id).read(_Head).threshold


def champion(project: Project, model: str, *, but: str = "") -> str:
    """The version of a model outside the bin that was approved last, such as ``churn@3``, other than the one of the
    record id ``but``; empty where none is approved."""
    decided = _by_model(project.records(DECISION))
    others = (record for record in project.live(MODEL, model) if record.id != but)
    standing = {record.label: _standing(decided[record.id]) for record in others}
    risk = gate_risk(project, model)
    approved = {label: last[-1] for label, last in standing.items() if _decided(last, risk) is VersionState.APPROVED}
    return max(approved, key=lambda label: approved[label].order, default="")


def challengers_before(project: Project, holdout_key: str, model_id: str) -> int:
    """How many other versions were compared with a champion on these rows before this one first was."""
    heads = (r.read(_Head) for r in sorted(project.records(REPORT), key=attrgetter("order")))
    compared = (h.model_id for h in heads if h.holdout_key == holdout_key and h.has_champion)
    series = list(dict.fromkeys([*compared, model_id]))
    return series.index(model_id)


def version_state(project: Project, model_id: str) -> VersionState:
    """Where a version stands."""
    risk = gate_risk(project, project.get(model_id).name)
    decided = _decided(standing_decisions(project, model_id), risk)
    if decided is not None:
        return decided
    return VersionState.VERIFIED if reports(project, model_id) else VersionState.TRAINED


def _standing(series: Sequence[Record]) -> list[Record]:
    replaced = {id for record in series for id in record.read(Decision).supersedes}
    return sorted((r for r in series if r.id not in replaced), key=attrgetter("order"))


def _decided(standing: Sequence[Record], risk: Risk) -> VersionState | None:
    bodies = [record.read(Decision) for record in standing]
    answers = {body.approved for body in bodies}
    if len(answers) > 1:
        return VersionState.CONFLICT
    if not answers:
        return None
    if answers == {False}:
        return VersionState.REJECTED
    keys = {body.key for body in bodies}
    return VersionState.APPROVED if len(keys) >= risk.approvals else VersionState.HALF


# Deciding


def decide(project: Project, *, model: str, approved: bool, by: str, comment: str, override: str = "") -> Record:
    """Approve or reject a version (a label or a record id); the decision replaces those that stood.

    Raises
    ------
    CicloError
        ``verification.no_name``, ``project.no_key``; for an approval ``verification.no_report``,
        ``verification.threshold_changed`` where the report is of another threshold, ``verification.same_key`` where
        two people must approve and this one has already, and
        ``verification.gate_failed`` where a gate isn't passed and ``override`` gives no reason.
    """
    if not by.strip():
        raise CicloError(NO_NAME)
    project.refresh()
    version = model_record(project, model)
    report = latest_report(project, version.id)
    if approved and report is None:
        raise CicloError(NO_REPORT, model=version.label)
    if approved and report is not None:
        _check_threshold(project, version, report)
    failed = _failed_gates(project, report) if approved else ()
    if failed and not override.strip():
        raise CicloError(GATE_FAILED, model=version.label, gates=_gate_names(failed), n=len(failed))
    standing = _replaced(project, version, approved=approved)
    body = Decision(
        model=version.label,
        model_id=version.id,
        report_id=report.id if report else "",
        approved=approved,
        by=by.strip(),
        comment=comment.strip(),
        override=override.strip() if failed else "",
        failed_gates=failed,
        supersedes=tuple(record.id for record in standing),
    )
    parents = (*((report.id,) if report else ()), version.id)
    return project.commit([draft(DECISION, sign(body, project), parents=parents)])[0]


def _replaced(project: Project, version: Record, *, approved: bool) -> list[Record]:
    """The decisions that a new one replaces: all, but for the approval of another person where two must approve."""
    standing = standing_decisions(project, version.id)
    if not approved or gate_risk(project, version.name).approvals == 1:
        return standing
    others = [record for record in standing if record.read(Decision).approved]
    if any(record.read(Decision).key == own_key() for record in others):
        raise CicloError(SAME_KEY, model=version.label)
    return [record for record in standing if record not in others]


def _check_threshold(project: Project, version: Record, report: Record) -> None:
    """A report is of the threshold that held when it was made."""
    judged, now = report.read(_Head).threshold, in_force(project, version).threshold
    if judged is not None and judged != now:
        raise CicloError(THRESHOLD_CHANGED, model=version.label)


def _gate_names(codes: Sequence[str]) -> str:
    return worded(*(f"verification.gate.{code}" for code in codes))


def _failed_gates(project: Project, report: Record | None) -> tuple[str, ...]:
    if report is None:
        return ()
    return tuple(gate.code for gate in gates_now(project, report.read(Report)) if not gate.passed)


# Listing


def models(project: Project) -> list[VersionRow]:
    """Every version of every model, newest first."""
    heads = [(record, record.read(_Head)) for record in project.records(REPORT)]
    newest = {head.model_id: (record, head) for record, head in sorted(heads, key=lambda pair: pair[0].order)}
    opened = Counter(head.holdout_key for _record, head in heads)
    decided = _by_model(project.records(DECISION))
    versions = sorted(project.records(MODEL), key=attrgetter("order"), reverse=True)
    states = dict.fromkeys(project.binned(), "binned") | {one.stone.id: "purged" for one in purged(project)}
    known_risks = risks(project)
    rows = [
        _row(
            record,
            newest.get(record.id),
            opened,
            _decided(_standing(decided[record.id]), known_risks.get(record.name, Risk.USUAL)),
        )
        for record in versions
    ]
    return [_with_data(row, record, states) for row, record in zip(rows, versions, strict=True)]


def _with_data(row: VersionRow, record: Record, states: Mapping[str, str]) -> VersionRow:
    found = next((states[parent] for parent in record.parents if parent in states), "")
    return msgspec.structs.replace(row, data_state=found) if found else row


def _by_model(series: Iterable[Record]) -> defaultdict[str, list[Record]]:
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for record in series:
        found[record.read(Decision).model_id].append(record)
    return found


def _row(
    record: Record, report: tuple[Record, _Head] | None, opened: Counter[str], decided: VersionState | None
) -> VersionRow:
    version = record.read(_Version)
    head = report[1] if report else None
    return VersionRow(
        label=record.label,
        model=record.name,
        number=record.number,
        id=record.id,
        state=decided or (VersionState.VERIFIED if report else VersionState.TRAINED),
        estimator=version.estimator,
        balance=version.request.balance,
        task=version.task,
        dataset=version.dataset,
        created=record.time,
        metric=version.metric,
        metrics={row.code: row.estimate for row in head.metrics} if head else version.cv,
        source="cv" if head is None else "test" if head.on_test_file else "holdout",
        judged_on=head.dataset if head else version.dataset,
        judged_rows=head.rows if head else version.split.train_rows,
        seconds=version.seconds,
        openings=opened[version.split.key],
        report_id=report[0].id if report else "",
        verdict=head.verdict if head else "",
        spent=version.spent,
        served=version.served,
    )
