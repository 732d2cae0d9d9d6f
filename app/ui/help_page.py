"""A page of help, read in the window."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QTextBrowser, QWidget

from app.resources import resource
from app.text.words import LANGUAGES
from app.ui import theme as tokens
from app.ui.dialogs import Dialog
from app.ui.session import Session
from app.ui.widgets.basics import button, row


class HelpPage(Dialog):
    """Shows ``resources/help/<language>/<page>.md``; links to elsewhere open in the browser."""

    def __init__(self, session: Session, parent: QWidget | None, *, page: str) -> None:
        words = session.words
        language = words.language if words.language in LANGUAGES else LANGUAGES[0]
        heading, _, rest = resource("help", language, f"{page}.md").read_text(encoding="utf-8").partition("\n")
        super().__init__(session, heading.removeprefix("# "), parent)
        size = session.theme.size
        self.setObjectName("help-text")
        self.resize(QSize(size(900), size(660)).boundedTo(self.screen().availableSize()))
        text = QTextBrowser()
        text.setObjectName("help-text-body")
        text.setAccessibleName(self.windowTitle())
        text.setOpenExternalLinks(True)
        text.setMarkdown(rest)
        _set_apart(text)
        self.body.addWidget(text, 1)
        close = button(words("ui.close"), self.accept, "primary")
        close.setObjectName("help-close")
        self.body.addLayout(row(1, close))


def _set_apart(text: QTextBrowser) -> None:
    """Room between paragraphs, which Qt's Markdown leaves out; the lines of a listing stay together."""
    block, listing = text.document().begin(), False
    while block.isValid():
        form = block.blockFormat()
        if not (listing and form.nonBreakableLines()):
            form.setTopMargin(tokens.SPACE if form.headingLevel() else tokens.PAD)
            QTextCursor(block).setBlockFormat(form)
        listing = form.nonBreakableLines()
        block = block.next()
