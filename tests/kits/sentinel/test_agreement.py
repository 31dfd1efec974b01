"""Whether what sentinels and servers say is one service: one that is well, and each thing that may be amiss with it."""

from __future__ import annotations

import pytest

from framewire.kits.sentinel.agreement import Said, ServerSaid, amiss
from framewire.redis.cluster.addresses import Address

P, R, Q = Address("h", 1), Address("h", 2), Address("h", 3)
ONE, TWO = Address("h", 11), Address("h", 12)
MASTER, SLAVE = frozenset({"master"}), frozenset({"slave"})
WELL = Said(P, MASTER, 1, {R: SLAVE, Q: SLAVE})
SERVERS = {P: ServerSaid(True, None), R: ServerSaid(False, P), Q: ServerSaid(False, P)}


def test_all_say_the_same() -> None:
    assert amiss({ONE: WELL, TWO: WELL}, SERVERS, 2) is None


def test_a_dead_replica_and_a_dead_sentinel_are_fine() -> None:
    alone = WELL._replace(replicas={R: SLAVE, Q: SLAVE | {"s_down"}})
    assert amiss({ONE: alone}, {P: SERVERS[P], R: SERVERS[R]}, 2) is None


@pytest.mark.parametrize(("changes", "said"), [
    ({"flags": MASTER | {"s_down"}}, "says that the primary is master, s_down"),
    ({"other_sentinels": 0}, "knows 0 other sentinels, of which there are 1"),
    ({"replicas": {Q: SLAVE}}, f"does not know the replica {R}"),
    ({"replicas": {R: SLAVE, Q: SLAVE | {"disconnected"}}}, f"says that the replica {Q} is disconnected, slave"),
])  # fmt: skip
def test_one_sentinel_says_otherwise(changes: dict[str, object], said: str) -> None:
    assert amiss({ONE: WELL, TWO: WELL._replace(**changes)}, SERVERS, 2) == f"sentinel {TWO} {said}"


@pytest.mark.parametrize(("servers", "said"), [
    ({P: ServerSaid(False, Q)}, f"the sentinels name {P}, which is no primary that runs"),
    ({R: ServerSaid(False, None)}, f"server {R} does not follow {P}, or lacks some of its data"),
    ({R: ServerSaid(False, Q)}, f"server {R} does not follow {P}, or lacks some of its data"),
    ({R: ServerSaid(True, None)}, f"server {R} does not follow {P}, or lacks some of its data"),
])  # fmt: skip
def test_one_server_is_otherwise(servers: dict[Address, ServerSaid], said: str) -> None:
    assert amiss({ONE: WELL, TWO: WELL}, SERVERS | servers, 2) == said


def test_the_primary_does_not_run() -> None:
    servers = {R: SERVERS[R], Q: SERVERS[Q]}
    assert amiss({ONE: WELL}, servers, 2) == f"the sentinels name {P}, which is no primary that runs"


def test_sentinels_that_disagree_or_are_gone() -> None:
    assert amiss({ONE: WELL, TWO: WELL._replace(primary=Q)}, SERVERS, 2) == "2 sentinels name 2 primaries"
    assert amiss({}, SERVERS, 2) == "0 sentinels name 0 primaries"
