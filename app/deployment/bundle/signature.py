"""Who sealed a bundle: a signature of the exact bytes of its manifest, and the keys that this user trusts.

The signature is Ed25519 (RFC 8032). The OpenSSF's model signing was looked at: it signs a list of files and digests as
the manifest is one, but knows elliptic curves of NIST and certificates only, and folders in place of one file.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec

from app.deployment.bundle.manifest import SIGNATURE_FILE, canonical, check_depth
from app.errors import CicloError, cause
from app.project.durable import make_folder, write_file, writing
from app.project.signing_key import is_signed, known_own_key, own_key, sign_with_own_key
from app.project.writer import author
from app.resources import user_folder

UNSIGNED, UNKNOWN, TRUSTED, ALTERED = "unsigned", "unknown signer", "trusted", "altered"
"""What a bundle's seal says."""

SIGNATURE_BYTES = 10_000
_FORMAT, _ALGORITHM = 1, "ed25519"
_TRUSTED_FILE = "trusted-keys.json"


class Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``manifest.sig``. Key and signature in hexadecimal; ``key_id`` is the SHA-256 of the key."""

    format: int
    algorithm: str
    key: str
    key_id: str
    signature: str


class TrustedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that this user trusts, under the name of who holds it."""

    key: str
    name: str
    added: str


class _Trusted(msgspec.Struct, frozen=True, kw_only=True):
    keys: tuple[TrustedKey, ...] = ()


def signed(manifest: bytes) -> bytes:
    """The signature of a manifest with this user's key; equal manifests get equal bytes.

    Raises
    ------
    CicloError
        ``project.no_key``.
    """
    key = own_key()
    return canonical(
        Signature(
            format=_FORMAT,
            algorithm=_ALGORITHM,
            key=key,
            key_id=key_id(key),
            signature=sign_with_own_key(manifest),
        )
    )


def key_id(key: str) -> str:
    """The SHA-256 of a key in hexadecimal."""
    return hashlib.sha256(bytes.fromhex(key)).hexdigest()


def check_signature(data: bytes, manifest: bytes) -> str:
    """The key that signed a manifest.

    Raises
    ------
    CicloError
        ``deployment.bundle.bad_signature`` where the signature isn't of this manifest; there is no way around.
    """
    check_depth(data, name=SIGNATURE_FILE)
    try:
        found = msgspec.json.decode(data, type=Signature)
        sound = (
            canonical(found) == data
            and (found.format, found.algorithm) == (_FORMAT, _ALGORITHM)
            and all(map(_plain, (found.key, found.signature)))
            and found.key_id == key_id(found.key)
            and is_signed(manifest, key=found.key, signature=found.signature)
        )
    except (msgspec.MsgspecError, ValueError) as error:
        raise CicloError("deployment.bundle.bad_signature", member=SIGNATURE_FILE, rule="3") from error
    if not sound:
        raise CicloError("deployment.bundle.bad_signature", member=SIGNATURE_FILE, rule="3")
    return found.key


def _plain(text: str) -> bool:
    """Whether bytes are written in the only way that is: capitals and blanks would be read as well."""
    return bytes.fromhex(text).hex() == text


def state_of(key: str) -> tuple[str, str]:
    """What a seal with this key says, and the name of who holds it: empty where nobody is known, or there is none."""
    if not key:
        return UNSIGNED, ""
    known = next((one.name for one in trusted_keys() if one.key == key), "")
    return (TRUSTED, known) if known else (UNKNOWN, "")


# The keys that this user trusts


def trusted_keys() -> tuple[TrustedKey, ...]:
    """The keys in this user's list, the oldest first; their own is trusted without being in it.

    Raises
    ------
    CicloError
        ``deployment.bad_trust`` where the list can't be read.
    """
    path = user_folder() / _TRUSTED_FILE
    try:
        listed = msgspec.json.decode(path.read_bytes(), type=_Trusted).keys if path.exists() else ()
    except (OSError, msgspec.MsgspecError) as error:
        reason = cause(error) if isinstance(error, OSError) else type(error).__name__
        raise CicloError("deployment.bad_trust", path=str(path), cause=reason) from error
    own = known_own_key()
    if not own or any(one.key == own for one in listed):
        return listed
    return (*listed, TrustedKey(key=own, name=author(), added=""))


def trust(key: str, name: str) -> TrustedKey:
    """Put a key into the list, under the name of who holds it; one that is there gets the new name.

    Raises
    ------
    CicloError
        ``deployment.bad_key``, ``deployment.no_trust_name`` or ``deployment.bad_trust``.
    """
    try:
        key_id(key)
        whole = len(key) == 64
    except ValueError:
        whole = False
    if not whole:
        raise CicloError("deployment.bad_key", key=key[:80])
    if not name.strip():
        raise CicloError("deployment.no_trust_name")
    made = TrustedKey(key=key, name=name.strip(), added=datetime.now(UTC).isoformat(timespec="seconds"))
    _store((*(one for one in _listed() if one.key != key), made))
    return made


def distrust(key: str) -> bool:
    """Take a key out of the list; False where it wasn't in it."""
    listed = _listed()
    kept = tuple(one for one in listed if one.key != key)
    if len(kept) == len(listed):
        return False
    _store(kept)
    return True


def _listed() -> tuple[TrustedKey, ...]:
    return tuple(one for one in trusted_keys() if one.added)


def _store(keys: tuple[TrustedKey, ...]) -> None:
    folder = user_folder()
    path = folder / _TRUSTED_FILE
    with writing(path):
        make_folder(folder)
        write_file(path, canonical(_Trusted(keys=keys)), staging=folder)
