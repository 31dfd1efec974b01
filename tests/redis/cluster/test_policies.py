"""Where commands without keys go: the table against the tips of the servers."""

from __future__ import annotations

import pytest

from framewire.redis.cluster.combining import Combine
from framewire.redis.cluster.destinations import Nodes, OneSlot, Routing, Scan, ToNodes
from framewire.redis.cluster.policies import POLICIES, policy_of
from framewire.redis.cluster.routing import route
from framewire.redis.facts.table import find, lookup, walk


@pytest.mark.parametrize(("name", "where"), [
    ("ping", ToNodes(Nodes.PRIMARIES, Combine.ALL_SUCCEEDED)),
    ("echo", ToNodes(Nodes.ANY)),
    ("scan", Scan()),
    ("client|list", ToNodes(Nodes.ALL, Combine.TEXTS)),
    ("monitor", ToNodes(Nodes.NAMED)),
])  # fmt: skip
def test_policy_of(name: str, where: Routing) -> None:
    entry = find(name.encode())
    assert entry is not None and policy_of(entry) == where


def test_each_policy_of_ours_is_of_a_command_without_keys() -> None:
    for name in POLICIES:
        entry = find(name.encode())
        assert entry is not None and not entry.keys and not entry.subcommands


def test_what_tips_say_is_followed_or_in_the_table() -> None:
    """But for the commands whose keys decide."""
    for entry in walk():
        if entry.keys or entry.subcommands or entry.name in POLICIES:
            continue
        routing = route([*entry.name.encode().split(b"|"), *[b"1"] * 9])
        expected = Nodes(entry.request_policy) if entry.request_policy else Nodes.ANY
        assert isinstance(routing, OneSlot) or (isinstance(routing, ToNodes) and routing.nodes is expected), entry.name


def test_the_table_says_nothing_that_tips_say() -> None:
    same = {name for name, routing in POLICIES.items() if isinstance(routing, ToNodes) and _as_told(name) == routing}
    assert not same


def _as_told(name: str) -> ToNodes | None:
    entry = lookup(name.encode().split(b"|"))
    assert entry is not None
    if entry.request_policy not in ("all_shards", "all_nodes"):
        return None
    return ToNodes(Nodes(entry.request_policy), Combine(entry.response_policy))
