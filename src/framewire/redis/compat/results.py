"""Results as redis-py has them, where ours are other ones.

What belongs here: for each such command the shape of its result with redis-py 8 under RESP2; and text as
`decode_responses` makes it. `docs/clients-shapes.md` has the same table in words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from framewire.redis.client.shapes.basic import flag, flags, ok
from framewire.redis.exchange.calls import Shape

__all__ = ["decoded", "shape_of"]


def _ok_or_none(reply: Any) -> bool | None:
    return None if reply is None else True


def _number(reply: Any) -> Any:
    return int(reply) if isinstance(reply, bool) else reply


def _numbers(reply: Any) -> Any:
    return [int(item) for item in reply]


_SHAPES: Final[dict[tuple[bytes, Shape | None], Shape]] = {
    (b"SET", ok): _ok_or_none,
    (b"HSETNX", flag): _number,
    (b"HSETEX", flag): _number,
    (b"SISMEMBER", flag): _number,
    (b"PFADD", flag): _number,
    (b"SMISMEMBER", flags): _numbers,
}


def shape_of(request: tuple[Any, ...], shape: Shape | None) -> Shape | None:
    """What makes redis-py's result of the reply to `request`, in place of `shape`."""
    return _SHAPES.get((request[0], shape), shape)


def decoded(shape: Shape | None, encoding: str, errors: str) -> Shape:
    """`shape`, and then text in place of bytes."""

    def decode(value: Any) -> Any:
        kind = type(value)
        if kind is bytes:
            return value.decode(encoding, errors)
        if kind is list:
            return [decode(item) for item in value]
        if kind is dict:
            return {decode(key): decode(item) for key, item in value.items()}
        if kind is tuple:
            return tuple(decode(item) for item in value)
        if kind is set:
            return {decode(item) for item in value}
        return value

    if shape is None:
        return decode
    inner: Callable[[Any], Any] = shape
    return lambda reply: decode(inner(reply))
