"""Load the model of a bundle for use: looked through first, and proved on the bundle's own rows before it answers
anything else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from app.data.expectations.records import OfRows
from app.deployment.bundle.acceptance import read_acceptance, rescore
from app.deployment.bundle.archive import FORM, LIMITS, MEMBER_BYTES, MODEL, refuse
from app.deployment.bundle.expected import EXPECTATIONS_FILE, read_expectations
from app.deployment.bundle.manifest import ACCEPTANCE_FILE, MODEL_FILE, ONNX, ONNX_FILE, RECIPE_FILE, Manifest
from app.deployment.bundle.reader import Bundle, opened
from app.deployment.bundle.row_part import read_row_part
from app.deployment.records import LIMIT, Certificate
from app.errors import CicloError
from app.learning.model import Predictions
from app.learning.records import Feature, RowPart, Signature

_ENTRIES = 100_000


@dataclass(frozen=True, kw_only=True)
class LoadedBundle:
    """A model ready for use, with what its bundle says and how it did on the acceptance rows.

    Attributes
    ----------
    answer
        Predictions of a table with a typed column for each feature.
    part
        What is done to rows before, where there is anything.
    key
        That signed the bundle, empty where it isn't signed.
    expected
        What is expected of the rows that the model gets.
    """

    manifest: Manifest
    answer: Callable[[pa.Table], Predictions]
    certificate: Certificate
    key: str = ""
    expected: tuple[OfRows, ...] = ()
    part: RowPart | None = None

    @property
    def inputs(self) -> tuple[Feature, ...]:
        """The columns that a row comes with."""
        return self.part.inputs if self.part is not None else self.manifest.schema.features


def load_bundle(path: Path) -> LoadedBundle:
    """Check a bundle, load its model, score its acceptance rows.

    Raises
    ------
    CicloError
        Where a rule of bundles is broken; ``deployment.other_answers`` where the answers lie further from those in the
        bundle than :data:`app.deployment.records.LIMIT`, or a label differs.
    """
    found = prove_bundle(path)
    proof = found.certificate
    if proof.label_flips or not proof.max_difference <= LIMIT:
        difference = f"{proof.max_difference:.3g}"
        raise CicloError("deployment.other_answers", difference=difference, flips=proof.label_flips)
    return found


def prove_bundle(path: Path) -> LoadedBundle:
    """Like :func:`load_bundle`, leaving the judgement of the acceptance rows to the caller."""
    with opened(path) as bundle:
        bundle.verify()
        manifest = bundle.manifest
        signature = manifest.schema.signature()
        runtime, answer = (_by_onnx if manifest.runs_on == ONNX else _by_skops)(bundle, signature)
        acceptance = read_acceptance(bundle.read(ACCEPTANCE_FILE), name=ACCEPTANCE_FILE)
        if {feature.name for feature in signature.features} - set(acceptance.columns):
            raise refuse(FORM, ACCEPTANCE_FILE, "bad_acceptance")
        certificate = rescore(answer, signature, acceptance, runtime=runtime)
        members = {entry.path for entry in manifest.files}
        expected: tuple[OfRows, ...] = ()
        if EXPECTATIONS_FILE in members:
            expected = read_expectations(bundle.read(EXPECTATIONS_FILE), signature.features)
        part = read_row_part(bundle.read(RECIPE_FILE), signature.features) if RECIPE_FILE in members else None
        return LoadedBundle(
            manifest=manifest, answer=answer, certificate=certificate, key=bundle.key, expected=expected, part=part
        )


Answering = tuple[str, Callable[[pa.Table], Predictions]]


def _by_onnx(bundle: Bundle, signature: Signature) -> Answering:
    """The ONNX file: looked through before the runtime sees it."""
    import onnxruntime

    from app.deployment.onnx.parity import open_session, run
    from app.deployment.onnx.vetting import vet

    data = bundle.read(ONNX_FILE)
    vet(data, signature, name=ONNX_FILE)
    session = open_session(data)

    def answer(table: pa.Table) -> Predictions:
        return run(session, table, signature)

    return f"onnxruntime {onnxruntime.__version__}", answer


def _by_skops(bundle: Bundle, signature: Signature) -> Answering:
    """The stored model: its types audited."""
    import sklearn
    import skops

    from app.learning.model import load_model, predict_table

    data = bundle.read(MODEL_FILE)
    _check_inside(data)
    try:
        model = load_model(data, signature=signature)
    except CicloError as error:
        if error.code not in ("learning.untrusted_model", "learning.unreadable_model"):
            raise
        reason = str(error.params.get("type") or error.params.get("cause") or "skops")
        raise refuse(MODEL, MODEL_FILE, "bad_model", what=reason) from error

    def answer(table: pa.Table) -> Predictions:
        return predict_table(model, table)

    return f"skops {skops.__version__}/scikit-learn {sklearn.__version__}", answer


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
