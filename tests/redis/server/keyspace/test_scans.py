"""Cursors: what is there from the first page to the last is returned, whatever happens meanwhile."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.server.keyspace.scans import Scans
from tests.properties import examples


def members(count: int) -> set[bytes]:
    return {b"%d" % number for number in range(count)}


def walk(scans: Scans, collection: set[bytes], count: int = 10) -> list[bytes]:
    """All that a whole scan returns."""
    cursor, found = scans.page(collection, 0, count)
    while cursor:
        cursor, more = scans.page(collection, cursor, count)
        found += more
    return found


def test_pages_are_about_as_long_as_asked_for() -> None:
    scans, collection = Scans(), members(25)
    first, page_1 = scans.page(collection, 0, 10)
    second, page_2 = scans.page(collection, first, 10)
    third, page_3 = scans.page(collection, second, 10)
    assert [len(page_1), len(page_2), len(page_3), third] == [10, 10, 5, 0]
    assert {*page_1, *page_2, *page_3} == collection


def test_a_collection_that_fits_one_page_is_not_kept() -> None:
    scans = Scans()
    assert scans.page(members(10), 0, 10)[0] == 0
    assert scans.page(set(), 0, 1) == (0, [])
    assert len(scans) == 0


def test_a_finished_scan_is_not_kept() -> None:
    scans, collection = Scans(), members(20)
    assert sorted(walk(scans, collection)) == sorted(collection)
    assert len(scans) == 0


def test_a_page_can_be_asked_for_again() -> None:
    scans, collection = Scans(), members(30)
    cursor, _ = scans.page(collection, 0, 10)
    assert scans.page(collection, cursor, 10) == scans.page(collection, cursor, 10)


def test_cursors_are_exact_numbers_in_every_language() -> None:
    scans, collection = Scans(), members(30)
    for _ in range(3):
        cursor, _ = scans.page(collection, 0, 10)
        assert 0 < cursor < 2**53


def test_what_is_gone_is_not_returned() -> None:
    scans, collection = Scans(), members(30)
    cursor, first = scans.page(collection, 0, 10)
    collection.intersection_update(first)
    assert scans.page(collection, cursor, 20) == (0, [])


def test_an_unknown_cursor_gets_everything_at_once() -> None:
    scans, collection = Scans(), members(30)
    known, _ = scans.page(collection, 0, 10)
    for cursor in (1, 17, known + 2**32, known - 2**32, 2**64 - 1):
        following, found = scans.page(collection, cursor, 10)
        assert (following, set(found)) == (0, collection)


def test_a_place_behind_the_end_is_the_end() -> None:
    scans, collection = Scans(), members(30)
    cursor, _ = scans.page(collection, 0, 10)
    assert scans.page(collection, cursor + 1_000, 10) == (0, [])


def test_more_scans_than_are_kept_come_to_their_end() -> None:
    """Each pushes another one out; nothing is missed, and nobody goes round for ever."""
    scans, collection = Scans(most_scans=2), members(50)
    found: list[set[bytes]] = [set() for _ in range(5)]
    cursors = [0] * 5
    for _ in range(50):
        for index, cursor in enumerate(cursors):
            if cursor >= 0:
                following, page = scans.page(collection, cursor, 10)
                found[index].update(page)
                cursors[index] = following or -1
        assert len(scans) <= 2
    assert cursors == [-1] * 5
    assert all(each == collection for each in found)


def test_members_are_counted_and_the_newest_scan_is_kept() -> None:
    scans, small, large = Scans(most_members=100), members(30), members(500)
    for _ in range(5):
        scans.page(small, 0, 10)
    assert len(scans) == 3
    cursor, first = scans.page(large, 0, 10)
    assert len(scans) == 1
    cursor, second = scans.page(large, cursor, 10)
    assert cursor and len(first) == len(second) == 10
    scans.page(small, 0, 10)
    assert len(scans) == 1


CHANGES = st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=8)


@examples(60)
@given(start=st.sets(st.integers(0, 60)), rounds=st.lists(CHANGES, max_size=12), count=st.integers(1, 12))
def test_what_stays_is_returned(start: set[int], rounds: list[list[tuple[bool, int]]], count: int) -> None:
    scans, collection = Scans(most_scans=1), {b"%d" % number for number in start}
    stayed, found, pending = set(collection), set(), list(rounds)
    cursor, page = scans.page(collection, 0, count)
    found.update(page)
    while cursor:
        for add, number in pending.pop() if pending else ():
            (collection.add if add else collection.discard)(b"%d" % number)
        stayed &= collection
        cursor, page = scans.page(collection, cursor, count)
        assert collection.issuperset(page)
        found.update(page)
    assert found >= stayed
