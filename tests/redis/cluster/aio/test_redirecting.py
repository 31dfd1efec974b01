"""Calls that a node has refused or lost find their way, or their callers learn what became of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from framewire.redis.client.aio.client import Client
from framewire.redis.client.retries import Retry
from tests.redis.client.aio.scripted import Peer, ScriptedServer, no_complaints, scripted
from tests.waiting import PATIENCE

Answer = Callable[[Peer, list[bytes]], "bytes | None"]


@asynccontextmanager
async def cluster_of_one(answer: Answer) -> AsyncIterator[tuple[ScriptedServer, Client]]:
    """A node that says that it has all slots, and answers the rest so; and a client."""

    def with_slots(peer: Peer, words: list[bytes]) -> bytes | None:
        if words[0] == b"CLUSTER":
            return b"*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:%d\r\n" % server.port
        return answer(peer, words)

    async with scripted(with_slots) as server:
        url = f"redis+cluster://{server.host}:{server.port}"
        options = {"retry": Retry(20, 0.001, 0.01), "socket_timeout": PATIENCE}
        async with Client.from_url(url, **options) as client:
            yield server, client


async def test_a_pipeline_whose_link_is_lost_is_sent_again_where_all_of_it_only_reads() -> None:
    def answer(peer: Peer, words: list[bytes]) -> bytes | None:
        if words[-1] == b"b" and peer.number == 1:
            peer.hang_up()
            return None
        return b"$1\r\n%b\r\n" % words[-1]

    with no_complaints():
        async with cluster_of_one(answer) as (_, client):
            await client.get("z")
            async with client.pipeline() as pipeline:
                places = [pipeline.get(key) for key in ("a", "b", "c")]
            assert [place.result() for place in places] == [b"a", b"b", b"c"]
