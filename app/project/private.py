"""What only this user may know: kept in the system's keyring, or in files that nobody else can read."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from pathlib import Path

from app.errors import CicloError, cause
from app.project.durable import writing

_SERVICE = "ciclo"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_BYTES = 1 << 20


def from_keyring(name: str) -> str | None:
    """What the system's keyring holds under a name; None where it holds nothing, is missing or stays locked."""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_SERVICE, name)
    except (KeyringError, OSError, RuntimeError):
        return None


def into_keyring(name: str, secret: str) -> bool:
    """Keep a secret in the system's keyring; False where there is none that keeps it."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(_SERVICE, name, secret)
        return keyring.get_password(_SERVICE, name) == secret  # some that call themselves one keep nothing
    except (KeyringError, OSError, RuntimeError):
        return False


def read_private(path: Path) -> str:
    """The text of a file that nobody else may read.

    Raises
    ------
    CicloError
        ``project.private_unreadable`` or ``project.private_open``.
    """
    try:
        with path.open("rb") as file:
            _refuse_open(path, os.fstat(file.fileno()).st_mode)
            return file.read(_MOST_BYTES).decode("utf-8")
    except UnicodeDecodeError as error:
        raise CicloError("project.private_unreadable", path=str(path), cause="UTF-8") from error
    except OSError as error:
        raise CicloError("project.private_unreadable", path=str(path), cause=cause(error)) from error


def _refuse_open(path: Path, mode: int) -> None:
    """Windows keeps a user's folder from others by itself, and its modes say nothing."""
    if sys.platform != "win32" and mode & _OTHERS:
        raise CicloError("project.private_open", path=str(path), mode=f"{stat.S_IMODE(mode):04o}")


def write_private(path: Path, data: bytes) -> None:
    """Write a file that nobody else may read at any moment; what was there stays until the new one is whole."""
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
