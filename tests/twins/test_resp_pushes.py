"""The output "replies": pushes between the elements of a reply become items, or elements where they answer a command.

What belongs here: where pushes may stand, what they count for, and what limits say to them. Both twins, every cut.
"""

from __future__ import annotations

import random
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.errors import FrameTooLong, ProtocolError
from framewire.frames.resp import Array, Attributed, Bulk, Error, Integer, Map, Push, RespLimits, Set, Simple, to_value
from tests.every_way import cuts, every_way, feed, flat
from tests.properties import examples
from tests.twins.test_resp_properties import INNER, encoded
from tests.vectors.resp import BOTH_WAYS, DECODE_ONLY, INCOMPLETE
from tests.vectors.resp_hostile import REPLIES as REFUSED

BEHIND = b"+behind\r\n"
MORE = object()

MESSAGE = b">3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$2\r\nhi\r\n"
INVALIDATE = b">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n"
SUBSCRIBED = b">3\r\n$9\r\nsubscribe\r\n$2\r\nch\r\n:1\r\n"
message = Push((b"message", b"ch", b"hi"))
invalidate = Push((b"invalidate", [b"k"]))
subscribed = Push((b"subscribe", b"ch", 1))


class Heard(NamedTuple):
    """Bytes, and the items that they are."""

    wire: bytes
    items: list[Any]


def confirmation(word: str) -> Heard:
    wire = b"*2\r\n>3\r\n$%d\r\n%b\r\n$1\r\nc\r\n:0\r\n:7\r\n" % (len(word), word.encode())
    return Heard(wire, [[Push((word.encode(), b"c", 0)), 7]])


