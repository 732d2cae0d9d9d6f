"""What the window can do, as data: menus, shortcuts and help are made from this one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Place = Literal["project", "menu", "hidden"]


@dataclass(frozen=True)
class ActionSpec:
    """An action: its id (also the name of the slot ``act_<id>``), its keys, and the menu it stands in."""

    id: str
    keys: str = ""
    place: Place = "hidden"
    needs_project: bool = False

    @property
    def text(self) -> str:
        return f"ui.action.{self.id}"


ACTIONS = (
    ActionSpec("new", "Ctrl+N", "project"),
    ActionSpec("open", "Ctrl+O", "project"),
    ActionSpec("sample", "", "project"),
    ActionSpec("import", "Ctrl+I", "project", needs_project=True),
    ActionSpec("paste", "Ctrl+V", "project", needs_project=True),
    ActionSpec("check", "", "project", needs_project=True),
    ActionSpec("close_project", "", "project", needs_project=True),
    ActionSpec("datasets", "Ctrl+1", needs_project=True),
    ActionSpec("training", "Ctrl+2", needs_project=True),
    ActionSpec("verification", "Ctrl+3", needs_project=True),
    ActionSpec("deployment", "Ctrl+4", needs_project=True),
    ActionSpec("results", "Ctrl+5", needs_project=True),
    ActionSpec("larger", "Ctrl++", "menu"),
    ActionSpec("smaller", "Ctrl+-", "menu"),
    ActionSpec("help", "F1", "menu"),
    ActionSpec("about", "", "menu"),
    ActionSpec("quit", "Ctrl+Q", "menu"),
)
