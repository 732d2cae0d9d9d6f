"""Which machines do the fits of a training: this one, or those of a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.jobs.contract import Context
from app.jobs.forks import Pool, fork_pool
from app.jobs.system import usable_processors
from app.learning.records import TrainRequest
from app.learning.search.data import LearningData
from app.learning.search.work import Worker

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
        yield _Here(request.processors or context.processors or usable_processors())
        return
    from app.learning.compute.cluster import Cluster, connect

    cluster = Cluster(connect(request.cluster), versions=versions)
    try:
        yield _There(cluster, context.staging, processors=cluster.check(), most=request.processors)
    finally:
        cluster.close()


class _Here:
    def __init__(self, processors: int) -> None:
        self._processors = processors

    def pool(self, data: LearningData) -> Pool:
        return fork_pool(Worker(data), processors=self._processors)


class _There:
    def __init__(self, cluster: Cluster, staging: Path, *, processors: int, most: int) -> None:
        self._cluster, self._staging, self._processors, self._most = cluster, staging, processors, most
        self._brought = False

    def pool(self, data: LearningData) -> Pool:
        from app.learning.compute.dask import DaskPool
        from app.learning.compute.parcel import write_parcel

        if not self._brought:
            write_parcel(data, self._staging / "rows.arrow")
            self._cluster.bring(self._staging / "rows.arrow")
            self._brought = True
        return DaskPool(self._cluster, processors=self._processors, most=self._most)
