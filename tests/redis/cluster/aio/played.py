"""A played cluster on loopback, in the loop of the test.

What belongs here: how requests come to its nodes and answers go back, and clients of it. What nodes say is in
`tests/redis/cluster/played`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from framewire._impl import BytesMut, RespDecoder
from framewire.redis.client.aio.client import Client
from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.options import Options
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.aio.route import ClusterRoute
from tests.redis.cluster.played import HANG_UP, QUICK, SILENT, Cluster, Node, Session
from tests.waiting import PATIENCE, until_in_loop

__all__ = ["PlayedCluster", "PlayedNode", "client_of", "left_over", "options_of", "played", "route_to"]


class PlayedNode(Node):
    """One node, and its connections: those that there are, and how many there have been."""

    def __init__(self, cluster: Cluster[Any]) -> None:
        super().__init__(cluster)
        self.open: dict[asyncio.StreamWriter, Session] = {}
        self.connects = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = Address("127.0.0.1", self._listener.getsockname()[1])
        self._serving: set[asyncio.Task[Any] | None] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, sock=self._listener)

    async def came(self, name: bytes, times: int = 1) -> None:
        """Wait until it was asked for `name` so often."""
        await until_in_loop(lambda: self.names().count(name) >= times)

    def say(self, data: bytes) -> None:
        """To all who are connected, without being asked."""
        for writer in self.open:
            writer.write(data)

    def changed(self, key: bytes) -> None:
        super().changed(key)
        asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        for writer, session in self.open.items():
            writer.write(b"".join(session.news))
            session.news.clear()

    def hang_up(self) -> None:
        for writer in self.open:
            writer.transport.abort()

    def stop(self) -> None:
        """Nobody listens there any more."""
        self._server.close()
        self.hang_up()

    async def end(self) -> None:
        self.stop()
        for _ in range(10):  # who was accepted just now has yet to be heard of
            self.hang_up()
            await asyncio.sleep(0)
        await asyncio.gather(*filter(None, self._serving))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(asyncio.current_task())
        self.connects += 1
        self.open[writer] = session = Session(self)
        with suppress(OSError):
            await self._listen(reader, writer, session)
        del self.open[writer]
        writer.close()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, session: Session) -> None:
        decoder, buffer = RespDecoder("values"), BytesMut()
        while data := await reader.read(65536):
            buffer.extend(data)
            answers = []
            while (words := decoder.decode(buffer, session)) is not session:
                answers.append(session.answer(words))
            self.writes.append(len(answers))
            said = answers[: answers.index(HANG_UP)] if HANG_UP in answers else answers
            writer.write(b"".join(answer for answer in said if answer is not SILENT))
            if HANG_UP in answers:
                return


class PlayedCluster(Cluster[PlayedNode]):
    """Of so many primaries."""

    def __init__(self, count: int, *, replicas: bool = False) -> None:
        super().__init__(count, PlayedNode, replicas=replicas)


@asynccontextmanager
async def played(count: int = 3, *, replicas: bool = False) -> AsyncIterator[PlayedCluster]:
    """A cluster of so many primaries, with a replica each."""
    cluster = PlayedCluster(count, replicas=replicas)
    for node in cluster.nodes:
        await node.start()
    try:
        yield cluster
    finally:
        for node in cluster.nodes:
            await node.end()


def options_of(cluster: PlayedCluster, **options: Any) -> Options:
    """Options for a client that knows the first node."""
    usual: dict[str, Any] = {"protocol": 2, "lib_name": None, "retry": QUICK, "socket_timeout": PATIENCE}
    return Options(**{"startup_nodes": [cluster.nodes[0].address], **usual, **options})


@asynccontextmanager
async def route_to(cluster: PlayedCluster, **options: Any) -> AsyncIterator[ClusterRoute]:
    """A route to a cluster, of which the first node is known."""
    made = options_of(cluster, **options)
    route = ClusterRoute(made, Opener(made), lambda call: None)
    try:
        yield route
    finally:
        await route.close()


@asynccontextmanager
async def client_of(cluster: PlayedCluster, **options: Any) -> AsyncIterator[Client]:
    """The same for a client."""
    async with Client.from_options(options_of(cluster, **options)) as client:
        yield client


def left_over(route: ClusterRoute) -> int:
    """How many calls wait somewhere that no node was asked for."""
    redirecting = route._redirecting
    return len(redirecting._parked) + len(redirecting._paused)
