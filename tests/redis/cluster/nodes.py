"""Nodes for pub/sub over a cluster that is none: servers, and a map of them that a test changes.

What belongs here: what the tests of both subscribers share. Servers are Mini-Redis in threads of their own; they know
nothing of slots, and of one another, so that a message goes to who is subscribed at that very server.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from framewire.redis import BlockingClient, ThreadServer, run_in_thread
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry
from framewire.redis.cluster.addresses import Address
from framewire.redis.slots import slot_of
from tests.redis.cluster.subscriptions.model import Map
from tests.waiting import PATIENCE

__all__ = ["Servers", "servers"]


class Servers:
    """`map` is what a subscriber is given; `wanted` how often it has asked for another."""

    def __init__(self, running: list[ThreadServer]) -> None:
        self.running = running
        self.addresses = [Address("127.0.0.1", server.port) for server in running]
        self.clients = [BlockingClient.from_url(server.url) for server in running]
        self.map = Map()
        self.wanted = 0
        self.options = Options(socket_timeout=PATIENCE, retry=Retry(retries=1000, base=0.001, cap=0.01))
        self.know(*self.addresses)

    def know(self, *addresses: Address) -> None:
        """These are the nodes, all of them primaries, and the first has all slots."""
        self.map.nodes = self.map.primaries = addresses
        self.map.owners = [addresses[0]] * len(self.map.owners)

    def give(self, channel: bytes, to: Address | None) -> None:
        """The map says that the slot of `channel` is there."""
        self.map.owners[slot_of(channel)] = to

    def options_of(self, address: Address) -> Options:
        return self.options.at(address.host, address.port)

    def want(self) -> None:
        self.wanted += 1

    def homes(self, channel: bytes) -> list[int]:
        """By number, who has a subscriber of the channel, plain or of a shard."""
        return [
            number
            for number, client in enumerate(self.clients)
            if dict(client.pubsub_numsub(channel))[channel] or dict(client.pubsub_shardnumsub(channel))[channel]
        ]

    def links(self, number: int) -> int:
        """How many are subscribed there."""
        return len(self.clients[number].execute("CLIENT", "LIST", "TYPE", "pubsub").splitlines())

    def kill_links(self, number: int) -> None:
        self.clients[number].execute("CLIENT", "KILL", "TYPE", "pubsub")

    def stop(self, number: int) -> None:
        """That server is no more."""
        self.clients[number].close()
        self.running[number].stop()


@contextmanager
def servers(count: int) -> Iterator[Servers]:
    """So many of them."""
    with ExitStack() as stack:
        made = Servers([stack.enter_context(run_in_thread(port=0)) for _ in range(count)])
        for client in made.clients:
            stack.callback(client.close)
        yield made
