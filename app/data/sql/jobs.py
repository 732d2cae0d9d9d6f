"""Small errands with a database: which tables there are; keeping a password."""

from __future__ import annotations

from contextlib import closing

import msgspec

from app.data.sql.addresses import parse_address
from app.data.sql.passwords import find_password, keep
from app.data.sql.records import KeepRequest, Tables, TablesRequest
from app.data.sql.source import open_server
from app.errors import CicloError
from app.jobs.contract import Context, Outcome
from app.project.record import encode


def list_tables(context: Context, request: TablesRequest) -> Outcome:
    """The tables and views of a database.

    Raises
    ------
    CicloError
        Why it can't be reached.
    """
    _address, server = open_server(request.source, request.access)
    with closing(server):
        return Outcome(answer=msgspec.Raw(encode(Tables(names=server.tables()))))


def keep_password(context: Context, request: KeepRequest) -> Outcome:
    """Keep the password that was handed over.

    Raises
    ------
    CicloError
        ``sql.nothing_to_keep``, or why no place takes it.
    """
    address = parse_address(request.source).address
    password = find_password(address, request.access)
    if not password:
        raise CicloError("sql.nothing_to_keep")
    return Outcome(answer=msgspec.Raw(encode(keep(address, password))))
