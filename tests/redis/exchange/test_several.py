"""Requests that have not simply one reply. (Their stories: `conversations.py`, and the integrity mode's tests.)"""

from __future__ import annotations

from typing import Any

import pytest

from framewire.errors import ProtocolError
from framewire.frames.resp import Error, Simple
from framewire.redis.exchange.calls import IntegrityError
from framewire.redis.exchange.reading import NOTHING, Reading
from framewire.redis.exchange.several import Checked, Confirmations

BUSY = Error(b"BUSY Redis is busy running a script")

CHECKED: list[tuple[list[bytes | None], bool, list[Any], list[Any]]] = [
    ([b"1"], False, [b"v", b"1"], [NOTHING, b"v"]),
    ([b"1"], False, [Error(b"ERR"), b"1"], [NOTHING, Error(b"ERR")]),
    ([b"1"], False, [BUSY, BUSY], [NOTHING, BUSY]),
    ([b"1", b"2"], True, [b"v", b"1", b"w", b"2"], [NOTHING, NOTHING, NOTHING, [b"v", b"w"]]),
    ([None, b"2"], True, [b"v", b"w", b"2"], [NOTHING, NOTHING, [b"v", b"w"]]),
    ([b"1", None], True, [b"v", b"1", b"w"], [NOTHING, NOTHING, [b"v", b"w"]]),
]


@pytest.mark.parametrize(("checks", "batch", "items", "replies"), CHECKED)
def test_replies_that_are_checked(
    checks: list[bytes | None], batch: bool, items: list[Any], replies: list[Any]
) -> None:
    checked = Checked(checks, batch, [])
    assert [checked.take(item) for item in items] == replies
    assert not checked.wants([b"subscribe", b"a", 1])


@pytest.mark.parametrize("item", [b"2", b"v", None, [], Error(b"NOPERM"), Simple(b"1")])
def test_another_answer_is_an_error(item: Any) -> None:
    checked = Checked([b"1"], False, [])
    checked.take(b"v")
    with pytest.raises(IntegrityError, match="came where b'1' was to come: replies are shifted"):
        checked.take(item)


def test_confirmations_change_the_link() -> None:
    reading = Reading(lambda items: None)
    asked = Confirmations((b"SUBSCRIBE", b"a", b"b"), reading)
    assert asked.wants((b"subscribe", b"a", 1)) and not asked.wants((b"subscribe", b"c", 1))
    assert asked.take([b"subscribe", b"a", 1]) is NOTHING and asked.replies == [[b"subscribe", b"a", 1]]
    assert asked.take([b"subscribe", b"b", 2]) == [[b"subscribe", b"a", 1], [b"subscribe", b"b", 2]]
    assert reading.watched


@pytest.mark.parametrize("item", [Error(b"NOPERM"), Simple(b"QUEUED")])
def test_one_reply_instead(item: Any) -> None:
    asked = Confirmations((b"SUBSCRIBE", b"a", b"b"), Reading(lambda items: None))
    assert asked.take(item) is item


@pytest.mark.parametrize("item", [Simple(b"OK"), None, 1, [b"subscribe", b"c", 1], [b"message", b"a", b"x"]])
def test_anything_else_cannot_be_meant(item: Any) -> None:
    asked = Confirmations((b"SUBSCRIBE", b"a"), Reading(lambda items: None))
    with pytest.raises(ProtocolError, match="came where b'SUBSCRIBE' was to be confirmed"):
        asked.take(item)
