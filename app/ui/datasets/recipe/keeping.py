"""The steps that are being written outlive the window: each change is kept in the local part of the project, until a
version is made of them or none is left. Disposable, so written without syncing; a purge takes them along."""

from __future__ import annotations

import contextlib
import logging
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import Signal

from app.data.recipe.steps import AnyStep
from app.project.folder import DRAFTS
from app.text.words import Words
from app.ui.datasets.recipe.draft import Draft
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.widgets.messages import Notice

_log = logging.getLogger("ciclo.ui")


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The steps for a version, and the dataset that is to get the next one."""

    steps: tuple[AnyStep, ...] = ()
    name: str = ""


class Keeping:
    """Keeps drafts, one for each version."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, draft: Draft, name: str) -> None:
        """Keep the steps as they are now; where there are none any more, nothing."""
        place = self._place(draft)
        if place is not None:
            self._session.run(partial(_write, place, Kept(steps=draft.steps, name=name)))

    def drop(self, draft: Draft) -> None:
        """A version was made of them."""
        place = self._place(draft)
        if place is not None:
            self._session.run(partial(_write, place, Kept()))

    def take(self, draft: Draft) -> Kept:
        """Put the steps that are kept for its version into a draft."""
        place = self._place(draft)
        kept = _read(place) if place is not None else Kept()
        if kept.steps:
            draft.begin_with(kept.steps)
        return kept

    def _place(self, draft: Draft) -> Path | None:
        project = self._session.project
        if project is None or draft.version is None:
            return None
        return project.local / DRAFTS / f"{draft.version.id}.json"


class Restored(Notice):
    """Says that steps of an earlier window are here again; ``anew`` where the user wants none of them."""

    anew = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__(theme, close_name=words("ui_datasets.close"))
        self.setObjectName("datasets.recipe_restored")
        self._words = words

    def tell(self, steps: int) -> None:
        """So many steps are here again; 0 is nothing to say."""
        if not steps:
            self.hide()
            return
        self.say("accent", self._words("ui_datasets.recipe.restored", n=steps))
        self.add(self._words("ui_datasets.recipe.anew"), self.anew.emit).setObjectName("datasets.recipe_anew")


def _read(place: Path) -> Kept:
    try:
        return msgspec.json.decode(place.read_bytes(), type=Kept)
    except FileNotFoundError:
        return Kept()
    except (OSError, msgspec.MsgspecError):  # cut off, or of a later release
        _log.info("the steps that were kept can't be read")
        return Kept()


def _write(place: Path, kept: Kept) -> None:
    """A disk that refuses keeps nobody from going on."""
    with contextlib.suppress(OSError):
        if not kept.steps:
            place.unlink(missing_ok=True)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        partial_ = place.with_suffix(".new")
        partial_.write_bytes(msgspec.json.encode(kept))
        partial_.replace(place)
