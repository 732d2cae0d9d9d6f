"""The pages of the tabs, made when they are first shown, over several turns of the event loop: making one, bringing it
into the window, laying it out and painting it would together hold the loop up for a tenth of a second."""

from __future__ import annotations

from collections.abc import Generator

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.ui.dressing import Dressing
from app.ui.session import Session
from app.ui.tabs import in_area, make_page

_TURN_MS = 1
"""A timer of 0 ms would come before everything else that waits: keys, the mouse, a repaint."""


class Pages(QObject):
    """``current`` is the tab that is wanted; ``revealed`` is sent when its page is there to be seen."""

    revealed = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.current = ""
        self._stack = QStackedWidget()
        self._made: dict[str, QWidget] = {}
        self._areas: dict[str, QWidget] = {}
        self._arrivals: dict[str, Generator[None]] = {}
        self._memories: dict[str, object] = {}
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(_TURN_MS)
        self._turn.timeout.connect(self._on_turn)

    def use(self, stack: QStackedWidget) -> None:
        """Put pages there from now on."""
        self._stack = stack

    def page(self, tab: str) -> QWidget | None:
        """The page of a tab, if it was wanted before."""
        return self._made.get(tab)

    def show(self, tab: str) -> QWidget:
        """Show the page of a tab; it is made at once where it wasn't yet, and seen a few turns later."""
        if tab not in self._made:
            made = self._made[tab] = make_page(tab, self._session)
            self._arrivals[tab] = self._arrive(tab, made)
            if tab in self._memories:
                made.recall(self._memories.pop(tab))  # type: ignore[attr-defined]
        self.current = tab
        if tab in self._arrivals:
            self._turn.start()
        else:
            self._reveal()
        return self._made[tab]

    def _arrive(self, tab: str, page: QWidget) -> Generator[None]:
        """Bring a page into the window, a turn of the event loop for each step."""
        dressing = Dressing(page)
        yield
        area = self._areas[tab] = in_area(page)
        area.setUpdatesEnabled(False)
        yield
        self._stack.addWidget(area)
        yield
        while not dressing.put_some():
            yield
        yield
        self._stack.setCurrentWidget(area)  # laid out in this turn, painted in a later one
        yield

    @Slot()
    def _on_turn(self) -> None:
        """One step with the page that is wanted now."""
        tab = self.current
        if tab not in self._arrivals:
            return
        try:
            next(self._arrivals[tab])
        except StopIteration:
            del self._arrivals[tab]
            self._reveal()
        else:
            self._turn.start()

    def _reveal(self) -> None:
        area = self._areas[self.current]
        area.setUpdatesEnabled(True)
        self._stack.setCurrentWidget(area)
        self.revealed.emit()

    def drop(self, *, remember: bool) -> None:
        """Forget every page; with ``remember``, what was filled in comes back when one is made again."""
        self._turn.stop()
        kept = {t: p.remember() for t, p in self._made.items() if hasattr(p, "remember")} if remember else {}
        for arrival in self._arrivals.values():  # with what they still held of a page, so that it is asked before
            arrival.close()
        self._memories = {**self._memories, **kept} if remember else {}
        for area in self._areas.values():
            self._stack.removeWidget(area)
            area.hide()
        for widget in (self._areas.get(tab, page) for tab, page in self._made.items()):
            widget.deleteLater()
        for gone in (self._made, self._areas, self._arrivals):
            gone.clear()
        self.current = ""
