"""Who sealed a bundle: trusted, unknown, nobody; and a seal that isn't of this bundle has no way around."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.deployment.bundle.loading import load_bundle
from app.deployment.bundle.manifest import MANIFEST, SIGNATURE_FILE, canonical
from app.deployment.bundle.opening import open_bundle
from app.deployment.bundle.signature import Signature, distrust, signed, trust, trusted_keys
from app.deployment.bundle.writing import pack
from app.deployment.onnx.vetting import vet
from app.deployment.onnx.writing import write_onnx
from app.deployment.records import OpenAnswer, OpenRequest
from app.errors import CicloError
from app.learning.records import Task
from app.project.signing_key import known_own_key, own_key
from app.resources import resource, user_folder
from tests.unit.deployment.models import fitted, write

CHECKER = resource("templates", "check.py")


class Stranger:
    """Signs with a key of somebody else."""

    def __init__(self) -> None:
        self.secret = Ed25519PrivateKey.generate()
        self.key = self.secret.public_key().public_bytes_raw().hex()

    def __call__(self, manifest: bytes) -> bytes:
        made = Signature(
            format=1,
            algorithm="ed25519",
            key=self.key,
            key_id=hashlib.sha256(bytes.fromhex(self.key)).hexdigest(),
            signature=self.secret.sign(manifest).hex(),
        )
        return canonical(made)


def answer(path: Path) -> OpenAnswer:
    outcome = open_bundle(None, OpenRequest(bundle=str(path)))  # type: ignore[arg-type]
    return msgspec.json.decode(outcome.answer, type=OpenAnswer)


def sealed(path: Path, signature: object = signed, task: Task = Task.BINARY) -> Path:
    return write(path, task, onnx=write_onnx(fitted(task)), signature=signature)  # type: ignore[arg-type]


def changed(path: Path, **members: bytes) -> Path:
    """The bundle with other bytes in some of its members."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    pack(path, files | {name.replace("_", "."): data for name, data in members.items()})
    return path


def test_that_ones_own_bundles_are_trusted(tmp_path: Path) -> None:
    found = answer(sealed(tmp_path / "b"))
    assert (found.state, found.signed_by, found.key) == ("trusted", "tester", own_key())


def test_that_a_stranger_is_unknown_until_trusted_and_after_that_no_longer(tmp_path: Path) -> None:
    stranger = Stranger()
    path = sealed(tmp_path / "b", stranger)
    assert (answer(path).state, answer(path).signed_by, answer(path).key) == ("unknown signer", "", stranger.key)
    trust(stranger.key, "Bea")
    assert (answer(path).state, answer(path).signed_by) == ("trusted", "Bea")
    trust(stranger.key, "Bea B.")
    assert [one.name for one in trusted_keys() if one.key == stranger.key] == ["Bea B."]
    assert distrust(stranger.key)
    assert not distrust(stranger.key)
    assert answer(path).state == "unknown signer"


def test_that_a_bundle_without_a_seal_is_unsigned(tmp_path: Path) -> None:
    found = answer(sealed(tmp_path / "b", None))
    assert (found.state, found.key) == ("unsigned", "")


def test_that_looking_at_a_bundle_makes_no_key(tmp_path: Path) -> None:
    answer(sealed(tmp_path / "b", Stranger()))
    assert known_own_key() == ""


@pytest.mark.parametrize("spoiled", ["signature", "key", "key_id", "algorithm", "format", "spelling", "nonsense"])
def test_that_a_seal_of_something_else_is_refused(spoiled: str, tmp_path: Path) -> None:
    def sign(manifest: bytes) -> bytes:
        good = msgspec.json.decode(signed(manifest), type=Signature)
        other = {
            "signature": {"signature": "00" + good.signature[2:]},
            "key": {"key": Stranger().key},
            "key_id": {"key_id": "0" * 64},
            "algorithm": {"algorithm": "none"},
            "format": {"format": 2},
        }
        if spoiled == "spelling":
            return signed(manifest) + b" "
        if spoiled == "nonsense":
            return b"{"
        return canonical(msgspec.structs.replace(good, **other[spoiled]))

    path = sealed(tmp_path / "b", sign)
    assert answer(path).state == "altered"
    with pytest.raises(CicloError, match=r"deployment\.bundle\.bad_signature"):
        load_bundle(path)


def test_that_the_seal_of_another_bundle_is_refused(tmp_path: Path) -> None:
    other = sealed(tmp_path / "other", task=Task.MULTICLASS)
    with zipfile.ZipFile(other) as archive:
        foreign = archive.read(SIGNATURE_FILE)
    assert answer(changed(sealed(tmp_path / "b"), manifest_sig=foreign)).state == "altered"


@pytest.mark.parametrize("key", ["", "abc", "g" * 64, "0" * 63])
def test_that_what_is_no_key_is_not_trusted(key: str) -> None:
    with pytest.raises(CicloError, match=r"deployment\.bad_key"):
        trust(key, "Bea")


def test_that_a_list_of_keys_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    user_folder().mkdir(parents=True)
    (user_folder() / "trusted-keys.json").write_text("[")
    with pytest.raises(CicloError, match=r"deployment\.bad_trust"):
        answer(sealed(tmp_path / "b"))


@pytest.mark.parametrize("task", list(Task))
def test_that_a_bundle_is_scored_with_its_onnx_file(task: Task, tmp_path: Path) -> None:
    loaded = load_bundle(sealed(tmp_path / "b", task=task))
    assert loaded.certificate.runtime.startswith("onnxruntime ")
    assert loaded.certificate.max_difference <= 1e-12
    assert loaded.key == own_key()


def test_that_an_onnx_file_of_another_model_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "b", onnx=write_onnx(fitted(Task.BINARY, "tree")))
    with pytest.raises(CicloError, match=r"deployment\.other_answers"):
        load_bundle(path)


def test_that_the_format_of_before_has_neither_seal_nor_release(tmp_path: Path) -> None:
    path = write(tmp_path / "b", signature=signed)
    assert answer(path).state == "altered"


# The checker that lies in each bundle


def check(path: Path, *options: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(CHECKER), str(path), *options], capture_output=True, text=True)
    assert not done.stderr
    return done.returncode, done.stdout


def test_that_the_checker_tells_who_signed_a_whole_bundle(tmp_path: Path) -> None:
    path = sealed(tmp_path / "b")
    assert check(path)[0] == 0
    assert own_key() in check(path)[1]
    assert check(path, "--key", own_key())[0] == 0
    assert check(path, "--key", Stranger().key)[0] == 1
    assert check(sealed(tmp_path / "c", None))[0] == 0
    assert check(tmp_path / "nowhere")[0] == 2


def test_that_the_checker_notices_every_changed_member(tmp_path: Path) -> None:
    path = sealed(tmp_path / "b")
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name, data in files.items():
        pack(path, files | {name: data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]})
        assert check(path)[0] == 1, name
    pack(path, files | {"more.txt": b"x"})
    assert check(path)[0] == 1
    pack(path, {name: data for name, data in files.items() if name != MANIFEST})
    assert check(path)[0] == 1
    path.write_bytes(b"PK\x03\x04 no zip")
    assert check(path)[0] == 1


def test_that_the_checker_is_short_and_needs_the_standard_library_only() -> None:
    lines = CHECKER.read_text().splitlines()
    assert len(lines) <= 200
    imported = {line.split()[1].split(".")[0] for line in lines if line.strip().startswith(("import ", "from "))}
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_that_the_writers_own_files_pass() -> None:
    for task in Task:
        vet(write_onnx(fitted(task)), fitted(task).signature, name="m")
