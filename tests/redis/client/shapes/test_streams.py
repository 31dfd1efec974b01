"""Entries of streams, as every version and both protocols have them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.client.shapes.streams import (
    autoclaimed,
    autoclaimed_ids,
    entries,
    pending_entries,
    pending_summary,
    read,
    stream_in_full,
    stream_info,
)

FIELDS = st.dictionaries(st.binary(max_size=5), st.binary(max_size=5), min_size=1, max_size=4)
ENTRIES = st.lists(st.tuples(st.binary(max_size=5), FIELDS), max_size=4)


def wired(found: list[tuple[bytes, dict[bytes, bytes]]]) -> list[list[object]]:
    return [[id, [part for pair in fields.items() for part in pair]] for id, fields in found]


@given(ENTRIES)
def test_entries(found: list[tuple[bytes, dict[bytes, bytes]]]) -> None:
    assert entries(wired(found)) == found


@given(st.dictionaries(st.binary(max_size=5), ENTRIES, max_size=4))
def test_reading_is_the_same_from_both_protocols(streams: dict[bytes, list[tuple[bytes, dict[bytes, bytes]]]]) -> None:
    assert read([[name, wired(found)] for name, found in streams.items()]) == streams
    assert read({name: wired(found) for name, found in streams.items()}) == streams


def test_nothing_and_the_deleted() -> None:
    assert read(None) == read([]) == {}
    assert entries([None, [b"1-1", None]]) == [(b"1-1", {})]


def test_the_last_of_two_values_is_kept() -> None:
    assert entries([[b"1-1", [b"f", b"1", b"f", b"2"]]]) == [(b"1-1", {b"f": b"2"})]


def test_autoclaim_of_redis_6_has_no_deleted_ids() -> None:
    assert autoclaimed([b"0-0", [[b"1-1", [b"f", b"v"]]]]) == (b"0-0", [(b"1-1", {b"f": b"v"})], [])
    assert autoclaimed_ids([b"0-0", [b"1-1"]]) == (b"0-0", [b"1-1"], [])


def test_pending() -> None:
    assert pending_summary([0, None, None, None])["consumers"] == []
    assert pending_summary([1, b"1-1", b"1-1", [[b"c", b"1"]]])["consumers"] == [{"name": b"c", "pending": 1}]
    assert pending_entries([[b"1-1", b"c", 5, 1]])[0]["time_since_delivered"] == 5


def test_accounts_of_older_servers() -> None:
    """Redis 5 and 6 name fewer things; what they do not name is not there."""
    assert stream_info([b"length", 0]) == {"length": 0}
    assert stream_in_full({b"entries": [], b"groups": []}) == {"entries": {}, "groups": []}
