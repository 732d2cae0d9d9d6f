"""Wishes in a stream: whatever its pieces, the same wishes come out."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.contract import Failure
from app.jobs.forks import FitFailure
from app.learning.compute.messages import Do, Forget, Frames, Open, Rest, Told, Wish, framed, receive_told, receive_wish

NUMBERS = st.integers(0, 2**40)
WISHES: st.SearchStrategy[Wish] = st.one_of(
    st.builds(Open, parcel=st.text(max_size=20), processors=st.integers(1, 64)),
    st.builds(Rest),
    st.builds(Do, number=NUMBERS, order=st.binary(max_size=300)),
    st.builds(Forget, number=NUMBERS),
)


@given(wishes=st.lists(WISHES), cuts=st.lists(st.integers(1, 60), min_size=1))
def test_that_a_stream_in_pieces_of_any_size_gives_the_same_wishes(wishes: list[Wish], cuts: list[int]) -> None:
    stream, frames, found, turn = b"".join(map(framed, wishes)), Frames(), list[Wish](), 0
    while stream:
        size = cuts[turn % len(cuts)]
        found += frames.feed(stream[:size])
        stream, turn = stream[size:], turn + 1
    assert found == wishes


@given(wish=WISHES)
def test_that_a_wish_that_is_cut_off_is_none(wish: Wish) -> None:
    whole = framed(wish)
    assert receive_wish(io.BytesIO(whole)) == wish
    assert receive_wish(io.BytesIO(whole[:-1])) is None
    assert Frames().feed(whole[:-1]) == []
    assert receive_wish(io.BytesIO()) is None


@pytest.mark.parametrize(
    "told",
    [
        Told(number=3, result=b""),
        Told(number=4, failure=FitFailure(failure=Failure(code="jobs.fit_crashed"), elapsed_s=1.5)),
    ],
)
def test_that_answers_come_back_whole_or_not_at_all(told: Told) -> None:
    assert receive_told(io.BytesIO(framed(told))) == told
    assert receive_told(io.BytesIO(framed(told)[:-1])) is None
