"""Counters of servers, as their versions and both protocols have them."""

from __future__ import annotations

from framewire.redis.client.shapes.observing import histograms, memory_stats, slow_commands


def test_slow_commands_of_old_servers_have_no_client() -> None:
    (slow,) = slow_commands([[1, 2, 3, [b"GET", b"k"]]])
    assert (slow["command"], slow["client_address"], slow["client_name"]) == (b"GET k", b"", b"")


def test_slow_commands_of_newer_servers_may_say_more() -> None:
    (slow,) = slow_commands([[1, 2, 3, [b"GET"], b"127.0.0.1:1", b"me", b"more"]])
    assert (slow["client_address"], slow["client_name"]) == (b"127.0.0.1:1", b"me")


def test_both_protocols() -> None:
    assert histograms([b"get", [b"calls", 2, b"histogram_usec", [1, 2]]]) == histograms(
        {b"get": {b"calls": 2, b"histogram_usec": {1: 2}}}
    )
    flat = [b"keys.count", 1, b"ratio", b"1.5", b"allocator", b"jemalloc", b"db.0", [b"overhead", 72]]
    maps = {b"keys.count": 1, b"ratio": 1.5, b"allocator": b"jemalloc", b"db.0": {b"overhead": 72}}
    assert memory_stats(flat) == memory_stats(maps)
    assert memory_stats(maps) == {"keys.count": 1, "ratio": 1.5, "allocator": "jemalloc", "db.0": {"overhead": 72}}
