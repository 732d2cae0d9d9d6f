"""The welcome page takes clicks from its first moment on."""

from __future__ import annotations

from hands import Shell

from app.ui.early_wish import EarlyWish


def test_that_a_click_before_anybody_listens_is_kept_and_done_once(shell: Shell) -> None:
    welcome = shell.window.welcome
    early = EarlyWish(welcome)
    welcome.create_new.disconnect(shell.workspace.actions.act_new)
    shell.click("create")
    assert not shell.is_shown("new-project")
    welcome.create_new.connect(shell.workspace.actions.act_new)
    early.fulfil()
    shell.until(lambda: shell.is_shown("new-project"))
    shell.find("new-project").close()
    shell.until(lambda: not shell.is_shown("new-project"))
    shell.click("create")
    shell.until(lambda: shell.is_shown("new-project"))
    shell.find("new-project").close()
