"""What pops from several lists return."""

from __future__ import annotations

from framewire.redis.client.shapes.lists import popped


def test_pops() -> None:
    assert popped([b"k", b"1"]) == (b"k", b"1")
    assert popped([b"k", [b"1", b"2"]]) == (b"k", [b"1", b"2"])
    assert popped(None) is None
