from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.errors import DataError
from framewire.redis.client.subscriptions.asked import topics_of, with_handlers
from framewire.redis.client.subscriptions.items import Kind


@pytest.mark.parametrize(("names", "expected"), [
    (("a", b"b", bytearray(b"c"), memoryview(b"d")), [b"a", b"b", b"c", b"d"]),
    ((["a", "b"],), [b"a", b"b"]),
    ((["a"], "b"), [b"a", b"b"]),
    (("ü",), ["ü".encode()]),
    ((), []),
])  # fmt: skip
def test_names(names: tuple[Any, ...], expected: list[bytes]) -> None:
    assert topics_of(Kind.SHARD, names) == [(Kind.SHARD, name) for name in expected]


def test_handlers_are_channels_by_keyword() -> None:
    assert with_handlers(Kind.CHANNEL, ("a", "b"), {"b": print, "c": repr}) == {
        (Kind.CHANNEL, b"a"): None, (Kind.CHANNEL, b"b"): print, (Kind.CHANNEL, b"c"): repr,
    }  # fmt: skip


@pytest.mark.parametrize(("names", "text"), [((), "name at least one"), ((1,), "not int"), ((None,), "not NoneType")])
def test_what_is_no_name(names: tuple[Any, ...], text: str) -> None:
    with pytest.raises(DataError, match=text):
        with_handlers(Kind.CHANNEL, names, {})
