"""A cluster in a few lines, whose nodes do as they are told: threads on loopback, keys in dictionaries.

What belongs here: nodes that own slots, refuse what is not theirs in a cluster's words, and let a test say something
else in their place. What a real cluster does is tested in `tests/against`.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from framewire._impl import BytesMut, RespDecoder
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking.route import ClusterRoute
from framewire.redis.cluster.routing import FIRST_KEY
from framewire.redis.slots import SLOTS, slot_of
from tests.waiting import PATIENCE

__all__ = ["HANG_UP", "USUAL", "PlayedCluster", "PlayedNode", "bulk", "played", "routed"]

QUICK = Retry(10, 0.0001, 0.001)

USUAL = None
"""In the place of an answer: what a node says by itself."""

HANG_UP = b""
"""In the place of an answer: the connection ends."""

Words = list[bytes]
Script = Callable[[Words], bytes | None]

OK = b"+OK\r\n"


def bulk(data: bytes | None) -> bytes:
    return b"$-1\r\n" if data is None else b"$%d\r\n%b\r\n" % (len(data), data)


def array(items: list[bytes]) -> bytes:
    return b"*%d\r\n%b" % (len(items), b"".join(items))


class PlayedNode:
    """One node. `script` is asked first what to say; `asked` is what came, handshakes apart; `store` its keys."""

    def __init__(self, cluster: PlayedCluster) -> None:
        self.cluster = cluster
        self.store: dict[bytes, bytes] = {}
        self.asked: list[Words] = []
        self.writes: list[int] = []  # how many requests each received piece had
        self.importing: set[int] = set()
        self.script: Script = lambda words: USUAL
        self.connections: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = Address("127.0.0.1", self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def names(self) -> list[bytes]:
        """The commands that came, but for questions about the map."""
        return [words[0] for words in self.asked if words[0] != b"CLUSTER"]

    def hang_up(self) -> None:
        for each in self.connections:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        """Nobody listens there any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        session = _Session(self)
        decoder, buffer = RespDecoder("values"), BytesMut()
        with sock, suppress(OSError):
            while data := sock.recv(65536):
                buffer.extend(data)
                answers = []
                while (words := decoder.decode(buffer, session)) is not session:
                    answers.append(session.answer(words))
                self.writes.append(len(answers))
                if HANG_UP in answers:
                    sock.sendall(b"".join(answers[: answers.index(HANG_UP)]))
                    return
                sock.sendall(b"".join(answers))


class _Session:
    """One connection: ASKING, MULTI and what is queued."""

    def __init__(self, node: PlayedNode) -> None:
        self._node = node
        self._asking = False
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
        return _done(self._node, words)

    def _bracket(self, name: bytes) -> bytes:
        queue, aborted = self._queue, self._aborted
        self._queue, self._aborted = ([], False) if name == b"MULTI" else (None, False)
        if name == b"MULTI":
            return OK
        if aborted or queue is None:
            return b"-EXECABORT Transaction discarded because of previous errors.\r\n"
        return array([_done(self._node, words) for words in queue])

    def _refusal(self, words: Words, asking: bool) -> bytes:
        for key in _keys(words):
            slot = slot_of(key)
            owner = self._node.cluster.owners[slot]
            if owner is not self._node and not (asking and slot in self._node.importing):
                return b"-MOVED %d %b\r\n" % (slot, str(owner.address).encode())
        return b""


def _keys(words: Words) -> list[bytes]:
    if words[0] in FIRST_KEY or words[0] == b"BLPOP":
        return words[1:2]
    return words[1:] if words[0] in (b"MGET", b"DEL", b"WATCH") else words[1::2] if words[0] == b"MSET" else []


def _done(node: PlayedNode, words: Words) -> bytes:
    store = node.store
    match words:
        case [b"CLUSTER", b"SLOTS"]:
            return node.cluster.slots()
        case [b"GET", key]:
            return bulk(store.get(key))
        case [b"SET", key, value]:
            store[key] = value
            return OK
        case [b"INCR", key]:
            store[key] = b"%d" % (int(store.get(key, b"0")) + 1)
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


class PlayedCluster:
    """`nodes`, who `owners` of slots are, and what nodes tell of that: the truth, unless `told` says other."""

    def __init__(self, count: int) -> None:
        self.owners: list[PlayedNode] = []
        self.nodes = [PlayedNode(self) for _ in range(count)]
        self.told: list[PlayedNode] | None = None
        self.owners = [self.nodes[slot * count // SLOTS] for slot in range(SLOTS)]

    def owner_of(self, key: bytes) -> PlayedNode:
        return self.owners[slot_of(key)]

    def other_than(self, node: PlayedNode) -> PlayedNode:
        return next(each for each in self.nodes if each is not node)

    def move(self, key: bytes, to: PlayedNode) -> None:
        """Give the slot of `key` away, with its keys; nobody is told."""
        slot, before = slot_of(key), self.owner_of(key)
        self.owners[slot] = to
        for each in [each for each in before.store if slot_of(each) == slot]:
            to.store[each] = before.store.pop(each)

    def slots(self) -> bytes:
        ranges: list[tuple[int, int, PlayedNode]] = []
        for slot, node in enumerate(self.told or self.owners):
            if ranges and ranges[-1][2] is node:
                ranges[-1] = ranges[-1][0], slot, node
            else:
                ranges.append((slot, slot, node))
        return array([
            array([b":%d\r\n" % start, b":%d\r\n" % end, array([bulk(node.address.host.encode()),
                   b":%d\r\n" % node.address.port, bulk(b"id-%d" % node.address.port)])])
            for start, end, node in ranges
        ])  # fmt: skip

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()


@contextmanager
def played(count: int = 3) -> Iterator[PlayedCluster]:
    """A cluster of so many primaries."""
    cluster = PlayedCluster(count)
    try:
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def routed(cluster: PlayedCluster, **options: Any) -> Iterator[ClusterRoute]:
    """A route to a cluster, of which the first node is known."""
    usual: dict[str, Any] = {"protocol": 2, "lib_name": None, "retry": QUICK, "socket_timeout": PATIENCE}
    made = Options(**{"startup_nodes": [cluster.nodes[0].address], **usual, **options})
    opener = Opener(made)
    route = ClusterRoute(made, opener)
    try:
        yield route
    finally:
        opener.close()
        route.close()
