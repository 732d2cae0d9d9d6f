#!/usr/bin/env python3
"""Check a Ciclo bundle without Ciclo: is it whole, is it what was sealed, and who sealed it?

    python check.py churn-4.ciclo.zip                 the hashes of all members, and the signature
    python check.py churn-4.ciclo.zip --key 3f5a...   and that this key signed it (64 hexadecimal digits)

Needs Python 3.9 or newer, and for the signature the package `cryptography`. Nothing of the bundle is run or unpacked.
Ends with 0 where everything holds, with 1 where it doesn't, with 2 where it can't be told.
"""

import argparse
import hashlib
import json
import re
import sys
import zipfile

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MEMBERS, MEMBER_BYTES, TOTAL_BYTES = 64, 512_000_000, 1_000_000_000
NAME = re.compile(r"[a-z0-9._-]+(/[a-z0-9._-]+)*")
HASH = re.compile(r"[0-9a-f]{64}")


class Refused(Exception):
    """The bundle isn't what it should be."""


def read(archive, name, limit):
    """The bytes of a member; no more of them than it declares, and no more than the limit."""
    size = archive.getinfo(name).file_size
    if size > limit:
        raise Refused(f"{name} is larger than {limit} bytes")
    with archive.open(name) as file:
        data = file.read(size + 1)
    if len(data) != size:
        raise Refused(f"{name} isn't as long as the archive says")
    return data


def check_names(archive):
    """Plain names, each once, none too large; no links, nothing encrypted."""
    entries = archive.infolist()
    if len(entries) > MEMBERS or sum(e.file_size for e in entries) > TOTAL_BYTES:
        raise Refused("it has too many members, or too large ones")
    names = [entry.filename for entry in entries]
    if len({name.casefold() for name in names}) != len(names):
        raise Refused("a name occurs twice")
    for entry in entries:
        dots = any(part.strip(".") == "" for part in entry.filename.split("/"))
        if dots or not NAME.fullmatch(entry.filename):
            raise Refused(f"a member has an unusual name: {entry.filename!r}")
        if entry.flag_bits & 1 or (entry.external_attr >> 16) & 0o170000 not in (0, 0o100000):
            raise Refused(f"{entry.filename} is encrypted, or isn't a plain file")
    return names


def strict(pairs):
    """An object of JSON in which no name occurs twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("a name occurs twice in the manifest")
    return found


def check_members(archive, names, manifest):
    """Exactly the members of the manifest, each with the hash that it names."""
    listed = {entry["path"]: entry for entry in manifest["files"]}
    if set(names) - {MANIFEST, SIGNATURE} != set(listed) or len(listed) != len(manifest["files"]):
        raise Refused("its members aren't those of its manifest")
    for path, entry in sorted(listed.items()):
        data = read(archive, path, MEMBER_BYTES)
        if not HASH.fullmatch(entry["sha256"]) or hashlib.sha256(data).hexdigest() != entry["sha256"]:
            raise Refused(f"{path} was altered")
        if len(data) != entry["size"]:
            raise Refused(f"{path} was altered")
    return len(listed)


def check_signature(archive, names, sealed):
    """The key that signed the manifest; empty where nobody did."""
    if SIGNATURE not in names:
        return ""
    found = json.loads(read(archive, SIGNATURE, 10_000))
    key, signature = bytes.fromhex(found["key"]), bytes.fromhex(found["signature"])
    plain = (key.hex(), signature.hex()) == (found["key"], found["signature"])  # capitals would be read as well
    if not plain or found["algorithm"] != "ed25519" or hashlib.sha256(key).hexdigest() != found["key_id"]:
        raise Refused("its signature is of an unknown kind")
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, sealed)
    except InvalidSignature:
        raise Refused("its signature isn't of this manifest") from None
    return found["key"]


def check(path, wanted):
    """Check everything; the lines to say."""
    with zipfile.ZipFile(path) as archive:
        names = check_names(archive)
        if MANIFEST not in names:
            raise Refused("it has no manifest")
        sealed = read(archive, MANIFEST, 64_000_000)
        manifest = json.loads(sealed, object_pairs_hook=strict)
        count = check_members(archive, names, manifest)
        key = check_signature(archive, names, sealed)
    if wanted and key != wanted.lower():
        raise Refused("it wasn't signed with the key that you gave" if key else "nobody has signed it")
    lines = [f"{manifest['model']}@{manifest['version']}: {count} members, all as the manifest says."]
    lines.append(f"Approved by {manifest['decision']['by']} on {manifest['decision']['time'][:10]}.")
    lines.append(f"Signed with the key {key}." if key else "Nobody has signed it.")
    if key and not wanted:
        lines.append("Compare this key with the one that its sender gave you, or call this with --key.")
    return lines


def main():
    """Say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle")
    parser.add_argument("--key", default="", help="the key that must have signed it, in hexadecimal")
    options = parser.parse_args()
    try:
        print("\n".join(check(options.bundle, options.key)))
    except Refused as refusal:
        print(f"Altered: {refusal}.")
        return 1
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile, RecursionError) as error:
        print(f"Altered: it isn't a bundle that can be read ({type(error).__name__}).")
        return 1
    except (ImportError, OSError) as error:
        print(f"Can't be told: {error}.")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
