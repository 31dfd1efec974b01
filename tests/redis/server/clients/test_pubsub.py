"""The registries: who hears what, in which order, and that nothing is left behind."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from framewire.frames.resp import Push
from framewire.redis.server.clients.pubsub import PubSub, Subscriber


class Listener:
    """A subscriber that keeps what it hears, and may do something then."""

    def __init__(self) -> None:
        self.heard: list[Push] = []
        self.subscriber = Subscriber(self.hear)

    def hear(self, push: Push) -> None:
        self.heard.append(push)


def test_a_message_goes_to_the_channel_then_to_patterns_and_is_one_object_for_all() -> None:
    pubsub, first, second = PubSub(), Listener(), Listener()
    for listener in (first, second):
        pubsub.psubscribe(listener.subscriber, b"n*")
        pubsub.subscribe(listener.subscriber, b"news")
    assert pubsub.publish(b"news", b"hello") == 4
    message, pmessage = Push((b"message", b"news", b"hello")), Push((b"pmessage", b"n*", b"news", b"hello"))
    assert first.heard == second.heard == [message, pmessage]
    assert all(a is b for a, b in zip(first.heard, second.heard, strict=True))


def test_each_matching_pattern_delivers_once() -> None:
    pubsub, listener = PubSub(), Listener()
    for pattern in (b"*", b"n?ws", b"other*"):
        pubsub.psubscribe(listener.subscriber, pattern)
    assert pubsub.publish(b"news", b"m") == 2
    assert [push.items[1] for push in listener.heard] == [b"*", b"n?ws"]


def test_subscribing_twice_is_once() -> None:
    pubsub, listener = PubSub(), Listener()
    for _ in range(2):
        pubsub.subscribe(listener.subscriber, b"c")
        pubsub.psubscribe(listener.subscriber, b"c")
    assert listener.subscriber.count == 2
    assert pubsub.publish(b"c", b"m") == 2
    for _ in range(2):
        pubsub.unsubscribe(listener.subscriber, b"c")
        pubsub.punsubscribe(listener.subscriber, b"c")
    assert pubsub.publish(b"c", b"m") == 0


def test_listeners_may_leave_while_a_message_is_delivered() -> None:
    pubsub, first, second = PubSub(), Listener(), Listener()

    def leave(push: Push) -> None:
        pubsub.drop(first.subscriber)
        pubsub.drop(second.subscriber)

    first.subscriber.deliver = leave
    for listener in (first, second):
        pubsub.subscribe(listener.subscriber, b"c")
        pubsub.psubscribe(listener.subscriber, b"*")
    assert pubsub.publish(b"c", b"m") == 2
    assert second.heard == [Push((b"message", b"c", b"m"))]
    assert not pubsub.patterns


NAMES = st.sampled_from([b"a", b"b", b"a*", b"*"])


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from("spuq"), NAMES), max_size=30))
def test_names_without_listeners_are_forgotten(actions: list[tuple[int, str, bytes]]) -> None:
    pubsub, listeners = PubSub(), [Listener() for _ in range(3)]
    change = {"s": pubsub.subscribe, "p": pubsub.psubscribe, "u": pubsub.unsubscribe, "q": pubsub.punsubscribe}
    for who, what, name in actions:
        change[what](listeners[who].subscriber, name)
        assert set(pubsub.channels) == {name for other in listeners for name in other.subscriber.channels}
        assert set(pubsub.patterns) == {name for other in listeners for name in other.subscriber.patterns}
    for listener in listeners:
        pubsub.drop(listener.subscriber)
    assert not pubsub.channels
    assert not pubsub.patterns
    assert not pubsub._matchers
