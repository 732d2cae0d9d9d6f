"""The one exception of the house: a code with parameters, put into words by :mod:`app.text`."""

from __future__ import annotations

import errno

Parameter = str | int | float


class CicloError(Exception):
    """What went wrong, as a code (``"data.missing_target"``) with parameters.

    The code is also the id of its sentence in the catalogues; the sentence of ``code + ".hint"``, where there is one,
    says what to do next.
    """

    def __init__(self, code: str, **params: Parameter) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


WORDED = "\0"
"""Before the id of a sentence that is the parameter of another: no name, path or value begins with it."""

_CAUSES = {
    errno.ENOENT: "system.missing",
    errno.ENOTDIR: "system.not_a_folder",
    errno.EISDIR: "system.is_a_folder",
    errno.EEXIST: "system.exists",
    errno.EACCES: "system.forbidden",
    errno.EPERM: "system.forbidden",
    errno.EROFS: "system.read_only",
    errno.ENOSPC: "system.full",
    errno.EDQUOT: "system.full",
    errno.EFBIG: "system.too_large",
    errno.ENAMETOOLONG: "system.name_too_long",
    errno.EIO: "system.broken",
    errno.ESTALE: "system.disconnected",
    errno.ENOTCONN: "system.disconnected",
    errno.ETIMEDOUT: "system.disconnected",
    errno.EBUSY: "system.in_use",
    errno.ETXTBSY: "system.in_use",
    errno.EMFILE: "system.too_many_files",
    errno.ENFILE: "system.too_many_files",
    errno.ENOMEM: "system.memory",
    errno.ELOOP: "system.loop",
}


def worded(*ids: str) -> str:
    """A parameter that is a sentence (or a list of some) of the catalogues itself, put into words when that is which
    it belongs to."""
    return "".join(WORDED + id for id in ids)


def cause(error: OSError) -> str:
    """Why the operating system refused: as :func:`worded` where it is a usual reason, else in the system's words."""
    known = _CAUSES.get(error.errno or 0)
    return worded(known) if known else error.strerror or str(error)
