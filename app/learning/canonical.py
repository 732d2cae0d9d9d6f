"""Canonical skops files: the same fitted model always gives the same bytes.

skops names its entries after memory addresses and stamps them with the time. Here the nodes of its tree are interned
(equal content, equal number), numbered in the order in which they first occur, and zipped uncompressed with a fixed
time. ``n_jobs`` changes no result and is stripped.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from sklearn.base import BaseEstimator
from skops import io as skops_io

_SCHEMA = "schema.json"
_ARRAY = b"\x93NUMPY"
_TIME = (1980, 1, 1, 0, 0, 0)
Node = dict[str, object]


def dump(model: BaseEstimator) -> bytes:
    """The model as the bytes of a canonical skops file."""
    with _without_run_time_parameters(model):
        data = skops_io.dumps(model)
    return canonical(data)


def canonical(data: bytes) -> bytes:
    """A skops file in its canonical form."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        schema = json.loads(archive.read(_SCHEMA))
        entries = {name: _without_padding(archive.read(name)) for name in archive.namelist() if name != _SCHEMA}
    numbering = _Numbering(entries)
    numbering.digest(schema)
    numbering.renumber(schema)
    return _zip({_SCHEMA: json.dumps(schema, separators=(",", ":")).encode(), **numbering.entries()})


def _without_padding(entry: bytes) -> bytes:
    """An array of structs with zeros between its fields: trees leave there whatever was in memory."""
    if not entry.startswith(_ARRAY):
        return entry
    array = np.load(io.BytesIO(entry), allow_pickle=False)
    if array.dtype.names is None:
        return entry
    clean = np.zeros(array.shape, dtype=array.dtype)
    for name in array.dtype.names:
        clean[name] = array[name]
    buffer = io.BytesIO()
    np.save(buffer, clean, allow_pickle=False)
    return buffer.getvalue()


class _Numbering:
    """Numbers for nodes and entries, by content and in order of first occurrence."""

    def __init__(self, entries: dict[str, bytes]) -> None:
        self._entries = entries
        self._hashes = {name: hashlib.sha256(data).hexdigest() for name, data in entries.items()}
        self._digests: dict[int, str] = {}
        self._nodes: dict[str, int] = {}
        self._files: dict[str, str] = {}
        self._kept: dict[str, bytes] = {}

    def digest(self, value: object) -> str:
        """The hash of a part of the tree, without addresses; sets are put in order on the way."""
        if isinstance(value, dict):
            if value.get("__loader__") == "SetNode":
                content = value["content"]
                assert isinstance(content, list)
                value["content"] = sorted(content, key=self.digest)
            parts = [f"{key}={self._part(key, item)}" for key, item in value.items() if key != "__id__"]
            found = hashlib.sha256(b"{" + "\x1f".join(parts).encode()).hexdigest()
            self._digests[id(value)] = found
            return found
        if isinstance(value, list):
            return hashlib.sha256(("[" + "\x1f".join(self.digest(item) for item in value)).encode()).hexdigest()
        return json.dumps(value)

    def _part(self, key: str, item: object) -> str:
        if key == "file" and isinstance(item, str) and item in self._hashes:
            return self._hashes[item]
        return self.digest(item)

    def renumber(self, value: object) -> None:
        """Replace addresses by numbers, in order."""
        if isinstance(value, list):
            for item in value:
                self.renumber(item)
        if isinstance(value, dict):
            if "__id__" in value:
                value["__id__"] = self._nodes.setdefault(self._digests[id(value)], len(self._nodes) + 1)
            file = value.get("file")
            if isinstance(file, str) and file in self._hashes:
                value["file"] = self._file(file)
            for key, item in value.items():
                if key != "__id__":
                    self.renumber(item)

    def _file(self, name: str) -> str:
        content = self._hashes[name]
        if content not in self._files:
            suffix = name.rpartition(".")[2]
            self._files[content] = f"{len(self._files):06d}.{suffix}"
            self._kept[self._files[content]] = self._entries[name]
        return self._files[content]

    def entries(self) -> dict[str, bytes]:
        """The entries that are used, under their new names."""
        return self._kept


def _zip(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


@contextmanager
def _without_run_time_parameters(model: BaseEstimator) -> Iterator[None]:
    parameters = model.get_params(deep=True)
    stripped = {name: value for name, value in parameters.items() if name.split("__")[-1] == "n_jobs"}
    model.set_params(**dict.fromkeys(stripped))
    try:
        yield
    finally:
        model.set_params(**stripped)
