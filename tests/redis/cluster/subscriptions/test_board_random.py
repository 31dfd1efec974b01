"""Listeners, nodes, slots and links do what they like: nobody misses a message without a gap, or gets one twice."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from framewire.redis.client.subscriptions.items import Full, Kind, Message
from framewire.redis.client.subscriptions.listener import Topic
from framewire.redis.slots import slot_of
from tests.properties import examples
from tests.redis.client.subscriptions.model import Reader, Waiting
from tests.redis.cluster.subscriptions.model import World, address

TOPICS: list[Topic] = [(Kind.CHANNEL, b"a"), (Kind.PATTERN, b"a"), (Kind.SHARD, b"s"), (Kind.SHARD, b"t")]
EVENTS: Topic = (Kind.PATTERN, b"__keyevent@0__:*")
NODES = 4
topics = st.sampled_from(TOPICS)
any_topics = st.lists(st.sampled_from([*TOPICS, EVENTS]), min_size=1, max_size=3, unique=True)
readers = st.integers(0, 2)
nodes = st.integers(0, NODES - 1)


class AnyReader(Reader):
    """Leaves out keyspace events: there each primary counts for itself. That they come is looked at in the end."""

    def _check(self, message: Message[bytes]) -> None:
        if message.pattern != EVENTS[1]:
            super()._check(message)


class Subscribing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = world = World(NODES)
        self.readers = [
            AnyReader(world.board, 1000, Full.DROP_OLDEST),
            AnyReader(world.board, 2, Full.DROP_OLDEST),
            AnyReader(world.board, 2, Full.DROP_NEWEST),
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
                self.world.board.withdraw(reader.listener, new, waiter)
                self.world.sync()
            for topic in wanted:
                if waiter.result is None and topic != EVENTS:
                    reader.confirmed(topic, self.world.numbers.get(topic, -1) + 1)
                elif topic not in reader.listener.topics:
                    reader.left(topic)

    @rule(which=readers, wanted=any_topics)
    def join(self, which: int, wanted: list[Topic]) -> None:
        reader, waiter = self.readers[which], Waiting()
        if not reader.listener.ended:
            new = self.world.board.join(reader.listener, wanted, waiter)
            self.world.sync()
            self.waiting.append((reader, wanted, waiter, new))
            self._answered()

    @precondition(lambda self: self.waiting)
    @rule(which=st.integers(0, 10))
    def cancel(self, which: int) -> None:
        """The caller of a join goes away."""
        reader, wanted, waiter, new = self.waiting.pop(which % len(self.waiting))
        waiter.finished = True
        self.world.board.withdraw(reader.listener, new, waiter)
        self.world.sync()
        for topic in wanted:
            if topic not in reader.listener.topics:
                reader.left(topic)

    @rule(which=readers, unwanted=any_topics)
    def leave(self, which: int, unwanted: list[Topic]) -> None:
        reader = self.readers[which]
        self.world.board.leave(reader.listener, unwanted, Waiting())
        self.world.sync()
        for topic in unwanted:
            reader.left(topic)
            assert topic not in reader.listener.topics
        self._answered()

    @rule(which=nodes)
    def connect(self, which: int) -> None:
        self.world.connect(self.world.node(which))
        self._answered()

    @rule(which=nodes)
    def cut(self, which: int) -> None:
        self.world.node(which).cut()
        self._answered()

    @rule(which=nodes, up=st.booleans())
    def rise_or_fall(self, which: int, up: bool) -> None:
        node = self.world.node(which)
        node.is_up = up
        if not up:
            node.cut()
        self._answered()

    @rule(which=nodes, count=st.integers(1, 4))
    def serve(self, which: int, count: int) -> None:
        node = self.world.node(which)
        for _ in range(min(count, len(node.to_server))):
            node.serve()

    @rule(which=nodes, count=st.integers(1, 4))
    def hear(self, which: int, count: int) -> None:
        node = self.world.node(which)
        for _ in range(count):
            if node.to_client:
                node.hear()
                self._answered()

    @rule(topic=topics, count=st.integers(1, 3))
    def publish(self, topic: Topic, count: int) -> None:
        for _ in range(count):
            self.world.publish(topic)

    @rule(topic=topics, to=st.one_of(st.none(), nodes))
    def move(self, topic: Topic, to: int | None) -> None:
        """A slot goes to another node, or to none."""
        self.world.give(slot_of(topic[1]), None if to is None else address(to))

    @rule(topic=topics, to=nodes)
    def foresee(self, topic: Topic, to: int) -> None:
        """The map says that a slot has gone where it may go yet, or never does."""
        self.world.map.owners[slot_of(topic[1])] = address(to)
        self.world.board.map_changed()
        self.world.sync()
        self._answered()

    @rule(which=nodes, primary=st.booleans())
    def turn(self, which: int, primary: bool) -> None:
        """A primary without its slots, or again one."""
        (self.world.primaries.add if primary else self.world.primaries.discard)(address(which))

    @rule()
    def refresh(self) -> None:
        self.world.refresh()
        self._answered()

    @rule(seconds=st.floats(0.01, 6.0))
    def look(self, seconds: float) -> None:
        self.world.time += seconds
        self.world.look()
        self._answered()

    @rule(topic=st.sampled_from([*TOPICS, EVENTS]), denied=st.booleans())
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
        """In the end all is well: who listens hears, who waited has an answer, and the nodes know what is wanted."""
        self._make_well()
        world = self.world
        assert not self.waiting and world.board.look() is None and world.board.trouble() is None
        wanted = {topic for reader in self.readers for topic in reader.listener.topics}
        assert {topic for node in world.nodes.values() for topic in node.subscribed} == wanted
        for topic in wanted:
            count = sum(topic in node.subscribed for node in world.nodes.values())
            assert count == (len(world.primaries) if topic == EVENTS else 1)
        self._all_is_heard()
        for reader in self.readers:
            world.board.end(reader.listener)
        world.sync()
        world.settle()
        assert not any(node.subscribed for node in world.nodes.values())
        assert not world.board.is_wanted
        assert not any(book._all() for book in (*world.board.books.values(), world.board._nowhere))

    def _make_well(self) -> None:
        world = self.world
        world.denied.clear()
        world.map.most_attempts = 1_000_000
        world.primaries = {address(number) for number in range(NODES)}
        for topic in TOPICS:
            if world.owners[slot_of(topic[1])] is None:
                world.give(slot_of(topic[1]), address(0))
        for node in world.nodes.values():
            node.is_up = True
        for _ in range(3):
            world.time += 10
            world.refresh()
            world.look()
            while any(node.to_server or node.to_client for node in world.nodes.values()):
                world.settle()
                self._answered()
            world.settle()
            self._answered()

    def _all_is_heard(self) -> None:
        world = self.world
        for reader in self.readers:
            reader.read()
            assert not reader.listener.missing
        for topic in TOPICS:
            number = world.publish(topic)
            world.settle()
            for reader in self.readers:
                reader.read()
                if topic in reader.listener.topics:
                    assert reader.last[topic] == number
        for each in world.primaries:
            world.notify(EVENTS, each)
            world.settle()
            for reader in self.readers:
                reader.seen.clear()
                reader.read()
                assert len(reader.seen) == (EVENTS in reader.listener.topics)


Subscribing.TestCase.settings = examples(200, stateful_step_count=40)
test_subscribing = Subscribing.TestCase
