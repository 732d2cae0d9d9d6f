"""Files of a repository that a release shares with people: what they wrote into them stays.

A stage is written in DVC's own block style, so that DVC, which writes these files again when people add or run stages
of their own, leaves its lines as they are, and the lines of one stage can be put in the place of another's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from app.deployment.repository import SHARED, Sharing
from app.errors import CicloError

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_STAGES = "stages:"
_SCHEMA = 'schema: "2.0"'


def stage_file(name: str, stage: object, *, locked: bool) -> str:
    """A ``dvc.yaml``, or with ``locked`` a ``dvc.lock``, of one stage."""
    head = [_SCHEMA] if locked else []
    return "\n".join([*head, _STAGES, *_lines({name: stage}, "  ")]) + "\n"


def _lines(value: object, indent: str) -> Iterator[str]:
    """YAML in block style; words that might be taken for something else are written as in JSON, which is YAML too."""
    if isinstance(value, dict):
        for key, one in value.items():
            head = f"{indent}{_scalar(str(key))}:"
            if _has_lines(one):
                yield head
                yield from _lines(one, indent if isinstance(one, list) else f"{indent}  ")
            else:
                yield f"{head} {_scalar(one)}"
    elif isinstance(value, list):
        for one in value:
            first, *more = _lines(one, f"{indent}  ") if _has_lines(one) else [_scalar(one)]
            yield f"{indent}- {first.lstrip()}"
            yield from more


def _has_lines(value: object) -> bool:
    return isinstance(value, dict | list) and bool(value)


def _scalar(value: object) -> str:
    plain = isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def merged(path: str, own: bytes, theirs: bytes | None, *, untouched: bool) -> bytes:
    """What a shared file of a repository is to hold.

    Parameters
    ----------
    own
        What the release brings.
    theirs
        What is committed in the repository; None where there is no such file.
    untouched
        Whether that is what the release before brought.

    Raises
    ------
    CicloError
        ``deployment.dvc.other_form`` where it can't be told where the stage begins and ends.
    """
    if theirs is None or (untouched and path != ".dvc/config"):
        return own
    if SHARED[path] is Sharing.LINES:
        return _with_lines(own, theirs)
    if SHARED[path] is Sharing.STAGE:
        return _with_stage(path, own, theirs)
    return own if untouched and b"url" in own else theirs  # a remote that is named takes the place of ours


def _with_lines(own: bytes, theirs: bytes) -> bytes:
    missing = [line for line in own.splitlines() if line not in theirs.splitlines()]
    ended = theirs if theirs.endswith(b"\n") or not theirs else theirs + b"\n"
    return ended + b"".join(line + b"\n" for line in missing)


def _with_stage(path: str, own: bytes, theirs: bytes) -> bytes:
    """Their file with our stage in the place of that of the release before."""
    ours = own.decode().splitlines()
    stage = ours[ours.index(_STAGES) + 1 :]
    try:
        lines = theirs.decode().splitlines()
        begin = lines.index(_STAGES) + 1
    except ValueError as error:
        raise CicloError("deployment.dvc.other_form", name=path) from error
    end = next((i for i in range(begin, len(lines)) if lines[i] and lines[i][0] not in " #"), len(lines))
    heads = [i for i in range(begin, end) if re.match(r" {2}[^ #]", lines[i])]
    if begin < end and not heads:  # indented in another way
        raise CicloError("deployment.dvc.other_form", name=path)
    first = next((i for i in heads if lines[i].rstrip().startswith(stage[0])), end)
    last = next((i for i in [*heads, end] if i > first), end)
    return ("\n".join([*lines[:first], *stage, *lines[last:]]) + "\n").encode()
