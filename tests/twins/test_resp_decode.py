"""The decoder of frames and of values: every type in every spelling, cut in every way, and the calls themselves."""

from __future__ import annotations

import pickle
import tracemalloc
from types import ModuleType
from typing import Any

import pytest

from framewire.errors import FrameTooLong, ProtocolError
from framewire.frames.resp import Array, Bulk, Integer, Null, RespLimits, Simple, to_value
from tests.every_way import every_way, flat
from tests.vectors.resp import BOTH_WAYS, DECODE_ONLY, INCOMPLETE

REPLIES = BOTH_WAYS | DECODE_ONLY
MORE = object()
BEHIND = b"+behind\r\n"


@pytest.mark.parametrize("name", REPLIES)
def test_frames(resp: ModuleType, bytes_mut: type, name: str) -> None:
    found = every_way(lambda: resp.RespDecoder("frames"), bytes_mut, REPLIES[name].wire, BEHIND)
    assert found == ([flat(REPLIES[name].frame)], None, True)


@pytest.mark.parametrize("name", REPLIES)
def test_values(resp: ModuleType, bytes_mut: type, name: str) -> None:
    found = every_way(lambda: resp.RespDecoder("values"), bytes_mut, REPLIES[name].wire, BEHIND)
    assert found == ([flat(REPLIES[name].value)], None, True)


@pytest.mark.parametrize("output", ["frames", "values"])
def test_all_in_one_stream(resp: ModuleType, bytes_mut: type, output: str) -> None:
    stream = b"".join(reply.wire for reply in REPLIES.values())
    found = every_way(lambda: resp.RespDecoder(output), bytes_mut, stream, BEHIND)
    expected = [reply.frame if output == "frames" else reply.value for reply in REPLIES.values()]
    assert found == ([flat(item) for item in expected], None, True)


@pytest.mark.parametrize("output", ["frames", "values"])
@pytest.mark.parametrize("name", INCOMPLETE)
def test_incomplete(resp: ModuleType, bytes_mut: type, name: str, output: str) -> None:
    found = every_way(lambda: resp.RespDecoder(output), bytes_mut, INCOMPLETE[name])
    assert found == ([], None, False)


def decode_all(resp: ModuleType, src: Any, output: str = "frames") -> list[Any]:
    return list(resp.RespDecoder(output).decode_batch(src, 1_000_000))


# ---- the frames themselves ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_decoded_frames_are_like_constructed_ones(resp: ModuleType, bytes_mut: type, name: str) -> None:
    reply = BOTH_WAYS[name]
    [frame] = decode_all(resp, bytes_mut(reply.wire))
    assert type(frame) is type(reply.frame)
    if "nan" not in name.lower():
        assert frame == reply.frame
        assert hash(frame) == hash(reply.frame)
        assert pickle.loads(pickle.dumps(frame)) == frame
    assert repr(frame) == repr(reply.frame)


def test_payloads_are_bytes_and_items_are_tuples(resp: ModuleType, bytes_mut: type) -> None:
    [frame] = decode_all(resp, bytes_mut(b"*2\r\n$1\r\na\r\n%1\r\n+k\r\n:1\r\n"))
    assert type(frame.items) is tuple
    assert type(frame.items[0].data) is bytes
    assert type(frame.items[1].pairs) is tuple
    assert type(frame.items[1].pairs[0]) is tuple


@pytest.mark.parametrize("name", REPLIES)
def test_values_are_what_to_value_makes_of_frames(resp: ModuleType, bytes_mut: type, name: str) -> None:
    [frame] = decode_all(resp, bytes_mut(REPLIES[name].wire))
    assert flat(to_value(frame)) == flat(REPLIES[name].value)


# ---- the calls ---------------------------------------------------------------------------------------------------


