"""What targets there are, and whether the server of one answers: asked in a job, since a server may take its time."""

from __future__ import annotations

import msgspec

from app.deployment.declared import Declared, Settings
from app.deployment.records import ConnectAnswer, ConnectRequest
from app.deployment.targets import declarations, find_target
from app.errors import CicloError
from app.jobs.contract import Context, Outcome


class Nothing(msgspec.Struct, frozen=True):
    """A request without questions."""


def list_targets(context: Context, request: Nothing) -> Outcome:
    """What every target of this installation says of itself."""
    return Outcome(answer=msgspec.Raw(msgspec.json.encode(list(declarations()))))


def connect(context: Context, request: ConnectRequest) -> Outcome:
    """Ask a server who it is.

    Raises
    ------
    CicloError
        Of the target, where nobody answers, or somebody else.
    """
    target = find_target(request.target)
    settings = with_secrets(target.declared, request.settings)
    return Outcome(answer=msgspec.Raw(msgspec.json.encode(ConnectAnswer(server=target.check(settings)))))


def checked_settings(declared: Declared, given: Settings) -> Settings:
    """Settings as they may be stored: known ones only, no secrets, defaults left out.

    Raises
    ------
    CicloError
        ``deployment.unknown_setting``, ``deployment.missing_setting``, ``deployment.bad_choice`` or
        ``deployment.secret_setting``.
    """
    known = {setting.name: setting for setting in declared.settings}
    for name, value in given.items():
        if name not in known:
            names = ", ".join(known) or "-"
            raise CicloError("deployment.unknown_setting", name=name, target=declared.name, known=names)
        if known[name].variable:
            raise CicloError("deployment.secret_setting", name=name, variable=known[name].variable)
        choices = known[name].choices
        if choices and value not in choices:
            raise CicloError("deployment.bad_choice", name=name, value=value, choices=", ".join(choices))
    kept = {name: value.strip() for name, value in given.items() if value.strip() != known[name].default}
    for setting in declared.settings:
        if setting.required and not kept.get(setting.name, setting.default):
            raise CicloError("deployment.missing_setting", name=setting.name, target=declared.name)
    return kept


def with_secrets(declared: Declared, given: Settings) -> Settings:
    """The settings with defaults, and with the secrets of this user: from the environment, else from the keyring."""
    import os

    from app.project.private import from_keyring

    found = {setting.name: setting.default for setting in declared.settings} | given
    for setting in declared.settings:
        if setting.variable:
            kept = os.environ.get(setting.variable) or from_keyring(secret_name(declared.name, setting.name))
            found[setting.name] = kept or ""
    return found


def secret_name(target: str, setting: str) -> str:
    """Under which name the keyring holds a secret."""
    return f"target-{target}-{setting}"
