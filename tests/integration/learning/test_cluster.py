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

from app.errors import CicloError, Parameter
from app.jobs.contract import Cancelled
from app.jobs.launcher import environment
from app.learning.compute.cluster import ALONE_S, Cluster, connect
from app.learning.compute.local import LocalCluster
from app.learning.compute.records import Computing
from app.learning.records import Preset, Task
from app.project import Project
from app.text.words import Words
from tests.clusters import wait_for_workers
from tests.integration.learning.datasets import Here, store
from tests.integration.learning.test_training import Trained, here, with_target

CARRIER = "app.learning.compute.carrier"
ModelBytes = str
SEED = {"preset": Preset.QUICK, "seed": 3}


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(workers=2) as started:
        wait_for_workers(started)
        yield started


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> ModelBytes:
    """The bytes of the model that this computer makes without a cluster."""
    folder = tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CICLO_HOME", str(folder / "home"))
        project = Project.create(folder / "project")
        store(project, "people", with_target(Task.BINARY))
        trained = Trained(project, here(folder, processors=2), **SEED)
        project.close()
    return model_bytes(trained)


def model_bytes(trained: Trained) -> ModelBytes:
    return trained.record.objects["model"].sha256


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


def train_command(project: Project, cluster: LocalCluster) -> list[str]:
    """A training that lasts."""
    command = [sys.executable, "-m", "app", "train", str(project.folder), "people", "--target", "y"]
    return [*command, "--preset", "thorough", "--cluster", cluster.address]


def one_sentence(code: str, **params: Parameter) -> str:
    return Words("en").error(CicloError(code, **params))[0]


class Acting(Here):
    """Does something once, when so many live results have come."""

    def __init__(self, staging: Path, after: int, act: Callable[[], None]) -> None:
        super().__init__(staging)
        self._after, self._act = after, act

    def publish(self, topic: str, value: object) -> None:
        before = len(self.published)
        super().publish(topic, value)
        if before < self._after == len(self.published):
            self._act()


class Until(Acting):
    """The same, and stopped as soon as something holds."""

    holds: Callable[[], bool]

    def check_cancelled(self) -> None:
        if len(self.published) > self._after and self.holds():
            raise Cancelled


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_that_a_cluster_gives_the_same_bytes_and_plan(
    project: Project, tmp_path: Path, cluster: LocalCluster, task: Task
) -> None:
    store(project, "people", with_target(task))
    alone = Trained(project, here(tmp_path, processors=2), **SEED)
    context = here(tmp_path)
    together = Trained(project, context, cluster=cluster.address, **SEED)
    assert model_bytes(together) == model_bytes(alone)
    assert together.version.plan == alone.version.plan
    assert together.version.cv == alone.version.cv
    assert context.computing == [Computing(workers=2, threads=2, address=cluster.address)]
    wait_until(lambda: not forks(cluster) and not rows_kept(cluster), within_s=2.0)


