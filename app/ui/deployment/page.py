"""The page of the tab Deployment."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.session import Session
from app.ui.widgets.page import PageHeader


class Page(QWidget):
    """The tab Deployment."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.addWidget(PageHeader(session.words("ui.tab.deployment")))
        layout.addStretch(1)

    def show_record(self, record_id: str) -> None:
        """Show a record of this tab."""
