"""What is said of where a training computes. Light: the window reads it."""

from __future__ import annotations

import msgspec

from app.jobs.contract import JobKind

EXTRA = "dask"
"""What is installed with ``ciclo[dask]``."""

CHECK_CLUSTER = JobKind("learning.check_cluster", "app.learning.compute.checking:check_cluster")
CHECK_LOCAL = JobKind("learning.check_local", "app.learning.compute.checking:check_cluster")
"""The same of a cluster on this computer: a question of its own, beside one about another cluster."""

COMPUTING = "computing"
"""Topic of the live result :class:`Computing`."""


class ClusterRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask a scheduler whether a training could run there; wait until so many workers have joined."""

    address: str
    workers: int = 0


class Computing(msgspec.Struct, frozen=True, kw_only=True):
    """How many fits are carried out at once, and on how many workers of the cluster at ``address``; without one, this
    computer's processors."""

    threads: int
    workers: int = 0
    address: str = ""
