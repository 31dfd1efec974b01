"""Nodes of a cluster that mean no good: whatever they say, each call ends, and nothing grows or is left.

A row is what each node says to what it is asked. Bounds are those of `Settings.max_strangers` and of the map.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from framewire.redis.client.errors import RedisError
from framewire.redis.cluster.settings import Settings
from framewire.redis.slots import slot_of
from tests.redis.cluster.aio.played import client_of, left_over, played
from tests.redis.cluster.played import HANG_UP, SILENT, USUAL, Cluster, array, bulk
from tests.waiting import PATIENCE

Words = list[bytes]
Say = Callable[[Cluster[Any], Any, Words, Random], bytes | None]
"""What a node of a cluster says."""

NONSENSE = [
    b"MOVED", b"MOVED 1", b"MOVED x y", b"MOVED 16384 a:1", b"MOVED 1 a:0", b"ASK  :", b"MOVED 1 ?:1", b"MOVED 1 :",
    b"MOVED 5 \xff\xfe:1", b"MOVED 1 " + b"h" * 60_000 + b":1", b"ASK 1 " + b":" * 300 + b"1",
]  # fmt: skip

NO_MAPS = [
    b"_\r\n", b":1\r\n", b"*0\r\n", b"*1\r\n*-1\r\n", b"%1\r\n+a\r\n+b\r\n", b"-ERR no cluster\r\n", b"-LOADING\r\n",
    b"*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$-1\r\n:0\r\n", b"*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n+a\r\n+b\r\n",
    b"nonsense\r\n",
]  # fmt: skip


def refusing(text: Callable[[Cluster[Any], Any, int, Random], bytes]) -> Say:
    """Each SET is refused so."""

    def say(cluster: Cluster[Any], node: Any, words: Words, random: Random) -> bytes | None:
        return b"-%b\r\n" % text(cluster, node, slot_of(words[1]), random) if words[0] == b"SET" else USUAL

    return say


def telling(map_of: Callable[[Any, Random], bytes], *, trouble: bytes | None = USUAL) -> Say:
    """CLUSTER SLOTS is answered so, and SET so."""

    def say(cluster: Cluster[Any], node: Any, words: Words, random: Random) -> bytes | None:
        return map_of(node, random) if words[0] == b"CLUSTER" else trouble if words[0] == b"SET" else USUAL

    return say


def anywhere(random: Random) -> bytes:
    return b"127.0.0.%d:%d" % (random.randint(2, 250), random.randint(1, 65535))


def another_map(node: Any, random: Random) -> bytes:
    replicas = [array([bulk(b"10.0.%d.%d" % (random.randrange(256), random.randrange(256))), b":1\r\n"])] * 50
    primary = array([bulk(b"127.0.0.1"), b":%d\r\n" % node.address.port])
    return array([array([b":0\r\n", b":16383\r\n", primary, *replicas])])


SCENES: dict[str, Say] = {
    "moved to anywhere": refusing(lambda cluster, node, slot, random: b"MOVED %d %b" % (slot, anywhere(random))),
    "asked anywhere": refusing(lambda cluster, node, slot, random: b"ASK %d %b" % (slot, anywhere(random))),
    "moved to itself": refusing(lambda cluster, node, slot, random: b"MOVED %d :%d" % (slot, node.address.port)),
    "to and fro": refusing(
        lambda cluster, node, slot, random: b"MOVED %d %b" % (slot, str(cluster.other_than(node).address).encode())
    ),
    "nonsense": refusing(lambda cluster, node, slot, random: random.choice(NONSENSE)),
    "try again": refusing(lambda *_: b"TRYAGAIN"),
    "garbage": lambda cluster, node, words, random: random.randbytes(30) if words[0] == b"SET" else USUAL,
    "hanging up": lambda cluster, node, words, random: HANG_UP if words[0] == b"SET" else USUAL,
    "another map each time": telling(another_map, trouble=b"-CLUSTERDOWN\r\n"),
    "no map": telling(lambda node, random: random.choice(NO_MAPS)),
    "no answer": telling(lambda *_: SILENT),
    "a map of nobody": telling(lambda *_: array([array([b":0\r\n", b":5\r\n", array([bulk(b"?"), b":1\r\n"])])])),
}


@pytest.mark.parametrize("scene", SCENES)
async def test_each_call_ends_and_nothing_is_left(scene: str) -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
    random = Random(7)
    async with played(2) as cluster:
        for node in cluster.nodes:
            node.script = lambda words, node=node: SCENES[scene](cluster, node, words, random)  # type: ignore[misc]
        before = asyncio.all_tasks()
        async with client_of(cluster, socket_timeout=0.3) as client:
            calls = [client.set(f"key{number}", "value") for number in range(100)]
            async with asyncio.timeout(PATIENCE):
                outcomes = await asyncio.gather(*calls, return_exceptions=True)
            route: Any = client._route
            nodes = len(route.places.nodes._nodes)
        assert all(isinstance(outcome, RedisError) or outcome is True for outcome in outcomes)
        assert nodes <= len(cluster.nodes) + Settings().max_strangers
        assert left_over(route) == 0
        left = [task.get_coro() for task in asyncio.all_tasks() - before]
        assert not [each for each in left if "PlayedNode._serve" not in str(each)]
    assert not complaints
