"""What requests mean to a cache: rows for each kind, and for all commands what must hold of them."""

from __future__ import annotations

from enum import IntEnum

import pytest

from framewire._impl import Bytes, pack_command
from framewire.redis.client.caching.kinds import (
    EVERYTHING,
    NOTHING,
    Keys,
    Kind,
    changed_by,
    changed_elsewhere_by,
    kind_of,
    read_by,
)  # fmt: skip
from framewire.redis.facts.table import walk

Words = tuple[object, ...]


def request(line: str) -> Words:
    return tuple(word.encode() for word in line.split())


KINDS = {
    Kind.KEPT: """GET k|MGET a b|STRLEN k|EXISTS a b|TYPE k|HGETALL h|HGET h f|HMGET h f g|LRANGE l 0 -1|SMEMBERS s|
        SINTER a b|SINTERCARD 2 a b|ZRANGE z 0 -1 WITHSCORES|ZSCORE z m|XRANGE x - +|XLEN x|GETBIT k 1|LCS a b|
        BITFIELD_RO k GET u8 0|GEOSEARCH g FROMMEMBER m BYRADIUS 1 km|EXPIRETIME k|HEXPIRETIME h FIELDS 1 f""",
    Kind.CHANGES: """SET k v|DEL a b|INCR k|GETDEL k|GETEX k|SORT k|BITFIELD k GET u8 0|BLPOP l 0|MOVE k 1|
        RENAME a b|FLUSHALL|FLUSHDB|SWAPDB 0 1|EVAL x 1 k|EVALSHA x 0|FCALL f 1 k|XGROUP CREATE x g $|
        XREADGROUP GROUP g c STREAMS x >|NOSUCHCOMMAND k|JSON.GET k|RESTORE k 0 x|SPOP s|ZPOPMIN z|PFADD p 1|
        XAUTOCLAIM x g c 0 0|XGROUP NOSUCHTHING x|XGROUP""",
    Kind.NEITHER: """PING|TTL k|PTTL k|RANDOMKEY|KEYS *|SCAN 0|DBSIZE|SRANDMEMBER s|HRANDFIELD h|ZRANDMEMBER z|
        SSCAN s 0|XREAD STREAMS x 0|XPENDING x g|XINFO STREAM x|OBJECT ENCODING k|OBJECT FREQ k|MEMORY USAGE k|
        TOUCH k|PFCOUNT p|SORT_RO k|DUMP k|EVAL_RO x 1 k|FCALL_RO f 1 k|SCRIPT LOAD x|FUNCTION LIST|PUBLISH c m|
        MULTI|EXEC|WATCH k|CLIENT LIST|CONFIG GET *|INFO|WAIT 1 0|TIME""",
}
ROWS = [(line.strip(), kind) for kind, lines in KINDS.items() for line in lines.split("|")]


@pytest.mark.parametrize(("line", "kind"), ROWS)
def test_what_a_request_means(line: str, kind: Kind) -> None:
    assert kind_of(request(line)) is kind


@pytest.mark.parametrize("entry", list(walk()), ids=lambda entry: entry.name)
def test_what_writes_changes_and_what_is_kept_reads_keys(entry: object) -> None:
    assert hasattr(entry, "name")
    kind = kind_of(request(entry.name.upper().replace("|", " ")))
    if entry.has_flag("write"):  # type: ignore[attr-defined]
        assert kind is Kind.CHANGES
    if kind is Kind.KEPT:
        assert entry.has_flag("readonly")  # type: ignore[attr-defined]
        assert entry.has_keys  # type: ignore[attr-defined]
        assert not entry.has_flag("blocking")  # type: ignore[attr-defined]


CHANGED: list[tuple[str, Keys, Keys]] = [
    # requests that leave together; the keys they change, here and in other databases
    ("PING", NOTHING, NOTHING),
    ("GET k", NOTHING, NOTHING),
    ("SET k v", frozenset({b"k"}), NOTHING),
    ("SET a v; PING; MSET b 1 c 2", frozenset({b"a", b"b", b"c"}), NOTHING),
    ("SORT k STORE d", frozenset({b"k", b"d"}), NOTHING),
    ("BLMPOP 0 2 a b LEFT", frozenset({b"a", b"b"}), NOTHING),
    ("XREADGROUP GROUP g c STREAMS x y > >", frozenset({b"x", b"y"}), NOTHING),
    ("MOVE k 1", frozenset({b"k"}), frozenset({b"k"})),
    ("COPY a b DB 2", frozenset({b"a", b"b"}), frozenset({b"a", b"b"})),
    ("EVAL x 1 k", frozenset({b"k"}), frozenset({b"k"})),
    ("EVAL x 1 k; SET a v", frozenset({b"k", b"a"}), frozenset({b"k"})),
    ("EVAL x 0", EVERYTHING, EVERYTHING),
    ("FLUSHALL", EVERYTHING, EVERYTHING),
    ("SET k v; SWAPDB 0 1", EVERYTHING, EVERYTHING),
    ("NOSUCHCOMMAND k", EVERYTHING, EVERYTHING),
    ("MULTI; SET k v; EXEC", frozenset({b"k"}), NOTHING),
    ("MULTI; GET k; EXEC", NOTHING, NOTHING),
    ("EXEC", EVERYTHING, EVERYTHING),
    ("SET k v; EXEC", EVERYTHING, EVERYTHING),
    ("MULTI", NOTHING, NOTHING),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "here", "elsewhere"), CHANGED)
def test_what_changes(lines: str, here: Keys, elsewhere: Keys) -> None:
    requests = [request(line) for line in lines.split("; ")]
    assert changed_by(requests) == here
    assert changed_elsewhere_by(requests) == elsewhere


class Number(IntEnum):
    SEVEN = 7


KEYS: list[object] = [
    b"k", "k", "é", bytearray(b"k"), memoryview(b"k"), Bytes(b"k"), 7, -7, 1.5, 1e20, 1e16, 0.1, float("inf"),
    Number.SEVEN,
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_keys_are_known_as_the_server_knows_them(key: object) -> None:
    on_the_wire = pack_command(b"GET", key).split(b"\r\n")[4]
    assert read_by((b"GET", key)) == [on_the_wire]
    assert changed_by([(b"SET", key, b"v")]) == {on_the_wire}


@pytest.mark.parametrize("line", ["SINTERCARD 0", "SINTERCARD x a", "GET", "ZDIFF 0"])
def test_requests_that_make_no_sense_have_no_keys(line: str) -> None:
    assert kind_of(request(line)) is Kind.KEPT
    assert read_by(request(line)) == []