def test_default_tells_more_from_null(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("values")
    src = bytes_mut(b"_\r\n")
    assert decoder.decode(src, MORE) is None
    assert decoder.decode(src, MORE) is MORE
    assert decoder.decode(src) is None


def test_unknown_output(resp: ModuleType) -> None:
    with pytest.raises(ValueError, match="output"):
        resp.RespDecoder("objects")


def test_decode_takes_one_item_and_leaves_the_rest(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("frames")
    src = bytes_mut(b":1\r\n:2\r\n:")
    assert decoder.decode(src) == Integer(1)
    assert bytes(src) == b":2\r\n:"
    assert decoder.decode(src) == Integer(2)
    assert decoder.decode(src) is None
    assert bytes(src) == b":"


def test_batch_takes_no_more_than_asked(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("values")
    src = bytes_mut(b":1\r\n:2\r\n:3\r\n")
    assert decoder.decode_batch(src, 0) == []
    assert decoder.decode_batch(src, 2) == [1, 2]
    assert bytes(src) == b":3\r\n"
    assert decoder.decode_batch(src, 2) == [3]
    assert decoder.decode_batch(src, 2) == []


def test_batch_and_single_calls_mix_inside_an_item(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("values")
    src = bytes_mut(b"*2\r\n:1")
    assert decoder.decode_batch(src, 5) == []
    src.extend(b"\r\n$2\r\na")
    assert decoder.decode(src, MORE) is MORE
    src.extend(b"b\r\n:9\r\n")
    assert decoder.decode_batch(src, 5) == [[1, b"ab"], 9]


def test_good_items_before_an_offender_are_returned_first(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("values")
    src = bytes_mut(b":1\r\n:2\r\n:x\r\n:3\r\n")
    assert decoder.decode_batch(src, 10) == [1, 2]
    for _ in range(2):
        with pytest.raises(ProtocolError, match="not a 64-bit integer: b'x'"):
            decoder.decode_batch(src, 10)
        with pytest.raises(ProtocolError, match="not a 64-bit integer: b'x'"):
            decoder.decode(src)


def test_a_refusal_holds_for_other_bytes_too(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("values", RespLimits(max_bulk=1))
    with pytest.raises(FrameTooLong) as first:
        decoder.decode(bytes_mut(b"$2\r\n"))
    with pytest.raises(FrameTooLong) as second:
        decoder.decode(bytes_mut(b":1\r\n"))
    assert (second.value.size, second.value.limit, second.value.recoverable) == (2, 1, False)
    assert str(first.value) == str(second.value)


def test_idle(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("frames")
    src = bytes_mut()
    assert decoder.idle
    decoder.decode(src)
    assert decoder.idle
    for byte in b"|1\r\n+a\r\n:1\r\n*1\r\n$1\r\na\r":
        src.extend(bytes([byte]))
        assert decoder.decode(src) is None
        assert not decoder.idle
    src.extend(b"\n+next\r\n")
    assert decoder.decode(src) is not None
    assert decoder.idle
    assert decoder.decode(src) == Simple(b"next")
    assert decoder.idle


def test_idle_after_a_batch_that_was_full(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("values")
    src = bytes_mut(b":1\r\n:2")
    decoder.decode_batch(src, 1)
    assert decoder.idle
    decoder.decode_batch(src, 1)
    assert not decoder.idle


def test_not_idle_after_a_refusal(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("values")
    with pytest.raises(ProtocolError):
        decoder.decode(bytes_mut(b"?"))
    assert not decoder.idle


def test_limits_can_change_between_items(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("values", RespLimits(max_bulk=10))
    src = bytes_mut(b"$5\r\nabcde\r\n$6\r\nabcdef\r\n")
    assert decoder.decode(src) == b"abcde"
    decoder.limits = RespLimits(max_bulk=5)
    assert decoder.limits == RespLimits(max_bulk=5)
    with pytest.raises(FrameTooLong, match="payload of 6 bytes, limit 5"):
        decoder.decode(src)


def test_limits_are_settable_wider(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("values", RespLimits(max_depth=1))
    decoder.limits = RespLimits(max_depth=2)
    assert decoder.decode(bytes_mut(b"*1\r\n*0\r\n")) == [[]]


# ---- sizes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [65535, 65536, 65537, 300_000])
def test_large_payloads(resp: ModuleType, bytes_mut: type, size: int) -> None:
    payload = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    wire = b"*2\r\n$%d\r\n%b\r\n:1\r\n" % (size, payload)
    found = every_way(lambda: resp.RespDecoder("values"), bytes_mut, wire, BEHIND)
    assert found == ([flat([payload, 1])], None, True)


def test_large_payload_is_received_in_a_block_of_its_own(resp: ModuleType, bytes_mut: type) -> None:
    decoder = resp.RespDecoder("frames")
    src = bytes_mut(b"*1\r\n$100000\r\nabc")
    assert decoder.decode(src) is None
    assert bytes(src) == b"abc"
    for count in (40_000, 40_000, 19_997):
        view = src.lease()
        assert len(view) == 100_000 - len(src)
        view[:count] = b"x" * count
        del view
        src.commit(count)
        assert decoder.decode(src) is None
    assert len(src) == 0
    src.extend(b"\r\n")
    assert decoder.decode(src) == Array((Bulk(b"abc" + b"x" * 99_997),))


def test_payload_of_any_type_may_be_large(resp: ModuleType, bytes_mut: type) -> None:
    body = b"t" * 70_000
    wire = (
        b"*4\r\n$70000\r\n" + body + b"\r\n!70000\r\n" + body + b"\r\n=70004\r\ntxt:" + body
        + b"\r\n$?\r\n;70000\r\n" + body + b"\r\n;70000\r\n" + body + b"\r\n;0\r\n"
    )  # fmt: skip
    found = every_way(lambda: resp.RespDecoder("frames"), bytes_mut, wire, BEHIND)
    assert found.error is None
    whole = decode_all(resp, bytes_mut(wire), "values")[0]
    assert [len(getattr(item, "data", item)) for item in whole] == [70_000, 70_000, 70_000, 140_000]


def test_nothing_is_allocated_on_the_peers_word(resp: ModuleType, bytes_mut: type) -> None:
    decoders = [(resp.RespDecoder(output), bytes_mut()) for output in ("frames", "values")]
    claims = [b"*2147483647\r\n", b"%2147483647\r\n", b"~2147483647\r\n", b"|2147483647\r\n"] * 10
    tracemalloc.start()
    try:
        for decoder, src in decoders:
            for claim in claims:
                src.extend(claim)
                assert decoder.decode(src, MORE) is MORE
            src.extend(b"$536870912\r\n")
            assert decoder.decode(src, MORE) is MORE
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1024 * 1024


@pytest.mark.parametrize("output", ["frames", "values"])
def test_the_deepest_allowed(resp: ModuleType, bytes_mut: type, output: str) -> None:
    wire = b"*1\r\n" * 1024 + b":7\r\n"
    [item] = decode_all(resp, bytes_mut(wire), output)
    for _ in range(1024):
        [item] = item.items if output == "frames" else item
    assert item == (Integer(7) if output == "frames" else 7)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", [b"*1\r\n", b"*?\r\n", b"~1\r\n", b"%1\r\n+k\r\n", b"|0\r\n"])
@pytest.mark.parametrize("output", ["frames", "values"])
def test_20_000_deep_where_that_is_allowed(resp: ModuleType, bytes_mut: type, output: str, kind: bytes) -> None:
    ends = b".\r\n" * 20_000 if kind == b"*?\r\n" else b""
    decoder = resp.RespDecoder(output, RespLimits(max_depth=20_000))
    assert len(decoder.decode_batch(bytes_mut(kind * 20_000 + b"_\r\n" + ends), 2)) == 1


def test_null_forms_are_understood_whatever_the_protocol(resp: ModuleType, bytes_mut: type) -> None:
    assert decode_all(resp, bytes_mut(b"$-1\r\n*-1\r\n_\r\n")) == [Null(b"$"), Null(b"*"), Null(b"_")]
    assert decode_all(resp, bytes_mut(b"$-1\r\n*-1\r\n_\r\n"), "values") == [None, None, None]
