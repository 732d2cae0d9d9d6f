"""Open a bundle: check it without running it, or let it prove that it gives its own answers here."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.deployment.bundle_reader import opened
from app.deployment.manifest import Manifest, canonical
from app.deployment.records import OpenAnswer, OpenRequest
from app.errors import CicloError
from app.jobs.contract import Context, Outcome
from app.text import Text

_FOREIGN = "deployment.bundle."


def open_bundle(context: Context, request: OpenRequest) -> Outcome:
    """Check contents and hashes; nothing of the bundle is run.

    Raises
    ------
    CicloError
        Where the file isn't a bundle at all. A bundle that breaks a rule is answered as *altered*.
    """
    manifest: Manifest | None = None
    try:
        with opened(Path(request.bundle)) as bundle:
            manifest = bundle.manifest
            bundle.verify()
    except CicloError as error:
        if not error.code.startswith(_FOREIGN):
            raise
        return _answer("altered", manifest, Text(error.code, dict(error.params)))
    return _answer("unsigned", manifest, None)


def _answer(state: str, manifest: Manifest | None, problem: Text | None) -> Outcome:
    answer = OpenAnswer(state=state, signed_by="", manifest=msgspec.Raw(canonical(manifest)), problem=problem)
    return Outcome(answer=msgspec.Raw(msgspec.json.encode(answer)))


def rescore_bundle(context: Context, request: OpenRequest) -> Outcome:
    """Load the model and score the bundle's acceptance rows; the answer is a certificate, good or bad."""
    from app.deployment.loading import prove_bundle

    certificate = prove_bundle(Path(request.bundle)).certificate
    return Outcome(answer=msgspec.Raw(msgspec.json.encode(certificate)))
