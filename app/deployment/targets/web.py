"""A small client of HTTP with the standard library: what it asks, and a sentence for each way in which that fails."""

from __future__ import annotations

import base64
import http.client
import ipaddress
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.errors import CicloError

PATIENCE_S = 30.0
_SHOWN = 300
_MOST = 1 << 30
_MARKUP = re.compile(r"<(style|script)\b.*?</\1>|<[^<>]*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    body: bytes

    @property
    def good(self) -> bool:
        """Whether the server did what it was asked."""
        return 200 <= self.status < 300

    @property
    def words(self) -> str:
        """What the server said, short enough for a sentence; of a page, its words."""
        said = self.body[: 4 * _SHOWN].decode("utf-8", "replace")
        return " ".join(_MARKUP.sub(" ", said).split())[:_SHOWN]


class _Stay(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else: an upload that is sent on to a page of somebody's would count as done, and take a password
    along."""

    def redirect_request(self, *_: object) -> None:
        return None


class Web:
    """A server at an address."""

    def __init__(self, address: str, *, headers: Mapping[str, str] | None = None, patience_s: float = 0.0):
        self.address = checked_address(address)
        self._headers = dict(headers or {})
        self._patience_s = patience_s or PATIENCE_S
        # a server on this machine isn't asked for through a proxy
        direct = [urllib.request.ProxyHandler({})] if _is_here(self.address) else []
        self._opener = urllib.request.build_opener(_Stay(), *direct)

    def ask(
        self, method: str, path: str, body: bytes | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask; what the server says, whatever it is.

        Raises
        ------
        CicloError
            ``deployment.server_away``, ``deployment.server_slow`` or ``deployment.server_broken`` where there is no
            answer.
        """
        told = {**self._headers, **(headers or {})}
        request = urllib.request.Request(self.address + path, data=body, method=method, headers=told)
        try:
            with self._opener.open(request, timeout=self._patience_s) as answer:
                return Answer(status=answer.status, body=answer.read(_MOST))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(status=error.code, body=error.read(_SHOWN * 4))
        except TimeoutError as error:
            raise self._slow() from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise self._slow() from error
            raise CicloError("deployment.server_away", url=self.address, cause=_why(error.reason)) from error
        except (http.client.HTTPException, OSError) as error:
            raise CicloError("deployment.server_broken", url=self.address, cause=_why(error)) from error

    def _slow(self) -> CicloError:
        return CicloError("deployment.server_slow", url=self.address, seconds=self._patience_s)


def refused(web: Web, answer: Answer, words: str = "") -> CicloError:
    """What a server that says no is reported as."""
    if answer.status in (401, 403):
        return CicloError("deployment.server_forbids", url=web.address, status=answer.status)
    said = words or answer.words or http.client.responses.get(answer.status, "")
    code = "deployment.server_failed" if answer.status >= 500 else "deployment.server_refuses"
    return CicloError(code, url=web.address, status=answer.status, said=said)


def basic(user: str, password: str) -> dict[str, str]:
    """The header of a name with a password."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def checked_address(address: str) -> str:
    """An address of a server, without the slash at its end.

    Raises
    ------
    CicloError
        ``deployment.bad_address``; ``deployment.address_secret`` where a password stands in it, since addresses are
        kept in records.
    """
    try:
        parts = urlsplit(address.strip())
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or parts.query or parts.fragment or any(sign.isspace() for sign in address.strip()):
        raise CicloError("deployment.bad_address", url=address)
    if "@" in parts.netloc:
        raise CicloError("deployment.address_secret")
    return address.strip().rstrip("/")


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _why(reason: object) -> str:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return reason.verify_message
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return str(reason) or type(reason).__name__
