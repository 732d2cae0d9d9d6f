"""What is clicked on the welcome page before the rest of the program is there isn't lost."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.ui.welcome import Welcome


class EarlyWish(QObject):
    """Keeps the last click of the window's first moments, and repeats it once somebody listens."""

    def __init__(self, welcome: Welcome) -> None:
        super().__init__(welcome)
        self._welcome = welcome
        self._wish: tuple[str, ...] = ()
        self._over = False
        welcome.create_new.connect(self._on_create_new)
        welcome.open_other.connect(self._on_open_other)
        welcome.sample.connect(self._on_sample)
        welcome.choose_file.connect(self._on_choose_file)
        welcome.opened.connect(self._on_opened)

    def fulfil(self) -> None:
        """Somebody listens from now on."""
        self._over = True
        if self._wish:
            name, *given = self._wish
            getattr(self._welcome, name).emit(*given)

    def _keep(self, *wish: str) -> None:
        if not self._over:
            self._wish = wish

    @Slot()
    def _on_create_new(self) -> None:
        self._keep("create_new")

    @Slot()
    def _on_open_other(self) -> None:
        self._keep("open_other")

    @Slot()
    def _on_sample(self) -> None:
        self._keep("sample")

    @Slot()
    def _on_choose_file(self) -> None:
        self._keep("choose_file")

    @Slot(str)
    def _on_opened(self, path: str) -> None:
        self._keep("opened", path)
