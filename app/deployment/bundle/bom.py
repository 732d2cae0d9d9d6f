"""What a bundle is made of: a bill of materials in the form of CycloneDX 1.6, with the model and the data that it
learned from (ML-BOM), and the licences of the libraries.

The same version gives the same bytes: the number of the document follows from its content, its time from the decision.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, metadata

from app.deployment.approved import ApprovedVersion
from app.deployment.bundle.manifest import MODEL_FILE, Manifest, canonical

Json = str | float | bool | None | list["Json"] | dict[str, "Json"]

_SPACE = uuid.UUID("9f2d1c3e-5a43-5c0b-8a0d-6f1f8f1d2b77")
"""Under which the numbers of our documents are worked out (RFC 9562, version 5)."""
_PACKAGES = {"sklearn": "scikit-learn", "skops": "skops"}
_CLASSIFIER = re.compile(r"License :: OSI Approved :: (.+)")
_UNKNOWN = "see the package"


def requirements(libraries: Mapping[str, str]) -> str:
    """The libraries that the model was fitted with, pinned, as pip reads them."""
    return "".join(f"{_package(name)}=={version}\n" for name, version in sorted(libraries.items()))


def licences(libraries: Mapping[str, str]) -> dict[str, str]:
    """The licence of each library, as its package states it."""
    return {_package(name): licence(_package(name)) for name in sorted(libraries)}


def licence(package: str) -> str:
    """The licence of an installed package: its SPDX expression, else what its classifiers or its field say."""
    try:
        told = metadata(package)
    except PackageNotFoundError:
        return _UNKNOWN
    if "License-Expression" in told:
        return str(told["License-Expression"])
    named = [m.group(1) for c in told.get_all("Classifier") or () if (m := _CLASSIFIER.fullmatch(c))]
    field = str(told["License"]).strip() if "License" in told else ""
    return ", ".join(named) or (field if field and "\n" not in field and len(field) <= 100 else _UNKNOWN)


def _package(name: str) -> str:
    return _PACKAGES.get(name, name)


def bill(version: ApprovedVersion, manifest: Manifest) -> bytes:
    """The document, as canonical JSON."""
    libraries: list[Json] = [_library(name, number) for name, number in sorted(manifest.libraries.items())]
    model = _model(version, manifest)
    data = _data(version)
    content: dict[str, Json] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": manifest.created,
            "tools": {"components": [{"type": "application", "name": "ciclo", "version": manifest.software[6:]}]},
            "component": model,
        },
        "components": [data, *libraries],
        "dependencies": [{"ref": manifest.label, "dependsOn": ["data", *(f"pkg-{n}" for n in _names(manifest))]}],
    }
    number = uuid.uuid5(_SPACE, canonical(content).decode())
    return canonical({**content, "serialNumber": f"urn:uuid:{number}"})


def _names(manifest: Manifest) -> list[str]:
    return [_package(name) for name in sorted(manifest.libraries)]


def _library(name: str, number: str) -> Json:
    package = _package(name)
    return {
        "type": "library",
        "bom-ref": f"pkg-{package}",
        "name": package,
        "version": number,
        "purl": f"pkg:pypi/{package.lower()}@{number}",
        "licenses": [{"license": {"name": licence(package)}}],
    }


def _model(version: ApprovedVersion, manifest: Manifest) -> Json:
    metrics: list[Json] = [
        {
            "type": name,
            "value": repr(found.value),
            "slice": manifest.judged_on,
            "confidenceInterval": {"lowerBound": repr(found.low), "upperBound": repr(found.high)},
        }
        for name, found in sorted(manifest.metrics.items())
        if found.value is not None and found.low is not None and found.high is not None
    ]
    task = manifest.schema.task.value
    return {
        "type": "machine-learning-model",
        "bom-ref": manifest.label,
        "name": manifest.model,
        "version": str(manifest.version),
        "hashes": [{"alg": "SHA-256", "content": manifest.lineage.model_sha256}],
        "modelCard": {
            "bom-ref": "model-card",
            "modelParameters": {
                "approach": {"type": "supervised"},
                "task": task,
                "modelArchitecture": manifest.estimator,
                "datasets": [{"ref": "data"}],
                "inputs": [{"format": f"{f.name}: {f.type.value}"} for f in manifest.schema.features],
                "outputs": [{"format": _output(version)}],
            },
            "quantitativeAnalysis": {"performanceMetrics": metrics},
        },
        "properties": [
            {"name": "ciclo:file", "value": MODEL_FILE},
            {"name": "ciclo:release", "value": manifest.release},
            {"name": "ciclo:decision", "value": manifest.lineage.decision},
        ],
    }


def _output(version: ApprovedVersion) -> str:
    labels = ", ".join(version.model.labels)
    return f"{version.model.target}: {labels or 'number'}"


def _data(version: ApprovedVersion) -> Json:
    return {
        "type": "data",
        "bom-ref": "data",
        "name": version.model.dataset,
        "hashes": [{"alg": "SHA-256", "content": version.dataset.source_sha256}],
        "data": [{"type": "dataset", "name": version.dataset.source_name}],
    }
