"""Keyspace events of the asyncio client, on Mini-Redis in memory."""

from __future__ import annotations

import pytest

from framewire.redis.client.aio.client import Client
from framewire.redis.client.errors import PubSubError
from framewire.redis.client.subscriptions.events import KeyEvent
from framewire.redis.client.subscriptions.items import Gap


@pytest.mark.parametrize("protocol", [2, 3])
async def test_keyspace_events(protocol: int) -> None:
    async with Client.from_url("memory://", protocol=protocol) as client:
        await _hear_events(client)


async def _hear_events(client: Client) -> None:
    with pytest.raises(PubSubError, match="notify-keyspace-events is '' and lacks 'AE'"):
        async with client.keyspace_events():
            pass
    async with (
        client.keyspace_events(enable=True) as all_of_them,
        client.text.keyspace_events("u:*", {"del"}, db="*", enable=True) as some,
    ):
        await client.db(1).set("u:1", "x")
        await client.db(1).delete("u:1")
        await client.set("k", "x")
        assert await all_of_them.__anext__() == KeyEvent("set", b"k", 0)
        assert await some.__anext__() == KeyEvent("del", "u:1", 1)
        await client.execute("CLIENT", "KILL", "TYPE", "pubsub")
        assert isinstance(await all_of_them.__anext__(), Gap)
        await some.aclose()
        assert [item async for item in some] == []
    async with client.keyspace_events():  # what was enabled stays so
        pass


async def test_events_wait_for_a_reader_up_to_a_bound() -> None:
    async with (
        Client.from_url("memory://") as client,
        client.keyspace_events(events={"set"}, enable=True, max_queued=1, when_full="drop_newest") as events,
        client.pubsub("end") as end,
    ):
        for key in ("a", "b", "c"):
            await client.set(key, 1)
        await client.publish("end", "")
        assert isinstance(await end.get_message(timeout=None), tuple)
        assert await events.__anext__() == KeyEvent("set", b"a", 0)
        gap = await events.__anext__()
        assert isinstance(gap, Gap) and gap.dropped == 2
