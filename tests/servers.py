"""Real database servers: of Debian's packages, started on the loopback by the tests themselves, not as root."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

USER, PASSWORD, DATABASE = "ana", "el gato: negro@", "shop"
_WAIT_S = 60.0
_STARTS = 3
_NOBODY = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.name == "posix" and os.geteuid() == 0 else {}


def found(*patterns: str) -> Path:
    """The newest program of a pattern; the test is skipped where there is none."""
    for pattern in patterns:
        if programs := sorted(Path("/").glob(pattern.lstrip("/"))):
            return programs[-1]
    pytest.skip(f"no {Path(patterns[0]).name} on this machine")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One server with its own folder; ``start`` it, ``kill`` it, ``start`` it again."""

    scheme = ""

    def __init__(self, program: Path) -> None:
        self.program = program
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="ciclo-server-"))
        self._process: subprocess.Popen[bytes] | None = None
        if _NOBODY:
            shutil.chown(self.folder, "nobody", "nogroup")
        self.environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        self.make()

    def make(self) -> None:
        """Make the files of an empty server."""

    def command(self) -> Sequence[str]:
        """What runs it."""
        raise NotImplementedError

    def ready(self) -> bool:
        """Whether it answers."""
        raise NotImplementedError

    def run(self, *command: str) -> None:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, check=False, timeout=60, **_NOBODY
        )
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()

    def start(self) -> None:
        for _attempt in range(_STARTS):
            with (self.folder / "log").open("ab") as log:
                self._process = subprocess.Popen(
                    self.command(), cwd=self.folder, env=self.environment, stdout=log, stderr=log, **_NOBODY
                )
            wait_for(self._settled, self.say)
            if self._process.poll() is None:
                return
            self.port = free_port()  # another program has taken the port meanwhile
        raise AssertionError(self.say())

    def _settled(self) -> bool:
        """Whether it answers, or has given up."""
        assert self._process is not None
        return self._process.poll() is not None or self.ready()

    def say(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-3000:]

    def kill(self) -> None:
        """As a power cut does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(_WAIT_S)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT if self.scheme == "postgresql" else signal.SIGTERM)
            try:
                self._process.wait(_WAIT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, *, user: str = USER, database: str = DATABASE, port: int = 0) -> str:
        return f"{self.scheme}://{user}@127.0.0.1:{port or self.port}/{database}"


def wait_for(holds: Callable[[], bool], say: Callable[[], str] = str, timeout_s: float = _WAIT_S) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, say()
        time.sleep(0.05)


class Postgres(Server):
    """PostgreSQL with a user ``ana`` who needs a password."""

    scheme = "postgresql"

    def make(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self.run(
            *(str(self.program.with_name("initdb")), "-D", str(self.folder / "data"), "-U", "root", "-E", "UTF8"),
            *("--locale=C.UTF-8", "--no-sync", "-A", "scram-sha-256", f"--pwfile={secret}"),
        )

    def command(self) -> Sequence[str]:
        settings = ("fsync=off", "full_page_writes=off", "unix_socket_directories=", "listen_addresses=127.0.0.1")
        options = [part for setting in settings for part in ("-c", setting)]
        return [str(self.program), "-D", str(self.folder / "data"), "-p", str(self.port), *options]

    def ready(self) -> bool:
        import psycopg

        try:
            self.execute("SELECT 1", user="root", database="postgres")
        except psycopg.OperationalError:
            return False
        return True

    def prepare(self) -> None:
        self.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'", user="root", database="postgres")
        self.execute(f"CREATE DATABASE {DATABASE} OWNER {USER}", user="root", database="postgres")

    def execute(self, *commands: str, user: str = USER, database: str = DATABASE) -> list[tuple[object, ...]]:
        """Run commands; the rows of the last."""
        import psycopg

        where = {"host": "127.0.0.1", "port": str(self.port), "dbname": database, "user": user}
        with psycopg.connect(**where, password=PASSWORD, autocommit=True) as connection:
            for command in commands:
                cursor = connection.execute(command.encode())
            return cursor.fetchall() if cursor.description else []


class Maria(Server):
    """MariaDB with a user ``ana`` who needs a password."""

    scheme = "mariadb"

    def make(self) -> None:
        self.run(
            *(str(found("/usr/bin/mariadb-install-db")), "--no-defaults", f"--datadir={self.folder / 'data'}"),
            *("--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"),
        )

    def command(self) -> Sequence[str]:
        return [
            *(str(self.program), "--no-defaults", f"--datadir={self.folder / 'data'}", f"--port={self.port}"),
            *("--bind-address=127.0.0.1", f"--socket={self.folder / 'socket'}", f"--pid-file={self.folder / 'pid'}"),
            *("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M"),
            *("--skip-name-resolve", "--sql-mode=", "--default-time-zone=+02:00"),
        ]

    def ready(self) -> bool:
        import pymysql

        try:
            self.execute("SELECT 1", user="root", password="", database="mysql")
        except pymysql.OperationalError:
            return False
        return True

    def prepare(self) -> None:
        self.execute(
            f"CREATE DATABASE {DATABASE}",
            f"CREATE USER {USER}@'%' IDENTIFIED BY '{PASSWORD}'",
            f"GRANT ALL ON {DATABASE}.* TO {USER}@'%'",
            user="root",
            password="",
            database="mysql",
        )

    def execute(
        self, *commands: str, user: str = USER, password: str = PASSWORD, database: str = DATABASE
    ) -> list[tuple[object, ...]]:
        """Run commands; the rows of the last."""
        import pymysql

        connection = pymysql.connect(
            host="127.0.0.1", port=self.port, user=user, password=password, database=database, autocommit=True
        )
        with connection, connection.cursor() as cursor:
            for command in commands:
                cursor.execute(command)
            return list(cursor.fetchall())


def started(make: Callable[[], Server]) -> Server:
    server = make()
    try:
        server.start()
        server.prepare()  # type: ignore[attr-defined]
    except BaseException:
        server.close()
        raise
    return server


def postgres() -> Postgres:
    program = found("/usr/lib/postgresql/*/bin/postgres")
    return started(lambda: Postgres(program))  # type: ignore[return-value]


def maria() -> Maria:
    program = found("/usr/sbin/mariadbd")
    return started(lambda: Maria(program))  # type: ignore[return-value]
