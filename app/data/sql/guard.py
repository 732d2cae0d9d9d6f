"""A process that outlives a job which was killed, and ends the job's statement on a server that wouldn't notice.

MySQL and MariaDB go on with a statement whose client is gone until they have rows to send. The guard waits at the end
of a pipe: when the other end is closed without a word, it kills the statement and its connection. It is in a session
of its own, so that stopping a job, which kills the job's group, doesn't stop it.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Sequence

import msgspec

from app.data.sql.records import Address
from app.errors import CicloError
from app.jobs.launcher import GUARD, command, environment

_RELEASED = b"released\n"
_PATIENCE_S = 5.0


class _Post(msgspec.Struct, frozen=True, kw_only=True):
    """What the guard has to know; the password reaches it through the pipe only."""

    address: Address
    password: str | None
    thread: int


class Guard:
    """Watches over one connection of this process."""

    def __init__(self, address: Address, password: str | None, thread: int) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        with contextlib.suppress(OSError, CicloError):  # without it a statement ends when its time is up
            self._process = subprocess.Popen(
                command(GUARD, ()),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(),
                start_new_session=True,
            )
            post = msgspec.json.encode(_Post(address=address, password=password, thread=thread))
            self._tell(post + b"\n")

    def _tell(self, line: bytes) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def release(self, *, kill: bool) -> None:
        """Let the guard go; ``kill`` has it end the connection first."""
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        with contextlib.suppress(OSError):
            if not kill:
                process.stdin.write(_RELEASED)
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE_S)


def main(arguments: Sequence[str]) -> int:
    """Life of a guard."""
    post = msgspec.json.decode(sys.stdin.buffer.readline(), type=_Post)
    if sys.stdin.buffer.readline() == _RELEASED:
        return 0
    import pymysql

    from app.data.sql.mariadb import connect

    with contextlib.suppress(CicloError):
        connection = connect(post.address, post.password)
        with contextlib.suppress(pymysql.Error, OSError), connection.cursor() as cursor:
            cursor.execute(f"KILL {post.thread:d}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
