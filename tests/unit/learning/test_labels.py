"""Confident learning against the paper's sums written out row by row, and the file in which a person decides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.data.recipe.steps import Decided
from app.errors import CicloError
from app.learning.labels import confident
from app.learning.labels.file import read_decisions, write_queue
from app.learning.labels.records import Doubt, LabelsAnswer


def noisy(classes: int, seed: int) -> tuple[list[int], list[list[float]]]:
    """Labels, some of them wrong, and what a model that is right more often than not makes of each row."""
    g = np.random.default_rng(seed)
    true = g.choice(classes, size=300, p=g.dirichlet(np.full(classes, 3.0)))
    given = np.where(g.random(300) < 0.15, g.integers(0, classes, 300), true)
    raw = g.gamma(1.0, size=(300, classes)) + 2.5 * np.eye(classes)[true]
    return given.tolist(), (raw / raw.sum(axis=1, keepdims=True)).tolist()


def plainly(given: list[int], probabilities: list[list[float]]) -> tuple[list[list[int]], list[list[float]]]:
    """The confident joint and the joint of Northcutt, Jiang & Chuang (2021), eq. 1 to 3, one row at a time."""
    classes = range(len(probabilities[0]))
    bar = []
    for j in classes:
        of_j = [p[j] for label, p in zip(given, probabilities, strict=True) if label == j]
        bar.append(sum(of_j) / len(of_j) if of_j else float("inf"))
    joint = [[0 for _ in classes] for _ in classes]
    for label, p in zip(given, probabilities, strict=True):
        above = [j for j in classes if p[j] >= bar[j]]
        if above:
            joint[label][max(above, key=lambda j: p[j])] += 1
    shares = [[0.0 for _ in classes] for _ in classes]
    for i in classes:
        for j in classes:
            if sum(joint[i]):
                shares[i][j] = joint[i][j] / sum(joint[i]) * given.count(i)
            elif i == j:
                shares[i][j] = float(given.count(i))
    total = sum(map(sum, shares))
    return joint, [[share / total for share in row] for row in shares]


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_that_the_joint_is_the_one_of_the_paper(classes: int) -> None:
    for seed in range(5):
        given, probabilities = noisy(classes, seed)
        counted, shares = plainly(given, probabilities)
        asked = np.array(given), np.array(probabilities)
        assert confident.confident_joint(*asked).tolist() == counted
        assert np.allclose(confident.joint(*asked), shares)
        assert confident.noise(*asked) == pytest.approx(1 - sum(shares[i][i] for i in range(classes)))


def test_that_the_most_doubtful_come_first_and_likely_labels_stay() -> None:
    given = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])
    yes = np.array([0.02, 0.03, 0.02, 0.02, 0.99, 0.45, 0.03, 0.40, 0.80])
    rows, likely = confident.doubtful(given, np.column_stack([1 - yes, yes]))
    assert confident.counted_to(given, np.column_stack([1 - yes, yes])).tolist() == [0, 0, 0, 0, 1, 1, 0, -1, 1]
    assert rows.tolist() == [4, 6]
    assert likely.tolist() == [1, 0]


def queue() -> LabelsAnswer:
    doubts = tuple(
        Doubt(row=n, given="no", likely="yes, sir", confidence=0.9, cells=(f"a;{n}", None)) for n in range(1, 5)
    )
    return LabelsAnswer(
        target="t",
        labels=("no", "yes, sir"),
        rows=9,
        doubtful=4,
        noise=0.1,
        decided=0,
        columns=("x", "row"),
        doubts=doubts,
    )


def test_that_decisions_are_read_as_a_spreadsheet_saves_them(tmp_path: Path) -> None:
    lines = write_queue(queue()).decode().splitlines()
    said = ["decision", "keep", "Change ", "leave_out", ""]
    filled = [
        f"{line.partition(',0.9000,,')[0]},0.9000,{word},x" if n else line
        for n, (line, word) in enumerate(zip(lines, said, strict=True))
    ]
    path = tmp_path / "q.csv"
    path.write_text("\ufeff" + "\r\n".join(filled) + "\r\n", encoding="utf-8")
    expected = (
        Decided(row=1, was="no", to="no"),
        Decided(row=2, was="no", to="yes, sir"),
        Decided(row=3, was="no", to=None),
    )
    assert read_decisions(path) == (expected, 1)
    path.write_text('row;given;likely;confidence;decision;x\n1;no;"yes, sir";0,9;change;a\n')
    assert read_decisions(path)[0] == (Decided(row=1, was="no", to="yes, sir"),)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a,b\n1,2\n", "unreadable"),
        ("row,given,likely,confidence,decision\nx,no,yes,0.9,keep\n", "bad_row"),
        ("row,given,likely,confidence,decision\n1,no,yes,0.9,perhaps\n", "bad_decision"),
        ("row,given,likely,confidence,decision\n1,no,yes,0.9,\n", "undecided"),
    ],
)
def test_that_a_file_without_decisions_is_refused(text: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text(text)
    with pytest.raises(CicloError) as caught:
        read_decisions(path)
    assert caught.value.code == f"learning.labels.{code}"
