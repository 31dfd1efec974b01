"""The topology: its table row by row, the map and its differences, who is asked for it, and random events."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.decisions import Again, Asked, Changes, Decision, GiveUp, Send
from framewire.redis.cluster.refreshing import RefreshState
from framewire.redis.cluster.settings import Settings
from framewire.redis.cluster.slot_map import Shard, SlotMap
from framewire.redis.cluster.topology import Topology
from framewire.redis.slots import SLOTS
from tests.properties import examples
from tests.redis.cluster.clocks import Chance, Clock

SEED = Address("seed.example", 6379)
A, B, C = Address("10.0.0.1", 6379), Address("10.0.0.2", 6379), Address("10.0.0.3", 6379)
A2, B2 = Address("10.0.1.1", 6379), Address("10.0.1.2", 6379)
UNNAMED = Address("10.0.0.9", 7009)  # is called ? in redirects
NEW, BESIDE = Address("10.0.0.77", 7077), Address(A.host, 7077)
IPV6, NAMED = Address("2001:db8::7", 7), Address("n.example", 7)

SHARDS = (
    Shard(A, (A2,), ((0, 4999),)),
    Shard(B, (B2,), ((5000, 9999),)),
    Shard(C, (UNNAMED,), ((10000, 15999),)),  # 16000 and more: nobody
)
MAP = SlotMap(SHARDS, unnamed=frozenset((UNNAMED,)), zones={A: "zone-a"})

IDLE, DUE = RefreshState.IDLE, RefreshState.DUE


def view(
    slot_map: SlotMap = MAP, *, chance: float | None = 0.0, seeds: Sequence[Address] = (SEED,), **others: Any
) -> Topology:
    """A topology that has had its map for a second, so that it has cooled down."""
    clock = Clock()
    topology = Topology(seeds, clock=clock, chance=Chance(chance), **others)
    topology.begin_refresh()
    topology.refreshed(SEED, slot_map)
    clock.now += 1
    return topology


# -- the table --------------------------------------------------------------------------------------------------------

PAUSE = 0.025  # the first pause of a backoff, chance being 0: half of it
TORN = Again(0.05, from_start=True)
READS = True

# What was asked of whom, the answer; the decision, the owner of slot 1 behind it, whether a refresh is wanted.
ROWS: dict[str, tuple[Asked, str, Decision | None, Address, bool]] = {
    "MOVED": (Asked(A, 1), "MOVED 1 10.0.0.2:6379", Send(B), B, True),
    "MOVED, of a request without a slot": (Asked(A), "MOVED 1 10.0.0.2:6379", Send(B), B, True),
    "MOVED, the third": (Asked(A, 1, 2), "MOVED 1 10.0.0.2:6379", Send(B), B, True),
    "MOVED, the fourth": (Asked(A, 1, 3), "MOVED 1 10.0.0.2:6379", Send(B, after=PAUSE), B, True),
    "MOVED, the fifth": (Asked(A, 1, 4), "MOVED 1 10.0.0.2:6379", Send(B, after=2 * PAUSE), B, True),
    "MOVED, the sixteenth": (Asked(A, 1, 15), "MOVED 1 10.0.0.2:6379", Send(B, after=2.0), B, True),
    "MOVED, one more": (
        Asked(A, 1, 16), "MOVED 1 10.0.0.2:6379",
        GiveUp("after 16 redirects 10.0.0.1:6379 still answers: MOVED 1 10.0.0.2:6379"), B, True,
    ),
    "MOVED to where the map points": (Asked(B, 1), "MOVED 1 10.0.0.1:6379", Send(A), A, False),
    "MOVED by the replica that was asked": (Asked(A2, 1, 0, READS), "MOVED 1 10.0.0.1:6379", Send(A), A, True),
    "MOVED to a replica: it was promoted": (Asked(A, 1), "MOVED 1 10.0.1.1:6379", Send(A2), A2, True),
    "MOVED to a node that is not known": (Asked(A, 1), "MOVED 1 10.0.0.77:7077", Send(NEW), NEW, True),
    "MOVED, host empty": (Asked(A, 1), "MOVED 1 :7077", Send(BESIDE), BESIDE, True),
    "MOVED, host ?": (Asked(A, 1), "MOVED 1 ?:7009", Send(UNNAMED), UNNAMED, True),
    "MOVED, host ?, nobody there": (Asked(A, 1), "MOVED 1 ?:7010", Again(PAUSE), A, True),
    "MOVED, host ?, several there": (Asked(A, 1), "MOVED 1 ?:6379", Again(PAUSE), A, True),
    "MOVED, host ?, to itself": (Asked(UNNAMED, 1), "MOVED 1 ?:7009", Again(PAUSE), A, True),
    "MOVED, IPv6": (Asked(A, 1), "MOVED 1 2001:db8::7:7", Send(IPV6), IPV6, True),
    "MOVED, a name": (Asked(A, 1), "MOVED 1 n.example:7", Send(NAMED), NAMED, True),
    "MOVED to who answered": (Asked(A, 1), "MOVED 1 10.0.0.1:6379", Send(A, anew=True), A, True),
    "MOVED to who answered, again": (Asked(A, 1, 1), "MOVED 1 10.0.0.1:6379", Send(A, after=PAUSE, anew=True), A, True),
    "MOVED to who answered, host empty": (Asked(A, 1), "MOVED 1 :6379", Send(A, anew=True), A, True),
    "MOVED, malformed": (Asked(A, 1), "MOVED 1", None, A, False),
    "ASK": (Asked(A, 1), "ASK 1 10.0.0.2:6379", Send(B, asking=True), A, False),
    "ASK, the fourth": (Asked(A, 1, 3), "ASK 1 10.0.0.2:6379", Send(B, asking=True, after=PAUSE), A, False),
    "ASK, one too many": (
        Asked(A, 1, 16), "ASK 1 10.0.0.2:6379",
        GiveUp("after 16 redirects 10.0.0.1:6379 still answers: ASK 1 10.0.0.2:6379"), A, False,
    ),
    "ASK, host empty": (Asked(A, 1), "ASK 1 :7", Send(Address("10.0.0.1", 7), asking=True), A, False),
    "ASK, host ?": (Asked(A, 1), "ASK 1 ?:7009", Send(UNNAMED, asking=True), A, False),
    "ASK, host ?, nobody there": (Asked(A, 1), "ASK 1 ?:7010", Again(PAUSE), A, True),
    "ASK, a node that is not known": (Asked(A, 1), "ASK 1 10.0.0.77:7077", Send(NEW, asking=True), A, False),
    "TRYAGAIN": (Asked(A, 1), "TRYAGAIN Multiple keys request during rehashing of slot", TORN, A, False),
    "TRYAGAIN, however often": (Asked(A, 1, 99), "TRYAGAIN Multiple keys request", TORN, A, False),
    "CLUSTERDOWN, not served": (Asked(A, 1), "CLUSTERDOWN Hash slot not served", Again(PAUSE), A, True),
    "CLUSTERDOWN, down": (Asked(A, 1), "CLUSTERDOWN The cluster is down", Again(PAUSE), A, True),
    "CLUSTERDOWN, reads only": (
        Asked(A, 1, 1), "CLUSTERDOWN The cluster is down and only accepts read commands", Again(2 * PAUSE), A, True,
    ),
    "CLUSTERDOWN, a read": (Asked(A, 1, 0, READS), "CLUSTERDOWN The cluster is down", Again(PAUSE), A, True),
    "READONLY": (Asked(A, 1), "READONLY You can't write against a read only replica.", Again(PAUSE), A, True),
    "LOADING": (Asked(A, 1), "LOADING Redis is loading the dataset in memory", Again(PAUSE), A, False),
    "LOADING, a read": (Asked(A2, 1, 2, READS), "LOADING Valkey is loading", Again(4 * PAUSE, avoid=A2), A, False),
    "MASTERDOWN": (Asked(A, 1), "MASTERDOWN Link with MASTER is down", Again(PAUSE), A, False),
    "MASTERDOWN, a read": (Asked(A2, 1, 0, READS), "MASTERDOWN Link with", Again(PAUSE, avoid=A2), A, False),
    "CROSSSLOT": (Asked(A, 1), "CROSSSLOT Keys in request don't hash to the same slot", None, A, False),
    "an error of the command": (Asked(A, 1), "WRONGTYPE Operation against a key", None, A, False),
    "an error without a word": (Asked(A, 1), "", None, A, False),
    "a word that begins like one": (Asked(A, 1), "LOADINGS x", None, A, False),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_the_table(row: str) -> None:
    asked, text, decision, owner, refreshes = ROWS[row]
    topology = view()
    owners = topology.owners
    assert topology.refused(asked, text) == decision
    assert topology.owner_of(1) == owners[1] == owner
    assert owners[:1] + owners[2:] == [A, *MAP.owners()[2:]]  # no other slot
    assert topology.refreshing.state is (DUE if refreshes else IDLE)


def test_a_slot_that_nobody_owns() -> None:
    topology = view()
    assert topology.unowned(16000, 0) == Again(PAUSE)
    assert topology.refresh_at == 1001.0  # at once: nothing can be done without
    assert topology.unowned(16000, 1) == Again(2 * PAUSE)
    assert topology.unowned(16000, 16) == GiveUp(
        "slot 16000 is served by nobody, as 16 looks at the slot map have said"
    )


def test_pauses_are_drawn_by_chance() -> None:
    topology = view(chance=None)
    down = {topology.refused(Asked(A, 1), "CLUSTERDOWN The cluster is down") for _ in range(20)}
    moving = {topology.refused(Asked(A, 1), "TRYAGAIN x") for _ in range(20)}
    redirected = {topology.refused(Asked(A, 1, 5), "ASK 1 10.0.0.2:6379") for _ in range(20)}
    assert len(down) == len(moving) == len(redirected) == 20
    assert all(isinstance(again, Again) and 0.05 <= again.after < 0.1 for again in moving)


def test_two_nodes_that_send_to_each_other_are_given_up() -> None:
    topology = view()
    at, pauses = A, 0.0
    for attempts in range(100):
        other = B if at == A else A
        decision = topology.refused(Asked(at, 1, attempts), f"MOVED 1 {other.host}:{other.port}")
        if isinstance(decision, GiveUp):
            break
        assert isinstance(decision, Send)
        assert decision.to == other
        pauses += decision.after
        at = decision.to
    assert attempts == 16
    assert pauses > 15  # longer than a failover takes


# -- nodes that redirects name ----------------------------------------------------------------------------------------


def test_a_node_that_is_not_known_belongs_to_the_cluster() -> None:
    topology = view()
    topology.refused(Asked(A, 1), "MOVED 1 10.0.0.77:7077")
    assert topology.nodes == (*MAP.nodes, NEW)
    assert topology.primaries == (A, B, C, NEW)
    assert topology.shard_of(1) == Shard(NEW, (), ((1, 1),))
    topology.refused(Asked(A, 2), "MOVED 2 10.0.0.77:7077")
    assert topology.nodes.count(NEW) == topology.primaries.count(NEW) == 1


def test_only_so_many_of_them_are_believed_in() -> None:
    topology = view()
    most = topology.settings.max_strangers
    for number in range(most):
        assert topology.refused(Asked(A, 1), f"MOVED 1 10.9.9.9:{1 + number}") == Send(Address("10.9.9.9", 1 + number))
    owner, version = topology.owner_of(1), topology.version
    for word in ("MOVED", "ASK"):
        assert topology.refused(Asked(A, 1), f"{word} 1 10.9.9.9:{1 + most}") == Again(PAUSE)
    assert topology.refused(Asked(A, 2), "MOVED 2 10.9.9.9:1") == Send(Address("10.9.9.9", 1))  # who is believed in is
    assert (topology.owner_of(1), len(topology.nodes)) == (owner, len(MAP.nodes) + most)
    assert topology.version == version + 1
    topology.begin_refresh()
    topology.refreshed(A, MAP)
    assert topology.nodes == MAP.nodes  # and there is room again
    assert topology.refused(Asked(A, 1), "MOVED 1 10.0.0.77:7077") == Send(NEW)


def test_every_address_is_translated() -> None:
    """Of redirects as of maps; the host of who answered too, with the port that it named. Not the seeds."""
    topology = view(remap=lambda address: Address("nat.example", address.port + 1))
    assert topology.refused(Asked(A, 1), "MOVED 1 10.0.0.2:6379") == Send(Address("nat.example", 6380))
    assert topology.refused(Asked(A, 1), "ASK 1 :7") == Send(Address("nat.example", 8), asking=True)
    assert topology.refused(Asked(A, 1), "MOVED 1 ?:7009") == Send(
        UNNAMED
    )  # it is in the map as it is called from here
    topology.begin_refresh()
    topology.refreshed(SEED, [[0, 9, [b"10.0.0.2", 6379, b"id", []]]])
    assert topology.nodes == (Address("nat.example", 6380),)
    assert topology.locate("id", Address("10.0.0.9", 1)) == topology.nodes[0]
    assert topology.locate("other", Address("10.0.0.9", 1)) == Address("nat.example", 2)
    topology.lost(topology.nodes[0])
    assert topology.begin_refresh()[-1] == SEED


def test_a_promoted_replica_leads_its_shard() -> None:
    topology = view(SlotMap((Shard(A, (A2, B2), ((0, 99),)),)))
    topology.refused(Asked(A, 1), "MOVED 1 10.0.1.1:6379")
    assert topology.shard_of(1) == Shard(A2, (B2,), ((0, 99),))
    assert topology.shard_of(2) == Shard(A, (A2, B2), ((0, 99),))


def test_a_slot_at_another_primary_has_its_shard() -> None:
    topology = view()
    topology.refused(Asked(A, 1), "MOVED 1 10.0.0.2:6379")
    assert topology.shard_of(1) == SHARDS[1]
    topology.refused(Asked(B, 1), "MOVED 1 10.0.0.1:6379")  # and back
    assert topology.shard_of(1) == SHARDS[0]


def test_a_slot_of_nobody_has_no_shard_until_a_redirect_says_whose_it_is() -> None:
    topology = view()
    assert topology.shard_of(16000) is None
    topology.refused(Asked(A, 16000), "MOVED 16000 10.0.0.2:6379")
    assert topology.shard_of(16000) == SHARDS[1]
    assert topology.owner_of(16000) == B


def test_a_node_without_a_name_may_be_the_only_other_one_at_its_port() -> None:
    topology = view(SlotMap((Shard(A, (), ((0, 99),)), Shard(NEW, (), ((100, 199),)))))
    assert topology.refused(Asked(A, 1), "MOVED 1 ?:7077") == Send(NEW)
    assert topology.refused(Asked(NEW, 1), "MOVED 1 ?:7077") == Again(PAUSE)


def test_a_node_without_a_name_is_rather_one_that_is_known_to_have_none() -> None:
    beside = Address("named.example", UNNAMED.port)
    topology = view(SlotMap((Shard(A, (beside,), ((0, 99),)), Shard(UNNAMED)), unnamed=frozenset((UNNAMED,))))
    assert topology.refused(Asked(A, 1), f"MOVED 1 ?:{UNNAMED.port}") == Send(UNNAMED)


# -- links that are lost ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "wanted"), [(A, True), (A2, True), (NEW, False), (SEED, False)])
def test_a_lost_link(address: Address, wanted: bool) -> None:
    """That to a node; a link to one that is gone was lost for that very reason."""
    topology = view()
    topology.lost(address)
    assert topology.refreshing.state is (DUE if wanted else IDLE)
    assert (address in topology.failures) == wanted


def test_a_lost_link_to_a_node_that_a_redirect_named() -> None:
    topology = view()
    topology.refused(Asked(A, 1), "ASK 1 10.0.0.77:7077")
    topology.lost(NEW)
    assert topology.refreshing.state is DUE


# -- the map ----------------------------------------------------------------------------------------------------------


def test_the_first_map() -> None:
    clock = Clock()
    topology = Topology([SEED], clock=clock, chance=Chance(0.5))
    assert topology.refresh_at == clock.now  # at once
    assert topology.owners == [None] * SLOTS
    owners, version = topology.owners, topology.version
    assert topology.begin_refresh() == (SEED,)
    assert topology.refresh_at is None
    reply = [[0, 99, [b"", 6379, b"id", []], [b"10.0.1.1", 6379, b"id2", [b"availability-zone", b"zone-a"]]]]
    assert topology.refreshed(SEED, reply) == Changes(added=frozenset((SEED, A2)))
    assert (topology.primaries, topology.nodes) == ((SEED,), (SEED, A2))
    assert topology.owners is owners
    assert owners == [SEED] * 100 + [None] * (SLOTS - 100)
    assert topology.version > version
    assert topology.zone_of(A2) == "zone-a"
    assert topology.zone_of(SEED) is None


def test_a_seed_must_be_given() -> None:
    with pytest.raises(ValueError, match="at least one of its nodes"):
        Topology([], clock=Clock(), chance=Chance())


def test_a_map_is_applied_as_a_difference() -> None:
    topology = view()
    topology.begin_refresh()
    newer = SlotMap((Shard(A, (), ((0, 4899),)), Shard(B, (B2,), ((4900, 9999),)), Shard(NEW, (C,), ((10000, 15999),))))
    changes = topology.refreshed(A, newer)
    assert changes.added == {NEW}
    assert changes.gone == {A2, UNNAMED}
    assert changes.lost_slots == {A: frozenset(range(4900, 5000)), C: frozenset(range(10000, 16000))}


def test_the_same_map_changes_nothing() -> None:
    topology = view()
    nodes, primaries, version = topology.nodes, topology.primaries, topology.version
    topology.begin_refresh()
    assert topology.refreshed(A, SlotMap(SHARDS, MAP.zones, unnamed=MAP.unnamed)) == Changes()
    assert (topology.nodes, topology.primaries, topology.version) == (nodes, primaries, version)


def test_the_old_owner_has_lost_what_a_redirect_had_said_before() -> None:
    """Whether the redirect told the truth or not: what was kept of the slot is of no use."""
    topology = view()
    topology.refused(Asked(A, 1), "MOVED 1 10.0.0.2:6379")
    topology.begin_refresh()
    moved = SlotMap((Shard(A, (A2,), ((0, 0), (2, 4999))), Shard(B, (B2,), ((1, 1), (5000, 9999))), SHARDS[2]))
    assert topology.refreshed(A, moved).lost_slots == {A: frozenset((1,))}
    topology.refused(Asked(A, 2), "MOVED 2 10.0.0.2:6379")
    topology.begin_refresh()
    assert topology.refreshed(A, moved).lost_slots == {B: frozenset((2,))}
    assert topology.owner_of(2) == A


def test_a_redirect_that_came_while_the_map_was_asked_for_outlives_it() -> None:
    topology = view()
    topology.refused(Asked(A, 1), "MOVED 1 10.0.0.2:6379")
    topology.begin_refresh()
    topology.refused(Asked(A, 2), "MOVED 2 10.0.0.77:7077")
    changes = topology.refreshed(A, MAP)
    assert (topology.owner_of(1), topology.owner_of(2)) == (A, NEW)
    assert topology.owners[1:3] == [A, NEW]
    assert topology.nodes == (*MAP.nodes, NEW)
    assert topology.primaries == (A, B, C, NEW)
    assert changes.lost_slots == {A: frozenset((2,)), B: frozenset((1,))}
    assert topology.refreshing.state is DUE  # to see whether it was right
    topology.begin_refresh()
    assert topology.refreshed(A, MAP).gone == {NEW}
    assert topology.owner_of(2) == A


@pytest.mark.parametrize("reply", [[], [[0, 9, [b"?", 6379, b"id", []]]], b"OK", [[0, 20000, [b"a", 1]]]])
def test_a_map_of_no_use_is_refused_and_the_next_node_asked(reply: Any) -> None:
    topology = view()
    topology.begin_refresh()
    with pytest.raises(ValueError, match=r"knows no node that serves a slot|a list of|a slot is"):
        topology.refreshed(A, reply)
    assert topology.slot_map is MAP
    assert topology.refreshing.state is RefreshState.RUNNING
    assert topology.refreshed(B, MAP) == Changes()


def test_an_answer_that_comes_too_late_changes_nothing() -> None:
    topology = view()
    assert topology.refreshed(A, []) == Changes()
    assert topology.slot_map is MAP


def test_where_nobody_can_tell_the_map_stays() -> None:
    topology = view()
    topology.lost(A)
    topology.begin_refresh()
    topology.refresh_failed()
    assert topology.slot_map is MAP
    assert topology.refresh_at == pytest.approx(1001 + 0.1)
    topology.begin_refresh()
    topology.refresh_failed()
    assert topology.refresh_at == pytest.approx(1001 + 0.2)


def test_a_map_grows_old() -> None:
    assert view(chance=0.5).refresh_at == 1000 + 60 + 0.5


# -- whom to ask ------------------------------------------------------------------------------------------------------

MANY = SlotMap(tuple(Shard(Address("p", port), (), ((port, port),)) for port in range(1, 101)))


def asked_by(topology: Topology) -> tuple[Address, ...]:
    chosen = topology.begin_refresh()
    topology.refreshed(chosen[0], MANY)
    return chosen


def test_a_few_nodes_by_chance_and_then_a_seed() -> None:
    seeds = [SEED, Address("seed.example", 2), Address("seed.example", 3)]
    topology = view(MANY, chance=None, seeds=seeds)
    first = set()
    for _ in range(500):
        *nodes, seed = asked_by(topology)
        assert len(set(nodes)) == 3
        assert set(nodes) <= MANY.known
        assert seed in seeds
        first.add(nodes[0])
    assert len(first) > 95  # of a hundred


def test_who_has_just_failed_is_not_asked() -> None:
    topology = view(MANY, chance=None)
    for node in MANY.nodes[:98]:
        topology.lost(node)
    assert set(topology.begin_refresh()) == {*MANY.nodes[98:], SEED}


def test_who_tells_the_map_has_not_failed() -> None:
    topology = view()
    topology.lost(A)
    topology.begin_refresh()
    topology.refreshed(A, MAP)
    assert A not in topology.failures


def test_where_all_have_failed_they_are_asked_all_the_same() -> None:
    topology = view()
    for node in MAP.nodes:
        topology.lost(node)
    *nodes, seed = topology.begin_refresh()
    assert len(nodes) == 3
    assert seed == SEED


def test_a_seed_that_is_a_node_is_asked_once() -> None:
    topology = view(SlotMap((Shard(SEED, (), ((0, 9),)),)))
    assert topology.begin_refresh() == (SEED,)


def test_all_seeds_are_asked_where_nothing_else_is_known_or_answers() -> None:
    seeds = [Address("seed.example", port) for port in range(1, 6)]
    topology = view(chance=None, seeds=seeds)
    assert set(Topology(seeds, clock=Clock(), chance=Chance()).begin_refresh()) == set(seeds)
    topology.begin_refresh()
    topology.refresh_failed()
    assert set(topology.begin_refresh()[3:]) == set(seeds)


# -- a model ----------------------------------------------------------------------------------------------------------


def drawn_map(random: Random) -> SlotMap:
    """Some of five shards, each with up to two replicas, over slots that few ranges cover."""
    borders = sorted(random.sample(range(SLOTS), 6))
    shards = []
    for number in random.sample(range(5), random.randint(1, 5)):
        replicas = tuple(Address("r", 10 * number + index) for index in range(1, random.randint(1, 3)))
        shards.append(Shard(Address("p", 1 + number), replicas, ((borders[number], borders[number + 1] - 1),)))
    return SlotMap(tuple(shards))


@examples(150)
@given(st.randoms(use_true_random=False), st.integers(0, 30))
def test_whatever_happens_the_views_of_it_agree(random: Random, steps: int) -> None:
    """`owners`, `owner_of`, `shard_of`, `primaries`, `nodes` and the differences say the same, against plain dicts."""
    topology = Topology([SEED], clock=Clock(), chance=random.random, settings=Settings(max_strangers=3))
    owners = topology.owners
    had: dict[int, Address | None] = {}
    nodes: set[Address] = set()
    slots = random.sample(range(SLOTS), 8)
    for _ in range(steps):
        before = {slot: owners[slot] for slot in slots}
        match random.choice(["moved", "ask", "begin", "apply", "fail", "lost"]):
            case "moved" | "ask" as word:
                slot, target = random.choice(slots), random.choice(["p:1", "p:2", "r:11", "x:1", "y:1", ":5", "?:2"])
                decision = topology.refused(Asked(Address("p", 1), slot), f"{word.upper()} {slot} {target}")
                if word == "moved" and isinstance(decision, Send):
                    assert owners[slot] == decision.to
            case "begin" if not topology.refreshing.is_running:
                assert topology.begin_refresh()
            case "apply" if topology.refreshing.is_running:
                nodes = set(topology.nodes)
                changes = topology.refreshed(SEED, drawn_map(random))
                assert (nodes - changes.gone) | changes.added == set(topology.nodes)
                for slot, owner in before.items():
                    if owner is not None and owner != owners[slot]:
                        assert slot in changes.lost_slots[owner]
                assert not any(owners[slot] == node for node, lost in changes.lost_slots.items() for slot in lost)
            case "fail" if topology.refreshing.is_running:
                topology.refresh_failed()
            case "lost":
                topology.lost(Address("p", random.randint(1, 5)))
        had = {slot: topology.owner_of(slot) for slot in slots}
        assert had == {slot: owners[slot] for slot in slots}
        for slot, owner in had.items():
            shard = topology.shard_of(slot)
            assert (shard.primary if shard else None) == owner
            assert owner is None or owner in topology.primaries
        assert set(topology.primaries) <= set(topology.nodes)
        assert len(set(topology.nodes)) == len(topology.nodes)
    assert topology.owners is owners
