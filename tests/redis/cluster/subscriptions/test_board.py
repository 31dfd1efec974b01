from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.errors import (
    AuthenticationError,
    ClusterDownError,
    ConnectionError,
    NoPermissionError,
    PubSubError,
    RedisError,
)
from framewire.redis.client.subscriptions.items import Full, Gap, Kind, Message, Reason
from framewire.redis.client.subscriptions.listener import Listener, Topic
from framewire.redis.slots import slot_of
from tests.redis.client.subscriptions.model import Waiting
from tests.redis.cluster.subscriptions.model import Node, World, address

A: Topic = (Kind.CHANNEL, b"a")
B: Topic = (Kind.CHANNEL, b"b")
P: Topic = (Kind.PATTERN, b"p*")
S: Topic = (Kind.SHARD, b"s")
E: Topic = (Kind.PATTERN, b"__keyevent@0__:*")
SLOT = slot_of(b"s")
LOST, MOVED = Gap(Reason.LOST, 1000.0, 0), Gap(Reason.MOVED, 1000.0, 0)


@pytest.fixture
def world() -> World:
    return World()


def new_listener(world: World, most: int = 100, full: Full = Full.DROP_OLDEST) -> Listener:
    return world.board.new_listener(most, 1000, full, lambda: None)


def listening(world: World, *topics: Topic, most: int = 100, full: Full = Full.DROP_OLDEST) -> Listener:
    listener, waiter = new_listener(world, most, full), Waiting()
    world.board.join(listener, topics, waiter)
    world.sync()
    world.settle()
    assert waiter.done() and waiter.result is None
    return listener


def items(listener: Listener) -> list[Any]:
    taken: list[Any] = []
    while (item := listener.take()) is not None:
        taken.append(int(item.data) if isinstance(item, Message) else item)
    return taken


def homes(world: World, topic: Topic) -> list[Node]:
    return [node for node in world.nodes.values() if topic in node.subscribed]


def owner(world: World) -> Node:
    found = world.owners[SLOT]
    assert found is not None
    return world.nodes[found]


def another(world: World, *than: Node) -> Node:
    return next(node for node in world.nodes.values() if node not in than and node.address in world.primaries)


# -- where topics are -------------------------------------------------------------------------------------------------


def test_each_topic_is_where_it_belongs_and_one_listener_hears_all(world: World) -> None:
    listener = listening(world, A, P, S, E)
    assert len(homes(world, A)) == len(homes(world, P)) == 1
    assert homes(world, S) == [owner(world)]
    assert {node.address for node in homes(world, E)} == world.primaries
    for topic in (A, P, S):
        world.publish(topic)
    for each in sorted(world.primaries):
        world.notify(E, each)
    world.settle()
    assert items(listener) == [0] * 6


def test_plain_channels_are_spread_over_all_nodes() -> None:
    world = World()
    listening(world, *((Kind.CHANNEL, b"%d" % number) for number in range(100)))
    assert all(len(node.subscribed) > 10 for node in world.nodes.values())


def test_a_node_is_told_of_the_first_listener_and_of_the_last(world: World) -> None:
    first, second = listening(world, S), listening(world, S, A)
    world.board.leave(first, [S])
    world.sync()
    assert [request for request in owner(world).commands if request[1] == b"s"] == [(b"SSUBSCRIBE", b"s")]
    waiter = Waiting()
    world.board.leave(second, [S], waiter)
    world.sync()
    assert not waiter.done()
    world.settle()
    assert waiter.done() and second.topics == {A} and homes(world, S) == []
    assert not world.board.books[owner(world).address].has_listeners(S)


def test_the_end_of_a_listener_is_one_at_all_nodes(world: World) -> None:
    listener, other = listening(world, A, S, E), listening(world, A)
    world.board.end(listener)
    world.sync()
    world.settle()
    assert listener.ended and homes(world, S) == homes(world, E) == [] and len(homes(world, A)) == 1
    assert other.topics == {A} and world.board.is_wanted
    world.board.end(other)
    assert not world.board.is_wanted


# -- channels of a shard ----------------------------------------------------------------------------------------------


