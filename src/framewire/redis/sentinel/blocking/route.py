"""Where the requests of a client behind Sentinel go, from threads.

    reads, if replicas are to be read --> a replica --- refused, or lost ---+
    all else ---------------------------> the primary <---------------------+
                                             | READONLY: it is none any more; sentinels are asked, and it is tried again

What belongs here: that choice, made for every call. It is a node whose server is found anew for each link.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

from framewire.redis.client.blocking.caching import Family
from framewire.redis.client.blocking.node import Node
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.route import Member, Role
from framewire.redis.client.blocking.server import Server
from framewire.redis.client.errors import ConnectionError, ReadOnlyError, RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.client.repeating import is_passing, may_repeat
from framewire.redis.exchange.calls import Request, Shape
from framewire.redis.sentinel.blocking.finding import Finding
from framewire.redis.sentinel.reads import READS
from framewire.redis.sentinel.told import check_reads, for_reads

__all__ = ["SentinelRoute"]


class SentinelRoute(Node):
    """A `Route` to the primary of a service, and for reads to its replicas, if the options say so.

    All routes that have one opener find their servers together.
    """

    def __init__(self, options: Options, opener: Opener, family: Family | None = None) -> None:
        check_reads(options)
        if not isinstance(opener.finder, Finding):
            opener.finder = Finding(options)
        self._finding = opener.finder
        self._told = options
        super().__init__(replace(options, read_from="primary"), opener, family)
        self._replica = None if options.read_from == "primary" else Server(for_reads(options), opener)
        self._call_primary = self.call
        self.call = self._call_somewhere

    def _new_sibling(self, db: int) -> Node:
        return SentinelRoute(replace(self._told, db=db), self._opener, self._family)

    # -- single calls -------------------------------------------------------------------------------------------------

    def _call_somewhere(self, request: Request, shape: Shape | None, timeout: float | None) -> Any:
        began = monotonic()
        if self._replica is not None and request[0] in READS:
            try:
                return self._replica.call(request, shape, timeout)
            except RedisError as error:
                lost = isinstance(error, ConnectionError) and may_repeat((request,), error.fate)
                if self.closed or not (lost or is_passing(error)):
                    raise
            timeout = _left(began, timeout)
        try:
            return self._call_primary(request, shape, timeout)
        except ReadOnlyError as error:
            failure = error
        return self._call_again(failure, request, shape, began, timeout)

    def _call_again(
        self, failure: ReadOnlyError, request: Request, shape: Shape | None, began: float, timeout: float | None
    ) -> Any:
        """To who is the primary then."""
        for attempts in range(1, self.options.retry.retries + 1):
            if failure.fate is not Fate.NOT_EXECUTED:
                break  # out of a script: nobody knows how far that came
            self._finding.verify()
            pause = self.options.retry.pause(attempts, random.random())
            if (timeout is not None and monotonic() + pause >= began + timeout) or self._opener.closed.wait(pause):
                break
            try:
                return self._call_primary(request, shape, _left(began, timeout))
            except ReadOnlyError as error:
                failure = error
        raise failure

    def members(self, role: Role | None = None) -> list[Member]:
        seconds = self.options.socket_connect_timeout
        ends = None if seconds is None else monotonic() + seconds
        replicas = () if role == "primary" else self._finding.replicas(ends)
        return [*super().members(role), *replicas]

    # -- users, the end -----------------------------------------------------------------------------------------------

    def reauthenticate(self, auth: Sequence[bytes]) -> None:
        super().reauthenticate(auth)
        if self._replica is not None:
            self._replica.reauthenticate(auth)

    def close(self) -> None:
        super().close()
        if self._replica is not None:
            self._replica.close()


def _left(began: float, timeout: float | None) -> float | None:
    return None if timeout is None else max(0.0, began + timeout - monotonic())
