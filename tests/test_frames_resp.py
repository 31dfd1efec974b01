"""The frames: what they are as Python objects, their limits, the words of refusal, and the way to values."""

from __future__ import annotations

import copy
import pickle
import sys
import time
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.errors import EncodeError
from framewire.frames import decimals, refusals
from framewire.frames import resp as frames
from framewire.frames.resp import (
    Array,
    Attributed,
    BigNumber,
    Bulk,
    BulkError,
    Double,
    Error,
    Integer,
    Map,
    Push,
    RespLimits,
    Set,
    Simple,
    to_value,
    value_of_map,
    value_of_set,
)
from tests.every_way import flat
from tests.properties import examples
from tests.vectors.resp import BOTH_WAYS, DECODE_ONLY

REPLIES = BOTH_WAYS | DECODE_ONLY
CLASSES = [getattr(frames, name) for name in frames.__all__ if is_dataclass(getattr(frames, name))]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_frames_are_frozen_and_slotted(cls: type) -> None:
    assert "__slots__" in vars(cls)
    assert cls.__match_args__ == tuple(field.name for field in fields(cls))
    frame = RespLimits() if cls is RespLimits else cls(*[()] * len(fields(cls)))
    with pytest.raises(FrozenInstanceError):
        setattr(frame, fields(cls)[0].name, 1)
    assert not hasattr(frame, "__dict__")


@pytest.mark.parametrize("name", [name for name in BOTH_WAYS if "nan" not in name.lower()])
def test_frames_can_be_copied_and_pickled(name: str) -> None:
    frame = BOTH_WAYS[name].frame
    assert copy.deepcopy(frame) == frame
    assert pickle.loads(pickle.dumps(frame)) == frame


NESTINGS = {
    "array": lambda frame: Array((frame,)),
    "array, not alone": lambda frame: Array((Integer(1), frame, Simple(b"x"))),
    "set": lambda frame: Set((frame, Integer(1))),
    "push": lambda frame: Push((frame,)),
    "map key": lambda frame: Map(((frame, Integer(1)),)),
    "map value": lambda frame: Map(((Integer(1), frame), (Integer(2), Integer(3)))),
    "attributed": lambda frame: Attributed(((Simple(b"a"), Integer(1)),), frame),
    "attribute": lambda frame: Attributed(((Simple(b"a"), frame),), Integer(1)),
}


def nested(name: str, depth: int, inmost: Any = Integer(7)) -> Any:  # noqa: B008
    frame = inmost
    for _ in range(depth):
        frame = NESTINGS[name](frame)
    return frame


@pytest.mark.parametrize("depth", [1, 2, 1024])
@pytest.mark.parametrize("name", NESTINGS)
def test_frames_of_any_depth_are_compared_and_hashed(name: str, depth: int) -> None:
    frame, same, other = nested(name, depth), nested(name, depth), nested(name, depth, Integer(8))
    assert frame == same and not frame != same
    assert hash(frame) == hash(same)
    assert frame != other and not frame == other
    assert frame != nested(name, depth - 1)
    assert {frame: 1}[same] == 1


@pytest.mark.parametrize("depth", [1, 2, 1024])
@pytest.mark.parametrize("name", NESTINGS)
def test_frames_of_any_depth_are_printed_as_dataclasses_are(name: str, depth: int) -> None:
    before, after = repr(nested(name, 1)).split(repr(Integer(7)))
    assert repr(nested(name, depth)) == before * depth + repr(Integer(7)) + after * depth


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("depth", [1, 2, 1024])
@pytest.mark.parametrize("name", NESTINGS)
def test_frames_of_any_depth_are_pickled(name: str, depth: int, protocol: int) -> None:
    frame = nested(name, depth)
    assert pickle.loads(pickle.dumps(frame, protocol)) == frame


@pytest.mark.parametrize("depth", [1, 2, 1024])
@pytest.mark.parametrize("name", NESTINGS)
def test_frames_of_any_depth_are_copied(name: str, depth: int) -> None:
    frame = nested(name, depth, Bulk(bytearray(b"changes")))  # type: ignore[arg-type]
    assert copy.copy(frame) == frame
    copied = copy.deepcopy(frame)
    assert copied == frame
    assert copied is not frame


