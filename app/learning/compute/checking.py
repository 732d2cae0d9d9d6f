"""Whether a training could run on a cluster, found out before the click."""

from __future__ import annotations

import msgspec

from app.jobs.contract import Context, Outcome
from app.learning.compute.cluster import Cluster, connect
from app.learning.compute.records import ClusterRequest
from app.learning.training import library_versions
from app.project.record import encode


def check_cluster(context: Context, request: ClusterRequest) -> Outcome:
    """Call a scheduler and compare its workers with this machine; the answer is a
    :class:`~app.learning.compute.records.Computing`. The workers get ready for a training meanwhile.

    Raises
    ------
    CicloError
        ``learning.cluster_…``: why the cluster can't be used.
    """
    cluster = Cluster(connect(request.address), versions=library_versions())
    try:
        cluster.wait_for(request.workers)
        return Outcome(answer=msgspec.Raw(encode(cluster.check())))
    finally:
        cluster.close()
