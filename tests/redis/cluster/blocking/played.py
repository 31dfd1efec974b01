"""A played cluster on loopback, in threads.

What belongs here: how requests come to its nodes and answers go back. What they say is in `tests/redis/cluster/played`.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from framewire._impl import BytesMut, RespDecoder
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.options import Options
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking.route import ClusterRoute
from tests.redis.cluster.played import HANG_UP, QUICK, SILENT, USUAL, Cluster, Node, Session, bulk
from tests.waiting import PATIENCE

__all__ = ["HANG_UP", "QUICK", "USUAL", "PlayedCluster", "PlayedNode", "bulk", "played", "routed"]


class PlayedNode(Node):
    """One node, and its connections."""

    def __init__(self, cluster: Cluster[Any]) -> None:
        super().__init__(cluster)
        self.connections: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = Address("127.0.0.1", self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

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
        session = Session(self)
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
                sock.sendall(b"".join(answer for answer in answers if answer is not SILENT))


class PlayedCluster(Cluster[PlayedNode]):
    """Of so many primaries."""

    def __init__(self, count: int) -> None:
        super().__init__(count, PlayedNode)

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
