"""One call that several nodes answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.client.errors import ConnectionError
from framewire.redis.cluster.aio.gathering import gather
from tests.properties import examples
from tests.redis.client.aio.scripted import no_complaints


def parts_of(count: int) -> list[asyncio.Future[Any]]:
    return [asyncio.get_running_loop().create_future() for _ in range(count)]


@examples(30)
@given(st.permutations(range(5)))
def test_outcomes_have_the_order_of_parts_and_not_of_answers(order: list[int]) -> None:
    async def run() -> Any:
        parts = parts_of(5)
        whole = gather(parts, lambda replies: replies)
        for index in order:
            assert not whole.done()
            parts[index].set_result(index)
            await asyncio.sleep(0)
        return await whole

    assert asyncio.run(run()) == list(range(5))


async def test_what_failed_stands_among_them() -> None:
    error = ConnectionError("gone")
    first, second, third, fourth = parts_of(4)
    whole = gather([first, second, third, fourth], lambda replies: replies)
    first.set_result(0)
    second.set_exception(error)
    third.cancel()
    fourth.set_result(None)
    replies = await whole
    assert replies[0] == 0 and replies[1] is error and replies[3] is None
    assert isinstance(replies[2], asyncio.CancelledError)


@pytest.mark.parametrize("error", [ConnectionError("all gone"), ValueError("no")])
async def test_what_joining_raises_is_the_outcome(error: Exception) -> None:
    (part,) = parts_of(1)

    def join(replies: list[Any]) -> Any:
        raise error

    whole = gather([part], join)
    part.set_result(1)
    with pytest.raises(type(error)) as caught:
        await whole
    assert caught.value is error


@pytest.mark.parametrize("end", [lambda part: part.set_result(1), lambda part: part.set_exception(ConnectionError())])
async def test_who_leaves_leaves_the_parts_alone(end: Callable[[asyncio.Future[Any]], None]) -> None:
    with no_complaints():
        parts = parts_of(2)
        whole = gather(parts, lambda replies: replies)
        whole.cancel()
        await asyncio.sleep(0)
        assert not any(part.done() for part in parts)
        for part in parts:
            end(part)
        await asyncio.sleep(0)
        del parts, whole
