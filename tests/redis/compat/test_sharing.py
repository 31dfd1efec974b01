"""What compat's clients of one server and of a cluster have alike: transactions that are tried again."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Self

import pytest

from framewire.redis.client.errors import WatchError
from framewire.redis.compat import asyncio as compat_asyncio
from framewire.redis.compat import sharing
from framewire.redis.compat.asyncio import sharing as asyncio_sharing


class Pipe:
    """A pipeline whose key has changed twice."""

    def __init__(self) -> None:
        self.watched: list[Any] = []

    def watch(self, *keys: Any) -> None:
        self.watched.append(keys)

    def execute(self) -> list[Any]:
        if len(self.watched) < 3:
            raise WatchError("changed")
        return ["executed"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *about: object) -> None:
        pass


class AsyncPipe(Pipe):
    async def watch(self, *keys: Any) -> None:  # type: ignore[override]
        super().watch(*keys)

    async def execute(self) -> list[Any]:  # type: ignore[override]
        return super().execute()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *about: object) -> None:
        pass


@pytest.mark.parametrize(("by_value", "result"), [(False, ["executed"]), (True, "value")], ids=["all", "the value"])
def test_a_transaction_waits_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, by_value: bool, result: object
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    pipe, client = Pipe(), sharing.Sharing()
    client.pipeline = lambda *how: pipe
    done = client.transaction(lambda _: "value", "k", value_from_callable=by_value, watch_delay=0.5)
    assert (done, pipe.watched, pauses) == (result, [("k",)] * 3, [0.5, 0.5])


async def test_so_it_is_with_asyncio(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", pause)
    pipe, client = AsyncPipe(), asyncio_sharing.Sharing()
    client.pipeline = lambda *how: pipe
    assert await client.transaction(lambda _: None, "k", watch_delay=0.5) == ["executed"]
    assert (pipe.watched, pauses) == ([("k",)] * 3, [0.5, 0.5])


@pytest.mark.parametrize("kind", [compat_asyncio.Redis, compat_asyncio.RedisCluster], ids=["Redis", "RedisCluster"])
def test_both_have_it(kind: type) -> None:
    assert issubclass(kind, asyncio_sharing.Sharing)
