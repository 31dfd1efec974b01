"""Both drivers take the same steps alike: results come back, failures are raised where they were asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from framewire.redis.client.aio import steps as aio
from framewire.redis.client.blocking import steps as blocking
from framewire.redis.client.steps import Ask, Pause, Steps


class Server:
    """Answers by a table; an exception there is raised."""

    def __init__(self, replies: dict[bytes, Any]) -> None:
        self.replies = replies
        self.asked: list[Any] = []

    def _run(self, request: tuple[Any, ...], shape: Any = None) -> Any:
        self.asked.append(request)
        return self._reply(request)

    def _run_blocking(self, request: tuple[Any, ...], shape: Any, seconds: float | None) -> Any:
        self.asked.append((*request, seconds))
        return self._reply(request)

    def _reply(self, request: tuple[Any, ...]) -> Any:
        reply = self.replies[request[0]]
        if isinstance(reply, Exception):
            raise reply
        return reply


class AsyncServer(Server):
    def _reply(self, request: tuple[Any, ...]) -> Any:
        async def reply() -> Any:
            return super(AsyncServer, self)._reply(request)

        return reply()


Play = Callable[[Steps[Any], dict[bytes, Any]], Awaitable[tuple[Any, list[Any]]]]


async def _awaited(steps: Steps[Any], replies: dict[bytes, Any]) -> tuple[Any, list[Any]]:
    server = AsyncServer(replies)
    return await aio.drive(steps, server), server.asked


async def _called(steps: Steps[Any], replies: dict[bytes, Any]) -> tuple[Any, list[Any]]:
    server = Server(replies)
    return blocking.drive(steps, server), server.asked


@pytest.fixture(params=[_awaited, _called])
def play(request: pytest.FixtureRequest) -> Play:
    return request.param  # type: ignore[no-any-return]


def _several() -> Steps[Any]:
    first = yield Ask((b"A", 1))
    yield Pause(0)
    second = yield Ask((b"B",), blocks=2.5)
    return first, second


async def test_results_come_back(play: Play) -> None:
    assert await play(_several(), {b"A": 10, b"B": 20}) == ((10, 20), [(b"A", 1), (b"B", 2.5)])


def _careful() -> Steps[Any]:
    try:
        yield Ask((b"A",))
    except KeyError as error:
        return error.args[0], (yield Ask((b"B",)))


async def test_a_failure_is_raised_where_it_was_asked_for(play: Play) -> None:
    assert await play(_careful(), {b"A": KeyError("x"), b"B": 20}) == (("x", 20), [(b"A",), (b"B",)])


async def test_one_that_is_not_handled_ends_the_steps(play: Play) -> None:
    with pytest.raises(OSError, match="gone"):
        await play(_several(), {b"A": OSError("gone")})


async def test_no_steps_at_all(play: Play) -> None:
    def none() -> Steps[int]:
        return 5
        yield

    assert await play(none(), {}) == (5, [])
