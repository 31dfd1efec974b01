from __future__ import annotations

import pytest

from framewire.redis.client.errors import AuthenticationError, ConnectionError, NoPermissionError, PubSubError
from framewire.redis.client.subscriptions.items import Full, Gap, Kind, Message, Reason
from framewire.redis.client.subscriptions.listener import Listener, Topic
from tests.redis.client.subscriptions.model import Waiting, World

A: Topic = (Kind.CHANNEL, b"a")
B: Topic = (Kind.CHANNEL, b"b")
S: Topic = (Kind.SHARD, b"s")


def listening(world: World, *topics: Topic, most: int = 100, full: Full = Full.DROP_OLDEST) -> Listener:
    listener = world.book.new_listener(most, 1000, full, lambda: None)
    world.book.join(listener, topics, Waiting())
    world.send()
    world.settle()
    return listener


def items(listener: Listener) -> list[object]:
    taken: list[object] = []
    while (item := listener.take()) is not None:
        taken.append(int(item.data) if isinstance(item, Message) else item)
    return taken


@pytest.fixture
def world() -> World:
    made = World()
    made.connect()
    return made


@pytest.mark.parametrize(("topic", "expected"), [
    (A, Message("message", b"a", None, b"0")),
    ((Kind.PATTERN, b"a*"), Message("pmessage", b"channel", b"a*", b"0")),
    (S, Message("smessage", b"s", None, b"0")),
])  # fmt: skip
def test_each_kind_has_its_messages(world: World, topic: Topic, expected: Message[bytes]) -> None:
    listener = listening(world, topic)
    world.publish(topic)
    world.settle()
    assert listener.take() == expected


def test_the_server_is_told_of_the_first_listener_and_of_the_last() -> None:
    world = World()
    world.connect()
    first, second = listening(world, A), listening(world, A, B)
    world.book.leave(first, [A])
    world.send()
    assert world.commands == [(b"SUBSCRIBE", b"a"), (b"SUBSCRIBE", b"b")]
    world.book.leave(second, [A])
    world.send()
    assert world.commands[2:] == [(b"UNSUBSCRIBE", b"a")]


def test_who_leaves_keeps_what_waits_and_gets_no_more(world: World) -> None:
    first, second = listening(world, A), listening(world, A)
    world.publish(A)
    world.settle()
    world.book.leave(first, [A])
    world.publish(A)
    world.settle()
    assert (items(first), items(second)) == ([0], [0, 1])


def test_who_leaves_is_told_when_the_server_knows(world: World) -> None:
    waiter, listener = Waiting(), listening(world, A)
    world.book.leave(listener, [A], waiter)
    world.send()
    assert not waiter.done()
    world.settle()
    assert waiter.done() and waiter.result is None


def test_messages_of_a_former_subscription_are_not_for_those_who_come_later(world: World) -> None:
    former = listening(world, A)
    world.publish(A)
    world.book.leave(former, [A])
    world.send()
    listener = listening(world, A)
    assert items(listener) == []
    world.publish(A)
    world.settle()
    assert items(listener) == [1]


def test_a_gap_is_readable_when_all_is_subscribed_again(world: World) -> None:
    listener = listening(world, A, B)
    world.cut()
    world.connect()
    world.serve()
    world.publish(A)
    world.hear()
    world.hear()
    assert items(listener) == []  # B is not confirmed: who reads the gap and then B's state would miss something
    world.settle()
    assert items(listener) == [Gap(Reason.LOST, 1000.0, 0), 0]


def test_who_was_not_yet_confirmed_gets_no_gap(world: World) -> None:
    listener, waiter = world.book.new_listener(9, 99, Full.DROP_OLDEST, lambda: None), Waiting()
    world.book.join(listener, [A], waiter)
    world.send()
    world.cut()
    assert not waiter.done()
    world.connect()
    world.settle()
    assert waiter.done() and items(listener) == []


