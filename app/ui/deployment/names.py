"""What targets and their settings are called."""

from __future__ import annotations

from app.deployment.declared import Declared, Setting
from app.text.words import Words


def title_of(words: Words, declared: Declared) -> str:
    """The target as people call it; those of other packages bring their own title."""
    return _own(words, declared.titles) or target_title(words, declared.name)


def target_title(words: Words, name: str) -> str:
    """The title of a target of which only the name is known."""
    id = f"deployment.target.{name}"
    return words(id) if words.has(id) else name


def why(words: Words, declared: Declared) -> str:
    """What it is for, in a sentence."""
    id = f"deployment.target.{declared.name}.why"
    if words.has(id):
        return words(id)
    return words("ui_deployment.from_package", package=declared.package) if declared.package else ""


def setting_label(words: Words, declared: Declared, setting: Setting) -> str:
    """What a setting is called."""
    id = f"deployment.setting.{declared.name}.{setting.name}"
    return _own(words, setting.labels) or (words(id) if words.has(id) else setting.name)


def setting_help(words: Words, declared: Declared, setting: Setting) -> str:
    """What there is to know about a setting; empty where there is nothing."""
    id = f"deployment.setting.{declared.name}.{setting.name}.help"
    return words(id) if words.has(id) else ""


def _own(words: Words, texts: dict[str, str]) -> str:
    return texts.get(words.locale, "") or texts.get(words.locale[:2], "") or texts.get("en", "")
