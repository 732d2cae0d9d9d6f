"""A trained project, and the page of the tab."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.ui.results.page import Page
from app.ui.session import Session
from tests.gui.trained import Hand, empty_session, launcher, project, session, source

__all__ = ["empty_session", "launcher", "project", "session", "source"]


@pytest.fixture
def page(session: Session) -> Page:
    return Page(session)


@pytest.fixture
def hand(qtbot: QtBot, page: Page) -> Hand:
    return Hand(qtbot, page)
