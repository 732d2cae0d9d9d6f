"""The REST interface of Submarine 0.8.0, as far as a registration needs it.

What the server refuses may come with status 200, so the envelope alone says whether it was done. Builds after 0.8.0
have the interface switched off (it let SQL in), hence trusted networks only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

import msgspec

from app.deployment.targets.web import Answer, Web, refused
from app.errors import CicloError

API = "/api/v1"
NAME = "Apache Submarine"
Found = TypeVar("Found")


class _Envelope(msgspec.Struct, frozen=True):
    code: int
    status: str | None = None
    success: bool | None = None
    message: str | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")


class RegisteredModel(msgspec.Struct, frozen=True):
    """A name in the registry."""

    name: str
    tags: tuple[str, ...] | None = None


class ModelVersion(msgspec.Struct, frozen=True, rename="camel"):
    """A version under a name."""

    name: str
    version: int
    id: str
    current_stage: str | None = None
    dataset: str | None = None


class Server:
    """A Submarine server at an address."""

    def __init__(self, web: Web) -> None:
        self.web = web

    def ping(self) -> None:
        """That it is one, with its REST interface.

        Raises
        ------
        CicloError
            ``deployment.submarine.no_rest`` or ``deployment.other_server``.
        """
        answer = self.web.ask("GET", f"{API}/registered-model/ping")
        if answer.status == 404:
            raise CicloError("deployment.submarine.no_rest", url=self.web.address)
        self._good(self._opened(answer))

    def model(self, name: str) -> RegisteredModel | None:
        """A name of the registry; None where it isn't known."""
        found = self._find(f"/registered-model/{quote(name)}", list[RegisteredModel])
        return found[0] if found else None

    def versions(self, name: str) -> tuple[ModelVersion, ...]:
        """The versions under a name."""
        return tuple(self._find(f"/model-version/{quote(name)}", list[ModelVersion]))

    def send(self, method: str, path: str, body: Mapping[str, object] | None = None) -> None:
        """Have something done.

        Raises
        ------
        CicloError
            ``deployment.server_refuses`` with what the server says.
        """
        data = None if body is None else msgspec.json.encode(body)
        answer = self.web.ask(method, f"{API}{path}", data, headers={"Content-Type": "application/json"})
        self._good(self._opened(answer))

    def _find(self, path: str, kind: type[list[Found]]) -> list[Found]:
        """What the server knows: one thing comes by itself, several as a list, none as null or with code 404."""
        envelope = self._opened(self.web.ask("GET", f"{API}{path}"))
        if envelope.code == 404:
            return []
        self._good(envelope)
        told = bytes(envelope.result).strip()
        if told == b"null":
            return []
        try:
            return msgspec.json.decode(told if told.startswith(b"[") else b"[" + told + b"]", type=kind)
        except msgspec.MsgspecError as error:
            raise self._other() from error

    def _opened(self, answer: Answer) -> _Envelope:
        try:
            return msgspec.json.decode(answer.body, type=_Envelope)
        except msgspec.MsgspecError as error:
            raise (self._other() if answer.good else refused(self.web, answer)) from error

    def _good(self, envelope: _Envelope) -> None:
        if envelope.success is not True or not 200 <= envelope.code < 300:
            said = " ".join((envelope.message or "").split())[:300]
            raise CicloError("deployment.server_refuses", url=self.web.address, status=envelope.code, said=said)

    def _other(self) -> CicloError:
        return CicloError("deployment.other_server", url=self.web.address, name=NAME)