HEARD = {
    "between replies": Heard(b":1\r\n" + MESSAGE + b":2\r\n", [1, message, 2]),
    "before the first element": Heard(b"*1\r\n" + MESSAGE + b":1\r\n", [message, [1]]),
    "between two elements": Heard(b"*2\r\n$1\r\na\r\n" + MESSAGE + b"$1\r\nb\r\n", [message, [b"a", b"b"]]),
    "two at once": Heard(b"*1\r\n" + MESSAGE + INVALIDATE + b":1\r\n", [message, invalidate, [1]]),
    "at two places": Heard(b"*2\r\n" + MESSAGE + b":1\r\n" + INVALIDATE + b":2\r\n", [message, invalidate, [1, 2]]),
    "between key and value": Heard(b"%1\r\n$1\r\nk\r\n" + MESSAGE + b":1\r\n", [message, {b"k": 1}]),
    "before a key": Heard(b"%1\r\n" + MESSAGE + b"$1\r\nk\r\n:1\r\n", [message, {b"k": 1}]),
    "in a set": Heard(b"~2\r\n:1\r\n" + MESSAGE + b":2\r\n", [message, {1, 2}]),
    "two deep": Heard(b"*1\r\n*2\r\n:1\r\n" + MESSAGE + b":2\r\n", [message, [[1, 2]]]),
    "in front of an inner array": Heard(b"*2\r\n:1\r\n" + MESSAGE + b"*1\r\n:2\r\n", [message, [1, [2]]]),
    "in front of an empty array": Heard(b"*1\r\n" + MESSAGE + b"*0\r\n", [message, [[]]]),
    "in a streamed array": Heard(b"*?\r\n:1\r\n" + MESSAGE + b".\r\n", [message, [1]]),
    "in a streamed map": Heard(b"%?\r\n:1\r\n" + MESSAGE + b":2\r\n" + MESSAGE + b".\r\n", [message, message, {1: 2}]),
    "among the pairs of an attribute": Heard(b"|1\r\n+a\r\n" + MESSAGE + b"+b\r\n:1\r\n", [message, 1]),
    "behind an attribute": Heard(b"|1\r\n+a\r\n+b\r\n" + MESSAGE + b":1\r\n", [message, 1]),
    "behind an attribute in an array": Heard(b"*1\r\n|1\r\n+a\r\n+b\r\n" + MESSAGE + b":1\r\n", [message, [1]]),
    "with an attribute inside": Heard(
        b"*1\r\n>2\r\n+a\r\n|1\r\n+b\r\n+c\r\n:1\r\n:2\r\n", [Push((Simple(b"a"), 1)), [2]]
    ),
    "with a streamed string inside": Heard(b"*1\r\n>1\r\n$?\r\n;1\r\na\r\n;0\r\n:2\r\n", [Push((b"a",)), [2]]),
    "empty": Heard(b"*1\r\n>0\r\n:2\r\n", [Push(()), [2]]),
    "no word first": Heard(b"*1\r\n>1\r\n*1\r\n$9\r\nsubscribe\r\n:2\r\n", [Push(([b"subscribe"],)), [2]]),
    "a null first": Heard(b"*1\r\n>1\r\n_\r\n:2\r\n", [Push((None,)), [2]]),
    "beside a large payload": Heard(
        b"*2\r\n" + MESSAGE + b"$70000\r\n" + b"x" * 70_000 + b"\r\n" + INVALIDATE + b":1\r\n",
        [message, invalidate, [b"x" * 70_000, 1]],
    ),
    "with a large payload inside": Heard(
        b"*2\r\n:1\r\n>2\r\n+a\r\n$70000\r\n" + b"x" * 70_000 + b"\r\n:2\r\n",
        [Push((Simple(b"a"), b"x" * 70_000)), [1, 2]]
    ),
    **{
        f"{word} is an element": confirmation(word)
        for word in ("subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe", "sunsubscribe")
    },
    "a confirmation between replies": Heard(b":1\r\n" + SUBSCRIBED + b":2\r\n", [1, subscribed, 2]),
    "a confirmation as the last element": Heard(b"*2\r\n:1\r\n" + SUBSCRIBED + b":2\r\n", [[1, subscribed], 2]),
    "a confirmation as the only element": Heard(b"*1\r\n" + SUBSCRIBED, [[subscribed]]),
    "as many confirmations as elements": Heard(b"*2\r\n" + SUBSCRIBED * 3, [[subscribed] * 2, subscribed]),
    "a confirmation by a simple word": Heard(b"*1\r\n>1\r\n+subscribe\r\n", [[Push((Simple(b"subscribe"),))]]),
    "a confirmation in an annotated array": Heard(b"|1\r\n+a\r\n:1\r\n*1\r\n" + SUBSCRIBED, [[subscribed]]),
    "an annotated confirmation": Heard(b"*1\r\n|1\r\n+a\r\n:1\r\n" + SUBSCRIBED + b":2\r\n", [[subscribed], 2]),
    "a confirmation in a streamed array": Heard(b"*?\r\n:1\r\n" + SUBSCRIBED + b".\r\n", [[1, subscribed]]),
    "a message, then a confirmation": Heard(b"*2\r\n" + MESSAGE + SUBSCRIBED + b":1\r\n", [message, [subscribed, 1]]),
    "a confirmation, then a message": Heard(b"*2\r\n" + SUBSCRIBED + MESSAGE + b":1\r\n", [message, [subscribed, 1]]),
    "a confirmation in an inner array": Heard(b"*1\r\n*1\r\n" + SUBSCRIBED + b":2\r\n", [subscribed, [[2]]]),
    "a confirmation in a map": Heard(b"%1\r\n:1\r\n" + SUBSCRIBED + b":2\r\n", [subscribed, {1: 2}]),
    "a confirmation in a map in an array": Heard(
        b"*1\r\n%1\r\n:1\r\n" + SUBSCRIBED + b":2\r\n", [subscribed, [{1: 2}]]
    ),
    "a confirmation in a set": Heard(b"~1\r\n" + SUBSCRIBED + b":2\r\n", [subscribed, {2}]),
    "a confirmation among an attribute's pairs": Heard(b"|1\r\n" + SUBSCRIBED + b":1\r\n:2\r\n:3\r\n", [subscribed, 3]),
}  # fmt: skip

STRAY = {
    "a push inside a push inside a reply": (b"*1\r\n>2\r\n+a\r\n>", 8, "push inside another frame"),
    "a push inside an array inside that": (b"*1\r\n>1\r\n*1\r\n>", 8, "push inside another frame"),
    "a push inside a push": (b">1\r\n>", 4, "push inside another frame"),
    "a push behind an attribute inside a push": (b"*1\r\n>1\r\n|0\r\n>", 8, "push inside another frame"),
    "a push inside a streamed string": (b"*1\r\n$?\r\n>", 8, "expected a stream chunk ';', got b'>'"),
    "the end of the stream inside a push": (b"*?\r\n>1\r\n.", 4, "end of stream '.' outside a streamed aggregate"),
    "a streamed push": (b"*1\r\n>?\r\n", 0, "not a count: b'?'"),
    "a null for a push": (b"*1\r\n:1\r\n>-1\r\n", 0, "not a count: b'-1'"),
    "an unknown type behind a push": (b"*2\r\n:1\r\n>0\r\n@", 8, "unknown type byte b'@'"),
    "an unknown type behind a confirmation": (b"*2\r\n>1\r\n+subscribe\r\n@", 20, "unknown type byte b'@'"),
}


