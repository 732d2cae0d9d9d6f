"""What the last training of the same target was told: it is proposed again, since the analyst knew why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.learning.records import MODEL, Balance, ModelVersion, TrainRequest
from app.project.record import readable

if TYPE_CHECKING:
    from app.ui.session import Session
    from app.ui.training.form import TrainingForm

_USUAL_SPLITS = ("auto", "random")


def last_training(session: Session, dataset: str, target: str) -> tuple[str, TrainRequest] | None:
    """The label of the newest version that predicts ``target`` from any version of ``dataset``, and what it was
    asked."""
    for record in reversed(session.records(MODEL)):
        version = record.read(ModelVersion)
        if version.dataset.partition("@")[0] == dataset and version.target == target:
            return record.label, version.request
    return None


def propose_again(form: TrainingForm, session: Session, target: str) -> str:
    """Tick, direct, split and balance as the last training did, with its rule; a sentence that says so, or empty where
    there is nothing of that kind.

    A rule that was written in another locale is left: its numbers and dates would be read otherwise.
    """
    found = last_training(session, form.dataset.value(), target)
    label, request = found or ("", None)
    rule = request.rule if request is not None and request.locale in ("", session.words.locale) else ""
    form.more.propose_rule(rule)
    form.more.propose_balance(request.balance if request is not None else Balance.NONE)
    if request is None:
        return ""
    form.columns.tick({**dict.fromkeys(request.exclude, False), **dict.fromkeys(request.include, True)})
    form.columns.direct({**dict.fromkeys(request.increasing, 1), **dict.fromkeys(request.decreasing, -1)})
    by_hand = "" if request.split in _USUAL_SPLITS else request.split
    form.split.choose({"split": by_hand, "gap": request.gap, "together": request.keep_together})
    balance = request.balance is not Balance.NONE
    told = (request.exclude, request.include, request.increasing, request.decreasing, rule, by_hand, balance)
    known = any((*told, request.keep_together))
    return session.words("ui_training.as_before", model=readable(label)) if known else ""
