"""The light half of deployment: exports, certificates, scoring."""

from __future__ import annotations

import msgspec

from app.data.records import Corrections
from app.jobs.contract import JobKind
from app.text.message import Text

RELEASE = "release"

EXPORT = JobKind("deployment.export", "app.deployment.exporting:export")
SCORE = JobKind("deployment.score", "app.deployment.scoring:score")
OPEN = JobKind("deployment.open", "app.deployment.opening:open_bundle")
RESCORE = JobKind("deployment.rescore", "app.deployment.opening:rescore_bundle")


class ExportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Export an approved version. ``out`` empty: into the project's ``exports`` folder."""

    project: str
    model: str
    target: str = "bundle"
    out: str = ""


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """The proof of an export: what loaded it again, on how many rows, how far the answers lay apart."""

    runtime: str
    rows: int
    max_difference: float
    label_flips: int


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a release: an export that was made and certified. Parents: model version and decision."""

    model: str
    model_id: str
    target: str
    file_name: str
    sha256: str
    size: int
    certificate: Certificate


class ExportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Where the export lies, with its certificate."""

    path: str
    certificate: Certificate


class ScoreRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Score a file with a bundle alone. Remarks are written in ``locale`` (empty: the user's); ``corrections`` say how
    the file is to be read where that was found wrongly."""

    bundle: str
    source: str
    out: str
    locale: str = ""
    corrections: Corrections = Corrections()


class ScoreAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many records the file has; ``rejected`` couldn't be scored, ``remarks`` counts the rows with a remark (the
    rejected among them). ``notes`` are about the whole file. The first rows of the output for the window, as text."""

    rows: int
    rejected: int
    remarks: int
    out: str
    header: tuple[str, ...] = ()
    preview: tuple[tuple[str, ...], ...] = ()
    notes: tuple[Text, ...] = ()


class OpenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Check a bundle without running anything of it."""

    bundle: str


class OpenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """``state`` is unsigned, trusted, unknown signer or altered; ``manifest`` is the bundle's own, as JSON (null where
    it can't be read). ``problem`` says which member of an altered bundle breaks which rule."""

    state: str
    signed_by: str
    manifest: msgspec.Raw
    problem: Text | None = None
