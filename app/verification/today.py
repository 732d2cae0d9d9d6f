"""What is used today, on the rows that a version is judged on: the champion, and the rule as the analyst wrote it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from app.learning.model import FittedModel, load_model, signature_of
from app.learning.records import MODEL, ModelVersion
from app.learning.rule.outcome import state_rule
from app.learning.source import open_source
from app.project import Project, Record
from app.text.message import Text
from app.verification import state
from app.verification.compared import chosen_rows, compare
from app.verification.observed import Classified, Floats, Measured, Observed
from app.verification.records import Comparison
from app.verification.rows import Rows, features_of, learned_from
from app.verification.value.worth import Rival

CHAMPION, RULE = "champion", "rule"
Least = Mapping[str, float]
SaidBy = Callable[[ModelVersion, FittedModel, pa.Table], Observed]


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A comparison, and what was compared with, for pricing; None where it couldn't be."""

    comparison: Comparison
    rival: Rival | None = None


def beside_champion(
    project: Project, record: Record, rows: Rows, ours: Observed, said_by: SaidBy, least: Least
) -> Beside | None:
    """The version beside the one of its model that was approved last; None where there is no other.

    Parameters
    ----------
    said_by
        What another version says of the same rows, from a table of its columns.
    least
        Of metrics, the smallest difference that matters.
    """
    version = record.read(ModelVersion)
    label = state.champion(project, record.name, but=record.id)
    if not label or not ours.rows:
        return None
    found = project.version(MODEL, label)
    champion = state.as_approved(project, found)
    if (champion.target, champion.task, champion.labels) != (version.target, version.task, version.labels):
        reason = Text("verification.compared.other_answer")
        return Beside(comparison=Comparison(kind=CHAMPION, label=label, other_id=found.id, reason=reason))
    path = project.whole_object(found.objects["model"].sha256)
    model = load_model(path, signature=signature_of(champion))
    theirs = said_by(champion, model, features_of(project, rows, champion))
    fresh = np.flatnonzero(~learned_from(project, found, champion, rows))
    theirs = chosen_rows(theirs, fresh)
    comparison = compare(
        version.task,
        chosen_rows(ours, fresh),
        theirs,
        kind=CHAMPION,
        label=label,
        other_id=found.id,
        metric=version.metric,
        rows=rows.positions[fresh],
        earlier=state.challengers_before(project, rows.key, record.id),
        left_out=ours.rows - len(fresh),
        least=least,
    )
    return Beside(comparison=comparison, rival=Rival(code=CHAMPION, name=label, observed=theirs, which=fresh))


def beside_rule(project: Project, version: ModelVersion, rows: Rows, ours: Observed, least: Least) -> Beside | None:
    """The version beside the rule that the training was told; None where it was told none.

    Raises
    ------
    CicloError
        As :func:`~app.learning.rule.outcome.state_rule`, where the judged dataset lacks a column of the rule.
    """
    request = version.request
    if not request.rule or not ours.rows:
        return None
    source = open_source(str(project.folder), rows.dataset.label)
    stated = state_rule(source, request.rule, locale=request.locale, target=version.target, task=version.task)
    if stated is None:
        return None
    said = stated.values[rows.positions]
    known = np.flatnonzero(~np.isnan(said))
    theirs = _said(chosen_rows(ours, known), said[known])
    comparison = compare(
        version.task,
        chosen_rows(ours, known),
        theirs,
        kind=RULE,
        label=request.rule,
        metric=version.metric,
        rows=rows.positions[known],
        left_out=ours.rows - len(known),
        least=least,
    )
    return Beside(comparison=comparison, rival=Rival(code=RULE, name=request.rule, observed=theirs, which=known))


def _said(observed: Observed, said: Floats) -> Observed:
    """What the rule says, as if it were a model's: an amount, or yes or no with certainty."""
    if isinstance(observed, Measured):
        return Measured(actual=observed.actual, predicted=said, centre=observed.centre)
    yes = said >= 1
    predicted = np.where(yes, observed.positive, 1 - observed.positive).astype(np.intp)
    certain = np.zeros_like(observed.probabilities)
    certain[np.arange(len(predicted)), predicted] = 1.0
    return Classified(
        labels=observed.labels,
        positive=observed.positive,
        actual=observed.actual,
        predicted=predicted,
        probabilities=certain,
        prior=observed.prior,
        threshold=observed.threshold,
    )
