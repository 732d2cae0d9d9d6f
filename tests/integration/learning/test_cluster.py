"""Training on a Dask cluster: the same bytes, workers that die, Stop, and clusters that don't fit."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.errors import CicloError
from app.jobs.contract import Cancelled
from app.jobs.launcher import environment
from app.learning.compute.cluster import Cluster, connect
from app.learning.compute.local import LocalCluster
from app.learning.records import Preset, Task
from app.project import Project
from tests.integration.learning.datasets import Here, store
from tests.integration.learning.test_training import Trained, here, with_target

CARRIER = "app.learning.compute.carrier"
SEED = {"preset": Preset.QUICK, "seed": 3}


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(workers=2) as started:
        started.wait()
        yield started


def workers_of(cluster: LocalCluster) -> dict[str, int]:
    """The process of each worker."""
    client = connect(cluster.address)
    try:
        return dict(client.run(os.getpid))
    finally:
        client.close()


def carriers(cluster: LocalCluster) -> list[psutil.Process]:
    """The processes that carry out orders beside the workers of this cluster, without their forks."""
    found = []
    for member in cluster.members:
        for process in psutil.Process(member.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                parent = process.parent()
                if CARRIER in process.cmdline() and parent is not None and CARRIER not in parent.cmdline():
                    found.append(process)
    return found


def forks(cluster: LocalCluster) -> list[psutil.Process]:
    """Their forks; one that waits for its next order sleeps."""
    found = []
    for process in carriers(cluster):
        with contextlib.suppress(psutil.Error):
            found += process.children()
    return found


def busy(cluster: LocalCluster) -> int:
    """How many forks carry out an order."""
    count = 0
    for fork in forks(cluster):
        with contextlib.suppress(psutil.Error):
            count += fork.status() in (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP)
    return count


def rows_kept(cluster: LocalCluster) -> list[Path]:
    return list(cluster.folder.rglob("rows.*"))


def wait_until(true: Callable[[], bool], within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Acting(Here):
    """Does something once, when so many live results have come."""

    def __init__(self, staging: Path, after: int, act: Callable[[], None]) -> None:
        super().__init__(staging)
        self._after, self._act = after, act
        self.watched: LocalCluster | None = None
        self.most = 0

    def publish(self, topic: str, value: object) -> None:
        super().publish(topic, value)
        if self.watched is not None and self.most < 2:
            self.most = max(self.most, sum(bool(p.children()) for p in carriers(self.watched)))
        if len(self.published) == self._after:
            self._act()


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_that_a_cluster_gives_the_same_bytes_and_plan(
    project: Project, tmp_path: Path, cluster: LocalCluster, task: Task
) -> None:
    store(project, "people", with_target(task))
    alone = Trained(project, here(tmp_path, processors=2), **SEED)
    together = Trained(project, here(tmp_path), cluster=cluster.address, **SEED)
    assert together.record.objects["model"].sha256 == alone.record.objects["model"].sha256
    assert together.version.plan == alone.version.plan
    assert together.version.cv == alone.version.cv
    assert not forks(cluster)
    assert not rows_kept(cluster)


def test_that_a_worker_that_dies_costs_its_fits_only(project: Project, tmp_path: Path, cluster: LocalCluster) -> None:
    store(project, "people", with_target(Task.BINARY))
    alone = Trained(project, here(tmp_path, processors=2), **SEED)
    victim = next(iter(workers_of(cluster).values()))
    context = Acting(tmp_path, 20, lambda: os.kill(victim, signal.SIGKILL))
    together = Trained(project, context, cluster=cluster.address, **SEED)
    assert victim not in workers_of(cluster).values()
    assert together.record.objects["model"].sha256 == alone.record.objects["model"].sha256
    assert all(c.state == "done" for c in together.version.candidates if c.remark is None)
    cluster.wait()


def test_that_the_process_beside_a_worker_may_die(project: Project, tmp_path: Path, cluster: LocalCluster) -> None:
    store(project, "people", with_target(Task.BINARY))
    context = Acting(tmp_path, 20, lambda: [p.kill() for p in carriers(cluster)] and None)
    together = Trained(project, context, cluster=cluster.address, **SEED)
    assert not [c for c in together.version.candidates if c.state == "failed"]


def test_that_stop_frees_the_workers_and_leaves_others_alone(
    project: Project, tmp_path: Path, cluster: LocalCluster
) -> None:
    store(project, "people", with_target(Task.BINARY, rows=3000))
    other = connect(cluster.address)
    try:
        over = tmp_path / "over"
        theirs = other.submit(subprocess.call, ["sh", "-c", f"until [ -e '{over}' ]; do sleep 0.1; done"], pure=False)
        context = here(tmp_path)
        context.cancel_after = 10
        with pytest.raises(Cancelled):
            Trained(project, context, cluster=cluster.address, preset=Preset.THOROUGH)
        wait_until(lambda: not forks(cluster), within_s=2.0)
        assert not rows_kept(cluster)
        assert theirs.status == "pending"
        began = time.monotonic()
        assert other.submit(os.getpid, pure=False).result(timeout=5) in other.run(os.getpid).values()
        assert time.monotonic() - began < 1  # the other worker is free
        over.touch()
        assert theirs.result(timeout=10) == 0
    finally:
        other.close()


def test_that_a_killed_training_leaves_no_fit_running(project: Project, cluster: LocalCluster) -> None:
    """As if its machine had gone: no farewell was said."""
    store(project, "people", with_target(Task.BINARY, rows=3000))
    command = [sys.executable, "-m", "app", "train", str(project.folder), "people", "--target", "y"]
    command += ["--preset", "thorough", "--cluster", cluster.address]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: busy(cluster) == 2)
        finally:
            process.kill()
    wait_until(lambda: busy(cluster) == 0, within_s=2.0)
    for carrier in carriers(cluster):
        carrier.kill()  # it would wait for two minutes


def test_that_a_worker_may_join_later(project: Project, tmp_path: Path) -> None:
    store(project, "people", with_target(Task.BINARY))
    with LocalCluster(workers=1) as growing:
        growing.wait()
        context = Acting(tmp_path, 2, growing.add_worker)
        context.watched = growing
        trained = Trained(project, context, cluster=growing.address, preset=Preset.BALANCED, time_limit_s=15)
        assert context.most == 2
    assert not [c for c in trained.version.candidates if c.state == "failed"]


# Clusters that don't fit


def test_that_other_versions_are_refused(project: Project, tmp_path: Path) -> None:
    store(project, "people", with_target(Task.BINARY))
    fake = tmp_path / "fake" / "scikit_learn-1.0.dist-info"
    fake.mkdir(parents=True)
    (fake / "METADATA").write_text("Metadata-Version: 2.1\nName: scikit-learn\nVersion: 1.0\n")
    path = os.pathsep.join([str(fake.parent), environment()["PYTHONPATH"]])
    with LocalCluster(workers=1, variables={"PYTHONPATH": path}) as other:
        other.wait()
        with pytest.raises(CicloError) as caught:
            Trained(project, here(tmp_path), cluster=other.address)
    assert caught.value.code == "learning.cluster_versions"
    assert (caught.value.params["library"], caught.value.params["there"]) == ("scikit-learn", "1.0")


@pytest.fixture
def stranger() -> Iterator[str]:
    """A server that says something, but isn't a scheduler."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            with contextlib.suppress(OSError):
                while True:
                    with server.accept()[0] as client:
                        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_that_wrong_addresses_are_said_in_seconds(stranger: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        for address, code in (
            (nobody, "learning.cluster_no_answer"),
            (stranger, "learning.cluster_stranger"),
            ("cluster", "learning.cluster_bad_address"),
            ("http://127.0.0.1:8786", "learning.cluster_bad_address"),
        ):
            began = time.monotonic()
            with pytest.raises(CicloError) as caught:
                connect(address)
            assert caught.value.code == code
            assert time.monotonic() - began < 8


def test_that_a_cluster_without_workers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalCluster, "add_worker", lambda *_: None)
    with LocalCluster(workers=1) as empty:
        client = Cluster(connect(empty.address), versions={})
        try:
            with pytest.raises(CicloError, match="cluster_no_workers"):
                client.check()
        finally:
            client.close()
