"""Replies that were shifted on their way: with `integrity` nobody gets another's, whatever a broken proxy does.

The same faults without it show that they are there to be found.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from framewire.kits import FaultProxy, fault_proxy_in_thread
from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import ConnectionError, RedisError, TimeoutError
from framewire.redis.client.retries import Retry
from tests.peers import RedisServer

FAULTS = ["drop", "duplicate", "swap", r'inject "$1\r\nx\r\n"']
KEYS = 50


@pytest.fixture
def filled(peer: RedisServer) -> RedisServer:
    with BlockingClient(peer.host, peer.port) as client:
        client.flushall()
        client.mset({f"key {number}": f"value {number}" for number in range(KEYS)})
    return peer


def url_of(server: RedisServer) -> str:
    return f"redis://{server.host}:{server.port}/0"


async def _outcome(client: Client, number: int) -> str:
    try:
        value = await client.get(f"key {number}")
    except (ConnectionError, TimeoutError):  # which the last ones get, behind which nothing comes
        return "error"
    except RedisError as error:
        return f"another error: {error!r}"
    return "right" if value == b"value %d" % number else "wrong"


async def _outcomes(url: str, fault: str, **options: Any) -> Counter[str]:
    """What five hundred reads give, where a few of the replies on each link are hurt; not those of the handshake."""
    program = f"reply 30- with probability 0.05: {fault}"
    outcomes = Counter[str]()
    async with FaultProxy(url, program, seed=1) as proxy:
        async with Client.from_url(proxy.url, socket_timeout=0.3, retry=Retry(retries=0), **options) as client:
            for _ in range(10):
                outcomes.update(await asyncio.gather(*(_outcome(client, number) for number in range(KEYS))))
    return outcomes


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("fault", FAULTS)
async def test_nobody_gets_anothers_reply(filled: RedisServer, fault: str, protocol: int) -> None:
    outcomes = await _outcomes(url_of(filled), fault, integrity=True, protocol=protocol)
    assert outcomes.keys() <= {"right", "error"}
    assert outcomes["error"]


@pytest.mark.parametrize("fault", ["duplicate", "swap", r'inject "$1\r\nx\r\n"'])
async def test_without_it_somebody_does(filled: RedisServer, fault: str) -> None:
    outcomes = await _outcomes(url_of(filled), fault)
    assert outcomes["wrong"]


async def test_the_error_says_so(filled: RedisServer) -> None:
    async with FaultProxy(url_of(filled), "reply to GET: duplicate") as proxy:
        async with Client.from_url(proxy.url, integrity=True, retry=Retry(retries=0)) as client:
            with pytest.raises(ConnectionError, match="sent what it must not") as caught:
                await asyncio.gather(client.get("key 1"), client.get("key 2"))
            assert caught.value.fate == "unknown"


async def test_what_it_is_not_asked_behind_is_right_too(filled: RedisServer) -> None:
    """Pipelines, transactions, blocking commands, scripts: where nothing is hurt, all is as without."""
    async with Client(filled.host, filled.port, integrity=True) as client:
        async with client.transaction() as transaction:
            first, second = transaction.get("key 1"), transaction.get("key 2")
        async with client.pipeline() as pipeline:
            third = pipeline.get("key 3")
            fourth = pipeline.blpop("none", 0.001)
        async with client.transaction("key 4") as watching:
            seen = await watching.watched.get("key 4")
            fifth = watching.get("key 5")
        assert [place.result() for place in (first, second, third, fifth)] == [b"value %d" % n for n in (1, 2, 3, 5)]
        assert (seen, fourth.result()) == (b"value 4", None)
        assert await client.blpop("none", 0.001) is None
        assert await client.register_script("return 7")() == 7
        async with client.dedicated() as own:
            await own.execute("CLIENT", "SETNAME", "x")
            assert await own.client_getname() == "x"


def _read(client: BlockingClient, number: int) -> str:
    try:
        value = client.get(f"key {number}")
    except (ConnectionError, TimeoutError):
        return "error"
    return "right" if value == b"value %d" % number else "wrong"


@pytest.mark.parametrize("fault", FAULTS[1:])
def test_nor_does_a_thread(filled: RedisServer, fault: str) -> None:
    program = f"reply 30- with probability 0.05: {fault}"
    with fault_proxy_in_thread(url_of(filled), program, seed=1) as proxy:
        options: dict[str, Any] = {"integrity": True, "socket_timeout": 0.3, "retry": Retry(retries=0)}
        with BlockingClient.from_url(proxy.url, **options) as client, ThreadPoolExecutor(8) as threads:
            outcomes = Counter(threads.map(lambda number: _read(client, number % KEYS), range(300)))
    assert outcomes.keys() <= {"right", "error"} and outcomes["error"]
