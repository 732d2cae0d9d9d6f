"""The tabs, in one list: the life cycle, and Results set apart. Pages are imported when they are first shown."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import QWidget

from app.ui.session import Session


@dataclass(frozen=True)
class Tab:
    """A tab: its id, the module of its page, the prefix of its jobs' kinds."""

    id: str
    jobs: str
    apart: bool = False

    @property
    def module(self) -> str:
        return f"app.ui.{self.id}.page"

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


class PageLike(Protocol):
    """What a page is besides a widget."""

    def show_record(self, record_id: str) -> None:
        """Show a record of this tab's kinds; an empty id changes nothing."""


def make_page(tab: Tab, session: Session) -> QWidget:
    """The page of a tab."""
    page = importlib.import_module(tab.module).Page(session)
    assert isinstance(page, QWidget)
    page.setObjectName(f"page-{tab.id}")
    page.setProperty("role", "page")
    return page
