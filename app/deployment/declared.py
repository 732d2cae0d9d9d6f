"""What a target says of itself: how its form looks and what it makes. Light: the window draws forms from it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class SettingKind(StrEnum):
    """How a setting is asked for."""

    TEXT = "text"
    URL = "url"
    FOLDER = "folder"
    SECRET = "secret"
    CHOICE = "choice"
    SWITCH = "switch"


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a target's form.

    Its label is the text ``deployment.setting.<target>.<name>``, with an explanation under the same id and ``.help``;
    targets of other packages bring theirs in ``labels``, by language. A secret is never written into a record: it comes
    from the environment variable ``variable``, or from the user's keyring. Where the setting that ``required_with``
    names is given, such as an address, this one is needed too.
    """

    name: str
    kind: SettingKind = SettingKind.TEXT
    default: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    required_with: str = ""
    variable: str = ""
    labels: dict[str, str] = {}


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """A target as people choose it.

    Attributes
    ----------
    name
        As on the command line; its title is the text ``deployment.target.<name>``, what it is for the same with
        ``.why``.
    ending
        Of the file that it makes; empty where it makes a folder.
    address
        The setting that says where a server is, or a folder that takes one export after another. With it the export
        goes there, without it into a file or folder of its own; empty where there is neither.
    package
        The package that brings it, with its version; empty for Ciclo's own.
    titles
        Title by language, of targets that other packages bring.
    texts
        Under which name its texts stand where they are others than those of ``name``.
    prepares
        Where the steps that go along with a model are done, as :class:`app.data.recipe.travelling.Place` has it; empty
        where rows have to be prepared before.
    """

    name: str
    ending: str = ""
    settings: tuple[Setting, ...] = ()
    address: str = ""
    package: str = ""
    titles: dict[str, str] = {}
    texts: str = ""
    prepares: str = ""


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """Where an export went. ``place`` is an address; in a repository its folder, with the commit, and with SHA-256,
    size and ``tracked`` as :class:`app.deployment.records.Deployment` keeps them."""

    place: str
    commit: str = ""
    sha256: str = ""
    size: int = 0
    tracked: dict[str, str] = {}


Settings = dict[str, str]
"""By the name of each setting; switches are ``yes`` or ``no``."""


def is_missing(setting: Setting, given: Settings) -> bool:
    """Whether a setting is needed and isn't given."""
    needed = setting.required or bool(given.get(setting.required_with))
    return needed and not (given.get(setting.name) or setting.default)