def test_that_a_worker_that_dies_costs_its_fits_only(
    project: Project, tmp_path: Path, cluster: LocalCluster, alone: ModelBytes
) -> None:
    store(project, "people", with_target(Task.BINARY))
    address, victim = next(iter(workers_of(cluster).items()))
    context = Acting(tmp_path, 20, lambda: os.kill(victim, signal.SIGKILL))
    observer = connect(cluster.address)
    try:
        observer.get_task_stream()  # from now on the scheduler remembers what was done where
        together = Trained(project, context, cluster=cluster.address, **SEED)
        done = [(str(task["key"]), str(task["worker"])) for task in observer.get_task_stream()]
    finally:
        observer.close()
    where: dict[str, list[str]] = {}
    for key, worker in done:
        if key.startswith("ciclo-"):
            where.setdefault(key, []).append(worker)
    again = [workers for workers in where.values() if len(workers) > 1]
    assert together.version.spent is not None
    assert len(where) >= together.version.spent.fits  # those that failed too
    assert all(workers[0] == address for workers in again)
    assert len(again) <= 2  # what it had done, but nobody had fetched yet
    assert victim not in workers_of(cluster).values()
    assert model_bytes(together) == alone
    assert all(c.state == "done" for c in together.version.candidates if c.remark is None)
    wait_for_workers(cluster)


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
    with subprocess.Popen(
        train_command(project, cluster), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(lambda: busy(cluster) == 2, within_s=120)
        finally:
            process.kill()
    wait_until(lambda: busy(cluster) == 0, within_s=2.0)
    for carrier in carriers(cluster):
        carrier.kill()  # it would wait for two minutes


def test_that_a_worker_may_join_later(project: Project, tmp_path: Path) -> None:
    store(project, "people", with_target(Task.BINARY, rows=3000))
    with LocalCluster(workers=1) as growing:
        wait_for_workers(growing)
        context = Until(tmp_path, 2, growing.add_worker)
        context.holds = lambda: sum(bool(p.children()) for p in carriers(growing)) == 2  # each has begun a fit
        with pytest.raises(Cancelled):
            Trained(project, context, cluster=growing.address, preset=Preset.THOROUGH)
        assert [c.workers for c in context.computing] == [1, 2]


# What ends a training, and how it goes on


def test_that_a_scheduler_that_dies_costs_nothing_that_was_fitted(
    project: Project, tmp_path: Path, alone: ModelBytes
) -> None:
    store(project, "people", with_target(Task.BINARY))
    with LocalCluster(workers=1) as doomed:
        wait_for_workers(doomed)
        context = Acting(tmp_path, 20, doomed.members[0].kill)
        with pytest.raises(CicloError, match="cluster_gone"):
            Trained(project, context, cluster=doomed.address, **SEED)
    assert one_sentence("learning.cluster_gone")
    resumed = Trained(project, here(tmp_path, processors=2), **SEED)
    assert resumed.version.plan is not None
    assert resumed.version.plan.resumed >= 15
    assert model_bytes(resumed) == alone


def test_that_a_training_begun_here_goes_on_on_a_cluster(
    project: Project, tmp_path: Path, cluster: LocalCluster, alone: ModelBytes
) -> None:
    store(project, "people", with_target(Task.BINARY))
    context = here(tmp_path, processors=2)
    context.cancel_after = 20
    with pytest.raises(Cancelled):
        Trained(project, context, **SEED)
    resumed = Trained(project, here(tmp_path), cluster=cluster.address, **SEED)
    assert resumed.version.plan is not None
    assert resumed.version.plan.resumed >= 15
    assert model_bytes(resumed) == alone


def test_that_a_cluster_whose_last_worker_went_is_left(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.learning.compute.cluster.ALONE_S", 2.0)
    store(project, "people", with_target(Task.BINARY))
    with LocalCluster(workers=1) as doomed:
        wait_for_workers(doomed)
        context = Acting(tmp_path, 20, doomed.members[1].kill)
        with pytest.raises(CicloError) as caught:
            Trained(project, context, cluster=doomed.address, **SEED)
    assert (caught.value.code, caught.value.params) == ("learning.cluster_alone", {"seconds": 2})
    assert one_sentence("learning.cluster_alone", seconds=60) == "The cluster has had no worker for 60 s."
    assert ALONE_S == 60


def test_that_ctrl_c_frees_the_workers(project: Project, cluster: LocalCluster) -> None:
    store(project, "people", with_target(Task.BINARY, rows=3000))
    with subprocess.Popen(
        train_command(project, cluster), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        wait_until(lambda: busy(cluster) == 2, within_s=120)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in said
    wait_until(lambda: busy(cluster) == 0, within_s=2.0)
    for carrier in carriers(cluster):
        carrier.kill()


def test_that_without_the_extra_one_sentence_says_what_to_install(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(project, "people", with_target(Task.BINARY))
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CicloError) as caught:
        Trained(project, here(tmp_path), cluster="tcp://127.0.0.1:8786")
    sentence, hint = Words("en").error(caught.value)
    assert sentence == "Training on a cluster needs an extra package that isn't installed."
    assert hint.endswith('pip install "ciclo[dask]"')
    with pytest.raises(CicloError, match="cluster_no_dask"):
        LocalCluster(workers=1)


# Clusters that don't fit


def test_that_other_versions_are_refused(project: Project, tmp_path: Path) -> None:
    store(project, "people", with_target(Task.BINARY))
    fake = tmp_path / "fake" / "scikit_learn-1.0.dist-info"
    fake.mkdir(parents=True)
    (fake / "METADATA").write_text("Metadata-Version: 2.1\nName: scikit-learn\nVersion: 1.0\n")
    path = os.pathsep.join([str(fake.parent), environment()["PYTHONPATH"]])
    with LocalCluster(workers=1, variables={"PYTHONPATH": path}) as other:
        wait_for_workers(other)
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
