"""A watched folder: each new file is proposed once it has settled, and once only."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import msgspec
import pytest

from app.cli.main import run_command
from app.data.records import InspectRequest
from app.data.rules.records import LookRequest
from app.data.watched.records import Candidate, Examined, ExamineRequest, Stamp
from app.data.watched.settings import begin_watch, is_candidate, stop_watch, watch_of
from app.data.watched.watching import FolderWatcher, declining, examination, settle
from app.data.watched.work import examine
from app.errors import CicloError
from app.project import Project
from tests.integration.data.test_rules import Desk, Workbench


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def ventas(month: int) -> str:
    return "id;zona\n" + "".join(f"{n};Z{n % 3}\n" for n in range(month * 10))


def watcher_of(desk: Desk, inbox: Path, clock: Clock, pattern: str = "*.csv") -> FolderWatcher:
    return FolderWatcher(begin_watch(desk.project, dataset="ventas", folder=inbox, pattern=pattern), clock=clock)


def names(candidates: tuple[Candidate, ...]) -> list[str]:
    return [Path(candidate.path).name for candidate in candidates]


def examined(desk: Desk, candidate: Candidate) -> Examined:
    request = examination(desk.project, candidate)
    return msgspec.json.decode(examine(Workbench(desk.folder), request).answer, type=Examined)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("ventas_1.csv", True),
        ("VENTAS_1.CSV", True),
        ("ventas_1.csv.part", False),
        ("ventas_1.tmp", False),
        ("ventas.csv.crdownload", False),
        ("~$ventas.csv", False),
        (".ventas.csv", False),
        ("notas.txt", False),
        ("ventas.tsv", True),
    ],
)
def test_that_only_files_that_may_be_data_count(name: str, wanted: bool) -> None:
    assert is_candidate(name, "*.csv; *.tsv") is wanted


def test_that_a_file_counts_once_it_keeps_its_size_and_time(desk: Desk, inbox: Path) -> None:
    clock = Clock()
    watcher = watcher_of(desk, inbox, clock)
    path = inbox / "ventas_2.csv"
    path.write_text("id;zona\n")
    assert watcher.look().candidates == ()
    for now in (1.0, 2.5, 4.0):  # it is still being copied
        with path.open("a") as file:
            file.write("1;Z\n")
        clock.now = now
        assert (watcher.look().candidates, watcher.look().unsettled) == ((), 1)
    clock.now = 6.5
    assert names(watcher.look().candidates) == ["ventas_2.csv"]


def test_that_what_was_there_before_is_not_new_but_what_is_moved_in_with_its_old_time_is(
    desk: Desk, inbox: Path
) -> None:
    clock = Clock()
    (inbox / "ventas_1.csv").write_text(ventas(1))
    watcher = watcher_of(desk, inbox, clock)
    old = desk.file("ventas_0.csv", ventas(2))
    os.utime(old, (1_000_000_000, 1_000_000_000))
    shutil.move(old, inbox / "ventas_0.csv")
    (inbox / "b.part").write_text(ventas(3))
    watcher.look()
    clock.now = 3.0
    assert names(watcher.look().candidates) == ["ventas_0.csv"]
    (inbox / "b.part").rename(inbox / "ventas_3.csv")
    watcher.look()
    clock.now = 6.0
    assert names(watcher.look().candidates) == ["ventas_0.csv", "ventas_3.csv"]


def test_that_a_folder_that_goes_is_said_and_watched_again_when_it_is_back(desk: Desk, inbox: Path) -> None:
    clock = Clock()
    watcher = watcher_of(desk, inbox, clock)
    inbox.rename(inbox.with_name("away"))
    error = watcher.look().error
    assert error is not None
    assert error.code == "project.unreadable"
    inbox.with_name("away").rename(inbox)
    (inbox / "ventas_1.csv").write_text(ventas(1))
    assert watcher.look().error is None
    clock.now = 3.0
    assert names(watcher.look().candidates) == ["ventas_1.csv"]


def test_that_bytes_that_are_a_version_are_recognised_and_not_proposed_again(desk: Desk, inbox: Path) -> None:
    clock = Clock()
    desk.take(desk.file("ventas_1.csv", ventas(1)))
    watcher = watcher_of(desk, inbox, clock)
    (inbox / "copia.csv").write_text(ventas(1))
    watcher.look()
    clock.now = 3.0
    (candidate,) = watcher.look().candidates
    found = examined(desk, candidate)
    assert found.same_as == "ventas@1"
    assert settle(desk.project, found)
    held = watch_of(desk.project, "ventas")
    assert held is not None
    again = FolderWatcher(held, settled_s=0)  # as after a restart
    assert again.look().candidates == ()


def test_that_a_declined_file_is_remembered_by_its_bytes_for_every_window(desk: Desk, inbox: Path) -> None:
    clock = Clock()
    watcher = watcher_of(desk, inbox, clock)
    (inbox / "ventas_2.csv").write_text(ventas(2))
    watcher.look()
    clock.now = 3.0
    (candidate,) = watcher.look().candidates
    found = examined(desk, candidate)
    assert found.looked is not None
    other = Project.open(desk.project.folder)  # a second window
    other.commit([declining(found)])
    other.close()
    desk.project.refresh()
    assert examined(desk, candidate).declined
    record = next(iter(desk.project.records("watched-file")))
    assert str(inbox) not in bytes(record.envelope.body).decode()


def test_that_a_file_that_changes_or_goes_before_it_is_read_is_no_failure(desk: Desk, inbox: Path) -> None:
    path = inbox / "ventas_1.csv"
    path.write_text(ventas(1))
    stale = Candidate(dataset="ventas", path=str(path), stamp=Stamp(1, 1))
    look = LookRequest(request=InspectRequest(source=str(path)))
    bench = Workbench(desk.folder)
    answer = examine(bench, ExamineRequest(candidate=stale, look=look)).answer
    assert msgspec.json.decode(answer, type=Examined).busy
    path.unlink()
    answer = examine(bench, ExamineRequest(candidate=stale, look=look)).answer
    assert msgspec.json.decode(answer, type=Examined).gone


def test_that_a_file_that_is_no_table_is_said_to_be_none(desk: Desk, inbox: Path) -> None:
    path = inbox / "ventas_1.csv"
    path.write_bytes(bytes(range(256)) * 64)
    status = path.stat()
    candidate = Candidate(dataset="ventas", path=str(path), stamp=Stamp(status.st_size, status.st_mtime_ns))
    assert examined(desk, candidate).problem == "data.binary"


def test_that_thousands_of_files_are_looked_through_at_once(desk: Desk, inbox: Path) -> None:
    for number in range(3_000):
        (inbox / f"otro_{number}.txt").touch()
    clock = Clock()
    watcher = watcher_of(desk, inbox, clock)
    for number in range(500):
        (inbox / f"ventas_{number:03}.csv").write_text("a\n1\n")
    watcher.look()
    clock.now = 3.0
    assert len(watcher.look().candidates) == 500


def test_that_two_copies_of_a_project_watch_their_own_folders(desk: Desk, inbox: Path, tmp_path: Path) -> None:
    begin_watch(desk.project, dataset="ventas", folder=inbox, pattern="*.csv")
    shutil.copytree(desk.project.folder, tmp_path / "copy")
    copy = Project.open(tmp_path / "copy")
    assert watch_of(copy, "ventas") is None
    copy.close()
    assert stop_watch(desk.project, "ventas")
    assert watch_of(desk.project, "ventas") is None
    with pytest.raises(CicloError) as refused:
        begin_watch(desk.project, dataset="ventas", folder=inbox / "none", pattern="*")
    assert refused.value.code == "watched.no_folder"


def test_that_the_command_line_watches_lists_declines_and_stops(
    desk: Desk, inbox: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def ciclo(*argv: str) -> dict[str, object]:
        status = run_command(["watch", str(desk.project.folder), "ventas", *argv, "--json"])
        out = capsys.readouterr().out
        assert status == 0, out
        found: dict[str, object] = json.loads(out)
        return found

    desk.take(desk.file("ventas_1.csv", ventas(1)))
    assert ciclo(str(inbox), "--pattern", "*.csv")["waiting"] == []
    (inbox / "ventas_2.csv").write_text(ventas(2).replace("zona", "region"))
    (waits,) = ciclo()["waiting"]  # type: ignore[misc]
    assert waits["file"] == "ventas_2.csv"  # type: ignore[index]
    assert waits["changes"][0]["code"] == "rules.change.column_renamed"  # type: ignore[index]
    assert ciclo("--decline", "ventas_2.csv")["declined"] == ["ventas_2.csv"]
    assert ciclo()["waiting"] == []
    assert ciclo("--stop")["folder"] == ""
