"""A cluster as simple as can be, all of its links, and a board that talks over them.

What belongs here: the naive model that the board is held to. Requests and what comes back are moved by hand, node by
node, so that anything may happen between any two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from framewire.redis.client.errors import NoPermissionError, error_of_reply
from framewire.redis.client.retries import Retry
from framewire.redis.client.subscriptions.book import Request
from framewire.redis.client.subscriptions.items import Kind
from framewire.redis.client.subscriptions.listener import Topic
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.subscriptions.board import Board
from framewire.redis.cluster.subscriptions.places import Turn
from framewire.redis.slots import slot_of
from tests.redis.client.subscriptions.model import BY_COMMAND

SLOTS = 16384


def address(number: int) -> Address:
    return Address("node", number)


class Map:
    """What the client knows of the cluster: `Places`, with the words of redirections understood in one line each."""

    def __init__(self) -> None:
        self.owners: list[Address | None] = [None] * SLOTS
        self.primaries: tuple[Address, ...] = ()
        self.nodes: tuple[Address, ...] = ()
        self.losses: list[Address] = []
        self.most_attempts = 16

    def turned_away(self, address: Address, slot: int, text: str, attempts: int) -> Turn | None:
        word, *rest = text.split()
        if attempts >= self.most_attempts:
            return Turn(hopeless=True)
        if word == "MOVED":
            host, _, port = rest[1].rpartition(":")
            self.owners[slot] = to = Address(host, int(port))
            return Turn(to, anew=to == address)
        return Turn(after=0.1) if word == "CLUSTERDOWN" else None

    def lost(self, address: Address) -> None:
        self.losses.append(address)


class Node:
    """One server of the cluster, and the two queues of the client's link to it."""

    def __init__(self, world: World, address: Address) -> None:
        self.world, self.address = world, address
        self.is_up = self.linked = False
        self.to_server: deque[Request] = deque()
        self.to_client: deque[tuple[Request, Any]] = deque()
        self.subscribed: set[Topic] = set()
        self.commands: list[Request] = []

    def send(self) -> None:
        book = self.world.board.books.get(self.address)
        if book is not None and self.linked:
            requests = book.take()
            self.to_server.extend(requests)
            self.commands.extend(requests)

    def serve(self) -> None:
        """It takes one request."""
        request = command, name = self.to_server.popleft()
        topic = (BY_COMMAND[command], name)
        error = self._error(topic) if command == topic[0].subscribe else None
        if error is not None:
            self.to_client.append((request, error))
            return
        (self.subscribed.add if command == topic[0].subscribe else self.subscribed.discard)(topic)
        self.to_client.append((request, [command.lower(), name, len(self.subscribed)]))

    def _error(self, topic: Topic) -> Exception | None:
        if topic in self.world.denied:
            return NoPermissionError("NOPERM no")
        slot = slot_of(topic[1])
        owner = self.world.owners[slot]
        if topic[0] is not Kind.SHARD or owner == self.address:
            return None
        text = "CLUSTERDOWN Hash slot not served" if owner is None else f"MOVED {slot} {owner.host}:{owner.port}"
        return error_of_reply(text.encode())

    def hear(self) -> None:
        """The client takes one item."""
        request, items = self.to_client.popleft()
        book = self.world.board.books[self.address]
        if isinstance(items, Exception):
            assert not book.is_missed(request) or "NOPERM" in str(items)
            book.refused(request, items)  # type: ignore[arg-type]
        else:
            book.heard(items)
        self.world.sync()

    def push(self, items: Sequence[Any]) -> None:
        if self.linked:
            self.to_client.append(((b"", b""), items))

    def cut(self) -> None:
        """The link is lost."""
        if not self.linked:
            return
        self.linked = False
        self._forget()
        self.world.board.books[self.address].lost(self.world.time)
        self.world.board.unreachable(self.address, failed=False)
        self.world.sync()

    def _forget(self) -> None:
        self.to_server.clear()
        self.to_client.clear()
        self.subscribed.clear()

    def drop(self) -> None:
        """The client ends its link."""
        self.linked = False
        self._forget()


