"""A server as simple as can be, a book that talks to it, and what listeners are promised.

What belongs here: the naive model that the book is held to. Bytes are left out: requests and what comes back are moved
by hand, one at a time, so that a link can be cut between any two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from framewire.redis.client.errors import NoPermissionError, RedisError
from framewire.redis.client.subscriptions.book import Book, Request
from framewire.redis.client.subscriptions.items import Full, Gap, Kind, Message
from framewire.redis.client.subscriptions.listener import Listener, Topic

BY_COMMAND = {command: kind for kind in Kind for command in (kind.subscribe, kind.unsubscribe)}


class Desk(Protocol):
    """Where listeners are made: a book, or several together."""

    def new_listener(self, most: int, most_bytes: int, full: Full, arrived: Callable[[], None]) -> Listener: ...


class Waiting:
    """A waiter that remembers."""

    def __init__(self) -> None:
        self.result: Any = None
        self.finished = False

    def done(self) -> bool:
        return self.finished

    def set_result(self, result: Any, /) -> None:
        assert not self.finished
        self.finished = True

    def set_exception(self, exception: RedisError, /) -> None:
        assert not self.finished
        self.finished, self.result = True, exception


class Reader:
    """A listener that checks what it gets: of each topic every number in order, or a gap where some are missing."""

    def __init__(self, book: Desk, most: int, full: Full) -> None:
        self.told = 0
        self.listener = book.new_listener(most, 1000, full, self._arrived)
        self.expected: dict[Topic, int] = {}  # the number that must come next; nothing behind a gap
        self.at_most: dict[Topic, int] = {}  # of one that was subscribed just now: what the first number may be
        self.last: dict[Topic, int] = {}
        self.seen: list[Message[bytes] | Gap] = []
        self.joined: set[Topic] = set()

    def _arrived(self) -> None:
        self.told += 1

    def read(self) -> None:
        """All that can be read."""
        while (item := self.listener.take()) is not None:
            self.seen.append(item)
            if isinstance(item, Gap):
                self.expected.clear()
                self.at_most.clear()
            else:
                self._check(item)

    def _check(self, message: Message[bytes]) -> None:
        kind = next(kind for kind in Kind if kind.type == message.type)
        topic = (kind, message.channel if message.pattern is None else message.pattern)
        number = int(message.data)
        assert number > self.last.get(topic, -1), f"{topic} {number} came twice, or too late"
        if topic in self.expected:
            assert number == self.expected[topic], f"{topic}: {number} instead of {self.expected[topic]}, and no gap"
        if topic in self.at_most:
            assert number <= self.at_most.pop(topic), f"{topic}: {number} came first, and no gap"
        self.last[topic] = number
        if topic in self.joined:
            self.expected[topic] = number + 1

    def confirmed(self, topic: Topic, number: int) -> None:
        """From `number` on none may be missing."""
        if topic not in self.listener.topics:
            return  # it has left meanwhile
        if topic not in self.expected and not self.listener.missing:
            self.read()
            if topic not in self.expected:
                self.at_most[topic] = number
        self.joined.add(topic)

    def left(self, topic: Topic) -> None:
        self.joined.discard(topic)
        self.expected.pop(topic, None)
        self.at_most.pop(topic, None)


class World:
    """A book, a server, and the two queues of the link between them."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.book = Book(lambda: self.time)
        self.linked = False
        self.to_server: deque[Request] = deque()
        self.to_client: deque[tuple[Request, Sequence[Any] | None]] = deque()
        self.subscribed: set[Topic] = set()
        self.denied: set[Topic] = set()
        self.numbers: dict[Topic, int] = {}
        self.commands: list[Request] = []  # all that were sent

    def send(self) -> None:
        requests = self.book.take()
        assert self.linked or not requests
        self.to_server.extend(requests)
        self.commands.extend(requests)

    def connect(self) -> None:
        self.linked = True
        self.book.connected()
        self.send()

    def cut(self) -> None:
        self.linked = False
        self.to_server.clear()
        self.to_client.clear()
        self.subscribed.clear()
        self.book.lost(self.time)

    def serve(self) -> None:
        """The server takes one request."""
        request = self.to_server.popleft()
        command, name = request
        topic = (BY_COMMAND[command], name)
        if command == topic[0].subscribe and topic in self.denied:
            self.to_client.append((request, None))
            return
        (self.subscribed.add if command == topic[0].subscribe else self.subscribed.discard)(topic)
        self.to_client.append((request, [command.lower(), name, len(self.subscribed)]))

    def move(self, topic: Topic) -> None:
        """The server ends a subscription by itself."""
        if topic in self.subscribed:
            self.subscribed.discard(topic)
            self.to_client.append(((b"", b""), [topic[0].unsubscribe.lower(), topic[1], len(self.subscribed)]))

    def publish(self, topic: Topic) -> int:
        """The next number of `topic`."""
        kind, name = topic
        number = self.numbers[topic] = self.numbers.get(topic, -1) + 1
        if topic in self.subscribed:
            data = b"%d" % number
            items = [b"pmessage", name, b"channel", data] if kind is Kind.PATTERN else [kind.message, name, data]
            self.to_client.append(((b"", b""), items))
        return number

    def hear(self) -> None:
        """The client takes one item."""
        request, items = self.to_client.popleft()
        if items is None:
            self.book.refused(request, NoPermissionError("NOPERM no"))
        else:
            self.book.heard(items)
        self.send()

    def settle(self) -> None:
        """Until nothing is on its way."""
        while self.to_server or self.to_client:
            if self.to_server:
                self.serve()
            if self.to_client:
                self.hear()