def test_deep_frames_with_little_stack_left() -> None:
    """Wherever the recursion ends: what is left is done, or nothing is said but that there is no room at all."""
    frame, same = nested("array, not alone", 1024), nested("array, not alone", 1024)
    text, number = repr(frame), hash(frame)

    def at_depth(levels: int) -> None:
        if levels:
            at_depth(levels - 1)
        else:
            assert frame == same and repr(frame) == text and hash(frame) == number
            assert copy.deepcopy(frame) == frame

    for levels in range(0, 800, 37):
        at_depth(levels)


def test_what_is_equal_in_a_tuple_is_equal_in_a_deep_frame() -> None:
    nan = Double(float("nan"))
    assert nested("array", 1024, nan) == nested("array", 1024, nan)
    assert nested("array", 1024, nan) != nested("array", 1024, Double(float("nan")))
    assert nested("array", 1024, Integer(1)) != nested("array", 1024, BigNumber(1))
    assert nested("array", 1024, Array(())) != nested("array", 1024, Set(()))


def test_a_decoded_frame_of_the_greatest_depth(resp: Any, bytes_mut: type) -> None:
    wire = b"*1\r\n" * 1023 + b"*0\r\n"
    one, two = (resp.RespDecoder("frames").decode(bytes_mut(wire)) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert repr(one).count("Array") == 1024
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(two) == one


def test_frames_deeper_than_the_default_limit_are_linear_work() -> None:
    """Twenty times as deep is not four hundred times the work."""
    frame, same = nested("map value", 20_000), nested("map value", 20_000)
    start = time.process_time()
    assert frame == same and hash(frame) == hash(same)
    assert len(repr(frame)) > 20_000 * 20
    assert pickle.loads(pickle.dumps(frame)) == copy.deepcopy(frame)
    assert time.process_time() - start < 30


class Marked(Array):
    """A class of somebody's own."""


def test_a_subclass_keeps_its_class() -> None:
    frame = Marked((Array((Integer(1),)),))
    assert type(pickle.loads(pickle.dumps(frame))) is type(copy.deepcopy(frame)) is Marked
    assert frame == Marked(frame.items) != Array(frame.items)
    assert repr(frame).startswith("Marked(items=(Array(")
    assert nested("array", 1024, frame) == nested("array", 1024, copy.deepcopy(frame))


def test_frames_match() -> None:
    match Array((Simple(b"OK"), Integer(3))):
        case Array((Simple(b"OK"), Integer(number))):
            assert number == 3
        case _:
            raise AssertionError


def test_frames_of_different_types_differ() -> None:
    assert Simple(b"a") != Error(b"a")
    assert Error(b"a") != BulkError(b"a")
    assert Array(()) != Set(())


def test_texts() -> None:
    assert str(Simple(b"h\xc3\xa9")) == "h\u00e9"
    assert str(Simple(b"\xff")) == "\ufffd"
    assert str(Error(b"WRONGTYPE Operation")) == "WRONGTYPE Operation"


@pytest.mark.parametrize(
    ("data", "code"), [(b"ERR no", "ERR"), (b"NOAUTH", "NOAUTH"), (b"", ""), (b"\xff x", "\ufffd")]
)
def test_error_codes(data: bytes, code: str) -> None:
    assert Error(data).code == code


# ---- values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPLIES)
def test_to_value(name: str) -> None:
    assert flat(to_value(REPLIES[name].frame)) == flat(REPLIES[name].value)


@pytest.mark.thorough
def test_to_value_of_100_000_nested() -> None:
    frame: Any = Integer(7)
    for _ in range(25_000):
        frame = Attributed((), Array((Map(((Simple(b"k"), Set((frame,))),)),)))
    value = to_value(frame)
    for _ in range(25_000):
        [[value]] = [part.values() for part in value]
        [value] = value
    assert value == 7


def test_a_push_inside_a_set_is_not_hashed() -> None:
    """No decoder makes one; a frame that someone built may hold it, to any depth."""
    frame: Any = Push(())
    for _ in range(10_000):
        frame = Push((frame,))
    assert isinstance(to_value(Set((frame,))), list)


@pytest.mark.parametrize("key", [[], {}, set(), Push(()), 2**63, -(2**63) - 1, 10**4000])
def test_keys_that_make_a_list(key: Any) -> None:
    assert value_of_map([(b"a", 1), (key, 2)]) == [(b"a", 1), (key, 2)]
    assert value_of_set([b"a", key]) == [b"a", key]


@pytest.mark.parametrize("key", [b"", 0, 2**63 - 1, -(2**63), 1.5, True, None, Simple(b""), Error(b"")])
def test_keys_that_make_a_dict(key: Any) -> None:
    assert value_of_map([(b"a", 1), (key, [])]) == {b"a": 1, key: []}
    assert value_of_set([b"a", key]) == {b"a", key}


# ---- limits ------------------------------------------------------------------------------------------------------


def test_default_limits() -> None:
    limits = RespLimits()
    assert (limits.max_bulk, limits.max_line, limits.max_elements) == (512 * 2**20, 64 * 2**10, 2**31 - 1)
    assert (limits.max_depth, limits.max_frame) == (1024, 2**30)


@pytest.mark.parametrize("name", [field.name for field in fields(RespLimits)])
@pytest.mark.parametrize("value", [0, -1, 2**62])
def test_limits_have_limits(name: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at least 1 and below"):
        RespLimits(**{name: value})
    assert getattr(RespLimits(**{name: 1}), name) == 1


# ---- the words of refusal ----------------------------------------------------------------------------------------


def test_every_refusal_is_listed() -> None:
    functions = {
        name for name, thing in vars(refusals).items() if callable(thing) and thing.__module__ == refusals.__name__
    }
    assert sorted(name for name in functions if not name.startswith("_")) == sorted(refusals.__all__)


def test_a_preview_is_short() -> None:
    assert len(str(refusals.not_a("length", b"9" * 60_000, 5))) < 100
    assert len(str(refusals.bad_field(Simple(b""), "data", "x" * 60_000))) < 100


# ---- numbers -----------------------------------------------------------------------------------------------------


@given(st.integers())
def test_integers_round_trip(value: int) -> None:
    assert decimals.parse_big_number(decimals.format_integer(value)) == value
    assert decimals.parse_integer(str(value).encode()) == (value if -(2**63) <= value < 2**63 else None)


@given(st.integers(1, decimals.MAX_DIGITS), st.randoms())
@examples(40)
def test_long_integers_round_trip(digits: int, random: Any) -> None:
    value = random.randrange(10 ** (digits - 1), 10**digits) * random.choice([1, -1])
    text = decimals.format_integer(value)
    assert len(text) == digits + (value < 0)
    assert decimals.parse_big_number(text) == value


def test_the_interpreters_own_limit_does_not_matter() -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        assert decimals.parse_big_number(decimals.format_integer(10**4299 + 7)) == 10**4299 + 7
    finally:
        sys.set_int_max_str_digits(before)


def test_integers_that_are_too_long() -> None:
    for value in (10**4300, -(10**4300), 10**100_000):
        with pytest.raises(EncodeError, match="more than 4300 digits"):
            decimals.format_integer(value)


@given(st.floats())
def test_doubles_round_trip(value: float) -> None:
    found = decimals.parse_double(decimals.format_double(value))
    assert flat(found) == flat(value) or value != value


@given(st.text(st.sampled_from("+-0123456789.eE_infa "), max_size=8))
@examples(500)
def test_doubles_are_read_strictly(text: str) -> None:
    """Whatever is accepted, Python reads alike; and Python's extras are not accepted."""
    found = decimals.parse_double(text.encode())
    if found is not None:
        assert flat(found) == flat(float(text)) or found != found
        assert not set(text) & set(" _")
        assert text.strip("+-")[0].isdigit() or text in ("inf", "-inf", "nan", "-nan", "NAN")


@pytest.mark.parametrize(("text", "count"), [(b"0", 0), (b"17", 17), (b"9223372036854775807", 2**63 - 1)])
def test_counts(text: bytes, count: int) -> None:
    assert decimals.parse_count(text) == decimals.parse_signed_count(text) == count
    if count:
        assert decimals.parse_signed_count(b"-" + text) == -count
    assert decimals.parse_count(b"-" + text) is None


@pytest.mark.parametrize(
    "text", [b"", b"-", b"+1", b"01", b"1 ", b" 1", b"1_0", b"1\n", b"9223372036854775808", b"-0", b"x"]
)
def test_counts_that_are_none(text: bytes) -> None:
    assert decimals.parse_count(text) is None
    assert decimals.parse_signed_count(text) is None
