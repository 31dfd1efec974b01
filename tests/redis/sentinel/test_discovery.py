"""Who is believed to be the primary: out of what several sentinels answer and publish, at which times."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from framewire.redis.client.errors import ConnectionError, MasterNotFoundError
from framewire.redis.sentinel.answers import MOST, Address, event_of
from framewire.redis.sentinel.discovery import DOUBT_SECONDS, Discovery, Said

X, Y, Z = SENTINELS = (("x", 1), ("y", 1), ("z", 1))
A, B, C = ("a", 1), ("b", 2), ("c", 3)
DEAD = ConnectionError("no route")
UNKNOWN: Said = [None, None, None, None]


def says(primary: Address, epoch: int = 1, replicas: tuple[Address, ...] = (), others: int = 2,
         sentinels: tuple[Address, ...] = ()) -> Said:  # fmt: skip
    def row(address: Address) -> dict[bytes, bytes]:
        return {b"ip": address[0].encode(), b"port": b"%d" % address[1], b"flags": b""}

    about = {b"config-epoch": b"%d" % epoch, b"num-other-sentinels": b"%d" % others}
    return [[primary[0].encode(), b"%d" % primary[1]], about, list(map(row, replicas)), list(map(row, sentinels))]


def ask(discovery: Discovery, said: Mapping[Address, Said], now: float = 0.0) -> tuple[Address, list[Address]]:
    """The primary, and who was asked."""
    asked = []
    steps = discovery.ask(now)
    try:
        sentinel = next(steps)
        while True:
            asked.append(sentinel)
            sentinel = steps.send(said.get(sentinel, DEAD))
    except StopIteration as done:
        return done.value, asked


def hear(discovery: Discovery, by: Address, channel: str, data: str, now: float = 0.0) -> Address | None:
    event = event_of(channel.encode(), data.encode())
    assert event is not None
    return discovery.hear(by, event, now)


def known(said: Mapping[Address, Said], now: float = 0.0) -> Discovery:
    discovery = Discovery("s", SENTINELS)
    ask(discovery, said, now)
    return discovery


EVERYBODY_SAYS_A = {X: says(A), Y: says(A), Z: says(A)}


@pytest.mark.parametrize(("said", "asked", "next_asked"), [
    (EVERYBODY_SAYS_A, [X], [X]),
    ({Y: says(A)}, [X, Y], [Y]),
    ({X: UNKNOWN, Z: says(A)}, [X, Y, Z], [Z]),
    ({X: [b"PONG"] * 4, Y: says(A)}, [X, Y], [Y]),
])  # fmt: skip
def test_who_has_answered_last_is_asked_first(
    said: dict[Address, Said], asked: list[Address], next_asked: list[Address]
) -> None:
    discovery = Discovery("s", SENTINELS)
    assert ask(discovery, said) == (A, asked)
    assert ask(discovery, said) == (A, next_asked)
    assert discovery.primary == discovery.last == A


@pytest.mark.parametrize(("said", "text"), [
    ({}, "no sentinel tells who is the primary of 's': no route (3 of 3: x:1, y:1, z:1)"),
    ({X: UNKNOWN, Y: UNKNOWN},
     "no sentinel tells who is the primary of 's': knows no such service (2 of 3: x:1, y:1); no route (1 of 3: z:1)"),
    ({X: ValueError(), Y: [b"PONG"] * 4},
     "no sentinel tells who is the primary of 's': ValueError() (1 of 3: x:1); "
     "answers what no sentinel does (1 of 3: y:1); no route (1 of 3: z:1)"),
])  # fmt: skip
def test_where_nobody_knows_it_is_told_what_each_has_said(said: dict[Address, Said], text: str) -> None:
    discovery = Discovery("s", SENTINELS)
    with pytest.raises(MasterNotFoundError) as caught:
        ask(discovery, said)
    assert str(caught.value) == text
    assert discovery.primary is None


def test_other_sentinels_are_learnt_and_forgotten_but_for_those_one_was_told() -> None:
    discovery = Discovery("s", [X])
    ask(discovery, {X: says(A, sentinels=(Y, Z))})
    assert discovery.sentinels == [X, Y, Z]
    assert ask(discovery, {Z: says(A, sentinels=(X,))}) == (A, [X, Y, Z])
    assert discovery.sentinels == [Z, X]
    ask(discovery, {X: says(A)})
    assert discovery.sentinels == [X]


def test_sentinels_that_are_learnt_in_a_round_are_asked_in_it() -> None:
    discovery = known({X: says(A, 5)})
    assert ask(discovery, {X: says(B, 4, sentinels=(C,)), C: says(A, 5)})[1][-1] == C


# -- what is fresh ----------------------------------------------------------------------------------------------------


def test_an_answer_of_an_earlier_time_is_not_believed() -> None:
    discovery = known({X: says(B, 5)})
    assert ask(discovery, {X: says(A, 4), Y: says(B, 5)}) == (B, [X, Y])
    with pytest.raises(MasterNotFoundError, match=r"names a:1, which was the primary before \(epoch 4\)"):
        ask(discovery, {X: says(A, 4)})


def test_a_newer_answer_is_believed_whoever_gives_it() -> None:
    discovery = known({X: says(A, 5)})
    assert ask(discovery, {X: says(B, 6)}) == (B, [X])
    assert ask(discovery, {X: says(A, 7)}) == (A, [X])


def test_a_primary_that_was_left_is_not_gone_back_to_on_the_word_of_who_has_not_heard() -> None:
    discovery = known({X: says(A, 5)})
    assert hear(discovery, Y, "+switch-master", "s a 1 b 2") == A
    assert discovery.primary is None
    assert ask(discovery, {X: says(A, 5), Y: says(B, 6)}) == (B, [Y])
    with pytest.raises(MasterNotFoundError):
        ask(discovery, {X: says(A, 5), Z: says(A, 5)})


def test_also_before_who_has_told_it_was_asked() -> None:
    discovery = known({X: says(A, 5)})
    hear(discovery, Y, "+switch-master", "s a 1 b 2")
    with pytest.raises(MasterNotFoundError):
        ask(discovery, {X: says(A, 5), Z: says(A, 5)}, DOUBT_SECONDS - 1)


def test_it_may_become_the_primary_again() -> None:
    discovery = known({X: says(A, 5)})
    assert hear(discovery, X, "+switch-master", "s a 1 b 2") == A
    ask(discovery, {X: says(B, 6)})
    assert hear(discovery, X, "+switch-master", "s b 2 a 1") == B
    assert ask(discovery, {X: says(A, 7)}) == (A, [X])


def test_late_news_of_an_earlier_switch_are_found_out() -> None:
    """Another failover has led back meanwhile, and who tells of the first has not heard of it."""
    discovery = known({X: says(A, 7)})
    hear(discovery, Y, "+switch-master", "s a 1 b 2")
    assert ask(discovery, {X: says(A, 7), Y: says(B, 6)}) == (A, [Y, X])


def test_what_most_say_is_believed_once_nothing_better_was_heard_for_long() -> None:
    """Epochs begin anew where all sentinels were told anew to watch the service."""
    most = {X: says(A, 0), Y: says(A, 0)}
    discovery = known({Z: says(B, 9)}, now=100.0)
    with pytest.raises(MasterNotFoundError):
        ask(discovery, most, 99.9 + DOUBT_SECONDS)
    with pytest.raises(MasterNotFoundError):
        ask(discovery, {X: says(A, 0)}, 1000.0)  # one of three
    with pytest.raises(MasterNotFoundError):
        ask(discovery, {X: says(A, 0), Y: says(C, 0)}, 1000.0)
    assert ask(discovery, most, 100.0 + DOUBT_SECONDS)[0] == A
    assert ask(discovery, {X: says(B, 1)}, 1000.0)[0] == B


def test_a_failover_that_was_taken_back_is_believed_after_a_while() -> None:
    discovery = known({X: says(A, 5)})
    hear(discovery, X, "+switch-master", "s a 1 b 2", now=10.0)
    assert ask(discovery, {Y: says(A, 5), Z: says(A, 5)}, 10.0 + DOUBT_SECONDS)[0] == A


# -- what is heard ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("channel", "data", "left", "is_known"), [
    ("+switch-master", "s a 1 b 2", A, False),
    ("+switch-master", "other a 1 b 2", None, True),
    ("+switch-master", "s c 3 a 1", None, True),  # it is there already
    ("+switch-master", "s a 1 a 1", None, True),
    ("+switch-master", "s c 3 b 2", None, False),  # of two that are not known: it must be asked
    ("-monitor", "master s a 1", None, False),
    ("-monitor", "master other a 1", None, True),
    ("+sdown", "master s a 1", None, True),
    ("+sdown", "sentinel x x 1 @ s a 1", None, True),
    ("+sdown", "slave b b 2 @ s a 1", B, True),
    ("+sdown", "slave b b 2 @ other a 1", None, True),
    ("+slave", "slave c c 3 @ s a 1", None, True),
])  # fmt: skip
def test_what_is_heard(channel: str, data: str, left: Address | None, is_known: bool) -> None:
    discovery = known({X: says(A, replicas=(B,))})
    assert hear(discovery, Y, channel, data) == left
    assert (discovery.primary == A) is is_known


def test_who_tells_of_a_switch_is_asked_first() -> None:
    discovery = known(EVERYBODY_SAYS_A)
    hear(discovery, Z, "+switch-master", "s a 1 b 2")
    assert discovery.sentinels == [Z, X, Y]


def test_a_primary_that_is_doubted_is_left_all_the_same_when_it_is_no_more() -> None:
    """Links to it may be there, or be about to open."""
    discovery = known(EVERYBODY_SAYS_A)
    discovery.doubt()
    assert hear(discovery, X, "+switch-master", "s a 1 b 2") == A


def test_news_of_replicas_that_come_while_sentinels_are_asked_are_not_forgotten() -> None:
    discovery = known({X: says(A, replicas=(B,))})
    steps = discovery.ask(0.0)
    next(steps)
    hear(discovery, Y, "+sdown", "slave b b 2 @ s a 1")
    hear(discovery, Y, "+slave", "slave c c 3 @ s a 1")
    with pytest.raises(StopIteration):
        steps.send(says(A, replicas=(B,)))
    assert discovery.replicas == (C,)
    ask(discovery, {X: says(A, replicas=(B,))})  # who answers now knows
    assert discovery.replicas == (B,)


def test_replicas_come_and_go() -> None:
    discovery = known({X: says(A, replicas=(B, C, A))})
    assert discovery.replicas == (B, C)
    hear(discovery, X, "+sdown", "slave b b 2 @ s a 1")
    assert discovery.replicas == (C,)
    for channel in ("-sdown", "+reboot"):
        hear(discovery, X, channel, "slave b b 2 @ s a 1")
        assert discovery.replicas == (C, B)


def test_sentinels_that_name_others_without_end_are_not_asked_without_end() -> None:
    """Each of them the old primary, and some more that do the same. Seeds are asked all the same."""
    discovery = known({X: says(A, 5)})
    asked, steps = 0, discovery.ask(1.0)
    next(steps)
    with pytest.raises(MasterNotFoundError):
        while True:
            asked += 1
            assert asked <= MOST
            steps.send(says(A, 4, sentinels=tuple((f"{asked}.{n}", 1) for n in range(10))))
    assert asked == MOST == len(discovery.sentinels)
    assert set(SENTINELS) <= set(discovery.sentinels)
