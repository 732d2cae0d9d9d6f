"""Passwords of databases: found in the environment, the system's keyring or a file that only its owner can read, and
kept there. Never in a project, a record, a log or a sentence."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path

import msgspec

from app.data.sql.addresses import account
from app.data.sql.records import Access, Address, Kept
from app.errors import CicloError
from app.project.private import from_keyring, into_keyring, read_private, write_private
from app.resources import user_folder

VARIABLE = "CICLO_PASSWORD"
"""The environment variable that is looked at where no other is named."""

GIVEN = "CICLO_PASSWORD_GIVEN"
"""The variable in which a command hands its jobs the password that stood in an address; it beats every other."""

_FORGOTTEN_S = 24 * 3600


def find_password(address: Address, access: Access) -> str | None:
    """The password for an address: what ``access`` names, else ``CICLO_PASSWORD``, else what is kept in the keyring,
    else in the file of passwords; None where there is none, which some servers are content with.

    Raises
    ------
    CicloError
        ``sql.password_env_missing``, ``project.private_unreadable`` or ``project.private_open``.
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
    kept = from_keyring(name)
    return kept if kept is not None else _read_store().get(name)


def read_password_file(path: Path) -> str:
    """The first line of a file that nobody else may read.

    Raises
    ------
    CicloError
        ``project.private_unreadable`` or ``project.private_open``.
    """
    return read_private(path).split("\n", 1)[0].rstrip("\r")


def store_path() -> Path:
    """The file of passwords for systems without a keyring."""
    return user_folder() / "passwords"


def _read_store() -> dict[str, str]:
    path = store_path()
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(read_private(path), type=dict[str, str])
    except msgspec.MsgspecError as error:
        raise CicloError("project.private_unreadable", path=str(path), cause="JSON") from error


def keep(address: Address, password: str) -> Kept:
    """Keep a password in the system's keyring; where there is none, in a file that only its owner can read.

    Raises
    ------
    CicloError
        Where neither takes it.
    """
    name = account(address)
    if into_keyring(name, password):
        return Kept(keyring=True)
    path = store_path()
    write_private(path, msgspec.json.encode({**_read_store(), name: password}))
    return Kept(keyring=False, path=str(path))


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
