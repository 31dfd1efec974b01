"""Keyspace events of the blocking client, on Mini-Redis in memory."""

from __future__ import annotations

import pytest

from framewire.redis import BlockingClient
from framewire.redis.client.errors import PubSubError
from framewire.redis.client.subscriptions.events import KeyEvent
from framewire.redis.client.subscriptions.items import Gap


@pytest.mark.parametrize("protocol", [2, 3])
def test_keyspace_events(protocol: int) -> None:
    with BlockingClient.from_url("memory://", protocol=protocol) as client:
        with pytest.raises(PubSubError, match="notify-keyspace-events is '' and lacks 'AE'"), client.keyspace_events():
            pass
        with (
            client.keyspace_events(enable=True) as all_of_them,
            client.text.keyspace_events("u:*", {"del"}, db="*", enable=True) as some,
        ):
            client.db(1).set("u:1", "x")
            client.db(1).delete("u:1")
            client.set("k", "x")
            assert next(all_of_them) == KeyEvent("set", b"k", 0)
            assert next(some) == KeyEvent("del", "u:1", 1)
            client.execute("CLIENT", "KILL", "TYPE", "pubsub")
            assert isinstance(next(all_of_them), Gap)
            some.close()
            assert list(some) == []
        with client.keyspace_events():  # what was enabled stays so
            pass


def test_events_wait_for_a_reader_up_to_a_bound() -> None:
    with (
        BlockingClient.from_url("memory://") as client,
        client.keyspace_events(events={"set"}, enable=True, max_queued=1, when_full="drop_newest") as events,
        client.pubsub("end") as end,
    ):
        for key in ("a", "b", "c"):
            client.set(key, 1)
        client.publish("end", "")
        assert isinstance(end.get_message(timeout=None), tuple)
        assert next(events) == KeyEvent("set", b"a", 0)
        gap = next(events)
        assert isinstance(gap, Gap) and gap.dropped == 2
