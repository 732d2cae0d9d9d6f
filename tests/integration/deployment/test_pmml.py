from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.deployment.pmml import java
from app.deployment.pmml.parsing import parse
from app.deployment.pmml.reader import RUNTIME
from app.deployment.pmml.writing import write_pmml
from app.deployment.proof import certify, make_proof
from app.deployment.targets import find_target, target_names
from app.errors import CicloError
from app.learning.records import Task
from tests.unit.deployment.onnx.cases import fitted, table


def test_that_pmml_is_a_target() -> None:
    assert "pmml" in target_names()
    assert find_target("pmml").declared.ending == ".pmml"


@pytest.mark.parametrize(
    ("name", "task"), [("boosting", Task.BINARY), ("scorecard", Task.MULTICLASS), ("forest", Task.REGRESSION)]
)
def test_that_a_fresh_process_certifies_a_file(name: str, task: Task, tmp_path: Path) -> None:
    model, made = fitted(name, task), tmp_path / "model.pmml"
    made.write_bytes(write_pmml(model))
    proof = make_proof(model, table(), model_sha256="0" * 64, most=2_000)
    certificate = certify(proof, "pmml", made, work=tmp_path)
    assert certificate.runtime == (java.runtime() if java.installed() else RUNTIME)
    assert certificate.label_flips == 0
    assert certificate.max_difference <= 1e-9
    find_target("pmml").seal(made, certificate)
    header = parse(made.read_bytes()).one("PMML").one("Header")
    assert any(one.told("name") == "ciclo.certificate" for one in header.all("Extension"))
    assert certify(proof, "pmml", made, work=tmp_path) == certificate


def test_that_a_changed_file_is_refused(tmp_path: Path) -> None:
    model, made = fitted("tree", Task.BINARY), tmp_path / "model.pmml"
    text = write_pmml(model).decode()
    turned = re.sub(r'(operator="lessOrEqual" value=")[^"]*"', r'\g<1>0.5"', text, count=1)
    assert turned != text
    made.write_text(turned)
    proof = make_proof(model, table(), model_sha256="", most=2_000)
    with pytest.raises(CicloError) as caught:
        certify(proof, "pmml", made, work=tmp_path)
    assert caught.value.code in ("deployment.not_certified", "deployment.export_differs")
