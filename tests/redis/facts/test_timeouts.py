"""How long a request may wait: where the time stands, and its unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.facts import blocks, walk
from tests.properties import examples


@pytest.mark.parametrize(("request_line", "seconds"), [
    (b"BLPOP a 0", 0.0), (b"blpop a b 0.25", 0.25), (b"BRPOP a 1e1", 10.0), (b"BLPOP a +.5", 0.5), (b"BLPOP a 3.", 3.0),
    (b"BLMOVE a b LEFT RIGHT 2", 2.0), (b"BRPOPLPUSH a b 7", 7.0), (b"BZPOPMIN a 1", 1.0), (b"BZPOPMAX a b 1", 1.0),
    (b"BLMPOP 3 1 a LEFT", 3.0), (b"BZMPOP 0.5 1 a MIN COUNT 9", 0.5),
    (b"XREAD BLOCK 500 STREAMS a 0", 0.5), (b"XREAD COUNT 5 block 0 STREAMS a 0", 0.0), (b"XREAD STREAMS a 0", None),
    (b"XREAD STREAMS BLOCK 0", None), (b"XREAD COUNT BLOCK STREAMS a 0", None),
    (b"XREAD NEWER 1 BLOCK 1000 STREAMS a 0", 1.0),
    (b"XREADGROUP GROUP g c BLOCK 1500 STREAMS a >", 1.5),
    (b"XREADGROUP GROUP g c NOACK COUNT 1 BLOCK 0 STREAMS a >", 0.0),
    (b"XREADGROUP GROUP BLOCK 5 STREAMS a >", None), (b"XREADGROUP GROUP g BLOCK STREAMS a >", None),
    (b"WAIT 1 100", 0.1), (b"WAIT 0 0", 0.0), (b"WAITAOF 1 0 2000", 2.0),
    # what no server takes for a number, as far as is known, may wait for ever
    (b"BLPOP a -1", 0.0), (b"BLPOP a x", 0.0), (b"BLPOP a nan", 0.0), (b"BLPOP a 0x10", 0.0), (b"BLPOP a 1_0", 0.0),
    (b"XREAD BLOCK x STREAMS a 0", 0.0),
    # what is too short is refused at once
    (b"BLMPOP", None), (b"XREAD BLOCK", None),
    (b"GET BLOCK", None), (b"LPOP a 5", None), (b"NOTHING 5", None), (b"CLIENT PAUSE 5", None), (b"", None),
])  # fmt: skip
def test_how_long_a_request_may_wait(request_line: bytes, seconds: float | None) -> None:
    assert blocks(request_line.split()) == seconds


def test_what_the_server_calls_blocking_has_a_timeout() -> None:
    blocking = {entry.name for entry in walk() if entry.has_flag("blocking")}
    assert blocking | {"wait"} == {entry.name for entry in walk() if entry.timeout is not None}


@given(st.lists(st.sampled_from([b"BLOCK", b"1", b"STREAMS", b"GROUP", b"COUNT", b"x", b""]), max_size=8), st.data())
@examples(200)
def test_any_request_has_an_answer(words: list[bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(entry.name for entry in walk() if entry.timeout is not None)))
    seconds = blocks([name.encode(), *words])
    assert seconds is None or seconds >= 0
