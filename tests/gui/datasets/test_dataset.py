"""The page of a dataset, from records that are stored."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListView, QPushButton
from pytestqt.qtbot import QtBot

from app.data.records import (
    DATASET,
    Bars,
    Column,
    ColumnProfile,
    ColumnType,
    Corrections,
    DatasetVersion,
    Dialect,
    Finding,
    Histogram,
    Profile,
    Rejected,
)
from app.project import Record, StagedFile, draft
from app.text.message import Text
from app.ui.datasets.page import Page
from app.ui.datasets.rows_table import RowsTable
from app.ui.session import Session
from app.ui.widgets.form import Dropdown
from tests.gui.datasets.conftest import Hand

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
REASON = Text("ui_datasets.missing")

NUMBERS = ColumnProfile(
    name="amount",
    type=ColumnType.NUMBER,
    rows=100,
    missing=10,
    distinct=80,
    chart=Histogram(edges=(0.0, 10.0, 20.0), counts=(60, 30)),
    mean=8.5,
    deviation=3.25,
    quantiles=(0.0, 1.0, 4.0, 8.0, 12.0, 18.0, 20.0),
    examples=("1.5", "2.25"),
)
WORDS = ColumnProfile(
    name="plan",
    type=ColumnType.CATEGORY,
    rows=100,
    missing=0,
    distinct=2,
    chart=Bars(labels=("monthly", "yearly"), counts=(70, 30)),
    examples=("monthly",),
)
PROFILE = Profile(
    columns=(NUMBERS, WORDS),
    findings=(
        Finding(code="data.finding.note", column="plan", severity="note", message=REASON),
        Finding(code="data.finding.bad", column="amount", severity="bad", message=REASON),
    ),
)


def staged(session: Session, data: bytes) -> StagedFile:
    assert session.project is not None
    folder, lock = session.project.new_staging()
    path = folder / "object"
    path.write_bytes(data)
    lock.release()
    return StagedFile(path=str(path), sha256=hashlib.sha256(data).hexdigest(), size=len(data), media="application/json")


def store(session: Session, name: str, *, rejected: int = 0) -> Record:
    """A version as an import leaves it; its table isn't needed here."""
    assert session.project is not None
    body = DatasetVersion(
        source_name="plans.csv",
        source_sha256="0" * 64,
        source_size=10,
        dialect=Dialect(encoding="utf-8", delimiter=","),
        corrections=Corrections(),
        columns=tuple(
            Column(name=c.name, type=c.type, missing=c.missing, distinct=c.distinct) for c in PROFILE.columns
        ),
        records=100 + rejected,
        rows=100,
        rejected=rejected,
    )
    objects = {"profile": staged(session, msgspec.json.encode(PROFILE))}
    if rejected:
        lines = [msgspec.json.encode(Rejected(line=n, reason=REASON, raw="a;b")) for n in range(2, 2 + rejected)]
        objects["rejected"] = staged(session, b"\n".join(lines))
    (record,) = session.project.commit([draft(DATASET, body, name=name, objects=objects)])
    session.changed.emit({DATASET: (record.id,)})
    return record


def test_that_what_is_imported_elsewhere_appears(page: Page, hand: Hand, session: Session) -> None:
    assert page.currentWidget() is page.empty
    store(session, "plans")
    hand.wait_dataset("plans@1")


def test_that_choosing_a_column_shows_its_chart_and_summary(page: Page, hand: Hand, session: Session) -> None:
    store(session, "plans")
    hand.wait_dataset("plans@1")
    page.dataset.columns.selectRow(1)
    said = [label.text() for label in page.dataset.detail.findChildren(QLabel) if label.isVisible()]
    assert "plan" in said
    assert "category · 100 filled, none missing" in said
    assert page.dataset.detail.chart.bar_text(0) == "monthly: 70 rows (70%)"


def test_that_findings_come_most_serious_first_and_lead_to_their_column(
    page: Page, hand: Hand, session: Session
) -> None:
    store(session, "plans")
    hand.wait_dataset("plans@1")
    shows = [b for b in page.dataset.findings.findChildren(QPushButton) if b.accessibleName().startswith("Show ")]
    assert [button.accessibleName() for button in shows] == ["Show amount", "Show plan"]
    shows[1].click()
    assert page.dataset.columns.currentIndex().row() == 1
    assert page.dataset.detail.accessibleName().startswith("plan")


