from __future__ import annotations

import re

import pytest

from app.deployment.pmml.parsing import parse
from app.deployment.pmml.reader import check, read_pmml, run
from app.deployment.pmml.writing import with_extension, write_pmml
from app.errors import CicloError
from app.learning.records import Task
from tests.unit.deployment.onnx.cases import fitted, rows

BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">&b;</PMML>"""
OUTSIDE = b"""<!DOCTYPE PMML SYSTEM "http://localhost/x.dtd"><PMML xmlns="http://www.dmg.org/PMML-4_4"/>"""


def _read(data: bytes) -> None:
    document = read_pmml(data)
    check(document)
    run(document, rows(), fitted("logistic", Task.BINARY).signature)


def refused(data: bytes) -> str:
    with pytest.raises(CicloError) as caught:
        _read(data)
    assert caught.value.code == "deployment.pmml.unreadable"
    return str(caught.value.params["what"])


@pytest.mark.parametrize("data", [BOMB, OUTSIDE])
def test_that_types_and_entities_are_refused(data: bytes) -> None:
    assert refused(data) == "DOCTYPE"


@pytest.mark.parametrize("data", [b"", b"no", b"<PMML/>", b'<a xmlns="http://www.dmg.org/PMML-4_4"/>', b"<a" * 10])
def test_that_other_files_are_refused(data: bytes) -> None:
    refused(data)


def test_that_files_deeper_than_any_tree_are_refused() -> None:
    name = b'<PMML xmlns="http://www.dmg.org/PMML-4_4">'
    refused(name + b"<a>" * 30_000 + b"</a>" * 30_000 + b"</PMML>")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('function="isMissing"', 'function="uppercase"'),
        (
            'function="abs"',
            'function="max" x="1"><Constant dataType="double">1</Constant></Apply><Apply function="abs"',
        ),
        ('normalizationMethod="logit"', 'normalizationMethod="probit"'),
        ('version="4.4"', 'version="3.2"'),
        ('feature="probability"', 'feature="entityId"'),
        ("RegressionModel", "NeuralNetwork"),
        ('intercept="', 'intercept="x'),
        ('intercept="', 'intercept="nan" x="'),
        ('coefficient="', 'coefficients="'),
        ('recordCount="', 'recordCount="1'),
        ('<FieldRef field="amount|bounded"', '<FieldRef field="nowhere"'),
        ('closure="closedOpen"', 'closure="openOpen"'),
    ],
)
def test_that_what_ciclo_does_not_write_is_refused(old: str, new: str) -> None:
    data = write_pmml(fitted("logistic", Task.BINARY)).decode()
    assert old in data
    refused(data.replace(old, new).encode())


def test_that_the_rows_inside_are_checked() -> None:
    data = write_pmml(fitted("logistic", Task.BINARY)).decode()
    check(read_pmml(data.encode()))
    turned = re.sub(r"(<ModelVerification.*?<c8>0\.)(\d)", lambda m: m[1] + str((int(m[2]) + 1) % 10), data, flags=re.S)
    assert turned != data
    assert refused(turned.encode()) == "ModelVerification"


def test_that_the_proof_is_added_without_a_change() -> None:
    model = fitted("forest", Task.BINARY)
    data = write_pmml(model)
    sealed = with_extension(data, "certificate", '{"a": "<&>"}')
    assert run(read_pmml(sealed), rows(), model.signature).probabilities.tobytes() == (
        run(read_pmml(data), rows(), model.signature).probabilities.tobytes()
    )
    header = parse(sealed).one("PMML").one("Header")
    told = {one.told("name"): one.told("value") for one in header.all("Extension")}
    assert told["ciclo.certificate"] == '{"a": "<&>"}'
    assert told["ciclo.threshold"] == "0.4"
    assert len(told["ciclo.model_sha256"]) == 64


def test_that_the_file_says_what_it_eats() -> None:
    root = parse(write_pmml(fitted("logistic", Task.BINARY), target="outcome")).one("PMML")
    fields = {field.told("name"): field for field in root.one("DataDictionary").all("DataField")}
    assert [value.told("value") for value in fields["outcome"].all("Value")] == ["<=50K", ">50K"]
    assert {value.told("value") for value in fields["member"].all("Value")} == {"true", "false"}
    units = {one.told("name"): one.told("value") for one in fields["since"].all("Extension")}
    assert units["ciclo.unit"] == "days since 1970-01-01"
    names = [one.told("name") for one in root.one("RegressionModel").one("Output").all("OutputField")]
    assert names == ["probability_<=50K", "probability_>50K", "label"]


def test_that_no_row_of_the_data_leaves_with_the_file() -> None:
    model = fitted("logistic", Task.BINARY)
    verification = parse(write_pmml(model)).one("PMML").one("RegressionModel").one("ModelVerification")
    found = {cell.text for row in verification.one("InlineTable").all("row") for cell in row.all("c0")}
    stored = {repr(value) for value in rows()["amount"].to_pylist()}
    ends = {repr(model.signature.features[0].low), repr(model.signature.features[0].high)}
    assert not (found & stored) - ends
