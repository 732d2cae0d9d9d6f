"""What a bundle says of itself: ``manifest.json``, canonical JSON, format 2, or 3 where rows are prepared first (1 is
still read). Light."""

from __future__ import annotations

import re

import msgspec

from app.errors import CicloError
from app.learning.records import Estimate, Feature, Signature, Task

FORMAT, FORMAT_PREPARED = 2, 3
KIND = "ciclo-bundle"
DEPTH = 32
MANIFEST = "manifest.json"
SIGNATURE_FILE = "manifest.sig"
MODEL_FILE = "model.skops"
ONNX_FILE = "model.onnx"
ACCEPTANCE_FILE = "acceptance.json"
CERTIFICATE_FILE = "certificate.json"
BOM_FILE = "bom.cdx.json"
LICENCES_FILE = "licences.json"
REQUIREMENTS_FILE = "requirements.txt"
CHECKER_FILE = "check.py"
RECIPE_FILE = "recipe.json"
PREPARE_FILE = "prepare.py"
RUNBOOK_FILE = "runbook.md"
RUNBOOK_ES_FILE = "runbook.es.md"
CARD_FILE = "model-card.md"
README_FILE = "readme.md"
REPORT_FILE = "report.html"
REPORT_ES_FILE = "report.es.html"
CARD_ES_FILE = "model-card.es.md"
README_ES_FILE = "readme.es.md"
MANIFEST_BYTES = 64_000_000
ONNX, SKOPS = "onnx", "skops"
"""What a bundle is scored with: the ONNX file inside, or the stored model where that kind has none."""

_MOST_VERSIONS = 1 << 31
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member of the bundle."""

    path: str
    size: int
    sha256: str
    media: str


class Schema(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes in and what comes out. ``labels``, ``positive`` and ``threshold`` are of classification only.

    ``missing_words`` stood for "no value" in the training file; ``decimal`` and ``day_first`` are how its numbers and
    dates were read, and hold for a file that leaves them open."""

    task: Task
    target: str
    features: tuple[Feature, ...]
    labels: tuple[str, ...]
    positive: str
    threshold: float
    missing_words: tuple[str, ...] = ()
    decimal: str = "."
    day_first: bool | None = None

    def signature(self) -> Signature:
        """What is needed to read the model's answers."""
        return Signature(
            task=self.task,
            labels=self.labels,
            positive=self.positive,
            threshold=self.threshold,
            features=self.features,
        )


class Lineage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the model comes from, as ids (SHA-256) of records and objects."""

    dataset: str
    dataset_version: str
    source_name: str
    source_sha256: str
    model_version: str
    model_sha256: str
    report: str
    decision: str


class Metric(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A metric of the report on which the decision rests, in the scorer's sense (higher is better)."""

    value: float | None
    low: float | None
    high: float | None
    method: str


class Approval(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who let the version out, when, and with which words."""

    by: str
    time: str
    comment: str
    override: str
    failed_gates: tuple[str, ...]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The manifest of a bundle. ``release`` and ``runs_on`` came with format 2: the content of which release it is
    (SHA-256), and what it is scored with. Of format 3 are bundles that prepare rows first (``recipe.json``), which a
    program that knows nothing of it must not score."""

    format: int
    kind: str
    model: str
    version: int
    software: str
    created: str
    estimator: str
    schema: Schema
    lineage: Lineage
    metrics: dict[str, Metric]
    judged_on: str
    decision: Approval
    libraries: dict[str, str]
    files: tuple[Entry, ...]
    release: str = ""
    runs_on: str = SKOPS

    @property
    def label(self) -> str:
        """``churn@4``."""
        return f"{self.model}@{self.version}"


def metric(estimate: Estimate) -> Metric:
    """An estimate without the text of its reason: a bundle is read by programs, in any language."""
    return Metric(value=estimate.value, low=estimate.low, high=estimate.high, method=estimate.method)


def canonical(value: object) -> bytes:
    """The one spelling of a value: sorted keys, no spaces."""
    return msgspec.json.encode(value, order="sorted")


def check_depth(data: bytes, *, name: str) -> None:
    """Refuse JSON that is nested deeper than :data:`DEPTH`, before any parser sees it.

    Raises
    ------
    CicloError
        ``deployment.bundle.too_deep``.
    """
    depth = 0
    for bracket in _BRACKET.finditer(_QUOTED.sub(b"", data)):
        depth += 1 if bracket.group() in b"[{" else -1
        if depth > DEPTH:
            raise CicloError("deployment.bundle.too_deep", member=name, rule="2", limit=DEPTH)


def parse_manifest(data: bytes) -> Manifest:
    """The manifest from its bytes.

    Raises
    ------
    CicloError
        ``deployment.newer_bundle`` for a later format, ``deployment.bundle.…`` for anything that isn't a canonical
        manifest.
    """
    check_depth(data, name=MANIFEST)
    try:
        head = msgspec.json.decode(data, type=_Head)
        if head.kind == KIND and head.format > FORMAT_PREPARED:
            raise CicloError("deployment.newer_bundle", format=head.format, known=FORMAT_PREPARED)
        manifest = msgspec.json.decode(data, type=Manifest)
        twin = canonical(msgspec.json.decode(data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CicloError("deployment.bundle.bad_manifest", member=MANIFEST, rule="1") from error
    if twin != data or manifest.kind != KIND or not _is_known(manifest):
        raise CicloError("deployment.bundle.bad_manifest", member=MANIFEST, rule="1")
    return manifest


def _is_known(manifest: Manifest) -> bool:
    """Whether the manifest is of a format that was ever written, with a number that a version can have."""
    if not 0 < manifest.version < _MOST_VERSIONS:
        return False
    prepared = any(entry.path == RECIPE_FILE for entry in manifest.files)
    if manifest.format == 1:
        return not manifest.release and manifest.runs_on == SKOPS and not prepared
    return manifest.format == (FORMAT_PREPARED if prepared else FORMAT) and manifest.runs_on in (ONNX, SKOPS)


class _Head(msgspec.Struct, frozen=True):
    format: int
    kind: str
