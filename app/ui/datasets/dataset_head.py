"""The head of a dataset's page: its name, which version, where it comes from, what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.text.message import Text
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.datasets.versions import Version
from app.ui.theme import Theme
from app.ui.widgets.basics import ElidedLabel, button, column, label, row
from app.ui.widgets.form import Dropdown, Option


class DatasetHead(QWidget):
    """``version_chosen(id)``, ``next_asked()``, ``versions_asked()``, ``source_asked()``, ``prepare_asked()``,
    ``labels_asked()``, ``known_asked()`` and ``train_asked()`` say what the user wants."""

    version_chosen = Signal(str)
    next_asked = Signal()
    versions_asked = Signal()
    train_asked = Signal()
    source_asked = Signal()
    prepare_asked = Signal()
    labels_asked = Signal()
    known_asked = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._words = words
        self._title = ElidedLabel("", "heading", snug=True)
        self._version = label("", "heading-muted", wrap=False)
        self._chooser = Dropdown(theme, flat=True)
        self._chooser.setObjectName("datasets.version")
        self._chooser.setAccessibleName(words("ui_datasets.dataset.version_chooser"))
        self._chooser.chosen.connect(self.version_chosen)
        self._where = label("", "muted", selectable=True)
        self._next = button(words("ui_datasets.dataset.next"), self.next_asked.emit)
        self._next.setObjectName("datasets.import_next")
        self._source = button(words("watched.ui.source"), self.source_asked.emit, "link")
        self._source.setObjectName("datasets.source")
        self._labels = button(words("ui_datasets.labels.open"), self.labels_asked.emit, "link")
        self._labels.setObjectName("datasets.labels")
        self._known = button(words("ui_datasets.target.open"), self.known_asked.emit, "link")
        self._known.setObjectName("datasets.known")
        self._versions = button(words("ui_datasets.dataset.versions"), self.versions_asked.emit, "link")
        self._versions.setObjectName("datasets.versions")
        self._prepare = button(words("ui_datasets.dataset.prepare"), self.prepare_asked.emit)
        self._prepare.setObjectName("datasets.prepare")
        self._train = button(words("ui_datasets.dataset.train"), self.train_asked.emit, "primary")
        self._train.setObjectName("datasets.train")
        top = row(self._title, self._version, self._chooser, 1, self._next, self._prepare, self._train)
        links = row(self._known, self._labels, self._versions, self._source, 1)
        links.setSpacing(tokens.WIDE)
        self.setLayout(column(top, self._where, links, spacing=tokens.GAP))

    def show_version(self, version: Version, series: Sequence[Version]) -> None:
        """Show a version among those of its dataset, oldest first."""
        said = [Option(v.id, self._words("ui_datasets.dataset.version", version=v.number)) for v in reversed(series)]
        self._title.set_whole(version.name)
        self._version.setText(self._words("ui_datasets.dataset.version", version=version.number))
        self._chooser.set_options(said)
        self._chooser.set_value(version.id)
        self._chooser.setVisible(len(said) > 1)
        self._version.setVisible(len(said) < 2)
        self._where.setText(self._origin(version))
        for button_ in (self._train, self._prepare):
            button_.setEnabled(version.body.rows > 0)
        self.setAccessibleName(f"{version.name} {self._version.text()}")

    def _origin(self, version: Version) -> str:
        words, body = self._words, version.body
        when = datetime.fromisoformat(version.record.time.replace("Z", "+00:00"))
        where = words(
            "ui_datasets.dataset.where",
            n=body.rows,
            columns=Text("data.columns", {"n": len(body.columns)}),
            file=body.source_name,
            when=words.datetime(when),
        )
        where = f"{where}\n{version.note}" if version.note else where
        if not body.rejected:
            return where
        sum_ = words("ui_datasets.dataset.balance", n=body.rejected, rows=body.rows, records=body.records)
        return f"{where}\n{sum_}"
