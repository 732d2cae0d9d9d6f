"""A project: open, read, commit. Nothing is ever rewritten; the rename of a record is the only commit point."""

from __future__ import annotations

import datetime
import re
import secrets
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from app import __version__
from app.errors import CicloError
from app.project import durable
from app.project.index import Index, index_path
from app.project.lock import FileLock, locked
from app.project.record import FORMAT, Draft, Envelope, Object, Record, encode, parse
from app.project.writer import author, cache_folder, writer_id

IDENTITY = "ciclo.json"
_PARTS = ("records", "objects", "exports")
_HASH = re.compile(r"[0-9a-f]{64}")
_KIND = re.compile(r"[a-z][a-z0-9-]*")


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What ``ciclo.json`` says."""

    format: int
    id: str
    name: str
    created: str


class Project:
    """A project folder. Reading takes no lock; committing holds the lock for as long as it takes."""

    def __init__(self, folder: Path, identity: Identity) -> None:
        self.folder = folder
        self.identity = identity
        self.damaged: list[Path] = []
        self._guard = threading.RLock()
        self._index = Index(index_path(cache_folder(), project_id=identity.id, folder=folder))
        self.refresh()

    # Opening

    @classmethod
    def create(cls, folder: Path, *, name: str = "") -> Project:
        """Make a project in ``folder``, which may exist if it is empty.

        Raises
        ------
        CicloError
            ``project.exists``, ``project.folder_not_empty``, or what the disk refused.
        """
        if (folder / IDENTITY).exists():
            raise CicloError("project.exists", path=str(folder))
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CicloError("project.folder_not_empty", path=str(folder))
        identity = Identity(
            format=FORMAT, id=secrets.token_hex(16), name=name.strip() or folder.resolve().name, created=_now()
        )
        was_there = folder.exists()
        try:
            with durable.writing(folder):
                for part in _PARTS:
                    durable.make_folder(folder / part)
            written = msgspec.json.format(encode(identity))
            durable.write_file(folder / IDENTITY, written, staging=folder / ".ciclo" / "staging")
        except CicloError:  # nothing half-made stays in the way of a second try
            for part in (*_PARTS, ".ciclo"):
                shutil.rmtree(folder / part, ignore_errors=True)
            if not was_there:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        return cls(folder, identity)

    @classmethod
    def open(cls, folder: Path) -> Project:
        """Open the project in ``folder``.

        Raises
        ------
        CicloError
            ``project.not_a_project``, ``project.newer_format`` or ``project.damaged_identity``.
        """
        try:
            identity = msgspec.json.decode((folder / IDENTITY).read_bytes(), type=Identity)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise CicloError("project.not_a_project", path=str(folder)) from error
        except OSError as error:
            raise CicloError("project.unreadable", path=str(folder), cause=error.strerror or "") from error
        except msgspec.MsgspecError as error:
            raise CicloError("project.damaged_identity", path=str(folder)) from error
        if identity.format > FORMAT:
            raise CicloError("project.newer_format", path=str(folder), format=identity.format, known=FORMAT)
        return cls(folder, identity)

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    @property
    def name(self) -> str:
        return self.identity.name

    # Reading

    def refresh(self) -> None:
        """Take in what others wrote into the folder meanwhile."""
        with self._guard:
            self.damaged.clear()
            self._index.reconcile(self.record_files(), damaged=self.damaged.append)

    def record_files(self) -> Iterator[tuple[str, Path]]:
        """Ids and files of every record on the disk."""
        for path in sorted((self.folder / "records").glob("*/*/*.json")):
            if _HASH.fullmatch(path.stem):
                yield path.stem, path

    def object_files(self) -> Iterator[tuple[str, Path]]:
        """Hashes and files of every object on the disk."""
        for path in sorted((self.folder / "objects").glob("*/*")):
            yield path.parent.name + path.name, path

    def records(self, kind: str = "", name: str = "") -> list[Record]:
        """Records of a kind, oldest first (by Lamport number, not by clock)."""
        return self._index.records(kind, name)

    def get(self, id: str) -> Record:
        """The record ``id``.

        Raises
        ------
        CicloError
            ``project.no_record``.
        """
        record = self._index.get(id)
        if record is None:
            raise CicloError("project.no_record", id=id[:12])
        return record

    def version(self, kind: str, label: str) -> Record:
        """The version that ``label`` names: ``name`` (the newest), ``name@3``, or ``name@3~b3f2`` among twins.

        Raises
        ------
        CicloError
            ``project.no_such_version`` (with what there is) or ``project.twins``.
        """
        name, _, wanted = label.partition("@")
        number, _, prefix = wanted.partition("~")
        series = self.records(kind, name) if name else []
        matching = [r for r in series if not number or str(r.number) == number]
        matching = [r for r in matching if r.id.startswith(prefix)]
        if not matching:
            known = ", ".join(sorted({r.label for r in (series or self.records(kind))})) or "—"
            raise CicloError("project.no_such_version", label=label, known=known)
        newest = max(matching, key=lambda r: (r.number, r.id))
        twins = [r for r in matching if r.number == newest.number]
        if len(twins) > 1:
            raise CicloError("project.twins", label=label, names=", ".join(f"{r.label}~{r.id[:4]}" for r in twins))
        return newest

    def object_path(self, sha256: str) -> Path:
        """Where the object lies.

        Raises
        ------
        CicloError
            ``project.no_object`` where it is missing.
        """
        if not _HASH.fullmatch(sha256):
            raise CicloError("project.no_object", sha256=sha256[:12])
        path = self._object_place(sha256)
        if not path.is_file():
            raise CicloError("project.no_object", sha256=sha256[:12])
        return path

    def whole_object(self, sha256: str) -> Path:
        """Where the object lies, its hash checked: for work whose result rests on it.

        Raises
        ------
        CicloError
            ``project.damaged_object`` where its bytes aren't what its name says.
        """
        path = self.object_path(sha256)
        if durable.hash_file(path)[0] != sha256:
            raise CicloError("project.damaged_object", sha256=sha256[:12])
        return path

    def object_bytes(self, sha256: str) -> bytes:
        """The bytes of a small object, checked like :meth:`whole_object`."""
        return self.whole_object(sha256).read_bytes()

    def _object_place(self, sha256: str) -> Path:
        return self.folder / "objects" / sha256[:2] / sha256[2:]

    # Writing

    @property
    def local(self) -> Path:
        """``.ciclo``: lock, staging and jobs of this machine; disposable."""
        return self.folder / ".ciclo"

    def new_staging(self) -> tuple[Path, FileLock]:
        """A fresh staging folder, with the lock that marks it as in use."""
        folder = self.local / "staging" / secrets.token_hex(8)
        lock = FileLock(folder.with_suffix(".lock"))
        lock.acquire(timeout_s=1)
        with durable.writing(folder):
            durable.make_folder(folder)
        return folder, lock

    def sweep_staging(self) -> None:
        """Remove the staging folders whose owner is gone."""
        for folder in (self.local / "staging").glob("*"):
            if not folder.is_dir():
                continue
            lock = FileLock(folder.with_suffix(".lock"))
            if lock.acquire(timeout_s=0):
                shutil.rmtree(folder, ignore_errors=True)
                folder.with_suffix(".lock").unlink(missing_ok=True)
                lock.release()

    def commit(self, drafts: Sequence[Draft]) -> list[Record]:
        """Store drafts as records, in order: objects first, then each record by one rename.

        Raises
        ------
        CicloError
            ``project.read_only``, ``project.disk_full``, ``project.write_failed``, ``project.busy``.
        """
        if not drafts:
            return []
        with self._guard, locked(self.local / "lock"):
            self.refresh()
            return [self._commit_one(draft) for draft in drafts]

    def _commit_one(self, draft: Draft) -> Record:
        if not _KIND.fullmatch(draft.kind):
            raise ValueError(f"not a kind: {draft.kind!r}")
        for staged in draft.objects.values():
            durable.adopt_file(Path(staged.path), self._object_place(staged.sha256))
        data = encode(self._envelope(draft))
        record = parse(data)
        path = self.folder / "records" / draft.kind / record.id[:2] / f"{record.id}.json"
        durable.write_file(path, data, staging=self.local / "staging")
        self._index.add(record, data)
        return record

    def _envelope(self, draft: Draft) -> Envelope:
        writer = writer_id()
        seq, previous = self._index.last(writer)
        number = self._index.highest_number(draft.kind, draft.name) + 1 if draft.name else 0
        return Envelope(
            format=FORMAT,
            kind=draft.kind,
            time=_now(),
            lamport=self._index.clock() + 1,
            author=author(),
            writer=writer,
            seq=seq + 1,
            previous=previous,
            software=__version__,
            parents=draft.parents,
            objects={k: Object(sha256=s.sha256, size=s.size, media=s.media) for k, s in draft.objects.items()},
            name=draft.name,
            number=number,
            body=draft.body,
        )


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
