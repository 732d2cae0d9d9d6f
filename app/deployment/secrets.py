"""Secrets of targets, never in a record: from the environment, else from this user's keyring, else from a file that
nobody else can read. Light."""

from __future__ import annotations

import os
from pathlib import Path

from app.deployment.declared import Declared, Setting, Settings
from app.project.durable import make_folder, writing
from app.project.private import from_keyring, into_keyring, read_private, write_private
from app.resources import user_folder


def with_secrets(declared: Declared, given: Settings) -> Settings:
    """The settings with defaults, and with the secrets of this user."""
    found = {setting.name: setting.default for setting in declared.settings} | given
    return found | {s.name: secret(declared.name, s) for s in declared.settings if s.variable}


def secret(target: str, setting: Setting) -> str:
    """What this user keeps for a setting; empty where there is nothing."""
    known = os.environ.get(setting.variable) or from_keyring(_name(target, setting.name))
    if known:
        return known
    path = _place(target, setting.name)
    return read_private(path).strip() if path.exists() else ""


def keep_secret(target: str, setting: str, value: str) -> None:
    """Keep a secret for the next time; an empty one is forgotten.

    Raises
    ------
    CicloError
        Where there is no keyring and the file can't be written.
    """
    path = _place(target, setting)
    if into_keyring(_name(target, setting), value):
        path.unlink(missing_ok=True)
        return
    with writing(path):
        make_folder(path.parent)
        path.unlink(missing_ok=True)
        if value:
            write_private(path, value.encode())


def _name(target: str, setting: str) -> str:
    return f"target-{target}-{setting}"


def _place(target: str, setting: str) -> Path:
    return user_folder() / _name(target, setting)