def test_that_the_chart_is_read_by_keyboard(qtbot: QtBot, page: Page, hand: Hand, session: Session) -> None:
    store(session, "plans")
    hand.wait_dataset("plans@1")
    chart = page.dataset.detail.chart
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.accessibleDescription() == "0 – 10: 60 rows (66.7%)"


def test_that_the_version_shown_stays_when_another_is_made(page: Page, hand: Hand, session: Session) -> None:
    first = store(session, "plans")
    hand.wait_dataset("plans@1")
    page.dataset.columns.selectRow(1)
    store(session, "plans")
    store(session, "other")
    assert page.dataset.version is not None
    assert page.dataset.version.id == first.id
    assert page.dataset.columns.currentIndex().row() == 1
    assert hand.find(QListView, "datasets.list").model().rowCount() == 2
    assert hand.find(Dropdown, "datasets.version").count() == 2


def test_that_a_dataset_is_chosen_in_the_rail(qtbot: QtBot, page: Page, hand: Hand, session: Session) -> None:
    store(session, "plans")
    hand.wait_dataset("plans@1")
    store(session, "other")
    rail = hand.find(QListView, "datasets.list")
    rail.setFocus()
    qtbot.keyClick(rail, Qt.Key.Key_Up)
    hand.wait_dataset("other@1")


def test_that_rows_and_rejected_add_up_in_words(page: Page, hand: Hand, session: Session) -> None:
    store(session, "plans", rejected=3)
    hand.wait_dataset("plans@1")
    said = "\n".join(label.text() for label in page.dataset.header.findChildren(QLabel))
    assert "100 rows + 3 rejected = 103 records in the file" in said
    button = hand.find(QPushButton, "datasets.view_rejected")
    assert button.text() == "3 rejected"
    hand.click("datasets.view_rejected")
    assert page.dataset.rejected.isVisible()
    assert page.dataset.rejected.model().rowCount() == 3


def test_that_a_part_looked_at_again_is_as_it_was_left(page: Page, hand: Hand, session: Session) -> None:
    store(session, "plans", rejected=3)
    hand.wait_dataset("plans@1")
    hand.click("datasets.view_rejected")
    filled: list[bool] = []
    page.dataset.rejected.model().modelReset.connect(lambda: filled.append(True))
    hand.click("datasets.view_columns")
    hand.click("datasets.view_rejected")
    assert page.dataset.rejected.isVisible()
    assert not filled
    store(session, "other", rejected=2)
    page.show_record(session.records(DATASET)[-1].id)
    hand.wait_until(lambda: page.dataset.rejected.model().rowCount() == 2)


def test_that_a_dataset_leads_to_training(qtbot: QtBot, page: Page, hand: Hand, session: Session) -> None:
    record = store(session, "plans")
    hand.wait_dataset("plans@1")
    with qtbot.waitSignal(session.navigated) as asked:
        hand.click("datasets.train")
    assert asked.args == ["training", record.id]


def test_that_a_damaged_profile_is_said_and_the_rest_stays_usable(page: Page, hand: Hand, session: Session) -> None:
    record = store(session, "plans")
    assert session.project is not None
    path = session.project.object_path(record.objects["profile"].sha256)
    path.chmod(0o600)
    path.write_bytes(b"{}")
    page.dataset.version = None
    page.show_record(record.id)
    notice = page.dataset.notice
    page_said = notice.accessibleName
    hand.wait_until(lambda: "damaged" in page_said())
    assert hand.find(QPushButton, "datasets.train").isEnabled()


def test_that_a_number_or_day_is_never_shown_in_part(qtbot: QtBot, session: Session) -> None:
    columns = (
        Column(name="paid", type=ColumnType.NUMBER, missing=0, distinct=1),
        Column(name="day", type=ColumnType.DATE, missing=0, distinct=1),
    )
    ends = (-123_456_789_012.25, 0.5)
    paid = ColumnProfile(name="paid", type=ColumnType.NUMBER, rows=1, missing=0, distinct=1, chart=None, quantiles=ends)
    table = RowsTable(session)
    qtbot.addWidget(table)
    table.show_rows("none.parquet", 0, columns, (paid,))
    measure = table.fontMetrics().horizontalAdvance
    assert table.columnWidth(0) > measure("-123,456,789,012.25") + 16
    assert table.columnWidth(1) > measure("Nov 26, 2026") + 16
