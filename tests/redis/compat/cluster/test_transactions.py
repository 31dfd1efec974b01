"""What a pipeline of a cluster refuses before it sends anything."""

from __future__ import annotations

import pytest

from framewire.redis.client.fates import Fate
from framewire.redis.compat.cluster.transactions import check_slot, refuse_targets
from framewire.redis.compat.cluster_errors import CrossSlotTransactionError, RedisClusterException


def test_keys_beside_what_is_watched() -> None:
    watches = (b"WATCH", "{a}1", "{a}2")
    check_slot((), watches)
    check_slot(watches, (b"GET", b"{a}3"))
    check_slot(watches, (b"PING",))
    with pytest.raises(CrossSlotTransactionError, match="Cannot watch or send commands on different slots") as raised:
        check_slot(watches, (b"GET", "b"))
    assert raised.value.fate is Fate.NOT_EXECUTED
    with pytest.raises(CrossSlotTransactionError):
        check_slot((), (b"WATCH", "a", "b"))


def test_nodes_have_no_place_in_a_pipeline() -> None:
    options = {"target_nodes": None, "other": 1}
    refuse_targets(options)
    with pytest.raises(RedisClusterException, match="target_nodes has no place there"):
        refuse_targets({"target_nodes": "all"})
