"""Calls that hooks are told of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from framewire.redis import BlockingClient
from framewire.redis.client.errors import ResponseError
from framewire.redis.client.hooks import Begun


class Told:
    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []

    def begins(self, call: Begun) -> str:
        self.events.append(("begins", call.name))
        return call.name

    def ends(self, call: Begun, token: Any, error: BaseException | None) -> None:
        self.events.append(("ends", token, type(error)))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def client(told: Told) -> Iterator[BlockingClient]:
    with BlockingClient.from_url("memory://", hooks=[told]) as client:
        yield client


def test_a_call(client: BlockingClient, told: Told) -> None:
    client.set("key", "text")
    client.db(1).get("key")
    assert told.events == [
        ("begins", "SET"), ("ends", "SET", type(None)), ("begins", "GET"), ("ends", "GET", type(None)),
    ]  # fmt: skip


def test_one_that_fails(client: BlockingClient, told: Told) -> None:
    client.set("key", "text")
    with pytest.raises(ResponseError):
        client.incr("key")
    assert told.events[-1] == ("ends", "INCRBY", ResponseError)


def test_a_pipeline_is_one_call(client: BlockingClient, told: Told) -> None:
    with client.pipeline(transaction=True) as p:
        p.get("a")
        p.get("b")
    assert told.events == [("begins", "MULTI GET"), ("ends", "MULTI GET", type(None))]


def test_a_blocking_command(client: BlockingClient, told: Told) -> None:
    assert client.execute("BLPOP", "list", 0.01) is None
    assert told.events == [("begins", "BLPOP"), ("ends", "BLPOP", type(None))]
