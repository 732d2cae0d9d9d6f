"""The strict scanner: every record of a file is counted once, whatever it holds."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data import limits
from app.data.delimited.careful import Grammar
from app.data.delimited.parsing import to_table
from app.data.delimited.parts import Part, Piece, joined
from app.data.delimited.scanner import Scanner

COMMA = Grammar(delimiter=b",")


def scan(data: bytes, *, width: int, grammar: Grammar = COMMA, block: int = 1 << 20) -> list[Part]:
    blocks = [data[i : i + block] for i in range(0, len(data), block)]
    return list(Scanner(grammar=grammar, width=width).scan(blocks))


def rows(parts: list[Part], *, width: int, grammar: Grammar = COMMA) -> list[list[str]]:
    tables = [to_table(part, grammar=grammar, width=width) for part in parts]
    return [list(row.values()) for row in pa.concat_tables(tables).to_pylist()] if tables else []


def written(table: list[list[str]], *, delimiter: str, end: str, always: bool) -> str:
    """RFC 4180, with any line end. An empty line is a blank one, so a lone empty cell is quoted."""

    def cell(text: str) -> str:
        special = always or any(c in text for c in (delimiter, '"', "\n", "\r")) or (len(table[0]) == 1 and not text)
        return '"' + text.replace('"', '""') + '"' if special else text

    return "".join(delimiter.join(map(cell, row)) + end for row in table)


def rejected(parts: list[Part]) -> list[tuple[int, str]]:
    return [(r.line, r.reason.id.rpartition(".")[2]) for part in parts for r in part.rejected]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8) | st.sampled_from(
    ['"', '""', ",", "\n", "\r\n", "\r", ";", " ", "a,b", 'x"y', "ñ"]
)
tables = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=20)
)


@settings(max_examples=150, deadline=None)
@given(
    table=tables,
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    block=st.integers(1, 40),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    always=st.booleans(),
    open_end=st.booleans(),
)
def test_that_well_formed_tables_come_back_cell_by_cell(
    table: list[list[str]], end: str, block: int, delimiter: str, always: bool, open_end: bool
) -> None:
    data = written(table, delimiter=delimiter, end=end, always=always).encode()
    if open_end and data.endswith(b'"' + end.encode()):
        data = data[: -len(end)]
    grammar = Grammar(delimiter=delimiter.encode())
    width = len(table[0])
    parts = scan(data, width=width, grammar=grammar, block=block)
    assert rejected(parts) == []
    assert sum(p.records for p in parts) == len(table)
    assert rows(parts, width=width, grammar=grammar) == table


@settings(max_examples=150, deadline=None)
@given(data=st.text(st.sampled_from('ab,"\n\r;é'), max_size=60), block=st.integers(1, 30), width=st.integers(1, 4))
def test_that_any_bytes_split_into_the_same_records_however_they_arrive(data: str, block: int, width: int) -> None:
    raw = data.encode()
    whole, pieces = scan(raw, width=width), scan(raw, width=width, block=block)
    assert sum(p.records for p in whole) == sum(p.good + len(p.rejected) for p in whole)
    assert sum(p.records for p in pieces) == sum(p.good + len(p.rejected) for p in pieces)
    if not any(reason == "unclosed_quote" for _line, reason in rejected(whole)):
        assert rows(whole, width=width) == rows(pieces, width=width)
        assert rejected(whole) == rejected(pieces)


def test_that_lines_are_counted_through_quoted_line_ends() -> None:
    parts = scan(b'1,"a\nb\r\nc"\n2\n3,x\n', width=2)
    assert rejected(parts) == [(4, "too_few")]
    assert [n for p in parts if p.starts is not None for n in p.starts.tolist()] == [1, 5]


@pytest.mark.parametrize("block", [7, 1 << 20])
def test_that_a_quote_that_never_closes_costs_one_line_only(block: int) -> None:
    parts = scan(b'1,a\n2,"b\n3,c\n4,d\n', width=2, block=block)
    assert rejected(parts) == [(2, "unclosed_quote")]
    assert rows(parts, width=2) == [["1", "a"], ["3", "c"], ["4", "d"]]


def test_that_two_stray_quotes_do_not_swallow_the_lines_between_them() -> None:
    parts = scan(b'1,a\n2,"b\n3,c\n4,"d\n5,e\n', width=2)
    assert rejected(parts) == [(2, "text_after_quote"), (4, "unclosed_quote")]
    assert rows(parts, width=2) == [["1", "a"], ["3", "c"], ["5", "e"]]


def test_that_a_quote_inside_an_unquoted_value_stays_and_is_counted() -> None:
    parts = scan(b'1,5" pipe\n2,b\n', width=2)
    assert rows(parts, width=2) == [["1", '5" pipe'], ["2", "b"]]
    assert sum(p.stray for p in parts) == 1


def test_that_records_of_another_width_are_listed_with_their_line() -> None:
    parts = scan(b"1,a\n2\n3,c,x\n\n4,d\n", width=2)
    assert rejected(parts) == [(2, "too_few"), (3, "too_many")]
    assert sum(p.blank for p in parts) == 1
    assert sum(p.records for p in parts) == 4


def test_that_an_empty_line_is_a_record_where_there_is_one_column() -> None:
    assert rows(scan(b"a\n\nb\n", width=1), width=1) == [["a"], [""], ["b"]]


def test_that_bytes_that_are_no_text_reject_their_record_only() -> None:
    parts = scan(b"1,a\n2,\xff\n3,\xc3\xa9\n", width=2)
    assert rejected(parts) == [(2, "undecodable")]
    assert rows(parts, width=2) == [["1", "a"], ["3", "é"]]


def test_that_a_line_beyond_the_limit_is_rejected_and_the_next_one_read() -> None:
    data = b"1,a\n2," + b"x" * (limits.LINE_BYTES + 5_000_000) + b"\n3,c\n"
    parts = scan(data, width=2, block=1 << 22)
    assert rejected(parts) == [(2, "line_too_long")]
    assert rows(parts, width=2) == [["1", "a"], ["3", "c"]]


def test_that_a_field_beyond_the_limit_is_rejected() -> None:
    parts = scan(b"1,a\n2," + b"x" * (limits.FIELD_BYTES + 1) + b"\n3,c\n", width=2)
    assert rejected(parts) == [(2, "field_too_long")]


def test_that_escapes_and_longer_delimiters_are_read() -> None:
    escaped = Grammar(delimiter=b",", escape=b"\\")
    assert rows(scan(b'1,"a \\"b\\", c"\n', width=2, grammar=escaped), width=2) == [["1", 'a "b", c']]
    double = Grammar(delimiter=b"||")
    assert rows(scan(b'1||"a||b"\n2||c\n', width=2, grammar=double), width=2) == [["1", "a||b"], ["2", "c"]]


def test_that_spaces_after_the_delimiter_can_be_left_out() -> None:
    grammar = Grammar(delimiter=b",", skip_spaces=True)
    data = b'1, "a, b", x\n2, c, y\n'
    assert rows(scan(data, width=3, grammar=grammar), width=3, grammar=grammar) == [["1", "a, b", "x"], ["2", "c", "y"]]


@given(table=tables, end=st.sampled_from(["\n", "\r\n", "\r"]), block=st.integers(1, 40))
def test_that_joined_pieces_hold_the_same_records(table: list[list[str]], end: str, block: int) -> None:
    width = len(table[0])
    data = (written(table, delimiter=",", end=end, always=False) + ",".join("x" * (width + 1)) + end).encode()
    scanner = Scanner(grammar=COMMA, width=width)
    apart = list(scanner.pieces(data[i : i + block] for i in range(0, len(data), block)))
    together = list(joined(apart))
    found = [[scanner.examiner.part(p) if isinstance(p, Piece) else p for p in pieces] for pieces in (apart, together)]
    assert rows(found[1], width=width) == rows(found[0], width=width)
    assert rejected(found[1]) == rejected(found[0])
    plain = [isinstance(p, Piece) and not len(p.quotes) for p in together]
    assert not any(one and other for one, other in pairwise(plain))
