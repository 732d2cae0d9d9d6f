"""Examine a file of a watched folder: read it to its end, recognise its bytes, look at it as the next version."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from app.data import limits
from app.data.rules.records import Looked
from app.data.rules.work import look
from app.data.watched.records import Examined, ExamineRequest, Stamp
from app.errors import CicloError
from app.jobs.contract import Context, Outcome
from app.project.record import encode


def examine(context: Context, request: ExamineRequest) -> Outcome:
    """Say what a candidate is; never refuses."""
    return Outcome(answer=msgspec.Raw(encode(_examined(context, request))))


def _examined(context: Context, request: ExamineRequest) -> Examined:
    candidate = request.candidate
    path = Path(candidate.path)
    try:
        sha256 = _hash(path, context)
        after = path.stat()
    except FileNotFoundError:
        return Examined(candidate=candidate, gone=True)
    except OSError:  # whoever writes it holds it, or it is on a share that has just gone
        return Examined(candidate=candidate, busy=True)
    if Stamp(after.st_size, after.st_mtime_ns) != candidate.stamp:
        return Examined(candidate=candidate, busy=True)
    made = Examined(candidate=candidate, sha256=sha256)
    if sha256 in request.known:
        label = request.known[sha256]
        return msgspec.structs.replace(made, same_as=label, declined=not label)
    try:
        looked = msgspec.json.decode(look(context, request.look).answer, type=Looked)
    except CicloError as error:
        return msgspec.structs.replace(made, problem=error.code, params=error.params)
    return msgspec.structs.replace(made, looked=looked)


def _hash(path: Path, context: Context) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if os.name == "nt":
            _refuse_shared(file.fileno())
        while block := file.read(limits.BLOCK_BYTES):
            context.check_cancelled()
            digest.update(block)
    return digest.hexdigest()


def _refuse_shared(handle: int) -> None:
    """On Windows a copy that is under way can often be opened: a lock of its first byte can't be had then."""
    import msvcrt  # type: ignore[import-not-found,unused-ignore]

    msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]
