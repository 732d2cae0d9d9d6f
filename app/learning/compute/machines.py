"""Which machines do the fits of a training: this one, or those of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from app.jobs.contract import Context
from app.jobs.forks import Pool
from app.jobs.system import usable_processors
from app.learning.compute.records import COMPUTING, Computing
from app.learning.records import TrainRequest
from app.learning.search.data import LearningData
from app.learning.search.work import local_pool

if TYPE_CHECKING:
    from app.learning.compute.cluster import Cluster


class Machines(Protocol):
    """Gives pools, one after the other, for the same data."""

    def pool(self, data: LearningData) -> Pool:
        """A pool whose orders see ``data``."""


@contextmanager
def machines(context: Context, request: TrainRequest, *, versions: Mapping[str, str]) -> Iterator[Machines]:
    """What a request asks for. A cluster is called before anything is read, so that a wrong address is said at once.

    Parameters
    ----------
    versions
        The libraries that decide about a model's bytes; workers must have the same.

    Raises
    ------
    CicloError
        ``learning.cluster_…``: why the cluster can't be used.
    """
    if not request.cluster:
        yield _Here(context, request.processors or context.processors or usable_processors())
        return
    from app.learning.compute.cluster import Cluster, connect

    cluster = Cluster(connect(request.cluster), versions=versions)
    try:
        yield _There(context, cluster, computing=cluster.check(), most=request.processors)
    finally:
        cluster.close()


def _publisher(context: Context) -> Callable[[Computing], None]:
    """Hands out what computes, each time that it has changed."""
    said: Computing | None = None

    def tell(computing: Computing) -> None:
        nonlocal said
        if computing != said:
            said = computing
            context.publish(COMPUTING, computing)

    return tell


class _Here:
    def __init__(self, context: Context, processors: int) -> None:
        self._context, self._processors, self._tell = context, processors, _publisher(context)

    def pool(self, data: LearningData) -> Pool:
        self._tell(Computing(threads=self._processors))
        return local_pool(self._context, data, self._processors)


class _There:
    def __init__(self, context: Context, cluster: Cluster, *, computing: Computing, most: int) -> None:
        self._cluster, self._computing, self._most = cluster, computing, most
        self._staging, self._tell = context.staging, _publisher(context)
        self._parcel: Path | None = None

    def pool(self, data: LearningData) -> Pool:
        from app.learning.compute.dask import DaskPool
        from app.learning.compute.parcel import write_parcel

        if self._parcel is None:
            self._parcel = self._staging / "rows.arrow"
            write_parcel(data, self._parcel)
            self._cluster.bring(self._parcel)
        return DaskPool(self._cluster, computing=self._computing, told=self._take, most=self._most)

    def _take(self, computing: Computing) -> None:
        self._computing = computing
        threads = min(computing.threads, self._most or computing.threads)
        self._tell(msgspec.structs.replace(computing, threads=threads))
