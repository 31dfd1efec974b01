"""Calls that a node has refused or lost find their way, or their callers learn what became of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from framewire.redis.client.aio import link
from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import ConnectionError
from framewire.redis.client.fates import Fate
from framewire.redis.client.retries import Retry
from tests.redis.client.aio.scripted import HELLO, Peer, ScriptedServer, no_complaints, scripted
from tests.waiting import PATIENCE

Answer = Callable[[Peer, list[bytes]], "bytes | None"]


def slots(*ports: int) -> bytes:
    """The map in which all slots belong to the first of these nodes, of which the others are replicas."""
    nodes = b"".join(b"*2\r\n$9\r\n127.0.0.1\r\n:%d\r\n" % port for port in ports)
    return b"*1\r\n*%d\r\n:0\r\n:16383\r\n%b" % (2 + len(ports), nodes)


def polite(peer: Peer, words: list[bytes]) -> bytes | None:
    """The last word to GET, and what a handshake wants to hear."""
    if words[0] == b"HELLO":
        return HELLO
    return b"$%d\r\n%b\r\n" % (len(words[-1]), words[-1]) if words[0] == b"GET" else b"+OK\r\n"


@asynccontextmanager
async def cluster(
    *answers: Answer, maps: Sequence[Sequence[int]]
) -> AsyncIterator[tuple[list[ScriptedServer], Client]]:
    """Nodes, by their numbers: each answers so, and knows those of its map. The client is told of all."""
    servers: list[ScriptedServer] = []

    def answering(number: int, answer: Answer) -> Answer:
        def say(peer: Peer, words: list[bytes]) -> bytes | None:
            said = answer(peer, words)
            return said and slots(*(servers[each].port for each in maps[number])) if words[0] == b"CLUSTER" else said

        return say

    async with AsyncExitStack() as stack:
        for number, answer in enumerate(answers):
            servers.append(await stack.enter_async_context(scripted(answering(number, answer), greets=False)))
        url = "redis+cluster://" + ",".join(f"{server.host}:{server.port}" for server in servers)
        client = Client.from_url(url, retry=Retry(20, 0.001, 0.01), socket_timeout=PATIENCE)
        yield servers, await stack.enter_async_context(client)


async def test_a_pipeline_whose_link_is_lost_is_sent_again_where_all_of_it_only_reads() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if words[-1] == b"b" and peer.number == 1:
            return peer.hang_up()
        return polite(peer, words)

    with no_complaints():
        async with cluster(answer, maps=[[0]]) as (_, client):
            await client.get("first")
            async with client.pipeline() as pipeline:
                places = [pipeline.get(key) for key in ("a", "b", "c")]
            assert [place.result() for place in places] == [b"a", b"b", b"c"]


@pytest.fixture
def suspicious(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence counts soon."""
    monkeypatch.setattr(link, "SUSPICIOUS_SECONDS", 0.05)


@pytest.mark.usefixtures("suspicious")
async def test_a_node_that_falls_silent_is_asked_no_more_when_another_has_its_place() -> None:
    maps = [[0, 1], [0, 1]]

    def falls_silent(peer: Peer, words: list[bytes]) -> bytes | None:
        if b"counter" in words:
            maps[1] = [1]
        return polite(peer, words) if maps[1] == [0, 1] else None

    with no_complaints():
        async with cluster(falls_silent, polite, maps=maps) as (servers, client):
            await client.get("first")
            counted, read = client.incr("counter"), client.get("read")
            assert await read == b"read"
            with pytest.raises(ConnectionError, match="no node of the cluster any more") as caught:
                await counted
            assert caught.value.fate is Fate.UNKNOWN
            assert not any(b"counter" in words for words in servers[1].requests)


async def test_who_says_that_a_slot_is_where_it_was_asked_for_is_another_server_now() -> None:
    """All slots of that node go over the new link, from then on."""

    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if words[0] == b"GET" and peer.number == 1:
            return b"-MOVED 1 :%d\r\n" % servers[0].port if words[1] == b"moved" else b"$3\r\nold\r\n"
        return polite(peer, words)

    with no_complaints():
        async with cluster(answer, maps=[[0]]) as (servers, client):
            assert await client.get("other") == b"old"
            assert await client.get("moved") == b"moved"
            assert await client.get("other") == b"other"


@pytest.mark.usefixtures("suspicious")
async def test_what_waits_for_a_node_that_does_not_shake_hands_goes_to_who_takes_its_place() -> None:
    maps = [[0, 1], [0, 1]]

    def falls_silent(peer: Peer, words: list[bytes]) -> bytes | None:
        if peer.number == 1 and words[-1] != b"last":
            return polite(peer, words)
        if peer.number == 1:
            maps[1] = [1]
            return peer.hang_up()
        return None

    with no_complaints():
        async with cluster(falls_silent, polite, maps=maps) as (servers, client):
            assert await client.get("first") == b"first"
            assert await client.set("key", "last")
            assert servers[1].requests[-1] == [b"SET", b"key", b"last"]
