"""Files in a bucket of S3, with the standard library: requests signed as AWS asks (Signature Version 4)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from app.deployment.targets.web import Answer, Web, refused
from app.errors import CicloError

_SERVICE, _ALGORITHM, _END = "s3", "AWS4-HMAC-SHA256", "aws4_request"
_SIGNED = "host;x-amz-content-sha256;x-amz-date"


class Bucket:
    """A bucket at an address, by paths (``http://host:9000/bucket/key``)."""

    def __init__(self, address: str, name: str, *, key: str, secret: str, region: str = "us-east-1") -> None:
        self.web = Web(address)
        self.name = name
        self._key, self._secret, self._region = key, secret, region

    def check(self) -> None:
        """That it is there, and may be used.

        Raises
        ------
        CicloError
            ``deployment.no_bucket``, ``deployment.server_forbids`` or where nobody answers.
        """
        answer = self._ask("HEAD", "")
        if not answer.good:
            raise self._refused(answer)

    def put(self, key: str, data: bytes) -> None:
        """Store a file."""
        answer = self._ask("PUT", key, data)
        if not answer.good:
            raise self._refused(answer)

    def get(self, key: str) -> bytes:
        """A file as it is stored."""
        answer = self._ask("GET", key)
        if not answer.good:
            raise self._refused(answer)
        return answer.body

    def delete(self, key: str) -> None:
        """Take a file away; one that isn't there is fine."""
        answer = self._ask("DELETE", key)
        if not answer.good and answer.status != 404:
            raise self._refused(answer)

    def _ask(self, method: str, key: str, data: bytes = b"") -> Answer:
        path = f"/{quote(self.name, safe='-_.~')}" + (f"/{quote(key, safe='/-_.~')}" if key else "")
        parts = urlsplit(self.web.address)
        headers = signed_headers(
            method,
            host=parts.netloc,
            path=parts.path + path,
            data=data,
            at=datetime.now(UTC),
            key=self._key,
            secret=self._secret,
            region=self._region,
        )
        # said, since urllib would call it a form, which a server may take apart
        kind = {"Content-Type": "application/octet-stream"}
        return self.web.ask(method, path, data if method == "PUT" else None, headers={**headers, **kind})

    def _refused(self, answer: Answer) -> CicloError:
        if answer.status == 404:
            return CicloError("deployment.no_bucket", name=self.name, url=self.web.address)
        return refused(self.web, answer)


def signed_headers(
    method: str, *, host: str, path: str, data: bytes, at: datetime, key: str, secret: str, region: str
) -> Mapping[str, str]:
    """The headers of a request without a query, signed.

    References
    ----------
    Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)".
    """
    moment, sha256 = at.strftime("%Y%m%dT%H%M%SZ"), hashlib.sha256(data).hexdigest()
    scope = f"{moment[:8]}/{region}/{_SERVICE}/{_END}"
    told = f"host:{host}\nx-amz-content-sha256:{sha256}\nx-amz-date:{moment}\n"
    request = "\n".join([method, path, "", told, _SIGNED, sha256])
    text = "\n".join([_ALGORITHM, moment, scope, hashlib.sha256(request.encode()).hexdigest()])
    signing = f"AWS4{secret}".encode()
    for part in (moment[:8], region, _SERVICE, _END):
        signing = hmac.new(signing, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()
    return {
        "x-amz-content-sha256": sha256,
        "x-amz-date": moment,
        "Authorization": f"{_ALGORITHM} Credential={key}/{scope}, SignedHeaders={_SIGNED}, Signature={signature}",
    }
