"""A snapshot spells out the keys of its moment, whatever happens while it does."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.server import values
from framewire.redis.server.persistence.dump import DUMPERS
from framewire.redis.server.persistence.recorder import Recorder
from framewire.redis.server.persistence.snapshot import Snapshot
from tests.properties import examples
from tests.redis.server.persistence.disks import contents
from tests.redis.server.scripted import Clients, ScriptedClient

KEYS = ["a", "b", "c"]
key = st.sampled_from(KEYS)
item = st.sampled_from(["1", "2", "x", "y"])
CHANGES = st.one_of(
    st.tuples(st.sampled_from(["DEL", "INCR", "LPOP", "RPOP", "SPOP", "ZPOPMIN", "PERSIST"]), key),
    st.tuples(st.sampled_from(["SET", "APPEND", "LPUSH", "RPUSH", "SADD", "SREM", "EXPIRE"]), key, item),
    st.tuples(st.sampled_from(["HSET", "ZADD"]), key, item, item),
    st.tuples(st.sampled_from(["RENAME", "COPY", "RPOPLPUSH", "SUNIONSTORE", "SDIFFSTORE"]), key, key),
    st.tuples(st.just("SMOVE"), key, key, item),
    st.tuples(st.just("MOVE"), key, st.just("1")),
    st.sampled_from([("SELECT", "0"), ("SELECT", "1"), ("SWAPDB", "0", "1"), ("FLUSHDB",), ("FLUSHALL",), ("MULTI",),
                     ("EXEC",), ("BLPOP", "a", "b", "0"), ("BLMOVE", "a", "b", "LEFT", "RIGHT", "0")]),
)  # fmt: skip


def make_again(requests: Iterator[list[bytes]]) -> Clients:
    clients = Clients()
    clients.state.loading = True
    client = clients.new()
    for request in requests:
        client.batch(request)
    return clients


@examples(150)
@given(before=st.lists(CHANGES, max_size=25), during=st.lists(st.tuples(st.integers(0, 3), CHANGES), max_size=25))
def test_it_is_of_its_moment(before: list[tuple[str, ...]], during: list[tuple[int, tuple[str, ...]]]) -> None:
    clients = Clients()
    clients.state.config.databases = 2
    recorder = Recorder(clients.state, lambda unit: None)
    recorder.start()
    askers = [clients.new(), clients.new()]
    for number, request in enumerate(before):
        ask(askers[number % 2], request)
    expected = contents(clients.state)
    recorder.snapshot = snapshot = Snapshot(clients.state.databases)
    spelled: list[list[bytes]] = []
    rest = snapshot.requests()
    for number, (slices, request) in enumerate(during):
        ask(askers[number % 2], request)
        spelled += [one for one in (next(rest, None) for _ in range(slices)) if one is not None]
    assert contents(make_again(iter([*spelled, *rest])).state) == expected


def ask(client: ScriptedClient, request: tuple[str, ...]) -> None:
    if client.client.blocked is None:
        client.batch([part.encode() for part in request])


def test_large_values_are_spelled_out_in_pieces_of_what_they_were() -> None:
    clients = Clients()
    client = clients.new()
    client("RPUSH", "l", *map(str, range(1000)))
    client("HSET", "h", *map(str, range(1000)))
    client("ZADD", "z", *map(str, range(1000)))
    client("PEXPIREAT", "l", "1800000000000")
    recorder = Recorder(clients.state, lambda unit: None)
    recorder.start()
    expected = contents(clients.state)
    recorder.snapshot = snapshot = Snapshot(clients.state.databases)
    rest = snapshot.requests()
    first = [next(rest) for _ in range(5)]
    for name in ("l", "h", "z"):
        client("DEL", name) if name == "l" else client("COPY", name, "copy", "REPLACE")
    client("HDEL", "h", *map(str, range(0, 1000, 4)))
    client("ZREMRANGEBYRANK", "z", "0", "500")
    spelled = [*first, *rest]
    assert max(map(len, spelled)) == 2 + 2 * 64
    assert contents(make_again(iter(spelled)).state) == expected


def test_streams_are_spelled_out_with_their_groups_and_what_is_pending() -> None:
    clients = Clients()
    client = clients.new()
    for number in range(1, 11):
        client(f"XADD s {number}-0 n {number}")
    for request in (
        "XGROUP CREATE s g 0", "XGROUP CREATECONSUMER s g idle", "XREADGROUP GROUP g r COUNT 4 STREAMS s >",
        "XREADGROUP GROUP g q COUNT 2 STREAMS s >", "XREADGROUP GROUP g r STREAMS s 2", "XDEL s 2-0 6-0 9-0",
        "XACK s g 1-0", "XTRIM s MAXLEN 5", "XGROUP CREATE s h $", "XGROUP CREATE none g $ MKSTREAM ENTRIESREAD 5",
        "XADD gone 5-5 a b", "XDEL gone 5-5",
    ):  # fmt: skip
        client(request)
    requests = Snapshot(clients.state.databases).requests()
    again = make_again(requests)
    for request in ("XINFO STREAM s FULL", "XINFO STREAM none FULL", "XINFO STREAM gone FULL", "XRANGE s - +"):
        assert without_times(again.new()(request)) == without_times(client(request))


def without_times(reply: object) -> object:
    """XINFO, but when a consumer was seen, and how many nodes there are: Redis does not keep those either."""
    if isinstance(reply, dict):
        volatile = (b"seen-time", b"radix-tree-keys", b"radix-tree-nodes")
        return {name: without_times(value) for name, value in reply.items() if name not in volatile}
    return [without_times(item) for item in reply] if isinstance(reply, list) else reply


def test_every_type_of_value_can_be_spelled_out() -> None:
    modules = [import_module(f"{values.__name__}.{module.name}") for module in iter_modules(values.__path__)]
    kinds = {
        thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type) and hasattr(thing, "kind") and hasattr(thing, "encoding")
    }
    assert len(kinds) >= 6
    assert set(DUMPERS) >= kinds | {bytes}
