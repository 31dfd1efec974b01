"""Sizes with a unit: which texts are some, and which are none."""

from __future__ import annotations

import pytest

from framewire.redis.server.parsing.memory import parse_memory

SIZES = [
    (b"100", 100), (b"1b", 1), (b"1k", 1000), (b"1KB", 1024), (b"2m", 2_000_000), (b"2Mb", 2 * 1024**2),
    (b"1g", 1000**3), (b"1gB", 1024**3), (b"", 0), (b"kb", 0), (b"007", 7), (b"9223372036854775807", 2**63 - 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "size"), SIZES)
def test_sizes(text: bytes, size: int) -> None:
    assert parse_memory(text) == size


@pytest.mark.parametrize(
    "text", [b"-1", b"+1", b"1.5", b"1 kb", b"1tb", b"x", b"9223372036854775808", b"9223372036854775807k", b"1" * 5_000]
)
def test_no_sizes(text: bytes) -> None:
    assert parse_memory(text) is None
