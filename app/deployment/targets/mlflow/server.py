"""The REST interface of an MLflow server, as far as a registration needs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from app.deployment.targets.web import Answer, Web, basic, refused
from app.errors import CicloError

API, FILES = "/api/2.0/mlflow", "/api/2.0/mlflow-artifacts/artifacts"
NAME = "MLflow"
_OLDEST = (2, 3)
"""The first with aliases."""
_VERSION = re.compile(r"(\d+)\.(\d+)[\w.+-]{0,30}")
_PLACE = "mlflow-artifacts"
Found = TypeVar("Found", bound=msgspec.Struct)


class Tag(msgspec.Struct, frozen=True):
    """A key with a value."""

    key: str
    value: str = ""


class _Failed(msgspec.Struct, frozen=True):
    error_code: str = ""
    message: str = ""


class Nothing(msgspec.Struct, frozen=True):
    """An answer without news."""


class Server:
    """An MLflow server at an address."""

    def __init__(self, web: Web) -> None:
        self.web = web

    def version(self) -> str:
        """Its version.

        Raises
        ------
        CicloError
            ``deployment.other_server`` where it isn't MLflow, ``deployment.mlflow.too_old``.
        """
        answer = self.web.ask("GET", "/version")
        if answer.status in (401, 403) or answer.status >= 500:
            raise refused(self.web, answer)
        found = _VERSION.fullmatch(answer.words)
        if not answer.good or found is None:
            raise CicloError("deployment.other_server", url=self.web.address, name=NAME)
        if (int(found[1]), int(found[2])) < _OLDEST:
            oldest = ".".join(map(str, _OLDEST))
            raise CicloError("deployment.mlflow.too_old", version=found[0], oldest=oldest)
        return found[0]

    def post(self, path: str, body: Mapping[str, object], kind: type[Found], *, method: str = "POST") -> Found:
        """Ask for something; the server's answer as ``kind``."""
        answer = self._send(method, path, body)
        if not answer.good:
            raise self._refused(answer)
        return self._read(answer, kind)

    def find(self, path: str, query: Mapping[str, str], kind: type[Found]) -> Found | None:
        """Look something up; None where the server doesn't know it."""
        answer = self.web.ask("GET", f"{API}/{path}?{urlencode(query)}")
        if not answer.good:
            if _failed(answer).error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise self._refused(answer)
        return self._read(answer, kind)

    def forget(self, path: str, body: Mapping[str, object], *, method: str = "POST") -> None:
        """Take something away again."""
        answer = self._send(method, path, body)
        if not answer.good and answer.status != 404:
            raise self._refused(answer)

    def put_file(self, place: str, data: bytes) -> None:
        """Store a file at a place of :func:`file_place`."""
        told = {"Content-Type": "application/octet-stream"}
        answer = self.web.ask("PUT", f"{FILES}/{quote(place)}", data, headers=told)
        if not answer.good:
            raise self._refused(answer)

    def get_file(self, place: str) -> bytes:
        """A file as it is stored."""
        answer = self.web.ask("GET", f"{FILES}/{quote(place)}")
        if not answer.good:
            raise self._refused(answer)
        return answer.body

    def forget_file(self, place: str) -> None:
        """Delete a file, or a folder."""
        self.web.ask("DELETE", f"{FILES}/{quote(place)}")

    def _send(self, method: str, path: str, body: Mapping[str, object]) -> Answer:
        told = {"Content-Type": "application/json"}
        return self.web.ask(method, f"{API}/{path}", msgspec.json.encode(body), headers=told)

    def _read(self, answer: Answer, kind: type[Found]) -> Found:
        try:
            return msgspec.json.decode(answer.body or b"{}", type=kind)
        except msgspec.MsgspecError as error:
            raise CicloError("deployment.other_server", url=self.web.address, name=NAME) from error

    def _refused(self, answer: Answer) -> CicloError:
        return refused(self.web, answer, " ".join(_failed(answer).message.split())[:300])


def _failed(answer: Answer) -> _Failed:
    try:
        return msgspec.json.decode(answer.body, type=_Failed)
    except msgspec.MsgspecError:
        return _Failed()


def file_place(uri: str) -> str:
    """Where in the server's own store of files a run keeps its.

    Raises
    ------
    CicloError
        ``deployment.mlflow.other_store`` where the server leaves them to another place, which clients write to.
    """
    parts = urlsplit(uri)
    if parts.scheme != _PLACE:
        raise CicloError("deployment.mlflow.other_store", place=f"{parts.scheme or 'file'}:{parts.path}"[:200])
    return parts.path.strip("/")


def connected(url: str, *, user: str, password: str, token: str) -> Server:
    """The server at an address, as somebody."""
    headers = {"Authorization": f"Bearer {token}"} if token else basic(user, password) if user else {}
    return Server(Web(url, headers=headers))