def test_a_slot_that_moves_takes_its_channels_along_with_one_gap(world: World) -> None:
    listener, plain = listening(world, S, A), listening(world, A)
    world.publish(S)
    world.settle()
    source, target = owner(world), another(world, owner(world))
    world.give(SLOT, target.address)
    world.settle()  # the source says that it is over, and where it is now
    assert homes(world, S) == [target] and world.board.unsure
    assert source.commands[-1] == (b"SSUBSCRIBE", b"s")
    world.refresh()
    world.publish(S)
    world.settle()
    assert items(listener) == [0, MOVED, 1]
    assert items(plain) == []


def test_a_channel_stays_where_it_is_heard_until_its_node_knows_of_the_move(world: World) -> None:
    listener = listening(world, S)
    source, target = owner(world), another(world, owner(world))
    world.map.owners[SLOT] = target.address  # the map knows it before the source does
    world.board.map_changed()
    world.publish(S)
    world.settle()
    assert homes(world, S) == [source] and items(listener) == [0]
    world.give(SLOT, target.address)
    world.settle()
    world.publish(S)
    world.settle()
    assert homes(world, S) == [target] and items(listener) == [MOVED, 1]
    assert world.board.look() is None


def test_a_node_that_does_not_learn_of_the_move_is_left(world: World) -> None:
    listener = listening(world, S)
    source, target = owner(world), another(world, owner(world))
    world.owners[SLOT] = target.address  # the source is cut off from the cluster, and says nothing
    world.refresh()
    assert world.board.look() == 5.0
    world.publish(S)
    world.time += 5
    world.look()
    world.settle()
    world.publish(S)
    world.settle()
    assert homes(world, S) == [target] and source.commands[-1] == (b"SUNSUBSCRIBE", b"s")
    assert items(listener) == [MOVED, 1]


@pytest.mark.parametrize("back", [False, True], ids=["lost", "back"])
def test_what_ends_the_patience_with_a_node(world: World, back: bool) -> None:
    listener = listening(world, S)
    source, target = owner(world), another(world, owner(world))
    world.map.owners[SLOT] = world.owners[SLOT] = target.address
    world.board.map_changed()
    if back:
        world.map.owners[SLOT] = world.owners[SLOT] = source.address
        world.board.map_changed()
    else:
        source.cut()
    assert world.board.look() is None
    world.settle()
    assert homes(world, S) == [source if back else target]
    assert items(listener) == ([] if back else [LOST])


def test_a_first_subscription_that_is_moved_has_no_gap(world: World) -> None:
    world.give(SLOT, another(world, owner(world)).address)
    listener = listening(world, S)
    assert homes(world, S) == [owner(world)] and items(listener) == []


def test_a_primary_that_dies_is_followed_by_its_replica_with_one_gap(world: World) -> None:
    listener = listening(world, S)
    world.publish(S)
    world.settle()
    gone = owner(world)
    world.remove(gone.address.port, world.replica.address)
    world.connect_all()
    assert gone.address in world.map.losses and world.board.unsure
    world.publish(S)
    world.refresh()
    world.settle()
    world.publish(S)
    world.settle()
    assert items(listener) == [0, LOST, 2]
    assert gone.address not in world.board.books


def test_a_slot_that_nobody_serves_is_looked_for_until_somebody_does(world: World) -> None:
    listener = listening(world, S)
    former = owner(world)
    world.give(SLOT, None)
    world.refresh()
    world.settle()
    asked = len(former.commands)
    assert world.board.trouble() is not None and items(listener) == []
    assert world.board.look() is not None
    world.time += 10
    world.look()
    world.settle()
    assert len(former.commands) == asked  # the map says that it is in vain
    target = another(world, former)
    world.give(SLOT, target.address)
    world.refresh()
    world.settle()
    assert world.board.trouble() is None and world.board.look() is None
    world.publish(S)
    world.settle()
    assert items(listener) == [Gap(Reason.MOVED, 1000.0, 0), 0]


def test_a_first_subscription_in_a_slot_that_nobody_serves_is_given_up_and_an_old_one_is_not() -> None:
    world = World(retries=2)
    old, listener, waiter = listening(world, S), new_listener(world), Waiting()
    world.give(SLOT, None)
    world.settle()
    world.refresh()
    world.board.join(listener, [A, S], waiter)
    world.sync()
    for _ in range(4):
        world.time += 10
        world.look()
        world.settle()
    assert isinstance(waiter.result, ClusterDownError) and str(SLOT) in str(waiter.result)
    world.board.withdraw(listener, [A, S], waiter)
    assert listener.topics == set() and old.topics == {S}


