"""All or nothing on servers that know no transactions: what was made is taken back where something fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.errors import CicloError

_SILENT = ("deployment.server_away", "deployment.server_slow", "deployment.server_broken")


class Undoing:
    """What was made so far, and how each is taken away again."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], None]] = []

    def add(self, step: Callable[[], None]) -> None:
        """How what was just made is taken away."""
        self._steps.append(step)

    @contextmanager
    def all_or_nothing(self, *, url: str, name: str) -> Iterator[None]:
        """Take everything back where the block fails.

        Raises
        ------
        CicloError
            Why it failed; ``deployment.left_behind`` where something couldn't be taken back.
        """
        try:
            yield
        except BaseException as error:
            if not self._take_back() and isinstance(error, CicloError):
                raise CicloError("deployment.left_behind", url=url, name=name) from error
            raise

    def _take_back(self) -> bool:
        """Newest first; whether all of it is gone. A server that doesn't answer isn't asked again."""
        whole = True
        for step in reversed(self._steps):
            try:
                step()
            except CicloError as error:
                whole = False
                if error.code in _SILENT:
                    break
        return whole