def test_a_channel_that_the_server_gives_up_is_subscribed_again_with_a_gap_for_who_listened(world: World) -> None:
    moved, other = listening(world, S, A), listening(world, A)
    world.move(S)
    world.hear()
    assert world.commands[-1] == (b"SSUBSCRIBE", b"s")
    world.settle()
    world.publish(S)
    world.settle()
    assert items(moved) == [Gap(Reason.MOVED, 1000.0, 0), 0]
    assert items(other) == []


def test_a_refusal_is_for_who_subscribes(world: World) -> None:
    world.denied.add(B)
    listener, waiter = listening(world, A), Waiting()
    new = world.book.join(listener, [A, B], waiter)
    world.send()
    world.settle()
    assert isinstance(waiter.result, NoPermissionError)
    assert new == [B] and listener.topics == {A} and not listener.ended


def test_a_refusal_after_a_loss_ends_who_listened(world: World) -> None:
    listener = listening(world, A)
    world.publish(A)
    world.settle()
    world.cut()
    world.denied.add(A)
    world.connect()
    world.settle()
    assert items(listener) == [0, Gap(Reason.LOST, 1000.0, 0)]
    assert listener.ended and isinstance(listener.error, NoPermissionError)


def test_who_reads_too_slowly_may_be_closed_and_reads_what_waits(world: World) -> None:
    slow, quick = listening(world, A, most=2, full=Full.CLOSE), listening(world, A)
    for _ in range(4):
        world.publish(A)
    world.settle()
    assert isinstance(slow.error, PubSubError) and "2 messages wait" in str(slow.error)
    assert (items(slow), items(quick)) == ([0, 1], [0, 1, 2, 3])


def test_without_a_link_for_long_who_waits_is_told_and_who_listened_waits_on(world: World) -> None:
    before = listening(world, A)
    world.cut()
    later, waiter = world.book.new_listener(9, 99, Full.DROP_OLDEST, lambda: None), Waiting()
    world.book.join(later, [A, B], waiter)
    world.book.give_up_new(ConnectionError("refused"))
    assert isinstance(waiter.result, ConnectionError)
    assert later.topics == set() and before.topics == {A} and world.book.is_wanted
    world.connect()
    world.settle()
    assert items(before) == [Gap(Reason.LOST, 1000.0, 0)]


def test_the_end_of_all(world: World) -> None:
    listener, idle = listening(world, A), listening(world)
    waiter = Waiting()
    world.book.join(listener, [B], waiter)
    world.book.end_all(AuthenticationError("no"), ConnectionError("closed"))
    assert isinstance(waiter.result, ConnectionError)
    assert idle.ended and isinstance(listener.error, AuthenticationError)
    assert not world.book.is_wanted


def test_the_same_twice_by_one_listener_survives_the_first_caller(world: World) -> None:
    listener = world.book.new_listener(9, 99, Full.DROP_OLDEST, lambda: None)
    first, second = Waiting(), Waiting()
    new = world.book.join(listener, [A], first)
    assert world.book.join(listener, [A], second) == []
    world.send()
    world.book.withdraw(listener, new, first)
    world.settle()
    assert second.done() and listener.topics == {A} and world.subscribed == {A}


def test_what_was_to_be_sent_on_a_lost_link_is_not_sent_on_the_next(world: World) -> None:
    listener = listening(world, A)
    world.book.join(listener, [B], Waiting())  # not sent yet
    world.cut()
    world.connect()
    assert world.commands == [(b"SUBSCRIBE", b"a"), (b"SUBSCRIBE", b"a"), (b"SUBSCRIBE", b"b")]


def test_what_is_disowned_ends_and_has_nothing_to_read(world: World) -> None:
    listener = listening(world, A)
    waiter = Waiting()
    world.book.join(listener, [B], waiter)
    world.publish(A)
    world.settle()
    error = PubSubError("not ours")
    world.book.disown(error)
    assert listener.ended and listener.error is error
    assert listener.take() is None
    assert not world.book.is_wanted
    assert waiter.done()
