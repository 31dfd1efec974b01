"""Laws of RESP for bytes and frames that nobody thought of: round trips, twins that agree, cuts that do not matter."""

from __future__ import annotations

import random
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.errors import EncodeError, FramewireError, ProtocolError
from framewire.frames.resp import (
    Array,
    Attributed,
    BigNumber,
    Boolean,
    Bulk,
    BulkError,
    Double,
    Error,
    Integer,
    Map,
    Null,
    Push,
    RespLimits,
    Set,
    Simple,
    Verbatim,
    to_value,
)
from tests.every_way import Outcome, cuts, feed, flat
from tests.properties import examples
from tests.vectors.resp import BOTH_WAYS, DECODE_ONLY, REQUESTS
from tests.vectors.resp_hostile import REPLIES as REFUSED
from tests.vectors.resp_hostile import REQUESTS as REFUSED_REQUESTS

usual = examples(60)

# ---- what to send ------------------------------------------------------------------------------------------------

LINES = st.binary(max_size=12).map(lambda data: data.replace(b"\r", b"").replace(b"\n", b""))
INT64S = st.integers(-(2**63), 2**63 - 1)
SCALARS = st.one_of(
    st.builds(Simple, LINES),
    st.builds(Error, LINES),
    st.builds(Integer, INT64S),
    st.builds(Bulk, st.binary(max_size=30)),
    st.sampled_from([Null(b"_"), Null(b"$"), Null(b"*"), Boolean(True), Boolean(False)]),
    st.builds(Double, st.floats()),
    st.builds(BigNumber, st.one_of(st.integers(), st.integers(-(10**900), 10**900))),
    st.builds(BulkError, st.binary(max_size=20)),
    st.builds(Verbatim, st.sampled_from([b"txt", b"mkd", b":::"]), st.binary(max_size=20)),
)


