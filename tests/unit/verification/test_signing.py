"""Signed decisions: what was decided can't be altered, put in or taken out unseen."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.errors import CicloError
from app.project import Project, Record, draft
from app.project.check import Inspection
from app.project.signing_key import fingerprint
from app.resources import user_folder
from app.verification.checking import CheckRequest, check_project
from app.verification.records import DECISION, Decision
from app.verification.signing import SignatureState, sign, signature_state
from tests.integration.learning.datasets import Here


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setenv("CICLO_HOME", str(tmp_path / "home"))
    made = Project.create(tmp_path / "p", name="Signed")
    yield made
    made.close()


def decided(project: Project, *, approved: bool = True, by: str = "Ana") -> Record:
    body = Decision(model="m@1", model_id="0" * 64, report_id="", approved=approved, by=by, comment="Bien, «sí»")
    return project.commit([draft(DECISION, sign(body, project))])[0]


def checked(project: Project, tmp_path: Path) -> list[tuple[str, str]]:
    answer = check_project(Here(tmp_path), CheckRequest(project=str(project.folder))).answer
    return [(d.id, d.reason.id) for d in msgspec.json.decode(answer, type=Inspection).damaged]


def test_that_decisions_are_signed_with_one_key_and_each_names_the_one_before(project: Project, tmp_path: Path) -> None:
    first, second = decided(project), decided(project, approved=False)
    one, other = first.read(Decision), second.read(Decision)
    assert one.key == other.key
    assert (one.previous, other.previous) == ("", first.id)
    assert one.at.endswith("+00:00")
    assert {signature_state(one, project) for one in (first, second)} == {SignatureState.SIGNED}
    assert checked(project, tmp_path) == []


@pytest.mark.parametrize("change", ["approved", "by", "comment", "at", "previous", "key", "signature"])
def test_that_every_altered_field_breaks_the_signature(project: Project, tmp_path: Path, change: str) -> None:
    body = decided(project).read(Decision)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    wrong = {
        "approved": False,
        "key": other,
        "signature": body.signature[:-1] + ("0" if body.signature[-1] != "0" else "1"),
    }.get(change, "x")
    forged = msgspec.structs.replace(body, **{change: wrong})
    record = project.commit([draft(DECISION, forged)])[0]
    assert signature_state(record, project) is SignatureState.BROKEN
    assert (record.id, "verification.check.bad_signature") in checked(project, tmp_path)


def test_that_only_what_came_before_the_first_signature_may_have_none(project: Project, tmp_path: Path) -> None:
    bare = Decision(model="m@1", model_id="0" * 64, report_id="", approved=True, by="Ana", comment="")
    old = project.commit([draft(DECISION, bare)])[0]
    body = decided(project).read(Decision)
    stripped = project.commit([draft(DECISION, msgspec.structs.replace(body, key="", signature=""))])[0]
    keyless = project.commit([draft(DECISION, msgspec.structs.replace(body, key=""))])[0]
    states = [signature_state(one, project) for one in (old, stripped, keyless)]
    assert states == [SignatureState.UNSIGNED, SignatureState.MISSING, SignatureState.BROKEN]
    assert sorted(reason for _id, reason in checked(project, tmp_path)) == [
        "verification.check.bad_signature",
        "verification.check.no_signature",
    ]


def test_that_a_decision_taken_out_is_missed(project: Project, tmp_path: Path) -> None:
    first = decided(project)
    decided(project)
    project.record_place(DECISION, first.id).unlink()
    project.refresh()
    assert [id for id, _reason in checked(project, tmp_path)] == [first.id]


def test_that_a_decision_whose_one_before_never_came_along_is_named(project: Project, tmp_path: Path) -> None:
    decided(project)
    body = decided(project).read(Decision)
    other = Project.create(tmp_path / "other", name="Other")
    second = other.commit([draft(DECISION, body)])[0]
    assert checked(other, tmp_path) == [(second.id, "verification.check.missing_decision")]
    other.close()


def test_that_the_signature_is_ed25519_over_the_stored_fields(project: Project) -> None:
    record = decided(project)
    fields = msgspec.json.decode(bytes(record.envelope.body))
    signature = bytes.fromhex(fields.pop("signature"))
    message = b"ciclo decision 1\n" + msgspec.json.encode(fields, order="sorted")
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(fields["key"])).verify(signature, message)


@pytest.mark.skipif(sys.platform == "win32", reason="modes say nothing there")
def test_that_the_key_lies_in_a_file_of_ones_own_and_is_refused_where_others_can_read_it(project: Project) -> None:
    decided(project)
    path = user_folder() / "signing-key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    with pytest.raises(CicloError) as caught:
        decided(project)
    assert caught.value.code == "project.private_open"


def test_that_a_spoilt_key_is_said(project: Project) -> None:
    decided(project)
    (user_folder() / "signing-key").write_text("no key")
    with pytest.raises(CicloError) as caught:
        decided(project)
    assert caught.value.code == "project.no_key"


def test_that_a_key_is_shown_in_groups() -> None:
    assert fingerprint("0123456789abcdef" * 4) == "0123 4567 89ab cdef"
