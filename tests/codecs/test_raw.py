"""`RawCodec`: every byte as it comes."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from framewire import RawCodec
from tests.codecs.items import decode, over_a_connection
from tests.every_way import cuts


@given(st.lists(st.binary(max_size=50)), st.randoms(use_true_random=False))
def test_raw_bytes_all_arrive(chunks: list[bytes], rng: random.Random) -> None:
    data = b"".join(chunks)
    found = decode(RawCodec(), cuts(data, 10, rng))
    assert b"".join(map(bytes, found)) == data


async def test_what_one_side_writes_the_other_reads() -> None:
    assert b"".join(map(bytes, await over_a_connection(RawCodec(), [b"a", b"b" * 100_000]))) == b"a" + b"b" * 100_000
