"""Clusters: the address of a scheduler, checked by a button; one on this computer; and how others are started."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QWidget

from app.errors import CicloError
from app.learning.compute.records import CHECK_CLUSTER, ClusterRequest, Computing
from app.ui.clusters import LocalState, Where
from app.ui.dialogs import Dialog
from app.ui.help_page import HelpPage
from app.ui.session import Session
from app.ui.training.computing import members
from app.ui.widgets.basics import button, label, line, row
from app.ui.widgets.form import Field, line_edit
from app.ui.widgets.messages import Notice

_HELP = "cluster"


class ClusterDialog(Dialog):
    """What is typed is kept when the dialog closes, and chosen when its cluster has answered."""

    def __init__(self, session: Session, parent: QWidget | None) -> None:
        words = session.words
        super().__init__(session, words("ui_training.cluster.title"), parent)
        self.setObjectName("training.clusters")
        self.setMinimumWidth(session.theme.size(560))
        self._session, self._words, self._clusters = session, words, session.clusters
        self._make_address()
        self._make_local()
        self._lay_out()
        self._clusters.changed.connect(self._show_local)
        self._clusters.failed.connect(self._on_local_failed)
        self._show_local()
        self._on_address_edited()

    def _make_address(self) -> None:
        words = self._words
        self._address = line_edit(self._clusters.address, "tcp://10.0.0.5:8786")
        self._address.setObjectName("training.cluster_address")
        self._address.textEdited.connect(self._on_address_edited)
        self._address.returnPressed.connect(self._on_check_clicked)
        self._check = button(words("ui_training.cluster.check"), self._on_check_clicked)
        self._check.setObjectName("training.cluster_check")
        self._found = Notice(self._session.theme, close_name=words("ui_training.close"))
        self._found.setObjectName("training.cluster_found")

    def _make_local(self) -> None:
        self._local = label("", "muted")
        self._local.setObjectName("training.cluster_local")
        self._switch = button("", self._on_switch_clicked)
        self._switch.setObjectName("training.cluster_switch")
        self._trouble = Notice(self._session.theme, close_name=self._words("ui_training.close"))
        self._trouble.setObjectName("training.cluster_trouble")

    def _lay_out(self) -> None:
        words = self._words
        self.body.addWidget(label(words("ui_training.cluster.why"), "muted"))
        place = row(Field(words("ui_training.cluster.address"), self._address), self._check)
        place.setAlignment(self._check, Qt.AlignmentFlag.AlignBottom)
        self.body.addLayout(place)
        self.body.addWidget(self._found)
        self.body.addWidget(line())
        self.body.addWidget(label(words("ui_training.cluster.local"), "strong"))
        here = row(self._local, self._switch)
        here.setStretch(0, 1)
        self.body.addLayout(here)
        self.body.addWidget(self._trouble)
        self.body.addStretch(1)  # or the sentences would share the room that a notice leaves
        self.body.addWidget(line())
        help_ = button(words("ui_training.cluster.help"), self._on_help_clicked, "link")
        help_.setObjectName("training.cluster_help")
        close = button(words("ui.close"), self.accept, "primary")
        close.setObjectName("training.cluster_close")
        self.body.addLayout(row(help_, 1, close))

    # The address

    def _typed(self) -> str:
        return self._address.text().strip()

    @Slot()
    def _on_address_edited(self) -> None:
        self._session.drop(CHECK_CLUSTER)
        self._found.hide()
        self._check.setEnabled(bool(self._typed()))

    @Slot()
    def _on_check_clicked(self) -> None:
        if self._typed():
            self._check.setEnabled(False)
            self._found.say("neutral", self._words("ui_training.cluster.checking"))
            request = ClusterRequest(address=self._typed())
            self._session.quick(CHECK_CLUSTER, request, Computing, self._on_found, self._on_check_failed)

    def _on_found(self, computing: Computing) -> None:
        self._check.setEnabled(True)
        self._clusters.set_address(self._typed())
        self._clusters.choose(Where.ADDRESS)
        found = self._words("ui_training.cluster.found", members=members(computing))
        self._found.say("good", found, self._words("ui_training.cluster.chosen"))

    def _on_check_failed(self, error: CicloError) -> None:
        self._check.setEnabled(True)
        self._found.say_error(self._words, error)

    # The cluster on this computer

    @Slot()
    def _show_local(self) -> None:
        words, clusters = self._words, self._clusters
        state, local = clusters.state, clusters.local
        running = {"members": members(local)} if local is not None else {}
        self._local.setText(words(f"ui_training.cluster.local.{state}", **running))
        on = state is LocalState.RUNNING
        self._switch.setText(words("ui_training.cluster.stop" if on else "ui_training.cluster.start"))
        self._switch.setEnabled(state in (LocalState.OFF, LocalState.RUNNING))

    @Slot()
    def _on_switch_clicked(self) -> None:
        self._trouble.hide()
        if self._clusters.state is LocalState.RUNNING:
            self._clusters.stop()
        else:
            self._clusters.start()

    @Slot(object)
    def _on_local_failed(self, error: CicloError) -> None:
        self._trouble.say_error(self._words, error)

    @Slot()
    def _on_help_clicked(self) -> None:
        HelpPage(self._session, self, page=_HELP).open()

    def done(self, result: int) -> None:
        self._session.drop(CHECK_CLUSTER)
        self._clusters.set_address(self._typed())
        super().done(result)
