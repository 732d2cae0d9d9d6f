"""Asking what would be learned: a moment after the last change, and only for a form that is seen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.errors import CicloError
from app.learning.records import PLAN, Planned, PlanRequest
from app.learning.splits.records import TWINS, TwinsFound
from app.ui.session import Session

_ASK_MS = 150


class PlanQuestion(QObject):
    """Asks for the plan of ``form``, whose choices ``request`` puts into words (None: there is nothing to ask yet).

    A plan reads the whole dataset, which takes seconds of a processor for a large one: while nobody looks at the form,
    the question waits. The answer to older choices never comes.
    """

    planned = Signal(object)
    failed = Signal(object)
    looked = Signal(object)

    def __init__(self, session: Session, form: QWidget, request: Callable[[], PlanRequest | None]) -> None:
        super().__init__(form)
        self._session, self._form, self._request = session, form, request
        self._open = False
        self._later = QTimer(self, singleShot=True, interval=_ASK_MS)
        self._later.timeout.connect(self._ask)
        form.installEventFilter(self)

    def ask(self) -> None:
        """The choices have changed."""
        self._open = True
        self._session.drop(PLAN)
        self._session.drop(TWINS)
        self._later.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and self._open:
            self._later.start()
        return False

    @Slot()
    def _ask(self) -> None:
        if not self._form.isVisible():
            return
        self._open = False
        request = self._request()
        if request is not None:
            self._session.quick(PLAN, request, Planned, self._on_planned, self._on_failed)

    def _on_planned(self, plan: Planned) -> None:
        self.planned.emit(plan)
        request = self._request()
        if request is not None:  # takes longer than the plan, which needn't wait for it
            self._session.quick(TWINS, request, TwinsFound, self._on_looked, self._on_look_failed)

    def _on_looked(self, found: TwinsFound) -> None:
        self.looked.emit(found)

    def _on_look_failed(self, error: CicloError) -> None:
        """The plan says what is wrong; this was only a look."""

    def _on_failed(self, error: CicloError) -> None:
        self.failed.emit(error)
