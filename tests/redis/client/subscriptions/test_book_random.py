"""Listeners, a server and a bad link do what they like: nobody misses a message without a gap, or gets one twice."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from framewire.redis.client.subscriptions.items import Full, Kind
from framewire.redis.client.subscriptions.listener import Topic
from tests.properties import examples
from tests.redis.client.subscriptions.model import Reader, Waiting, World

TOPICS: list[Topic] = [(Kind.CHANNEL, b"a"), (Kind.CHANNEL, b"b"), (Kind.PATTERN, b"a"), (Kind.SHARD, b"s")]
topics = st.sampled_from(TOPICS)
some_topics = st.lists(topics, min_size=1, max_size=3, unique=True)
readers = st.integers(0, 2)


class Subscribing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = world = World()
        self.readers = [
            Reader(world.book, 1000, Full.DROP_OLDEST),
            Reader(world.book, 2, Full.DROP_OLDEST),
            Reader(world.book, 2, Full.DROP_NEWEST),
        ]
        self.waiting: list[tuple[Reader, list[Topic], Waiting, list[Topic]]] = []

    def _answered(self) -> None:
        """What the callers of `join` do when their waiter is done."""
        for entry in list(self.waiting):
            reader, wanted, waiter, new = entry
            if not waiter.finished:
                continue
            self.waiting.remove(entry)
            if waiter.result is not None:
                self.world.book.withdraw(reader.listener, new, waiter)
                self.world.send()
            for topic in wanted:
                if waiter.result is None:
                    reader.confirmed(topic, self.world.numbers.get(topic, -1) + 1)
                elif topic not in reader.listener.topics:
                    reader.left(topic)

    @rule(which=readers, wanted=some_topics)
    def join(self, which: int, wanted: list[Topic]) -> None:
        reader, waiter = self.readers[which], Waiting()
        if not reader.listener.ended:
            new = self.world.book.join(reader.listener, wanted, waiter)
            self.world.send()
            self.waiting.append((reader, wanted, waiter, new))
            self._answered()

    @precondition(lambda self: self.waiting)
    @rule(which=st.integers(0, 10))
    def cancel(self, which: int) -> None:
        """The caller of a join goes away."""
        reader, wanted, waiter, new = self.waiting.pop(which % len(self.waiting))
        waiter.finished = True
        self.world.book.withdraw(reader.listener, new, waiter)
        self.world.send()
        for topic in wanted:
            if topic not in reader.listener.topics:
                reader.left(topic)

    @rule(which=readers, unwanted=some_topics)
    def leave(self, which: int, unwanted: list[Topic]) -> None:
        reader = self.readers[which]
        self.world.book.leave(reader.listener, unwanted, Waiting())
        self.world.send()
        for topic in unwanted:
            reader.left(topic)
            assert topic not in reader.listener.topics
        self._answered()

    @precondition(lambda self: not self.world.linked)
    @rule()
    def connect(self) -> None:
        self.world.connect()

    @precondition(lambda self: self.world.linked)
    @rule()
    def cut(self) -> None:
        self.world.cut()

    @precondition(lambda self: self.world.to_server)
    @rule(count=st.integers(1, 4))
    def serve(self, count: int) -> None:
        for _ in range(min(count, len(self.world.to_server))):
            self.world.serve()

    @precondition(lambda self: self.world.to_client)
    @rule(count=st.integers(1, 4))
    def hear(self, count: int) -> None:
        for _ in range(min(count, len(self.world.to_client))):
            self.world.hear()
            self._answered()

    @rule(topic=topics, count=st.integers(1, 3))
    def publish(self, topic: Topic, count: int) -> None:
        for _ in range(count):
            self.world.publish(topic)

    @rule()
    def move(self) -> None:
        self.world.move((Kind.SHARD, b"s"))

    @rule(topic=topics, denied=st.booleans())
    def permit(self, topic: Topic, denied: bool) -> None:
        (self.world.denied.add if denied else self.world.denied.discard)(topic)

    @rule(which=readers)
    def read(self, which: int) -> None:
        self.readers[which].read()

    @invariant()
    def the_backlog_is_bounded(self) -> None:
        for reader in self.readers:
            assert len(reader.listener.backlog) <= reader.listener.backlog.most

    def teardown(self) -> None:
        """In the end all is well: who listens hears, who waited has an answer, and the server knows what is wanted."""
        world = self.world
        world.denied.clear()
        if not world.linked:
            world.connect()
        while world.to_server or world.to_client:
            world.settle()
            self._answered()
        self._answered()
        assert not self.waiting
        wanted = {topic for reader in self.readers for topic in reader.listener.topics}
        assert world.subscribed == wanted
        for reader in self.readers:
            reader.read()
        for topic in TOPICS:
            number = world.publish(topic)
            world.settle()
            for reader in self.readers:
                reader.read()
                if topic in reader.listener.topics:
                    assert reader.last[topic] == number
        for reader in self.readers:
            world.book.end(reader.listener)
        world.send()
        world.settle()
        assert not world.subscribed and not world.book._all()  # nothing is kept of what was


Subscribing.TestCase.settings = examples(150, stateful_step_count=40)
test_subscribing = Subscribing.TestCase
