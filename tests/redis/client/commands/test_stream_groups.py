"""Consumer groups: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.stream_groups import StreamGroups
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

WIRE = [[b"1-1", [b"f", b"v"]], [b"1-2", [b"f", b"a", b"g", b"b"]]]
ENTRIES = [(b"1-1", {b"f": b"v"}), (b"1-2", {b"f": b"a", b"g": b"b"})]

ROWS = [
    Row(lambda c: c.xgroup_create("s", "g"), "XGROUP CREATE s g $", b"OK", True),
    Row(lambda c: c.xgroup_create("s", "g", 0, True, 5), "XGROUP CREATE s g 0 MKSTREAM ENTRIESREAD 5", b"OK", True),
    Row(lambda c: c.xgroup_setid("s", "g", "$"), "XGROUP SETID s g $", b"OK", True),
    Row(lambda c: c.xgroup_setid("s", "g", 1, 2), "XGROUP SETID s g 1 ENTRIESREAD 2", b"OK", True),
    Row(lambda c: c.xgroup_destroy("s", "g"), "XGROUP DESTROY s g", 0, False),
    Row(lambda c: c.xgroup_createconsumer("s", "g", "c"), "XGROUP CREATECONSUMER s g c", 1),
    Row(lambda c: c.xgroup_delconsumer("s", "g", "c"), "XGROUP DELCONSUMER s g c", 2),
    Row(
        lambda c: c.xinfo_groups("s"), "XINFO GROUPS s", [{b"name": b"g", b"pending": 1, b"lag": None}],
        [{"name": b"g", "pending": 1, "lag": None}],
    ),
    Row(
        lambda c: c.xinfo_consumers("s", "g"), "XINFO CONSUMERS s g", [{b"name": b"c", b"idle": 7}],
        [{"name": b"c", "idle": 7}],
    ),
    Row(
        lambda c: c.xreadgroup("g", "c", {"s": ">"}), "XREADGROUP GROUP g c STREAMS s >",
        [[b"s", WIRE]], {b"s": ENTRIES}, {b"s": WIRE},
    ),
    Row(
        lambda c: c.xreadgroup("g", "c", {"s": 0, "t": 0}, 5, noack=True),
        "XREADGROUP GROUP g c COUNT 5 NOACK STREAMS s t 0 0",
        [[b"s", [[b"1-1", None]]]], {b"s": [(b"1-1", {})]}, {b"s": [[b"1-1", None]]},
    ),
    Row(
        lambda c: c.xreadgroup("g", "c", {"s": ">"}, block=250), "XREADGROUP GROUP g c BLOCK 250 STREAMS s >",
        None, {}, seconds=0.25,
    ),
    Row(lambda c: c.xack("s", "g", "1-1", "1-2"), "XACK s g 1-1 1-2", 2),
    Row(
        lambda c: c.xpending("s", "g"), "XPENDING s g", [3, b"1-1", b"1-3", [[b"c", b"2"], [b"d", b"1"]]],
        {
            "pending": 3, "min": b"1-1", "max": b"1-3",
            "consumers": [{"name": b"c", "pending": 2}, {"name": b"d", "pending": 1}],
        },
    ),
    Row(
        lambda c: c.xpending("s", "g"), "XPENDING s g", [0, None, None, None],
        {"pending": 0, "min": None, "max": None, "consumers": []},
    ),
    Row(
        lambda c: c.xpending_range("s", "g", "-", "+", 10), "XPENDING s g - + 10", [[b"1-1", b"c", 500, 2]],
        [{"message_id": b"1-1", "consumer": b"c", "time_since_delivered": 500, "times_delivered": 2}],
    ),
    Row(lambda c: c.xpending_range("s", "g", 1, 2, 3, "c", 9000), "XPENDING s g IDLE 9000 1 2 3 c", [], []),
    Row(lambda c: c.xclaim("s", "g", "c", 60, ["1-1", "1-2"]), "XCLAIM s g c 60 1-1 1-2", WIRE, ENTRIES),
    Row(lambda c: c.xclaim("s", "g", "c", 0, ["1-1"]), "XCLAIM s g c 0 1-1", [None, *WIRE], ENTRIES),
    Row(
        lambda c: c.xclaim("s", "g", "c", 0, ("1-1",), idle=5, retrycount=2, force=True, lastid="3-3"),
        "XCLAIM s g c 0 1-1 IDLE 5 RETRYCOUNT 2 LASTID 3-3 FORCE", [], [],
    ),
    Row(
        lambda c: c.xclaim("s", "g", "c", 0, ["1-1"], time=9, justid=True), "XCLAIM s g c 0 1-1 TIME 9 JUSTID",
        [b"1-1"],
    ),
    Row(
        lambda c: c.xautoclaim("s", "g", "c", 60), "XAUTOCLAIM s g c 60 0-0",
        [b"0-0", WIRE, [b"9-9"]], (b"0-0", ENTRIES, [b"9-9"]),
    ),
    Row(
        lambda c: c.xautoclaim("s", "g", "c", 60, "5-5", 7), "XAUTOCLAIM s g c 60 5-5 COUNT 7",
        [b"6-6", []], (b"6-6", [], []),
    ),
    Row(
        lambda c: c.xautoclaim("s", "g", "c", 60, justid=True), "XAUTOCLAIM s g c 60 0-0 JUSTID",
        [b"0-0", [b"1-1"], []], (b"0-0", [b"1-1"], []),
    ),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.xreadgroup("g", "c", {}),
    lambda c: c.xreadgroup("g", "c", {"s": ">"}, count=-1),
    lambda c: c.xreadgroup("g", "c", {"s": ">"}, block=-1),
    lambda c: c.xack("s", "g"),
    lambda c: c.xclaim("s", "g", "c", 0, []),
    lambda c: c.xclaim("s", "g", "c", 0, "1-1"),
    lambda c: c.xclaim("s", "g", "c", 0, ["1-1"], idle=1, time=1),
]


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_requests_and_results(row: Row, protocol: int) -> None:
    check(row, protocol)


@pytest.mark.parametrize("call", WRONG)
def test_arguments_that_contradict_one_another(call: Call) -> None:
    with pytest.raises(DataError):
        call(Recorder())


def test_no_method_is_left_out() -> None:
    assert called_in(row.call for row in ROWS) >= methods_of(StreamGroups)
