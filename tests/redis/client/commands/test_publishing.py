"""Publishing: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.publishing import Publishing
from tests.redis.client.commands.asking import Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.publish("c", "m"), "PUBLISH c m", 2),
    Row(lambda c: c.publish(b"c", 1.5), "PUBLISH c 1.5", 0),
    Row(lambda c: c.spublish("c", "m"), "SPUBLISH c m", 1),
    Row(lambda c: c.pubsub_channels(), "PUBSUB CHANNELS *", [b"c"]),
    Row(lambda c: c.pubsub_channels("c*"), "PUBSUB CHANNELS c*", []),
    Row(lambda c: c.pubsub_numsub("a", "b"), "PUBSUB NUMSUB a b", [b"a", 1, b"b", 0], [(b"a", 1), (b"b", 0)]),
    Row(lambda c: c.pubsub_numsub(), "PUBSUB NUMSUB", [], []),
    Row(lambda c: c.pubsub_numpat(), "PUBSUB NUMPAT", 3),
    Row(lambda c: c.pubsub_shardchannels(), "PUBSUB SHARDCHANNELS *", [b"c"]),
    Row(lambda c: c.pubsub_shardnumsub("a"), "PUBSUB SHARDNUMSUB a", [b"a", 1], [(b"a", 1)]),
]  # fmt: skip


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_requests_and_results(row: Row, protocol: int) -> None:
    check(row, protocol)


def test_no_method_is_left_out() -> None:
    assert called_in(row.call for row in ROWS) >= methods_of(Publishing)
