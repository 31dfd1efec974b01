"""A cluster in a few lines, whose nodes do as they are told: keys in dictionaries, and no I/O.

What belongs here: nodes that own slots, refuse what is not theirs in a cluster's words, tell of keys that change, and
let a test say something else in their place. How bytes come and go is in `blocking/played.py` and `aio/played.py`; what
a real cluster does is tested in `tests/against`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from framewire.redis.client.retries import Retry
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.routing import FIRST_KEY
from framewire.redis.slots import SLOTS, slot_of

__all__ = ["HANG_UP", "QUICK", "SILENT", "USUAL", "Cluster", "Node", "Session", "array", "bulk"]

QUICK = Retry(10, 0.0001, 0.001)

USUAL = None
"""In the place of an answer: what a node says by itself."""

HANG_UP = b""
"""In the place of an answer: the connection ends."""

SILENT = b"(silent)"
"""In the place of an answer: none."""

N = TypeVar("N", bound="Node")

Words = list[bytes]
Script = Callable[[Words], bytes | None]

OK = b"+OK\r\n"
HELLO = b"%2\r\n$5\r\nproto\r\n:3\r\n$6\r\nserver\r\n$5\r\nredis\r\n"


def bulk(data: bytes | None) -> bytes:
    return b"$-1\r\n" if data is None else b"$%d\r\n%b\r\n" % (len(data), data)


def array(items: Sequence[bytes]) -> bytes:
    return b"*%d\r\n%b" % (len(items), b"".join(items))


class Node:
    """One node. `script` is asked first what to say; `asked` is what came, handshakes apart; `store` its keys."""

    address: Address

    def __init__(self, cluster: Cluster[Any]) -> None:
        self.cluster = cluster
        self.store: dict[bytes, bytes] = {}
        self.asked: list[Words] = []
        self.writes: list[int] = []  # how many requests each received piece had
        self.importing: set[int] = set()
        self.script: Script = lambda words: USUAL
        self.primary: Node | None = None  # whose replica it is
        self.trackers: set[Session] = set()  # who is told of keys that change
        self.tracked: dict[bytes, set[Session]] = {}

    def names(self) -> list[bytes]:
        """The commands that came, but for questions about the map."""
        return [words[0] for words in self.asked if words[0] != b"CLUSTER"]

    def changed(self, key: bytes) -> None:
        """Who has read it is told, behind what he is answered now."""
        for session in self.tracked.pop(key, ()):
            session.news.append(b">2\r\n" + bulk(b"invalidate") + array([bulk(key)]))


class Session:
    """One connection: ASKING, READONLY, MULTI and what is queued. `news` is what it has still to be told."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.news: list[bytes] = []
        self._asking = self._reading = False
        self._queue: list[Words] | None = None
        self._aborted = False

    def answer(self, words: Words) -> bytes:
        self._node.asked.append(words)
        said = self._node.script(words)
        if said is not USUAL:
            self._aborted |= self._queue is not None and said.startswith(b"-")
            self._asking = False
            return said
        asking = self._asking
        if self._queue is None and words[0] != b"MULTI":  # it holds for all of a transaction
            self._asking = words[0] == b"ASKING"
        if words[0] in (b"MULTI", b"EXEC"):
            return self._bracket(words[0])
        refusal = self._refusal(words, asking)
        if refusal:
            self._aborted |= self._queue is not None
            return refusal
        if self._queue is not None:
            self._queue.append(words)
            return b"+QUEUED\r\n"
        return self._handshake(words) or self._done(words)

    def _bracket(self, name: bytes) -> bytes:
        queue, aborted = self._queue, self._aborted
        self._queue, self._aborted = ([], False) if name == b"MULTI" else (None, False)
        if name == b"MULTI":
            return OK
        if aborted or queue is None:
            return b"-EXECABORT Transaction discarded because of previous errors.\r\n"
        return array([self._done(words) for words in queue])

    def _refusal(self, words: Words, asking: bool) -> bytes:
        for key in _keys(words):
            slot = slot_of(key)
            owner = self._node.cluster.owners[slot]
            if self._reading and owner is self._node.primary and words[0] in (b"GET", b"MGET"):
                continue
            if owner is None:
                return b"-CLUSTERDOWN Hash slot not served\r\n"
            if owner is not self._node and not (asking and slot in self._node.importing):
                return b"-MOVED %d %b\r\n" % (slot, str(owner.address).encode())
        return b""

    def _handshake(self, words: Words) -> bytes:
        match words:
            case [b"HELLO", *_]:
                return HELLO
            case [b"CLIENT", b"TRACKING", b"ON", *_]:
                self._node.trackers.add(self)
            case [b"READONLY"]:
                self._reading = True
        return b""

    def _done(self, words: Words) -> bytes:
        node, keys = self._node, _keys(words)
        if self in node.trackers and words[0] in (b"GET", b"MGET"):
            for key in keys:
                node.tracked.setdefault(key, set()).add(self)
        reply = _done(node, words)
        if words[0] in (b"SET", b"INCR", b"INCRBY", b"MSET", b"DEL"):
            for key in keys:
                node.changed(key)
        return reply


