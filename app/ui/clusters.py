"""Where trainings compute: on this computer, on the cluster of the settings, or on one that this window started."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QMetaMethod, QObject, QTimer, Signal, Slot

from app.errors import CicloError

if TYPE_CHECKING:
    from app.jobs.ledger import StoredJob
    from app.learning.compute.local import LocalCluster
    from app.learning.compute.records import Computing
    from app.ui.session import Session

_LOOK_MS = 200
_START_LOOKS = 300
"""After a minute without an address the scheduler won't come any more."""


class Where(StrEnum):
    """The choices of a training."""

    HERE = "here"
    ADDRESS = "address"
    LOCAL = "local"


class LocalState(StrEnum):
    """How the cluster on this computer is."""

    OFF = "off"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class Clusters(QObject):
    """Keeps the choice, and the cluster on this computer, which ends with the window.

    Signals
    -------
    changed()
        The choice, or that cluster.
    failed(CicloError)
        Why that cluster couldn't be started, or ended; where nobody listens, the session says it.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.state = LocalState.OFF
        self.local: Computing | None = None
        """What the cluster on this computer has, when it runs."""
        self._use_local = False
        self._cluster: LocalCluster | None = None
        self._asked = False
        self._looks = 0
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._on_look)

    # The choice

    @property
    def address(self) -> str:
        """The scheduler's address in the settings; empty where there is none."""
        return self._session.settings.cluster

    def set_address(self, address: str) -> None:
        """Keep another address."""
        if address != self.address:
            settings = self._session.settings
            self._session.change_settings(
                settings._replace(cluster=address, on_cluster=settings.on_cluster and bool(address))
            )
            self.changed.emit()

    @property
    def where(self) -> Where:
        """What is chosen and possible."""
        if self._use_local and self.local is not None:
            return Where.LOCAL
        return Where.ADDRESS if self._session.settings.on_cluster and self.address else Where.HERE

    def choose(self, where: Where) -> None:
        """Compute there from now on. A cluster on this computer is chosen for as long as it runs."""
        self._use_local = where is Where.LOCAL
        if where is not Where.LOCAL:
            self._session.change_settings(self._session.settings._replace(on_cluster=where is Where.ADDRESS))
        self.changed.emit()

    def target(self) -> str:
        """What a request for a training says; empty for this computer."""
        if self.where is Where.LOCAL and self.local is not None:
            return self.local.address
        return self.address if self.where is Where.ADDRESS else ""

    def moved(self, stored: StoredJob) -> StoredJob:
        """A training that was cut off, to go on where trainings compute now: its cluster may have ended with it."""
        from app.learning.records import TrainRequest

        request = msgspec.json.decode(stored.request, type=TrainRequest)
        request = msgspec.structs.replace(request, cluster=self.target())
        return msgspec.structs.replace(stored, request=msgspec.Raw(msgspec.json.encode(request)))

    # The cluster on this computer

    def start(self) -> None:
        """Start it; ``changed`` follows when its workers are there, or ``failed``."""
        if self.state is LocalState.OFF:
            self._become(LocalState.STARTING)
            self._session.run(self._make, self._on_made, self._on_failed)

    def _make(self) -> None:
        """In a thread: it starts several processes."""
        from app.learning.compute.local import LocalCluster

        self._cluster = LocalCluster()

    def _on_made(self, _nothing: None) -> None:
        if self.state is LocalState.STARTING:
            self._looks = 0
            self._look.start()

    @Slot()
    def _on_look(self) -> None:
        """Whether the scheduler has said its address; later, whether it is still there."""
        from app.learning.compute.records import CHECK_LOCAL, ClusterRequest, Computing

        cluster = self._cluster
        if cluster is None:
            return
        self._looks += 1
        if cluster.ended or (self._looks > _START_LOOKS and not cluster.find_address()):
            self._on_failed(CicloError("learning.cluster_not_kept" if self.local else "learning.cluster_not_started"))
        elif not self._asked and cluster.find_address():
            self._asked = True
            request = ClusterRequest(address=cluster.find_address(), workers=cluster.workers)
            self._session.quick(CHECK_LOCAL, request, Computing, self._on_ready, self._on_failed)

    def _on_ready(self, computing: Computing) -> None:
        if self.state is LocalState.STARTING:
            self.local, self._use_local = computing, True
            self._become(LocalState.RUNNING)

    def _on_failed(self, error: CicloError) -> None:
        self.stop()
        heard = self.isSignalConnected(QMetaMethod.fromSignal(self.failed))
        (self.failed if heard else self._session.failed).emit(error)

    def stop(self) -> None:
        """End it; a training that computes there ends with a sentence."""
        self._look.stop()
        self.local, self._use_local, self._asked = None, False, False
        if self.state in (LocalState.STARTING, LocalState.RUNNING):
            self._become(LocalState.STOPPING)
            self._session.run(self._end, self._on_stopped)

    def _end(self) -> None:
        cluster, self._cluster = self._cluster, None
        if cluster is not None:
            cluster.close()

    def _on_stopped(self, _nothing: None) -> None:
        self._become(LocalState.OFF)

    def _become(self, state: LocalState) -> None:
        self.state = state
        self.changed.emit()

    def close(self) -> None:
        """The window ends; nothing is under way in the thread any more."""
        self._look.stop()
        self._end()
