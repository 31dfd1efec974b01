"""Where keys stand: places and finders, with sensible and with hostile requests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.facts import KeySpec, find, walk
from framewire.redis.facts.keys import (
    find_migrated_key,
    find_migrated_keys,
    find_sort_target,
    find_store,
    find_storedist,
    flags_of_bitfield,
    flags_of_set,
)


def request(text: str) -> list[bytes]:
    return [b"" if word == '""' else word.encode() for word in text.split()]


RANGE_TO_END = KeySpec("RO", last=-1)
PAIRS = KeySpec("OW", last=-1, step=2)
ALL_BUT_LAST = KeySpec("RW", last=-2)
COUNTED = KeySpec("RO", 2, counted=True)
COUNTED_PAIRS = KeySpec("OW", step=2, counted=True)
HALF_OF_REST = KeySpec("RO", last=-1, keyword="STREAMS", limit=2)
ONE_BEHIND_WORD = KeySpec("OW", 5, 5, keyword="STORE")
BACKWARDS = KeySpec("RW", -2, -1, keyword="KEYS")


@pytest.mark.parametrize(
    ("spec", "text", "positions"),
    [
        (KeySpec("RO"), "GET k", [1]),
        (KeySpec("RO"), "GET", []),
        (KeySpec("RO", 2, 2), "X a", []),
        (RANGE_TO_END, "MGET a b c", [1, 2, 3]),
        (RANGE_TO_END, "MGET", []),
        (PAIRS, "MSET a 1 b 2", [1, 3]),
        (PAIRS, "MSET a 1 b", [1, 3]),
        (ALL_BUT_LAST, "BLPOP a b 0", [1, 2]),
        (ALL_BUT_LAST, "BLPOP a", []),
        (ALL_BUT_LAST, "BLPOP", []),
        (COUNTED, "EVAL s 2 a b c", [3, 4]),
        (COUNTED, "EVAL s 0 a", []),
        (COUNTED, "EVAL s 3 a b", []),
        (COUNTED, "EVAL s", []),
        (COUNTED, "EVAL s -1 a", []),
        (COUNTED, "EVAL s +1 a", []),
        (COUNTED, "EVAL s 01 a", []),
        (COUNTED, "EVAL s 1x a", []),
        (COUNTED, "EVAL s \u00b2 a", []),
        (COUNTED, "EVAL s 2147483647 a", []),
        (COUNTED, "EVAL s 4294967297 a", []),
        (COUNTED, "EVAL s 9223372036854775807 a", []),
        (COUNTED, "EVAL s " + "9" * 5000 + " a", []),
        (COUNTED_PAIRS, "MSETEX 2 a 1 b 2", [2, 4]),
        (COUNTED_PAIRS, "MSETEX 2 a 1 b", [2, 4]),
        (COUNTED_PAIRS, "MSETEX 3 a 1 b 2", []),
        (HALF_OF_REST, "XREAD COUNT 1 streams a b 0 0", [4, 5]),
        (HALF_OF_REST, "XREAD STREAMS a b 0", [2]),
        (HALF_OF_REST, "XREAD STREAMS", []),
        (HALF_OF_REST, "XREAD a b", []),
        (HALF_OF_REST, "STREAMS a b", []),
        (ONE_BEHIND_WORD, "X k m 1 km STORE d e", [6]),
        (ONE_BEHIND_WORD, "X k m 1 km store", []),
        (ONE_BEHIND_WORD, "X STORE d", []),
        (BACKWARDS, "X 1 KEYS a KEYS b c", [5, 6]),
        (BACKWARDS, "X 1 a KEYS", []),
        (BACKWARDS, "KEYS a", []),
        (KeySpec("RO", unknown=True), "SORT l BY x", []),
    ],
)
def test_places(spec: KeySpec, text: str, positions: list[int]) -> None:
    assert spec.find(request(text)) == positions


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("SORT l", []),
        ("SORT l STORE d", [3]),
        ("SORT l STORE a store b", [5]),
        ("SORT l STORE", []),
        ("SORT l GET STORE x", []),
        ("SORT l BY STORE GET # STORE d", [7]),
        ("SORT l LIMIT 0 STORE d", []),
        ("SORT", []),
    ],
)
def test_sort(text: str, positions: list[int]) -> None:
    assert find_sort_target(request(text)) == positions


@pytest.mark.parametrize(
    ("text", "one", "several"),
    [
        ("MIGRATE h 1 k 0 1", [3], []),
        ("MIGRATE h 1 k 0 1 KEYS", [3], []),
        ("MIGRATE h 1 k 0 1 KEYS a", [], []),
        ("MIGRATE h 1 k 0 1 AUTH KEYS", [3], []),
        ('MIGRATE h 1 "" 0 1 COPY REPLACE keys a b', [], [9, 10]),
        ('MIGRATE h 1 "" 0 1 AUTH KEYS KEYS a', [], [9]),
        ('MIGRATE h 1 "" 0 1 AUTH2 KEYS KEYS KEYS a', [], [10]),
        ('MIGRATE h 1 "" 0 1', [3], []),
        ("MIGRATE h 1", [], []),
        ("MIGRATE", [], []),
    ],
)
def test_migrate(text: str, one: list[int], several: list[int]) -> None:
    assert (find_migrated_key(request(text)), find_migrated_keys(request(text))) == (one, several)


@pytest.mark.parametrize(
    ("text", "store", "storedist"),
    [
        ("G k m 1 km", [], []),
        ("G k m 1 km STORE a", [6], []),
        ("G k m 1 km storedist a", [], [6]),
        ("G k m 1 km STORE a STOREDIST b", [], [8]),
        ("G k m 1 km STOREDIST a STORE b", [8], []),
        ("G k m 1 km STORE STOREDIST b", [6], []),
        ("G k m 1 km STORE", [], []),
        ("G", [], []),
    ],
)
def test_georadius(text: str, store: list[int], storedist: list[int]) -> None:
    assert (find_store(request(text)), find_storedist(request(text))) == (store, storedist)


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("SET k v", "OW update"),
        ("SET GET GET", "OW update"),
        ("SET k v EX 5 get", "RW access update"),
        ("SET", "OW update"),
    ],
)
def test_set(text: str, flags: str) -> None:
    assert flags_of_set(request(text)) == flags


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("BITFIELD k", "RO access"),
        ("BITFIELD k get u8 0 OVERFLOW SAT GET u8 8", "RO access"),
        ("BITFIELD k GET u8", "RW access update"),
        ("BITFIELD k SET u8 0 1", "RW access update"),
        ("BITFIELD k GET u8 0 INCRBY u8 0 1", "RW access update"),
        ("BITFIELD k what", "RW access update"),
        ("BITFIELD", "RO access"),
    ],
)
def test_bitfield(text: str, flags: str) -> None:
    assert flags_of_bitfield(request(text)) == flags


def test_markers_are_not_what_is_done() -> None:
    entry = find(b"set")
    assert entry is not None
    assert entry.keys[0].flags == "RW access update variable_flags"
    assert entry.find_keys(request("SET k v GET")) == [(1, "RW access update")]
    assert KeySpec("RW access delete incomplete").flags_for([]) == "RW access delete"


WORDS = [b"", b"0", b"1", b"2", b"-1", b"9" * 20, b"GET", b"STORE", b"STREAMS", b"KEYS", b"AUTH", b"a\xff"]


@given(words=st.lists(st.sampled_from(WORDS), max_size=9), data=st.data())
def test_no_request_is_too_odd(words: list[bytes], data: st.DataObject) -> None:
    """No exception, no position outside the request, none twice in one place."""
    entry = data.draw(st.sampled_from(list(walk())))
    for spec in entry.keys:
        positions = spec.find([b"X", *words])
        assert all(1 <= position <= len(words) for position in positions)
        assert len(set(positions)) == len(positions)
    assert len(entry.keys_in([b"X", *words])) <= len(entry.keys) * len(words)
    entry.find_keys([b"X", *words])
