"""Which targets others have brought, and whether the server of one answers: asked in jobs, since both may take time."""

from __future__ import annotations

import msgspec

from app.deployment.declared import Declared, Settings, is_missing
from app.deployment.records import ConnectAnswer, ConnectRequest, TargetsAnswer, TargetsRequest
from app.deployment.secrets import with_secrets
from app.deployment.targets import find_target, foreign
from app.errors import CicloError
from app.jobs.contract import Context, Outcome


def list_targets(context: Context, request: TargetsRequest) -> Outcome:
    """What the targets of other packages say of themselves: they are loaded for it."""
    return Outcome(answer=msgspec.Raw(msgspec.json.encode(TargetsAnswer(targets=tuple(foreign())))))


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
        ``deployment.no_settings``, ``deployment.unknown_setting``, ``deployment.missing_setting``,
        ``deployment.bad_choice`` or ``deployment.secret_setting``.
    """
    known = {setting.name: setting for setting in declared.settings}
    for name, value in given.items():
        if not known:
            raise CicloError("deployment.no_settings", name=name, target=declared.name)
        if name not in known:
            raise CicloError("deployment.unknown_setting", name=name, target=declared.name, known=", ".join(known))
        if known[name].variable:
            raise CicloError("deployment.secret_setting", name=name, variable=known[name].variable)
        choices = known[name].choices
        if choices and value not in choices:
            raise CicloError("deployment.bad_choice", name=name, value=value, choices=", ".join(choices))
    kept = {name: value.strip() for name, value in given.items() if value.strip() != known[name].default}
    for setting in declared.settings:
        if is_missing(setting, kept):
            raise CicloError("deployment.missing_setting", name=setting.name, target=declared.name)
    return kept
