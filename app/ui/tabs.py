"""The tabs, in one list: the life cycle, and Results set apart. Pages are imported when they are first shown."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple

from app.ui.numbers import NO_FOCUS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.ui.session import Session


class Tab(NamedTuple):
    """A tab: its id and the prefix of its jobs' kinds. Its page is ``app.ui.<id>.page.Page``."""

    id: str
    jobs: str
    apart: bool = False

    @property
    def title(self) -> str:
        """The id of its title's text."""
        return f"ui.tab.{self.id}"


TABS = (
    Tab("datasets", "data."),
    Tab("training", "learning."),
    Tab("verification", "verification."),
    Tab("deployment", "deployment."),
    Tab("results", "", apart=True),
)


def in_area(page: QWidget) -> QWidget:
    """The page in an area that scrolls where the window is smaller than the least that the page needs."""
    from PySide6.QtWidgets import QFrame, QScrollArea

    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setProperty("focusPolicy", NO_FOCUS)
    area.setWidget(page)
    return area


def make_page(tab: str, session: Session) -> QWidget:
    """The page of a tab: a widget with ``show_record(record_id)``."""
    page: QWidget = importlib.import_module(f"app.ui.{tab}.page").Page(session)
    page.setObjectName(f"page-{tab}")
    page.setProperty("role", "page")
    return page