@pytest.mark.parametrize("name", HEARD)
def test_pushes_inside_replies(resp: ModuleType, bytes_mut: type, name: str) -> None:
    found = every_way(lambda: resp.RespDecoder("replies"), bytes_mut, HEARD[name].wire, BEHIND)
    assert found == ([flat(item) for item in HEARD[name].items], None, True)


def test_all_in_one_stream(resp: ModuleType, bytes_mut: type) -> None:
    stream = b"".join(heard.wire for heard in HEARD.values())
    expected = [flat(item) for heard in HEARD.values() for item in heard.items]
    assert every_way(lambda: resp.RespDecoder("replies"), bytes_mut, stream, BEHIND) == (expected, None, True)


@pytest.mark.parametrize("name", STRAY)
def test_what_is_refused(resp: ModuleType, bytes_mut: type, name: str) -> None:
    wire, at, why = STRAY[name]
    found = every_way(lambda: resp.RespDecoder("replies"), bytes_mut, wire, BEHIND)
    assert found.error == (ProtocolError, f"{why} (item at byte {at} of the frame)")


@pytest.mark.parametrize("output", ["values", "frames"])
def test_the_other_outputs_refuse_a_push_inside_a_reply(resp: ModuleType, bytes_mut: type, output: str) -> None:
    for kind in (b"*1\r\n", b"~1\r\n", b"%1\r\n+a\r\n", b"*?\r\n", b"*1\r\n|0\r\n"):
        found = feed(resp.RespDecoder(output), bytes_mut, [kind + SUBSCRIBED])
        assert found.error == (ProtocolError, f"push inside another frame (item at byte {len(kind)} of the frame)")


# ---- without a push inside, the items are those of "values" ------------------------------------------------------


@pytest.mark.parametrize("name", BOTH_WAYS | DECODE_ONLY)
def test_replies_are_values(resp: ModuleType, bytes_mut: type, name: str) -> None:
    reply = (BOTH_WAYS | DECODE_ONLY)[name]
    found = every_way(lambda: resp.RespDecoder("replies"), bytes_mut, reply.wire, BEHIND)
    assert found == ([flat(reply.value)], None, True)


@pytest.mark.parametrize("name", INCOMPLETE)
def test_incomplete_ones_too(resp: ModuleType, bytes_mut: type, name: str) -> None:
    assert every_way(lambda: resp.RespDecoder("replies"), bytes_mut, INCOMPLETE[name]) == ([], None, False)


@pytest.mark.parametrize("name", [name for name in REFUSED if "push inside" not in REFUSED[name].message])
def test_refused_ones_too(resp: ModuleType, bytes_mut: type, name: str) -> None:
    case = REFUSED[name]
    found = every_way(lambda: resp.RespDecoder("replies", case.limits), bytes_mut, case.wire, BEHIND)
    assert found == feed(resp.RespDecoder("values", case.limits), bytes_mut, [case.wire])
    assert found.error is not None
    assert found.error[1] == case.message


# ---- the calls ---------------------------------------------------------------------------------------------------


def test_a_push_comes_at_once_and_the_reply_when_it_is_whole(resp: ModuleType, bytes_mut: type) -> None:
    decoder, src = resp.RespDecoder("replies"), bytes_mut(b"*2\r\n:1\r\n" + MESSAGE)
    assert decoder.decode(src) == message
    assert not decoder.idle
    assert decoder.decode(src, MORE) is MORE
    src.extend(INVALIDATE + b":2\r\n")
    assert decoder.decode(src) == invalidate
    assert decoder.decode(src) == [1, 2]
    assert decoder.idle


def test_a_batch_may_end_inside_a_reply(resp: ModuleType, bytes_mut: type) -> None:
    decoder, src = resp.RespDecoder("replies"), bytes_mut(b"*2\r\n:1\r\n" + MESSAGE + INVALIDATE + b":2\r\n:3\r\n")
    assert decoder.decode_batch(src, 1) == [message]
    assert not decoder.idle
    assert decoder.decode_batch(src, 0) == []
    assert not decoder.idle
    assert decoder.decode_batch(src, 2) == [invalidate, [1, 2]]
    assert decoder.idle
    assert decoder.decode_batch(src, 2) == [3]


