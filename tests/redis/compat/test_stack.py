"""What a pipeline collects, whichever way it waits."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.errors import RedisError, ResponseError
from framewire.redis.compat.callbacks import Callbacks
from framewire.redis.compat.encoder import Encoder
from framewire.redis.compat.stack import Pipelined, annotated
from framewire.redis.exchange.calls import Shape


class Collected(Pipelined):
    """A pipeline that is never sent."""

    def __init__(self) -> None:
        self.transaction = False
        self.response_callbacks, self.encoder = Callbacks(), Encoder()
        self.clear()

    def _perform(self, request: tuple[Any, ...], shape: Shape | None, seconds: float | None, blocking: bool) -> Any:
        self._add(request, shape)
        return self

    def _has_link(self) -> bool:
        return self.runs_at_once


def test_commands_are_collected_and_forgotten() -> None:
    pipe = Collected()
    assert pipe and not len(pipe) and pipe.set("a", 1).get("a") is pipe
    assert [request for request, _ in pipe.command_stack] == [(b"SET", "a", 1), (b"GET", "a")]
    pipe.clear()
    assert pipe and not len(pipe)


def test_nothing_is_executed_unless_something_was_asked_or_is_watched() -> None:
    pipe = Collected()
    assert pipe._take() is None
    pipe.watching = True
    empty = pipe._take()
    assert empty is not None and empty.requests == [(b"MULTI",), (b"EXEC",)]
    pipe.get("a")
    batch = pipe._take()
    assert batch is not None and batch.requests == [(b"GET", "a")] and not len(pipe)


def test_multi() -> None:
    pipe = Collected()
    pipe.watching = True
    assert pipe.runs_at_once
    pipe.multi()
    assert not pipe.runs_at_once
    with pytest.raises(RedisError, match="nested"):
        pipe.multi()
    other = Collected()
    other.get("a")
    with pytest.raises(RedisError, match="WATCH"):
        other.multi()


@pytest.mark.parametrize(("request_", "shown"), [
    ((b"LPUSH", "a", 1), "Command # 3 (LPUSH a 1) of pipeline caused error: WRONGTYPE no"),
    ((b"HSET", "a" * 50, "f", "b" * 60), f"Command # 3 (HSET {'a' * 50} f...) of pipeline caused error: WRONGTYPE no"),
])  # fmt: skip
def test_errors_name_their_command(request_: tuple[Any, ...], shown: str) -> None:
    assert str(annotated(ResponseError("WRONGTYPE no"), 3, request_)) == shown
