"""A release into a repository: a commit and a tag on top of what is there, all of it or nothing.

The commit is made without touching the working tree, then files are swapped and read back, and at last branch and tag
move in one transaction of git: that is the only commit point, and everything before it can be taken back.
"""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from app.deployment.declared import Delivered
from app.deployment.place import put_new
from app.deployment.repository import CACHE, CONTENTS, SHARED, WORK, Contents, read_contents
from app.deployment.targets.dvc.commit import Told, commit_release
from app.deployment.targets.dvc.examining import Found, examine, git_folder_of, held, index_of, is_free, recover
from app.deployment.targets.dvc.git import MAIL, Git, person
from app.deployment.targets.dvc.merging import merged
from app.deployment.targets.dvc.swapping import Journal, Swap, there_of
from app.errors import CicloError
from app.project.durable import hash_file, writing


def check_repository(folder: Path, *, project: str, name: str) -> None:
    """Refuse a folder that can't take a release of a model.

    Raises
    ------
    CicloError
        As :func:`app.deployment.targets.dvc.examining.is_free`, ``held`` and ``examine``.
    """
    if not is_free(folder):
        git = Git(folder)
        if (git_folder_of(git) / WORK).exists():  # put back first what was cut off
            with held(git):
                pass
        examine(git, git_folder_of(git), project=project, name=name)


def deliver(made: Path, contents: Contents, folder: Path, told: Told) -> Delivered:
    """Put a release that was made in ``made`` into the repository ``folder``.

    Raises
    ------
    CicloError
        As :func:`check_repository`; ``deployment.dvc.in_the_way``, ``deployment.dvc.other_form``,
        ``deployment.dvc.git_failed``, ``deployment.bad_copy``, ``deployment.dvc.not_undone``, or what the disk refused.
    """
    sha256, own = hash_file(made / CONTENTS)
    size = own + sum((made / path).stat().st_size for path in contents.files)
    if is_free(folder):
        commit = commit_release(made, told)
        put_new(made, folder)
    else:
        git = Git(folder, by=told.by, at=told.at, now=datetime.now(UTC).isoformat(timespec="seconds"))
        with held(git) as git_folder:
            found = examine(git, git_folder, project=contents.project, name=contents.name)
            commit = _Growth(git, found, made, contents, told).run()
    return Delivered(place=str(folder), commit=commit, sha256=sha256, size=size, tracked=contents.tracked)


