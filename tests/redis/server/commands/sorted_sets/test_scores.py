"""How scores are read and replied."""

from __future__ import annotations

import pytest

from framewire.redis.server.commands.sorted_sets.scores import parse_score
from tests.redis.server.scripted import ScriptedClient


def test_scores_are_numbers_and_pairs_in_resp3(client: ScriptedClient) -> None:
    client("HELLO 3")
    client("ZADD z 0.1 a 2 b")
    assert client("ZSCORE z a") == 0.1
    assert client("ZRANGE z 0 -1 WITHSCORES") == [[b"a", 0.1], [b"b", 2.0]]
    assert client("ZPOPMIN z") == [b"a", 0.1]
    assert client("ZPOPMIN z 1") == [[b"b", 2.0]]


@pytest.mark.parametrize("text", ["1", "1.5", ".5", "5.", "-1", "1e3", "inf", "0x10", "9" * 19, "0." + "1" * 30])
def test_scores_are_read_as_numbers(text: str) -> None:
    assert parse_score(text.encode()) == (16 if text == "0x10" else float(text))
