"""A state machine drives our server and a real one with the same random requests about streams and their groups."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from framewire.redis import ThreadServer
from tests.against.machine import BothServers, run
from tests.peers import RedisServer

pytestmark = pytest.mark.peer

KEYS = st.sampled_from(["s", "s", "s", "t"])
GROUPS = st.sampled_from(["g", "g", "h"])
CONSUMERS = st.sampled_from(["a", "b", ""])
SEQUENCES = st.tuples(st.integers(0, 6), st.integers(0, 3)).map(lambda id_: f"{id_[0]}-{id_[1]}")
LAST = "18446744073709551615-18446744073709551615"
IDS = SEQUENCES | st.sampled_from(["0", "3", LAST, "$", ">", "-", "+", "x", "1-*"])
NEW_IDS = st.sampled_from(["1-*", "2-*", "3-*", "4-*", "5-*", "6-*"]) | IDS
BOUNDS = st.one_of(IDS, SEQUENCES.map("({}".format), st.sampled_from(["-", "+"]))
NUMBERS = st.integers(-1, 5).map(str) | st.sampled_from(["x", "100", "9223372036854775807"])
_TEXTS = ["a 1", "a 2", "b 1", "a 1 b " + "x" * 90, " ", "a", "n -70000"]
FIELDS = st.sampled_from(_TEXTS).map(lambda text: text.split(" "))
COUNTS: st.SearchStrategy[list[str]] = st.just([]) | NUMBERS.map(lambda number: ["COUNT", number])
TRIMS: st.SearchStrategy[list[str]] = st.one_of(
    st.tuples(st.just("MAXLEN"), st.sampled_from(["=", "~"]), NUMBERS).map(list),
    st.tuples(st.just("MINID"), st.sampled_from(["=", "~"]), IDS).map(list),
    st.tuples(st.just("MAXLEN"), st.just("~"), NUMBERS, st.just("LIMIT"), NUMBERS).map(list),
)
CLAIMS = st.lists(
    st.tuples(st.just("TIME"), st.sampled_from(["1000", "x"])) | st.tuples(st.just("RETRYCOUNT"), NUMBERS)
    | st.tuples(st.just("LASTID"), SEQUENCES) | st.sampled_from([("JUSTID",), ("FORCE",), ("IDLE",)]),
    max_size=3,
).map(lambda options: list(chain.from_iterable(options)))  # fmt: skip
IDLE = st.sampled_from(["0", "0", "0", "3600000", "-1", "x"])


class Streams(BothServers):
    """Random requests about streams, answered by both servers alike at each step.

    Nodes are small, so that a few entries fill several of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ask("CONFIG SET stream-node-max-entries 4 stream-node-max-bytes 300")

    @rule(key=KEYS, id_=NEW_IDS, fields=FIELDS, trim=st.just([]) | TRIMS, flag=st.sampled_from([[], ["NOMKSTREAM"]]))
    def add(self, key: str, id_: str, fields: list[str], trim: list[str], flag: list[str]) -> None:
        self.ask(["XADD", key, *flag, *trim, id_, *fields])

    @rule(key=KEYS, first=st.integers(1, 6), count=st.integers(1, 9))
    def add_many(self, key: str, first: int, count: int) -> None:
        for number in range(count):
            self.ask(["XADD", key, f"{first}-*", "a", str(number)])

    @rule(key=KEYS, ids=st.lists(IDS, min_size=1, max_size=4))
    def delete(self, key: str, ids: list[str]) -> None:
        self.ask(["XDEL", key, *ids])

    @rule(key=KEYS, trim=TRIMS)
    def trim(self, key: str, trim: list[str]) -> None:
        self.ask(["XTRIM", key, *trim])

    @rule(key=KEYS, id_=IDS, added=st.sampled_from(["", "-1", "0", "5", "70", "x"]),
          deleted=st.just([]) | SEQUENCES.map(lambda id_: ["MAXDELETEDID", id_]))  # fmt: skip
    def set_id(self, key: str, id_: str, added: str, deleted: list[str]) -> None:
        self.ask(["XSETID", key, id_, *(["ENTRIESADDED", added] if added else []), *deleted])

    @rule(key=KEYS, start=BOUNDS, end=BOUNDS, count=COUNTS)
    def range(self, key: str, start: str, end: str, count: list[str]) -> None:
        self.ask(["XRANGE", key, start, end, *count])
        self.ask(["XREVRANGE", key, end, start, *count])

    @rule(keys=st.lists(KEYS, min_size=1, max_size=2), ids=st.lists(IDS, min_size=2, max_size=2), count=COUNTS)
    def read(self, keys: list[str], ids: list[str], count: list[str]) -> None:
        self.ask(["XREAD", *count, "STREAMS", *keys, *ids[: len(keys)]])

    @rule(key=KEYS, group=GROUPS, id_=IDS, more=st.sampled_from([[], ["MKSTREAM"], ["ENTRIESREAD", "2"]]))
    def create_group(self, key: str, group: str, id_: str, more: list[str]) -> None:
        self.ask(["XGROUP", "CREATE", key, group, id_, *more])

    @rule(key=KEYS, group=GROUPS, id_=IDS, more=st.just([]) | NUMBERS.map(lambda number: ["ENTRIESREAD", number]))
    def set_group(self, key: str, group: str, id_: str, more: list[str]) -> None:
        self.ask(["XGROUP", "SETID", key, group, id_, *more])

    @rule(key=KEYS, group=GROUPS, consumer=CONSUMERS, name=st.sampled_from(["CREATECONSUMER", "DELCONSUMER"]))
    def consumers(self, key: str, group: str, consumer: str, name: str) -> None:
        self.ask(["XGROUP", name, key, group, consumer])

    @rule(keys=st.lists(KEYS, min_size=1, max_size=2), group=GROUPS, consumer=CONSUMERS, count=COUNTS,
          ids=st.lists(st.sampled_from([">", ">", ">", "0"]) | IDS, min_size=2, max_size=2),
          noack=st.sampled_from([[], [], ["NOACK"]]))  # fmt: skip
    def read_as_group(
        self, keys: list[str], group: str, consumer: str, count: list[str], ids: list[str], noack: list[str]
    ) -> None:
        self.ask(["XREADGROUP", "GROUP", group, consumer, *count, *noack, "STREAMS", *keys, *ids[: len(keys)]])

    @rule(key=KEYS, group=GROUPS, ids=st.lists(SEQUENCES, min_size=1, max_size=5))
    def acknowledge(self, key: str, group: str, ids: list[str]) -> None:
        self.ask(["XACK", key, group, *ids])

    @rule(key=KEYS, group=GROUPS, consumer=CONSUMERS, idle=IDLE, ids=st.lists(SEQUENCES, min_size=1, max_size=5),
          options=CLAIMS)  # fmt: skip
    def claim(self, key: str, group: str, consumer: str, idle: str, ids: list[str], options: list[str]) -> None:
        self.ask(["XCLAIM", key, group, consumer, idle, *ids, *options])

    @rule(key=KEYS, group=GROUPS, consumer=CONSUMERS, idle=IDLE, start=BOUNDS, count=COUNTS,
          more=st.sampled_from([[], ["JUSTID"]]))  # fmt: skip
    def claim_in_a_row(
        self, key: str, group: str, consumer: str, idle: str, start: str, count: list[str], more: list[str]
    ) -> None:
        self.ask(["XAUTOCLAIM", key, group, consumer, idle, start, *count, *more])

    @rule(key=KEYS, group=GROUPS, idle=st.sampled_from([[], ["IDLE", "0"], ["IDLE", "3600000"]]), start=BOUNDS,
          end=BOUNDS, count=NUMBERS, consumer=st.just([]) | CONSUMERS.map(lambda name: [name]))  # fmt: skip
    def pending(
        self, key: str, group: str, idle: list[str], start: str, end: str, count: str, consumer: list[str]
    ) -> None:
        self.ask(["XPENDING", key, group])
        self.ask(["XPENDING", key, group, *idle, start, end, count, *consumer], "times")

    @rule(key=KEYS)
    def look(self, key: str) -> None:
        self.ask(["XINFO", "STREAM", key])
        self.ask(["XINFO", "GROUPS", key])
        self.ask(["XINFO", "STREAM", key, "FULL", "COUNT", "0"], "times")

    @rule(request=st.sampled_from(["COPY s t REPLACE", "RENAME t s", "DEL t", "SET t v", "XGROUP DESTROY s h"]))
    def beside(self, request: str) -> None:
        self.ask(request)


def test_same_replies_to_random_requests(peer: RedisServer, ours: ThreadServer) -> None:
    run(Streams, ours, peer)
