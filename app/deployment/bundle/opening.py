"""Open a bundle: check it without running it, or let it prove that it gives its own answers here."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.deployment.bundle.manifest import Manifest, canonical
from app.deployment.bundle.reader import opened
from app.deployment.bundle.signature import ALTERED, state_of
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
    key = ""
    try:
        with opened(Path(request.bundle)) as bundle:
            manifest, key = bundle.manifest, bundle.key
            bundle.verify()
    except CicloError as error:
        if not error.code.startswith(_FOREIGN):
            raise
        problem = Text(error.code, dict(error.params))
        return _answer(OpenAnswer(state=ALTERED, signed_by="", manifest=_raw(manifest), problem=problem))
    state, name = state_of(key)
    return _answer(OpenAnswer(state=state, signed_by=name, key=key, manifest=_raw(manifest)))


def _raw(manifest: Manifest | None) -> msgspec.Raw:
    return msgspec.Raw(canonical(manifest))


def _answer(answer: OpenAnswer) -> Outcome:
    return Outcome(answer=msgspec.Raw(msgspec.json.encode(answer)))


def rescore_bundle(context: Context, request: OpenRequest) -> Outcome:
    """Load the model and score the bundle's acceptance rows; the answer is a certificate, good or bad."""
    from app.deployment.bundle.loading import prove_bundle

    certificate = prove_bundle(Path(request.bundle)).certificate
    return Outcome(answer=msgspec.Raw(msgspec.json.encode(certificate)))
