"""The light half of deployment: exports, certificates, scoring."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.data.records import Corrections
from app.deployment.declared import Declared, Settings
from app.jobs.contract import JobKind
from app.text.message import Text

RELEASE = "release"
DEPLOYMENT = "deployment"

EXPORT = JobKind("deployment.export", "app.deployment.exporting:export")
SCORE = JobKind("deployment.score", "app.deployment.scoring.run:score")
OPEN = JobKind("deployment.open", "app.deployment.bundle.opening:open_bundle")
RESCORE = JobKind("deployment.rescore", "app.deployment.bundle.opening:rescore_bundle")
TARGETS = JobKind("deployment.targets", "app.deployment.connecting:list_targets")
CONNECT = JobKind("deployment.connect", "app.deployment.connecting:connect")
STANDING = JobKind("deployment.standing", "app.deployment.repository:look")

CLOSE = 1e-9
"""A label may differ where a probability lies nearer than this to the threshold, or to that of another class."""
LIMIT = 1e-6
"""An export whose answers lie further from the model's is refused."""


class ExportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Export an approved version. ``out`` empty: into the project's ``exports`` folder."""

    project: str
    model: str
    target: str = "bundle"
    out: str = ""
    settings: Settings = {}


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """The proof of an export: what loaded it again in a process of its own, on how many rows, how far the answers lay
    from the model's.

    Attributes
    ----------
    max_difference
        Of probabilities; of amounts beyond 1 relative to the amount.
    label_flips
        Rows with another label.
    ties
        Rows whose label may differ, since a probability lies within 1e-9 of the threshold or of another class; they
        aren't counted among the flips.
    threshold_rows
        How many of the rows lie at the model's own thresholds, the next double or single number beside them included.
    model_sha256
        The stored model that the answers were compared with.
    prepared_rows
        How many of the rows came as they were before the steps that go along with the model.
    """

    runtime: str
    rows: int
    max_difference: float
    label_flips: int
    ties: int = 0
    threshold_rows: int = 0
    prepared_rows: int = 0
    limit: float = LIMIT
    model_sha256: str = ""


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One increment of data, model and code: what targets deploy. Parents: the model version, its decision, report and
    dataset version, and the release before.

    Attributes
    ----------
    model, model_id, model_sha256
        Label, record and stored bytes of the model version.
    threshold
        That was judged and approved; of classification only.
    dataset, dataset_id, table_sha256, source_sha256
        The dataset version that it learned from: label, record, stored table, and the file that was imported.
    report_id, decision_id, decided_by
        On what it rests, and who let it out.
    software, libraries, packages
        Ciclo, the libraries that the model was fitted with, and packages of others that take part.
    notes
        What people say about it.
    previous
        The release of this model before, empty for the first.
    """

    model: str
    model_id: str
    model_sha256: str
    threshold: float
    dataset: str
    dataset_id: str
    table_sha256: str
    source_sha256: str
    report_id: str
    decision_id: str
    decided_by: str
    software: str
    libraries: dict[str, str]
    packages: dict[str, str] = {}
    notes: str = ""
    previous: str = ""


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """An export that was made, certified and put in its place. Parents: model version, decision and release.

    ``place`` is a file name or an address; ``settings`` are those that were given, without secrets; ``package`` is the
    package that brought the target. ``sha256`` is that of the file, or of the list of a folder's files.

    In a repository that grows, ``place`` is its folder (as seen from the project's), ``commit`` the one that brought
    the release, ``sha256`` that of its ``release.json``, and ``tracked`` has the MD5 of the files with rows, which DVC
    keeps.
    """

    model: str
    model_id: str
    target: str
    file_name: str
    sha256: str
    size: int
    certificate: Certificate
    release: str = ""
    place: str = ""
    settings: Settings = {}
    package: str = ""
    commit: str = ""
    tracked: dict[str, str] = {}


class Standing(StrEnum):
    """What became of a release in a repository: it lies there as it was left, differs, or isn't there."""

    HERE = "here"
    ALTERED = "altered"
    GONE = "gone"


class StandingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask what became of deployments in repositories, by the id of their records."""

    project: str
    deployments: dict[str, Deployment]


class StandingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each."""

    found: dict[str, Standing]


class ExportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Where the export lies, a path or an address, with its certificate and the digest of its release; in a repository
    also the commit."""

    path: str
    certificate: Certificate
    release: str
    url: str = ""
    commit: str = ""


class TargetsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask which targets other packages have brought."""


class TargetsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The targets of other packages."""

    targets: tuple[Declared, ...]


class ConnectRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the server of a target who it is."""

    target: str
    settings: Settings


class ConnectAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who answered, with the version."""

    server: str


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
    it can't be read). ``signed_by`` is the name of who holds the key, where this user trusts it. ``problem`` says which
    member of an altered bundle breaks which rule."""

    state: str
    signed_by: str
    manifest: msgspec.Raw
    problem: Text | None = None
    key: str = ""
