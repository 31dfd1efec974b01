"""Where real servers put pushes among replies (RESP3), and that the decoder of "replies" keeps the two apart.

What belongs here: requests, sent at once over one socket, and the items that the very bytes of the answer decode to:
whole, byte by byte and at random cuts, by both twins. Redis 7.0 writes a message wherever it comes about, in the middle
of a reply too; Redis 8.0 and Valkey 9.1 write it behind the reply of the command, or of EXEC, that brought it about.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from framewire.errors import ProtocolError
from framewire.frames.resp import Error, Push, Simple
from tests.every_way import every_way, feed, flat
from tests.peers import REDIS_7, RedisServer
from tests.serving import command
from tests.waiting import PATIENCE

pytestmark = pytest.mark.peer

OK, QUEUED = Simple(b"OK"), Simple(b"QUEUED")


def confirmed(word: bytes, channel: bytes | None, count: int) -> Push:
    return Push((word, channel, count))


def message(channel: bytes, text: bytes) -> Push:
    return Push((b"message", channel, text))


def event(name: bytes, key: bytes) -> Push:
    return Push((b"pmessage", b"__key*", b"__keyevent@0__:" + name, key))


def invalidated(*keys: bytes) -> Push:
    return Push((b"invalidate", list(keys) or None))


class Scene(NamedTuple):
    """Requests that prepare, those whose answer is looked at, and its items: from 7.0, and from the others."""

    before: list[str]
    requests: list[str]
    items: list[Any]
    later: list[Any] | None = None
    """Where they are others."""


EVENTS = ["PSUBSCRIBE __key*", "CONFIG SET notify-keyspace-events EAm"]
TRACKING = ["CLIENT TRACKING ON", "GET k"]
ENTRY = [b"1-1", [b"f", b"v"]]
WRONG_TYPE = Error(b"WRONGTYPE Operation against a key holding the wrong kind of value")

SCENES = {
    "a message to oneself": Scene(
        ["SUBSCRIBE ch"],
        ["PUBLISH ch hi", "GET k"],
        [message(b"ch", b"hi"), 1, None],
        [1, message(b"ch", b"hi"), None],
    ),
    "SUBSCRIBE in EXEC, and a message": Scene(
        [],
        ["MULTI", "SUBSCRIBE ch", "PUBLISH ch hi", "GET k", "EXEC", "GET j"],
        [OK, QUEUED, QUEUED, QUEUED, message(b"ch", b"hi"), [confirmed(b"subscribe", b"ch", 1), 1, None], None],
        [OK, QUEUED, QUEUED, QUEUED, [confirmed(b"subscribe", b"ch", 1), 1, None], message(b"ch", b"hi"), None],
    ),
    "each kind of them in EXEC": Scene(
        [],
        ["MULTI", "PSUBSCRIBE p*", "SUBSCRIBE a", "SUNSUBSCRIBE s", "PUNSUBSCRIBE p*", "UNSUBSCRIBE a", "EXEC"],
        [
            *(OK, QUEUED, QUEUED, QUEUED, QUEUED, QUEUED),
            [
                confirmed(b"psubscribe", b"p*", 1),
                confirmed(b"subscribe", b"a", 2),
                confirmed(b"sunsubscribe", b"s", 0),
                confirmed(b"punsubscribe", b"p*", 1),
                confirmed(b"unsubscribe", b"a", 0),
            ],
        ],
    ),
    "UNSUBSCRIBE of nothing in EXEC": Scene(
        [], ["MULTI", "UNSUBSCRIBE", "GET k", "EXEC"], [OK, QUEUED, QUEUED, [confirmed(b"unsubscribe", None, 0), None]]
    ),
    "a queued SUBSCRIBE to two channels fills two places, and what is behind it falls out": Scene(
        [],
        ["MULTI", "SUBSCRIBE a b", "GET k", "EXEC"],
        [OK, QUEUED, QUEUED, [confirmed(b"subscribe", b"a", 1), confirmed(b"subscribe", b"b", 2)], None],
    ),
    "keys that are missed, inside the reply of MGET": Scene(
        EVENTS,
        ["MGET a b", "GET c"],
        [event(b"keymiss", b"a"), event(b"keymiss", b"b"), [None, None], event(b"keymiss", b"c"), None],
        [[None, None], event(b"keymiss", b"a"), event(b"keymiss", b"b"), None, event(b"keymiss", b"c")],
    ),
    "the same two deep, inside EXEC": Scene(
        EVENTS,
        ["MULTI", "MGET a b", "GET c", "EXEC"],
        [OK, QUEUED, QUEUED, *(event(b"keymiss", key) for key in (b"a", b"b", b"c")), [[None, None], None]],
        [OK, QUEUED, QUEUED, [[None, None], None], *(event(b"keymiss", key) for key in (b"a", b"b", b"c"))],
    ),
    "between the keys and values of XREADGROUP's map": Scene(
        [f"XADD {key} 1-1 f v" for key in "st"] + [f"XGROUP CREATE {key} g 0" for key in "st"] + EVENTS,
        ["XREADGROUP GROUP g me STREAMS s t > >"],
        [event(b"xgroup-createconsumer", b"s"), event(b"xgroup-createconsumer", b"t"), {b"s": [ENTRY], b"t": [ENTRY]}],
        [{b"s": [ENTRY], b"t": [ENTRY]}, event(b"xgroup-createconsumer", b"s"), event(b"xgroup-createconsumer", b"t")],
    ),
    "inside and behind the reply of ZPOPMIN": Scene(
        ["ZADD z 1 a 2 b", *EVENTS],
        ["ZPOPMIN z 5"],
        [event(b"zpopmin", b"z"), [[b"a", 1.0], [b"b", 2.0]], event(b"del", b"z")],
        [[[b"a", 1.0], [b"b", 2.0]], event(b"zpopmin", b"z"), event(b"del", b"z")],
    ),
    "invalidations behind EXEC": Scene(
        TRACKING,
        ["MULTI", "SET k 1", "GET k", "SET k 2", "EXEC", "GET k"],
        [OK, QUEUED, QUEUED, QUEUED, [OK, b"1", OK], invalidated(b"k"), invalidated(b"k"), b"2"],
    ),
    "one's own write": Scene(TRACKING, ["SET k 1", "GET k"], [OK, invalidated(b"k"), b"1"]),
    "one's own FLUSHALL in EXEC": Scene(
        TRACKING, ["MULTI", "FLUSHALL", "GET k", "EXEC"], [OK, QUEUED, QUEUED, [OK, None], invalidated()]
    ),
    "a script's message and write": Scene(
        ["SUBSCRIBE ch", *TRACKING],
        ["EVAL redis.call('publish','ch','hi');redis.call('set','k','1');return{1,{2,3}} 0"],
        [message(b"ch", b"hi"), [1, [2, 3]], invalidated(b"k")],
        [[1, [2, 3]], message(b"ch", b"hi"), invalidated(b"k")],
    ),
    "an error inside EXEC": Scene(
        ["SUBSCRIBE ch", "RPUSH l a"],
        ["MULTI", "PUBLISH ch hi", "INCR l", "SUBSCRIBE c2", "EXEC"],
        [OK, QUEUED, QUEUED, QUEUED, message(b"ch", b"hi"), [1, WRONG_TYPE, confirmed(b"subscribe", b"c2", 2)]],
        [OK, QUEUED, QUEUED, QUEUED, [1, WRONG_TYPE, confirmed(b"subscribe", b"c2", 2)], message(b"ch", b"hi")],
    ),
}  # fmt: skip

INTERRUPTED = [
    "SUBSCRIBE in EXEC, and a message",
    "keys that are missed, inside the reply of MGET",
    "the same two deep, inside EXEC",
    "between the keys and values of XREADGROUP's map",
    "inside and behind the reply of ZPOPMIN",
    "an error inside EXEC",
]
"""Where 7.0 writes a push inside a reply."""


class Line:
    """One connection that speaks RESP3, and gives the very bytes."""

    def __init__(self, server: RedisServer) -> None:
        self._socket = socket.create_connection((server.host, server.port), PATIENCE)
        self._last = 0
        self.send(["HELLO 3"])
        self.received()

    def close(self) -> None:
        self._socket.close()

    def send(self, requests: list[str]) -> None:
        self._socket.sendall(b"".join(command(*map(str.encode, words(request))) for request in requests))

    def received(self) -> bytes:
        """All that was answered to what was sent, with the pushes that follow it."""
        received = b""
        for _ in range(2):  # what is pushed when the server is about to wait comes behind the first mark
            self._last += 1
            mark = b"mark %d" % self._last
            self._socket.sendall(command(b"ECHO", mark))
            end = b"$%d\r\n%b\r\n" % (len(mark), mark)
            while end not in received:
                received += self._more()
            received = received.replace(end, b"")
        return received

    def first_byte(self) -> bytes:
        return self._socket.recv(1)

    def _more(self) -> bytes:
        data = self._socket.recv(1 << 20)
        assert data, "the server has closed"
        return data


def words(request: str) -> list[str]:
    """A script is one word."""
    if not request.startswith("EVAL "):
        return request.split(" ")
    name, rest = request.split(" ", 1)
    return [name, *rest.rsplit(" ", 1)]


@pytest.fixture
def line(peer: RedisServer) -> Iterator[Line]:
    line = Line(peer)
    line.send(["CONFIG SET notify-keyspace-events ", "FLUSHALL"])
    line.received()
    yield line
    line.close()


@pytest.fixture
def other(peer: RedisServer) -> Iterator[Line]:
    line = Line(peer)
    yield line
    line.close()


def heard(line: Line, scene: Scene) -> bytes:
    line.send(scene.before)
    line.received()
    line.send(scene.requests)
    return line.received()


@pytest.mark.parametrize("name", SCENES)
def test_pushes_and_replies(resp: ModuleType, bytes_mut: type, peer: RedisServer, line: Line, name: str) -> None:
    scene = SCENES[name]
    expected = scene.items if peer.name == REDIS_7 or scene.later is None else scene.later
    wire = heard(line, scene)
    found = every_way(lambda: resp.RespDecoder("replies"), bytes_mut, wire)
    assert found == ([flat(item) for item in expected], None, True), wire


@pytest.mark.parametrize("name", INTERRUPTED)
def test_7_0_does_write_them_inside_replies(
    resp: ModuleType, bytes_mut: type, peer: RedisServer, line: Line, name: str
) -> None:
    """Or the table would prove nothing. Of the others' answers only what is a confirmation stands inside."""
    wire = heard(line, SCENES[name])
    error = feed(resp.RespDecoder("values"), bytes_mut, [wire]).error
    if peer.name == REDIS_7:
        assert error is not None
        assert error[0] is ProtocolError
        assert "push inside another frame" in error[1]
    elif "SUBSCRIBE" not in " ".join(SCENES[name].requests):
        assert error is None


def test_an_invalidation_while_a_long_reply_is_under_way(
    resp: ModuleType, bytes_mut: type, line: Line, other: Line
) -> None:
    """It is written behind the reply, which was written as a whole: no server interrupts one for other clients."""
    other.send([" ".join(["RPUSH", "l", *(f"item:{i}" for i in range(50_000))])])
    other.received()
    line.send(TRACKING)
    line.received()
    line.send(["LRANGE l 0 -1"])
    begin = line.first_byte()
    other.send(["SET k 1"])
    other.received()
    wire = begin + line.received()
    items = resp.RespDecoder("replies").decode_batch(bytes_mut(wire), 9)
    assert items == [[b"item:%d" % i for i in range(50_000)], invalidated(b"k")]
    every_piece = [wire[i : i + 4096] for i in range(0, len(wire), 4096)]
    assert feed(resp.RespDecoder("replies"), bytes_mut, every_piece).items == [flat(item) for item in items]
