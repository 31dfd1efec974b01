"""Slots: who is gone, and what is told of one."""

from __future__ import annotations

import pytest

from framewire.redis.exchange.calls import Call
from framewire.redis.exchange.knowledge import Kind
from framewire.redis.exchange.slots import GONE, Slot, call_of, is_gone
from tests.redis.exchange.owner import Waiter


def slot(batch: bool, waiter: Waiter | None) -> Slot:
    made = Slot(((b"GET", b"k"),), (Kind.PLAIN,), batch, waiter, len)
    made.began, made.deadline = 1.0, 2.0
    return made


def test_who_is_gone() -> None:
    waiter = Waiter()
    assert not is_gone(slot(False, None)) and not is_gone(slot(False, waiter))
    waiter.cancel()
    assert is_gone(slot(False, waiter))
    told = slot(False, None)
    told.waiter = GONE
    assert is_gone(told)
    for tell in (GONE.set_result, GONE.set_exception):
        with pytest.raises(AssertionError, match="it is done"):
            tell(None)


@pytest.mark.parametrize("batch", [False, True])
def test_what_is_told(batch: bool) -> None:
    waiter = Waiter()
    asked = slot(batch, waiter)
    if asked.items is not None:
        asked.items.append(b"v")
    replies = [b"v"] if batch else []
    assert call_of(asked, True) == Call(((b"GET", b"k"),), batch, waiter, len, True, replies, 2.0, 1.0)
    assert call_of(asked, True).replies is not asked.items  # they may still come
