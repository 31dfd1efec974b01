"""Batches as bytes: they are read back by a decoder of requests, whatever is in them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire import BytesMut
from framewire.cli.bench.keys import Keys
from framewire.cli.bench.suite import own_request, select
from framewire.cli.bench.workload import Workload, payload
from framewire.codecs.resp import RespDecoder


def read(batch: bytes) -> list[list[bytes]]:
    decoder, received = RespDecoder("requests"), BytesMut(batch)
    requests: list[list[bytes]] = decoder.decode_batch(received, 1 << 20)
    assert decoder.idle
    assert not received
    return requests


WORDS = st.lists(st.sampled_from([b"%", b"%012d", b"__rand_int__", b"__data__", b"a\r\nb", b"\xff", b"k:__rand_int__"]))


@given(WORDS, st.binary(max_size=20), st.booleans(), st.lists(st.integers(1, 9), max_size=4))
def test_every_request_is_what_was_asked_for_with_its_places_filled(
    words: list[bytes], data: bytes, random: bool, counts: list[int]
) -> None:
    keys = Keys(1000, "sequential") if random else None
    request = own_request([b"X", *words])
    work = Workload([request], data, keys, Random(0))
    numbers = iter(range(10**6))
    for count in counts:
        batch, kinds = work.batch(count)
        assert kinds is None
        requests = read(batch)
        assert len(requests) == count
        for found in requests:
            assert found == [_expected(word, data, numbers, random) for word in request.arguments]


def _expected(word: bytes, data: bytes, numbers: object, random: bool) -> bytes:
    word = word.replace(b"__data__", data)
    while random and b"__rand_int__" in word:
        word = word.replace(b"__rand_int__", b"%012d" % (next(numbers) % 1000), 1)  # type: ignore[call-overload]
    return word


def test_scores_are_numbers_with_keys_and_0_without() -> None:
    test = select(["zadd"])
    assert read(Workload(test, b"x", None, Random(0)).batch(1)[0]) == [
        [b"ZADD", b"myzset", b"0", b"element:__rand_int__"]
    ]
    assert read(Workload(test, b"x", Keys(9, "sequential"), Random(0)).batch(1)[0]) == [
        [b"ZADD", b"myzset", b"000000000000", b"element:000000000001"]
    ]


def test_a_mix_has_each_request_as_often_as_its_weight_says_and_tells_which_is_which() -> None:
    tests = select(["set", "get"])
    work = Workload(tests, b"xxx", Keys(10), Random(3), (1, 9))
    batch, kinds = work.batch(10_000)
    assert kinds is not None
    assert [request[0] for request in read(batch)] == [tests[kind].arguments[0] for kind in kinds]
    assert abs(list(kinds).count(0) - 1000) < 6 * 30
    assert work.titles == ["SET", "GET"]


@pytest.mark.parametrize("size", [0, 1, 3, 10_000])
def test_a_payload_is_letters_and_digits_the_same_for_the_same_seed(size: int) -> None:
    data = payload(size, Random(4))
    assert len(data) == size
    assert data.replace(b"-", b"").replace(b"_", b"").isalnum() or not size
    assert payload(size, Random(4)) == data
