"""Sentinels and servers that say what a test wants said, on loopback: who is primary, whose word is old, who is silent.

What belongs here: that small world. It runs in the loop of the test; a blocking client is used from other threads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from framewire._impl import BytesMut, encode_values
from framewire.buf.segments import Segment
from framewire.frames.resp import Error, Simple
from framewire.redis.sentinel.answers import CHANNELS, Address, shown
from tests.redis.client.aio.scripted import Peer, ScriptedServer, scripted

__all__ = ["Sentinel", "Store", "World", "world"]

SERVICE = "mymaster"


class Sentinel:
    """`primary`, `epoch` and `replicas` are what it says. It knows nothing without a primary, and says nothing while it
    `hangs`."""

    server: ScriptedServer

    def __init__(self) -> None:
        self.primary: Address | None = None
        self.epoch = 1
        self.replicas: list[Address] = []
        self.others: list[Address] = []
        self.hangs = False
        self.asked = 0
        self.listeners: list[Peer] = []

    @property
    def address(self) -> Address:
        return self.server.host, self.server.port

    def answer(self, peer: Peer, words: list[bytes]) -> bytes | None:
        match [words[0].upper(), *words[1:]]:
            case _ if self.hangs:
                return None
            case [b"HELLO", *_]:
                return said(Error(b"ERR unknown command 'HELLO'"))
            case [b"CLIENT" | b"AUTH", *_]:
                return said(Simple(b"OK"))
            case [b"PING"]:
                return said(Simple(b"PONG"))
            case [b"SUBSCRIBE", *channels]:
                if CHANNELS[-1] in channels:  # then it has them all
                    self.listeners.append(peer)
                return b"".join(said([b"subscribe", name, n + 1]) for n, name in enumerate(channels))
            case [b"SENTINEL", what, service] if service.decode() == SERVICE and self.primary is not None:
                return said(self._said(what, self.primary))
            case [b"SENTINEL", b"GET-MASTER-ADDR-BY-NAME", _]:
                self.asked += 1
                return said(None)
        return said(Error(b"ERR No such master with that name"))

    def _said(self, what: bytes, primary: Address) -> Any:
        match what:
            case b"GET-MASTER-ADDR-BY-NAME":
                self.asked += 1
                return [primary[0].encode(), b"%d" % primary[1]]
            case b"MASTER":
                return [b"config-epoch", b"%d" % self.epoch, b"num-other-sentinels", b"%d" % len(self.others)]
            case b"REPLICAS":
                return list(map(row, self.replicas))
        return list(map(row, self.others))

    def publish(self, channel: str, data: str) -> None:
        for peer in self.listeners:
            peer.say(said([b"message", channel.encode(), data.encode()]))

    def switch(self, primary: Address, *, publish: bool = True) -> None:
        """A failover is over."""
        old, self.primary = self.primary, primary
        self.epoch += 1
        assert old is not None
        if publish:
            self.publish("+switch-master", f"{SERVICE} {old[0]} {old[1]} {primary[0]} {primary[1]}")


class Store:
    """A server with a role and one value for all keys; `heard` are the commands that came behind handshakes."""

    server: ScriptedServer

    def __init__(self, role: bytes = b"master") -> None:
        self.role = role
        self.value = b"none"
        self.hangs = False
        self.refusal = b""
        self.heard: list[list[bytes]] = []

    @property
    def address(self) -> Address:
        return self.server.host, self.server.port

    def answer(self, peer: Peer, words: list[bytes]) -> bytes | None:
        match [words[0].upper(), *words[1:]]:
            case _ if self.hangs:
                return None
            case [b"HELLO", *_]:
                return said(Error(b"ERR unknown command 'HELLO'"))
            case [b"CLIENT" | b"AUTH" | b"SELECT", *_]:
                return said(Simple(b"OK"))
            case [b"ROLE"]:
                return said([self.role, 0, []])
        self.heard.append(words)
        return said(self._run(words))

    def _run(self, words: list[bytes]) -> Any:
        if self.refusal:
            return Error(self.refusal)
        match words:
            case [b"SET", _, value, *_]:
                if self.role != b"master":
                    return Error(b"READONLY You can't write against a read only replica.")
                self.value = value
                return Simple(b"OK")
            case [b"GET", _]:
                return self.value
            case [b"BLPOP", *_]:
                return None
            case [b"INCRBY", *_]:
                return 1
        return Simple(b"PONG")


class World:
    """`sentinels` that watch the service, and `stores`; the first is the primary, the others are its replicas."""

    def __init__(self, sentinels: int, stores: int) -> None:
        self.sentinels = [Sentinel() for _ in range(sentinels)]
        self.stores = [Store(b"slave" if number else b"master") for number in range(stores)]

    @property
    def url(self) -> str:
        places = ",".join(shown(sentinel.address) for sentinel in self.sentinels)
        return f"redis+sentinel://{places}/{SERVICE}"

    def settle(self) -> None:
        """Everybody knows how it is at the start."""
        for sentinel in self.sentinels:
            sentinel.primary = self.stores[0].address
            sentinel.replicas = [store.address for store in self.stores[1:]]
            sentinel.others = [other.address for other in self.sentinels if other is not sentinel]

    def promote(self, number: int, *, told_by: int | None = None) -> Store:
        """That store is the primary from now on, and all sentinels know; `told_by` one of them, or by all."""
        for sentinel in self.sentinels:
            sentinel.switch(self.stores[number].address, publish=told_by in (None, self.sentinels.index(sentinel)))
        self.stores[number].role = b"master"
        return self.stores[number]

    def is_quiet(self) -> bool:
        """All sentinels are listened to, and none is asked at the moment."""
        return all(len(one.listeners) == 1 and one.server.open == 1 for one in self.sentinels)

    def listeners(self) -> int:
        return sum(len(sentinel.listeners) for sentinel in self.sentinels)


@asynccontextmanager
async def world(sentinels: int = 3, stores: int = 2, *, ports: Sequence[int] = ()) -> AsyncIterator[World]:
    """Such a world, settled; all on these `ports`, first the sentinels, where they are given."""
    made = World(sentinels, stores)
    async with AsyncExitStack() as stack:
        for number, one in enumerate((*made.sentinels, *made.stores)):
            where = {"port": ports[number]} if ports else {}
            one.server = await stack.enter_async_context(scripted(one.answer, greets=False, **where))
        made.settle()
        yield made


def row(address: Address) -> list[bytes]:
    return [b"ip", address[0].encode(), b"port", b"%d" % address[1], b"flags", b"slave"]


def said(value: Any) -> bytes:
    """A reply under RESP2."""
    tail, segments = BytesMut(), list[Segment]()
    encode_values([value], 2, tail, segments)
    return b"".join(map(bytes, segments)) + bytes(tail)
