"""A project with an approved version, made by the program as an engineer calls it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Program
from tests.integration.deployment.people import customers

ROWS = 400


@dataclass(frozen=True, kw_only=True)
class Approved:
    """A project whose model ``leaves@2`` is approved, its file, and the candidate that it was taken from."""

    program: Program
    project: Path
    file: Path
    taken: str
    model: str = "leaves"

    def export(self, target: str, *more: str) -> dict[str, object]:
        said = self.program("export", str(self.project), self.model, "--to", target, *more)
        assert said.status == 0, said
        return said.document


@pytest.fixture(scope="session")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Approved:
    program = Program(tmp_path_factory.mktemp("ciclo"), patience_s=900)
    file = program.folder / "customers.csv"
    file.write_text("\n".join(customers(ROWS, seed=11)) + "\n", encoding="utf-8")
    project = program.folder / "project"
    learn = ["train", str(project), "customers", "--target", "leaves", "--model", "leaves", "--positive", "Sí"]
    done(program, "new", str(project))
    done(program, "import", str(project), str(file), "--name", "customers")
    tried = done(program, *learn)["candidates"]
    # a plain one: its rows at thresholds are few, so that exports take seconds
    written = [
        (one["estimator"] != "logistic", row) for row, one in enumerate(tried, 1) if "onnx" in (one["exports"] or ())
    ]
    row = min(written)[1]
    taken = f"leaves@1:{row}"
    done(program, *learn, "--take", taken)
    program("verify", str(project), "leaves")
    done(program, "approve", str(project), "leaves", "--by", "Ana", "--comment", "good", "--override", "a test")
    return Approved(program=program, project=project, file=file, taken=taken)


def done(program: Program, *command: str) -> dict[str, object]:
    said = program(*command)
    assert said.status == 0, said
    return said.document
