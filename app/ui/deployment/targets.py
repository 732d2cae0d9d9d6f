"""Where a version can go: a card for each target."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.deployment.declared import Declared, Settings
from app.deployment.history import Deployed
from app.deployment.own import OWN
from app.deployment.records import TARGETS, TargetsAnswer, TargetsRequest
from app.project.record import readable
from app.text.message import amount
from app.ui import theme as tokens
from app.ui.session import Session
from app.ui.target_dialog import TargetDialog
from app.ui.target_names import title_of, why
from app.ui.widgets.basics import Card, button, label, row

_ACROSS = 3
_FIRST = "bundle"


class TargetCard(Card):
    """A target, what runs there, and the button that exports to it. ``wanted(name)``."""

    wanted = Signal(str)

    def __init__(self, session: Session, declared: Declared) -> None:
        super().__init__(title_of(session.words, declared))
        self._session, self._words, self._declared = session, session.words, declared
        asks = bool(declared.settings)
        text = self._words("ui_deployment.export.ask" if asks else "ui_deployment.export")
        self.export = button(text, self._on_export_clicked, "primary" if declared.name == _FIRST else "secondary")
        self.export.setObjectName(f"deployment.export.{declared.name}")
        self.export.setAccessibleName(f"{text}: {title_of(self._words, declared)}")
        self._state = label("", "small-muted")
        self.body.addWidget(label(why(self._words, declared), "muted"))
        self.body.addStretch(1)
        self.body.addWidget(self._state)
        self.body.addLayout(row(self.export, 1))

    def show_current(self, deployed: Deployed | None) -> None:
        """What went there last."""
        if deployed is None:
            self._state.setText(self._words("ui_deployment.nothing_there"))
            return
        date = amount(deployed.record.time, "date")
        self._state.setText(
            self._words(
                "ui_deployment.there",
                version=readable(deployed.body.model),
                date=date,
                author=deployed.record.author,
                place=deployed.body.place or deployed.body.file_name,
            )
        )

    @Slot()
    def _on_export_clicked(self) -> None:
        self.wanted.emit(self._declared.name)


class Targets(QWidget):
    """The cards; those of other packages come when they are known. ``wanted(target, settings)`` asks for an export."""

    wanted = Signal(str, object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._cards: dict[str, TargetCard] = {}
        self._declared: dict[str, Declared] = {}
        self._newest: dict[str, Deployed] = {}
        self._able, self._asked = False, ""
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(tokens.SPACE)
        self._add(OWN)
        session.quick(TARGETS, TargetsRequest(), TargetsAnswer, self._on_listed)

    def _on_listed(self, answer: TargetsAnswer) -> None:
        self._add(answer.targets)

    def _add(self, targets: Sequence[Declared]) -> None:
        for position, declared in enumerate(targets, len(self._cards)):
            card = TargetCard(self._session, declared)
            card.wanted.connect(self._on_wanted)
            self._declared[declared.name], self._cards[declared.name] = declared, card
            self._grid.addWidget(card, position // _ACROSS, position % _ACROSS)
        for place in range(_ACROSS):
            self._grid.setColumnStretch(place, 1)
        self._refresh()

    def title(self, name: str) -> str:
        """What a target is called."""
        declared = self._declared.get(name)
        return title_of(self._session.words, declared) if declared is not None else name

    def show_history(self, deployed: Sequence[Deployed], model: str) -> None:
        """Say of each target what went there last; of ``model``, where it is named."""
        name = model.partition("@")[0]
        own = [one for one in deployed if name in ("", one.body.model.partition("@")[0])]
        self._newest = {one.body.target: one for one in own}
        self._refresh()

    def set_able(self, able: bool) -> None:
        """Whether an export can be asked for now."""
        self._able = able
        self._refresh()

    def _refresh(self) -> None:
        for name, card in self._cards.items():
            card.show_current(self._newest.get(name))
            card.export.setEnabled(self._able)

    @Slot(str)
    def _on_wanted(self, name: str) -> None:
        declared = self._declared[name]
        if not declared.settings:
            self.wanted.emit(name, {})
            return
        before = self._newest.get(name)
        given: Settings = before.body.settings if before is not None else {}
        action = self._session.words("ui_deployment.export")
        dialog = TargetDialog(self._session, declared, given, self.window(), action=action)
        self._asked = name
        dialog.wanted.connect(self._on_settings)
        dialog.open()

    @Slot(object)
    def _on_settings(self, settings: Settings) -> None:
        self.wanted.emit(self._asked, settings)
