"""A batch that waits at its servers, taken apart."""

from __future__ import annotations

import pytest

from framewire.redis.client.errors import ClusterCrossSlotError
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.apart import of_own_link, part_by_waiting


def requests_of(text: str) -> list[tuple[bytes, ...]]:
    return [tuple(words.encode().split()) for words in text.split(" / ")]


@pytest.mark.parametrize(
    ("text", "together", "groups"),
    [
        ("GET a / GET b", [0, 1], []),
        ("GET a / BLPOP a 1 / GET b", [2], [[0, 1]]),
        ("SET {a}1 x / BLPOP {a}2 1 / GET b / BLPOP b 1 / INCR {a}3", [], [[0, 1, 4], [2, 3]]),
        ("PING / BLPOP a 1 / MGET a b / DBSIZE", [0, 2, 3], [[1]]),
        ("XREAD STREAMS a 0 / XREAD BLOCK 0 STREAMS b 0", [0], [[1]]),
        ("BLPOP a b 1 / GET a", [1], [[0]]),
        ("BLPOP / GET a", [1], [[0]]),
        ("RENAME a b / BLPOP a 1", [0], [[1]]),
        ("SET {a}1 x / PING / WAIT 1 100 / GET {a}2", [], [[0, 1, 2, 3]]),
        ("WAIT 1 100", [], [[0]]),
    ],
)
def test_who_waits_has_its_slot_to_itself(text: str, together: list[int], groups: list[list[int]]) -> None:
    assert part_by_waiting(requests_of(text)) == (together, groups)


def test_wait_is_about_one_link() -> None:
    with pytest.raises(ClusterCrossSlotError, match="2 slots") as refused:
        part_by_waiting(requests_of("SET a 1 / SET b 1 / WAIT 1 100"))
    assert refused.value.fate is Fate.NOT_EXECUTED


@pytest.mark.parametrize(("word", "is_so"), [(b"WAIT", True), ("waitaof", True), (b"BLPOP", False)])
def test_of_own_link(word: bytes | str, is_so: bool) -> None:
    assert of_own_link((word, b"1")) is is_so
