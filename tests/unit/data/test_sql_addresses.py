"""Addresses of databases, and passwords that stay out of them."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from urllib.parse import quote

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend

from app.data.sql.addresses import absolute, account, is_address, parse_address, spell
from app.data.sql.passwords import find_password, keep, store_path
from app.data.sql.records import Access, Address, Engine
from app.data.sql.server import without_end
from app.errors import CicloError
from app.project.private import write_private

SERVER = parse_address("postgresql://ana@db.example:5433/shop").address


@pytest.mark.parametrize(
    ("source", "address", "password"),
    [
        ("postgres://h/d", Address(engine=Engine.POSTGRESQL, host="h", database="d"), None),
        ("mysql+pymysql://u:p@h:1/d", Address(engine=Engine.MYSQL, host="h", port=1, database="d", user="u"), "p"),
        ("mariadb://u:a@b/c#?@[::1]/d", Address(engine=Engine.MARIADB, host="::1", database="d", user="u"), "a@b/c#?"),
        ("sqlite:///a b.db", Address(engine=Engine.SQLITE, database="a b.db"), None),
        ("sqlite:////srv/a.db", Address(engine=Engine.SQLITE, database="/srv/a.db"), None),
        ("sqlite:///C:/a.db", Address(engine=Engine.SQLITE, database="C:/a.db"), None),
        ("data/a.db", Address(engine=Engine.SQLITE, database="data/a.db"), None),
        (
            "postgresql://h/d?sslmode=require",
            Address(engine=Engine.POSTGRESQL, host="h", database="d", options={"sslmode": "require"}),
            None,
        ),
    ],
)
def test_that_an_address_is_taken_apart(source: str, address: Address, password: str | None) -> None:
    parsed = parse_address(source)
    assert (parsed.address, parsed.password) == (address, password)


@given(
    user=st.text(st.characters(exclude_categories=["C"]), min_size=1),
    password=st.text(st.characters(exclude_categories=["C"])),
    host=st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True),
    port=st.integers(1, 65535),
    database=st.text(st.characters(exclude_categories=["C"])),
)
def test_that_an_address_spelled_is_the_same_without_its_password(
    user: str, password: str, host: str, port: int, database: str
) -> None:
    address = Address(engine=Engine.POSTGRESQL, host=host, port=port, database=database, user=user)
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    written = f"postgresql://{login}@{host}:{port}/{quote(database, safe='')}"
    parsed = parse_address(written)
    assert (parsed.address, parsed.password) == (address, password)
    assert parse_address(spell(parsed.address)).address == address
    assert parse_address(spell(parsed.address)).password is None


def test_that_a_bad_address_isnt_quoted_since_it_may_hold_a_password() -> None:
    for source in ("postgresql://ana:secret", "mysql://ana:secret@h:port/d", "sqlite://x"):
        with pytest.raises(CicloError) as caught:
            parse_address(source)
        assert "secret" not in str(caught.value)


def test_that_files_are_no_addresses() -> None:
    assert not any(map(is_address, ("a.csv", "/srv/sqlite/a", "https://h/a.csv", "C:\\a.db")))
    assert absolute("sqlite:///a.db") == str(Path("a.db").absolute())


def test_that_the_end_of_a_statement_is_cut_and_nothing_else() -> None:
    assert without_end(" SELECT 1 ; -- all\n ; ") == "SELECT 1"
    assert without_end("SELECT 1; /* no more */") == "SELECT 1"
    for query in ("SELECT ';'", "SELECT 5--3", "SELECT 1; DROP TABLE t", "SELECT '; --'"):
        assert without_end(query) == query


def private(path: Path, text: str) -> Path:
    write_private(path, text.encode())
    return path


def test_that_a_password_is_found_where_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_password(SERVER, Access()) is None
    monkeypatch.setenv("CICLO_PASSWORD", "one")
    monkeypatch.setenv("OTHER", "two")
    assert find_password(SERVER, Access()) == "one"
    assert find_password(SERVER, Access(password_env="OTHER")) == "two"
    file = private(tmp_path / "secret", "three \n")
    assert find_password(SERVER, Access(password_file=str(file))) == "three "
    with pytest.raises(CicloError, match="password_env_missing"):
        find_password(SERVER, Access(password_env="NONE"))
    with pytest.raises(CicloError, match="private_unreadable"):
        find_password(SERVER, Access(password_file=str(tmp_path / "gone")))


@pytest.mark.skipif(sys.platform == "win32", reason="modes say nothing there")
def test_that_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = private(tmp_path / "secret", "x")
    file.chmod(0o640)
    with pytest.raises(CicloError) as caught:
        find_password(SERVER, Access(password_file=str(file)))
    assert (caught.value.code, caught.value.params["mode"]) == ("project.private_open", "0640")


def test_that_without_a_keyring_a_password_is_kept_in_a_file_of_ones_own() -> None:
    kept = keep(SERVER, "gato")
    keep(parse_address("mysql://ana@h/d").address, "perro")
    assert (kept.keyring, kept.path) == (False, str(store_path()))
    assert sys.platform == "win32" or stat.S_IMODE(store_path().stat().st_mode) == 0o600
    assert find_password(SERVER, Access()) == "gato"
    assert find_password(parse_address("postgresql://eva@db.example:5433/shop").address, Access()) is None


class Memory(KeyringBackend):
    """A keyring that works."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))


def test_that_a_keyring_is_preferred() -> None:
    before, memory = keyring.get_keyring(), Memory()
    keyring.set_keyring(memory)
    try:
        assert keep(SERVER, "gato").keyring
        assert find_password(SERVER, Access()) == "gato"
    finally:
        keyring.set_keyring(before)
    assert memory.held == {("ciclo", account(SERVER)): "gato"}
    assert not store_path().exists()
