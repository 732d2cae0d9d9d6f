"""Compressed files come in as what is packed in them; damage, other formats and bombs have their sentence."""

from __future__ import annotations

import base64
import bz2
import gzip
import lzma
import random
from collections.abc import Callable
from itertools import pairwise

import pyarrow as pa
import pytest

from app.data import limits
from app.data.records import Corrections, InspectRequest
from app.data.source import Blocks, open_source
from app.data.sources.jobs import inspect_any
from app.errors import CicloError
from tests.integration.data.desk import HEADER, Desk, lines


def zstandard(content: bytes) -> bytes:
    """One frame, as ``zstd`` makes it of a stream."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(content)
    return bytes(sink.getvalue().to_pybytes())


# What the program ``zstd`` makes of forty lines; unlike Arrow it adds a sum of the content.
BY_THE_PROGRAM = (
    b"KLUv/QRodQUAdpMqEcAV2sYBAv7bye7u7r4SDhgGJgAkACQAIRond1ZqbuwM3VeKuq2VdVft7KZe3T3FwVuakXc03KGAgeAGBALS"
    b"MLozKlQ3RkfsviiFuy1aeHdFzfCm6FHeE0W5JZoh7oiGjDuNsjulMnejdALvk1LibdK6vEtqdZP0Ju6RYsgt0ky5Qxpw7hANwjun"
    b"InnjdO6bEt42LYu7pkZy0/Rk7plioFumiXTHNFzdYQIAmyEDLA=="
)

Pack = Callable[[bytes], bytes]
PACKINGS = [("gz", gzip.compress), ("xz", lzma.compress), ("bz2", bz2.compress), ("zst", zstandard)]
by_packing = pytest.mark.parametrize(("ending", "pack"), PACKINGS)


@by_packing
def test_that_a_packed_file_comes_in_as_it_would_unpacked(desk: Desk, ending: str, pack: Pack) -> None:
    content = HEADER + lines(5000)
    answer, record = desk.bring(pack(content.encode()), f"a.csv.{ending}")
    plain = desk.bring(content)[1]
    assert answer.rows == 5000
    assert record.objects["table"].sha256 == plain.objects["table"].sha256


@by_packing
def test_that_pieces_packed_one_after_the_other_are_one_file(desk: Desk, ending: str, pack: Pack) -> None:
    content = (HEADER + lines(3000)).encode()
    cuts = [0, 7, 20_000, len(content)]
    packed = b"".join(pack(content[start:end]) for start, end in pairwise(cuts))
    assert desk.bring(packed, f"a.csv.{ending}")[0].rows == 3000


@by_packing
def test_that_blocks_of_any_size_add_up_to_the_file(desk: Desk, ending: str, pack: Pack) -> None:
    content = random.Random(1).randbytes(300_000)
    source = open_source(desk.file(pack(content), f"a.{ending}"))
    for size in (1_000, 65_536, 1_000_000):
        assert b"".join(Blocks(source, block_bytes=size)) == content


@by_packing
def test_that_a_damaged_one_and_a_bomb_are_refused(desk: Desk, ending: str, pack: Pack) -> None:
    chance = random.Random(2)
    whole = pack((HEADER + "".join(f"{i},{chance.random()},{i}\n" for i in range(20_000))).encode())
    half = len(whole) // 2
    name = f"a.csv.{ending}"
    assert desk.refused(whole[:half], name) == "data.damaged_archive"
    assert desk.refused(whole[:-3], name) == "data.damaged_archive"
    assert desk.refused(whole[:6], name) == "data.damaged_archive"
    if ending != "zst":  # where it has no sum, any bits may be values
        assert desk.refused(whole[:half] + bytes(200) + whole[half + 200 :], name) == "data.damaged_archive"
    assert desk.refused(pack(b"1,2\n" * (limits.INFLATION_FROM_BYTES // 2)), name) == "data.inflation"


@by_packing
def test_that_records_of_json_are_unpacked_too(desk: Desk, ending: str, pack: Pack) -> None:
    path = desk.file(pack(b'{"a": 1}\n{"a": 2}\n'), f"a.jsonl.{ending}")
    found = inspect_any(path, InspectRequest(source=str(path), corrections=Corrections()))
    assert found.records == 2
    assert [column.name for column in found.columns] == ["a"]


def test_that_no_changed_bit_of_a_frame_with_a_sum_passes_for_a_value(desk: Desk) -> None:
    whole = base64.b64decode(BY_THE_PROGRAM)
    _answer, record = desk.bring(whole, "a.csv.zst")
    assert desk.rows(record) == [(str(n), f"w{n * 7919 % 1000}") for n in range(40)]
    meant = unpacked(desk, whole)
    for place in range(4, len(whole)):  # behind the sign by which it is known
        changed = whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :]
        assert unpacked(desk, changed) in (meant, b"data.damaged_archive")


def unpacked(desk: Desk, packed: bytes) -> bytes:
    """The content, or the code of the refusal."""
    try:
        return b"".join(Blocks(open_source(desk.file(packed, "b.csv.zst"))))
    except CicloError as error:
        return error.code.encode()
