"""The papers about a version: every sentence has a proof that is there, and what nobody knows is asked."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator

import pytest
from huggingface_hub import ModelCard
from pypdf import PdfReader

from app.errors import CicloError
from app.learning.records import MODEL, Task
from app.project import Project
from app.text import Words
from app.verification.papers.annex import annex
from app.verification.papers.gathered import Gathered, gather
from app.verification.papers.paper import written
from app.verification.papers.statements import TOPICS, state, statements
from app.verification.report.blocks import Block, Document, Passage, Proofs
from app.verification.state import decide
from tests.integration.verification.conftest import HOSTILE, judge

Open = Callable[[Task], Project]


def known(project: Project) -> Gathered:
    return gather(project, project.version(MODEL, "model"))


def blocks(document: Document) -> Iterator[Block]:
    return (block for section in document.sections for block in section.blocks)


@pytest.mark.parametrize("task", list(Task))
def test_that_each_sentence_names_files_whose_hashes_are_right(opened: Open, task: Task) -> None:
    project = opened(task)
    judge(project)
    decide(project, model="model", approved=True, by="Ana", comment="Fine", override="To try it")
    state(project, model="model", answers={"purpose": "To call customers"})
    document = annex(known(project), Words("en"))
    proofs = next(block for block in blocks(document) if isinstance(block, Proofs)).proofs
    for proof in proofs:
        assert hashlib.sha256((project.folder / proof.place).read_bytes()).hexdigest() == proof.sha256
    sentences = [s for block in blocks(document) if isinstance(block, Passage) for s in block.sentences]
    numbers = {proof.number for proof in proofs}
    for sentence in sentences:
        assert sentence.missing or sentence.proofs, sentence.text
        assert set(sentence.proofs) <= numbers
    assert {number for sentence in sentences for number in sentence.proofs} == numbers
    assert sum(sentence.missing for sentence in sentences) == len(TOPICS) - 1
    assert any("To call customers" in sentence.text for sentence in sentences)


@pytest.mark.parametrize("language", ["en", "es"])
def test_that_no_name_is_taken_for_markup(opened: Open, language: str) -> None:
    project = opened(Task.BINARY)
    judge(project)
    state(project, model="model", answers={"purpose": HOSTILE, "risks": "line\n# one | two"})
    words = Words(language)
    page = written("annex", known(project), words, ".html").decode()
    assert "<script" not in page
    assert "papers." not in re.sub(r"<[^>]*>", " ", page)
    reader = PdfReader(io.BytesIO(written("annex", known(project), words, ".pdf")))
    text = "".join(page.extract_text() for page in reader.pages)
    assert HOSTILE.replace(" ", "") in "".join(text.split())
    card = written("card", known(project), words, ".md").decode()
    assert "<script" not in card.replace("\\<", "")
    assert "\n# one" not in card


def test_that_a_model_hub_reads_the_card(opened: Open) -> None:
    project = opened(Task.REGRESSION)
    report = judge(project)[0]
    card = ModelCard(written("card", known(project), Words("en"), ".md").decode())
    assert card.data.pipeline_tag == "tabular-regression"
    told = {result.metric_type: result.metric_value for result in card.data.eval_results}
    own = next(row for row in report.metrics if row.code == "neg_root_mean_squared_error")
    assert own.estimate.value is not None
    assert told["rmse"] == pytest.approx(-own.estimate.value, abs=1e-6)
    assert {result.dataset_revision for result in card.data.eval_results} == {known(project).version.dataset_id}


def test_that_the_papers_of_a_version_that_was_never_judged_say_so(opened: Open) -> None:
    page = written("annex", known(opened(Task.BINARY)), Words("en"), ".html").decode()
    assert "It has not been judged on new rows yet." in page
    assert "Nobody has approved or rejected it yet." in page


def test_that_the_same_project_gives_the_same_papers(opened: Open) -> None:
    project = opened(Task.MULTICLASS)
    judge(project)
    for paper, ending in (("card", ".md"), ("annex", ".html"), ("annex", ".pdf")):
        first, again = (written(paper, known(project), Words("es"), ending) for _ in range(2))
        assert first == again


def test_that_the_newest_answer_counts_and_an_empty_one_takes_it_back(opened: Open) -> None:
    project = opened(Task.BINARY)
    assert len(state(project, model="model", answers={"purpose": "One", "risks": ""})) == 1
    assert state(project, model="model", answers={"purpose": " One "}) == []
    state(project, model="model", answers={"purpose": ""})
    assert statements(project, "model") == {}
    assert statements(project, "other") == {}


@pytest.mark.parametrize(
    ("answers", "code"), [({"colour": "red"}, "papers.unknown_topic"), ({"risks": "x" * 4001}, "papers.too_long")]
)
def test_that_an_answer_that_cannot_stand_is_refused_whole(opened: Open, answers: dict[str, str], code: str) -> None:
    project = opened(Task.BINARY)
    with pytest.raises(CicloError) as caught:
        state(project, model="model", answers={"purpose": "One", **answers})
    assert caught.value.code == code
    assert statements(project, "model") == {}
