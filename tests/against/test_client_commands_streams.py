"""Methods of streams and their groups on every server, under both protocols, and beside redis-py."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.commands.stream_groups import StreamGroups
from framewire.redis.client.commands.streams import Streams
from tests.against.client_calls import Address, ByChance, Scenario, called, compare_on, play_on
from tests.redis.client.commands.asking import methods_of
from tests.redis.client.redis_py import OTHER_RESULTS

ONE, TWO, THREE = (b"1-1", {b"f": b"1"}), (b"1-2", {b"f": b"2", b"g": b"\xff"}), (b"1-3", {b"f": b"3"})


def among(**expected: Any) -> ByChance:
    """A dict that has these items among others; `_` stands for `-`. Text views have `str` for `bytes`."""

    def holds(got: Any) -> bool:
        assert all(type(name) is str for name in got)
        return all(_as_bytes(got[name.replace("_", "-")]) == value for name, value in expected.items())

    return ByChance(holds)


def _as_bytes(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "surrogateescape")
        case dict():
            return {_as_bytes(key): _as_bytes(item) for key, item in value.items()}
        case tuple():
            return tuple(map(_as_bytes, value))
        case list():
            return [_as_bytes(item) for item in value]
    return value


def each(*checks: ByChance) -> ByChance:
    """A list with one item for each check."""
    return ByChance(lambda got: all(check.holds(item) for check, item in zip(checks, got, strict=True)))


def full_group(got: Any) -> bool:
    (group,) = got["groups"]
    (consumer,) = group["consumers"]
    pending = group["pending"] + consumer["pending"]
    assert [type(item) for item in pending] == [tuple, tuple]
    assert _as_bytes([group["name"], consumer["name"]]) == [b"g", b"c"]
    return [_as_bytes(item[0]) for item in pending] == [b"1-1", b"1-1"]


FILLED = [
    (lambda c: c.xadd("s", {"f": 1}, "1-1"), b"1-1"),
    (lambda c: c.xadd("s", {"f": "2", b"g": b"\xff"}, b"1-2"), b"1-2"),
    (lambda c: c.xadd("s", {"f": 3}, id="1-3"), b"1-3"),
]

SCENARIOS = [
    Scenario("adding and cutting", [
        *FILLED,
        (lambda c: c.xlen("s"), 3),
        (lambda c: c.xadd("nowhere", {"f": 1}, nomkstream=True), None),
        (lambda c: c.xadd("s", {"f": 4}, "1-4", maxlen=2, approximate=False), b"1-4"),
        (lambda c: c.xlen("s"), 2),
        (lambda c: c.xadd("s", {"f": 5}, "1-5", minid="1-4", approximate=False), b"1-5"),
        (lambda c: c.xadd("s", {"f": 6}, "1-6", maxlen=1000, limit=100), b"1-6"),
        (lambda c: c.xtrim("s", minid="1-5", approximate=False), 1),
        (lambda c: c.xtrim("s", 1000), 0),
        (lambda c: c.xtrim("s", 1, False), 1),
        (lambda c: c.xdel("s", "1-6", "9-9"), 1),
        (lambda c: c.xlen("s"), 0),
        (lambda c: c.xsetid("s", "5-5"), True),
        (lambda c: c.xsetid("s", "6-6", entries_added=10, max_deleted_id="5-5"), True),
        (lambda c: c.xinfo_stream("s"), among(last_generated_id=b"6-6", entries_added=10, first_entry=None)),
        (lambda c: c.xadd("s", {"f": 1}), ByChance(lambda id: "-" in str(id))),
    ]),
    Scenario("reading", [
        *FILLED,
        (lambda c: c.xrange("s"), [ONE, TWO, THREE]),
        (lambda c: c.xrange("s", "(1-1", "+", count=1), [TWO]),
        (lambda c: c.xrange("nowhere"), []),
        (lambda c: c.xrevrange("s", count=2), [THREE, TWO]),
        (lambda c: c.xread({"s": "1-1"}), {b"s": [TWO, THREE]}),
        (lambda c: c.xread({"s": 0, "nowhere": 0}, count=1), {b"s": [ONE]}),
        (lambda c: c.xread({"s": "1-3"}), {}),
        (lambda c: c.xread({"s": "$"}, block=1), {}),
        (lambda c: c.xread({"s": "1-2"}, block=1000), {b"s": [THREE]}),
        (lambda c: c.xinfo_stream("s"), among(length=3, last_generated_id=b"1-3", first_entry=ONE, last_entry=THREE)),
        (lambda c: c.xinfo_stream("s", full=True), among(length=3, groups=[], entries=dict([ONE, TWO, THREE]))),
        (lambda c: c.xinfo_stream("s", full=True, count=1), among(entries=dict([ONE]))),
    ]),
    Scenario("groups", [
        *FILLED,
        (lambda c: c.xgroup_create("s", "g", 0), True),
        (lambda c: c.xgroup_create("made", "g", mkstream=True), True),
        (lambda c: c.xgroup_createconsumer("s", "g", "c"), 1),
        (lambda c: c.xgroup_createconsumer("s", "g", "c"), 0),
        (lambda c: c.xpending("s", "g"), {"pending": 0, "min": None, "max": None, "consumers": []}),
        (lambda c: c.xreadgroup("g", "c", {"s": ">"}, count=1), {b"s": [ONE]}),
        (lambda c: c.xinfo_stream("s", full=True), ByChance(full_group)),
        (lambda c: c.xreadgroup("g", "c", {"s": ">"}, count=1, noack=True), {b"s": [TWO]}),
        (lambda c: c.xreadgroup("g", "d", {"s": ">"}, block=1000), {b"s": [THREE]}),
        (lambda c: c.xreadgroup("g", "d", {"s": ">"}, block=1), {}),
        (lambda c: c.xreadgroup("g", "c", {"s": 0}), {b"s": [ONE]}),
        (lambda c: c.xreadgroup("g", "c", {"made": ">"}), {}),
        (lambda c: c.xinfo_groups("s"), each(among(name=b"g", consumers=2, pending=2))),
        (lambda c: c.xinfo_consumers("s", "g"), each(among(name=b"c", pending=1), among(name=b"d", pending=1))),
        (
            lambda c: c.xpending("s", "g"),
            {
                "pending": 2, "min": b"1-1", "max": b"1-3",
                "consumers": [{"name": b"c", "pending": 1}, {"name": b"d", "pending": 1}],
            },
        ),
        (
            lambda c: c.xpending_range("s", "g", "-", "+", 10, "c"),
            ByChance(lambda got: [_as_bytes(item["message_id"]) for item in got] == [b"1-1"]),
        ),
        (lambda c: c.xpending_range("s", "g", "-", "+", 10, idle=1_000_000), []),
        (lambda c: c.xdel("s", "1-3"), 1),
        (lambda c: c.xreadgroup("g", "d", {"s": 0}), {b"s": [(b"1-3", {})]}),
        (lambda c: c.xack("s", "g", "1-1", "9-9"), 1),
        (lambda c: c.xgroup_setid("s", "g", "1-1"), True),
        (lambda c: c.xgroup_delconsumer("s", "g", "d"), 1),
        (lambda c: c.xgroup_destroy("s", "g"), True),
        (lambda c: c.xgroup_destroy("s", "g"), False),
    ]),
    Scenario("claiming", [
        *FILLED,
        (lambda c: c.xgroup_create("s", "g", "0-0", entries_read=0), True),
        (lambda c: c.xreadgroup("g", "c", {"s": ">"}), {b"s": [ONE, TWO, THREE]}),
        (lambda c: c.xclaim("s", "g", "d", 1_000_000, ["1-1"]), []),
        (lambda c: c.xclaim("s", "g", "d", 0, ["1-1", "1-2"], idle=100, retrycount=5), [ONE, TWO]),
        (lambda c: c.xclaim("s", "g", "d", 0, ("1-2",), justid=True), [b"1-2"]),
        (
            lambda c: c.xpending_range("s", "g", "-", "+", 1),
            ByChance(lambda got: got[0]["times_delivered"] == 5 and got[0]["time_since_delivered"] >= 100),
        ),
        (lambda c: c.xdel("s", "1-1"), 1),
        (lambda c: c.xautoclaim("s", "g", "e", 0, count=2), (b"1-3", [TWO], [b"1-1"])),
        (lambda c: c.xautoclaim("s", "g", "e", 0, "1-3", justid=True), (b"0-0", [b"1-3"], [])),
        (lambda c: c.xclaim("s", "g", "e", 0, ["1-3"], force=True, time=1000, lastid="1-3"), [THREE]),
    ]),
]  # fmt: skip

METHODS = methods_of(Streams, StreamGroups)


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_results_are_the_same_everywhere(scenario: Scenario, any_server: tuple[str, Address], protocol: int) -> None:
    play_on(any_server, scenario, protocol)


def test_redis_py_returns_the_same(any_server: tuple[str, Address]) -> None:
    other, compared = compare_on(any_server, SCENARIOS)
    assert other & METHODS == OTHER_RESULTS.keys() & compared & METHODS


def test_no_method_is_left_out() -> None:
    assert called(SCENARIOS) >= METHODS
