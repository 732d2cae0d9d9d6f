"""Who writes: an id for this user on this machine, so that a record of theirs that vanishes is noticed."""

from __future__ import annotations

import getpass
import os
import secrets

from app.resources import cache_folder as cache_folder
from app.resources import user_folder as user_folder


def author() -> str:
    """The name under which this user's records are written."""
    try:
        return os.environ.get("CICLO_AUTHOR") or getpass.getuser()
    except (KeyError, OSError):  # no such user in the password file, as in some containers
        return "unknown"


def writer_id() -> str:
    """A random id made once for this user on this machine."""
    path = user_folder() / "writer"
    try:
        known = path.read_text(encoding="ascii").strip()
        if known:
            return known
    except OSError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    new = secrets.token_hex(8)
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(new)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip() or new
    return new
