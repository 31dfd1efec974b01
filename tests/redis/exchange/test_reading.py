"""What replies make of a link: subscriptions, and what of what comes is no reply. (Its stories: `conversations.py`.)"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from framewire.frames.resp import Error, Push, Simple
from framewire.redis.exchange.knowledge import CONFIRMATIONS
from framewire.redis.exchange.reading import NOTHING, Reading, Subscribing
from tests.work import Work, counted_lines

SUBSCRIBE, UNSUBSCRIBE = CONFIRMATIONS[b"subscribe"], CONFIRMATIONS[b"unsubscribe"]


def reading() -> tuple[Reading, list[Sequence[Any]]]:
    told: list[Sequence[Any]] = []
    return Reading(told.append), told


@pytest.mark.parametrize(
    ("request_", "subscriptions", "confirmations"),
    [((b"SUBSCRIBE", b"a", b"a", b"b"), 7, 3), (("unsubscribe",), 2, 2), ((b"UNSUBSCRIBE",), 0, 1),
     ((b"UNSUBSCRIBE", 1), 5, 1)],
)  # fmt: skip
def test_how_many_confirmations_there_are(request_: Any, subscriptions: int, confirmations: int) -> None:
    asked = Subscribing(request_)
    assert asked.left is None
    assert [asked.count(subscriptions - i) for i in range(confirmations)] == list(range(confirmations))[::-1]


def test_whose_confirmations_they_are() -> None:
    assert Subscribing(("subscribe", b"a", 1, "ä")).has(SUBSCRIBE, "ä".encode())
    assert Subscribing((b"SUBSCRIBE", 1)).has(SUBSCRIBE, b"1")
    assert not Subscribing((b"SUBSCRIBE", b"a")).has(SUBSCRIBE, b"b")
    assert not Subscribing((b"SUBSCRIBE", b"a")).has(UNSUBSCRIBE, b"a")
    assert Subscribing((b"UNSUBSCRIBE",)).has(UNSUBSCRIBE, None)


def test_a_peer_cannot_make_us_remember_what_nobody_asked_for() -> None:
    state, told = reading()
    for i in range(10):
        assert state.sort(Push((b"subscribe", b"%d" % i, i))) is NOTHING
    assert state.subscriptions(SUBSCRIBE) == 0 and len(told) == 10


def test_a_server_may_end_what_was_asked_for() -> None:
    state, told = reading()
    state.confirm(SUBSCRIBE, b"a")
    assert state.subscriptions(SUBSCRIBE) == 1 and state.watched
    assert state.sort([b"unsubscribe", b"a", 0]) is NOTHING
    assert state.subscriptions(SUBSCRIBE) == 0 and not state.watched and told == [[b"unsubscribe", b"a", 0]]


@pytest.mark.parametrize(
    "item",
    [[b"message", b"b", b"x"], [b"message", [], b"x"], [b"message"], [b"pmessage", b"a", b"x", b"y"], [1, 2, 3],
     b"message", Simple(b"OK"), Error(b"ERR"), None],
)  # fmt: skip
def test_what_is_a_reply_on_a_link_of_resp2_that_has_subscribed(item: Any) -> None:
    state, told = reading()
    state.confirm(SUBSCRIBE, b"a")
    assert state.sort(item) is item and not told
    assert state.sort([b"message", b"a", b"x"]) is NOTHING and len(told) == 1


def test_a_subscription_costs_the_same_however_many_there_are() -> None:
    state, _ = reading()
    steps = []
    for i in range(2000):
        work = Work()
        with counted_lines(work):
            state.subscriptions(SUBSCRIBE)
            state.confirm(SUBSCRIBE, b"%d" % i)
        steps.append(work.steps)
    assert min(steps[:100]) == min(steps[-100:])  # in between, what others have left may be finalized
