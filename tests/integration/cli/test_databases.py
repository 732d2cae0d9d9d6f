"""Databases on the command line, and the passwords that must not show anywhere."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Program


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE orders (n INTEGER, city TEXT)")
    connection.executemany("INSERT INTO orders VALUES (?, ?)", [(i, "Lima") for i in range(30)])
    connection.commit()
    connection.close()
    return path


def test_that_a_table_is_looked_at_and_imported(program: Program, shop: Path, tmp_path: Path) -> None:
    project = str(tmp_path / "p")
    program("new", project)
    looked = program("inspect", str(shop), "--query", "SELECT city FROM orders WHERE n < 5")
    assert (looked.status, looked.document["records"]) == (0, 5)
    done = program("import", project, f"sqlite:///{shop}", "--table", "orders", "--name", "orders")
    assert (done.status, done.document["rows"], done.document["rejected"]) == (0, 30, 0)
    refused = program("import", project, str(shop), "--name", "orders")
    assert refused.status == 2
    assert refused.document["error"]["code"] == "sql.which_table"  # type: ignore[index]
    both = program("import", project, str(shop), "--table", "orders", "--query", "SELECT 1", "--name", "orders")
    assert both.document["error"]["code"] == "cli.not_together"  # type: ignore[index]


def test_that_a_password_in_an_address_is_warned_of_and_stored_nowhere(program: Program, tmp_path: Path) -> None:
    project = tmp_path / "p"
    program("new", str(project))
    source = "postgresql://ana:s3cr3t-word@127.0.0.1:1/shop"
    done = program("import", str(project), source, "--query", "SELECT 1", "--name", "a")
    assert (done.status, done.document["error"]["code"]) == (2, "sql.no_server")  # type: ignore[index]
    assert "ciclo password" in done.errors
    files = [p for root in (project, program.folder / "home") for p in root.rglob("*") if p.is_file()]
    assert not any(b"s3cr3t-word" in path.read_bytes() for path in files)
    assert "s3cr3t-word" not in done.errors + str(done.document)


def test_that_a_password_is_kept_from_standard_input(program: Program) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "password", "mysql://ana@db.example/shop"],
        input="gato\n",
        env=program.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    kept = program.folder / "home" / "data" / "passwords"
    assert done.returncode == 0, done.stderr
    assert str(kept) in done.stdout
    assert "gato" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    assert program("password", "a.csv").document["error"]["code"] == "sql.no_server_address"  # type: ignore[index]
