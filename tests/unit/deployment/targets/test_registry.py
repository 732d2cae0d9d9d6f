"""The targets that the window lists are those that can be found."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from app.deployment import targets
from app.deployment.own import OWN
from app.deployment.targets import find_target, foreign, target_names
from app.errors import CicloError
from app.text import Words
from app.ui.target_names import setting_label, title_of, why


def test_that_what_the_window_lists_is_what_there_is() -> None:
    assert [find_target(name).declared for name in target_names()] == list(OWN)


def test_that_every_target_and_setting_has_its_words() -> None:
    for language in ("en", "es"):
        words = Words(language)
        for declared in OWN:
            assert title_of(words, declared) != declared.name
            assert why(words, declared)
            for setting in declared.settings:
                assert setting_label(words, declared, setting) != setting.name


def test_that_a_package_that_cannot_be_loaded_is_named_and_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = EntryPoint(name="gone", value="no_such_package:Target", group=targets.GROUP)
    fine = EntryPoint(name="fine", value="app.deployment.targets.onnx:OnnxTarget", group=targets.GROUP)
    monkeypatch.setattr(targets, "entry_points", lambda group: (gone, fine))
    with pytest.raises(CicloError) as caught:
        find_target("gone")
    assert caught.value.code == "deployment.broken_target"
    assert caught.value.params["package"] == "no_such_package"
    assert [declared.name for declared in foreign()] == ["onnx"]