def test_two_nodes_that_name_one_another_are_not_asked_for_ever(world: World) -> None:
    first, second = owner(world), another(world, owner(world))
    listener, waiter = new_listener(world), Waiting()
    world.map.most_attempts = 5
    world.board.join(listener, [S], waiter)
    world.sync()
    for _ in range(5):
        for node, other in ((first, second), (second, first)):
            world.connect(node)
            world.owners[SLOT] = other.address
            while node.to_server:
                node.serve()
                node.hear()
    assert isinstance(waiter.result, RedisError) and "MOVED" in str(waiter.result)
    assert len(first.commands) + len(second.commands) == 6
    assert listener.topics == set() and not world.board.is_wanted


def test_a_node_that_names_itself_needs_a_new_link(world: World) -> None:
    listener, waiter = new_listener(world), Waiting()
    world.board.join(listener, [S], waiter)
    node = owner(world)
    world.sync()
    world.connect(node)
    request = node.to_server.popleft()
    node.to_client.append((request, ClusterDownError(f"MOVED {SLOT} node:{node.address.port}")))
    node.hear()
    assert world.board.stale == {node.address}
    world.time += 10
    world.look()
    world.settle()
    assert waiter.done() and waiter.result is None


def test_a_refusal_of_other_kind_is_for_who_subscribes(world: World) -> None:
    world.denied.add(S)
    listener, waiter = listening(world, A), Waiting()
    new = world.board.join(listener, [A, S], waiter)
    world.sync()
    world.settle()
    assert isinstance(waiter.result, NoPermissionError) and new == [S]
    assert listener.topics == {A} and not listener.ended


# -- plain channels ---------------------------------------------------------------------------------------------------


def test_a_node_that_leaves_the_map_gives_its_channels_to_others_and_they_alone_have_a_gap(world: World) -> None:
    listeners = {name: listening(world, (Kind.CHANNEL, b"%d" % name)) for name in range(20)}
    gone = world.nodes[address(1)]
    moved = {int(name) for _, name in gone.subscribed}
    world.remove(1, address(0))
    world.refresh()
    world.settle()
    for name, listener in listeners.items():
        world.publish((Kind.CHANNEL, b"%d" % name))
        world.settle()
        assert items(listener) == ([LOST, 0] if name in moved else [0])
    assert moved


def test_a_node_that_cannot_be_reached_is_left_before_the_map_knows(world: World) -> None:
    listener = listening(world, A)
    (home,) = homes(world, A)
    home.is_up = False
    home.cut()
    world.publish(A)
    world.settle()
    world.publish(A)
    world.settle()
    assert homes(world, A) != [home] and items(listener) == [LOST, 1]


def test_without_any_node_that_can_be_reached_there_are_pauses_and_then_it_goes_on(world: World) -> None:
    listener = listening(world, A)
    for node in world.nodes.values():
        node.is_up = False
        node.cut()
    for _ in range(10):
        world.connect_all()
    assert world.board.trouble() is not None and world.board.look() is not None
    for node in world.nodes.values():
        node.is_up = True
    world.connect_all()
    assert homes(world, A) == []  # not before the pause is over
    world.time += 10
    world.look()
    world.settle()
    assert items(listener) == [LOST] and len(homes(world, A)) == 1


def test_before_there_is_a_map_topics_wait(world: World) -> None:
    world.map.nodes = world.map.primaries = ()
    world.map.owners[:] = [None] * len(world.map.owners)
    listener, waiter = new_listener(world), Waiting()
    world.board.join(listener, [A, S, E], waiter)
    assert not waiter.done() and world.board.unsure
    world.refresh()
    world.settle()
    assert waiter.done() and waiter.result is None and items(listener) == []


# -- keyspace events --------------------------------------------------------------------------------------------------