def test_idle_is_false_inside_a_push_too(resp: ModuleType, bytes_mut: type) -> None:
    decoder, src = resp.RespDecoder("replies"), bytes_mut()
    for byte in b"*1\r\n" + SUBSCRIBED[:-1]:
        src.extend(bytes([byte]))
        assert decoder.decode(src, MORE) is MORE
        assert not decoder.idle
    src.extend(b"\n")
    assert decoder.decode(src) == [subscribed]
    assert decoder.idle


def test_a_push_in_front_of_an_offender_is_returned(resp: ModuleType, bytes_mut: type) -> None:
    decoder, src = resp.RespDecoder("replies"), bytes_mut(b"*1\r\n" + MESSAGE + b":x\r\n")
    assert decoder.decode_batch(src, 9) == [message]
    with pytest.raises(ProtocolError, match="not a 64-bit integer: b'x'"):
        decoder.decode_batch(src, 9)
    assert not decoder.idle


def test_a_refusal_inside_a_push_lets_go_of_all(resp: ModuleType, bytes_mut: type) -> None:
    decoder, src = resp.RespDecoder("replies"), bytes_mut(b"*2\r\n*2\r\n:1\r\n>2\r\n*1\r\n?")
    for _ in range(2):
        with pytest.raises(ProtocolError, match="unknown type byte"):
            decoder.decode(src)


# ---- limits ------------------------------------------------------------------------------------------------------

ARRAY = b"*3\r\n:1\r\n%b:2\r\n:3\r\n"  # 16 bytes without the push
THREE_DEEP = b"*1\r\n*1\r\n*1\r\n%b:1\r\n"


class Limited(NamedTuple):
    """A wire with a push in it, the limits under which it passes, and what is said when any is one lower."""

    wire: bytes
    passes: dict[str, int]
    says: dict[str, str]


LIMITED = {
    "a message is a frame of its own": Limited(
        ARRAY % MESSAGE, {"max_frame": len(MESSAGE)}, {"max_frame": f"of at least {len(MESSAGE)} bytes"}
    ),
    "so are many": Limited(ARRAY % (MESSAGE * 5), {"max_frame": len(MESSAGE)}, {}),
    "a reply is counted without them": Limited(
        ARRAY % b">0\r\n", {"max_frame": 16}, {"max_frame": "frame of at least 16 bytes, limit 15"}
    ),
    "a confirmation counts in its reply": Limited(
        ARRAY % SUBSCRIBED, {"max_frame": 12 + len(SUBSCRIBED)}, {"max_frame": f"limit {11 + len(SUBSCRIBED)}"}
    ),
    "a confirmation is no element too much": Limited(
        ARRAY % SUBSCRIBED, {"max_elements": 3}, {"max_elements": "limit 2"}
    ),
    "elements": Limited(
        b"*1\r\n" + MESSAGE + b":1\r\n", {"max_elements": 3}, {"max_elements": "of 3 elements, limit 2"}
    ),
    "elements of a streamed array": Limited(
        b"*?\r\n>0\r\n:1\r\n>0\r\n:2\r\n>0\r\n.\r\n", {"max_elements": 2}, {"max_elements": "more than 1 elements"}
    ),
    "confirmations of a streamed array": Limited(
        b"*?\r\n>1\r\n+subscribe\r\n:2\r\n.\r\n", {"max_elements": 2}, {"max_elements": "more than 1 elements"}
    ),
    "depth is each one's own": Limited(
        THREE_DEEP % INVALIDATE, {"max_depth": 3}, {"max_depth": "nested more than 2 deep"}
    ),
    "a deeper push": Limited(
        b"*1\r\n" + INVALIDATE + b":1\r\n", {"max_depth": 2}, {"max_depth": "nested more than 1 deep"}
    ),
    "payload": Limited(
        b"*1\r\n>1\r\n$5\r\nabcde\r\n:1\r\n", {"max_bulk": 5}, {"max_bulk": "payload of 5 bytes, limit 4"}
    ),
    "line": Limited(b"*1\r\n>1\r\n+abcde\r\n:1\r\n", {"max_line": 5}, {"max_line": "line of more than 4 bytes"}),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITED)
def test_limits(resp: ModuleType, bytes_mut: type, name: str) -> None:
    wire, passes, says = LIMITED[name]
    unlimited = every_way(lambda: resp.RespDecoder("replies"), bytes_mut, wire, BEHIND)
    assert unlimited.error is None
    assert unlimited.idle
    assert every_way(lambda: resp.RespDecoder("replies", RespLimits(**passes)), bytes_mut, wire) == unlimited
    for limit, words in says.items():
        lower = RespLimits(**passes | {limit: passes[limit] - 1})
        error = every_way(lambda lower=lower: resp.RespDecoder("replies", lower), bytes_mut, wire, BEHIND).error
        assert error is not None
        assert issubclass(error[0], FrameTooLong | ProtocolError)
        assert words in error[1]


