"""The state of each phase, as the badge of its tab: fine, so many running, or something waits for the user."""

from __future__ import annotations

from app.data.records import DATASET
from app.deployment.records import DEPLOYMENT, RELEASE
from app.learning.records import MODEL
from app.project.record import Record
from app.ui.header import BadgeState
from app.ui.session import Session
from app.ui.tabs import TABS
from app.verification.records import DECISION


def tab_badges(session: Session) -> dict[str, BadgeState | None]:
    """The badge of every tab; None where there is nothing to say yet."""
    return {tab.id: _running(session, tab.jobs) or _state(session, tab.id) for tab in TABS}


def _running(session: Session, prefix: str) -> BadgeState | None:
    count = len(session.jobs.open(prefix)) if prefix else 0
    return ("accent", str(count), session.words("ui.badge.running", n=count)) if count else None


def _state(session: Session, tab: str) -> BadgeState | None:
    words = session.words
    match tab:
        case "datasets" if session.waiting:
            return ("warning", "!", words("watched.ui.badge", n=session.waiting))
        case "datasets" if session.records(DATASET):
            return ("good", "", words("ui.badge.datasets"))
        case "training" if session.records(MODEL):
            return ("good", "", words("ui.badge.training"))
        case "verification":
            return _verification(session)
        case "deployment":
            return _deployment(session)
        case _:
            return None


def _verification(session: Session) -> BadgeState | None:
    """The newest version of each model waits for a decision, or all are decided."""
    newest = {record.name: record for record in session.records(MODEL)}
    if not newest:
        return None
    decided = _parents(session.records(DECISION))
    waiting = sum(1 for record in newest.values() if record.id not in decided)
    if waiting:
        return ("warning", "!", session.words("ui.badge.undecided", n=waiting))
    return ("good", "", session.words("ui.badge.verification"))


def _deployment(session: Session) -> BadgeState | None:
    return (
        ("good", "", session.words("ui.badge.deployment"))
        if session.records(DEPLOYMENT) or session.records(RELEASE)
        else None
    )


def _parents(records: list[Record]) -> set[str]:
    return {parent for record in records for parent in record.parents}
