"""One chart of a model's history: the metrics that share a scale."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot

from app.ui.results.history import History
from app.ui.session import Session
from app.ui.widgets.chart import ChartView
from app.verification.catalogue import is_loss
from app.verification.records import GateLimit
from app.verification.state import VersionRow

_HEIGHT = 264


class HistoryChart(ChartView):
    """``version_clicked(record_id)`` when a point is clicked."""

    version_clicked = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session.theme, session.words, name=session.words("ui_results.versions"))
        self._session = session
        self._history: History | None = None
        self.setMinimumHeight(session.theme.size(_HEIGHT))
        self.point_clicked.connect(self._on_point_clicked)

    def show_history(self, versions: Sequence[VersionRow], metrics: Sequence[str], limit: GateLimit | None) -> None:
        """Versions oldest first."""
        self._history = History(self._session.words, tuple(versions), tuple(metrics))
        self.show_chart(self._history.chart(), self._history.extras(limit))

    @Slot(int, int)
    def _on_point_clicked(self, curve: int, point: int) -> None:
        if self._history is not None:
            self.version_clicked.emit(self._history.version_at(curve, point).id)


def same_scale(metrics: Sequence[str]) -> list[tuple[str, ...]]:
    """Metrics in groups that one axis can bear: shares together, errors in the target's unit together, others alone."""
    groups: dict[str, tuple[str, ...]] = {}
    for code in metrics:
        scale = "share" if not is_loss(code) else "unit" if code.endswith("_error") else code
        groups[scale] = (*groups.get(scale, ()), code)
    return list(groups.values())
