"""Pub/sub without I/O: what is subscribed, what comes, and who gets it."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.errors import PubSubError
from framewire.redis.compat.encoder import Encoder
from framewire.redis.compat.listening import Listened, Subscription, names_of, pong, with_handlers


def listened(**options: Any) -> Listened:
    return Listened(Encoder(**options), False)


def test_what_one_may_ask_for() -> None:
    handler = print
    assert with_handlers((["a", "b"], "c"), {"d": handler}) == {"a": None, "b": None, "c": None, "d": handler}
    assert with_handlers((Subscription(b"\xff", handler),), {}) == {b"\xff": handler}
    assert names_of(()) == [] and names_of((b"a",)) == [b"a"]


@pytest.mark.parametrize(("items", "message"), [
    ([b"message", b"c", b"d"], {"type": "message", "pattern": None, "channel": b"c", "data": b"d"}),
    ([b"pmessage", b"c*", b"c", b"d"], {"type": "pmessage", "pattern": b"c*", "channel": b"c", "data": b"d"}),
    ([b"smessage", b"c", b"d"], {"type": "smessage", "pattern": None, "channel": b"c", "data": b"d"}),
    ([b"subscribe", b"c", 1], {"type": "subscribe", "pattern": None, "channel": b"c", "data": 1}),
    ([b"pong", b"x"], {"type": "pong", "pattern": None, "channel": None, "data": b"x"}),
])  # fmt: skip
def test_what_comes(items: list[Any], message: dict[str, Any]) -> None:
    assert listened().understood(items, False) == (message, None)


def test_text() -> None:
    state = listened(decode_responses=True)
    state.add("", {b"c": None})
    assert list(state.channels) == ["c"]
    message, _ = state.understood([b"message", b"c", b"d"], False)
    assert message["channel"] == "c" and message["data"] == "d"


def test_confirmations_can_be_ignored() -> None:
    assert listened().understood([b"subscribe", b"c", 1], True) == (None, None)
    ignoring = Listened(Encoder(), True)
    assert ignoring.understood([b"subscribe", b"c", 1], False) == (None, None)
    assert ignoring.understood([b"message", b"c", b"d"], True)[0] is not None


def test_a_message_goes_to_the_handler_of_its_channel_or_pattern() -> None:
    state, handlers = listened(), [lambda _: 1, lambda _: 2, lambda _: 3]
    for mark, handler in zip(("", "p", "s"), handlers, strict=True):
        state.add(mark, {"c": handler})
    kinds: list[list[Any]] = [[b"message", b"c", b""], [b"pmessage", b"c", b"x", b""], [b"smessage", b"c", b""]]
    assert [state.understood(items, False)[1] for items in kinds] == handlers
    assert state.understood([b"message", b"other", b""], False)[1] is None


def test_it_is_subscribed_until_the_last_end_was_read() -> None:
    state = listened()
    state.add("", {"a": None, "b": None})
    state.drop("", ["a"])
    assert state.subscribed and b"a" in state.channels
    state.understood([b"unsubscribe", b"a", 1], False)
    assert state.subscribed and list(state.channels) == [b"b"]
    state.drop("", [])
    state.understood([b"unsubscribe", b"b", 0], False)
    assert not state.subscribed and not state.channels


def test_who_subscribes_again_before_the_end_was_read_stays() -> None:
    state = listened()
    state.add("", {"a": None})
    state.drop("", ["a"])
    state.add("", {"a": None})
    state.understood([b"unsubscribe", b"a", 0], False)
    assert state.subscribed and list(state.channels) == [b"a"]


def test_a_new_link_is_told_all() -> None:
    state, handler = listened(), print
    state.add("", {"a": None})
    state.add("p", {"b*": handler})
    assert state.again() == [("", [b"a"]), ("p", [Subscription(b"b*", handler)])]


def test_a_missing_handler() -> None:
    state = listened()
    state.add("p", {"a*": None})
    with pytest.raises(PubSubError, match="Pattern: b'a\\*' has no handler"):
        state.check_handlers()


def test_a_push_handler_gets_all() -> None:
    state = Listened(Encoder(), False, print)
    assert state.understood([b"message", b"c", b"d"], False) == ([b"message", b"c", b"d"], print)


@pytest.mark.parametrize("reply", [[b"pong", b"x"], b"x"])
def test_pong(reply: Any) -> None:
    assert pong(reply) == [b"pong", b"x"]
