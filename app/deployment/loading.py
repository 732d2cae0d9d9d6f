"""Load the model of a bundle for use: audited, and proved on the bundle's own rows before it answers anything else."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from app.deployment.acceptance import read_acceptance, rescore
from app.deployment.archive import FORM, LIMITS, MEMBER_BYTES, refuse
from app.deployment.bundle_reader import Bundle, opened
from app.deployment.manifest import ACCEPTANCE_FILE, MODEL_FILE, Manifest
from app.deployment.records import Certificate
from app.errors import CicloError
from app.learning.model import FittedModel, load_model

TOLERANCE = 1e-6
"""Other versions of the libraries may round otherwise; beyond this the model isn't the one that was approved."""

_ENTRIES = 100_000


@dataclass(frozen=True, kw_only=True)
class LoadedBundle:
    """A model ready for use, with what its bundle says and how it did on the acceptance rows."""

    manifest: Manifest
    model: FittedModel
    certificate: Certificate


def load_bundle(path: Path) -> LoadedBundle:
    """Check a bundle, load its model, score its acceptance rows.

    Raises
    ------
    CicloError
        Where a rule of bundles is broken; ``deployment.other_answers`` where the answers lie further from those in the
        bundle than :data:`TOLERANCE`, or a label differs.
    """
    found = prove_bundle(path)
    proof = found.certificate
    if proof.label_flips or not proof.max_difference <= TOLERANCE:
        difference = f"{proof.max_difference:.3g}"
        raise CicloError("deployment.other_answers", difference=difference, flips=proof.label_flips)
    return found


def prove_bundle(path: Path) -> LoadedBundle:
    """Like :func:`load_bundle`, leaving the judgement of the acceptance rows to the caller."""
    with opened(path) as bundle:
        bundle.verify()
        model = _model(bundle)
        acceptance = read_acceptance(bundle.read(ACCEPTANCE_FILE), name=ACCEPTANCE_FILE)
        missing = {f.name for f in model.signature.features} - set(acceptance.columns)
        if missing:
            raise refuse(FORM, ACCEPTANCE_FILE, "bad_acceptance")
        return LoadedBundle(manifest=bundle.manifest, model=model, certificate=rescore(model, acceptance))


def _model(bundle: Bundle) -> FittedModel:
    data = bundle.read(MODEL_FILE)
    _check_inside(data)
    return load_model(data, signature=bundle.manifest.schema.signature())


def _check_inside(data: bytes) -> None:
    """A skops file is a zip too: its members are stored, so that nothing in it can grow."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise refuse(FORM, MODEL_FILE, "unusual") from error
    if len(entries) > _ENTRIES or sum(e.file_size for e in entries) > MEMBER_BYTES:
        raise refuse(LIMITS, MODEL_FILE, "member_too_large", limit=MEMBER_BYTES)
    if any(e.compress_type != zipfile.ZIP_STORED or e.flag_bits & 1 for e in entries):
        raise refuse(FORM, MODEL_FILE, "unusual")