def test_a_primary_that_joins_is_listened_to_with_a_gap(world: World) -> None:
    listener = listening(world, E)
    world.time += 5
    world.add(7)
    world.refresh()
    world.settle()
    world.notify(E, address(7))
    world.settle()
    assert items(listener) == [MOVED, 0]  # since the map was last known to be right


def test_events_of_others_wait_while_those_of_one_may_be_missing(world: World) -> None:
    listener = listening(world, E)
    world.node(1).is_up = False
    world.node(1).cut()
    world.notify(E, address(0))
    world.settle()
    assert items(listener) == []
    world.node(1).is_up = True
    world.settle()
    assert items(listener) == [LOST, 0]


def test_a_primary_that_is_replaced_makes_one_gap(world: World) -> None:
    listener = listening(world, E)
    world.remove(1, world.replica.address)
    world.notify(E, address(0))
    world.settle()
    world.refresh()
    world.settle()
    world.notify(E, world.replica.address)
    world.settle()
    assert items(listener) == [LOST, 0, 0]
    assert {node.address for node in homes(world, E)} == world.primaries


def test_a_primary_that_leaves_is_waited_for_no_more(world: World) -> None:
    listener, waiter = new_listener(world), Waiting()
    world.board.join(listener, [E], waiter)
    world.node(1).is_up = False
    world.sync()
    world.settle()
    assert not waiter.done()
    world.remove(1, address(0))
    world.refresh()
    assert waiter.done() and waiter.result is None and items(listener) == []


def test_one_node_that_refuses_is_a_refusal_of_all(world: World) -> None:
    world.denied.add(E)
    listener, waiter = new_listener(world), Waiting()
    new = world.board.join(listener, [E], waiter)
    world.sync()
    world.connect(world.node(0))
    world.node(0).serve()
    world.node(0).hear()
    assert isinstance(waiter.result, NoPermissionError)
    world.board.withdraw(listener, new, waiter)
    world.denied.clear()
    world.sync()
    world.settle()
    assert homes(world, E) == [] and listener.topics == set() and not world.board.is_wanted


def test_a_refusal_by_one_node_of_what_was_asked_for_twice(world: World) -> None:
    listener, first, second = new_listener(world), Waiting(), Waiting()
    new = world.board.join(listener, [E], first)
    assert world.board.join(listener, [E], second) == []
    world.board.withdraw(listener, new, first)
    assert listener.topics == {E}
    world.denied.add(E)
    world.sync()
    world.connect(world.node(0))
    world.node(0).serve()
    world.denied.clear()
    world.settle()
    assert isinstance(second.result, NoPermissionError)
    assert homes(world, E) == [] and listener.topics == set() and not world.board.is_wanted


# -- the end ----------------------------------------------------------------------------------------------------------


def test_who_reads_too_slowly_is_closed_at_all_nodes(world: World) -> None:
    slow = listening(world, A, S, E, most=2, full=Full.CLOSE)
    for _ in range(3):
        world.publish(S)
    world.settle()
    assert isinstance(slow.error, PubSubError) and items(slow) == [0, 1]
    assert not any(node.subscribed for node in world.nodes.values())


def test_a_node_that_takes_no_password_ends_who_listens_there(world: World) -> None:
    listener, other = listening(world, S, A), new_listener(world)
    node = owner(world)
    node.cut()
    waiter = Waiting()
    world.board.join(other, [S], waiter)
    refusal = AuthenticationError("no")
    world.board.books[node.address].end_all(refusal, refusal)
    assert listener.error is refusal and isinstance(waiter.result, AuthenticationError)
    world.sync()
    world.settle()
    assert not any(each.subscribed for each in world.nodes.values()) and not world.board.is_wanted


def test_the_end_of_all(world: World) -> None:
    listener, idle, waiter = listening(world, A, E), new_listener(world), Waiting()
    world.board.join(listener, [S], waiter)
    world.board.end_all(None, ConnectionError("closed"))
    assert listener.ended and idle.ended and isinstance(waiter.result, ConnectionError)
    assert not world.board.is_wanted and world.board.look() is None


def test_what_is_disowned_has_nothing_to_read(world: World) -> None:
    listener = listening(world, A)
    world.publish(A)
    world.settle()
    world.board.disown(PubSubError("not ours"))
    assert listener.ended and listener.take() is None
