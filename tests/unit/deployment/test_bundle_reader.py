"""A bundle from a stranger: only its exact form is taken, and each refusal names the member and the rule."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from app.data.records import ColumnType
from app.deployment.bundle.manifest import (
    MANIFEST,
    Approval,
    Entry,
    Lineage,
    Manifest,
    Metric,
    Schema,
    canonical,
    parse_manifest,
)
from app.deployment.bundle.opening import open_bundle
from app.deployment.bundle.reader import REQUIRED, opened
from app.deployment.records import OpenAnswer, OpenRequest
from app.errors import CicloError
from app.jobs.contract import Context
from app.learning.records import Feature, Task
from app.text import Words

FILES = {name: f"contents of {name} ".encode() * 40 for name in REQUIRED}


def manifest(files: dict[str, bytes]) -> Manifest:
    entries = [
        Entry(path=n, size=len(d), sha256=hashlib.sha256(d).hexdigest(), media="text/plain") for n, d in files.items()
    ]
    lineage = Lineage(
        dataset="d@1",
        dataset_version="a" * 64,
        source_name="d.csv",
        source_sha256="b" * 64,
        model_version="c" * 64,
        model_sha256="d" * 64,
        report="e" * 64,
        decision="f" * 64,
    )
    features = (Feature(name="x", type=ColumnType.NUMBER, low=0.0, high=1.0),)
    schema = Schema(
        task=Task.BINARY, target="y", features=features, labels=("No", "Yes"), positive="Yes", threshold=0.5
    )
    return Manifest(
        format=1,
        kind="ciclo-bundle",
        model="m",
        version=1,
        software="ciclo",
        created="2026-01-01T00:00:00Z",
        estimator="logistic",
        schema=schema,
        lineage=lineage,
        metrics={"roc_auc": Metric(value=0.8, low=0.7, high=0.9, method="delong")},
        judged_on="holdout",
        decision=Approval(by="A", time="2026-01-01T00:00:00Z", comment="", override="", failed_gates=()),
        libraries={},
        files=tuple(entries),
    )


def pack(files: dict[str, bytes], *, method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o100644 << 16
            info.compress_type = method
            archive.writestr(info, data)
    return buffer.getvalue()


def good(*, method: int = zipfile.ZIP_STORED) -> bytes:
    return pack({MANIFEST: canonical(manifest(FILES)), **FILES}, method=method)


def with_member(name: str, data: bytes = b"x", **attributes: int) -> bytes:
    buffer = io.BytesIO(good())
    with zipfile.ZipFile(buffer, "a") as archive:
        info = zipfile.ZipInfo("placeholder" + "z" * max(0, len(name) - 11), (1980, 1, 1, 0, 0, 0))
        info.filename = name
        info.external_attr = 0o100644 << 16
        for key, value in attributes.items():
            setattr(info, key, value)
        archive.writestr(info, data)
    return buffer.getvalue()


def listed(name: str, data: bytes = b"x") -> bytes:
    files = {**FILES, name: data}
    return pack({MANIFEST: canonical(manifest(files)), **files})


def header_of(data: bytes, name: str, *, central: bool) -> int:
    mark, length = (b"PK\x01\x02", 46) if central else (b"PK\x03\x04", 30)
    place = data.index(mark)
    while data[place + length : place + length + len(name)] != name.encode():
        place = data.index(mark, place + 1)
    return place


def patched(offset: int, form: str, value: int, *, central: bool, name: str = "readme.md") -> bytes:
    data = bytearray(good())
    struct.pack_into(form, data, header_of(bytes(data), name, central=central) + offset, value)
    return bytes(data)


def without(name: str) -> bytes:
    files = {n: d for n, d in FILES.items() if n != name}
    return pack({MANIFEST: canonical(manifest(FILES)), **files})


def replaced(name: str, data: bytes) -> bytes:
    return pack({MANIFEST: canonical(manifest(FILES)), **FILES, name: data})


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return with_member("readme.md")


def raw_manifest(change: Callable[[bytes], bytes]) -> bytes:
    return pack({MANIFEST: change(canonical(manifest(FILES))), **FILES})


def flipped(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 0xFF
    return bytes(changed)


def overlapping() -> bytes:
    data = bytearray(good())
    first = header_of(bytes(data), "readme.md", central=True)
    second = header_of(bytes(data), "report.html", central=True)
    data[first + 42 : first + 46] = data[second + 42 : second + 46]
    return bytes(data)


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "an altered byte in a member": (lambda: replaced("readme.md", FILES["readme.md"][:-1] + b"!"), "altered_member"),
    "another length of a member": (lambda: replaced("readme.md", b"short"), "altered_member"),
    "a broken CRC": (lambda: patched(14, "<I", 7, central=False), "contradiction"),
    "an extra member": (lambda: with_member("extra.txt"), "extra_member"),
    "a missing member": (lambda: without("report.html"), "missing_member"),
    "a required member that isn't listed either": (
        lambda: pack({MANIFEST: canonical(manifest({"readme.md": b"x"})), "readme.md": b"x"}),
        "missing_member",
    ),
    "a duplicate": (twice, "duplicate"),
    "a duplicate in other letters": (lambda: with_member("README.md"), "bad_name"),
    "a traversal": (lambda: listed("../evil.txt"), "bad_name"),
    "a traversal inside": (lambda: listed("a/../../evil.txt"), "bad_name"),
    "an encoded traversal": (lambda: listed("%2e%2e/evil.txt"), "bad_name"),
    "an absolute name": (lambda: listed("/etc/passwd"), "bad_name"),
    "a drive": (lambda: listed("c:evil.txt"), "bad_name"),
    "a folder": (lambda: listed("folder/"), "bad_name"),
    "an empty part": (lambda: listed("a//b"), "bad_name"),
    "a non-ASCII name": (lambda: listed("é.txt"), "bad_name"),
    "a link": (lambda: with_member("link", b"/etc/passwd", create_system=3, external_attr=0o120777 << 16), "link"),
    "a device": (lambda: with_member("dev", b"", create_system=3, external_attr=0o020777 << 16), "unusual"),
    "encryption": (lambda: patched(8, "<H", 1, central=True), "encrypted"),
    "a data descriptor": (lambda: patched(8, "<H", 8, central=True), "unusual"),
    "an unknown method": (lambda: patched(10, "<H", 14, central=True), "unusual"),
    "another method in the local header": (lambda: patched(8, "<H", 8, central=False), "contradiction"),
    "a lying size": (lambda: patched(24, "<I", 1 << 28, central=True), "ratio"),
    "a size beyond the limit": (lambda: patched(24, "<I", 600_000_000, central=True), "member_too_large"),
    "overlapping members": (overlapping, "gap"),
    "data before the zip": (lambda: b"PK\x03\x04" + good(), "gap"),
    "data after the zip": (lambda: good() + b"more", "truncated"),
    "a comment": (lambda: good()[:-2] + b"\x04\x00more", "truncated"),
    "a cut": (lambda: good()[:-30], "truncated"),
    "a cut in the middle": (lambda: good()[: len(good()) // 2], "truncated"),
    "nothing but a head": (lambda: good()[:60], "truncated"),
    "too many members": (lambda: pack({MANIFEST: b"{}", **{f"m{i}": b"" for i in range(64)}}), "too_many"),
    "a bomb": (
        lambda: pack(
            {MANIFEST: canonical(manifest(FILES)), **FILES, "zeros": bytes(10**7)}, method=zipfile.ZIP_DEFLATED
        ),
        "ratio",
    ),
    "JSON with spaces": (lambda: raw_manifest(lambda m: m.replace(b",", b", ", 1)), "bad_manifest"),
    "JSON with a key twice": (lambda: raw_manifest(lambda m: b'{"format":1,' + m[1:]), "bad_manifest"),
    "JSON with an unknown key": (lambda: raw_manifest(lambda m: b'{"a":1,' + m[1:]), "bad_manifest"),
    "JSON that is too deep": (lambda: raw_manifest(lambda m: b"[" * 40 + b"]" * 40), "too_deep"),
    "JSON that is none": (lambda: raw_manifest(lambda m: b"\x80\x04pickle"), "bad_manifest"),
    "a hash that is none": (
        lambda: raw_manifest(lambda m: m.replace(hashlib.sha256(FILES["readme.md"]).hexdigest().encode(), b"../../x")),
        "bad_manifest",
    ),
    "the manifest among its files": (
        lambda: pack({MANIFEST: canonical(manifest({**FILES, MANIFEST: b"x"})), **FILES}),
        "bad_manifest",
    ),
}


def refusal(path: Path) -> CicloError:
    with pytest.raises(CicloError) as caught, opened(path) as bundle:
        bundle.verify()
    return caught.value


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_that_a_good_bundle_is_read(tmp_path: Path, method: int) -> None:
    path = tmp_path / "b.ciclo.zip"
    path.write_bytes(good(method=method))
    with opened(path) as bundle:
        bundle.verify()
        assert bundle.manifest == manifest(FILES)
        assert {name: bundle.read(name) for name in FILES} == FILES


@pytest.mark.parametrize("name", BAD)
def test_that_a_bad_bundle_is_refused_with_member_and_rule(name: str, tmp_path: Path) -> None:
    build, reason = BAD[name]
    path = tmp_path / "b.ciclo.zip"
    path.write_bytes(build())
    error = refusal(path)
    assert error.code == f"deployment.bundle.{reason}"
    assert error.params["rule"] in {"1", "2", "3"}
    for language in ("en", "es"):
        sentence, hint = Words(language).error(error)
        assert str(error.params["member"]) in sentence or reason == "too_many"
        assert "bundle." not in sentence + hint
        assert hint


@pytest.mark.parametrize("data", [b"", b"PK", b"hello, world" * 100, b"PK\x05\x06" + bytes(18)])
def test_that_what_is_no_zip_is_no_bundle(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "b"
    path.write_bytes(data)
    assert refusal(path).code == "deployment.not_a_bundle"


def test_that_a_zip_without_manifest_is_no_bundle(tmp_path: Path) -> None:
    path = tmp_path / "b"
    path.write_bytes(pack({"a.txt": b"x"}))
    assert refusal(path).code == "deployment.not_a_bundle"


def test_that_a_newer_bundle_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "b"
    path.write_bytes(raw_manifest(lambda m: m.replace(b'"format":1,', b'"format":4,"new":[],')))
    assert refusal(path).code == "deployment.newer_bundle"


def test_that_no_flipped_byte_goes_unnoticed(tmp_path: Path) -> None:
    path, data, chance = tmp_path / "b", good(), random.Random(7)
    for _ in range(1500):
        place = chance.randrange(len(data))
        path.write_bytes(flipped(data, place))
        with pytest.raises(CicloError), opened(path) as bundle:
            bundle.verify()


def test_that_an_altered_bundle_is_answered_as_altered(tmp_path: Path) -> None:
    path = tmp_path / "b"
    path.write_bytes(replaced("readme.md", b"#" * len(FILES["readme.md"])))
    answer = ask(path)
    assert answer.state == "altered"
    assert answer.problem is not None
    assert answer.problem.id == "deployment.bundle.altered_member"
    assert parse_manifest(bytes(answer.manifest)) == manifest(FILES)
    path.write_bytes(good())
    answer = ask(path)
    assert (answer.state, answer.problem) == ("unsigned", None)


def ask(path: Path) -> OpenAnswer:
    class Nothing:
        """Opening uses nothing of its surroundings."""

    context: Context = Nothing()  # type: ignore[assignment]
    return msgspec.json.decode(open_bundle(context, OpenRequest(bundle=str(path))).answer, type=OpenAnswer)
