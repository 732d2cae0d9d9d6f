"""Where a training computes: a quiet line of the form, which opens the list of clusters."""

from __future__ import annotations

from PySide6.QtCore import Slot

from app.ui.clusters import Where
from app.ui.session import Session
from app.ui.training.cluster_dialog import ClusterDialog
from app.ui.widgets.form import Dropdown, Option

_SET_UP = "set_up"


class WhereChoice(Dropdown):
    """This computer, the clusters that are known, and the way to others."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.theme, flat=True)
        self._session, self._words, self._clusters = session, session.words, session.clusters
        self.setObjectName("training.where")
        self.setAccessibleName(session.words("ui_training.where"))
        self.chosen.connect(self._on_chosen)
        self._clusters.changed.connect(self._show)
        self._show()

    def target(self) -> str:
        """The address of a scheduler; empty for this computer."""
        return self._clusters.target()

    @Slot()
    def _show(self) -> None:
        words, clusters = self._words, self._clusters
        options = [Option(Where.HERE, words("ui_training.where.here"))]
        if clusters.address:
            options.append(Option(Where.ADDRESS, words("ui_training.where.address", address=clusters.address)))
        if clusters.local is not None:
            options.append(Option(Where.LOCAL, words("ui_training.where.local", n=clusters.local.workers)))
        options.append(Option(_SET_UP, words("ui_training.where.set_up")))
        self.set_options(options)
        self.set_value(clusters.where)
        self.setToolTip(self.currentText())

    @Slot(str)
    def _on_chosen(self, value: str) -> None:
        if value != _SET_UP:
            self._clusters.choose(Where(value))
            return
        self.set_value(self._clusters.where)
        ClusterDialog(self._session, self.window()).open()
