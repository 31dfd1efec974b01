"""What several results become: one table, beside redis-py's own callbacks."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.requests import worded
from framewire.redis.compat.cluster.results import result_of

TABLE: list[tuple[str, dict[str, Any], Any]] = [
    ("GET a", {"n:1": b"x"}, b"x"),
    ("INFO", {"n:1": {"a": 1}}, {"a": 1}),
    ("INFO", {"n:1": {"a": 1}, "n:2": {"a": 2}}, {"n:1": {"a": 1}, "n:2": {"a": 2}}),
    ("FLUSHALL", {"n:1": True, "n:2": True}, {"n:1": True, "n:2": True}),
    ("PING", {"n:1": True, "n:2": False}, False),
    ("PING", {"n:1": True}, True),
    ("CONFIG SET a b", {"n:1": True, "n:2": True}, True),
    ("CONFIG GET a", {"n:1": {"a": "b"}, "n:2": {"a": "b"}}, {"n:1": {"a": "b"}, "n:2": {"a": "b"}}),
    ("DBSIZE", {"n:1": 2, "n:2": 3}, 5),
    ("CLIENT UNBLOCK 1", {"n:1": False, "n:2": True}, 1),
    ("CLIENT UNBLOCK 1", {"n:1": False}, 0),
    ("PUBSUB NUMPAT", {"n:1": 2, "n:2": 3}, 5),
    ("PUBSUB NUMSUB a b", {"n:1": [(b"a", 1), (b"b", 0)], "n:2": [(b"a", 2), (b"b", 3)]}, [(b"a", 3), (b"b", 3)]),
    ("SCAN 0", {"n:1": (5, [b"a"]), "n:2": (0, [b"b"])}, ({"n:1": 5, "n:2": 0}, [b"a", b"b"])),
    ("SCAN 0", {"n:1": (0, [])}, ({"n:1": 0}, [])),
    ("SCRIPT LOAD s", {"n:1": "sha", "n:2": "sha"}, "sha"),
    ("SCRIPT EXISTS a b", {"n:1": [True, True], "n:2": [True, False]}, [True, False]),
    ("SCRIPT FLUSH", {"n:1": True, "n:2": True}, True),
]


@pytest.mark.parametrize(("words", "results", "expected"), TABLE)
def test_results(words: str, results: dict[str, Any], expected: Any) -> None:
    assert result_of(worded(tuple(words.split())), results) == expected


@pytest.mark.parametrize("words", ["KEYS *", "PUBSUB CHANNELS", "PUBSUB SHARDCHANNELS"])
def test_items_of_all_nodes_come_once(words: str) -> None:
    result = result_of(worded(tuple(words.split())), {"n:1": [b"a", b"b"], "n:2": [b"b", b"c"]})
    assert sorted(result) == [b"a", b"b", b"c"]


def test_a_request_in_small_letters_has_the_same_result() -> None:
    assert result_of((b"CONFIG", "set", "a", "b"), {"n:1": True, "n:2": True}) is True
