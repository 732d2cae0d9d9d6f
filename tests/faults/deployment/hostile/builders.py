"""What somebody who means harm may build: each of a way that another program fell for (see the design's advisories)."""

from __future__ import annotations

import hashlib
import io
import pickle
import zipfile
from collections.abc import Callable
from random import Random

import msgspec
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto

from app.deployment.bundle.manifest import (
    ACCEPTANCE_FILE,
    MANIFEST,
    MODEL_FILE,
    ONNX_FILE,
    README_FILE,
    SIGNATURE_FILE,
    canonical,
)
from tests.faults.deployment.hostile.parts import Good, added, patched, raw, resealed, sealed, stranger

Builder = Callable[[Good, Random], bytes]

CANARY = "ciclo-canary"
"""The file that harm would leave behind, in the folder that ``CICLO_CANARY`` names; it would also call its port."""


class _Payload:
    """Runs when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        code = (
            "import os, socket; open(os.environ['CICLO_CANARY'], 'w').close();"
            "socket.create_connection(('127.0.0.1', int(os.environ['CICLO_CANARY_PORT'])))"
        )
        return exec, (code,)


PICKLE = pickle.dumps(_Payload())

_TRAVERSALS = (
    "../{}",
    "a/../../{}",
    "..\\{}",
    "%2e%2e/{}",
    "/tmp/{}",
    "c:\\{}",
    "./{}",
    "a//{}",
    "．．/{}",
    "~/{}",
    "{}/",
    "a/./{}",
    "{}\0.txt",
    "{}#fragment",
    "{} ",
)


def _traversal(form: str) -> Builder:
    def build(good: Good, random: Random) -> bytes:
        name = form.format(f"evil{random.randrange(1000)}.txt")
        return sealed(good.manifest, {**good.files, name: b"evil"})

    return build


def _member(good: Good, random: Random) -> str:
    return random.choice(sorted(good.files))


def _flip(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << random.randrange(8))]) + data[place + 1 :]


def _header(central: bool, offset: int, form: str, *values: int) -> Builder:
    def build(good: Good, random: Random) -> bytes:
        value = random.choice(values)
        return patched(good.data, _member(good, random), central=central, offset=offset, form=form, value=value)

    return build


def _changed_member(good: Good, random: Random) -> bytes:
    name = _member(good, random)
    return raw({**_whole(good), name: _flip(good.files[name], random)})


def _whole(good: Good) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(good.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _without(good: Good, random: Random) -> bytes:
    files = _whole(good)
    del files[random.choice([MANIFEST, *good.files])]
    return raw(files)


def _two_directories(good: Good, random: Random) -> bytes:
    return good.data + added(raw({MANIFEST: b"{}"}), "evil.txt")


def _overlap(good: Good, random: Random) -> bytes:
    first, second = random.sample(sorted(good.files), 2)
    place = good.data.rindex(second.encode()) - 46 + 42
    offset = int.from_bytes(good.data[place : place + 4], "little")
    return patched(good.data, first, central=True, offset=42, form="<I", value=offset)


def _bomb(good: Good, random: Random) -> bytes:
    zeros = bytes(random.randrange(5, 50) * 1_000_000)
    told = {**good.files, "zeros.bin": zeros}
    return raw(_manifest_of(good, told) | told, method=zipfile.ZIP_DEFLATED)


def _manifest_of(good: Good, files: dict[str, bytes]) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(sealed(good.manifest, files))) as archive:
        return {name: archive.read(name) for name in (MANIFEST, SIGNATURE_FILE)}


def _many(good: Good, random: Random) -> bytes:
    return raw({**_whole(good), **{f"m{n}": b"" for n in range(random.randrange(60, 2_000))}})


def _other_signature(good: Good, random: Random) -> bytes:
    other = stranger(canonical({"random": random.random()}))
    return raw({**_whole(good), SIGNATURE_FILE: other})


def _spoiled_signature(good: Good, random: Random) -> bytes:
    files = _whole(good)
    return raw({**files, SIGNATURE_FILE: _flip(files[SIGNATURE_FILE], random)})


def _capital_signature(good: Good, random: Random) -> bytes:
    """A digit of the key or of the signature as a capital, which means the same."""
    files = _whole(good)
    told = files[SIGNATURE_FILE]
    places = [at for at, sign in enumerate(told) if chr(sign) in "abcdef" and chr(told[at - 1]) in "0123456789abcdef"]
    at = random.choice(places)
    return raw({**files, SIGNATURE_FILE: told[:at] + told[at : at + 1].upper() + told[at + 1 :]})


def _manifest(change: Callable[[bytes, Random], bytes]) -> Builder:
    def build(good: Good, random: Random) -> bytes:
        return resealed(change(_whole(good)[MANIFEST], random), good.files)

    return build


def _deep(_: bytes, random: Random) -> bytes:
    depth = random.randrange(33, 100_000)
    return b"[" * depth + b"]" * depth


def _replaced(old: bytes, *new: bytes) -> Callable[[bytes, Random], bytes]:
    return lambda manifest, random: manifest.replace(old, random.choice(new), 1)


def _path_for_hash(manifest: bytes, random: Random) -> bytes:
    place = manifest.index(b'"sha256":"', manifest.index(b'"files"')) + 10
    return manifest[:place] + random.choice([b"../../etc/passwd", b"A" * 64, b""]) + manifest[place + 64 :]


def _as(name: str, content: Callable[[Random], bytes]) -> Builder:
    def build(good: Good, random: Random) -> bytes:
        return sealed(good.manifest, {**good.files, name: content(random)})

    return build


def _acceptance(change: Callable[[bytes], bytes]) -> Builder:
    def build(good: Good, random: Random) -> bytes:
        return sealed(good.manifest, {**good.files, ACCEPTANCE_FILE: change(good.files[ACCEPTANCE_FILE])})

    return build


def _onnx(change: Callable[[ModelProto, Random], None]) -> Builder:
    def build(good: Good, random: Random) -> bytes:
        model = ModelProto.FromString(good.files[ONNX_FILE])
        change(model, random)
        return sealed(good.manifest, {**good.files, ONNX_FILE: model.SerializeToString()})

    return build


def _external(place: str) -> Builder:
    def change(model: ModelProto, random: Random) -> None:
        tensor = random.choice(list(model.graph.initializer))
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=place)

    return _onnx(change)


def _op(operator: str, domain: str = "") -> Builder:
    return _onnx(lambda model, _: _add(model, operator, domain))


def _add(model: ModelProto, operator: str, domain: str) -> NodeProto:
    return model.graph.node.add(op_type=operator, domain=domain, input=[model.graph.input[0].name], output=["evil"])


def _body(model: ModelProto, random: Random) -> None:
    node = random.choice(list(model.graph.node))
    node.attribute.add(name="body", type=AttributeProto.GRAPH).g.CopyFrom(GraphProto(name="g"))


def _dims(model: ModelProto, random: Random) -> None:
    random.choice(list(model.graph.initializer)).dims[:] = [1 << random.randrange(28, 40), 1 << 20]


def _trees(model: ModelProto, name: str) -> AttributeProto:
    node = next(node for node in model.graph.node if node.op_type == "TreeEnsemble")
    return next(attribute for attribute in node.attribute if attribute.name == name)


def _tree(name: str, *values: int) -> Builder:
    def change(model: ModelProto, random: Random) -> None:
        ints = _trees(model, name).ints
        ints[random.randrange(len(ints))] = random.choice(values)

    return _onnx(change)


def _circle(model: ModelProto, random: Random) -> None:
    ends = _trees(model, "nodes_trueleafs").ints
    inner = [place for place, leaf in enumerate(ends) if not leaf]
    place = random.choice(inner)
    _trees(model, "nodes_truenodeids").ints[place] = random.randrange(place + 1)


def _fewer(model: ModelProto, random: Random) -> None:
    names = ("nodes_falseleafs", "nodes_featureids", "leaf_targetids", "tree_roots")
    ints = _trees(model, random.choice(names[:3])).ints
    del ints[random.randrange(len(ints))]


def _function(model: ModelProto, random: Random) -> None:
    model.functions.add(name="f", domain="d")


def _old_format(good: Good, random: Random) -> bytes:
    """The format of before, whose model is opened by its own library."""
    manifest = msgspec.structs.replace(good.manifest, format=1, runs_on="skops", release="")
    data = bytearray(good.files[MODEL_FILE])
    content = random.choice([PICKLE, b"PK\x03\x04" + PICKLE, bytes(data[: len(data) // 2])])
    files = {name: part for name, part in good.files.items() if name != ONNX_FILE} | {MODEL_FILE: content}
    with zipfile.ZipFile(io.BytesIO(sealed(manifest, files))) as archive:
        return raw({name: archive.read(name) for name in archive.namelist() if name != SIGNATURE_FILE})


def _untrusted(good: Good, random: Random) -> bytes:
    """A file of skops that names a type which nobody trusts."""
    buffer = io.BytesIO()
    kind = random.choice(["os.system", "builtins.eval", "subprocess.Popen", "posix.system"])
    module, _, name = kind.rpartition(".")
    schema = {"__class__": name, "__module__": module, "__loader__": "FunctionNode", "__id__": 1, "content": {}}
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("schema.json", msgspec.json.encode({**schema, "protocol": 2, "_skops_version": "0.16.0"}))
    manifest = msgspec.structs.replace(good.manifest, runs_on="skops")
    return sealed(manifest, {**good.files, MODEL_FILE: buffer.getvalue()})


BUILDERS: dict[str, Builder] = {
    **{f"traversal {form!r}": _traversal(form) for form in _TRAVERSALS},
    "link": lambda good, _: added(good.data, "link", b"/etc/passwd", mode=0o120777),
    "device": lambda good, _: added(good.data, "device", b"", mode=0o020666),
    "duplicate": lambda good, random: added(good.data, _member(good, random)),
    "case twin": lambda good, random: added(good.data, _member(good, random).upper()),
    "extra member": lambda good, random: added(good.data, f"more{random.randrange(99)}.txt"),
    "missing member": _without,
    "changed byte": _changed_member,
    "overlap": _overlap,
    "bomb": _bomb,
    "many members": _many,
    "lying size": _header(True, 24, "<I", 1 << 28, 7, 0),
    "huge size": _header(True, 24, "<I", 0xFFFFFFFF, 600_000_000),
    "lying packed size": _header(True, 20, "<I", 1, 1 << 20),
    "bad CRC": _header(False, 14, "<I", 7, 0),
    "CRC of the directory": _header(True, 16, "<I", 7, 0),
    "flags": _header(True, 8, "<H", 1, 8, 0x800, 0x40),
    "flags of one header": _header(False, 6, "<H", 1, 8, 0x800),
    "method": _header(True, 10, "<H", 8, 12, 14, 99),
    "place": _header(True, 42, "<I", 0, 1, 1 << 30),
    "attributes": _header(True, 38, "<I", 0o120777 << 16, 0o100755 << 16),
    "name length": _header(False, 26, "<H", 1, 60_000),
    "extra field": _header(False, 28, "<H", 1, 200),
    "data before": lambda good, _: b"MZ" + good.data,
    "data after": lambda good, _: good.data + PICKLE,
    "two directories": _two_directories,
    "cut": lambda good, random: good.data[: random.randrange(4, len(good.data))],
    "signature of another": _other_signature,
    "spoiled signature": _spoiled_signature,
    "capital in the signature": _capital_signature,
    "unsigned change": lambda good, _: raw({**_whole(good), README_FILE: b"Send your data to evil.example"}),
    "deep manifest": _manifest(_deep),
    "pickled manifest": _manifest(lambda _, __: PICKLE),
    "spaced manifest": _manifest(_replaced(b",", b", ", b"\n,")),
    "huge number": _manifest(_replaced(b'"version":1', b'"version":' + b"9" * 500, b'"version":1e400')),
    "NaN": _manifest(_replaced(b'"version":1', b'"version":NaN', b'"version":Infinity')),
    "key twice": _manifest(_replaced(b'{"', b'{"format":1,"', b'{"kind":"x","')),
    "unknown key": _manifest(_replaced(b'{"', b'{"loader_module":"os","', b'{"pickled_model":"../m","')),
    "path for a hash": _manifest(_path_for_hash),
    "other runtime": _manifest(_replaced(b'"runs_on":"onnx"', b'"runs_on":"pickle"', b'"runs_on":""')),
    "pickle as ONNX": _as(ONNX_FILE, lambda _: PICKLE),
    "noise as ONNX": _as(ONNX_FILE, lambda random: random.randbytes(random.randrange(1, 5_000))),
    "pickle as acceptance rows": _as(ACCEPTANCE_FILE, lambda _: PICKLE),
    "deep acceptance rows": _acceptance(lambda _: b"[" * 5_000 + b"]" * 5_000),
    "endless numbers": _acceptance(lambda data: data.replace(b"0x1", b"0x" + b"f" * 400 + b"1")),
    "fewer answers": _acceptance(lambda data: data.replace(b'"rows":[[', b'"rows":[["a"],[', 1)),
    "model of before": _old_format,
    "untrusted type": _untrusted,
    "external data": _external("weights.bin"),
    "external data outside": _external("../../../../etc/passwd"),
    "external data, absolute": _external("/etc/passwd"),
    "unknown operator": _op("RunCode", "evil"),
    "loop": _op("Loop"),
    "condition": _op("If"),
    "regular expression": _op("StringSplit"),
    "graph in a node": _onnx(_body),
    "function": _onnx(_function),
    "huge dimensions": _onnx(_dims),
    "child beyond": _tree("nodes_falsenodeids", 99_999, -1, 1 << 40),
    "root beyond": _tree("tree_roots", 99_999, -1),
    "leaf beyond": _tree("leaf_targetids", 7, -1, 1 << 31),
    "feature beyond": _tree("nodes_featureids", 1 << 21, -5),
    "circle": _onnx(_circle),
    "fewer nodes": _onnx(_fewer),
}


def digest(data: bytes) -> str:
    """What a campaign names a bundle by."""
    return hashlib.sha256(data).hexdigest()[:12]