def aggregates(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    items = st.lists(children, max_size=4).map(tuple)
    pairs = st.lists(st.tuples(children, children), max_size=3).map(tuple)
    return st.one_of(
        st.builds(Array, items),
        st.builds(Set, items),
        st.builds(Map, pairs),
        st.builds(Attributed, pairs, children),
    )


INNER = st.recursive(SCALARS, aggregates, max_leaves=15)
FRAMES = st.one_of(INNER, st.builds(Push, st.lists(INNER, max_size=4).map(tuple)))

KEYS = st.one_of(st.binary(max_size=6), INT64S, st.floats(), st.booleans(), st.none(), st.builds(Simple, LINES))
VALUES = st.recursive(
    st.one_of(
        KEYS, st.integers(-(10**30), 10**30), st.builds(Error, LINES), st.builds(Verbatim, st.just(b"txt"), st.binary())
    ),
    lambda children: st.one_of(
        st.lists(children, max_size=4),
        st.dictionaries(KEYS, children, max_size=4),
        st.sets(KEYS, max_size=4),
    ),
    max_leaves=15,
)

WIRES = [reply.wire for reply in (BOTH_WAYS | DECODE_ONLY).values() if len(reply.wire) < 300]
WIRES += [case.wire for case in REFUSED.values() if len(case.wire) < 300]
WIRES += [b"*2\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n:1\r\n:2\r\n", b"*1\r\n>2\r\n$9\r\nsubscribe\r\n:1\r\n"]
REQUEST_WIRES = [wire for wire, _ in REQUESTS.values() if len(wire) < 300]
REQUEST_WIRES += [case.wire for case in REFUSED_REQUESTS.values() if len(case.wire) < 300]
TOKENS = [bytes([byte]) for byte in b"\n\r$*%~|>+-:_#,(!=;.?0123t\x00\xff"]
TOKENS += [b"\r\n", b"-1", b"9223372036854775807", b"inf", b"abc"]


def mutated(wires: list[bytes]) -> st.SearchStrategy[bytes]:
    """Valid and invalid input in a row, with a few bytes dropped, doubled or changed."""
    return st.tuples(
        st.lists(st.sampled_from(wires), min_size=1, max_size=4).map(b"".join), st.randoms(use_true_random=False)
    ).map(lambda pair: mutate(*pair))


def mutate(wire: bytes, rng: random.Random) -> bytes:
    data = bytearray(wire)
    for _ in range(rng.randint(0, 4)):
        where = rng.randrange(len(data) + 1)
        length = rng.choice([0, 0, 1, 1, 2, 5])
        data[where : where + length] = rng.choice([b"", *TOKENS, bytes(data[where : where + 3])])
    return bytes(data)


INPUT = st.one_of(mutated(WIRES), st.lists(st.sampled_from(TOKENS), max_size=25).map(b"".join), st.binary(max_size=40))
REQUEST_INPUT = st.one_of(
    mutated(REQUEST_WIRES),
    st.lists(st.sampled_from([*TOKENS, b" ", b'"', b"'", b"\\", b"\\x41"]), max_size=25).map(b"".join),
)
SMALL = RespLimits(max_bulk=9, max_line=6, max_elements=3, max_depth=3, max_frame=60)
LIMITS = st.sampled_from([RespLimits(), RespLimits(), SMALL])
SEEDS = st.integers(0, 2**32)
OUTPUTS = st.sampled_from(["frames", "values", "replies"])


def outcome(resp: ModuleType, output: str, limits: RespLimits, pieces: list[bytes], batch: int = 0) -> Outcome:
    bytes_mut = import_module(resp.__name__.replace(".resp", ".buffer")).BytesMut
    return feed(resp.RespDecoder(output, limits), bytes_mut, pieces, batch=batch)


def encoded(resp: ModuleType, encode: str, item: Any, protocol: int) -> bytes:
    tail, segments = import_module(resp.__name__.replace(".resp", ".buffer")).BytesMut(), []
    getattr(resp, encode)(item, protocol, tail, segments)
    return b"".join(segments) + bytes(tail)


# ---- round trips -------------------------------------------------------------------------------------------------


@given(frame=FRAMES)
@usual
def test_frames_round_trip(resp: ModuleType, frame: Any) -> None:
    wire = encoded(resp, "encode_frame", frame, 3)
    assert outcome(resp, "frames", RespLimits(), [wire]) == ([flat(frame)], None, True)


@given(frame=FRAMES)
@usual
def test_values_of_frames(resp: ModuleType, frame: Any) -> None:
    """The values decoder gives what the frames decoder and `to_value` give."""
    wire = encoded(resp, "encode_frame", frame, 3)
    assert outcome(resp, "values", RespLimits(), [wire]).items == [flat(to_value(frame))]


@given(value=VALUES)
@usual
def test_values_round_trip_in_resp3(resp: ModuleType, value: Any) -> None:
    wire = encoded(resp, "encode_values", [value], 3)
    assert outcome(resp, "values", RespLimits(), [wire]) == ([flat(value)], None, True)


@given(frame=FRAMES)
@usual
def test_resp2_holds_only_what_resp2_knows(resp: ModuleType, frame: Any) -> None:
    found = outcome(resp, "frames", RespLimits(), [encoded(resp, "encode_frame", frame, 2)])
    assert found.error is None
    assert len(found.items) == 1
    names = {token for token in found.items[0] if isinstance(token, str) and token.isidentifier()}
    assert names <= {"Simple", "Error", "Integer", "Bulk", "Null", "Array", "bytes", "int", "tuple"}


@given(arguments=st.lists(st.one_of(st.binary(), st.text(), st.integers(), st.floats()), min_size=1, max_size=6))
@usual
def test_commands_arrive_as_requests(resp: ModuleType, arguments: list[Any]) -> None:
    tail, segments = import_module(resp.__name__.replace(".resp", ".buffer")).BytesMut(), []  # type: ignore[var-annotated]
    try:
        resp.encode_commands([arguments], tail, segments)
    except EncodeError:
        assert any(isinstance(argument, str) and not argument.isprintable() for argument in arguments)
        return
    [request] = resp.RespDecoder("requests").decode_batch(tail, 2)
    assert [read(argument, sent) for argument, sent in zip(request, arguments, strict=True)] == [
        flat(sent) for sent in arguments
    ]


def read(argument: bytes, sent: Any) -> Any:
    if isinstance(sent, str):
        return flat(argument.decode())
    return flat(argument if isinstance(sent, bytes) else type(sent)(argument))


# ---- cuts and twins ----------------------------------------------------------------------------------------------


@given(data=INPUT, limits=LIMITS, seed=SEEDS, output=OUTPUTS)
@usual
def test_cuts_do_not_matter(resp: ModuleType, data: bytes, limits: RespLimits, seed: int, output: str) -> None:
    rng = random.Random(seed)
    whole = outcome(resp, output, limits, [data])
    assert outcome(resp, output, limits, [data[i : i + 1] for i in range(len(data))]) == whole
    assert outcome(resp, output, limits, list(cuts(data, 9, rng)), batch=rng.choice([1, 2, 9])) == whole


@given(data=REQUEST_INPUT, limits=LIMITS, seed=SEEDS)
@usual
def test_cuts_of_requests_do_not_matter(resp: ModuleType, data: bytes, limits: RespLimits, seed: int) -> None:
    rng = random.Random(seed)
    whole = outcome(resp, "requests", limits, [data])
    assert outcome(resp, "requests", limits, [data[i : i + 1] for i in range(len(data))]) == whole
    assert outcome(resp, "requests", limits, list(cuts(data, 9, rng)), batch=rng.choice([1, 2, 9])) == whole


@pytest.fixture(scope="module")
def native() -> ModuleType:
    return pytest.importorskip("framewire._native.resp", reason="not built")


@pytest.fixture(scope="module")
def pure() -> ModuleType:
    return import_module("framewire._pure.resp")


@given(data=INPUT, limits=LIMITS, seed=SEEDS, output=OUTPUTS)
@examples(300)
def test_twins_agree(
    pure: ModuleType, native: ModuleType, data: bytes, limits: RespLimits, seed: int, output: str
) -> None:
    pieces = list(cuts(data, 9, random.Random(seed)))
    batch = seed % 4
    assert outcome(native, output, limits, pieces, batch) == outcome(pure, output, limits, pieces, batch)


@given(data=REQUEST_INPUT, limits=LIMITS, seed=SEEDS)
@examples(200)
def test_twins_agree_on_requests(
    pure: ModuleType, native: ModuleType, data: bytes, limits: RespLimits, seed: int
) -> None:
    pieces = list(cuts(data, 9, random.Random(seed)))
    batch = seed % 4
    assert outcome(native, "requests", limits, pieces, batch) == outcome(pure, "requests", limits, pieces, batch)


@given(frame=FRAMES, protocol=st.sampled_from([2, 3]))
@usual
def test_twins_write_frames_alike(pure: ModuleType, native: ModuleType, frame: Any, protocol: int) -> None:
    assert encoded(native, "encode_frame", frame, protocol) == encoded(pure, "encode_frame", frame, protocol)


ODD = st.one_of(
    *(VALUES, FRAMES, st.text(max_size=4), st.integers(), st.tuples(VALUES), st.just(object)),
    st.builds(Simple, st.binary(max_size=3)),
    st.builds(Error, st.binary(max_size=3)),
    st.builds(Bulk, st.text()),
    st.builds(Integer, st.integers(-(2**70), 2**70)),
    st.builds(Verbatim, st.binary(max_size=4), st.binary(max_size=2)),
    st.builds(Array, st.tuples(VALUES)),
    st.builds(Array, st.tuples(FRAMES)),
    st.builds(Attributed, st.just(()), FRAMES),
)


def attempt(resp: ModuleType, encode: str, item: Any, protocol: int) -> tuple[Any, ...]:
    try:
        return (encoded(resp, encode, item, protocol),)
    except FramewireError as error:
        return type(error), str(error)


@given(item=ODD, protocol=st.sampled_from([2, 3]))
@examples(200)
def test_twins_refuse_alike(pure: ModuleType, native: ModuleType, item: Any, protocol: int) -> None:
    assert attempt(native, "encode_values", [item], protocol) == attempt(pure, "encode_values", [item], protocol)
    assert attempt(native, "encode_frame", item, protocol) == attempt(pure, "encode_frame", item, protocol)


# ---- scanner -----------------------------------------------------------------------------------------------------


@given(data=INPUT, limits=LIMITS, seed=SEEDS)
@usual
def test_scanner_agrees_with_decoder(resp: ModuleType, data: bytes, limits: RespLimits, seed: int) -> None:
    """On every length, and on every refusal, wherever the bytes are cut."""
    bytes_mut = import_module(resp.__name__.replace(".resp", ".buffer")).BytesMut
    pieces = list(cuts(data, 9, random.Random(seed)))
    assert scanned(resp.FrameScanner(limits), bytes_mut(), pieces) == decoded(resp, limits, bytes_mut(data))


def scanned(scanner: Any, src: Any, pieces: list[bytes]) -> tuple[list[int], str]:
    lengths: list[int] = []
    try:
        for piece in pieces:
            src.extend(piece)
            while (length := scanner.scan(src)) is not None:
                src.advance(length)
                lengths.append(length)
    except ProtocolError as error:
        return lengths, str(error)
    return lengths, ""


def decoded(resp: ModuleType, limits: RespLimits, src: Any) -> tuple[list[int], str]:
    decoder = resp.RespDecoder("frames", limits)
    lengths: list[int] = []
    try:
        while True:
            before = len(src)
            if decoder.decode(src) is None:
                return lengths, ""
            lengths.append(before - len(src))
    except ProtocolError as error:
        return lengths, str(error)
