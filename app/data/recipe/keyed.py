"""The steps that need the project's key: values become pseudonyms."""

from __future__ import annotations

import hmac
import unicodedata
from functools import partial

import numpy as np
import pyarrow as pa

from app.data.recipe.frame import Frame, on_words
from app.data.recipe.steps import KeyedStep, Pseudonymise, Touched
from app.data.records import ColumnType

_BYTES = 10
"""Of the HMAC: 80 bits. That two of ten million values get the same pseudonym has a probability of 4 in 10¹¹ (of a
billion values, 4 in 10⁷)."""
_LETTERS = 8 * _BYTES // 5
_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)


def apply_keyed(step: KeyedStep, frame: Frame, key: bytes) -> tuple[Frame, Touched]:
    """The rows after a step that was checked, and what it did."""
    if not isinstance(step, Pseudonymise):
        raise NotImplementedError(type(step).__name__)
    cells = sum(len(frame.column(name)) - frame.column(name).null_count for name in step.columns)
    for name in step.columns:
        frame = frame.put(name, _pseudonyms(frame.column(name), key), ColumnType.IDENTIFIER)
    return frame, Touched(rows=frame.table.num_rows, columns=len(frame.types), cells=cells)


def _pseudonyms(cells: pa.ChunkedArray, key: bytes) -> pa.ChunkedArray:
    if not pa.types.is_dictionary(cells.type):
        cells = cells.cast(pa.string()).dictionary_encode()  # each value once
    return on_words(cells, partial(pseudonyms, key=key))


def pseudonyms(words: pa.Array, *, key: bytes) -> pa.Array:
    """The pseudonyms of words: the first 80 bits of HMAC-SHA256 (H. Krawczyk, M. Bellare, R. Canetti, RFC 2104) in the
    letters and digits of base32 (S. Josefsson, RFC 4648), small; missing where a word is missing or empty."""
    plain = [normal(word) if word is not None else "" for word in words.to_pylist()]
    digests = b"".join(hmac.digest(key, word.encode(), "sha256")[:_BYTES] for word in plain if word)
    fives = np.packbits(np.unpackbits(np.frombuffer(digests, np.uint8)).reshape(-1, 5), axis=1)[:, 0] >> 3
    made = len(digests) // _BYTES
    ends = np.arange(0, (made + 1) * _LETTERS, _LETTERS, dtype=np.int32)
    found = pa.StringArray.from_buffers(made, pa.py_buffer(ends), pa.py_buffer(_ALPHABET[fives].tobytes()))
    filled = np.array([bool(word) for word in plain], dtype=bool)
    return found.take(pa.array(np.cumsum(filled) - 1, mask=~filled))


def normal(word: str) -> str:
    """What counts as the same value: without blanks around it, its letters and accents written as Unicode's NFC."""
    return unicodedata.normalize("NFC", word.strip())
