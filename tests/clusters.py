"""Clusters on this machine, for tests and benches."""

from __future__ import annotations

from app.learning.compute.cluster import Cluster, connect
from app.learning.compute.local import LocalCluster


def wait_for_workers(local: LocalCluster) -> None:
    """Wait until every worker has joined."""
    cluster = Cluster(connect(local.address), versions={})
    try:
        cluster.wait_for(local.workers)
    finally:
        cluster.close()
