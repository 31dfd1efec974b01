"""Framing: the frames of either direction at every cut, and that no byte is lost where there are none."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.tap.faults.framing import Frame, Framing, RawFraming, ReplyFraming, RequestFraming
from tests.properties import examples
from tests.tap.faults.ways import ways

GET = b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
REPLIES = [b"+OK\r\n", b"$-1\r\n", b"*2\r\n$1\r\na\r\n:1\r\n", b">2\r\n+x\r\n_\r\n", b"|1\r\n+a\r\n:1\r\n$2\r\nhi\r\n",
           b"$0\r\n\r\n", b"%1\r\n+k\r\n~1\r\n:1\r\n"]  # fmt: skip


def frames_of(framing: Framing, pieces: list[bytes]) -> list[Frame]:
    return [frame for piece in pieces for frame in framing.feed(piece)]


@pytest.mark.parametrize(("make", "data", "expected"), [
    (RequestFraming, GET * 2, [Frame(GET, [b"GET", b"a"])] * 2),
    (RequestFraming, b"PING\r\nECHO 'a'\n", [Frame(b"PING\r\n", [b"PING"]), Frame(b"ECHO 'a'\n", [b"ECHO", b"a"])]),
    (RequestFraming, b"\r\n*0\r\n" + GET, [Frame(b"\r\n*0\r\n" + GET, [b"GET", b"a"])]),
    (ReplyFraming, b"".join(REPLIES), [Frame(reply) for reply in REPLIES]),
])  # fmt: skip
def test_frames_are_found_however_they_are_cut(
    make: Callable[[], Framing], data: bytes, expected: list[Frame]
) -> None:
    for pieces in ways(data):
        framing = make()
        assert frames_of(framing, pieces) == expected
        assert framing.rest() == b""
        assert not framing.broken


@pytest.mark.parametrize("make", [RequestFraming, ReplyFraming])
def test_what_is_not_whole_waits_and_is_given_back(make: Callable[[], Framing]) -> None:
    for cut in range(1, len(GET)):
        framing = make()
        assert framing.feed(GET[:cut]) == []
        assert framing.rest() == GET[:cut]
        assert framing.rest() == b""


@pytest.mark.parametrize(("make", "good", "bad", "words"), [
    (RequestFraming, GET, b"*1\r\n+x\r\n", "expected '\\$'"),
    (ReplyFraming, b"+OK\r\n", b"?what\r\n", "type byte"),
])  # fmt: skip
def test_broken_bytes_are_passed_on_from_where_they_begin(
    make: Callable[[], Framing], good: bytes, bad: bytes, words: str
) -> None:
    for pieces in ways(good + bad + good):
        framing = make()
        [first, *others] = frames_of(framing, pieces)
        assert first.whole
        assert not any(frame.whole for frame in others)
        assert b"".join(frame.data for frame in others) + framing.rest() == bad + good
        assert framing.broken


def test_raw_bytes_are_no_frames() -> None:
    framing = RawFraming()
    assert framing.broken
    assert framing.feed(GET) == [Frame(GET, whole=False)]
    assert framing.feed(b"") == []
    assert framing.rest() == b""


@examples(300)
@given(st.sampled_from([RequestFraming, ReplyFraming, RawFraming]), st.lists(st.one_of(
    st.binary(max_size=10), st.sampled_from([GET, b"\r\n", b"*", b"$5\r\n", *REPLIES])
), max_size=8), st.integers(0, 99))  # fmt: skip
def test_no_byte_is_lost_whatever_comes(make: Callable[[], Framing], parts: list[bytes], seed: int) -> None:
    data = b"".join(parts)
    rng = random.Random(seed)
    framing, start, passed = make(), 0, b""
    while start < len(data):
        stop = start + rng.randint(1, 12)
        passed += b"".join(frame.data for frame in framing.feed(data[start:stop]))
        start = stop
    assert passed + framing.rest() == data
