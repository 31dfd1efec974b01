"""What people take from redis-py's module of this name.

What belongs here: small helpers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from framewire.redis.compat.client import Redis
from framewire.redis.compat.pipeline import Pipeline

__all__ = ["from_url", "pipeline", "safe_str", "str_if_bytes"]


def from_url(url: str, **settings: Any) -> Redis:
    """The client that a URL means."""
    return Redis.from_url(url, **settings)


@contextmanager
def pipeline(redis_obj: Redis) -> Iterator[Pipeline]:
    """A pipeline that is executed at the end of the block."""
    made = redis_obj.pipeline()
    yield made
    made.execute()


def str_if_bytes(value: Any) -> Any:
    """Text in place of bytes."""
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value


def safe_str(value: Any) -> str:
    """The text of any value, of bytes what they are as UTF-8."""
    return str(str_if_bytes(value))
