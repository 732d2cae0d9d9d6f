"""Training on more machines, by clicks: an address, a cluster on this computer, and where a training computes."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import msgspec
import psutil
import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QTextBrowser
from pytestqt.qtbot import QtBot

from app.jobs.contract import JobState
from app.jobs.ledger import StoredJob
from app.learning.compute.local import LocalCluster
from app.learning.records import MODEL, TRAIN, ModelVersion, TrainRequest
from app.text.message import Text
from app.ui.clusters import LocalState, Where
from app.ui.session import Session
from app.ui.settings import load_settings
from app.ui.widgets.form import Dropdown
from app.ui.widgets.messages import Notice
from tests.clusters import wait_for_workers
from tests.gui.trained import LONG_MS, Hand

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def dialog(hand: Hand) -> Iterator[Hand]:
    """The page with the dialog opened from its form."""
    open_dialog(hand)
    yield hand
    if hand.sees("training.cluster_close"):
        close_dialog(hand)


def open_dialog(hand: Hand) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    hand.choose("training.where", "set_up")
    hand.until(lambda: hand.sees("training.cluster_close"))


def close_dialog(hand: Hand) -> None:
    hand.click("training.cluster_close")
    hand.until(lambda: not hand.sees("training.cluster_close"))


def options(hand: Hand) -> list[str]:
    where = hand.find(Dropdown, "training.where")
    return [where.itemText(at) for at in range(where.count())]


def check(dialog: Hand, address: str) -> str:
    """Type an address and press Check; what is said."""
    dialog.write("training.cluster_address", address)
    dialog.click("training.cluster_check")
    dialog.until(lambda: dialog.find(QPushButton, "training.cluster_check").isEnabled())
    return dialog.find(Notice, "training.cluster_found").accessibleName()


def test_that_trainings_compute_on_this_computer_unless_told_otherwise(hand: Hand, session: Session) -> None:
    assert options(hand) == ["On this computer", "Clusters…"]
    assert session.clusters.target() == ""


def test_that_a_cluster_here_is_started_trains_and_stops_by_clicks(dialog: Hand, session: Session) -> None:
    said = dialog.find(QLabel, "training.cluster_local")
    dialog.click("training.cluster_switch")
    assert "Starting" in said.text()
    dialog.until(lambda: said.text().startswith("Running: "))
    cluster, local = session.clusters._cluster, session.clusters.local
    assert cluster is not None
    assert local is not None
    processes = [psutil.Process(member.pid) for member in cluster.members]
    close_dialog(dialog)
    assert dialog.find(Dropdown, "training.where").value() == Where.LOCAL
    dialog.click("training.start")
    dialog.until(lambda: f"Computing on the cluster at {local.address}: " in dialog.words())
    dialog.until(lambda: dialog.sees("training.to_report"))
    assert session.records(MODEL)[-1].read(ModelVersion).request.cluster == local.address
    open_dialog(dialog)
    dialog.click("training.cluster_switch")
    dialog.until(lambda: session.clusters.state is LocalState.OFF)
    assert not any(process.is_running() for process in processes)
    assert options(dialog) == ["On this computer", "Clusters…"]


def test_that_a_wrong_address_is_said_in_one_sentence(dialog: Hand, session: Session) -> None:
    assert check(dialog, "my cluster").startswith("“my cluster” isn't the address of a scheduler.")
    assert check(dialog, "tcp://127.0.0.1:9").startswith("Nobody answers at tcp://127.0.0.1:9.")
    assert session.clusters.where is Where.HERE


def test_that_check_counts_workers_and_threads_and_the_choice_is_kept(dialog: Hand, session: Session) -> None:
    with LocalCluster(workers=2) as other:
        wait_for_workers(other)
        assert check(dialog, other.address).startswith("It answers: 2 workers, 2 threads.")
        close_dialog(dialog)
        assert session.clusters.target() == other.address
        assert dialog.find(Dropdown, "training.where").value() == Where.ADDRESS
        kept = load_settings()
        assert (kept.cluster, kept.on_cluster) == (other.address, True)
        dialog.choose("training.where", Where.HERE)
        assert not load_settings().on_cluster
        assert load_settings().cluster == other.address


def test_that_without_the_extra_one_sentence_says_what_to_install(
    dialog: Hand, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    dialog.click("training.cluster_switch")
    dialog.until(lambda: dialog.sees("training.cluster_trouble"))
    trouble = dialog.find(Notice, "training.cluster_trouble")
    assert 'pip install "ciclo[dask]"' in trouble.accessibleName()
    dialog.until(lambda: session.clusters.state is LocalState.OFF)


def test_that_a_cluster_here_that_dies_is_noticed(qtbot: QtBot, dialog: Hand, session: Session) -> None:
    dialog.click("training.cluster_switch")
    dialog.until(lambda: session.clusters.state is LocalState.RUNNING)
    cluster = session.clusters._cluster
    assert cluster is not None
    close_dialog(dialog)
    with qtbot.waitSignal(session.failed, timeout=LONG_MS) as failed:
        cluster.members[0].kill()
    assert failed.args[0].code == "learning.cluster_not_kept"
    dialog.until(lambda: session.clusters.state is LocalState.OFF)
    assert session.clusters.target() == ""


def test_that_the_page_of_help_opens(dialog: Hand) -> None:
    dialog.click("training.cluster_help")
    dialog.until(lambda: dialog.sees("help-close"))
    assert "dask scheduler --host" in dialog.find(QTextBrowser, "help-text-body").toPlainText()
    dialog.click("help-close")


def test_that_a_training_that_was_cut_off_goes_on_where_trainings_compute_now(session: Session) -> None:
    request = TrainRequest(project="p", dataset="d@1", target="y", model="y", cluster="tcp://127.0.0.1:9")
    stored = StoredJob(
        id="1",
        kind=TRAIN.name,
        request=msgspec.Raw(msgspec.json.encode(request)),
        title=Text("ui.sample_name"),
        state=JobState.QUEUED,
    )
    assert cluster_of(session.clusters.moved(stored)) == ""
    session.clusters.set_address("tcp://10.0.0.5:8786")
    session.clusters.choose(Where.ADDRESS)
    assert cluster_of(session.clusters.moved(stored)) == "tcp://10.0.0.5:8786"


def cluster_of(stored: StoredJob) -> str:
    return msgspec.json.decode(stored.request, type=TrainRequest).cluster
