"""What Submarine copies into its registry: the bundle, its proof, and a description that its server reads."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec

from app.data.recipe.travelling import Place
from app.deployment.bundle.writing import file_name, seal_bundle, write_bundle
from app.deployment.made import Source
from app.deployment.records import Certificate
from app.project.durable import writing

DESCRIPTION, CERTIFICATE = "description.json", "certificate.json"
MODEL_TYPE = "ciclo"
"""Free text; only ``tensorflow`` and ``pytorch`` are served."""
_ID = 32


class _Dims(msgspec.Struct, frozen=True):
    dims: tuple[int, ...]


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """The description as the server reads it. The id says which bundle it is."""

    id: str
    model_type: str
    input: tuple[_Dims, ...]
    output: tuple[_Dims, ...]


def write_folder(source: Source, folder: Path) -> None:
    """Write the folder, still without its proof."""
    signature = source.model.signature
    about = Described(
        id="",
        model_type=MODEL_TYPE,
        input=(_Dims((len(source.given(Place.BUNDLE)),)),),
        output=(_Dims((max(1, len(signature.labels)),)),),
    )
    with writing(folder):
        folder.mkdir(parents=True)
        write_bundle(source, folder / file_name(source.version))
        _describe(folder, about)


def seal_folder(folder: Path, certificate: Certificate) -> None:
    """Put the proof in, and name the bundle in the description."""
    bundle = bundle_in(folder)
    seal_bundle(bundle, certificate)
    with writing(folder):
        (folder / CERTIFICATE).write_bytes(msgspec.json.format(msgspec.json.encode(certificate)) + b"\n")
        _describe(folder, msgspec.structs.replace(described(folder), id=_name_of(bundle)))


def described(folder: Path) -> Described:
    """The description in a folder."""
    return msgspec.json.decode((folder / DESCRIPTION).read_bytes(), type=Described)


def bundle_in(folder: Path) -> Path:
    """The bundle in a folder."""
    return next(folder.glob("*.ciclo.zip"))


def _name_of(bundle: Path) -> str:
    return hashlib.sha256(bundle.read_bytes()).hexdigest()[:_ID]


def _describe(folder: Path, about: Described) -> None:
    (folder / DESCRIPTION).write_text(json.dumps(msgspec.to_builtins(about), indent=2) + "\n", encoding="utf-8")
