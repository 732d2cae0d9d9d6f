"""What is expected of a dataset, in the window: learnt, changed by fields, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.data.expectations.contracts import contract_of
from app.data.expectations.records import Categories, Filled, Present, Range, Rows, Verdict
from app.data.records import DATASET, ImportRequest
from app.data.types import ColumnType
from app.data.versions.arrival import import_source
from app.text.words import Words
from app.ui.datasets.expectation_dialog import ExpectationDialog
from app.ui.datasets.expectation_fields import Typed, fields_of, kinds_for, made
from app.ui.datasets.page import Page
from app.ui.session import Session
from tests.gui.datasets.conftest import Hand
from tests.integration.learning.datasets import Here

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def bring(session: Session, folder: Path) -> None:
    assert session.project is not None
    file = folder / "sales.csv"
    file.write_text("\n".join(["city,amount", *(f"{c},{a}" for a in range(20, 60) for c in ("Lugo", "Vigo"))]) + "\n")
    staging, lock = session.project.new_staging()
    request = ImportRequest(project=str(session.project.folder), source=str(file), name="sales")
    records = session.project.commit(import_source(Here(staging), request).drafts)
    lock.release()
    session.changed.emit({DATASET: tuple(record.id for record in records)})


def test_that_expectations_are_learnt_changed_and_taken_back(
    qtbot: QtBot, page: Page, hand: Hand, session: Session, tmp_path: Path
) -> None:
    bring(session, tmp_path)
    hand.wait_dataset("sales@1")
    hand.click("datasets.view_expectations")
    part = page.dataset.expectations
    model = part.table.expectations
    said = hand.find(QLabel, "datasets.expectations_said")
    assert "Nothing is expected of sales yet" in said.text()
    hand.click("datasets.expectations_learn")
    hand.wait_until(lambda: "meets 7 of 7" in said.text())

    part.table.selectRow(model.find("amount.range"))
    hand.click("datasets.expectations_edit")
    asked = page.window().findChild(ExpectationDialog)
    assert asked is not None
    field = asked.findChild(QLineEdit, "datasets.expectation_second")
    assert field is not None
    field.setText("1,5")
    asked.findChild(QPushButton, "datasets.expectation_keep").click()
    assert asked.isVisible(), "1,5 is no number in English"
    field.setText("50")
    asked.findChild(QPushButton, "datasets.expectation_keep").click()
    hand.wait_until(lambda: "meets 6 of 7" in said.text())
    first = model.row(0)
    assert first.result is not None
    assert (first.result.verdict, first.result.rows) == (Verdict.BROKEN, 18)
    assert "18 of 80 values don't fit" in hand.find(QLabel, "datasets.expectations_picked").text()

    hand.click("datasets.expectations_remove")
    hand.wait_until(lambda: model.rowCount() == 6)
    hand.click("datasets.expectations_undo")
    hand.wait_until(lambda: model.rowCount() == 7)
    assert session.project is not None
    held = contract_of(session.project, "sales")
    assert held is not None
    assert len(held.contract.expectations) == 7


def test_that_fields_are_read_in_the_readers_marks() -> None:
    spanish = Typed(Words("es"))
    assert spanish.number("1.234,5") == 1234.5
    assert spanish.written(0.25) == "0,25"
    for text in ("1.5", "many", "1.23"):
        with pytest.raises(ValueError, match=text):
            spanish.number(text)
    assert made("range", "a", ColumnType.NUMBER, ("-1,5", ""), spanish) == Range(column="a", low=-1.5)
    assert made("range", "d", ColumnType.DATE, ("", "2026-01-31"), spanish) == Range(column="d", high="2026-01-31")
    assert kinds_for(ColumnType.CATEGORY) == ("type", "categories", "missing", "unique")
    for one in (
        Rows(low=5),
        Filled(column="a", share=0.05),
        Categories(column="a", words=("b", "c d"), others=0.01),
        Present(column="a", type=ColumnType.TEXT),
    ):
        kind, column = one.__struct_config__.tag, getattr(one, "column", "")
        assert made(str(kind), column, ColumnType.CATEGORY, fields_of(one, spanish), spanish) == one
