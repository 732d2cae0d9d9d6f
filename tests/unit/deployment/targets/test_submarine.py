"""What is written for Submarine, and how requests to its storage are signed."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from app.deployment.place import measured
from app.deployment.targets.s3 import signed_headers
from app.deployment.targets.submarine.registering import plain_tags
from app.deployment.targets.submarine.target import SubmarineTarget
from tests.unit.deployment.targets.sources import NAME, made, make_source


def test_that_the_description_names_the_bundle(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    one, other = (made(SubmarineTarget(), source, tmp_path / name) for name in ("one", "other"))
    about = json.loads((one / "description.json").read_text(encoding="utf-8"))
    bundle = (one / f"{NAME}-1.ciclo.zip").read_bytes()
    assert about["id"] == hashlib.sha256(bundle).hexdigest()[:32]
    assert about["model_type"] not in ("tensorflow", "pytorch")
    assert about["input"] == [{"dims": [4]}]
    assert measured(one) == measured(other)


def test_that_tags_have_no_sign_that_submarine_refuses() -> None:
    tags = {"ciclo.gate.x": "passed 1 (limit 0)", "ciclo.approver": "Ána: Ñ", "long": "x" * 300}
    assert plain_tags(tags)[:2] == ["ciclo.gate.x/passed 1 -limit 0-", "ciclo.approver/Ána- Ñ"]
    assert all(len(tag) <= 256 for tag in plain_tags(tags))


def test_that_a_request_is_signed_as_botocore_signs_it() -> None:
    headers = signed_headers(
        "PUT",
        host="127.0.0.1:9000",
        path="/submarine/experiment/a%20b/%C3%B1.json",
        data=b"hello",
        at=datetime(2013, 5, 24, tzinfo=UTC),
        key="AKIAIOSFODNN7EXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region="us-east-1",
    )
    told, _, signature = headers["Authorization"].rpartition("Signature=")
    assert "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request" in told
    assert signature == "3497231b034c34ee617f5b8fa7ff1077464632267ef97bae7743c3253e13fd2a"
