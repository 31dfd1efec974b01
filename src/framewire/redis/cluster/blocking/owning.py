"""Links of one's own to the nodes of a cluster, from threads: for blocking commands, transactions that watch, and
whoever asks.

What belongs here: the node that such a link goes to, and another link where that node does not serve the slot any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.errors import RedisError
from framewire.redis.client.options import Options
from framewire.redis.cluster.blocking.calling import ASKING, Calling
from framewire.redis.cluster.blocking.nodes import ClusterNode
from framewire.redis.cluster.blocking.redirecting import Redirecting
from framewire.redis.cluster.decisions import GiveUp
from framewire.redis.cluster.routing import refuse_named, slot_of_all
from framewire.redis.cluster.told import ENDLESS_SECONDS
from framewire.redis.exchange.calls import Request

__all__ = ["Owning"]

_ANY: Sequence[Request] = ((b"PING",),)


class Owning:
    """`OwnLinks` of a cluster."""

    def __init__(self, options: Options, redirecting: Redirecting) -> None:
        seconds = options.socket_timeout
        self._timeout = ENDLESS_SECONDS if seconds is None else seconds
        self._max_redirects = options.max_redirects
        self._redirecting = redirecting
        self._lent: WeakKeyDictionary[Link, _Lent] = WeakKeyDictionary()

    def take(self, requests: Sequence[Request] = ()) -> Link:
        """As `OwnLinks.take`; a node that cannot be reached is waited for, or who takes its place.

        Raises `ClusterCrossSlotError` where keys of `requests` are in several slots, and `ClusterError` for what is
        about one node.
        """
        slot = slot_of_all(requests)
        if slot is None:
            refuse_named(requests)
        call = Calling(requests or _ANY, self._take_at, self._timeout, slot=slot)
        return self._redirecting.run(call)  # type: ignore[no-any-return]

    def _take_at(self, node: ClusterNode, asking: bool, timeout: float | None) -> Link:
        return self._lend(node)

    def _lend(self, node: ClusterNode, again: tuple[Sequence[Request], int] = ((), 0)) -> Link:
        link = node.take()
        self._lent[link] = _Lent(node, *again)
        return link

    def take_again(self, link: Link, requests: Sequence[Request], error: RedisError) -> Link | None:
        """As `OwnLinks.take_again`; where it is needed, ASKING was said on it."""
        lent = self._lent.get(link)
        if lent is None:
            return None
        node, redirects = lent.node, lent.redirects_of(requests)
        if redirects >= self._max_redirects:
            return None
        call = Calling(requests, self._take_at, None, slot=slot_of_all(requests))
        call.refused = redirects
        step = self._redirecting.refused(call, node, error)
        if step is None or isinstance(step, GiveUp) or not self._redirecting.pause(step.after, call.deadline):
            return None
        node, asking = self._redirecting.target(call, step, node, error)
        another = self._lend(node, (requests, redirects + 1))
        self.give_back(link, clean=link.idle)
        if asking:
            another.call(ASKING, None, self._timeout)
        return another

    def give_back(self, link: Link, *, clean: bool) -> None:
        """As `OwnLinks.give_back`."""
        lent = self._lent.pop(link, None)
        if lent is None:
            link.abort()  # it was lent by the process that has forked this one
        else:
            lent.node.give_back(link, clean=clean)


class _Lent(NamedTuple):
    """Whose link it is, and how often it had to be another one for what was asked last."""

    node: ClusterNode
    asked: Sequence[Request] = ()
    redirects: int = 0

    def redirects_of(self, requests: Sequence[Request]) -> int:
        """For these very ones, and not for some that say the same."""
        return self.redirects if list(map(id, self.asked)) == list(map(id, requests)) else 0
