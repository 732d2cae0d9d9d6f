"""A project: open, read, commit. Nothing is ever rewritten; the rename of a record is the only commit point."""

from __future__ import annotations

import datetime
import re
import secrets
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from app import __version__
from app.errors import CicloError, cause
from app.project import durable, purge
from app.project.bin import BIN, put_away
from app.project.durable import reading
from app.project.folder import Folder
from app.project.index import Index, index_path
from app.project.lock import locked
from app.project.record import FORMAT, IDENTITY, Draft, Envelope, Object, Record, encode, kind_in_words, parse
from app.project.writer import author, cache_folder, writer_id

_FOREVER = 2**62
_PARTS = ("records", "objects", "exports")
_KIND = re.compile(r"[a-z][a-z0-9-]*")


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What ``ciclo.json`` says."""

    format: int
    id: str
    name: str
    created: str


def _refuse_inside(folder: Path, *, exports: bool) -> None:
    """A project in another one would be taken for a part of it."""
    for above in folder.absolute().parents:
        exported = exports and folder.absolute().is_relative_to(above / "exports")
        if (above / IDENTITY).exists() and not exported:
            raise CicloError("project.inside_project", path=str(folder), project=str(above))


class Project(Folder):
    """A project folder. Reading takes no lock; committing holds the lock for as long as it takes."""

    def __init__(self, folder: Path, identity: Identity) -> None:
        super().__init__(folder)
        self.identity = identity
        self.damaged: list[Path] = []
        self._guard = threading.RLock()
        self._index = Index(index_path(cache_folder(), project_id=identity.id, folder=folder))
        self.refresh()

    # Opening

    @classmethod
    def create(cls, folder: Path, *, name: str = "", exports: bool = False) -> Project:
        """Make a project in ``folder``, which may exist if it is empty. ``exports``: it may lie among what another
        project exported.

        Raises
        ------
        CicloError
            ``project.exists``, ``project.file_in_the_way``, ``project.folder_not_empty``,
            ``project.inside_project``, or what the disk refused.
        """
        if (folder / IDENTITY).exists():
            raise CicloError("project.exists", path=str(folder))
        if folder.exists() and not folder.is_dir():
            raise CicloError("project.file_in_the_way", path=str(folder))
        if folder.exists() and any(folder.iterdir()):
            raise CicloError("project.folder_not_empty", path=str(folder))
        _refuse_inside(folder, exports=exports)
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
            raise CicloError("project.unreadable", path=str(folder), cause=cause(error)) from error
        except msgspec.MsgspecError as error:
            raise CicloError("project.damaged_identity", path=str(folder)) from error
        if identity.format > FORMAT:
            raise CicloError("project.newer_format", path=str(folder), format=identity.format, known=FORMAT)
        project = cls(folder, identity)
        with suppress(CicloError):  # a folder that can't be written to: ``check`` says so
            purge.finish(project, purge.purged(project))
        return project

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

    def records(self, kind: str = "", name: str = "") -> list[Record]:
        """Records of a kind, oldest first (by Lamport number, not by clock)."""
        return self._index.records(kind, name)

    def binned(self) -> dict[str, Record]:
        """What lies in the bin, by its id, with the entry that put it there."""
        return put_away(self.records(BIN))

    def live(self, kind: str, name: str = "") -> list[Record]:
        """Like :meth:`records`, without what lies in the bin."""
        away = self.binned()
        return [record for record in self.records(kind, name) if record.id not in away]

    def get(self, id: str) -> Record:
        """The record ``id``.

        Raises
        ------
        CicloError
            ``project.no_record``.
        """
        record = self._index.get(id)
        if record is None:
            purge.refuse_purged(self, id)
            raise CicloError("project.no_record", id=id[:12])
        return record

    def whole_record(self, id: str) -> Record:
        """The record ``id`` as it lies on the disk, its hash checked: for work whose result rests on it.

        Raises
        ------
        CicloError
            ``project.no_record``, or ``project.damaged_record`` where its bytes aren't what its name says.
        """
        record = self.get(id)
        path = self.record_place(record.kind, id)
        with reading(path):
            if not path.exists():
                raise CicloError("project.no_record", id=id[:12])
            if durable.hash_file(path)[0] != id:
                raise CicloError("project.damaged_record", id=id[:12], kind=kind_in_words(record.kind))
        return record

    def may_be_overruled(self, record: Record) -> bool:
        """Whether a record of this kind that can't be read any more, or any record that vanished, may be younger."""
        moment = record.envelope.lamport
        return self._index.vanished_since(moment) > 0 or any(r.lamport > moment for r in self._remains(record.kind))

    def version(self, kind: str, label: str) -> Record:
        """The version that ``label`` names: ``name`` (the newest outside the bin), ``name@3``, or ``name@3~b3f2`` among
        twins.

        Raises
        ------
        CicloError
            ``project.no_such_version`` (with what there is), ``project.purged``, ``project.all_in_bin`` or
            ``project.twins``.
        """
        name, _, wanted = label.partition("@")
        number, _, prefix = wanted.partition("~")
        everything = self.records(kind, name) if name else []
        series = everything if number else self.live(kind, name) if name else []
        matching = [r for r in series if not number or str(r.number) == number]
        matching = [r for r in matching if r.id.startswith(prefix)]
        if not matching:
            purge.refuse_purged(self, label, kind=kind)
            if everything and not number:
                raise CicloError("project.all_in_bin", name=name)
            known = ", ".join(sorted({r.label for r in (series or self.records(kind))})) or "—"
            raise CicloError("project.no_such_version", label=label, known=known)
        newest = max(matching, key=lambda r: (r.number, r.id))
        twins = [r for r in matching if r.number == newest.number]
        if len(twins) > 1:
            raise CicloError("project.twins", label=label, names=", ".join(f"{r.label}~{r.id[:4]}" for r in twins))
        return newest

    def object_path(self, sha256: str) -> Path:
        try:
            return super().object_path(sha256)
        except CicloError as error:
            if error.code == "project.no_object":
                purge.refuse_purged(self, sha256)
            raise

    def forget(self) -> None:
        """Leave no trace of deleted records in the index."""
        self._index.forget()

    # Writing

    def commit(self, drafts: Sequence[Draft]) -> list[Record]:
        """Store drafts as records, in order: objects first, then each record by one rename.

        Raises
        ------
        CicloError
            ``project.read_only``, ``project.disk_full``, ``project.write_failed``, ``project.busy``.
        """
        if not drafts:
            return []
        self.need()
        with self.alone():
            self.refresh()
            return [self._commit_one(draft) for draft in drafts]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else write for the length of a block.

        Raises
        ------
        CicloError
            ``project.busy``.
        """
        with self._guard, locked(self.local / "lock"):
            yield

    def _commit_one(self, draft: Draft) -> Record:
        if not _KIND.fullmatch(draft.kind):
            raise ValueError(f"not a kind: {draft.kind!r}")
        purge.refuse_lost(self, draft)
        for staged in draft.objects.values():
            durable.adopt_file(Path(staged.path), self.object_place(staged.sha256))
        data = encode(self._envelope(draft))
        record = parse(data)
        path = self.record_place(draft.kind, record.id)
        durable.write_file(path, data, staging=self.local / "staging")
        self._index.add(record, data, path)
        return record

    def _damaged_number(self, draft: Draft) -> int:
        """The highest version number among the damaged records of a series."""
        return max((r.number for r in self._remains(draft.kind) if r.name == draft.name), default=0)

    def _remains(self, kind: str) -> list[_Remains]:
        return [_remains(path) for path in self.damaged if path.parent.parent.name == kind]

    def _envelope(self, draft: Draft) -> Envelope:
        writer = writer_id()
        seq, previous = self._index.last(writer)
        number = 0
        if draft.name:
            number = max(self._index.next_number(draft.kind, draft.name), 1 + self._damaged_number(draft))
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
            objects=draft.kept
            | {k: Object(sha256=s.sha256, size=s.size, media=s.media) for k, s in draft.objects.items()},
            name=draft.name,
            number=number,
            body=draft.body,
        )


class _Remains(msgspec.Struct):
    """What a damaged record may still say of itself."""

    name: str = ""
    number: int = 0
    lamport: int = _FOREVER


def _remains(path: Path) -> _Remains:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Remains)
    except (OSError, msgspec.MsgspecError):
        return _Remains()


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
