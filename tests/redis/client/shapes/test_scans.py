"""Pages of SCAN and its kin."""

from __future__ import annotations

import pytest

from framewire.redis.client.shapes.scans import page_of_items, page_of_pairs, page_of_scores, page_of_scores_as

ITEMS = [b"a", b"1.5", b"b", b"-inf"]


@pytest.mark.parametrize("cursor", [b"0", b"18446744073709551615"])
def test_pages(cursor: bytes) -> None:
    number = int(cursor)
    assert page_of_items([cursor, ITEMS]) == (number, ITEMS)
    assert page_of_pairs([cursor, ITEMS]) == (number, {b"a": b"1.5", b"b": b"-inf"})
    assert page_of_scores([cursor, ITEMS]) == (number, [(b"a", 1.5), (b"b", float("-inf"))])
    assert page_of_scores_as(int)([cursor, ITEMS[:2]]) == (number, [(b"a", 1)])


def test_maps_and_sets_and_pairs_of_resp3_would_do_too() -> None:
    assert page_of_pairs([b"0", {b"a": b"1"}]) == (0, {b"a": b"1"})
    assert page_of_items([b"0", {b"a"}]) == (0, [b"a"])
    assert page_of_scores([b"0", [[b"a", 1.5]]]) == (0, [(b"a", 1.5)])
