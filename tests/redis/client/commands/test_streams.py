"""Streams: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.streams import Streams
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

WIRE = [[b"1-1", [b"f", b"v"]], [b"1-2", [b"f", b"a", b"g", b"b"]]]
ENTRIES = [(b"1-1", {b"f": b"v"}), (b"1-2", {b"f": b"a", b"g": b"b"})]

GROUP = {
    b"name": b"g",
    b"pending": [[b"1-1", b"c", 1700000000000, 1]],
    b"consumers": [{b"name": b"c", b"pending": [[b"1-1", 1700000000000, 1]]}],
}
FULL_GROUP = {
    "name": b"g",
    "pending": [(b"1-1", b"c", 1700000000000, 1)],
    "consumers": [{"name": b"c", "pending": [(b"1-1", 1700000000000, 1)]}],
}

ROWS = [
    Row(lambda c: c.xadd("s", {"f": 1}), "XADD s * f 1", b"1-1"),
    Row(lambda c: c.xadd("s", {"f": "v", b"g": b"w"}, "1-1"), "XADD s 1-1 f v g w", b"1-1"),
    Row(lambda c: c.xadd("s", {"f": 1}, maxlen=10), "XADD s MAXLEN ~ 10 * f 1", b"1-1"),
    Row(lambda c: c.xadd("s", {"f": 1}, "5-*", 0, False), "XADD s MAXLEN = 0 5-* f 1", b"5-0"),
    Row(lambda c: c.xadd("s", {"f": 1}, minid="3", limit=7), "XADD s MINID ~ 3 LIMIT 7 * f 1", b"1-1"),
    Row(lambda c: c.xadd("s", {"f": 1}, nomkstream=True), "XADD s NOMKSTREAM * f 1", None),
    Row(
        lambda c: c.xadd("s", {"f": 1}, nomkstream=True, maxlen=2, approximate=False),
        "XADD s NOMKSTREAM MAXLEN = 2 * f 1", b"1-1",
    ),
    Row(lambda c: c.xtrim("s", 10), "XTRIM s MAXLEN ~ 10", 3),
    Row(lambda c: c.xtrim("s", 0, False), "XTRIM s MAXLEN = 0", 3),
    Row(lambda c: c.xtrim("s", minid="5-1", limit=100), "XTRIM s MINID ~ 5-1 LIMIT 100", 3),
    Row(lambda c: c.xdel("s", "1-1", 2), "XDEL s 1-1 2", 1),
    Row(lambda c: c.xlen("s"), "XLEN s", 1),
    Row(lambda c: c.xrange("s"), "XRANGE s - +", WIRE, ENTRIES),
    Row(lambda c: c.xrange("s", "(1-1", 5, 2), "XRANGE s (1-1 5 COUNT 2", [], []),
    Row(lambda c: c.xrevrange("s"), "XREVRANGE s + -", WIRE, ENTRIES),
    Row(lambda c: c.xrevrange("s", 5, 1, 0), "XREVRANGE s 5 1 COUNT 0", [], []),
    Row(lambda c: c.xread({"s": 0}), "XREAD STREAMS s 0", [[b"s", WIRE]], {b"s": ENTRIES}, {b"s": WIRE}),
    Row(
        lambda c: c.xread({"s": "$", "t": "0-0"}, 5), "XREAD COUNT 5 STREAMS s t $ 0-0",
        [[b"s", WIRE], [b"t", []]], {b"s": ENTRIES, b"t": []}, {b"s": WIRE, b"t": []},
    ),
    Row(lambda c: c.xread({"s": "$"}, block=1500), "XREAD BLOCK 1500 STREAMS s $", None, {}, seconds=1.5),
    Row(lambda c: c.xread({"s": "$"}, 1, 0), "XREAD COUNT 1 BLOCK 0 STREAMS s $", None, {}, seconds=0.0),
    Row(lambda c: c.xsetid("s", "9-9"), "XSETID s 9-9", b"OK", True),
    Row(lambda c: c.xsetid("s", "9-9", 5, "1-1"), "XSETID s 9-9 ENTRIESADDED 5 MAXDELETEDID 1-1", b"OK", True),
    Row(
        lambda c: c.xinfo_stream("s"), "XINFO STREAM s",
        {b"length": 1, b"first-entry": [b"1-1", [b"f", b"v"]], b"last-entry": [b"1-1", [b"f", b"v"]]},
        {"length": 1, "first-entry": (b"1-1", {b"f": b"v"}), "last-entry": (b"1-1", {b"f": b"v"})},
    ),
    Row(
        lambda c: c.xinfo_stream("s"), "XINFO STREAM s", {b"length": 0, b"first-entry": None, b"last-entry": None},
        {"length": 0, "first-entry": None, "last-entry": None},
    ),
    Row(
        lambda c: c.xinfo_stream("s", True), "XINFO STREAM s FULL",
        {b"length": 2, b"entries": WIRE, b"groups": [GROUP]},
        {"length": 2, "entries": dict(ENTRIES), "groups": [FULL_GROUP]},
    ),
    Row(
        lambda c: c.xinfo_stream("s", full=True, count=0), "XINFO STREAM s FULL COUNT 0",
        {b"entries": [], b"groups": []},
        {"entries": {}, "groups": []},
    ),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.xadd("s", {}),
    lambda c: c.xadd("s", {"f": 1}, maxlen=1, minid=1),
    lambda c: c.xadd("s", {"f": 1}, limit=1),
    lambda c: c.xadd("s", {"f": 1}, maxlen=1, approximate=False, limit=1),
    lambda c: c.xtrim("s"),
    lambda c: c.xtrim("s", 1, minid="1"),
    lambda c: c.xtrim("s", 1, False, limit=1),
    lambda c: c.xdel("s"),
    lambda c: c.xread({}),
    lambda c: c.xread({"s": 0}, count=0),
    lambda c: c.xread({"s": 0}, block=-1),
    lambda c: c.xinfo_stream("s", count=1),
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
    assert called_in(row.call for row in ROWS) >= methods_of(Streams)
