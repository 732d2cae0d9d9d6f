"""What exports are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app import __version__
from app.data.recipe.travelling import Place
from app.deployment.approved import ApprovedVersion
from app.learning.model import FittedModel
from app.learning.records import Feature, RowPart


@dataclass(frozen=True, kw_only=True)
class Source:
    """What an export is made of: an approved version, its model, and the release that it is; and what is done to a row
    before the model sees it."""

    version: ApprovedVersion
    model: FittedModel
    model_bytes: bytes
    release: str
    part: RowPart | None = None

    def plain(self) -> Source:
        """The same for rows that are prepared already."""
        return replace(self, part=None)

    def given(self, place: Place) -> tuple[Feature, ...]:
        """The columns that a file of some format is given."""
        if self.part is None:
            return self.model.signature.features
        from app.deployment.prepared import within

        return within(self.part, self.model.signature.features, place).inputs


def onnx_of(source: Source, *, flat: bool = False) -> bytes:
    """The file of a version, still without its proof; the same version gives the same bytes. ``flat``: a column for
    each input and output, as :func:`app.deployment.onnx.writing.write_onnx` says."""
    from app.deployment.onnx.writing import write_onnx

    model_sha256 = source.version.record.objects["model"].sha256
    return write_onnx(
        source.model,
        model_sha256=model_sha256,
        software=f"ciclo {__version__}",
        told=_told(source),
        flat=flat,
        part=source.part,
    )


def pmml_of(source: Source) -> bytes:
    """The same as PMML."""
    from app.deployment.pmml.writing import write_pmml

    version = source.version
    return write_pmml(
        source.model,
        model_sha256=version.record.objects["model"].sha256,
        software=f"ciclo {__version__}",
        target=version.model.target,
        told=_told(source),
        part=source.part,
    )


def _told(source: Source) -> dict[str, str]:
    """Where it comes from."""
    version = source.version
    return {
        "model": version.record.label,
        "model_version": version.record.id,
        "dataset": version.model.dataset,
        "source_sha256": version.dataset.source_sha256,
        "decision": version.decision_record.id,
        "release": source.release,
    }
