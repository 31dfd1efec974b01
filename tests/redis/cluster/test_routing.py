"""Where requests go: one row each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.client.errors import ClusterCrossSlotError
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.combining import Combine
from framewire.redis.cluster.routing import (
    FIRST_KEY,
    POLICIES,
    READS,
    SPLIT,
    InParts,
    Nodes,
    OneSlot,
    Routing,
    Scan,
    ToNodes,
    Unknown,
    asking_for_keys,
    route,
    route_by_reply,
    slot_of_all,
    slot_of_first,
)  # fmt: skip
from framewire.redis.facts.table import COMMANDS, find, lookup, walk
from framewire.redis.slots import slot_of
from tests.properties import examples

K = slot_of(b"k")
ANY = ToNodes(Nodes.ANY)
EVERYWHERE = ToNodes(Nodes.ALL, Combine.ALL_SUCCEEDED)
SHARDS = ToNodes(Nodes.PRIMARIES, Combine.ALL_SUCCEEDED)

TO_K = """
SET k v / INCR k / XADD k * f v / SPUBLISH k m / SSUBSCRIBE k / DEL k / MSET k 1 k 2 / RENAME {k}1 {k}2 / SORT k
SORT k BY w* GET # STORE {k}d / EVAL s 1 k / EVAL s 2 k {k}b c / FCALL f 1 k / EVALSHA s 1 k other / OBJECT FREQ k
XREADGROUP GROUP g c STREAMS k > / XGROUP CREATE k g 0 / MIGRATE h 1 k 0 1 / MIGRATE h 1 EMPTY 0 1 KEYS {k}1 {k}2
GEORADIUS k 0 0 1 km STORE {k}d / ZUNIONSTORE k 2 {k}a {k}b / LMPOP 1 k LEFT / BLMPOP 0 2 k {k}2 LEFT
BLPOP k {k}1 0 / BITOP AND k {k}a / MSETEX 1 k v / MSETNX k 1 {k}2 1 / PFMERGE k / WATCH k {k}1 / set k v
CLUSTER COUNTKEYSINSLOT 7629 / cluster getkeysinslot 7629 5
"""

K_READS = """
GET k / get k / MGET k {k}2 / EXISTS k / XREAD COUNT 1 STREAMS k {k}b 0 0 / EVAL_RO s 1 k / XINFO STREAM k
xinfo groups k / OBJECT ENCODING k / MEMORY USAGE k SAMPLES 0 / SORT_RO k / GEORADIUS_RO k 0 0 1 km / ZUNION 2 k {k}b
LCS k {k}b
"""

WITHOUT_KEYS: list[tuple[str, Routing]] = [
    ("SCAN 0", Scan()),
    ("PING", SHARDS),
    ("ECHO k", ANY),
    ("TIME", ANY),
    ("PUBLISH k m", OneSlot(slot_of(b"k"))),  # any node would do: by one they keep their order
    ("EVAL s 0", ANY),
    ("EVAL s 0 k", ANY),
    ("EVALSHA_RO s 0", ANY),
    ("FCALL f 0", ANY),
    ("KEYS *", ToNodes(Nodes.PRIMARIES)),
    ("DBSIZE", ToNodes(Nodes.PRIMARIES, Combine.SUM)),
    ("dbsize", ToNodes(Nodes.PRIMARIES, Combine.SUM)),
    ("RANDOMKEY", ToNodes(Nodes.PRIMARIES, Combine.SOME)),
    ("FLUSHALL ASYNC", SHARDS),
    ("SCRIPT LOAD s", EVERYWHERE),
    ("script flush", EVERYWHERE),
    ("SCRIPT EXISTS a b", ToNodes(Nodes.PRIMARIES, Combine.AND)),
    ("SCRIPT KILL", ToNodes(Nodes.PRIMARIES, Combine.ONE_SUCCEEDED)),
    ("FUNCTION LOAD s", SHARDS),
    ("FUNCTION LIST", ANY),
    ("FUNCTION STATS", ToNodes(Nodes.PRIMARIES, Combine.BY_NODE)),
    ("INFO", ToNodes(Nodes.PRIMARIES, Combine.BY_NODE)),
    ("CONFIG GET maxmemory", ANY),
    ("CONFIG SET maxmemory 0", EVERYWHERE),
    ("CONFIG RESETSTAT", EVERYWHERE),
    ("ACL SETUSER u", EVERYWHERE),
    ("ACL DELUSER u", ToNodes(Nodes.ALL, Combine.MAX)),
    ("ACL WHOAMI", ANY),
    ("SLOWLOG GET", ToNodes(Nodes.ALL)),
    ("SLOWLOG LEN", ToNodes(Nodes.ALL, Combine.SUM)),
    ("PUBSUB CHANNELS", ToNodes(Nodes.ALL, Combine.UNION)),
    ("PUBSUB NUMSUB k", ToNodes(Nodes.ALL, Combine.COUNTS)),
    ("CLIENT LIST", ToNodes(Nodes.ALL, Combine.TEXTS)),
    ("CLIENT PAUSE 1", EVERYWHERE),
    ("CLIENT KILL ID 1", ToNodes(Nodes.NAMED)),
    ("SHUTDOWN", ToNodes(Nodes.NAMED)),
    ("CLUSTER RESET", ToNodes(Nodes.NAMED)),
    ("CLUSTER KEYSLOT k", ANY),
    ("WAIT 1 0", ToNodes(Nodes.PRIMARIES, Combine.MIN)),
    # senseless: whoever gets it refuses it
    ("GET", ANY),
    ("MGET", ANY),
    ("RENAME a", ANY),
    ("RENAME a b c", ANY),
    ("MSET a 1 b", ANY),
    ("EVAL s 2 k", ANY),
    ("EVAL s x k", ANY),
    ("XREAD k", ANY),
    ("XINFO", ANY),
    ("XINFO STREAM", ANY),
    ("OBJECT nothing", ANY),
    ("CLUSTER COUNTKEYSINSLOT", ANY),
    ("CLUSTER COUNTKEYSINSLOT 16384", ANY),
    ("CLUSTER COUNTKEYSINSLOT x", ANY),
    ("NOSUCH", ANY),
    # nobody here knows
    ("NOSUCH k", Unknown()),
    ("OBJECT nothing k", Unknown()),
    # several slots
    ("MGET a b", InParts(reads=True)),
    ("EXISTS a b", InParts(reads=True)),
    ("TOUCH a b", InParts(reads=True)),
    ("MSET a 1 b 2", InParts()),
    ("DEL a b", InParts()),
    ("UNLINK a b", InParts()),
]


def _request(line: str) -> list[bytes]:
    return [b"" if word == "EMPTY" else word.encode() for word in line.split()]


def _lines(text: str) -> list[str]:
    return [line for part in text.strip().split("\n") for line in part.split(" / ")]


@pytest.mark.parametrize("line", _lines(TO_K))
def test_by_its_keys(line: str) -> None:
    routing = route(_request(line))
    assert isinstance(routing, OneSlot) and routing.slot == K


@pytest.mark.parametrize("line", _lines(K_READS))
def test_reading(line: str) -> None:
    if line.startswith("get"):  # names in small letters are not looked up fast, but found
        assert slot_of_first(_request(line)) == -1
    assert route(_request(line)) == OneSlot(K, reads=True)


@pytest.mark.parametrize(("line", "routing"), WITHOUT_KEYS, ids=[line for line, _ in WITHOUT_KEYS])
def test_others(line: str, routing: Routing) -> None:
    assert route(_request(line)) == routing


@pytest.mark.parametrize("key", ["k", 7, 0.5, bytearray(b"k"), memoryview(b"k")], ids=lambda key: type(key).__name__)
def test_keys_of_any_kind(key: object) -> None:
    written = {"k": b"k", 7: b"7", 0.5: b"0.5"}.get(key, b"k") if isinstance(key, str | int | float) else b"k"
    for request in ((b"GET", key), (b"EVAL", "s", 1, key), (b"MGET", key, key), ("MEMORY", "usage", key)):
        routing = route(request)
        assert isinstance(routing, OneSlot) and routing.slot == slot_of(written)


def test_what_has_no_form_on_the_wire_goes_anywhere_and_is_refused_there() -> None:
    assert isinstance(route((b"GET", object())), OneSlot)


CROSSING = """
MSETNX a 1 b 2 / RENAME a b / SUNIONSTORE a b c / EVAL s 2 a b / SORT a STORE b / ZUNION 2 a b / XREAD STREAMS a b 0 0
GEORADIUS a 0 0 1 km STORE b / MSETEX 2 a 1 b 2 / SSUBSCRIBE a b / BLPOP a b 0 / MIGRATE h 1 EMPTY 0 1 KEYS a b
"""


@pytest.mark.parametrize("line", _lines(CROSSING))
def test_what_cannot_be_split(line: str) -> None:
    with pytest.raises(ClusterCrossSlotError, match=r"[23] keys are in [23] slots.*braces") as caught:
        route(_request(line))
    assert caught.value.fate is Fate.NOT_EXECUTED
    assert str(caught.value).startswith(line.partition(" ")[0])


@given(
    st.sampled_from([entry for entry in COMMANDS.values() if not entry.subcommands]), st.lists(st.binary(max_size=9))
)
@examples(300)
def test_any_request_has_one_of_these_answers(entry: object, arguments: list[bytes]) -> None:
    request = [entry.name.upper().encode(), *arguments]  # type: ignore[attr-defined]
    try:
        routing = route(request)
    except ClusterCrossSlotError:
        assert request[0] not in SPLIT
        return
    if isinstance(routing, InParts):
        assert request[0] in SPLIT and len({slot_of(key) for key in arguments}) > 1


# -- the fast path ----------------------------------------------------------------------------------------------------


def test_the_fast_path_says_what_the_table_says() -> None:
    assert {b"GET", b"SET", b"HSET", b"XADD", b"SPUBLISH"} <= FIRST_KEY
    assert not {b"EVAL", b"XREAD", b"SORT", b"MGET", b"OBJECT", b"GEORADIUS", b"PING"} & FIRST_KEY
    for name in FIRST_KEY:
        entry = find(name)
        assert entry is not None
        for length in range(max(2, entry.least), entry.least + 3):
            assert [place for spec in entry.keys for place in spec.find([b"x"] * length)] == [1]


def test_what_replicas_serve() -> None:
    assert b"GET" in READS and b"MGET" in READS and b"SET" not in READS
    assert all((entry := find(name)) is not None and entry.has_flag("readonly") for name in READS)


def test_the_first_key_of_others_is_not_asked_for() -> None:
    assert slot_of_first((b"GET", b"k")) == K == slot_of_first((b"SET", "k", 1))
    assert slot_of_first((b"GET",)) == slot_of_first((b"EVAL", b"s", 1, b"k")) == -1


# -- requests that go together ----------------------------------------------------------------------------------------

TOGETHER = [
    ("SET k 1 / INCR {k}2 / MGET k {k}3", K),
    ("PING / EVAL s 0 / FLUSHALL", None),
    ("PING / GET k", K),
    ("NOSUCH a / GET k", K),
    ("", None),
]


@pytest.mark.parametrize(("lines", "slot"), TOGETHER)
def test_a_transaction_has_one_slot(lines: str, slot: int | None) -> None:
    assert slot_of_all([_request(line) for line in lines.split(" / ") if line]) == slot


REFUSED_TOGETHER = [
    ("MULTI / GET a / GET b / EXEC", "a transaction"),
    ("MULTI / SET a 1 / EVAL s 1 b / EXEC", "a transaction"),
    ("BLPOP a b 0", "BLPOP"),
    ("WATCH a b", "WATCH"),
    ("SET a 1 / SET b 1 / WAIT 1 0", "a pipeline that waits at the server"),
]


@pytest.mark.parametrize(("lines", "what"), REFUSED_TOGETHER)
def test_what_goes_together_over_slots_is_refused_by_its_name(lines: str, what: str) -> None:
    with pytest.raises(ClusterCrossSlotError, match=f"^{what}: its 2 keys are in 2 slots"):
        slot_of_all([_request(line) for line in lines.split(" / ")])


# -- what the table does not know -------------------------------------------------------------------------------------


def test_a_node_is_asked_for_the_keys() -> None:
    assert asking_for_keys((b"NOSUCH", "k", 1)) == (b"COMMAND", b"GETKEYS", b"NOSUCH", "k", 1)


@pytest.mark.parametrize(
    ("reply", "routing"),
    [([b"k"], OneSlot(K)), ([b"k", b"{k}"], OneSlot(K)), ([], ANY), (None, ANY), (ValueError("no keys"), ANY)],
)
def test_what_it_says_decides(reply: object, routing: Routing) -> None:
    assert route_by_reply((b"NOSUCH", b"k"), reply) == routing


def test_it_may_say_several_slots() -> None:
    with pytest.raises(ClusterCrossSlotError, match="NOSUCH: its 2 keys are in 2 slots"):
        route_by_reply((b"NOSUCH", b"a", b"b"), [b"a", b"b"])


# -- policies ---------------------------------------------------------------------------------------------------------


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
