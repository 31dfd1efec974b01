"""Which handler a message has."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.subscriptions.handlers import Handlers
from framewire.redis.client.subscriptions.items import Gap, Kind, Message, Reason


@pytest.mark.parametrize(("item", "expected"), [
    (Message("message", b"a", None, b""), "of a channel"),
    (Message("message", "a", None, ""), "of a channel"),
    (Message("message", b"b", None, b""), None),
    (Message("pmessage", b"b", b"a", b""), "of a pattern"),
    (Message("pmessage", b"a", b"b", b""), None),
    (Message("smessage", b"a", None, b""), None),
    (Gap(Reason.LOST, 0.0, 0), None),
])  # fmt: skip
def test_a_message_has_the_one_of_its_topic(item: Any, expected: str | None) -> None:
    handlers: Handlers[str] = Handlers()
    handlers.put({(Kind.CHANNEL, b"a"): "of a channel", (Kind.PATTERN, b"a"): "of a pattern"})
    assert handlers.of(item) == expected


def test_what_was_there_before_can_be_put_back() -> None:
    handlers: Handlers[str] = Handlers()
    a, b = (Kind.CHANNEL, b"a"), (Kind.CHANNEL, b"b")
    assert handlers.put({a: "first"}) == {a: None}
    before = handlers.put({a: None, b: "second"})
    assert before == {a: "first", b: None}
    assert handlers.of(Message("message", b"a", None, b"")) is None
    handlers.put(before)
    assert handlers.of(Message("message", b"a", None, b"")) == "first"
    assert handlers.of(Message("message", b"b", None, b"")) is None
