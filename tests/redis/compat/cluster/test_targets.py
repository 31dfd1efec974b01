"""Where a command goes that names no nodes: one table, beside redis-py's own."""

from __future__ import annotations

from typing import Any

import pytest
import redis.cluster as theirs

from framewire.redis.client.requests import worded
from framewire.redis.compat.cluster.nodes import DEFAULT_NODE, PRIMARIES, RANDOM
from framewire.redis.compat.cluster.targets import target_of
from framewire.redis.compat.cluster_errors import RedisClusterException
from framewire.redis.slots import slot_of

TABLE: list[tuple[str, str | int | None]] = [
    # by keys, in whatever slots
    ("GET a", None),
    ("MGET a b", None),
    ("RENAME a b", None),
    ("EVAL script 1 a", None),
    ("EVAL script 0", None),
    ("XREAD STREAMS a 0", None),
    ("SPUBLISH a message", None),
    ("MY.COMMAND a b", None),
    ("CLUSTER COUNTKEYSINSLOT 5", None),
    ("CLUSTER GETKEYSINSLOT 5 10", None),
    # to who has a slot
    ("PUBLISH a message", slot_of(b"a")),
    ("CLUSTER SETSLOT 5 STABLE", 5),
    ("CLUSTER DELSLOTS 16383", 16383),
    ("CLUSTER DELSLOTSRANGE 7 9", 7),
    # to all primaries
    ("FLUSHALL", PRIMARIES),
    ("SCAN 0", PRIMARIES),
    ("SCRIPT LOAD script", PRIMARIES),
    ("SCRIPT EXISTS sha", PRIMARIES),
    ("FUNCTION LIST", PRIMARIES),
    # to any of them
    ("FUNCTION DUMP", RANDOM),
    # to the default node
    ("PING", DEFAULT_NODE),
    ("INFO", DEFAULT_NODE),
    ("DBSIZE", DEFAULT_NODE),
    ("KEYS *", DEFAULT_NODE),
    ("CONFIG SET maxmemory 0", DEFAULT_NODE),
    ("CLIENT LIST", DEFAULT_NODE),
    ("CLIENT KILL ID 1", DEFAULT_NODE),
    ("CLUSTER INFO", DEFAULT_NODE),
    ("CLUSTER RESET SOFT", DEFAULT_NODE),
    ("PUBSUB NUMSUB a", DEFAULT_NODE),
    ("SHUTDOWN", DEFAULT_NODE),
    ("ECHO a", DEFAULT_NODE),
    ("CONFIG NONSENSE", DEFAULT_NODE),
]


@pytest.mark.parametrize(("words", "target"), TABLE)
def test_targets(words: str, target: str | int | None) -> None:
    assert target_of(worded(tuple(words.split()))) == target


def test_a_command_in_small_letters_goes_the_same_way() -> None:
    assert target_of(worded(("script load", "return 1"))) == PRIMARIES


@pytest.mark.parametrize("words", ["CLUSTER FAILOVER", "CLUSTER ADDSLOTS 1", "CLUSTER REPLICATE id", "FAILOVER"])
def test_what_is_about_one_node_needs_one(words: str) -> None:
    with pytest.raises(RedisClusterException, match=f"No way to dispatch {' '.join(words.split()[:2])}".strip(" 1")):
        target_of(worded(tuple(words.split())))


@pytest.mark.parametrize("words", ["CLUSTER SETSLOT", "CLUSTER DELSLOTS 16384", "CLUSTER DELSLOTS x"])
def test_a_slot_is_a_number(words: str) -> None:
    with pytest.raises(RedisClusterException, match="from 0 to 16383"):
        target_of(worded(tuple(words.split())))


@pytest.mark.parametrize("name", sorted(theirs.RedisCluster.COMMAND_FLAGS))
def test_what_redis_py_sends_somewhere_goes_there(name: str) -> None:
    """All of redis-py's table, but for modules and what has the slot in it (above)."""
    flag: Any = theirs.RedisCluster.COMMAND_FLAGS[name]
    if flag == theirs.SLOT_ID or name.startswith(("TF", "CLUSTER")):
        return
    arguments = ["sha"] if name.startswith(("SCRIPT", "FUNCTION")) else []
    assert target_of(worded((name, *arguments))) == flag
