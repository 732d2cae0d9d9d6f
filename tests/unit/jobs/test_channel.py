"""Messages over descriptors."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.channel import LIMIT, ChannelError, Decoder, frame, read_message, write_frame, write_message


class Word(msgspec.Struct, frozen=True):
    text: str


@contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    handles = os.pipe()
    try:
        yield handles
    finally:
        for handle in handles:
            try:
                os.close(handle)
            except OSError:
                continue


@given(payloads=st.lists(st.binary(max_size=200)), cuts=st.lists(st.integers(1, 50), min_size=1))
def test_that_a_stream_cut_anywhere_gives_the_same_messages(payloads: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(frame, payloads))
    decoder, found, at, turn = Decoder(), [], 0, 0
    while at < len(stream):
        end = at + cuts[turn % len(cuts)]
        found += decoder.feed(stream[at:end])
        at, turn = end, turn + 1
    decoder.finish()
    assert found == payloads


@given(garbage=st.binary(max_size=300))
def test_that_garbage_gives_payloads_or_an_error_and_nothing_else(garbage: bytes) -> None:
    decoder = Decoder()
    try:
        found = decoder.feed(garbage)
        decoder.finish()
    except ChannelError:
        return
    assert b"".join(map(frame, found)) == garbage


@given(garbage=st.binary(max_size=300))
def test_that_reading_garbage_gives_a_message_the_end_or_an_error(garbage: bytes) -> None:
    with _pipe() as (reading, writing):
        write_frame(writing, garbage)
        os.close(writing)
        try:
            found = read_message(reading, Word)
        except ChannelError:
            return
        assert found is None or isinstance(found, Word)
        assert found or garbage == b""


@given(text=st.text())
def test_that_a_message_comes_out_as_it_went_in(text: str) -> None:
    with _pipe() as (reading, writing):
        write_message(writing, Word(text))
        assert read_message(reading, Word) == Word(text)


def test_that_the_end_between_two_messages_is_no_error() -> None:
    with _pipe() as (reading, writing):
        os.close(writing)
        assert read_message(reading, Word) is None
        assert Decoder().read_from(reading) is None


@pytest.mark.parametrize("stream", [b"\0\0", b"\0\0\0\5{", b"\xff\xff\xff\xff{}", frame(b"{}"), frame(b"nonsense")])
def test_that_what_is_no_message_is_said_to_be_none(stream: bytes) -> None:
    with _pipe() as (reading, writing):
        write_frame(writing, stream)
        os.close(writing)
        with pytest.raises(ChannelError):
            read_message(reading, Word)


def test_that_a_message_over_the_limit_is_never_sent() -> None:
    with pytest.raises(ChannelError):
        frame(bytes(LIMIT + 1))


def test_that_large_messages_pass_through_a_full_non_blocking_pipe() -> None:
    word = Word("x" * 1_000_000)
    with _pipe() as (reading, writing):
        os.set_blocking(writing, False)
        os.set_blocking(reading, False)
        decoder, found = Decoder(), []
        assert decoder.read_from(reading) == []
        thread = threading.Thread(target=write_message, args=(writing, word))
        thread.start()
        while not found:
            found += decoder.read_from(reading) or []
        thread.join()
    assert msgspec.json.decode(found[0], type=Word) == word
