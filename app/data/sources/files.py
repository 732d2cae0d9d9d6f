"""What the sources that are one file have in common: their state, their fingerprint, unique names of columns."""

from __future__ import annotations

from pathlib import Path

from app.data.delimited.naming import column_names
from app.data.records import Problem
from app.data.source import Source, hash_source, stamp_of, verify_unchanged
from app.data.sources.typed import Fingerprint


class OneFile:
    """A file as it was when it was opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stamp = stamp_of(path)

    def fingerprint(self) -> Fingerprint:
        """SHA-256 and size of the bytes, which must be what they were.

        Raises
        ------
        CicloError
            ``data.source_changed``.
        """
        source = Source(path=self.path, stamp=self.stamp)
        found = Fingerprint(sha256=hash_source(source), size=self.stamp.size)
        verify_unchanged(source)
        return found


def distinct_names(given: list[str]) -> tuple[tuple[str, ...], list[Problem]]:
    """Names for all columns, made unique, and what had to be done for that."""
    names, problems = column_names([given], len(given))
    return tuple(names), problems
