"""The report on paper: what the PDF says, read back from it."""

from __future__ import annotations

import pytest
from pypdf import PdfReader

from app.learning.records import MODEL, ModelVersion, Task
from app.text import Words
from app.verification.report.pdf import render_pdf
from app.verification.report.pdf_fonts import printable
from app.verification.report.sections import document
from app.verification.report.source import Source
from tests.integration.verification.conftest import HOSTILE, Open, judge, printed, told


def said(reader: PdfReader) -> str:
    """Every word of it, lines joined."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize("task", list(Task))
def test_that_the_pdf_says_what_the_page_says(judged: Open, task: Task) -> None:
    project = judged(task)
    report = told(project)[0]
    for language in ("en", "es"):
        words, reader = Words(language), printed(project, language)
        text = said(reader)
        assert words.text(report.headline) in text
        for row in report.metrics:
            assert words(f"verification.metric.{row.code}") in text
        for section in ("good_enough", "gates", "lineage"):
            assert words(f"verification.report.{section}") in text
        total = len(reader.pages)
        assert words("verification.report.page", number=total, total=total) in text
        assert "verification." not in text
        assert reader.trailer["/Root"]["/Lang"] == language


def test_that_hostile_names_are_written_as_they_are(judged: Open) -> None:
    project = judged(Task.BINARY)
    assert HOSTILE.replace(" ", "") in said(printed(project, "en")).replace(" ", "")


def test_that_the_same_report_gives_the_same_file(judged: Open) -> None:
    project = judged(Task.REGRESSION)
    report = told(project)[0]
    record = project.version(MODEL, "model")
    words = Words("en")
    made = document(Source(report=report, version=record.read(ModelVersion), record=record, words=words))
    assert render_pdf(made, words) == render_pdf(made, words)


@pytest.mark.parametrize("n", [0, 3])
def test_that_hardly_any_rows_still_give_a_pdf(opened: Open, n: int) -> None:
    from tests.integration.learning.datasets import store
    from tests.integration.verification.conftest import columns

    project = opened(Task.BINARY)
    store(project, "tiny", columns(Task.BINARY, n=n, seed=1))
    judge(project, test="tiny")
    assert len(printed(project, "es").pages) >= 1


def test_that_signs_which_the_font_lacks_are_shown_as_boxes() -> None:
    assert printable("naïve €5 ✓ — 漢\t\u200bx") == "naïve €5 ✓ — □ x"
