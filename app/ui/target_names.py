"""What targets and their settings are called."""

from __future__ import annotations

from app.deployment.declared import Declared, Setting
from app.text.words import Words


def title_of(words: Words, declared: Declared) -> str:
    """The target as people call it; those of other packages bring their own title."""
    return _own(words, declared.titles) or _said(words, declared, "target", "") or declared.name


def target_title(words: Words, name: str) -> str:
    """The title of a target of which only the name is known."""
    return title_of(words, Declared(name=name))


def why(words: Words, declared: Declared) -> str:
    """What it is for, in a sentence."""
    package = words("ui_deployment.from_package", package=declared.package) if declared.package else ""
    return _said(words, declared, "target", ".why") or package


def setting_label(words: Words, declared: Declared, setting: Setting) -> str:
    """What a setting is called."""
    return _own(words, setting.labels) or _said(words, declared, "setting", f".{setting.name}") or setting.name


def setting_help(words: Words, declared: Declared, setting: Setting) -> str:
    """What there is to know about a setting; empty where there is nothing."""
    return _said(words, declared, "setting", f".{setting.name}.help")


def _said(words: Words, declared: Declared, of: str, rest: str) -> str:
    """Its own text, or that of the target that it shares a name with."""
    for name in (declared.texts, declared.name):
        id = f"deployment.{of}.{name}{rest}"
        if name and words.has(id):
            return words(id)
    return ""


def _own(words: Words, texts: dict[str, str]) -> str:
    return texts.get(words.locale, "") or texts.get(words.locale[:2], "") or texts.get("en", "")
