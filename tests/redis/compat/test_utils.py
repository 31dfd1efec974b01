"""Small helpers, and the modules that people import from."""

from __future__ import annotations

import importlib

import pytest

from framewire.redis import compat
from framewire.redis.compat.utils import pipeline, safe_str, str_if_bytes


@pytest.mark.parametrize(("value", "text"), [(b"\xc3\xa4", "ä"), ("x", "x"), (b"\xff", "�")])
def test_str_if_bytes(value: bytes | str, text: str) -> None:
    assert str_if_bytes(value) == text


def test_safe_str() -> None:
    assert (safe_str(1), safe_str(b"a")) == ("1", "a")


def test_a_pipeline_that_is_executed_at_the_end() -> None:
    with compat.utils.from_url("memory://") as client:
        with pipeline(client) as pipe:
            pipe.set("a", 1)
        assert client.get("a") == b"1"


@pytest.mark.parametrize("name", [
    "client", "connection", "exceptions", "lock", "backoff", "retry", "credentials", "utils", "typing", "asyncio",
    "asyncio.client", "asyncio.connection", "asyncio.lock", "asyncio.retry",
])  # fmt: skip
def test_modules_have_what_they_say(name: str) -> None:
    module = importlib.import_module(f"framewire.redis.compat.{name}")
    assert module.__all__ and all(hasattr(module, each) for each in module.__all__)


def test_the_package_has_what_it_says() -> None:
    assert all(hasattr(compat, name) for name in compat.__all__)
    assert compat.asyncio.Redis is not compat.Redis and compat.StrictRedis is compat.Redis