class _Growth:
    """One release on top of those before."""

    def __init__(self, git: Git, found: Found, made: Path, contents: Contents, told: Told) -> None:
        self._git, self._found, self._made, self._contents, self._told = git, found, made, contents, told
        self._folder = git.folder
        self._paths = (*contents.files, CONTENTS)
        self._before = found.former.files if found.former is not None else {}
        self._swap = Swap(self._folder, found.work)

    def run(self) -> str:
        """The commit that has the release."""
        self._merge()
        changes, cache = self._changes(), self._new_in_cache()
        try:
            with writing(self._folder):
                self._swap.prepare(changes)
                commit = self._commit()
                if changes or cache or commit != self._found.head:
                    self._carry_out(changes, cache, commit)
        finally:
            if self._swap.read_journal() is None:
                self._swap.forget()
        return self._git.line("log", "-1", "--format=%H", commit, "--", CONTENTS)

    # What is to change

    def _merge(self) -> None:
        """Write in staging what files are to hold that people write into, too."""
        for path in SHARED.keys() & self._contents.files.keys():
            theirs = self._committed(path)
            if theirs is None and os.path.lexists(self._folder / path):
                self._refuse(path)
            untouched = theirs is not None and _sha256(theirs) == self._before.get(path)
            own = self._made / path
            own.write_bytes(merged(path, own.read_bytes(), theirs, untouched=untouched))

    def _committed(self, path: str) -> bytes | None:
        return self._git.maybe("show", f"HEAD:{path}") if self._found.head else None

    def _changes(self) -> dict[str, Path | None]:
        """By path where the new bytes lie; None for what the release before had and this one hasn't."""
        changes: dict[str, Path | None] = {}
        for path in self._paths:
            place = self._folder / path
            if any(parent.is_symlink() for parent in place.parents if self._folder in parent.parents):
                self._refuse(path)
            if place.is_file() and not place.is_symlink() and hash_file(place) == hash_file(self._made / path):
                continue
            if os.path.lexists(place) and not (path in SHARED or self._is_ours(path)):
                self._refuse(path)
            changes[path] = self._made / path
        gone = [path for path in self._before if path not in self._paths and path not in SHARED]
        return changes | {path: None for path in gone if os.path.lexists(self._folder / path) and self._is_ours(path)}

    def _is_ours(self, path: str) -> bool:
        """Whether the release before brought it, and it is kept by a commit or by DVC."""
        former = self._found.former
        if former is None or (self._folder / path).is_dir():
            return False
        return (
            path in former.tracked or path == CONTENTS or (path in former.files and self._committed(path) is not None)
        )

    def _refuse(self, path: str) -> None:
        raise CicloError("deployment.dvc.in_the_way", path=str(self._folder), name=path)

    def _new_in_cache(self) -> dict[str, Path]:
        """What DVC's cache doesn't have yet."""
        found = {}
        for path, md5 in self._contents.tracked.items():
            kept = f"{CACHE}/{md5[:2]}/{md5[2:]}"
            if not (self._folder / kept).exists():
                found[kept] = self._made / path
        return found

    # The commit

    def _commit(self) -> str:
        """A commit that nothing points to yet; the one that is there, where the release changes nothing."""
        git, index, head = self._git, self._found.work / "index", self._found.head
        git("read-tree", *([head] if head else ["--empty"]), index=index)
        own = [path for path in self._paths if path not in self._contents.tracked]
        entries = [f"100644 {self._blob(path)}\t{path}\0" for path in own]
        entries += [
            f"0 {'0' * len(head)}\t{path}\0"
            for path in self._before
            if path not in own and path not in SHARED and self._committed(path) is not None
        ]
        git("update-index", "-z", "--index-info", given="".join(entries).encode(), index=index)
        tree = git.line("write-tree", index=index)
        if head and tree == git.line("rev-parse", "HEAD^{tree}"):
            return head
        parents = ["-p", head] if head else []
        return git.line("commit-tree", tree, *parents, "-m", self._told.subject, "-m", self._told.body)

    def _blob(self, path: str) -> str:
        return self._git.line("hash-object", "-w", "--no-filters", "--", str(self._made / path))

    # All or nothing

    def _carry_out(self, changes: dict[str, Path | None], cache: dict[str, Path], commit: str) -> None:
        journal = Journal(
            head=self._found.head,
            commit=commit if commit != self._found.head else "",
            branch=self._found.branch,
            paths=tuple(changes),
            there=there_of(self._folder, tuple(changes)),
            cache=tuple(cache),
        )
        try:
            self._swap.carry_out(journal, cache)
            self._read_back(cache)
            index_of(self._git, commit)
            if commit != self._found.head:
                self._point(commit)
        except BaseException:
            self._undo()
            raise
        self._swap.forget()

    def _read_back(self, cache: dict[str, Path]) -> None:
        """Every file that lies there has the SHA-256 of what was certified."""
        for path, made in ({path: self._made / path for path in self._paths} | cache).items():
            if hash_file(self._folder / path) != hash_file(made):
                raise CicloError("deployment.bad_copy", path=str(self._folder / path))

    def _point(self, commit: str) -> None:
        """Branch and tag, both or none; the branch only from where it was."""
        moves = f"update {self._found.branch} {commit} {self._found.head or '0' * len(commit)}\n"
        tag = self._free_tag()
        if tag:
            moves += f"create refs/tags/{tag} {self._tag_object(tag, commit)}\n"
        self._git("update-ref", "-m", f"ciclo: {self._told.subject}", "--stdin", given=moves.encode())

    def _free_tag(self) -> str:
        """The name of the tag; empty where this release has one, which stays where it is. A version that was released
        again, on another decision, has a tag of its own beside the first."""
        name, number = self._told.tag, 1
        while (data := self._git.maybe("show-ref", "--verify", f"refs/tags/{name}")) is not None:
            tagged = read_contents(self._git.maybe("show", f"{data.decode().split()[0]}^{{commit}}:{CONTENTS}"))
            if tagged is not None and tagged.release == self._contents.release:
                return ""
            number += 1
            name = f"{self._told.tag}.{number}"
        return name

    def _tag_object(self, name: str, commit: str) -> str:
        seconds = int(datetime.fromisoformat(self._told.at.replace("Z", "+00:00")).timestamp())
        head = f"object {commit}\ntype commit\ntag {name}\ntagger {person(self._told.by)} <{MAIL}> {seconds} +0000\n"
        return self._git.line("mktag", given=f"{head}\n{self._told.subject}\n".encode())

    def _undo(self) -> None:
        """As it was. What can't be put back now, the next export does: the journal stays for it."""
        try:
            recover(self._git, self._swap)
        except (OSError, CicloError) as error:
            raise CicloError("deployment.dvc.not_undone", path=str(self._folder)) from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
