"""What the table says of repeating, shown on live servers.

Each write that may be repeated is run twice: the second answer and the second state are those of the first. Then
another client's write comes in between: the state is one that a single run, before or behind that write, would have
left. What may not be repeated fails one of these, or the table would be too careful. And what only reads changes
nothing. Servers that have not got a command are not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest

from framewire.blocking.connect import connect
from framewire.codecs.resp import RespCodec
from framewire.frames.resp import Array, Bulk, Error, Map, RespFrame, Set
from framewire.redis.facts import lookup, repeat_of, walk
from framewire.redis.facts.repeats import OnlyWith, of_ltrim
from tests.peers import PEERS, RedisServer
from tests.waiting import PATIENCE

Request = list[bytes]

WORLD = """
FLUSHALL / SET s hello / SET t x EX 50000 / SET n 5 / SET bits abc / RPUSH l a b c d e f / HSET h f 1 g 2
SADD a 1 2 3 / SADD b 2 3 4 / ZADD z 1 x 2 y 3 z / ZADD y 5 x / PFADD p a b / PFADD q c
GEOADD g 13.4 52.5 berlin 2.3 48.8 paris / XADD st 1-1 f v / XGROUP CREATE st group 0
XREADGROUP GROUP group c COUNT 1 STREAMS st >
"""
NAMES = [b"v", b"s", b"t", b"n", b"bits", b"l", b"h", b"a", b"b", b"z", b"y", b"p", b"q", b"g", b"st", b"d", b"none"]
LIBRARY = b"#!lua name=lib\nredis.register_function('f', function() return 1 end)"
PAYLOAD = b"PAYLOAD"  # stands for what DUMP s answers


def parsed(text: str) -> list[Request]:
    return [
        [LIBRARY if word == "LIBRARY" else word.encode() for word in part.split()]
        for line in text.strip().split("\n") for part in line.split(" / ")
    ]  # fmt: skip


# A time to live begins with a 5, so that its number of digits is the same a day later.
WRITES = parsed("""
SET s v / SET none v / SET s v EX 500000 / SET s v XX / SET none v XX / SET t v KEEPTTL / SET s v EXAT 5000000000
SET l v / SETEX s 500000 v / PSETEX l 500000000 v / MSET s 1 none 2 l 3 / SETRANGE s 2 zz / SETRANGE none 3 zz
GETEX s EX 500000 / GETEX t PERSIST / GETEX none EX 5 / GETEX s PXAT 5000000000000
MSETEX 2 s v none w EX 500000 / MSETEX 1 s v XX / BITOP AND d s bits / BITOP NOT d none
EXPIRE s 500000 / EXPIRE none 500000 / EXPIRE t 500000 XX / EXPIRE s 500000 XX / PEXPIRE l 500000000
EXPIREAT s 5000000000 / PEXPIREAT t 5000000000000 / COPY s d REPLACE / COPY s t REPLACE / COPY none d REPLACE
COPY l d DB 1 REPLACE / RESTORE d 0 PAYLOAD REPLACE / RESTORE l 500000000 PAYLOAD REPLACE
LTRIM l 0 2 / LTRIM l -2 -1 / LTRIM l 0 -1 / LTRIM l 0 99 / LTRIM none 0 1
HMSET h f 9 new 1 / HMSET none f 1 / HEXPIRE h 500000 FIELDS 2 f none / HPEXPIRE h 500000000 FIELDS 1 f
HEXPIRE h 500000 XX FIELDS 2 f g / HEXPIREAT h 5000000000 FIELDS 1 f / HPEXPIREAT h 5000000000000 FIELDS 1 f
HGETEX h EX 500000 FIELDS 2 f none / HGETEX h PERSIST FIELDS 1 f
HSETEX h EX 500000 FIELDS 1 f v / HSETEX h FXX FIELDS 1 f v / HSETEX h FXX FIELDS 1 none v / HSETEX none FIELDS 1 f v
SUNIONSTORE d a b / SINTERSTORE d a b / SDIFFSTORE d a b / SDIFFSTORE l a a / ZUNIONSTORE d 2 z y WEIGHTS 2 3
ZINTERSTORE d 2 z a / ZDIFFSTORE d 2 z y / ZRANGESTORE d z 0 1 / ZRANGESTORE d none 0 1 / PFMERGE p q / PFMERGE d p q
GEOSEARCHSTORE d g FROMLONLAT 13 52 BYRADIUS 200 km / SCRIPT LOAD return(1) / FUNCTION LOAD REPLACE LIBRARY
VSETATTR v e {"x":2}
""")

NEVER = parsed("""
DEL s / UNLINK s none / SET s v GET / SET none v NX / SETNX none v / MSETNX none 1 / GETSET s v / GETDEL s
INCR n / DECRBY n 2 / INCRBYFLOAT n 0.5 / APPEND s x / SET n 6 IFEQ 5 / DELIFEQ n 5
MSETEX 1 none v NX / SETBIT bits 0 1 / BITFIELD bits SET u8 0 1
BITFIELD bits INCRBY u8 0 1 / BITOP XOR s s bits / BITOP NOT s s
RENAME s d / RENAMENX s d / MOVE s 1 / COPY s d / PERSIST t
EXPIRE s 500000 NX / EXPIREAT t 5000000000 GT / EXPIRE s 0 / RESTORE d 0 PAYLOAD
LPUSH l x / RPUSHX l x / LPOP l / RPOP l 2 / LINSERT l BEFORE c x / LREM l 1 a / LTRIM l 1 -1 / LTRIM l 0 -2
LMOVE l l LEFT RIGHT / RPOPLPUSH l l / LMPOP 1 l LEFT / BLPOP l 0 / BRPOP l 0
BLMOVE l l LEFT RIGHT 0 / BRPOPLPUSH l l 0 / BLMPOP 0 1 l LEFT
HSET h new 1 / HSETNX h new 1 / HDEL h f / HINCRBY h f 1 / HINCRBYFLOAT h f 1 / HGETDEL h FIELDS 1 f
HEXPIRE h 500000 NX FIELDS 1 f / HEXPIRE h 0 FIELDS 1 f / HSETEX h FNX FIELDS 1 new v
SADD a 9 / SREM a 1 / SMOVE a b 1 / SPOP a / SDIFFSTORE a b a
ZADD z 9 new / ZADD z CH 9 x / ZADD z INCR 1 x / ZINCRBY z 1 x / ZREM z x / ZPOPMIN z / ZPOPMAX z / ZMPOP 1 z MIN
BZPOPMIN z 0 / BZPOPMAX z 0 / BZMPOP 0 1 z MIN / ZREMRANGEBYRANK z 0 0 / ZREMRANGEBYSCORE z 1 1 / ZREMRANGEBYLEX z - +
ZUNIONSTORE z 2 z y / ZDIFFSTORE y 2 z y / PFADD p new / GEOADD g 1 1 new
XADD st * f v / XADD st 2-1 f v / XDEL st 1-1 / XTRIM st MAXLEN 0 / XACK st group 1-1 / XGROUP CREATE st other 0
XGROUP DESTROY st group / XGROUP CREATECONSUMER st group d / XGROUP DELCONSUMER st group c
XREADGROUP GROUP group c STREAMS st 0 / XCLAIM st group d 0 1-1 / XAUTOCLAIM st group d 0 0
FUNCTION LOAD LIBRARY / VREM v e
""")

IN_BETWEEN = parsed("LSET l 0 v / LSET l -1 v")
"""What twice in a row would be the same, but not with everything that others may do in between."""

# Nobody renames or moves a key: what a first run wrote is then at another place, and a second run writes it again.
OTHERS = {
    "string": "SET {} w / DEL {} / APPEND {} w / SETRANGE {} 1 w / PERSIST {} / EXPIRE {} 50000000",
    "list": "SET {} w / DEL {} / LPUSH {} w / RPUSH {} w / LPOP {} / RPOP {} / PERSIST {} / LREM {} 1 c",
    "hash": "DEL {} / HSET {} f 7 / HSET {} none 7 / HDEL {} f / HDEL {} f g",
    "set": "DEL {} / SADD {} 9 / SREM {} 2 / SREM {} 1 2 3",
    "zset": "DEL {} / ZADD {} 9 w / ZADD {} 9 x / ZREM {} x",
    "none": "SET {} w / SADD {} 1 / LPUSH {} w / HSET {} f 7 / ZADD {} 1 w / SET {} w EX 50000000",
}  # fmt: skip


class Live:
    """A connection to a server that speaks RESP3, and what the tests ask of it."""

    def __init__(self, peer: RedisServer) -> None:
        self.server = peer.name
        self._connection = connect(RespCodec(), peer.host, peer.port)
        self.ask([[b"HELLO", b"3"]])
        self._payload = b""
        dumped = self.ask([[b"SET", b"s", b"dumped"], [b"DUMP", b"s"]])[1]
        assert isinstance(dumped, Bulk)
        self._payload = dumped.data

    def close(self) -> None:
        self._connection.abort()

    def has(self, request: Request) -> bool:
        """Whether the server has the command, with all these options."""
        entry = lookup(request)
        assert entry is not None, request
        here = entry.on(self.server)
        newer = {b"IFEQ": "valkey 9.1"}
        return here is not None and all(newer.get(word, self.server) == self.server for word in request)

    def ask(self, requests: Iterable[Request]) -> list[RespFrame]:
        """The replies to a pipeline."""
        frames = [
            Array([Bulk(self._payload if word == PAYLOAD else word) for word in request]) for request in requests
        ]  # fmt: skip
        for frame in frames:
            self._connection.feed_frame(frame)
        self._connection.flush(PATIENCE)
        replies = [self._connection.read_frame(PATIENCE) for _ in frames]
        assert None not in replies
        return replies  # type: ignore[return-value]

    def _world(self) -> list[Request]:
        world = parsed(WORLD)
        if self.server == "redis 8.0":
            world.append([b"VADD", b"v", b"VALUES", b"1", b"1", b"e"])
        return world + [[b"FUNCTION", b"FLUSH"]] + [[b"HEXPIRE", b"h", b"50000", b"FIELDS", b"1", b"g"]] * self._newer

    @property
    def _newer(self) -> bool:
        return self.server != "redis 7.0"

    def run(self, *requests: Request) -> tuple[list[RespFrame], list[object]]:
        """The replies in a world made anew, and what is there then."""
        replies = self.ask([*self._world(), *requests])
        return replies[len(replies) - len(requests) :], self.state()

    def kind(self, name: bytes) -> str:
        (reply,) = self.ask([[b"TYPE", name]])
        return str(reply)

    def state(self) -> list[object]:
        """All that is kept; of a time to live the number of digits, which passing time leaves."""
        kinds = [str(reply) for reply in self.ask([b"TYPE", name] for name in NAMES)]
        asked = [request for name, kind in zip(NAMES, kinds, strict=True) for request in self._contents(name, kind)]
        replies = self.ask([*asked, *parsed(ELSEWHERE)])
        return [kinds, *map(_comparable, asked + parsed(ELSEWHERE), replies)]

    def _contents(self, name: bytes, kind: str) -> list[Request]:
        found = [filled(request, name) for request in parsed(f"PTTL {{}} / {CONTENTS[kind]}")]
        return found if self._newer else [request for request in found if request[0] != b"HPTTL"]


CONTENTS = {
    "string": "GET {}", "list": "LRANGE {} 0 -1", "set": "SMEMBERS {}", "zset": "ZRANGE {} 0 -1 WITHSCORES",
    "hash": "HGETALL {} / HPTTL {} FIELDS 3 f g new", "none": "EXISTS {}",
    "stream": "XRANGE {} - + / XPENDING {} group - + 9", "vectorset": "VGETATTR {} e",
}  # fmt: skip
ELSEWHERE = "FUNCTION LIST WITHCODE / SELECT 1 / LRANGE d 0 -1 / EXISTS s / SELECT 0"


def filled(request: Request, name: bytes) -> Request:
    return [word.replace(b"{}", name) for word in request]


def _comparable(request: Request, reply: RespFrame) -> object:
    """Sets and maps in an order, times without what passes of them, errors without their texts."""
    if request[0] == b"XPENDING" and isinstance(reply, Array):
        return [each.items[:2] + each.items[3:] for each in reply.items if isinstance(each, Array)]  # without the age
    if request[0] in (b"PTTL", b"HPTTL"):
        return re.sub(r"\d+", lambda digits: str(len(digits[0])), repr(reply))
    if isinstance(reply, Map):
        return sorted(map(repr, reply.pairs))
    if isinstance(reply, Set):
        return sorted(map(repr, reply.items))
    return "error" if isinstance(reply, Error) else repr(reply)


@pytest.fixture(scope="module", params=PEERS)
def live(request: pytest.FixtureRequest) -> Iterator[Live]:
    with RedisServer(name=request.param) as peer:
        found = Live(peer)
        yield found
        found.close()


def twice(live: Live, request: Request) -> tuple[bool, bool]:
    """Whether the second of two runs answers the same, and whether it leaves the same."""
    (first,), once = live.run(request)
    (second,) = live.ask([request])
    return _comparable(request, first) == _comparable(request, second), once == live.state()


def others(live: Live, request: Request) -> list[Request]:
    """What other clients may do to the keys of `request`."""
    entry = lookup(request)
    assert entry is not None
    live.run()
    return [
        filled(other, key)
        for key in dict.fromkeys(entry.keys_in(request)) for other in parsed(OTHERS.get(live.kind(key), "DEL {}"))
    ]  # fmt: skip


def as_once(live: Live, request: Request, other: Request) -> bool:
    """Whether a run on both sides of `other` leaves what one run leaves, before or behind it."""
    return live.run(request, other, request)[1] in (live.run(request, other)[1], live.run(other, request)[1])


def test_a_write_that_may_be_repeated_can_be_run_twice(live: Live) -> None:
    for request in filter(live.has, WRITES):
        assert repeat_of(request) == "write", request
        assert twice(live, request) == (True, True), request


def test_and_all_is_as_once_whatever_another_does_in_between(live: Live) -> None:
    failed = [
        (request, other)
        for request in filter(live.has, WRITES) for other in others(live, request) if not as_once(live, request, other)
    ]  # fmt: skip
    assert failed == []


def test_what_may_not_be_repeated_would_be_seen(live: Live) -> None:
    for request in filter(live.has, NEVER):
        assert repeat_of(request) == "never", request
        assert twice(live, request) != (True, True), request


def test_or_goes_wrong_in_between(live: Live) -> None:
    for request in IN_BETWEEN:
        assert repeat_of(request) == "never", request
        assert twice(live, request) == (True, True), request
        assert not all(as_once(live, request, other) for other in others(live, request)), request


def test_every_command_that_may_be_repeated_is_among_them() -> None:
    may = {entry.name for entry in walk() if entry.repeat == "write" or isinstance(entry.repeat_in, OnlyWith)}
    may |= {entry.name for entry in walk() if entry.repeat_in is of_ltrim}
    assert {entry.name for request in WRITES if (entry := lookup(request))} == may


# -- what only reads, though the server does not call it so -----------------------------------------------------------

ARGUMENTS = {
    "echo": "x", "config|get": "*", "acl|dryrun": "default GET k", "acl|getuser": "default", "command|getkeys": "GET k",
    "command|getkeysandflags": "GET k", "latency|graph": "command", "latency|history": "command", "script|exists": "x",
    "commandlog|get": "5 slow", "commandlog|len": "slow", "cluster|keyslot": "k", "script|show": "x",
    "cluster|countkeysinslot": "5", "cluster|getkeysinslot": "5 5", "cluster|slot-stats": "SLOTSRANGE 0 5",
    "cluster|count-failure-reports": "x", "cluster|replicas": "x", "cluster|slaves": "x",
}  # fmt: skip
SETTINGS = "CONFIG GET * / ACL LIST / FUNCTION LIST WITHCODE / CLIENT GETNAME / CLIENT TRACKINGINFO / LASTSAVE / DBSIZE"


def test_what_only_reads_changes_nothing(live: Live) -> None:
    live.run()
    before = list(map(repr, live.ask(parsed(SETTINGS)))), live.state()
    for entry in walk():
        if entry.repeat == "read" and not entry.has_flag("readonly") and entry.on(live.server) is not None:
            (reply,) = live.ask([[*entry.name.encode().split(b"|"), *ARGUMENTS.get(entry.name, "").encode().split()]])
            assert not re.match("ERR (unknown|wrong|syntax)", str(reply)), (entry.name, reply)
    assert (list(map(repr, live.ask(parsed(SETTINGS)))), live.state()) == before


def test_and_so_does_what_reads_without_an_option(live: Live) -> None:
    for line in ("GETEX s", "HGETEX h FIELDS 1 f", "SORT l ALPHA", "BITFIELD bits GET u8 0", "ACL LOG"):
        (request,) = parsed(line)
        assert repeat_of(request) == "read"
        if live.has(request):
            assert twice(live, request) == (True, True)
            assert live.run(request)[1] == live.run()[1]
