"""The key for pseudonyms: made once, kept where nobody else reads, carried on purpose, and never made anew unasked."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from app.errors import CicloError
from app.project.pseudonym_key import (
    PseudonymKey,
    begin_key,
    find_key,
    keep_key,
    make_key,
    place_of_key,
    read_key,
    write_key,
)
from app.text import Words

ID, OTHER = "a" * 32, "../../b"


class InMemory(KeyringBackend):
    """A keyring for one test; with ``locked`` it gives and takes nothing."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        return None if self.locked else self.held.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked
        self.held[username] = password


@pytest.fixture
def ring() -> InMemory:
    before, made = keyring.get_keyring(), InMemory()
    keyring.set_keyring(made)
    yield made  # type: ignore[misc]
    keyring.set_keyring(before)


def kept_file(project: str = ID) -> Path:
    found = place_of_key(project)
    assert found is not None
    return found


def test_that_a_key_is_made_once_for_each_project_and_read_by_its_owner_only(home: Path) -> None:
    assert find_key(ID) is None
    key = make_key(ID)
    assert make_key(ID) == find_key(ID) == key
    assert len(key.secret) == 32
    assert make_key(OTHER).secret != key.secret
    assert {path.parent for path in (kept_file(), kept_file(OTHER))} == {home / "data" / "pseudonyms"}
    if sys.platform != "win32":
        assert stat.S_IMODE(kept_file().stat().st_mode) == 0o600


def test_that_a_keyring_is_used_where_there_is_one(ring: InMemory) -> None:
    key = make_key(ID)
    assert place_of_key(ID) is None
    assert find_key(ID) == key
    assert len(ring.held) == 1


def test_that_what_a_locked_keyring_still_holds_does_not_beat_a_newer_key(ring: InMemory) -> None:
    old = make_key(ID)
    ring.locked = True
    new = begin_key(ID, [old.fingerprint])
    ring.locked = False
    assert find_key(ID) == new
    assert begin_key(ID, [new.fingerprint]) == find_key(ID)
    assert place_of_key(ID) is None


def test_that_a_key_says_nothing_of_itself_but_its_fingerprint() -> None:
    key = make_key(ID)
    assert key.secret.hex() not in f"{key!r} {key.fingerprint}"
    assert repr(key.secret) not in repr(key)
    assert len(key.fingerprint) == 16
    assert key.fingerprint == PseudonymKey(secret=key.secret).fingerprint


def test_that_a_key_is_carried_to_another_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = begin_key(ID, ["0" * 16])
    write_key(ID, key, tmp_path / "key")
    monkeypatch.setenv("CICLO_HOME", str(tmp_path / "elsewhere"))
    assert find_key(ID) is None
    (tmp_path / "key").chmod(0o755)  # as on a memory stick
    keep_key(ID, read_key(ID, tmp_path / "key"))
    assert find_key(ID) == key
    assert key.strange(["0" * 16, key.fingerprint, "1" * 16]) == ["1" * 16]
    with pytest.raises(CicloError, match=r"project\.pseudonym_key_of_another"):
        read_key(OTHER, tmp_path / "key")


@pytest.mark.parametrize("damage", ["cut", "empty", "short", "letters", "binary"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_that_a_damaged_key_is_said_and_no_other_one_is_made(damage: str, language: str) -> None:
    make_key(ID)
    path = kept_file()
    whole = path.read_bytes()
    damaged = {
        "cut": whole[:40],
        "empty": b"",
        "short": whole.replace(find_key(ID).secret.hex().encode(), b"00ff"),  # type: ignore[union-attr]
        "letters": whole.replace(find_key(ID).secret.hex().encode(), b"z" * 64),  # type: ignore[union-attr]
        "binary": bytes(range(256)),
    }[damage]
    path.write_bytes(damaged)
    for ask in (find_key, make_key):
        with pytest.raises(CicloError) as caught:
            ask(ID)
        sentence = " ".join(Words(language).error(caught.value))
        assert str(path) in sentence
        assert "project." not in sentence
    assert path.read_bytes() == damaged
    assert begin_key(ID, ()) == find_key(ID)


@pytest.mark.skipif(sys.platform == "win32", reason="the modes of files say nothing there")
def test_that_a_key_that_others_can_read_is_not_used() -> None:
    make_key(ID)
    kept_file().chmod(0o644)
    with pytest.raises(CicloError, match=r"project\.private_open"):
        make_key(ID)