def test_limits_can_change_inside_a_push(resp: ModuleType, bytes_mut: type) -> None:
    decoder, src = resp.RespDecoder("replies", RespLimits(max_depth=2)), bytes_mut(b"*1\r\n*1\r\n>3\r\n*1\r\n")
    assert decoder.decode(src, MORE) is MORE
    decoder.limits = RespLimits(max_depth=3)
    src.extend(b":1\r\n*1\r\n*0\r\n:2\r\n*1\r\n*1\r\n:7\r\n")
    assert decoder.decode(src) == Push(([1], [[]], 2))
    with pytest.raises(ProtocolError, match="nested more than 3 deep"):
        decoder.decode(src)


# ---- pushes anywhere ---------------------------------------------------------------------------------------------

PUSHES = st.builds(
    lambda word, items: Push((Bulk(word), *items)),
    st.sampled_from([b"message", b"pmessage", b"smessage", b"invalidate", b""]),
    st.lists(INNER, max_size=3),
)
CONFIRMATIONS = st.builds(
    lambda word, count: Push((Bulk(word), Bulk(b"ch"), Integer(count))),
    st.sampled_from([b"subscribe", b"unsubscribe", b"psubscribe", b"punsubscribe", b"ssubscribe", b"sunsubscribe"]),
    st.integers(0, 9),
)
REPLIES = st.one_of(INNER, st.lists(st.one_of(INNER, CONFIRMATIONS), max_size=5).map(lambda items: Array(tuple(items))))


class Writer:
    """Writes frames, and at borders of elements, by chance, a push of `pushes`; those are `heard`, in order."""

    def __init__(self, resp: ModuleType, pushes: list[Push], rng: random.Random) -> None:
        self.resp = resp
        self.pushes = pushes
        self.rng = rng
        self.heard: list[Push] = []

    def write(self, frame: Any) -> bytes:
        match frame:
            case Array(items):
                return b"*%d\r\n" % len(items) + self.elements(items)
            case Set(items):
                return b"~%d\r\n" % len(items) + self.elements(items)
            case Map(pairs):
                return b"%%%d\r\n" % len(pairs) + self.elements(half for pair in pairs for half in pair)
            case Attributed(pairs, item):
                attribute = b"|%d\r\n" % len(pairs) + self.elements(half for pair in pairs for half in pair)
                return attribute + self.border() + self.write(item)
        return encoded(self.resp, "encode_frame", frame, 3)

    def elements(self, items: Any) -> bytes:
        return b"".join(self.border() + self.write(item) for item in items)

    def border(self) -> bytes:
        if not self.pushes or self.rng.random() < 0.6:
            return b""
        self.heard.append(self.rng.choice(self.pushes))
        return encoded(self.resp, "encode_frame", self.heard[-1], 3) + self.border()


@given(
    frames=st.lists(REPLIES, min_size=1, max_size=3), pushes=st.lists(PUSHES, max_size=3), seed=st.integers(0, 2**32)
)
@examples(200)
def test_pushes_at_any_border(resp: ModuleType, frames: list[Any], pushes: list[Push], seed: int) -> None:
    """The replies are the same as without them, and they come in order, each in front of what it interrupts."""
    rng = random.Random(seed)
    wire, expected = b"", []
    for frame in frames:
        writer = Writer(resp, pushes, rng)
        wire += writer.write(frame)
        expected += [flat(to_value(item)) for item in [*writer.heard, frame]]
    bytes_mut = import_module(resp.__name__.replace(".resp", ".buffer")).BytesMut
    for pieces in ([wire], [wire[i : i + 1] for i in range(len(wire))], list(cuts(wire, 9, rng))):
        for batch in (0, 1, 7):
            found = feed(resp.RespDecoder("replies"), bytes_mut, pieces, batch=batch)
            assert found == (expected, None, True)


def test_errors_inside_stay_items(resp: ModuleType, bytes_mut: type) -> None:
    wire = b"*2\r\n-ERR a\r\n" + MESSAGE + b"!5\r\nERR b\r\n"
    assert resp.RespDecoder("replies").decode_batch(bytes_mut(wire), 9) == [message, [Error(b"ERR a"), Error(b"ERR b")]]
