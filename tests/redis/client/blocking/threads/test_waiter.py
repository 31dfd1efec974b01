"""One reply's place, and how its thread is woken."""

from __future__ import annotations

import pytest

from framewire.redis.client.blocking.threads.waiter import Waiter


def test_a_result() -> None:
    waiter = Waiter()
    assert not waiter.done()
    waiter.set_result(1)
    assert waiter.done()
    assert (waiter.result(), waiter.result()) == (1, 1)


def test_an_exception_is_raised_and_not_held() -> None:
    waiter = Waiter()
    waiter.set_exception(ValueError("no"))
    assert waiter.done()
    with pytest.raises(ValueError, match="no"):
        waiter.result()
    assert waiter._error is None


@pytest.mark.parametrize("name", ["set_result", "set_exception"])
def test_what_settles_it_wakes_its_thread(name: str) -> None:
    waiter = Waiter()
    gate = waiter.park()
    assert not gate.acquire(blocking=False)
    getattr(waiter, name)(OSError())
    assert gate.acquire(blocking=False)


def test_it_is_woken_once() -> None:
    waiter = Waiter()
    gate = waiter.park()
    waiter.wake()
    waiter.wake()
    waiter.set_result(None)
    assert gate.acquire(blocking=False)
    assert not gate.acquire(blocking=False)


def test_who_has_gone_away_is_done() -> None:
    waiter = Waiter()
    waiter.abandon()
    assert waiter.done()
