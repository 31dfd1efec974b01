"""A reply that several nodes have given, in the shape that its caller asked for.

What belongs here: what is shaped, each node's reply or the one that they become, for asyncio as for threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from framewire.redis.client.requests import name_of
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.combining import Combine, combine
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["combine_shaped", "shaped"]


def shaped(shape: Shape | None, reply: Any) -> Any:
    """The reply in its shape. Raises what the shape raises."""
    return reply if shape is None else shape(reply)


def combine_shaped(
    how: Combine, request: Request, shape: Shape | None, addresses: Sequence[Address], replies: Sequence[Any]
) -> Any:
    """As `combine`, of the `replies` of the nodes at `addresses`: of BY_NODE each has the shape, else the one that they
    become. Raises as `combine`, and what the shape raises: of one node's reply, that is its failure.
    """
    by_node = how is Combine.BY_NODE
    if by_node:
        replies = [_shaped_or_failed(shape, reply) for reply in replies]
    reply = combine(how, name_of(request), dict(zip(addresses, replies, strict=True)))
    return reply if by_node else shaped(shape, reply)


def _shaped_or_failed(shape: Shape | None, reply: Any) -> Any:
    if isinstance(reply, Exception):
        return reply
    try:
        return shaped(shape, reply)
    except Exception as error:
        return error
