"""The targets that the window lists are those that can be found."""

from __future__ import annotations

from app.deployment.own import OWN
from app.deployment.targets import find_target, target_names
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
