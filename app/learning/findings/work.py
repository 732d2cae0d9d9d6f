"""The job: what a table shows beside its target."""

from __future__ import annotations

import msgspec
from threadpoolctl import threadpool_limits

from app.data.records import ColumnType, Finding
from app.jobs.contract import Context, Outcome, Progress
from app.learning.examination import examine_target
from app.learning.findings.alone import Suspicion, powers_of, suspects_alone
from app.learning.findings.beside import MOST_ROWS, Beside, found, read_beside
from app.learning.findings.fairness import check_balance, check_groups
from app.learning.findings.gaps import check_gaps
from app.learning.findings.means import suspects_encoded
from app.learning.findings.records import FindAnswer, FindRequest, Without
from app.learning.findings.scores import scores_without
from app.learning.findings.together import suspects_together
from app.learning.source import open_source
from app.learning.target import Target
from app.learning.telling import Answers
from app.project.record import encode
from app.text.message import Text

_ORDER = ("bad", "warning", "note")


def find(context: Context, request: FindRequest) -> Outcome:
    """Findings about a table and its target; the answer is a :class:`~app.learning.findings.records.FindAnswer`.

    Raises
    ------
    CicloError
        What makes the target unfit.
    """
    with threadpool_limits(1):
        context.report(Progress(step=Text("learning.step.reading")))
        source = open_source(request.project, request.dataset, whole=False)
        target = examine_target(source, request.target, task=request.task, positive="")
        context.check_cancelled()
        beside = read_beside(source, target, request.target)
        answer = _answer(context, beside, target, request)
    return Outcome(answer=msgspec.Raw(encode(answer)))


def _answer(context: Context, beside: Beside, target: Target, request: FindRequest) -> FindAnswer:
    context.report(Progress(step=Text("findings.step.looking"), done=0.2, total=1.0))
    suspicions = suspicions_of(beside)
    context.check_cancelled()
    suspects = suspect_columns(suspicions)
    findings = [*(one.finding for one in suspicions), *_others(beside, target, set(suspects))]
    scores: tuple[Without, ...] = ()
    if request.scores and suspects:
        context.report(Progress(step=Text("findings.step.scoring"), done=0.6, total=1.0))
        named = {name for name, type_ in beside.types.items() if type_ is ColumnType.IDENTIFIER}
        scores = scores_without(beside, suspects, leave=named - set(suspects))
    return FindAnswer(
        target=request.target,
        task=target.task,
        rows=len(target.rows),
        looked=min(len(target.rows), MOST_ROWS),
        findings=tuple(sorted(findings, key=_rank)),
        suspects=suspects,
        scores=scores,
    )


def suspicions_of(beside: Beside) -> tuple[Suspicion, ...]:
    """What may hold the answer, surest first: at most one of each column."""
    powers = powers_of(beside)
    alone = list(suspects_alone(beside, powers))
    known = {one.finding.column for one in alone}
    encoded = list(suspects_encoded(beside, known))
    known |= {one.finding.column for one in encoded}
    together = suspects_together(beside, powers, known)
    return tuple(sorted((*alone, *encoded, *together), key=_weight))


def suspect_columns(suspicions: tuple[Suspicion, ...]) -> tuple[str, ...]:
    """The columns of which somebody should say when they are known."""
    names = [name for one in suspicions for name in (one.finding.column, one.beside) if name]
    return tuple(dict.fromkeys(names))


def _others(beside: Beside, target: Target, suspects: set[str]) -> list[Finding]:
    made = [
        *check_gaps(beside, suspects),
        *check_balance(Answers(task=target.task, values=target.values), target.labels),
    ]
    made += check_groups(beside)
    if len(target.rows) > MOST_ROWS:
        made.append(found("sampled", "", "note", n=MOST_ROWS, rows=len(target.rows)))
    return made


def _weight(one: Suspicion) -> float:
    return -one.weight


def _rank(finding: Finding) -> int:
    return _ORDER.index(finding.severity)
