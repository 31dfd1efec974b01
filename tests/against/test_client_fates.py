"""What a client says of a request whose link was cut, and what the server says of it: they must not contradict.

    executed         the counter has gone up by one
    not executed     it has not
    unknown          either; but never by two

What belongs here: links cut at each byte of requests and replies, for each kind of command; and lines that lose, double
and exchange replies, in integrity mode.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NamedTuple

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from framewire.tap.faults.proxy import FaultProxy
from tests.against.client_calls import MINI_REDIS
from tests.against.client_ways import Way
from tests.waiting import PATIENCE

pytestmark = pytest.mark.peer

SOON = Retry(retries=3, base=0.001, cap=0.002)
NEVER = Retry(retries=0, base=0.001, cap=0.002)
SCRIPT = "return redis.call('INCR', KEYS[1])"

# -- kinds of commands ------------------------------------------------------------------------------------------------


async def one_by_one(client: Client, key: str) -> Any:
    return await client.incr(key)


async def in_a_script(client: Client, key: str) -> Any:
    return await client.eval(SCRIPT, 1, key)


async def in_a_transaction(client: Client, key: str) -> Any:
    async with client.pipeline(transaction=True) as pipeline:
        pipeline.incr(key)
        pipeline.get(key)


async def in_a_pipeline(client: Client, key: str) -> Any:
    async with client.pipeline() as pipeline:
        pipeline.get(key)
        pipeline.incr(key)


async def in_a_transaction_that_watches(client: Client, key: str) -> Any:
    async with client.transaction(key) as t:
        t.incr(key)


async def on_a_link_of_its_own(client: Client, key: str) -> Any:
    async with client.dedicated() as own:
        return await own.incr(key)


async def written(client: Client, key: str) -> Any:
    return await client.set(key, 1)


async def read(client: Client, key: str) -> Any:
    return await client.get(key)


class Kind(NamedTuple):
    """A way to ask, the commands on the wire that are cut, and whether a loss is made good by asking again."""

    ask: Callable[[Client, str], Awaitable[Any]]
    commands: tuple[str, ...]
    repeated: bool = False


KINDS = [
    Kind(one_by_one, ("INCRBY",)),
    Kind(in_a_script, ("EVAL",)),
    Kind(in_a_transaction, ("MULTI", "INCRBY", "EXEC")),
    Kind(in_a_pipeline, ("GET", "INCRBY")),
    Kind(in_a_transaction_that_watches, ("WATCH", "MULTI", "EXEC")),
    Kind(on_a_link_of_its_own, ("INCRBY",)),
    Kind(written, ("SET",), repeated=True),
    Kind(read, ("GET",), repeated=True),
]

LONGEST = 90
"""Bytes: no request and no reply here is longer."""


def faults(kind: Kind, offsets: range | tuple[int, ...]) -> Iterator[str]:
    """Before it leaves, inside of it, behind it; before the reply, inside of it, behind it."""
    for command in kind.commands:
        for what in ("request", "reply"):
            for offset in offsets:
                yield f"{what} 1 to {command}: cut after {offset} bytes"
            yield f"{what} 1 to {command}: cut behind with reset"


async def check(kind: Kind, proxy: FaultProxy, client: Client, observer: Client, fault: str, key: str) -> None:
    """Ask once, under that fault."""
    proxy.clear()
    proxy.add(fault)
    fate: Fate | None = None
    try:
        async with asyncio.timeout(PATIENCE):
            await kind.ask(client, key)
    except RedisError as error:
        fate = error.fate
    count = int(await observer.get(key) or 0)
    about = (kind.ask.__name__, fault, fate, count)
    if kind.ask is read:
        assert count == 0 and fate is not Fate.EXECUTED, about
    elif fate is Fate.NOT_EXECUTED:
        assert count == 0, about
    elif fate is Fate.UNKNOWN:
        assert count <= 1, about
    else:
        assert count == 1, about
    if kind.repeated and client.options.retry is SOON:
        assert fate is None, about


async def check_all(way: Way, kind: Kind, retry: Retry, offsets: range | tuple[int, ...]) -> None:
    async with FaultProxy(way.url) as proxy, way.client() as observer:
        async with way.client(proxy.url, retry=retry) as client:
            await observer.flushall()
            for number, fault in enumerate(faults(kind, offsets)):
                await check(kind, proxy, client, observer, fault, f"k{number}")
            assert proxy.counts["cut"] > 0


@pytest.mark.parametrize("retry", [SOON, NEVER], ids=["repeating", "never"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.ask.__name__)
def test_cuts(way: Way, kind: Kind, retry: Retry) -> None:
    """At each byte on Mini-Redis and one of the loops, at some elsewhere."""
    each = way.server == MINI_REDIS and way.loop == "asyncio"
    way.run(lambda: check_all(way, kind, retry, range(LONGEST) if each else (0, 1, 4, 20)))


# -- requests that never leave ----------------------------------------------------------------------------------------


def test_what_finds_no_link_was_not_executed(way: Way) -> None:
    async def main() -> None:
        async with FaultProxy(way.url) as proxy, way.client(proxy.url, retry=NEVER) as client:
            proxy.refuse()
            for number, kind in enumerate(KINDS):
                with pytest.raises(RedisError) as caught:
                    await kind.ask(client, f"none{number}")
                assert caught.value.fate is Fate.NOT_EXECUTED, kind.ask.__name__
            proxy.refuse(False)
            assert await client.exists(*(f"none{number}" for number in range(len(KINDS)))) == 0

    way.run(main)


# -- lines that lose replies ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["drop", "duplicate", "swap", 'inject ":1\\r\\n"'])
def test_in_integrity_mode_nobody_gets_the_reply_of_another(way: Way, action: str) -> None:
    async def main() -> None:
        program = f"reply to ECHO with probability 0.02: {action}"
        async with FaultProxy(way.url, program, seed=1) as proxy:
            async with way.client(proxy.url, integrity=True, socket_timeout=1.0, retry=SOON) as client:
                for _ in range(10):
                    words = [b"%d" % number for number in range(50)]
                    results = await asyncio.gather(*map(client.echo, words), return_exceptions=True)
                    for word, result in zip(words, results, strict=True):
                        assert result == word or isinstance(result, RedisError), (word, result)
            assert sum(proxy.counts.values()) > 0

    way.run(main)