def _keys(words: Words) -> list[bytes]:
    if words[0] in FIRST_KEY or words[0] == b"BLPOP":
        return words[1:2]
    return words[1:] if words[0] in (b"MGET", b"DEL", b"WATCH") else words[1::2] if words[0] == b"MSET" else []


def _done(node: Node, words: Words) -> bytes:
    store = node.store if node.primary is None else node.primary.store
    match words:
        case [b"CLUSTER", b"SLOTS"]:
            return node.cluster.slots()
        case [b"CLUSTER", b"NODES"]:
            return bulk(node.cluster.line_of(node))
        case [b"SCAN", *_]:
            return array([bulk(b"0"), array(list(map(bulk, store)))])
        case [b"GET", key]:
            return bulk(store.get(key))
        case [b"SET", key, value]:
            store[key] = value
            return OK
        case [b"INCR", key]:
            store[key] = b"%d" % (int(store.get(key, b"0")) + 1)
            return b":%b\r\n" % store[key]
        case [b"INCRBY", key, by]:
            store[key] = b"%d" % (int(store.get(key, b"0")) + int(by))
            return b":%b\r\n" % store[key]
        case [b"MGET", *keys]:
            return array([bulk(store.get(key)) for key in keys])
        case [b"MSET", *pairs]:
            store.update(zip(pairs[::2], pairs[1::2], strict=True))
            return OK
        case [b"DEL", *keys]:
            return b":%d\r\n" % sum(store.pop(key, None) is not None for key in keys)
        case [b"DBSIZE"]:
            return b":%d\r\n" % len(store)
        case [b"BLPOP", key, _]:
            return array([bulk(key), bulk(store.pop(key, b"?"))])
        case [b"ECHO", text]:
            return bulk(text)
        case [b"PING"]:
            return b"+PONG\r\n"
    return OK


class Cluster(Generic[N]):
    """`nodes`, who `owners` of slots are, and what nodes tell of that: the truth, unless `told` says other.

    The first `count` nodes are primaries; with `replicas` each has one, behind them in the list.
    """

    def __init__(self, count: int, make: Callable[[Cluster[N]], N], *, replicas: bool = False) -> None:
        self.owners: list[N | None] = []
        self.nodes = [make(self) for _ in range(count * (1 + replicas))]
        for primary, replica in zip(self.nodes, self.nodes[count:], strict=False):
            replica.primary = primary
        self.told: list[N | None] | None = None
        self.owners = [self.nodes[slot * count // SLOTS] for slot in range(SLOTS)]

    def owner_of(self, key: bytes) -> N:
        owner = self.owners[slot_of(key)]
        assert owner is not None
        return owner

    def replica_of(self, node: N) -> N:
        return next(each for each in self.nodes if each.primary is node)

    def other_than(self, node: N) -> N:
        return next(each for each in self.nodes if each is not node)

    def move(self, key: bytes, to: N) -> None:
        """Give the slot of `key` away, with its keys; nobody is told but who has read them."""
        slot, before = slot_of(key), self.owner_of(key)
        self.owners[slot] = to
        for each in [each for each in before.store if slot_of(each) == slot]:
            to.store[each] = before.store.pop(each)
            before.changed(each)

    def slots(self) -> bytes:
        """The reply to CLUSTER SLOTS."""
        ranges: list[tuple[int, int, N | None]] = []
        for slot, node in enumerate(self.told or self.owners):
            if ranges and ranges[-1][2] is node:
                ranges[-1] = ranges[-1][0], slot, node
            else:
                ranges.append((slot, slot, node))
        return array([
            array([b":%d\r\n" % start, b":%d\r\n" % end, *map(_described, [node, *self._replicas(node)])])
            for start, end, node in ranges
            if node is not None
        ])  # fmt: skip

    def line_of(self, node: N) -> bytes:
        """Its own line of CLUSTER NODES."""
        address, role = node.address, "master" if node.primary is None else "slave"
        own = " ".join(str(slot) for slot, owner in enumerate(self.owners) if owner is node)
        return f"id-{address.port} {address}@0 myself,{role} - 0 0 1 connected {own}\n".encode()

    def _replicas(self, node: N) -> list[N]:
        return [each for each in self.nodes if each.primary is node]


def _described(node: Node) -> bytes:
    address = node.address
    return array([bulk(address.host.encode()), b":%d\r\n" % address.port, bulk(b"id-%d" % address.port)])
