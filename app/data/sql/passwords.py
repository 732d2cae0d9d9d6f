"""Passwords of databases: found in the environment, the system's keyring or a file that only its owner can read, and
kept there. Never in a project, a record, a log or a sentence."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
import time
from pathlib import Path

import msgspec

from app.data.sql.addresses import account
from app.data.sql.records import Access, Address, Kept
from app.errors import CicloError, cause
from app.project.durable import writing
from app.resources import user_folder

VARIABLE = "CICLO_PASSWORD"
"""The environment variable that is looked at where no other is named."""

GIVEN = "CICLO_PASSWORD_GIVEN"
"""The variable in which a command hands its jobs the password that stood in an address; it beats every other."""

_SERVICE = "ciclo"
_FORGOTTEN_S = 24 * 3600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def find_password(address: Address, access: Access) -> str | None:
    """The password for an address: what ``access`` names, else ``CICLO_PASSWORD``, else what is kept in the keyring,
    else in the file of passwords; None where there is none, which some servers are content with.

    Raises
    ------
    CicloError
        ``sql.password_env_missing``, ``sql.password_file_unreadable`` or ``sql.password_file_open``.
    """
    if GIVEN in os.environ:
        return os.environ[GIVEN]
    if access.password_file:
        return read_password_file(Path(access.password_file))
    if access.password_env:
        if access.password_env not in os.environ:
            raise CicloError("sql.password_env_missing", name=access.password_env)
        return os.environ[access.password_env]
    if VARIABLE in os.environ:
        return os.environ[VARIABLE]
    name = account(address)
    kept = _from_keyring(name)
    return kept if kept is not None else _read_store().get(name)


def read_password_file(path: Path) -> str:
    """The first line of a file that nobody else may read.

    Raises
    ------
    CicloError
        ``sql.password_file_unreadable`` or ``sql.password_file_open``.
    """
    return _read_private(path).split("\n", 1)[0].rstrip("\r")


def _read_private(path: Path) -> str:
    try:
        with path.open("rb") as file:
            _refuse_open(path, os.fstat(file.fileno()).st_mode)
            return file.read(1 << 20).decode("utf-8")
    except UnicodeDecodeError as error:
        raise CicloError("sql.password_file_unreadable", path=str(path), cause="UTF-8") from error
    except OSError as error:
        raise CicloError("sql.password_file_unreadable", path=str(path), cause=cause(error)) from error


def _refuse_open(path: Path, mode: int) -> None:
    """Windows keeps a user's folder from others by itself, and its modes say nothing."""
    if sys.platform != "win32" and mode & _OTHERS:
        raise CicloError("sql.password_file_open", path=str(path), mode=f"{stat.S_IMODE(mode):04o}")


def store_path() -> Path:
    """The file of passwords for systems without a keyring."""
    return user_folder() / "passwords"


def _read_store() -> dict[str, str]:
    path = store_path()
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(_read_private(path), type=dict[str, str])
    except msgspec.MsgspecError as error:
        raise CicloError("sql.password_file_unreadable", path=str(path), cause="JSON") from error


def _from_keyring(name: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_SERVICE, name)
    except (KeyringError, OSError, RuntimeError):  # none here, or one that stays locked
        return None


def keep(address: Address, password: str) -> Kept:
    """Keep a password in the system's keyring; where there is none, in a file that only its owner can read.

    Raises
    ------
    CicloError
        Where neither takes it.
    """
    import keyring
    from keyring.errors import KeyringError

    name = account(address)
    try:
        keyring.set_password(_SERVICE, name, password)
        if keyring.get_password(_SERVICE, name) == password:  # some that call themselves one keep nothing
            return Kept(keyring=True)
    except (KeyringError, OSError, RuntimeError):
        pass
    path = store_path()
    write_private(path, msgspec.json.encode({**_read_store(), name: password}))
    return Kept(keyring=False, path=str(path))


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


def hand_over(password: str) -> Path:
    """Leave a password where a job of this user finds it (see :class:`Access`), until it is taken back."""
    folder = user_folder() / "handed"
    for left in folder.glob("*"):  # by a program that was killed
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _FORGOTTEN_S:
                left.unlink()
    path = folder / secrets.token_hex(8)
    write_private(path, password.encode())
    return path


def take_back(access: Access) -> None:
    """Remove a password that was handed over; a file of the user's own stays."""
    path = Path(access.password_file)
    if access.password_file and path.parent == user_folder() / "handed":
        path.unlink(missing_ok=True)
