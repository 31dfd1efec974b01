"""Addresses: how they are written, and how redirects spell them."""

from __future__ import annotations

import pytest

from framewire.redis.cluster.addresses import Address, split_endpoint

WRITTEN = [
    (Address("127.0.0.1", 6379), "127.0.0.1:6379"),
    (Address("node-1.example", 1), "node-1.example:1"),
    (Address("::1", 6379), "[::1]:6379"),
]


@pytest.mark.parametrize(("address", "text"), WRITTEN)
def test_written(address: Address, text: str) -> None:
    assert str(address) == f"{address}" == text


ENDPOINTS = [
    ("127.0.0.1:6381", ("127.0.0.1", 6381)),
    ("::1:6381", ("::1", 6381)),
    ("2001:db8::7:65535", ("2001:db8::7", 65535)),
    (":6381", ("", 6381)),
    ("?:6381", ("?", 6381)),
    ("a.example:1", ("a.example", 1)),
]


@pytest.mark.parametrize(("text", "parts"), ENDPOINTS)
def test_endpoints(text: str, parts: tuple[str, int]) -> None:
    assert split_endpoint(text) == parts


@pytest.mark.parametrize(
    "text", ["", "host", "host:", "host:0", "host:65536", "host:-1", "host:1x", "host:٣", "h:000001", "h" * 256 + ":1"]
)
def test_what_is_no_endpoint(text: str) -> None:
    assert split_endpoint(text) is None
