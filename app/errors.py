"""The one exception of the house: a code with parameters, put into words by :mod:`app.text`."""

from __future__ import annotations

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