class World:
    """A board, and a cluster of `count` primaries and one replica."""

    def __init__(self, count: int = 3, *, retries: int = 1_000_000) -> None:
        self.time = 1000.0
        self.map = Map()
        self.owners: list[Address | None] = [address(slot * count // SLOTS) for slot in range(SLOTS)]
        self.denied: set[Topic] = set()
        self.numbers: dict[Any, int] = {}
        self.nodes: dict[Address, Node] = {}
        self.primaries: set[Address] = set()
        self.board = Board(
            self.map, Retry(retries, 0.1, 1.0), clock=lambda: self.time, now=lambda: self.time, chance=lambda: 1.0
        )
        for number in range(count):
            self.add(number)
        self.replica = self.add(100, primary=False)
        self.refresh()

    # -- the cluster --------------------------------------------------------------------------------------------------

    def add(self, number: int, *, primary: bool = True) -> Node:
        node = self.nodes[address(number)] = Node(self, address(number))
        node.is_up = True
        if primary:
            self.primaries.add(node.address)
        return node

    def node(self, number: int) -> Node:
        return self.nodes[address(number)]

    def give(self, slot: int, to: Address | None) -> None:
        """The slot moves: its former owner ends the subscriptions in it."""
        before, self.owners[slot] = self.owners[slot], to
        if before is None or before == to or before not in self.nodes:
            return
        node = self.nodes[before]
        for topic in [topic for topic in node.subscribed if topic[0] is Kind.SHARD and slot_of(topic[1]) == slot]:
            node.subscribed.discard(topic)
            node.push([b"sunsubscribe", topic[1], len(node.subscribed)])

    def remove(self, number: int, heir: Address | None) -> None:
        """A node dies, and `heir` has its slots."""
        gone = address(number)
        node = self.nodes[gone]
        node.is_up = False
        self.primaries.discard(gone)
        for slot, owner in enumerate(self.owners):
            if owner == gone:
                self.owners[slot] = heir
        if heir is not None:
            self.primaries.add(heir)
        node.cut()
        del self.nodes[gone]

    def publish(self, topic: Topic) -> int:
        """The next number of `topic`, to who is subscribed, wherever that is."""
        number = self.numbers[topic] = self.numbers.get(topic, -1) + 1
        owner = self.owners[slot_of(topic[1])]
        for node in self.nodes.values():
            if topic in node.subscribed and (topic[0] is not Kind.SHARD or node.address == owner):
                node.push(_message(topic, b"channel", b"%d" % number))
        return number

    def notify(self, topic: Topic, at: Address) -> int:
        """A keyspace event of one primary, numbered there."""
        number = self.numbers[topic, at] = self.numbers.get((topic, at), -1) + 1
        if topic in self.nodes[at].subscribed:
            self.nodes[at].push(_message(topic, str(at).encode(), b"%d" % number))
        return number

    # -- the client ---------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """It learns the slot map."""
        self.map.owners[:] = self.owners
        self.map.primaries = tuple(sorted(self.primaries))
        self.map.nodes = tuple(sorted(self.nodes))
        self.board.unsure = False
        self.board.map_changed()
        self.sync()

    def sync(self) -> None:
        """As who does the I/O does it: what there is to say is said, links that are not wanted end."""
        board = self.board
        while board.news:
            each = board.news.pop()
            node = self.nodes.get(each)
            if node is not None and each not in board.books:
                node.drop()
            elif node is not None:
                node.send()

    def connect(self, node: Node) -> None:
        """A link to it is tried, if one is wanted."""
        book = self.board.books.get(node.address)
        if book is None or node.linked or not book.is_wanted:
            return
        if node.is_up:
            node.linked = True
            book.connected()
        else:
            self.board.unreachable(node.address, failed=True)
        self.sync()

    def _is_to_connect(self, node: Node) -> bool:
        book = self.board.books.get(node.address)
        return node.is_up and not node.linked and book is not None and book.is_wanted

    def connect_all(self) -> None:
        for node in list(self.nodes.values()):
            self.connect(node)
        for each in [each for each in self.board.books if each not in self.nodes and self.board.books[each].is_wanted]:
            self.board.unreachable(each, failed=True)
        self.sync()

    def look(self) -> None:
        self.board.look()
        self.sync()

    def settle(self) -> None:
        """Until nothing is on its way."""
        busy = True
        while busy:
            self.connect_all()
            busy = any(self._is_to_connect(node) for node in self.nodes.values())
            for node in list(self.nodes.values()):
                while node.to_server or node.to_client:
                    busy = True
                    if node.to_server:
                        node.serve()
                    if node.to_client:
                        node.hear()


def _message(topic: Topic, channel: bytes, data: bytes) -> list[bytes]:
    kind, name = topic
    return [b"pmessage", name, channel, data] if kind is Kind.PATTERN else [kind.message, name, data]
