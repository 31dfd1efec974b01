"""Calls that several nodes of a cluster answer, from threads.

    keys in several slots --> a part to the node of each slot ----> joined
    no keys, for all -------> the same to each of these nodes ----> made one

What belongs here: what leaves for which of them; `pipelining` waits for it. Parts are made and replies joined by
`splitting` and `combining`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from framewire.errors import EncodeError
from framewire.frames.resp import Error
from framewire.redis.client.batches import Failed
from framewire.redis.client.outcomes import unsent
from framewire.redis.cluster.blocking.calling import refusal_of_reply
from framewire.redis.cluster.blocking.nodes import ClusterNode
from framewire.redis.cluster.blocking.pipelining import Pipelining
from framewire.redis.cluster.blocking.places import Places
from framewire.redis.cluster.blocking.redirecting import Redirecting
from framewire.redis.cluster.combining import Combine
from framewire.redis.cluster.destinations import Nodes
from framewire.redis.cluster.shaping import combine_shaped, shaped
from framewire.redis.cluster.splitting import check_form, join, split
from framewire.redis.exchange.calls import Request, Shape

__all__ = ["Several"]

NodeFor = Callable[[int | None, Request, float | None], ClusterNode]
"""Who serves a slot, waited for so many seconds."""


class Several:
    """For the calls of one client."""

    def __init__(self, places: Places, redirecting: Redirecting, node_for: NodeFor) -> None:
        self._places = places
        self._redirecting = redirecting
        self._node_for = node_for

    def in_parts(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        """The reply to a request whose keys are in several slots."""
        _check_form(request)
        parts = split(request)
        requests = [part.request for part in parts]
        pipelining = Pipelining(requests, self._redirecting, timeout)
        for index, part in enumerate(parts):
            pipelining.add(index, self._node_for(part.slot, part.request, timeout))
        return shaped(shape, join(request, parts, _outcomes(requests, pipelining.finish())))

    def ask_all(self, which: Nodes, how: Combine, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        """What the replies of all these nodes become, each asked for itself."""
        _check_form(request)
        self._node_for(None, request, timeout)  # until there is a map
        topology = self._places.topology
        addresses = topology.primaries if which is Nodes.PRIMARIES else topology.nodes
        requests = [request] * len(addresses)
        pipelining = Pipelining(requests, self._redirecting, timeout, pinned=True)
        for index, address in enumerate(addresses):
            pipelining.add(index, self._places.nodes.at(address))
        return combine_shaped(how, request, shape, addresses, _outcomes(requests, pipelining.finish()))


def _check_form(request: Request) -> None:
    """Before any part of it may be executed. Raises `DataError`."""
    try:
        check_form(request)
    except EncodeError as error:
        raise unsent(error) from None


def _outcomes(requests: Sequence[Request], replies: Sequence[Any]) -> list[Any]:
    """Replies with exceptions in the place of errors."""
    return [_outcome(request, reply) for request, reply in zip(requests, replies, strict=True)]


def _outcome(request: Request, reply: Any) -> Any:
    if isinstance(reply, Failed):
        return reply.error
    return refusal_of_reply(request, reply) if isinstance(reply, Error) else reply
